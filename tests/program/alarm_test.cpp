// `centime alarm`: what an operator sees of a node that stopped signing, and how it goes on.
#include <gmock/gmock.h>

#include "consensus/durable.h"
#include "crypto/canonical.h"
#include "node/storage/store.h"
#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AlarmCommand : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    ASSERT_EQ(import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")}).code, 0);
  }

  // As the engine keeps it.
  void raise(consensus::Alarm alarm = consensus::Alarm::finalized_conflict) {
    ASSERT_EQ(stop(), 0);
    storage::StoreOptions options;
    options.directory = path("node/db");
    const auto store = storage::Store::open(std::move(options));
    ASSERT_TRUE(store) << store.error();
    const consensus::RaisedAlarm raised{alarm, 0, {7}, 1'780'000'000'000};
    const storage::VoteRow row{consensus::alarm_key(), crypto::encode(raised)};
    (*store)->write_votes({&row, 1});
  }

  Result alarm(const Arguments& arguments) {
    Arguments all{"alarm"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), {"--data", path("node"), "--json"});
    return centime(all);
  }
  static std::string code_of(const Result& result) {
    return std::string(json::parse(result.out).at("error").at("code").as_string());
  }
};

TEST_F(AlarmCommand, SaysThatThereIsNone) {
  const Result shown = alarm({"show"});
  EXPECT_EQ(shown.code, 0) << shown.out;
  EXPECT_TRUE(json::parse(shown.out).at("alarm").is_null());
  ASSERT_EQ(stop(), 0);
  EXPECT_EQ(alarm({"clear", "--alarm", "finalized_conflict"}).code, 0);
  const Result none = alarm({"clear", "--alarm", "bells"});
  EXPECT_EQ(none.code, 2);
  EXPECT_EQ(code_of(none), "bad_value");
}

TEST_F(AlarmCommand, ShowsAndClearsWhatStopsANodeFromSigning) {
  raise();
  const Result directory = centime({"status", "--data", path("node")});
  EXPECT_EQ(directory.code, 1);
  EXPECT_THAT(directory.out,
              StartsWith("PROBLEM: this node signs nothing more: finalized_conflict"));
  start();
  const Result status = centime({"status", "--node", url()});
  EXPECT_EQ(status.code, 1);
  EXPECT_THAT(status.out, HasSubstr("this node signs nothing more: finalized_conflict"));
  EXPECT_THAT(status.out, Not(HasSubstr("checkpoint"))) << "which is no second problem";
  // What it had is served, and nothing new is recorded.
  EXPECT_EQ(centime({"trace", "platform/gift-1", "--node", url()}).code, 0);

  const Result shown = alarm({"show"});
  EXPECT_EQ(shown.code, 1) << "as `status`, for whoever watches";
  const auto json = json::parse(shown.out);
  EXPECT_EQ(json.at("alarm"), "finalized_conflict");
  EXPECT_EQ(json.at("view"), 7);
  EXPECT_EQ(json.at("at"), "2026-05-28T20:26:40.000Z");

  const Result running = alarm({"clear", "--alarm", "finalized_conflict"});
  EXPECT_EQ(running.code, 1);
  EXPECT_EQ(code_of(running), "store_in_use");
  ASSERT_EQ(stop(), 0);
  const Result other = alarm({"clear", "--alarm", "unknown_own_vote"});
  EXPECT_EQ(other.code, 1);
  EXPECT_EQ(code_of(other), "alarm_differs");
  const Result alone = alarm({"clear", "--alarm", "finalized_conflict"});
  EXPECT_EQ(alone.code, 1);
  EXPECT_EQ(code_of(alone), "nobody_to_ask");
  EXPECT_THAT(alone.out, HasSubstr("--store-is-whole"));
  EXPECT_EQ(alarm({"show"}).code, 1) << "it is in force";
  const Result cleared = alarm({"clear", "--alarm", "finalized_conflict", "--store-is-whole"});
  EXPECT_EQ(cleared.code, 0) << cleared.out;
  EXPECT_EQ(json::parse(cleared.out).at("cleared"), true);

  start();
  EXPECT_EQ(centime({"status", "--node", url()}).code, 0);
  EXPECT_EQ(import(csv("more.csv", {gift("gift-3", "5.00")}), {"--receipts", path("r3.csv")}).code,
            0);
  EXPECT_EQ(stop(), 0);
}

// It says nothing of votes, so nobody has to vouch for them.
TEST_F(AlarmCommand, ClearsAnAlarmAboutAnExecutionWithoutAWordOnTheStore) {
  raise(consensus::Alarm::notarized_invalid);
  const Result cleared =
      centime({"alarm", "clear", "--data", path("node"), "--alarm", "notarized_invalid"});
  EXPECT_EQ(cleared.code, 0) << cleared.err;
  EXPECT_THAT(cleared.out, HasSubstr("goes on from what its store says that it signed"));
  start();
  EXPECT_EQ(import(csv("more.csv", {gift("gift-3", "5.00")}), {"--receipts", path("r3.csv")}).code,
            0);
  EXPECT_EQ(stop(), 0);
}

}  // namespace
}  // namespace centime::program::testing
