// What a node of several shows while the newest block waits for the signatures of a quorum, and
// where none has come since it was started.
#include <boost/json.hpp>

#include "api/api.h"
#include "api/http_client.h"
#include "consensus/durable.h"
#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "crypto/note.h"
#include "node/proof/checkpoint.h"
#include "tests/runtime/several_nodes.h"

namespace centime::api {
namespace {

class Certified : public testing::Test {
 protected:
  Certified() {
    nodes.open_all();
    serve();
    nodes.set_up_fund();
  }

  void serve() {
    Router router;
    add_api(router, {nodes.node(0), nodes.directory(0) / "tokens"});
    ServerOptions options;
    options.hooks.decorate = height_decorator(nodes.node(0));
    server = std::make_unique<Server>(std::move(router), std::move(options));
    if (const auto started = server->start(); !started) throw std::runtime_error(started.error());
  }

  // All stop, and node 0 starts, with this in its store.
  void restart_alone(const std::optional<consensus::RaisedAlarm>& alarm = {}) {
    server.reset();
    nodes.close_all();
    if (alarm) {
      storage::StoreOptions options;
      options.directory = nodes.directory(0) / "db";
      const auto store = storage::Store::open(std::move(options));
      ASSERT_TRUE(store);
      const storage::VoteRow row{consensus::alarm_key(), crypto::encode(*alarm)};
      (*store)->write_votes({&row, 1});
    }
    nodes.open(0);
    serve();
  }

  bool is_certified(const std::string& note) {
    return proof::verify_checkpoint(note, proof::policy_of(nodes.node(0).genesis())).has_value();
  }

  ClientResponse get(std::string_view target) {
    auto answer =
        client.get("http://127.0.0.1:" + std::to_string(server->port()) + std::string(target));
    if (!answer) throw std::runtime_error(answer.error().detail);
    return std::move(*answer);
  }

  // Of the block that an answer says it was made at.
  std::uint64_t log_size(const ClientResponse& answer) {
    const ledger::Height height{std::stoull(std::string(*answer.header("centime-height")))};
    return nodes.node(0).published()->snapshot->block(height)->seal_entry.value + 1;
  }

  test::SeveralNodes nodes{4};
  std::unique_ptr<Server> server;
  HttpClient client;
};

TEST_F(Certified, WhatIsAnsweredFinalHasAProofAtOnce) {
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto receipt = nodes.donate(0, i);
    ASSERT_TRUE(receipt);
    auto proof = get("/v1/records/" + receipt->ids[0].hex() + "/proof");
    // A machine that is slow with signatures says that it is, and never that there is no record.
    for (int tries = 0; tries < 60 && proof.status == 503; ++tries) {
      EXPECT_TRUE(proof.header("retry-after"));
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      proof = get("/v1/records/" + receipt->ids[0].hex() + "/proof");
    }
    ASSERT_EQ(proof.status, 200U) << i << ": " << proof.body;
    EXPECT_GT(log_size(proof), receipt->entries[0].value);
  }
}

TEST_F(Certified, TheCheckpointSaysTheHeightOfItsOwnBlock) {
  for (std::uint64_t i = 0; i < 50; ++i) {
    ASSERT_TRUE(nodes.donate(0, i));
    const auto note = get("/checkpoint");
    const auto checkpoint =
        crypto::parse_checkpoint(note.body.substr(0, note.body.find("\n\n") + 1));
    ASSERT_TRUE(checkpoint) << note.body;
    EXPECT_EQ(log_size(note), checkpoint->size) << i;
  }
}

TEST_F(Certified, WithoutAQuorumsSignaturesNothingIsCalledCertified) {
  const auto receipt = nodes.donate(0, 0);
  ASSERT_TRUE(receipt);
  restart_alone();
  const auto state = boost::json::parse(get("/v1/consensus").body).as_object();
  EXPECT_EQ(state.at("height").to_number<std::uint64_t>(), nodes.height(0));
  EXPECT_FALSE(state.contains("certified_height"));
  // With the signature of one of four a proof would hold nowhere.
  for (const auto* kind : {"records/", "donations/"}) {
    const auto proof = get("/v1/" + std::string(kind) + receipt->ids[0].hex() + "/proof");
    EXPECT_EQ(proof.status, 503U) << proof.body;
    EXPECT_EQ(boost::json::parse(proof.body).at("code"), "busy");
  }
  const auto note = get("/checkpoint");
  EXPECT_EQ(note.status, 200U);
  EXPECT_TRUE(crypto::parse_note(note.body)) << "its own";
  EXPECT_FALSE(is_certified(note.body));

  for (const std::size_t i : {1, 2, 3}) nodes.open(i);
  EXPECT_TRUE(test::eventually([&] {
    const auto now = boost::json::parse(get("/v1/consensus").body).as_object();
    return now.contains("certified_height") && now.at("certified_height") == now.at("height");
  }));
  EXPECT_TRUE(is_certified(get("/checkpoint").body));
}

TEST_F(Certified, ANodeThatSignsNothingMoreShowsWhatTheOthersSigned) {
  ASSERT_TRUE(nodes.donate(0, 0));
  restart_alone(consensus::RaisedAlarm{consensus::Alarm::own_contradiction, 0, {7}, 0});
  const auto none = get("/checkpoint");
  EXPECT_EQ(none.status, 503U) << none.body;
  EXPECT_EQ(boost::json::parse(none.body).at("code"), "busy");
  for (const std::size_t i : {1, 2, 3}) nodes.open(i);
  ASSERT_TRUE(nodes.donate(1, 1));
  EXPECT_TRUE(test::eventually([&] { return is_certified(get("/checkpoint").body); }));
  EXPECT_EQ(nodes.node(0).agreement()->role, runtime::ReplicaRole::halted);
}

}  // namespace
}  // namespace centime::api
