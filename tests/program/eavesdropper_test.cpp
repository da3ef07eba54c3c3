// What passes between an importer and a node, read on the way by somebody who would record it.
#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <mutex>

#include "api/http_client.h"
#include "api/server.h"
#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;

// Hands everything on to a node, and keeps what is posted.
class Eavesdropper {
 public:
  explicit Eavesdropper(std::string node) : node_(std::move(node)) {
    api::Router router;
    const auto hand_on = [this](const api::Request& request, api::PathParams, api::Reply reply) {
      reply(pass(request));
    };
    for (const char* path : {"/v1/{path...}", "/tile/{path...}"}) router.get(path, hand_on);
    for (const char* path : {"/v1/submissions", "/v1/submissions/check"})
      router.post(path, hand_on, {.body_limit = [](const api::Request&) { return 8U << 20; }});
    server_ = std::make_unique<api::Server>(std::move(router), api::ServerOptions{});
    const auto started = server_->start();
    EXPECT_TRUE(started) << started.error();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  // Is told the path of what is posted, before the node is.
  void on_post(std::function<void(const std::string&)> told) {
    const std::lock_guard lock(mutex_);
    on_post_ = std::move(told);
  }

  // The paths and bodies that were posted, in order.
  std::vector<std::pair<std::string, std::string>> posted() {
    const std::lock_guard lock(mutex_);
    return posted_;
  }

 private:
  api::Response pass(const api::Request& request) {
    if (request.method == "POST") {
      const std::lock_guard lock(mutex_);
      posted_.emplace_back(request.path, request.body);
      if (on_post_) on_post_(request.path);
    }
    api::HttpClient client;
    api::Fields headers;
    if (const auto type = request.header("content-type"))
      headers.emplace_back("Content-Type", *type);
    const auto answer =
        client.request(request.method, node_ + request.target, headers, request.body);
    api::Response response;
    response.status = answer ? answer->status : 502;
    if (!answer) return response;
    response.content_type = answer->header("content-type").value_or("");
    response.body = answer->body;
    return response;
  }

  const std::string node_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>> posted_;
  std::function<void(const std::string&)> on_post_;
  std::unique_ptr<api::Server> server_;  // Last: it answers from the others.
};

// The submissions in the body of a check, each behind its length.
std::vector<std::string> submissions_in(std::string_view body) {
  std::vector<std::string> submissions;
  while (body.size() >= 4) {
    std::size_t size = 0;
    for (const char byte : body.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(byte);
    submissions.emplace_back(body.substr(4, size));
    body.remove_prefix(std::min(body.size(), 4 + size));
  }
  return submissions;
}

class Overheard : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    const std::vector<Cells> rows = good_rows();
    ASSERT_EQ(import(csv("fund.csv", {rows.begin(), rows.begin() + 3})).code, 0);
    eavesdropper_ = std::make_unique<Eavesdropper>(url());
  }

  Result import_overheard(const std::vector<Cells>& rows, const Arguments& more) {
    Arguments arguments{
        "import",         "csv",   csv("gifts.csv", rows), "--node", eavesdropper_->url(), "--keys",
        path("net/keys"), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return centime(arguments);
  }

  // Whether the node records none of what was sent to be checked.
  void expect_worthless() {
    const std::uint64_t before = entries();
    std::size_t tried = 0;
    for (const auto& [path, body] : eavesdropper_->posted()) {
      ASSERT_EQ(path, "/v1/submissions/check");
      for (const std::string& submission : submissions_in(body)) {
        api::HttpClient client;
        const auto answer =
            client.request("POST", url() + "/v1/submissions",
                           {{"Content-Type", "application/octet-stream"}}, submission);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 422U) << answer->body;
        EXPECT_THAT(answer->body, HasSubstr("\"bad_signature\""));
        ++tried;
      }
    }
    EXPECT_GT(tried, 0U);
    EXPECT_EQ(entries(), before);
  }

  std::unique_ptr<Eavesdropper> eavesdropper_;
};

// They were signed as if they were to be recorded, and their salts thrown away.
TEST_F(Overheard, ADryRunGivesAwayNothingThatCanBeRecorded) {
  const Result result = import_overheard({gift("gift-1", "50.00"), gift("gift-2", "7.00")},
                                         {"--receipts", path("receipts.csv"), "--dry-run"});
  ASSERT_EQ(result.code, 0) << result.out;
  expect_worthless();
}

TEST_F(Overheard, AnImportThatIsRefusedGivesAwayNothingThatCanBeRecorded) {
  const Result result =
      import_overheard({gift("gift-1", "50.00"), with(gift("gift-2", "7.00"), {{"fund", "sand"}})},
                       {"--receipts", path("receipts.csv")});
  ASSERT_EQ(result.code, 1) << result.out;
  expect_worthless();
}

TEST_F(Overheard, WhatIsRecordedHasItsSaltOnTheDiskBefore) {
  std::string saved;
  eavesdropper_->on_post([&](const std::string& posted) {
    if (posted == "/v1/submissions") saved = read_text(path("receipts.csv"));
  });
  const Result result =
      import_overheard({gift("gift-1", "50.00")}, {"--receipts", path("receipts.csv")});
  ASSERT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(saved, HasSubstr("gift-1"));
}

}  // namespace
}  // namespace centime::program::testing
