#include "api/leaf_search.h"

#include <gmock/gmock.h>

#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(HashPrefix, IsOneToSixtyFourDigits) {
  EXPECT_FALSE(HashPrefix::from_hex(""));
  EXPECT_FALSE(HashPrefix::from_hex("g"));
  EXPECT_FALSE(HashPrefix::from_hex(std::string(65, 'a')));
  EXPECT_TRUE(HashPrefix::from_hex(std::string(64, 'a')));
  crypto::Digest hash;
  hash.bytes[0] = 0xab;
  hash.bytes[1] = 0xcd;
  for (const auto* begins : {"a", "ab", "abc", "abcd", "abcd0"})
    EXPECT_TRUE(HashPrefix::from_hex(begins)->begins(hash.bytes)) << begins;
  for (const auto* other : {"b", "ac", "abd", "abce", "abcd1"})
    EXPECT_FALSE(HashPrefix::from_hex(other)->begins(hash.bytes)) << other;
}

class LeafSearch : public NodeTest {
 protected:
  std::vector<ledger::EntryIndex> find(std::uint64_t entry, std::uint64_t tiles_max,
                                       bool complete) {
    const auto published = node->published();
    const auto hash = crypto::hash_leaf(published->snapshot->entry({entry}));
    const auto prefix = HashPrefix::from_hex(crypto::to_hex(hash.bytes).substr(0, 33));
    const auto hits = find_leaves(*published->snapshot, *prefix, tiles_max);
    EXPECT_EQ(hits.complete, complete) << entry;
    return hits.entries;
  }
};

TEST_F(LeafSearch, FindsAnyEntryInTilesThatAreFullOrNot) {
  open_fund();
  std::vector<ledger::Record> records;
  while (records.size() < 600) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  const auto size = node->published()->snapshot->head().size;
  ASSERT_GT(size, 512U);
  for (const std::uint64_t entry : {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{256},
                                    std::uint64_t{511}, std::uint64_t{512}, size - 1})
    EXPECT_THAT(find(entry, leaf_tiles_max, true), ElementsAre(ledger::EntryIndex{entry}));
  // The newest two of three tiles.
  EXPECT_THAT(find(256, 2, false), ElementsAre(ledger::EntryIndex{256}));
  EXPECT_THAT(find(255, 2, false), IsEmpty());
}

TEST_F(LeafSearch, OfAWholeHashNoMoreIsReadOnceItIsFound) {
  open_fund();
  std::vector<ledger::Record> records;
  while (records.size() < 300) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(test::open_giving, std::move(records))).status, 201U);
  const auto published = node->published();
  const auto& snapshot = *published->snapshot;
  const ledger::EntryIndex last{snapshot.head().size - 1};
  const auto hex = crypto::to_hex(crypto::hash_leaf(snapshot.entry(last)).bytes);
  const auto whole = find_leaves(snapshot, *HashPrefix::from_hex(hex), 1);
  EXPECT_THAT(whole.entries, ElementsAre(last));
  EXPECT_TRUE(whole.complete) << "no older entry has the same hash";
  const auto part = find_leaves(snapshot, *HashPrefix::from_hex(hex.substr(0, 63)), 1);
  EXPECT_THAT(part.entries, ElementsAre(last));
  EXPECT_FALSE(part.complete);
}

}  // namespace
}  // namespace centime::api
