// One copy of a lab case on its way into a trace.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lab_case.h"
#include "lab_truth.h"
#include "random.h"

namespace tlstriage::generate {

// Hands out addresses that no copy had before: IPv4 from 240.0.0.0/4 (RFC 1112 §4), where no host
// is, and IPv6 from 2001:db8:3::/48 (RFC 3849).
class FreshAddresses {
  public:
    // Throws std::runtime_error when all are used up.
    std::array<std::uint8_t, 16> next(bool v4);

  private:
    std::uint32_t v4_ = 0xf0000000;
    std::uint32_t v6_ = 0;
};

class LabCopy {
  public:
    // The `number`-th copy of the trace, which begins at `start` (ns since 1970).
    LabCopy(const LabCase& lab_case, std::uint64_t number, std::int64_t start,
            FreshAddresses& addresses, Rng& rng);

    bool finished() const { return next_ == case_->frames.size(); }
    const LabFrame& frame() const { return case_->frames[next_]; }
    std::int64_t time() const { return start_ + frame().time; }
    // Writes the frame to `out` (frame().bytes.size() bytes) and goes on to the next; it becomes
    // frame `number` of the trace.
    void take(std::uint64_t number, std::uint8_t* out);

    const LabCase& lab_case() const { return *case_; }
    // All frames have been taken.
    std::vector<LabTruthRow> truth() const;
    std::vector<LabDnsTruthRow> dns_truth() const;

  private:
    void draw_ports(Rng& rng);
    LabTruthRow truth_of(const LabRow& row) const;
    std::string text_of(const IpAddress& original) const;
    std::string port_text(std::uint16_t original) const;
    std::string with_addresses(const std::string& claim) const;

    const LabCase* case_;
    std::uint64_t number_;
    std::int64_t start_;
    std::size_t next_ = 0;
    CopyValues values_;
    std::vector<std::uint64_t> frame_numbers_;  // in the trace, by index in the case
};

}  // namespace tlstriage::generate
