#include "carve/capture_output.h"

#include <algorithm>
#include <stdexcept>

namespace tlstriage::carve {
namespace {

constexpr std::size_t flush_at = std::size_t{1} << 20U;  // bytes
/// Notes in a block: readers bound a block's length.
constexpr std::size_t notes_of_block = 256;

}  // namespace

CaptureOutput::CaptureOutput(const Sink& sink, bool pcapng) : sink_(sink), pcapng_(pcapng) {}

void CaptureOutput::begin(std::string_view comment, std::string_view key_log,
                          std::span<const std::pair<IpAddress, std::string>> names) {
    if (!pcapng_) return;
    blocks_.section_header("tlstriage", comment);
    if (!key_log.empty()) blocks_.decryption_secrets(key_log);
    if (!names.empty()) blocks_.name_resolution(names);
}

void CaptureOutput::packet(const TraceMerge& from, Bytes bytes,
                           std::span<const std::string> comments, bool nanoseconds) {
    const capture::Record& record = from.record();
    ++packets_;
    if (pcapng_) {
        const InterfaceKey key{from.trace().file, record.interface_id};
        auto found = interfaces_.find(key);
        if (found == interfaces_.end()) {
            found =
                interfaces_.emplace(key, blocks_.interface_description(from.interface(), "")).first;
        }
        blocks_.packet(record, found->second, bytes, comments);
    } else {
        if (!link_) {
            records_.file_header(record.link, from.interface().snap_length, nanoseconds);
            link_ = record.link;
        }
        if (*link_ != record.link) {
            throw std::runtime_error(
                "the frames are of several link types, which a pcap can't hold; write pcapng");
        }
        records_.packet(record, bytes);
    }
    if (buffer_.size() >= flush_at) flush();
}

void CaptureOutput::end(std::span<const TraceToRead> traces,
                        const std::map<std::uint32_t, std::vector<std::string>>& notes_by_file) {
    std::optional<std::uint32_t> noted;  // the file whose notes have been written
    for (const auto& [key, interface] : interfaces_) {
        const auto trace = std::ranges::find(traces, key.file, &TraceToRead::file);
        const auto notes = notes_by_file.find(key.file);
        std::span<const std::string> left;
        if (notes != notes_by_file.end() && noted != key.file) left = notes->second;
        noted = key.file;
        do {
            const auto part = left.first(std::min(left.size(), notes_of_block));
            blocks_.interface_statistics(interface, trace->archive_begin, trace->archive_end, part);
            left = left.subspan(part.size());
            if (buffer_.size() >= flush_at) flush();
        } while (!left.empty());
    }
    if (!pcapng_ && !link_) records_.file_header(LinkType::ethernet, 0, true);
    flush();
}

void CaptureOutput::flush() {
    sink_(buffer_);
    written_ += buffer_.size();
    buffer_.clear();
}

}  // namespace tlstriage::carve
