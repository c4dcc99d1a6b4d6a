// Every Moment of an Evidence.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "evidence/evidence.h"

namespace tlstriage::record {

/// Shows the Moments of what holds some to `visit`. All members are named, so that a type that gets
/// another one does not compile before it has its place here.
template <class Visit>
class MomentWalk {
  public:
    explicit MomentWalk(Visit visit) : visit_(visit) {}

    template <class... T>
    requires(sizeof...(T) > 1) void operator()(const T&... values) { ((*this)(values), ...); }
    void operator()(const Moment& moment) { visit_(moment); }
    template <class T>
    void operator()(const std::optional<T>& value) {
        if (value) (*this)(*value);
    }
    template <class T>
    void operator()(const std::vector<T>& values) {
        for (const T& value : values)
            (*this)(value);
    }
    template <class T, std::size_t size>
    void operator()(const std::array<T, size>& values) {
        for (const T& value : values)
            (*this)(value);
    }
    void operator()(const evidence::Event& value) {
        const auto& [kind, side, detail, at] = value;
        (*this)(at);
    }
    void operator()(const evidence::AlertEvidence& value) {
        const auto& [sender, level, description, at, after_data, end] = value;
        (*this)(at);
    }
    void operator()(const evidence::OpaqueRecord& value) {
        const auto& [type, length, at] = value;
        (*this)(at);
    }
    void operator()(const evidence::StuckRange& value) {
        const auto& [bytes, repeats, first_repeat, last_repeat, later_acknowledged] = value;
        (*this)(first_repeat, last_repeat);
    }
    void operator()(const evidence::ResetSigns& value) {
        const auto& [data_place, rst_place, data_hops_vary, last_ip_id, id_steps, rst_breaks_ids,
                     new_payload_after] = value;
        (*this)(new_payload_after);
    }
    void operator()(const evidence::UpgradeEvidence& value) {
        const auto& [kind, asked, accepted, refused, no_offer, went_on] = value;
        (*this)(asked, accepted, refused, no_offer, went_on);
    }
    void operator()(const evidence::IcmpEvidence& value) {
        const auto& [router, type, code, v6, at] = value;
        (*this)(at);
    }
    void operator()(const evidence::DnsEvidence& value) {
        const auto& [name, rcode, asked, answered, names_sni] = value;
        (*this)(asked, answered);
    }
    void operator()(const evidence::SideEvidence& value) {
        const auto& [syn, last_syn, first_segment, last_segment, acknowledgement, first_data,
                     last_data, last_payload, fin, fin_sequence, fin_acknowledgement, fin_early,
                     rst, rst_count, rst_acknowledgement, syn_count, initial_sequence,
                     highest_acknowledgement, data_end, largest_segment, mss, syn_hops, data_hops,
                     rst_hops, rst_answers_syn, retransmits, stuck, full_segment_acknowledged,
                     full_segment_end, last_full_end, acknowledgement_steps, acknowledged,
                     hello_end, reset_signs, packets, bytes, lost_bytes, cut_bytes, first_loss,
                     hole_bytes, first_hole, first_protocol, plaintext, http_status, http_says_tls,
                     not_tls_after_hello, first_record, certificate, chain, change_cipher_spec,
                     finished, application_data, encrypted_alert, last_encrypted_alert,
                     application_records, last_record, opaque_records, no_record,
                     unfinished_record] = value;
        (*this)(syn, last_syn, first_segment, last_segment, acknowledgement, first_data, last_data,
                last_payload, fin, rst, stuck, acknowledged, reset_signs, first_loss, first_hole,
                plaintext, not_tls_after_hello, first_record, certificate, change_cipher_spec,
                finished, application_data, encrypted_alert, last_encrypted_alert, last_record,
                opaque_records, no_record);
    }
    void operator()(const evidence::Evidence& value) {
        const auto& [client, server, file, archive, first, last, vlan, client_lane, client_certain,
                     sides, cut, frames_lost, icmp, icmp_about_syn, icmp_size, icmp_size_about,
                     duplicates, refused_before, upgrade, dns, proxy, proxy_status, proxy_answered,
                     proxy_refused, client_hello, first_client_hello, client_hello_at,
                     client_hellos, ssl2_hello, hello_retry, server_hello, server_hello_at,
                     steps_at_server_hello, certificate_request, client_authority,
                     server_hello_done, client_key_exchange, alerts, settled, events] = value;
        (*this)(first, last, sides, icmp, icmp_size, upgrade, dns, proxy_answered,
                first_client_hello, client_hello_at, server_hello_at, certificate_request,
                server_hello_done, client_key_exchange, alerts, settled, events);
    }

  private:
    Visit visit_;
};

template <class Visit>
void each_moment(const evidence::Evidence& evidence, Visit visit) {
    MomentWalk<Visit> walk(visit);
    walk(evidence);
}

}  // namespace tlstriage::record
