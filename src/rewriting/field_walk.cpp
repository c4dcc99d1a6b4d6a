#include "rewriting/field_walk.h"

#include <stdexcept>

namespace tlstriage::rewriting {

std::optional<std::size_t> FieldWalk::address_v4(std::size_t offset, unsigned covering) {
    const auto variable = choice_.address(IpAddress::v4(at(offset)));
    if (!variable) return {};
    return field(Field::Kind::address_v4, offset, *variable, covering);
}

std::optional<std::size_t> FieldWalk::address_v6(std::size_t offset, unsigned covering) {
    const IpAddress address = IpAddress::v6(at(offset));
    if (address.is_v4()) return {};  // a mapped address never is on the wire in earnest
    const auto variable = choice_.address(address);
    if (!variable) return {};
    return field(Field::Kind::address_v6, offset, *variable, covering);
}

void FieldWalk::hardware_address(std::size_t offset, unsigned covering) {
    const auto variable = choice_.hardware_address(frame_.subspan(offset, 6));
    if (variable) field(Field::Kind::hardware_address, offset, *variable, covering);
}

void FieldWalk::stream_field(Field::Kind kind, std::size_t offset,
                             std::optional<std::uint16_t> stream, unsigned covering) {
    if (stream) field(kind, offset, *stream, covering);
}

void FieldWalk::port(std::size_t offset, unsigned covering) {
    const auto variable = choice_.port(u16(offset));
    if (variable) field(Field::Kind::port, offset, *variable, covering);
}

std::size_t FieldWalk::field(Field::Kind kind, std::size_t offset, std::uint16_t variable,
                             unsigned covering) {
    Field field{static_cast<std::uint32_t>(offset), kind, variable, 0, 0};
    cover(field, covering);
    fields_.plan.fields.push_back(field);
    return fields_.plan.fields.size() - 1;
}

ChecksumMask FieldWalk::checksum(std::size_t offset, std::size_t start, unsigned covering) {
    auto& checksums = fields_.plan.checksums;
    if (checksums.size() == most_checksums) throw std::runtime_error("too many headers in a frame");
    Checksum checksum{static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(start), false,
                      0, 0};
    cover(checksum, covering);
    checksums.push_back(checksum);
    return static_cast<ChecksumMask>(1U << (checksums.size() - 1));
}

ChecksumMask FieldWalk::checksum_with(const IpHeader& ip, std::size_t offset, Place place) {
    const ChecksumMask own = checksum(offset, place.at, place.covering);
    for (const auto& field : {ip.source_field, ip.destination_field}) {
        if (field) cover(fields_.plan.fields[*field], own);
    }
    return own;
}

template <typename Covered>
void FieldWalk::cover(Covered& covered, unsigned checksums) {
    for (std::size_t i = 0; i < fields_.plan.checksums.size(); ++i) {
        if ((checksums >> i & 1U) == 0) continue;
        const bool odd = ((covered.offset ^ fields_.plan.checksums[i].start) & 1U) != 0;
        ChecksumMask& mask = odd ? covered.covered_odd : covered.covered_even;
        mask = static_cast<ChecksumMask>(mask | 1U << i);
    }
}

}  // namespace tlstriage::rewriting
