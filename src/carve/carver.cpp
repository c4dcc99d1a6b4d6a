#include "carve/carver.h"

#include <algorithm>
#include <array>
#include <set>

#include "carve/anonymizer.h"
#include "carve/belonging.h"
#include "carve/data_cut.h"
#include "carve/survey.h"
#include "report/safe_text.h"
#include "wire/decode.h"

namespace tlstriage::carve {
namespace {

/// Writes frame by frame.
class Carving {
  public:
    Carving(std::span<const ChosenFlow> flows, Belonging& belonging, Survey survey,
            const CarvePlan& plan, const NamePlans* names, CaptureOutput& output)
        : flows_(flows),
          belonging_(belonging),
          survey_(std::move(survey)),
          plan_(plan),
          output_(output),
          cuts_(flows.size()),
          noted_(flows.size()) {
        if (plan.addresses != nullptr) anonymizer_.emplace(*plan.addresses, *plan.names, names);
    }

    void frame(const TraceMerge& from) {
        const capture::Record& record = from.record();
        Bytes bytes{record.data, record.captured};
        wire::Packet packet;
        const auto outcome = wire::decode(record.link, bytes, record.wire_length, packet);
        if (outcome == wire::Outcome::fragment) {
            if (survey_.fragments.contains({from.trace().file, from.at().frame})) {
                write(from, bytes, packet, Belonging::none);
            }
            return;
        }
        const Belonging::Found found =
            belonging_.find(packet, from.trace().file, from.trace().archive, from.at());
        if (!found.wanted) return;
        if (found.flow != Belonging::none) {
            if (outcome == wire::Outcome::tcp) bytes = cut(packet, found.flow, from.at(), bytes);
            note_verdict(found.flow, from);
        }
        write(from, bytes, packet, found.flow);
        comments_.clear();
    }

    void fill(CarveResult& result) const {
        result.cut_frames = cut_frames_;
        result.left_out = left_out_;
        if (!anonymizer_) return;
        result.showing_addresses = anonymizer_->frames_with_addresses();
        result.showing_names = anonymizer_->frames_with_names();
    }

  private:
    Bytes cut(const wire::Packet& packet, Belonging::Index index, Moment at, Bytes bytes) {
        const ChosenFlow& flow = flows_[index];
        if (plan_.keep_data || !flow.settled.seen() || at.time <= flow.settled.time) return bytes;
        DataCut& direction = cuts_[index][packet.source() == flow.client ? 0 : 1];
        const std::uint32_t kept = direction.keep(packet);
        if (kept == packet.captured) return bytes;
        ++cut_frames_;
        const auto before = static_cast<std::size_t>(packet.network - bytes.data());
        return bytes.first(before + packet.payload + kept);
    }

    void note_verdict(Belonging::Index index, const TraceMerge& from) {
        const ChosenFlow& flow = flows_[index];
        if (noted_[index] || flow.decisive != from.at()) return;
        noted_[index] = true;
        comments_.push_back(flow.verdict);
    }

    void write(const TraceMerge& from, Bytes bytes, wire::Packet packet, Belonging::Index flow) {
        if (anonymizer_) {
            copy_.assign(bytes.begin(), bytes.end());
            packet.network = copy_.data() + (packet.network - bytes.data());
            if (!anonymizer_->rewrite(from.record().link, copy_, packet, flow)) {
                ++left_out_;
                return;
            }
            bytes = copy_;
        }
        output_.packet(from, bytes, comments_, plan_.nanoseconds);
    }

    std::span<const ChosenFlow> flows_;
    Belonging& belonging_;
    Survey survey_;
    const CarvePlan& plan_;
    CaptureOutput& output_;
    std::vector<std::array<DataCut, 2>> cuts_;  ///< by flow and sender: client, server
    std::vector<bool> noted_;                   ///< by flow
    std::vector<std::string> comments_;         ///< of the frame at hand
    std::optional<Anonymizer> anonymizer_;
    std::vector<std::uint8_t> copy_;  ///< of the frame at hand
    std::uint64_t cut_frames_ = 0;
    std::uint64_t left_out_ = 0;
};

/// Addresses of servers, by the names that clients looked up.
std::vector<std::pair<IpAddress, std::string>> names_of(std::span<const ChosenFlow> flows,
                                                        const CarvePlan& plan) {
    std::set<std::pair<IpAddress, std::string>> names;
    for (const ChosenFlow& flow : flows) {
        if (!flow.lookup) continue;
        const IpAddress& server = flow.server.address;
        const std::string& name = flow.lookup->name;
        names.emplace(plan.addresses == nullptr ? server : plan.addresses->map(server),
                      report::printable(plan.all_names ? plan.names->host_of(name) : name));
    }
    return {names.begin(), names.end()};
}

}  // namespace

CarveResult carve(std::span<const ChosenFlow> flows, std::span<const engine::Lookup> lookups,
                  std::span<const TraceToRead> traces, const CarvePlan& plan, const Sink& sink) {
    Belonging belonging(flows, lookups, plan.context);
    Survey found;
    std::optional<NamePlans> names;
    if (plan.all_names) names.emplace(flows, *plan.names, *plan.addresses);
    NamePlans* const name_plans = names ? &*names : nullptr;
    if (plan.has_fragments || !plan.key_log.empty() || names) {
        found = survey(traces, belonging, name_plans);
    }
    const std::string secrets = lines_about(plan.key_log, found.client_randoms);

    CaptureOutput output(sink, plan.pcapng, plan.addresses != nullptr);
    output.begin(plan.comment, secrets, names_of(flows, plan));
    Carving carving(flows, belonging, std::move(found), plan, name_plans, output);
    TraceMerge merge(traces);
    while (merge.next())
        carving.frame(merge);
    std::map<std::uint32_t, std::vector<std::string>> notes;
    for (const ChosenFlow& flow : flows)
        notes[flow.file].push_back(flow.history);
    output.end(traces, notes);
    CarveResult result{.frames = output.packets(),
                       .bytes = output.bytes(),
                       .key_lines = static_cast<std::uint64_t>(std::ranges::count(secrets, '\n'))};
    carving.fill(result);
    if (names) result.blanked = names->blanked();
    return result;
}

}  // namespace tlstriage::carve
