#include "consensus/durable.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "consensus/row_log.h"
#include "tests/consensus/samples.h"

namespace centime::consensus {
namespace {

using namespace test;

const Block block = block_on(digest_of("genesis"), 1, 1, "one", 2'000);
const Value value = value_of({0}, block);

const RaisedAlarm alarm{Alarm::finalized_conflict, 0, {3}, 7'000};

std::vector<Row> full_rows() {
  const Certificate skipped = certificate_of(VoteKind::nullify, {1}, {}, {0, 1, 2});
  return {
      {votes_key(0, {2}),
       crypto::encode(OwnVotes{signed_vote(VoteKind::notarize, {2}, value, 0), {}, {}})},
      {certificate_key(0, {1}, VoteKind::nullify), crypto::encode(skipped)},
      {block_key(0, {1}, block.hash), crypto::encode(block)},
      {abstain_key(0), crypto::encode(View{1})},
      first_row(genesis_row()),
      {alarm_key(), crypto::encode(alarm)},
  };
}

TEST(Durable, ReadsEveryRow) {
  const auto durable = read_rows(full_rows());
  ASSERT_TRUE(durable);
  EXPECT_EQ(durable->final, genesis_row());
  EXPECT_EQ(durable->abstain_through, View{1});
  ASSERT_EQ(durable->votes.size(), 1);
  EXPECT_TRUE(durable->votes.at({2}).notarized);
  EXPECT_EQ(durable->certificates.size(), 1);
  ASSERT_EQ(durable->blocks.size(), 1);
  EXPECT_EQ(*durable->blocks[0], block);
  EXPECT_EQ(durable->alarm, alarm);
}

TEST(Durable, RefusesAnAlarmThatIsNone) {
  std::vector<Row> rows = full_rows();
  for (const int word : {6, 255}) {
    rows[5].second.front() = static_cast<std::uint8_t>(word);
    EXPECT_EQ(read_rows(rows).error(), RestoreError::unreadable_row);
  }
}

TEST(Durable, RefusesWhatNoEngineWrote) {
  const auto error = [](std::size_t row, auto change) {
    std::vector<Row> rows = full_rows();
    change(rows[row]);
    return read_rows(rows).error();
  };
  for (std::size_t row = 0; row < 6; ++row) {
    EXPECT_EQ(error(row, [](Row& r) { r.second.pop_back(); }), RestoreError::unreadable_row) << row;
  }
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(error(row, [](Row& r) { r.first.back() ^= 1; }), RestoreError::contradictory_row)
        << row;
  }
  EXPECT_EQ(error(0, [](Row& r) { r.first = crypto::to_bytes("finalized"); }),
            RestoreError::unreadable_row);
  EXPECT_EQ(error(4, [](Row& r) { r.first = abstain_key(0); }), RestoreError::no_final_row);
  EXPECT_EQ(error(0,
                  [](Row& r) {
                    r.second =
                        crypto::encode(OwnVotes{{},
                                                signed_vote(VoteKind::finalize, {2}, value, 0),
                                                signed_vote(VoteKind::nullify, {2}, {}, 0)});
                  }),
            RestoreError::contradictory_row);
}

TEST(Durable, RefusesRowsOfAnotherEpoch) {
  std::vector<Row> rows = full_rows();
  FinalRow later = genesis_row();
  later.fin.epoch = 1;
  rows[4] = first_row(later);
  EXPECT_EQ(read_rows(rows).error(), RestoreError::contradictory_row);
}

TEST(RowKeys, AscendByTableEpochAndView) {
  const std::vector<crypto::Bytes> keys{
      votes_key(0, {255}),
      votes_key(0, {256}),
      votes_key(1, {1}),
      certificate_key(0, {1}, VoteKind::notarize),
      certificate_key(0, {1}, VoteKind::nullify),
      certificate_key(0, {2}, VoteKind::notarize),
      block_key(0, {9}, block.hash),
      abstain_key(0),
      final_key(),
      alarm_key(),
  };
  EXPECT_TRUE(std::ranges::is_sorted(keys));
}

TEST(RowLog, NeverWritesWhatTheSameStepPrunes) {
  RowLog log(0);
  log.touch(votes_row({1}));
  EXPECT_TRUE(log.take([](const RowName&) { return std::nullopt; }).empty());

  log.touch(votes_row({2}));
  log.touch(votes_row({1}));
  const auto rows = log.take([](const RowName&) { return std::optional(crypto::Bytes{7}); });
  EXPECT_EQ(rows, (std::vector<Row>{{votes_key(0, {1}), {7}}, {votes_key(0, {2}), {7}}}));

  log.touch_stored([](const RowName& row) { return row.number == 1; });
  EXPECT_EQ(log.take([](const RowName&) { return std::nullopt; }),
            (std::vector<Row>{{votes_key(0, {1}), {}}}));
}

TEST(RowLog, HoldsCertificatesBackUntilAVote) {
  RowLog log(0);
  const auto anything = [](const RowName&) { return std::optional(crypto::Bytes{7}); };
  log.defer(certificate_row({1}, VoteKind::nullify));
  EXPECT_TRUE(log.take(anything).empty());
  log.touch_deferred();
  EXPECT_EQ(log.take(anything).size(), 1);
  log.defer(certificate_row({1}, VoteKind::nullify));
  log.touch_deferred();
  EXPECT_TRUE(log.take(anything).empty()) << "it is on the disk already";
}

}  // namespace
}  // namespace centime::consensus
