// Inside of find_fields: the walk down a frame's headers. A function for each header notes what is
// to be rewritten in it and calls the next one's. frame_fields.cpp has links to IP,
// transport_fields.cpp what IP carries, field_walk.cpp how fields and checksums are noted.
#pragma once

#include <optional>

#include "rewriting/dns_addresses.h"
#include "rewriting/frame_fields.h"

namespace tlstriage::rewriting {

class FieldWalk {
  public:
    FieldWalk(Bytes frame, Choice& choice) : frame_(frame), choice_(choice) {}

    FrameFields run(LinkType type) {
        link(type, {0, frame_.size(), 0});
        return std::move(fields_);
    }

  private:
    // A header's offset in the frame, the end of what it belongs to, and the checksums of headers
    // before it that cover it.
    struct Place {
        std::size_t at = 0;
        std::size_t end = 0;
        unsigned covering = 0;

        [[nodiscard]] bool has(std::size_t count) const { return at <= end && count <= end - at; }
        [[nodiscard]] std::size_t left() const { return at <= end ? end - at : 0; }
        [[nodiscard]] Place after(std::size_t count) const {
            return {has(count) ? at + count : end, end, covering};
        }
        void bound(std::size_t count) {
            if (has(count)) end = at + count;
        }
    };

    // The header that a transport's pseudo header repeats.
    struct IpHeader {
        IpAddress source;
        IpAddress destination;
        std::optional<std::size_t> source_field;  // in the plan; empty when it is not rewritten
        std::optional<std::size_t> destination_field;
    };

    void link(LinkType type, Place place);
    void ethernet(Place place);
    void by_ethertype(std::uint16_t type, Place place);
    void arp(Place place);
    void mpls(Place place);
    void internet(Place place);
    void ipv4(Place place);
    void ipv6(Place place);
    void by_protocol(std::uint8_t protocol, Place place, const IpHeader& ip);
    void gre(Place place);

    void tcp(Place place, const IpHeader& ip);
    void tcp_sequences(Place place, const Endpoint& source, const Endpoint& destination);
    void tcp_options(Place options, std::optional<std::uint16_t> own,
                     std::optional<std::uint16_t> peers);
    void tcp_payload(Place place, bool dns_port);
    void dns_over_tcp(Place place);
    bool socks(Place place);
    void udp(Place place, const IpHeader& ip);
    void udp_payload(Place place, std::uint16_t source, std::uint16_t destination);
    void gtp(Place place);
    void icmp(Place place);
    void icmp_v6(Place place, const IpHeader& ip);
    void dns(Place place, bool over_tcp);
    void note_addresses(Place place, const std::vector<DnsAddress>& addresses);
    void replace(Place place, const std::vector<Replacement>& replacements);
    [[nodiscard]] Bytes bytes_of(Place place) const {
        return frame_.subspan(place.at, place.left());
    }

    // Each notes a field that the checksums of `covering` cover, when it is one that changes.
    std::optional<std::size_t> address_v4(std::size_t offset, unsigned covering);
    std::optional<std::size_t> address_v6(std::size_t offset, unsigned covering);
    void hardware_address(std::size_t offset, unsigned covering);
    void port(std::size_t offset, unsigned covering);
    void stream_field(Field::Kind kind, std::size_t offset, std::optional<std::uint16_t> stream,
                      unsigned covering);
    std::size_t field(Field::Kind kind, std::size_t offset, std::uint16_t variable,
                      unsigned covering);
    // Notes a checksum whose area begins at `start` and answers its bit.
    ChecksumMask checksum(std::size_t offset, std::size_t start, unsigned covering);
    // The same with the addresses of `ip` in its pseudo header.
    ChecksumMask checksum_with(const IpHeader& ip, std::size_t offset, Place place);
    template <typename Covered>
    void cover(Covered& covered, unsigned checksums);

    [[nodiscard]] std::uint8_t u8(std::size_t offset) const { return frame_[offset]; }
    [[nodiscard]] std::uint16_t u16(std::size_t offset) const {
        return load_big<std::uint16_t>(frame_.data() + offset);
    }
    [[nodiscard]] std::uint32_t u32(std::size_t offset) const {
        return load_big<std::uint32_t>(frame_.data() + offset);
    }
    [[nodiscard]] const std::uint8_t* at(std::size_t offset) const {
        return frame_.data() + offset;
    }

    Bytes frame_;
    Choice& choice_;
    FrameFields fields_;
};

}  // namespace tlstriage::rewriting
