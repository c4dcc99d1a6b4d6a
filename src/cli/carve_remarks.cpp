#include "cli/carve_remarks.h"

#include <fmt/format.h>

#include <cstdio>

#include "report/format.h"
#include "report/safe_text.h"

namespace tlstriage::cli {
namespace {

constexpr auto addresses_replaced =
    "Addresses were replaced. What stays: server names, names in DNS and in certificates, "
    "addresses in certificates and text (HTTP, PROXY, SIP).\n";
constexpr auto names_replaced =
    "Addresses, host names and certificates were replaced: texts, serial numbers, keys, key "
    "identifiers, signatures and time stamps of logs. What stays: lengths and times; the last "
    "label of a name where many names have it (com, test, two letters); a certificate's dates, "
    "algorithms and policies; what a ClientHello offers (JA3, JA4, ALPN), randoms, session ids "
    "and tickets; clear text other than addresses and host names with a dot, as user names and "
    "mails.\n";

void tell_anonymization(bool all_names, const carve::CarveResult& result) {
    const auto tell_of = [](std::uint64_t count, std::string_view what) {
        if (count > 0) fmt::print(stderr, "{} {}\n", report::grouped(count), what);
    };
    fmt::print(stderr, "{}", all_names ? names_replaced : addresses_replaced);
    fmt::print(stderr,
               "Comments, names and descriptions of the source's interfaces and packets were "
               "left out.\n");
    tell_of(result.left_out,
            "frames were left out, as their encapsulation is not known to anonymisation.");
    tell_of(result.blanked, "bytes of the flows could not be read for names and are zeros now.");
    tell_of(result.showing_addresses,
            "frames still have the bytes of a replaced address in what they carry, or by chance.");
    tell_of(result.showing_names,
            "frames still have the text of a replaced name in what they carry, or by chance.");
}

}  // namespace

void tell_carved(const Carved& carved) {
    const auto& [plan, result, flows, output, has_key_log] = carved;
    fmt::print(stderr, "{} flow{}, {} frames, {} in {}\n", report::grouped(flows),
               flows == 1 ? "" : "s", report::grouped(result.frames),
               report::readable_bytes(result.bytes),
               output == "-" ? "standard output" : report::printable(output.string()));
    if (result.cut_frames > 0) {
        fmt::print(stderr, "Application data was cut from {} frames; --keep-data keeps it.\n",
                   report::grouped(result.cut_frames));
    }
    if (has_key_log && plan.pcapng) {
        fmt::print(stderr, "{} lines of the key log are about these flows and are in the file.\n",
                   report::grouped(result.key_lines));
    }
    if (plan.addresses != nullptr) tell_anonymization(plan.all_names, result);
    if (!plan.pcapng) {
        fmt::print(stderr,
                   "A pcap can't carry the verdicts, names{} and what verdicts rest on outside of "
                   "the flows: analysing it may give another answer. A pcapng can.\n",
                   has_key_log ? ", keys" : "");
    }
}

}  // namespace tlstriage::cli
