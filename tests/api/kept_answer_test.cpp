// What a server gives twice is what it would have made anew, byte for byte but for the Date.
#include <boost/json.hpp>
#include <map>

#include "api/etag.h"
#include "tests/api/gunzip.h"
#include "tests/api/node_fixture.h"
#include "tests/api/server_fixture.h"

namespace centime::api {
namespace {

class KeptAnswers : public ServerTest {
 protected:
  KeptAnswers() {
    options.hooks.state = [this] { return state.load(); };
    options.hooks.decorate = [](const Request&, Response& response) {
      response.add("Decorated", "yes");
    };
    // Tells whom and what it was made for, and how often.
    router.get("/page/{id}", [this](const Request& request, PathParams params, Reply reply) {
      auto response = text_response(
          request.format == Format::html ? "text/html" : "application/json",
          "page " + params["id"] + " " + std::to_string(static_cast<int>(request.format)) +
              " for " + std::string(request.header("host").value_or("")) + " in " +
              std::string(request.header("accept-language").value_or("")) + " at " +
              std::to_string(state) + padding);
      response.etag = strong_etag(params["id"] + "-" + std::to_string(state));
      response.made_at = state;
      response.add("Made-At", std::to_string(state));
      ++made;
      reply(std::move(response));
    });
  }

  static std::string request(std::string_view target, std::string_view fields = "",
                             std::string_view method = "GET") {
    return std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" +
           std::string(fields) + "\r\n";
  }

  // The whole answer as it came, without its Date.
  static std::string bytes_of(RawClient& client, const std::string& request, bool head = false) {
    client.send(request);
    std::string got;
    for (;;) {
      const auto end = got.find("\r\n\r\n");
      if (end != std::string::npos) {
        const auto length = got.find("Content-Length: ");
        const bool body = !head && length < end;
        if (!body || got.size() >= end + 4 + std::stoul(got.substr(length + 16))) break;
      }
      if (!client.read_some()) break;
      got += client.take_received();
    }
    const auto date = got.find("Date: ");
    EXPECT_NE(date, std::string::npos) << got;
    if (date != std::string::npos) got.erase(date, got.find("\r\n", date) + 2 - date);
    return got;
  }

  std::atomic<std::uint64_t> state = 1;
  std::atomic<int> made = 0;
  void make_pages_large() {
    padding = std::string(12'000'000, 'x');
    options.limits.kept_answer_bytes = 128 * 1024 * 1024;
    options.limits.compress = false;
  }

  // The first page is kept, and is being sent to the slow one.
  void keep_while_one_reads(RawClient& slow, RawClient& other) {
    EXPECT_EQ(other.get("/page/1").status, 200U);
    EXPECT_EQ(other.get("/hello").status, 200U);  // So the large one has been given back.
    slow.send(request("/page/1"));
    ASSERT_TRUE(slow.read_some());
  }

  std::string padding;
};

TEST_F(KeptAnswers, AreGivenAgainByteForByte) {
  start();
  RawClient client(port());
  const auto first = bytes_of(client, request("/page/1"));
  EXPECT_EQ(first,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMade-At: 1\r\nDecorated: yes\r\n"
            "ETag: \"1-1\"\r\nCache-Control: no-cache\r\nVary: Accept\r\n"
            "Access-Control-Allow-Origin: *\r\n"
            "Access-Control-Expose-Headers: ETag, Centime-Height, Retry-After, "
            "Content-Disposition\r\n"
            "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
            "Content-Length: 26\r\n\r\npage 1 0 for test in  at 1");
  // Recognised by its head; read, and found by what it depends on.
  EXPECT_EQ(bytes_of(client, request("/page/1")), first);
  EXPECT_EQ(bytes_of(client, request("/page/1", "User-Agent: other\r\n")), first);
  EXPECT_EQ(bytes_of(client, "\r\n" + request("/page/1")), first);
  EXPECT_EQ(made, 1);
  EXPECT_EQ(server->counters().answered_again, 3U);
  EXPECT_EQ(server->counters().requests, 4U);
}

TEST_F(KeptAnswers, EndWithTheStateTheyWereMadeFrom) {
  start();
  RawClient client(port());
  const auto old = bytes_of(client, request("/page/1"));
  EXPECT_EQ(bytes_of(client, request("/page/1")), old);
  state = 2;
  const auto anew = bytes_of(client, request("/page/1"));
  EXPECT_NE(anew.find("at 2"), std::string::npos);
  EXPECT_NE(anew.find("Made-At: 2"), std::string::npos);
  EXPECT_EQ(bytes_of(client, request("/page/1")), anew);
  EXPECT_EQ(bytes_of(client, request("/page/1", "If-None-Match: \"1-1\"\r\n")), anew);
  EXPECT_EQ(made, 2);
}

TEST_F(KeptAnswers, OfAStateThatPassedMeanwhileAreSentButNotKept) {
  std::atomic<int> asked = 0;
  router.get("/slow", [&, this](const Request&, PathParams, Reply reply) {
    ++asked;
    threads.emplace_back([this, reply = std::move(reply)]() mutable {
      auto response = text_response("text/plain", "made at 1");
      response.made_at = 1;
      // Everyone else sees the next block before this is there.
      state = 2;
      RawClient other(port());
      bytes_of(other, request("/page/1"));
      reply(std::move(response));
    });
  });
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/slow").body, "made at 1");
  EXPECT_EQ(client.get("/slow").body, "made at 1");
  EXPECT_EQ(asked, 2);
}

TEST_F(KeptAnswers, DoNotMixLanguagesFormatsHostsAndTargets) {
  start();
  RawClient client(port());
  std::map<std::string, std::string> answers;
  for (int round = 0; round < 3; ++round) {
    for (const std::string target : {"/page/1", "/page/2", "/page/1.json", "/page/1?lang=fr"}) {
      for (const std::string accept : {"", "Accept: text/html\r\n", "Accept: text/csv\r\n"}) {
        for (const std::string language :
             {"", "Accept-Language: fr\r\n", "Accept-Language: fr, en\r\n"}) {
          for (const std::string host : {"test", "other:80"}) {
            const auto asked = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + accept +
                               language + "\r\n";
            const auto got = bytes_of(client, asked);
            const auto& known = answers.emplace(asked, got).first->second;
            EXPECT_EQ(got, known) << asked;
            const auto spoken = language.empty() ? "" : language.substr(17, language.size() - 19);
            EXPECT_NE(got.find(" for " + host + " in " + spoken + " at 1"), std::string::npos)
                << asked << got;
            const char* kind = target.ends_with(".json") || accept.empty() ? " 0 for "
                               : accept.starts_with("Accept: text/h")      ? " 2 for "
                                                                           : " 1 for ";
            EXPECT_NE(got.find(kind), std::string::npos) << asked << got;
          }
        }
      }
    }
  }
  EXPECT_EQ(answers.size(), 72U);
}

TEST_F(KeptAnswers, DependOnNoParameterThatTheRouteDoesNotRead) {
  router.get("/seen",
             [this](const Request& request, PathParams, Reply reply) {
               std::string seen = request.target;
               for (const auto& [name, value] : request.query) seen += " " + name + "=" + value;
               auto response = text_response("text/plain", seen);
               response.made_at = state;
               ++made;
               reply(std::move(response));
             },
             {.parameters = {{"a", "b"}}});
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/seen?fbclid=1").body, "/seen");
  EXPECT_EQ(client.get("/seen?x=2&x=3&lang").body, "/seen");
  EXPECT_EQ(client.get("/seen").body, "/seen");
  EXPECT_EQ(made, 1);
  EXPECT_EQ(client.get("/seen?b=1%202&x=4&a=&b=%26").body, "/seen?b=1%202&a=&b=%26 b=1 2 a= b=&");
  EXPECT_EQ(client.get("/seen?b=1+2&A=1&a&b=%26").body, "/seen?b=1%202&a=&b=%26 b=1 2 a= b=&");
  EXPECT_EQ(made, 2);
}

TEST_F(KeptAnswers, SayNotModifiedToWhoHasThemAndNothingMoreToHead) {
  start();
  RawClient client(port());
  const std::string same = "If-None-Match: \"1-1\"\r\n", other = "If-None-Match: \"x\"\r\n";
  // The first of each is made or read, the second recognised.
  std::string whole, unchanged, head;
  for (int i = 0; i < 3; ++i) {
    const auto conditional = bytes_of(client, request("/page/1", same));
    const auto full = bytes_of(client, request("/page/1", other));
    const auto only_head = bytes_of(client, request("/page/1", "", "HEAD"), true);
    const auto neither = bytes_of(client, request("/page/1", same, "HEAD"), true);
    if (i == 0) {
      whole = full;
      unchanged = conditional;
      head = only_head;
    }
    EXPECT_EQ(full, whole);
    EXPECT_EQ(only_head, head);
    EXPECT_EQ(conditional, unchanged);
    EXPECT_EQ(neither, unchanged);
  }
  EXPECT_EQ(made, 1);
  EXPECT_TRUE(whole.ends_with("at 1"));
  EXPECT_EQ(head, whole.substr(0, whole.find("\r\n\r\n") + 4));
  EXPECT_TRUE(unchanged.starts_with("HTTP/1.1 304 Not Modified\r\n"));
  for (const char* field : {"ETag: \"1-1\"", "Vary: Accept", "Made-At: 1", "Cache-Control: "})
    EXPECT_NE(unchanged.find(field), std::string::npos) << unchanged;
  for (const char* field : {"\r\nContent-Type: ", "\r\nContent-Length: "})
    EXPECT_EQ(unchanged.find(field), std::string::npos) << unchanged;
}

TEST_F(KeptAnswers, AreCompressedOnceAndNotMixedWithOthers) {
  padding.assign(4000, 'x');
  start();
  RawClient client(port());
  const std::string gzip = "Accept-Encoding: gzip\r\n";
  std::string packed, plain;
  for (int i = 0; i < 3; ++i) {
    const auto one = bytes_of(client, request("/page/1", gzip));
    const auto other = bytes_of(client, request("/page/1"));
    if (i == 0) {
      packed = one;
      plain = other;
    }
    EXPECT_EQ(one, packed);
    EXPECT_EQ(other, plain);
  }
  EXPECT_EQ(made, 2) << "each form once";
  const auto body = [](const std::string& bytes) {
    return bytes.substr(bytes.find("\r\n\r\n") + 4);
  };
  EXPECT_NE(packed.find("\r\nContent-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_EQ(plain.find("Content-Encoding"), std::string::npos);
  EXPECT_EQ(gunzip(body(packed)), body(plain));
  // What was recognised tells who has it nothing of the body.
  const auto known = gzip + "If-None-Match: \"1-1-gzip\"\r\n";
  const auto unchanged = bytes_of(client, request("/page/1", known));
  EXPECT_EQ(bytes_of(client, request("/page/1", known)), unchanged);
  EXPECT_TRUE(unchanged.starts_with("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_NE(unchanged.find("ETag: \"1-1-gzip\""), std::string::npos) << unchanged;
  EXPECT_EQ(unchanged.find("Content-"), unchanged.find("Content-Disposition")) << unchanged;
  EXPECT_EQ(bytes_of(client, request("/page/1", gzip + "If-None-Match: \"1-1\"\r\n")), packed);
  EXPECT_EQ(made, 2);
}

TEST_F(KeptAnswers, AHeadRequestMayComeFirst) {
  start();
  RawClient client(port());
  const auto head = bytes_of(client, request("/page/1", "", "HEAD"), true);
  const auto whole = bytes_of(client, request("/page/1"));
  EXPECT_EQ(head, whole.substr(0, whole.find("\r\n\r\n") + 4));
  EXPECT_TRUE(whole.ends_with("at 1"));
}

TEST_F(KeptAnswers, KeepToHowTheClientWantsTheConnection) {
  start();
  RawClient kept(port());
  bytes_of(kept, request("/page/1"));
  RawClient closing(port());
  EXPECT_EQ(closing.get("/page/1", "Connection: close\r\n").header("connection"), "close");
  EXPECT_TRUE(closing.closed());
  RawClient old(port());
  EXPECT_EQ(old.ask("GET /page/1 HTTP/1.0\r\nHost: test\r\n\r\n").body,
            "page 1 0 for test in  at 1");
  EXPECT_TRUE(old.closed());
  RawClient old_kept(port());
  const std::string keep = "GET /page/1 HTTP/1.0\r\nHost: test\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(old_kept.ask(keep).header("connection"), "keep-alive");
  EXPECT_EQ(old_kept.ask(keep).header("connection"), "keep-alive");
  EXPECT_EQ(made, 1);
}

TEST_F(KeptAnswers, NeverReachAnyoneFromARequestWithCredentials) {
  // A handler with a mistake: what it says is for one caller, and it lets it be kept.
  router.get("/mine", [this](const Request& request, PathParams, Reply reply) {
    auto response =
        text_response("text/plain", std::string(request.header("authorization").value_or("all")));
    response.made_at = state;
    reply(std::move(response));
  });
  start();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.get("/mine", "Authorization: Bearer a\r\n").body, "Bearer a");
    EXPECT_EQ(client.get("/mine").body, "all");
    EXPECT_EQ(client.get("/mine", "Authorization: Bearer b\r\n").body, "Bearer b");
  }
}

TEST_F(KeptAnswers, AreOnlyOfGoodAnswersWithAPlainBody) {
  std::atomic<int> asked = 0;
  router.get("/{what}", [&](const Request&, PathParams params, Reply reply) {
    Response response = text_response("text/plain", std::to_string(++asked));
    response.made_at = 1;
    if (params["what"] == "fresh") response.made_at = std::nullopt;
    if (params["what"] == "moved") response.status = 307;
    if (params["what"] == "gone") response = problem(404, "not_found", std::to_string(asked));
    if (params["what"] == "gone") response.made_at = 1;
    if (params["what"] == "malformed") response.add("X\r\n", "y");
    if (params["what"] == "stream") {
      response.body.clear();
      response.stream = [text = std::optional(std::to_string(asked))]() mutable {
        return std::exchange(text, std::nullopt);
      };
    }
    reply(std::move(response));
  });
  start();
  RawClient client(port());
  for (const char* target : {"/fresh", "/moved", "/gone", "/malformed", "/stream"}) {
    const int before = asked;
    for (int i = 0; i < 3; ++i) (void)client.get(target);
    EXPECT_EQ(asked, before + 3) << target;
  }
  EXPECT_EQ(server->counters().answered_again, 0U);
  EXPECT_EQ(server->counters().kept_bytes, 0U);
}

TEST_F(KeptAnswers, CountAgainstTheClientsLimit) {
  options.limits.loopback_exempt = false;
  options.limits.requests_per_second = 0.001;
  options.limits.request_burst = 5;
  start();
  RawClient client(port());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.get("/page/1").status, 200U);
  const auto refused = client.get("/page/1");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(boost::json::parse(refused.body).at("code").as_string(), "rate_limited");
  EXPECT_EQ(server->counters().rate_limited, 1U);
  EXPECT_EQ(server->counters().answered_again, 4U);
}

// Recognised by its head, and found by what it depends on.
TEST_F(KeptAnswers, TakeTheirShareOfTheBytesOfAllAnswers) {
  make_pages_large();
  options.limits.all_answers_bytes = padding.size() + 1000;
  start();
  RawClient slow(port(), 4096), other(port());
  keep_while_one_reads(slow, other);
  for (const std::string fields : {"", "User-Agent: other\r\n"}) {
    const auto refused = other.get("/page/1", fields);
    EXPECT_EQ(refused.status, 503U);
    EXPECT_EQ(boost::json::parse(refused.body).at("code").as_string(), "busy");
    EXPECT_EQ(refused.header("access-control-allow-origin"), "*");
    // What has no body needs no room.
    EXPECT_EQ(other.get("/page/1", fields + "If-None-Match: \"1-1\"\r\n").status, 304U);
    other.send(request("/page/1", fields, "HEAD"));
    EXPECT_EQ(other.read(true)->status, 200U);
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(slow.answer().body.size(), padding.size() + 26);
  EXPECT_EQ(slow.get("/hello").status, 200U);
  for (const char* fields : {"", "User-Agent: other\r\n"})
    EXPECT_EQ(other.get("/page/1", fields).status, 200U);
}

TEST_F(KeptAnswers, TakeTheirShareOfTheBytesOfOneClientsAnswers) {
  make_pages_large();
  options.limits.answer_bytes_per_client = padding.size() + 1000;
  options.limits.loopback_exempt = false;
  start();
  RawClient slow(port(), 4096), other(port());
  keep_while_one_reads(slow, other);
  EXPECT_EQ(other.get("/page/1").status, 503U);
  EXPECT_EQ(slow.answer().body.size(), padding.size() + 26);
  EXPECT_EQ(slow.get("/hello").status, 200U);
  EXPECT_EQ(other.get("/page/1").status, 200U);
}

TEST_F(KeptAnswers, AreToldToTheLogLikeOthers) {
  std::mutex mutex;
  std::vector<std::string> told;
  options.hooks.on_request = [&](const RequestSummary& request) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(request.trace_id.size(), 16U);
    EXPECT_EQ(request.peer, "127.0.0.1");
    told.push_back(std::string(request.method) + " " + std::string(request.path) + " " +
                   std::to_string(request.status) + " " + std::to_string(request.bytes));
  };
  start();
  RawClient client(port());
  for (int i = 0; i < 2; ++i) {
    bytes_of(client, request("/page/%31"));
    bytes_of(client, request("/page/%31", "", "HEAD"), true);
    bytes_of(client, request("/page/%31", "If-None-Match: *\r\n"));
  }
  server.reset();
  const std::vector<std::string> once{"GET /page/1 200 26", "HEAD /page/1 200 0",
                                      "GET /page/1 304 0"};
  std::vector<std::string> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(told, twice);
}

TEST_F(KeptAnswers, KeepTheirBoundUnderAFloodOfAddressesAndHeads) {
  padding = std::string(2000, 'x');
  options.threads = 2;
  options.limits.kept_answer_bytes = 256 * 1024;
  start();
  for (int turn = 0; turn < 2; ++turn) {
    RawClient client(port());
    for (int i = 0; i < 1000; ++i) {
      const auto id = std::to_string(i);
      EXPECT_EQ(client.get("/page/" + id).status, 200U);
      EXPECT_EQ(client.get("/page/0", "X: " + id + "\r\n").status, 200U);
      ASSERT_LE(server->counters().kept_bytes, 256U * 1024);
    }
    EXPECT_GT(server->counters().kept_bytes, 60U * 1024);
  }
  // What is asked all the time stays.
  EXPECT_GE(server->counters().answered_again, 1900U);
}

// The client takes megabytes slowly while the answer is forgotten.
TEST_F(KeptAnswers, AreSentToTheirEndThoughForgottenMeanwhile) {
  padding = std::string(3'000'000, 'x');
  options.limits.kept_answer_bytes = 64 * 1024 * 1024;
  start();
  RawClient other(port());
  other.get("/page/1");
  RawClient slow(port(), 4096);
  slow.send(request("/page/1"));
  ASSERT_TRUE(soon([&] { return server->counters().answered_again == 1; }));
  state = 2;
  EXPECT_EQ(other.get("/page/2").status, 200U);
  const auto answer = slow.read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->whole);
  EXPECT_EQ(answer->body, "page 1 0 for test in  at 1" + padding);
  EXPECT_EQ(server->counters().answered_again, 1U);
}

TEST_F(KeptAnswers, AreSentInOrderToWhoAsksWithoutWaiting) {
  padding = std::string(5000, 'x');
  start();
  RawClient client(port());
  std::string requests;
  for (int i = 0; i < 2000; ++i) requests += request("/page/" + std::to_string(i % 7));
  std::thread sender([&] { client.send(requests); });
  for (int i = 0; i < 2000; ++i) {
    const auto response = client.read();
    if (!response ||
        response->body != "page " + std::to_string(i % 7) + " 0 for test in  at 1" + padding) {
      ADD_FAILURE() << "answer " << i;
      break;
    }
  }
  sender.join();
  EXPECT_EQ(made, 7);
}

TEST_F(KeptAnswers, NothingIsKeptWithoutAStateOrRoom) {
  for (const bool without_state : {true, false}) {
    if (without_state)
      options.hooks.state = nullptr;
    else
      options.limits.kept_answer_bytes = 0;
    if (!without_state) options.hooks.state = [this] { return state.load(); };
    start();
    RawClient client(port());
    const int before = made;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get("/page/1").status, 200U);
    EXPECT_EQ(made, before + 3);
    server.reset();
  }
}

class KeptLedgerAnswers : public NodeTest {};

TEST_F(KeptLedgerAnswers, EndWithTheNextBlock) {
  const Story story = tell_story();
  const auto target = "/v1/donations/" + story.donation + "/trace";
  const auto first = get(target), again = get(target);
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("centime-height"), first.header("centime-height"));
  EXPECT_EQ(server->counters().answered_again, 1U);
  state_record(test::open_giving, test::refund_of(id_of(story.donation), 100));
  const auto later = get(target);
  EXPECT_NE(later.body, first.body);
  EXPECT_EQ(later.header("centime-height"),
            std::to_string(node->published()->snapshot->head().height.value));
  EXPECT_EQ(server->counters().answered_again, 1U);
}

}  // namespace
}  // namespace centime::api
