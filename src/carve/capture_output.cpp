#include "carve/capture_output.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "capture/pcapng_options.h"

namespace tlstriage::carve {
namespace {

using capture::KeptOption;
namespace pcapng = capture::pcapng;

constexpr std::size_t flush_at = std::size_t{1} << 20U;  // bytes
/// Notes in a block: readers bound a block's length.
constexpr std::size_t notes_of_block = 256;

}  // namespace

CaptureOutput::CaptureOutput(const Sink& sink, bool pcapng, bool anonymous)
    : sink_(sink), pcapng_(pcapng), anonymous_(anonymous) {}

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
        block(from, bytes, comments);
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

/// The interface that the record came by.
std::uint32_t CaptureOutput::describe(const TraceMerge& from) {
    const InterfaceKey key{from.trace().file, from.record().interface_id};
    const auto found = interfaces_.find(key);
    if (found != interfaces_.end()) return found->second;
    std::vector<KeptOption> options(from.interface_options().begin(),
                                    from.interface_options().end());
    if (anonymous_) {
        std::erase_if(options, [](const KeptOption& option) {
            return option.code != pcapng::option_check_sequence_length;
        });
    }
    return interfaces_[key] = blocks_.interface_description(from.interface(), options);
}

void CaptureOutput::block(const TraceMerge& from, Bytes bytes,
                          std::span<const std::string> comments) {
    const std::uint32_t interface = describe(from);
    const capture::Record& record = from.record();
    std::vector<KeptOption> options = from.packet_options();
    // A hash is one of the bytes as they were.
    const bool changed = bytes.data() != record.data || bytes.size() != record.captured;
    std::erase_if(options, [&](const KeptOption& option) {
        return (changed && option.code == pcapng::option_hash) ||
               (anonymous_ && option.code == pcapng::option_comment);
    });
    // The source may have been carved before.
    std::vector<std::string> fresh;
    std::ranges::copy_if(comments, std::back_inserter(fresh), [&](const std::string& comment) {
        return std::ranges::find(options, KeptOption{pcapng::option_comment, comment}) ==
               options.end();
    });
    blocks_.packet(record, interface, bytes, options, fresh);
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
