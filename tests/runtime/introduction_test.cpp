// Nodes whose ledger knows none of the others' keys any more.
#include "node/runtime/introduction.h"

#include <gtest/gtest.h>

#include <fstream>

#include "node/ledger/replay.h"
#include "node/runtime/epochs.h"
#include "tests/runtime/several_nodes.h"

namespace centime::runtime {
namespace {

using test::eventually;
using test::SeveralNodes;

// Three validators, all of which took new keys while the fourth member's node was away.
class AllKeysAreNew : public testing::Test {
 protected:
  static constexpr std::size_t away = 3;

  AllKeysAreNew() : nodes_(3, 4) {
    for (std::size_t i = 0; i < away; ++i) nodes_.open(i);
    nodes_.set_up_fund();
    for (std::size_t i = 0; i < away; ++i) {
      nodes_.rotate_key(0, i, "new key " + std::to_string(i));
      EXPECT_TRUE(eventually([&] { return epoch_everywhere() == i + 1; }));
      nodes_.close(i);
      nodes_.open(i);
      EXPECT_TRUE(
          eventually([&] { return nodes_.node(i).agreement()->role == ReplicaRole::validator; }));
    }
    EXPECT_TRUE(nodes_.donate(0, 0, 3));
    genesis_ = nodes_.node(0).genesis();
    ends_ = epoch_links(*nodes_.node(0).published()->snapshot);
  }

  // The least that a running node is in.
  std::uint64_t epoch_everywhere() {
    std::uint64_t least = 99;
    for (std::size_t i = 0; i < away; ++i)
      least = std::min(least, nodes_.node(i).published()->snapshot->governance()->epoch.epoch);
    return least;
  }

  std::string fault_of(std::span<const proof::EpochLink> ends) const {
    const auto refused = keep_introduction(nodes_.directory(away), genesis_, ends);
    return refused ? "" : refused.error();
  }

  SeveralNodes nodes_;
  ledger::Genesis genesis_;
  std::vector<proof::EpochLink> ends_;
};

TEST_F(AllKeysAreNew, KeepTheNodeThatWasAwayOutUntilItIsIntroduced) {
  nodes_.open(away);
  EXPECT_TRUE(eventually([&] {
    const auto links = nodes_.node(away).links();
    return std::ranges::all_of(links->peers, [](const network::PeerCounters& peer) {
      return peer.words[static_cast<std::size_t>(network::LinkWord::wrong_key)] > 0;
    });
  }));
  EXPECT_EQ(nodes_.height(away), 0U);
  nodes_.close(away);

  const auto epoch = keep_introduction(nodes_.directory(away), genesis_, ends_);
  ASSERT_TRUE(epoch) << epoch.error();
  EXPECT_EQ(epoch->epoch, 3U);
  nodes_.open(away);
  EXPECT_TRUE(nodes_.agree(nodes_.height(0)));
  EXPECT_TRUE(nodes_.donate(away, 100));
  // And it is a member like any other, without the file.
  nodes_.close(away);
  std::filesystem::remove(nodes_.directory(away) / "epochs");
  nodes_.open(away);
  EXPECT_TRUE(nodes_.donate(away, 200));
  EXPECT_TRUE(nodes_.agree(nodes_.height(0)));
}

TEST_F(AllKeysAreNew, AreBelievedOnlyWithTheSignaturesOfThoseBefore) {
  ASSERT_EQ(ends_.size(), 3U);
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    auto ends = ends_;
    ends[i].signatures.items[0].signature.bytes[5] ^= 1;
    EXPECT_TRUE(fault_of(ends).starts_with("bad_epochs: ")) << i;
    ends = ends_;
    ends[i].signatures.items.resize(1);
    EXPECT_TRUE(fault_of(ends).starts_with("bad_epochs: ")) << i;
    ends = ends_;
    ends[i].next.validators.items[0].key.bytes[0] ^= 1;
    EXPECT_TRUE(fault_of(ends).starts_with("bad_epochs: ")) << i;
    ends = ends_;
    ends.erase(ends.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(fault_of(ends).empty(), i == 2) << "a chain may end early, and has no holes";
    std::filesystem::remove(nodes_.directory(away) / "epochs");
  }
  EXPECT_EQ(*read_introduction(nodes_.directory(away), genesis_), std::nullopt);
}

TEST_F(AllKeysAreNew, AreNotForgottenForOlderOnes) {
  const auto& directory = nodes_.directory(away);
  ASSERT_TRUE(keep_introduction(directory, genesis_, ends_));
  for (std::size_t count = 0; count < ends_.size(); ++count) {
    const std::span<const proof::EpochLink> older(ends_.data(), count);
    EXPECT_TRUE(fault_of(older).starts_with("older_epochs: ")) << count;
    EXPECT_EQ((*read_introduction(directory, genesis_))->epoch, 3U);
  }
  EXPECT_EQ(fault_of(ends_), "");
  // What can't be read any more is worth nothing.
  std::ofstream(directory / "epochs") << "nothing";
  EXPECT_EQ(fault_of(std::span(ends_).first(2)), "");
}

TEST_F(AllKeysAreNew, AreCheckedAnewWhenTheFileIsRead) {
  const std::filesystem::path file = nodes_.directory(away) / "epochs";
  ASSERT_TRUE(keep_introduction(nodes_.directory(away), genesis_, ends_));
  const auto read = read_introduction(nodes_.directory(away), genesis_);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->epoch, 3U);
  EXPECT_EQ(**read, nodes_.node(0).published()->snapshot->governance()->epoch);

  std::ifstream in(file);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (const std::size_t at : {std::size_t{0}, std::size_t{40}, whole.size() / 2}) {
    std::string changed = whole;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    std::ofstream(file) << changed;
    const auto refused = read_introduction(nodes_.directory(away), genesis_);
    ASSERT_FALSE(refused) << at;
    EXPECT_TRUE(refused.error().starts_with("bad_epochs: ")) << refused.error();
  }
  // The node starts all the same.
  nodes_.open(away);
  EXPECT_EQ(nodes_.height(away), 0U);
}

}  // namespace
}  // namespace centime::runtime
