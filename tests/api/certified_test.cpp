// What a node of several shows while the newest block waits for the signatures of a quorum.
#include "api/api.h"
#include "api/http_client.h"
#include "crypto/encoding.h"
#include "crypto/note.h"
#include "tests/runtime/several_nodes.h"

namespace centime::api {
namespace {

class Certified : public testing::Test {
 protected:
  Certified() {
    nodes.open_all();
    Router router;
    add_api(router, {nodes.node(0), nodes.directory(0) / "tokens"});
    ServerOptions options;
    options.hooks.decorate = height_decorator(nodes.node(0));
    server = std::make_unique<Server>(std::move(router), std::move(options));
    if (const auto started = server->start(); !started) throw std::runtime_error(started.error());
    nodes.set_up_fund();
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

}  // namespace
}  // namespace centime::api
