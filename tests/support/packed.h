// Compressed files of several parts, made by the libraries.
#pragma once

#include <string>
#include <string_view>

namespace tlstriage::test {

/// One zstd frame, with a checksum behind it if asked for.
std::string zstd_frame(std::string_view data, int level = 1, bool checksum = true);

/// One member as bgzip writes it, of less than 64 KiB both packed and unpacked. `lie` is added to
/// the length that it states.
std::string bgzf_member(std::string_view data, int lie = 0);

/// One plain gzip member.
std::string gzip_member(std::string_view data);

/// `data` in members of `size` bytes, and the empty one that marks the end.
std::string bgzf(std::string_view data, std::size_t size = 60'000);

/// Bytes that compress neither well nor badly.
std::string compressible(std::size_t size, unsigned seed);

}  // namespace tlstriage::test
