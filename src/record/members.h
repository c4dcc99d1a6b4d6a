// The members of what evidence.bin holds beside packed evidence, once for both directions.
#pragma once

#include "engine/archive.h"
#include "engine/lookups.h"
#include "evidence/evidence.h"
#include "record/fields.h"
#include "report/run_facts.h"
#include "tls/certificate.h"

namespace tlstriage::record {

template <class T, class Type>
concept MaybeConst = std::is_same_v<std::remove_const_t<T>, Type>;

void visit(auto& io, MaybeConst<Endpoint> auto& e) {
    io(e.address, e.port);
}
void visit(auto& io, MaybeConst<evidence::HelloShape> auto& s) {
    io(s.legacy_version, s.versions, s.cipher_suites, s.groups, s.signature_algorithms,
       s.key_share_groups, s.renegotiation_info, s.encrypted_client_hello, s.versions_text,
       s.ciphers_text, s.groups_text, s.alpn_text, s.ja3, s.ja4);
}
void visit(auto& io, MaybeConst<tls::Certificate> auto& c) {
    io(c.sha256, c.subject, c.issuer, c.common_name, c.dns_names, c.ip_names, c.names_text,
       c.not_before, c.not_after, c.key, c.signature, c.self_issued, c.self_signed, c.is_ca,
       c.weak_key, c.weak_signature, c.serves, c.visits, c.subject_der, c.issuer_der);
}
void visit(auto& io, MaybeConst<engine::Lookup> auto& l) {
    io(l.client, l.resolver, l.client_port, l.id, l.over_tcp, l.file, l.archive, l.name, l.type,
       l.rcode, l.truncated, l.tries, l.asked, l.last_asked, l.answered, l.addresses, l.aliases);
}
void visit(auto& io, MaybeConst<engine::Archive> auto& a) {
    io(a.first_packet, a.last_packet, a.any);
}
void visit(auto& io, MaybeConst<capture::Damage> auto& d) {
    io(d.offset, d.bytes, d.reason);
}
void visit(auto& io, MaybeConst<report::TraceFacts> auto& t) {
    io(t.name, t.bytes, t.frames, t.dropped, t.archive, t.first_packet, t.damage, t.error);
}
void visit(auto& io, MaybeConst<wire::Defragmenter::Counts> auto& c) {
    io(c.fragments, c.reassembled, c.given_up);
}
void visit(auto& io, MaybeConst<engine::ShardCounts> auto& c) {
    io(c.packets, c.duplicate_packets, c.flows, c.flows_evicted, c.ignored_flows);
}
/// Without the traces, and without what judging counts or the clock tells.
void visit(auto& io, MaybeConst<report::RunFacts> auto& f) {
    io(f.mode, f.problems, f.ignored, f.remarks, f.frames_by_link_type, f.outcomes,
       f.reassembled_outcomes, f.fragments, f.shards);
}

}  // namespace tlstriage::record
