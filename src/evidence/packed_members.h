// The members of what is packed, once for both directions: `io` is a Packer over const values or an
// Unpacker.
#pragma once

#include <type_traits>

#include "evidence/packed_layout.h"

namespace tlstriage::evidence {

template <class T, class Type>
concept MaybeConst = std::is_same_v<std::remove_const_t<T>, Type>;

void visit(auto& io, MaybeConst<Endpoint> auto& e) {
    io(e.address);
    io.whole(e.port);
}
void visit(auto& io, MaybeConst<AlertEvidence> auto& a) {
    io.whole(a.sender, a.level, a.description, a.at, a.after_data, a.end);
}
void visit(auto& io, MaybeConst<OpaqueRecord> auto& r) {
    io.whole(r.type, r.length, r.at);
}
void visit(auto& io, MaybeConst<IcmpEvidence> auto& i) {
    io(i.router);
    io.whole(i.type, i.code, i.v6, i.at);
}
void visit(auto& io, MaybeConst<UpgradeEvidence> auto& u) {
    io.sparse(u.kind, u.asked, u.accepted, u.refused, u.no_offer, u.went_on);
}
void visit(auto& io, MaybeConst<ClientHelloEvidence> auto& h) {
    io.sparse(h.shape, h.session_id_hash, h.session_ticket, h.pre_shared_key, h.early_data,
              h.whole);
    io(h.server_name);
}
void visit(auto& io, MaybeConst<ServerHelloEvidence> auto& h) {
    io.sparse(h.version, h.cipher_suite, h.group, h.dh_prime_bits, h.signature_algorithm, h.whole,
              h.session_id_echoed, h.pre_shared_key, h.renegotiation_info);
    io(h.alpn);
}
void visit(auto& io, MaybeConst<SideEvidence> auto& s) {
    auto& r = s.reset_signs;
    io.sparse(s.syn, s.last_syn, s.first_segment, s.last_segment, s.acknowledgement, s.first_data,
              s.last_data, s.last_payload, s.fin, s.acknowledged, s.first_record, s.certificate,
              s.change_cipher_spec, s.finished, s.application_data, s.encrypted_alert,
              s.last_encrypted_alert, s.last_record.at, s.last_record.type, s.last_record.length,
              s.syn_count, s.initial_sequence, s.highest_acknowledgement, s.data_end,
              relative(s.fin_sequence, s.data_end),
              relative(s.fin_acknowledgement, s.highest_acknowledgement), s.largest_segment, s.mss,
              s.syn_hops, s.data_hops, s.first_protocol, s.chain, s.application_records,
              s.full_segment_acknowledged, s.full_segment_end,
              relative(s.last_full_end, s.full_segment_end), s.hello_end, s.acknowledgement_steps,
              r.last_ip_id, r.id_steps, s.stuck.bytes, s.retransmits, s.unfinished_record);
    io.rare(s.rst, s.rst_count, s.rst_hops, s.rst_answers_syn, s.rst_acknowledgement, s.fin_early,
            s.lost_bytes, s.cut_bytes, s.first_loss, s.hole_bytes, s.first_hole, s.plaintext,
            s.http_status, s.http_says_tls, s.not_tls_after_hello, s.no_record, s.stuck.repeats,
            s.stuck.first_repeat, s.stuck.last_repeat, s.stuck.later_acknowledged, r.data_place,
            r.rst_place, r.data_hops_vary, r.rst_breaks_ids, r.new_payload_after);
    io(s.opaque_records, max_opaque_records);
}
void visit(auto& io, MaybeConst<Evidence> auto& e) {
    io.first(e.first);
    io(e.client);
    io(e.server);
    io.sparse(e.vlan, e.client_lane, e.client_certain, e.cut, e.duplicates, e.refused_before,
              e.proxy, e.proxy_answered, e.proxy_refused, e.proxy_status, e.first_client_hello,
              e.client_hello_at, e.client_hellos, e.ssl2_hello, e.hello_retry, e.server_hello_at,
              e.steps_at_server_hello, e.certificate_request, e.client_authority,
              e.server_hello_done, e.client_key_exchange, e.settled, e.icmp_about_syn,
              e.icmp_size_about);
    io(e.sides[0]);
    io(e.sides[1]);
    io(e.icmp);
    io(e.icmp_size);
    io(e.upgrade);
    io(e.client_hello);
    io(e.server_hello);
    io(e.alerts, max_alerts);
    io.events(e.events);
}

}  // namespace tlstriage::evidence
