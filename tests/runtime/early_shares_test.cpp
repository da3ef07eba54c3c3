#include "node/runtime/early_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace centime::runtime {
namespace {

constexpr std::uint64_t size = 100;
constexpr std::uint64_t far_ahead = std::uint64_t{1} << 62;

// Told apart by its bytes.
CheckpointShare share_of(std::uint64_t of_size, const std::string& text = "genuine") {
  return {of_size, {}, {{text.begin(), text.end()}}, {}};
}

std::string text_of(const EarlyShares::Brought& each) {
  const auto& bytes = each.passed.share.cosignature.value;
  return each.by.value + ": " + each.passed.member.value + " " +
         std::string(bytes.begin(), bytes.end());
}

std::vector<std::string> texts(const std::vector<EarlyShares::Brought>& brought) {
  std::vector<std::string> all;
  for (const auto& each : brought) all.push_back(text_of(each));
  return all;
}

using Texts = std::vector<std::string>;

TEST(EarlyShares, AreGivenOnceAtTheirSize) {
  EarlyShares early;
  early.keep({"platform"}, {"platform"}, share_of(size));
  EXPECT_TRUE(early.take(size - 1).empty());
  EXPECT_EQ(texts(early.take(size)), Texts{"platform: platform genuine"});
  EXPECT_TRUE(early.take(size).empty());
}

TEST(EarlyShares, AreForgottenOnceTheLogIsBeyondThem) {
  EarlyShares early;
  early.keep({"platform"}, {"platform"}, share_of(size));
  early.keep({"wells"}, {"platform"}, share_of(size));
  EXPECT_TRUE(early.take(size + 1).empty());
  EXPECT_TRUE(early.take(size).empty());
}

TEST(EarlyShares, OfAMemberAreNotDisplacedByWhatAnotherPassesOnAsItsOwn) {
  EarlyShares early;
  early.keep({"platform"}, {"platform"}, share_of(size));
  early.keep({"liar"}, {"platform"}, share_of(size, "forged"));
  for (std::uint64_t i = 0; i < 1'000; ++i)
    early.keep({"liar"}, {"platform"}, share_of(far_ahead + i, "forged"));
  EXPECT_EQ(texts(early.take(size)), Texts{"platform: platform genuine"});
}

TEST(EarlyShares, ThatOnePeerPassesOnAreNotDisplacedByAnothers) {
  EarlyShares early;
  early.keep({"wells"}, {"platform"}, share_of(size));
  for (std::uint64_t i = 0; i < 1'000; ++i)
    early.keep({"liar"}, {"platform"}, share_of(far_ahead + i, "forged"));
  early.keep({"liar"}, {"wells"}, share_of(far_ahead, "forged"));
  EXPECT_EQ(texts(early.take(size)), Texts{"wells: platform genuine"});
}

// Only the first of a passed list is known to have both of its signatures.
TEST(EarlyShares, ComeFromTheirSignersFirstAndElseInTheOrderInWhichTheyWerePassedOn) {
  EarlyShares early;
  early.keep({"auditor"}, {"wells"}, share_of(size));
  early.keep({"auditor"}, {"harvest"}, share_of(size));
  early.keep({"platform"}, {"platform"}, share_of(size));
  EXPECT_EQ(texts(early.take(size)), (Texts{"platform: platform genuine", "auditor: wells genuine",
                                            "auditor: harvest genuine"}));
}

TEST(EarlyShares, TakeNoMoreRoomThanEachPeerHas) {
  EarlyShares early;
  for (std::uint64_t i = 0; i <= EarlyShares::own_sizes_max; ++i)
    early.keep({"platform"}, {"platform"}, share_of(size + i));
  for (std::uint64_t i = 0; i <= EarlyShares::passed_sizes_max; ++i)
    early.keep({"wells"}, {"platform"}, share_of(size + i));
  EXPECT_TRUE(early.take(size).empty()) << "the newest are kept";
  EXPECT_EQ(early.take(size + 1).size(), 2U);
  for (std::size_t i = 0; i < 2 * ledger::validators_max; ++i)
    early.keep({"wells"}, {"m-" + std::to_string(i)}, share_of(size + 2));
  EXPECT_EQ(std::ranges::count(early.take(size + 2), ledger::MemberId{"wells"},
                               &EarlyShares::Brought::by),
            static_cast<std::ptrdiff_t>(ledger::validators_max));
}

}  // namespace
}  // namespace centime::runtime
