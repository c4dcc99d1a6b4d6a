// TLS inside TDS: until the handshake is over, its bytes travel as the bodies of PRELOGIN packets.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace tlstriage::plain {

/// MS-TDS §2.2.3.1: uint8 type; uint8 status; uint16 length (of all); uint16 spid; uint8 packet id;
/// uint8 window. Takes the headers of PRELOGIN packets out of one direction; what begins with
/// another type is TLS itself, and so is all behind it.
class TdsFraming {
  public:
    /// Calls sink(Bytes) for each part that is TLS.
    template <class Sink>
    void strip(Bytes data, Sink&& sink) {
        constexpr std::uint8_t pre_login = 0x12;
        while (!data.empty() && !raw_) {
            if (body_left_ > 0) {
                const std::size_t take = std::min<std::size_t>(body_left_, data.size());
                sink(data.first(take));
                body_left_ = static_cast<std::uint16_t>(body_left_ - take);
                data = data.subspan(take);
                continue;
            }
            if (header_have_ == 0 && data[0] != pre_login) {
                raw_ = true;
                break;
            }
            if (header_have_ == 2) length_ = static_cast<std::uint16_t>(data[0] << 8U);
            if (header_have_ == 3) length_ = static_cast<std::uint16_t>(length_ | data[0]);
            data = data.subspan(1);
            if (++header_have_ < header_size) continue;
            header_have_ = 0;
            body_left_ = length_ > header_size ? static_cast<std::uint16_t>(length_ - header_size)
                                               : std::uint16_t{0};
        }
        if (!data.empty()) sink(data);
    }

    /// All members in turn, for who keeps this elsewhere and reads it back.
    template <class Self, class Io>
    static void members(Self& self, Io& io) {
        io(self.length_, self.body_left_, self.header_have_, self.raw_);
    }

  private:
    static constexpr std::uint16_t header_size = 8;

    std::uint16_t length_ = 0;
    std::uint16_t body_left_ = 0;
    std::uint8_t header_have_ = 0;
    bool raw_ = false;
};

}  // namespace tlstriage::plain
