// What an import makes of a node whose answers name records that it was not sent.
#include "node/program/import_run.h"

#include <gtest/gtest.h>

#include <memory>

#include "api/server.h"

namespace centime::program {
namespace {

// Refuses each submission, and lists these records in each check.
class RefusingNode {
 public:
  RefusingNode() {
    api::Router router;
    router.post("/v1/submissions", [this](const api::Request&, api::PathParams, api::Reply reply) {
      reply(api::problem(422, "already_recorded", "known", {{"records", records_}}));
    });
    router.post(
        "/v1/submissions/check", [this](const api::Request&, api::PathParams, api::Reply reply) {
          const boost::json::object submission{{"index", submission_}, {"records", records_}};
          reply(api::json_response(
              boost::json::object{{"bad_records", records_.size()},
                                  {"complete", true},
                                  {"submissions", boost::json::array{submission}}}));
        });
    server_ = std::make_unique<api::Server>(std::move(router), api::ServerOptions{});
    const auto started = server_->start();
    EXPECT_TRUE(started) << started.error();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  // Not while it is asked.
  void name(const std::vector<std::uint64_t>& indexes, std::uint64_t submission = 0) {
    submission_ = submission;
    records_.clear();
    for (const std::uint64_t index : indexes) {
      records_.push_back(
          boost::json::object{{"index", index}, {"code", "already_recorded"}, {"detail", "known"}});
    }
  }

 private:
  std::uint64_t submission_ = 0;
  boost::json::array records_;
  std::unique_ptr<api::Server> server_;  // Last: it answers from the others.
};

class RefusedRun : public ::testing::Test {
 protected:
  RefusedRun() { keys_.keys.emplace(ledger::MemberId{"relief"}, crypto::SecretKey::generate()); }

  // Of two rows.
  ImportRun run() {
    ImportRows rows;
    for (std::uint64_t line = 2; line <= 3; ++line) {
      ImportRow row;
      row.line = line;
      row.author = &keys_.keys.begin()->first;
      row.record = crypto::encode(ledger::Record{{"row-" + std::to_string(line)},
                                                 ledger::FundClosure{{"water"}, {"Done"}}});
      row.id.bytes.fill(static_cast<std::uint8_t>(line));
      rows.rows.push_back(std::move(row));
    }
    return {std::move(rows), keys_, network_, client_, {}};
  }

  static std::string word_of(const Expected<void>& done) { return done ? "" : done.error().word; }

  RefusingNode node_;

 private:
  NodeClient client_{node_.url()};
  ImportKeys keys_;
  ledger::NetworkId network_{};
};

TEST_F(RefusedRun, RowsThatAreAllNamedWereRecordedBefore) {
  node_.name({0, 1});
  ImportRun sent = run();
  EXPECT_EQ(word_of(sent.send()), "");
  EXPECT_EQ(sent.repeats(), 2u);
  ImportRun checked = run();
  EXPECT_EQ(word_of(checked.check()), "");
  EXPECT_EQ(checked.repeats(), 2u);
  EXPECT_TRUE(checked.pending().empty());
}

// With nothing recorded, the rows were taken for done.
TEST_F(RefusedRun, ARecordThatWasNotSentIsNoAnswerToASubmission) {
  for (const std::vector<std::uint64_t>& named :
       std::vector<std::vector<std::uint64_t>>{{2}, {0, 2}, {~std::uint64_t{0}}}) {
    node_.name(named);
    ImportRun sent = run();
    EXPECT_EQ(word_of(sent.send()), "bad_answer");
    EXPECT_EQ(sent.repeats(), 0u);
    EXPECT_TRUE(sent.recorded().empty());
  }
}

TEST_F(RefusedRun, NorToACheck) {
  ImportRun checked = run();
  node_.name({2});
  EXPECT_EQ(word_of(checked.check()), "bad_answer");
  node_.name({0}, 1);
  EXPECT_EQ(word_of(run().check()), "bad_answer");
}

}  // namespace
}  // namespace centime::program
