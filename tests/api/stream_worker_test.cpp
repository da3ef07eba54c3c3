// Files that are made piece by piece beside the server's threads.
#include "api/stream_worker.h"

#include <stdexcept>

#include "api/csv_stream.h"
#include "tests/api/server_fixture.h"

namespace centime::api {
namespace {

class StreamWorkerTest : public ServerTest {
 protected:
  // GET /file: the pieces of a new `make`.
  void serve(std::function<MakePiece()> make) {
    router.get("/file",
               [this, make = std::move(make)](const Request& request, PathParams, Reply reply) {
                 Response response = csv_file("file.csv", "head\r\n");
                 const auto sent = files.send(response, client_of_test(request), make());
                 if (!sent)
                   response = text_response(
                       "text/plain", "no",
                       sent.error() == StreamWorker::Refusal::streams_per_client ? 429 : 503);
                 reply(std::move(response));
               });
    start();
  }

  // All of them come from loopback, which has no share; so who they are stands in the query.
  static std::string client_of_test(const Request& request) {
    return std::string(request.parameter("client").value_or(""));
  }

  void ask(RawClient& client, const std::string& who = "") {
    client.send("GET /file?client=" + who + " HTTP/1.1\r\nHost: t\r\n\r\n");
  }

  ~StreamWorkerTest() override { server.reset(); }

  StreamWorker files{3, 2};
};

// So many pieces, each after one that is empty.
MakePiece counting(int pieces) {
  return [n = 0, pieces]() mutable -> std::optional<std::string> {
    if (n == 2 * pieces) return std::nullopt;
    return n++ % 2 == 0 ? "" : std::to_string(n / 2) + "\r\n";
  };
}

// Never ends, and has nothing to tell either.
MakePiece working() {
  return []() -> std::optional<std::string> { return ""; };
}

TEST_F(StreamWorkerTest, SendsAllPiecesAndThenTheNextAnswer) {
  serve([] { return counting(3); });
  RawClient client(port());
  ask(client);
  const auto response = client.read();
  EXPECT_EQ(response->body, "head\r\n1\r\n2\r\n3\r\n");
  EXPECT_TRUE(response->whole);
  EXPECT_EQ(client.get("/hello").body, "hello");
  EXPECT_TRUE(soon([&] { return files.under_way() == 0; }));
}

TEST_F(StreamWorkerTest, APieceThatThrowsCutsTheConnectionInTheMiddle) {
  serve([] {
    return MakePiece([n = 0]() mutable -> std::optional<std::string> {
      if (n++ == 1) throw std::runtime_error("a row that cannot be read");
      return "1\r\n";
    });
  });
  RawClient client(port());
  ask(client);
  EXPECT_FALSE(client.answer().whole);
  EXPECT_TRUE(soon([&] { return !errors().empty(); }));
  EXPECT_TRUE(soon([&] { return files.under_way() == 0; }));
}

TEST_F(StreamWorkerTest, AFileIsNotWholeWhenTheServerStops) {
  serve(working);
  RawClient client(port());
  ask(client);
  ASSERT_TRUE(soon([&] { return files.under_way() == 1; }));
  server->stop();
  EXPECT_FALSE(client.answer().whole);
}

TEST_F(StreamWorkerTest, RefusesMoreThanItsNumberUntilOneIsGone) {
  serve(working);
  std::optional<RawClient> first(port());
  RawClient second(port()), third(port()), fourth(port());
  ask(*first);
  ask(second);
  ask(third);
  ASSERT_TRUE(soon([&] { return files.under_way() == 3; })) << "all places are loopback's";
  EXPECT_EQ(fourth.get("/file").status, 503U);
  EXPECT_EQ(files.under_way(), 3U);
  first.reset();
  ASSERT_TRUE(soon([&] { return files.under_way() == 2; })) << "who left is noticed";
  ask(fourth);
  EXPECT_TRUE(soon([&] { return files.under_way() == 3; }));
}

TEST_F(StreamWorkerTest, LeavesPlacesToOthersThanTheClientThatTakesItsTime) {
  serve(working);
  std::optional<RawClient> first(port());
  RawClient second(port()), third(port()), other(port());
  ask(*first, "slow");
  ask(second, "slow");
  ASSERT_TRUE(soon([&] { return files.under_way() == 2; }));
  EXPECT_EQ(third.get("/file?client=slow").status, 429U);
  EXPECT_EQ(files.under_way(), 2U) << "the refused one took no place";
  ask(other, "other");
  ASSERT_TRUE(soon([&] { return files.under_way() == 3; }));
  EXPECT_EQ(RawClient(port()).get("/file?client=third").status, 503U);
  first.reset();
  ASSERT_TRUE(soon([&] { return files.under_way() == 2; }));
  ask(third, "slow");
  EXPECT_TRUE(soon([&] { return files.under_way() == 3; })) << "its place came back";
}

TEST_F(StreamWorkerTest, LongFilesTakeTurns) {
  std::atomic<bool> endless = true;
  serve([&] { return endless.exchange(false) ? working() : counting(100); });
  RawClient one(port()), other(port());
  ask(one);
  ASSERT_TRUE(soon([&] { return files.under_way() == 1; }));
  ask(other);
  EXPECT_TRUE(other.answer().whole);
}

}  // namespace
}  // namespace centime::api
