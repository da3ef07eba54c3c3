// A real node with a store of its own and a server on a free port of 127.0.0.1, and one call per
// thing that members do over HTTP.
//
// The network is that of LedgerWorld with one validator, the platform, whose node this is.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/http_client.h"
#include "api/tokens.h"
#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "tests/support/ledger_world.h"

namespace centime::api {

class NodeTest : public testing::Test {
 protected:
  NodeTest() {
    std::string name = testing::TempDir() + "centime-api-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    ledger::Genesis genesis = test::world_genesis();
    genesis.validators.items = {test::open_giving};
    const auto made = runtime::create_node(directory_, genesis);
    if (!made) throw std::runtime_error(made.error());
    open_node();
    tokens_file = directory_ / "tokens";
    serve();
  }

  ~NodeTest() override {
    stop();
    std::filesystem::remove_all(directory_);
  }

  void stop() {
    server.reset();
    node.reset();
  }

  void start() {
    open_node();
    serve();
  }

  // Where the node's store is; to be opened while the node is stopped.
  std::filesystem::path store_directory() const { return directory_ / "db"; }

  void open_node() {
    runtime::NodeOptions options;
    options.directory = directory_;
    options.self = test::open_giving;
    options.block_cache_bytes = 8 << 20;
    options.write_buffer_bytes = 4 << 20;
    auto opened = runtime::Node::open(options, test::fixed_key(test::open_giving.value));
    if (!opened) throw std::runtime_error(opened.error());
    node = std::move(*opened);
  }

  // Ends server and node, and begins both anew on what is on the disk.
  void restart() {
    stop();
    start();
  }

  void serve(const ServerLimits& limits = {}, const EventLimits& events = {}) {
    server.reset();
    Router router;
    add_api(router, {*node, tokens_file, "0.1.0", events});
    ServerOptions options;
    options.threads = 2;
    options.limits = limits;
    options.hooks.state = ledger_state(*node);
    options.hooks.decorate = height_decorator(*node);
    server = std::make_unique<Server>(std::move(router), std::move(options));
    const auto started = server->start();
    if (!started) throw std::runtime_error(started.error());
  }

  std::string url(std::string_view target) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + std::string(target);
  }

  ClientResponse get(std::string_view target, const Fields& headers = {}) {
    return request("GET", target, headers, {});
  }

  ClientResponse post(std::string_view target, std::string_view body,
                      std::string_view type = "application/json", Fields headers = {}) {
    headers.emplace_back("Content-Type", type);
    return request("POST", target, headers, body);
  }

  virtual ClientResponse request(std::string_view method, std::string_view target,
                                 const Fields& headers, std::string_view body) {
    auto answer = client.request(method, url(target), headers, body);
    if (!answer) throw std::runtime_error(answer.error().detail);
    return std::move(*answer);
  }

  static boost::json::value json_of(const ClientResponse& response) {
    return boost::json::parse(response.body);
  }

  // A text to compare JSON with.
  static boost::json::value text(std::string_view value) { return boost::json::string(value); }

  // The answer's JSON, when it is an answer and no problem.
  boost::json::value read(std::string_view target) {
    const ClientResponse response = get(target);
    EXPECT_EQ(response.status, 200U) << target << "\n" << response.body;
    return json_of(response);
  }

  // The word and status of a problem.
  struct Refused {
    unsigned status;
    std::string code;
    bool operator==(const Refused&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Refused& refused) {
      return out << refused.status << " " << refused.code;
    }
  };
  static Refused refused(const ClientResponse& response) {
    EXPECT_EQ(response.header("content-type"), "application/problem+json") << response.body;
    const auto json = json_of(response);
    EXPECT_EQ(json.at("status").to_number<unsigned>(), response.status);
    return {response.status, std::string(json.at("code").as_string())};
  }

  ledger::Record record(ledger::RecordBody body) {
    return {{"api-" + std::to_string(++references_)}, std::move(body)};
  }

  ledger::Submission sign(const ledger::MemberId& author, std::vector<ledger::Record> records) {
    return ledger::sign_submission(node->network(), author, test::fixed_key(author.value),
                                   std::move(records));
  }

  ClientResponse submit(const ledger::Submission& submission, std::string_view query = "") {
    return post("/v1/submissions" + std::string(query), crypto::as_text(crypto::encode(submission)),
                "application/octet-stream");
  }

  // Records one statement of any member, over HTTP; its id.
  std::string state_record(const ledger::MemberId& author, ledger::RecordBody body) {
    const auto response = submit(sign(author, {record(std::move(body))}));
    EXPECT_EQ(response.status, 201U) << response.body;
    return std::string(json_of(response).at("ids").at(0).as_string());
  }

  static ledger::RecordId id_of(std::string_view hex) {
    ledger::RecordId id;
    const auto bytes = crypto::from_hex(hex);
    if (!bytes || bytes->size() != id.bytes.size()) throw std::runtime_error("no record id");
    std::ranges::copy(*bytes, id.bytes.begin());
    return id;
  }

  // The channel `web` and the fund `relief` of the NGO `red_aid`, open for donations.
  void open_fund() {
    state_record(test::open_giving, test::channel_of(test::web));
    state_record(test::red_aid, test::proposal_of(test::relief));
    state_record(test::tender, test::approval_of(test::relief));
  }

  // 50.00 EUR given; 40.00 sent on and acknowledged; 30.00 of it spent; 2.00 refunded.
  struct Story {
    std::string donation, disbursement, expenditure, refund;
  };
  Story tell_story() {
    open_fund();
    Story story;
    story.donation = state_record(test::open_giving, test::donation_of(5000));
    story.disbursement =
        state_record(test::open_giving, test::disbursement_of(test::red_aid, 4000));
    const auto sent = id_of(story.disbursement);
    state_record(test::red_aid, test::acknowledgement_of(sent, 4000));
    story.expenditure = state_record(test::red_aid, test::expenditure_of(3000));
    story.refund = state_record(test::open_giving, test::refund_of(id_of(story.donation), 200));
    return story;
  }

  std::string token(std::vector<Scope> scopes = {Scope::record}, std::string name = "shop") {
    const auto made = create_token(tokens_file, {std::move(name), std::move(scopes), {}});
    EXPECT_TRUE(made);
    return made ? made->secret : std::string();
  }

  std::filesystem::path tokens_file;
  std::unique_ptr<runtime::Node> node;
  std::unique_ptr<Server> server;
  HttpClient client{{.timeout = std::chrono::minutes(5)}};  // On a busy machine, sanitized.

 private:
  std::filesystem::path directory_;
  std::uint64_t references_ = 0;
};

}  // namespace centime::api
