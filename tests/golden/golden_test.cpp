// Every capture of pcaps/ against the answer that was written by hand from its packets.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "golden/expectation.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

/// Cases whose right answer needs what the program does not have yet, and what that is. A case that
/// is listed here and comes out right fails the test: take it out then.
const std::map<std::string, std::string> not_implemented{};

std::string lines_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += "  " + line + "\n";
    return text;
}

/// What the case's analysis is given to check certificates against; null for nothing.
std::shared_ptr<const tls::TrustStore> trust_of(const std::filesystem::path& folder,
                                                const nlohmann::json& expected) {
    const auto path = [&](const char* member) -> std::string {
        return expected.contains(member) ? folder / expected.at(member).get<std::string>() : "";
    };
    const std::string store = path("trust_store");
    const std::string list = path("crl");
    if (store.empty() && list.empty()) return nullptr;
    return std::make_shared<const tls::TrustStore>(
        store, list.empty() ? std::vector<std::string>{} : std::vector{list});
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, IsRight) {
    const auto folder = source_root() / "pcaps" / GetParam();
    const auto capture = capture_in(folder);
    ASSERT_FALSE(capture.empty()) << "no capture in " << folder;
    ASSERT_TRUE(std::filesystem::exists(folder / "expected.json")) << "no answer in " << folder;
    const auto expected = nlohmann::json::parse(read_file(folder / "expected.json"));
    dataplane::RunPlan plan;
    plan.limits.trust = trust_of(folder, expected);
    const Analysis analysis = analyse({capture}, plan);
    const auto wrong = differences(expected, analysis, "");
    const auto listed = not_implemented.find(GetParam());
    if (listed == not_implemented.end()) {
        EXPECT_TRUE(wrong.empty()) << lines_of(wrong);
        return;
    }
    EXPECT_FALSE(wrong.empty()) << GetParam() << " is right now: take it out of not_implemented";
    const std::string until = until_member(expected);
    if (!until.empty()) {
        const auto wrong_until_then = differences(expected, analysis, until);
        EXPECT_TRUE(wrong_until_then.empty()) << until << ":\n" << lines_of(wrong_until_then);
    }
    std::cout << GetParam() << " lacks " << listed->second << ":\n" << lines_of(wrong);
}

std::string parameter_name(const testing::TestParamInfo<std::string>& info) {
    return info.param;
}

INSTANTIATE_TEST_SUITE_P(Pcaps, Golden, testing::ValuesIn(case_names()), parameter_name);

TEST(GoldenCases, ListsExist) {
    const auto names = case_names();
    EXPECT_GE(names.size(), 25U);
    for (const auto& [name, lack] : not_implemented) {
        EXPECT_TRUE(std::ranges::find(names, name) != names.end()) << name;
    }
}

}  // namespace
}  // namespace tlstriage::test
