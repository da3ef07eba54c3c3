// Answers that are made while they are sent.
#include <fstream>

#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#endif

#include "api/csv_reader.h"
#include "api/csv_stream.h"
#include "tests/api/server_fixture.h"

namespace centime::api {
namespace {

class ServerStreamTest : public ServerTest {};

// Of this process. AddressSanitizer keeps freed memory back, so there it is asked itself.
std::size_t bytes_held() {
#if __has_feature(address_sanitizer)
  return __sanitizer_get_current_allocated_bytes();
#else
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
#endif
}

CsvRows counting_rows(std::uint64_t count, std::atomic<std::uint64_t>& made) {
  return [count, &made](CsvWriter& writer) {
    const auto n = made++;
    writer.number(n).text("=cmd|' /C calc'!A" + std::to_string(n)).text(std::string(100, 'x'));
    writer.end_row();
    return n + 1 < count;
  };
}

void add_rows(Router& router, std::uint64_t rows, std::atomic<std::uint64_t>& made) {
  router.get("/rows", [rows, &made](const Request&, PathParams, Reply reply) {
    reply(csv_response("rows.csv", {"n", "text", "filler"}, counting_rows(rows, made)));
  });
}

TEST_F(ServerStreamTest, StreamsCsvOfManyMegabytesInBoundedMemory) {
  std::atomic<std::uint64_t> made = 0;
  constexpr std::uint64_t rows = 200'000;  // About 25 MB.
  router.get("/rows", [&](const Request&, PathParams, Reply reply) {
    reply(csv_response("rows of \"x\".csv", {"n", "text", "filler"}, counting_rows(rows, made)));
  });
  start();
  RawClient client(port());
  const auto before = bytes_held();
  client.send("GET /rows.csv HTTP/1.1\r\nHost: t\r\n\r\n");
  std::size_t bytes = 0, peak = 0;
  std::string tail;
  // Read and thrown away, so that what grows is the server's.
  while (!tail.ends_with("\r\n0\r\n\r\n") && client.read_some()) {
    const auto piece = client.take_received();
    bytes += piece.size();
    tail = (tail + piece.substr(piece.size() - std::min<std::size_t>(piece.size(), 16)));
    tail = tail.substr(tail.size() - std::min<std::size_t>(tail.size(), 16));
    peak = std::max(peak, bytes_held());
  }
  EXPECT_TRUE(tail.ends_with("\r\n0\r\n\r\n"));
  EXPECT_EQ(made, rows);
  EXPECT_GT(bytes, 22'000'000u);
  EXPECT_LT(peak - std::min(peak, before), 8'000'000u);
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST_F(ServerStreamTest, MakesNoMoreThanASlowReaderTakes) {
  std::atomic<std::uint64_t> made = 0;
  add_rows(router, 400'000, made);
  start();
  {
    RawClient slow(port(), 16 * 1024);
    slow.send("GET /rows.csv HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(soon([&] { return made > 0; }));
    std::uint64_t stalled = 0;
    for (int i = 0; i < 50 && stalled != made; ++i) {
      stalled = made;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    EXPECT_EQ(made, stalled);
    EXPECT_LT(stalled, 100'000u);  // What the kernel's buffers hold, not the whole.
    RawClient other(port());
    EXPECT_EQ(other.get("/hello").body, "hello");  // Nobody else waits.
  }
  EXPECT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
}

TEST_F(ServerStreamTest, CutsAReaderThatTakesNothing) {
  std::atomic<std::uint64_t> made = 0;
  options.limits.write_timeout = std::chrono::milliseconds(300);
  add_rows(router, 400'000, made);
  start();
  RawClient stuck(port(), 16 * 1024);
  stuck.send("GET /rows.csv HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(soon([&] { return made > 0; }));
  EXPECT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
  EXPECT_LT(made, 400'000u);
}

TEST_F(ServerStreamTest, SendsARowThatReadsBackAsItWas) {
  router.get("/rows", [](const Request&, PathParams, Reply reply) {
    reply(csv_response("my rows.csv", {"id", "note"}, [](CsvWriter& writer) {
      writer.number(std::int64_t{-5}).text("two\r\nlines, and \"quotes\"").end_row();
      return false;
    }));
  });
  start();
  RawClient client(port());
  const auto response = client.get("/rows.csv");
  EXPECT_EQ(response.header("content-disposition"), "attachment; filename=\"my_rows.csv\"");
  CsvReader reader(response.body);
  EXPECT_EQ(reader.header(), (std::vector<std::string>{"id", "note"}));
  const auto row = reader.next();
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->cells, (std::vector<std::string>{"-5", "two\r\nlines, and \"quotes\""}));
}

TEST_F(ServerStreamTest, StreamsToHttp10UntilItCloses) {
  router.get("/rows", [](const Request&, PathParams, Reply reply) {
    reply(csv_response("rows.csv", {"id"}, [n = 0](CsvWriter& writer) mutable {
      writer.number(std::int64_t{n}).end_row();
      return ++n < 3;
    }));
  });
  start();
  RawClient client(port());
  const auto response = client.ask("GET /rows.csv HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(response.header("transfer-encoding"), "");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_EQ(response.body, "id\r\n0\r\n1\r\n2\r\n");
  EXPECT_FALSE(client.was_reset());
}

TEST_F(ServerStreamTest, LeavesABrokenStreamVisiblyUnfinished) {
  router.get("/broken", [](const Request&, PathParams, Reply reply) {
    reply(csv_response("rows.csv", {"id"}, [n = 0](CsvWriter& writer) mutable -> bool {
      if (++n == 20'000) throw std::runtime_error("a row that cannot be read");
      writer.text("some cell").end_row();
      return true;
    }));
  });
  start();
  RawClient client(port());
  const auto response = client.get("/broken.csv");
  EXPECT_FALSE(response.whole);
  ASSERT_TRUE(soon([&] { return errors().size() == 1; }));
  EXPECT_NE(errors()[0].find("a row that cannot be read"), std::string::npos);
}

// Until-close framing has no last chunk to miss: only a reset tells a part from the whole.
TEST_F(ServerStreamTest, ResetsAnHttp10StreamThatThrows) {
  router.get("/broken", [](const Request&, PathParams, Reply reply) {
    reply(csv_response("rows.csv", {"id"}, [n = 0](CsvWriter& writer) mutable -> bool {
      if (++n == 20'000) throw std::runtime_error("a row that cannot be read");
      writer.text("some cell").end_row();
      return true;
    }));
  });
  start();
  RawClient client(port());
  client.send("GET /broken.csv HTTP/1.0\r\n\r\n");
  client.read_all();
  EXPECT_TRUE(client.was_reset());
}

TEST_F(ServerStreamTest, ResetsAnHttp10StreamThatIsNotTaken) {
  std::atomic<std::uint64_t> made = 0;
  options.limits.write_timeout = std::chrono::milliseconds(300);
  add_rows(router, 400'000, made);
  start();
  RawClient stuck(port(), 16 * 1024);
  stuck.send("GET /rows.csv HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(soon([&] { return made > 0; }));
  ASSERT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
  EXPECT_LT(made, 400'000u);
  stuck.read_all();
  EXPECT_TRUE(stuck.was_reset());
}

TEST_F(ServerStreamTest, ResetsAnHttp10StreamAtTheStopDeadline) {
  std::atomic<std::uint64_t> made = 0;
  options.limits.stop_deadline = std::chrono::milliseconds(200);
  add_rows(router, 400'000, made);
  start();
  RawClient slow(port(), 16 * 1024);
  slow.send("GET /rows.csv HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(soon([&] { return made > 0; }));
  server->stop();
  slow.read_all();
  EXPECT_TRUE(slow.was_reset());
}

TEST_F(ServerStreamTest, AnswersHeadOfAStreamWithoutMakingIt) {
  std::atomic<std::uint64_t> made = 0;
  add_rows(router, 10, made);
  start();
  RawClient client(port());
  client.send("HEAD /rows.csv HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.read(true)->status, 200u);
  EXPECT_EQ(made, 0u);
  EXPECT_EQ(client.get("/hello").body, "hello");
}

// A source of events: hands out what a test publishes, from the test's thread.
class Events {
 public:
  Response response() {
    Response live;
    live.content_type = "text/event-stream";
    live.keep_alive = ":\n\n";
    live.live = [this, alive = alive_](NextChunk next) {
      const std::lock_guard lock(mutex_);
      waiting_ = std::move(next);
    };
    live.live_fault = [this] { return fault_; };
    return live;
  }

  bool publish(std::optional<std::string> event) {
    NextChunk next = asked();
    if (next) next(std::move(event));
    return next != nullptr;
  }

  // Instead of an answer.
  bool drop(std::string why = {}) {
    const NextChunk next = asked();
    fault_ = std::move(why);
    return next != nullptr;
  }

  bool listened() const { return alive_.use_count() > 1; }

 private:
  // What the server asked for last, once it asks; nothing after three seconds.
  NextChunk asked() {
    for (int i = 0; i < 300; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (waiting_) return std::exchange(waiting_, nullptr);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return nullptr;
  }

  std::mutex mutex_;
  NextChunk waiting_;
  std::string fault_;  // As live_fault: written before the last NextChunk is dropped.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

class ServerLiveTest : public ServerTest {
 protected:
  ServerLiveTest() {
    router.get("/events",
               [this](const Request&, PathParams, Reply reply) { reply(events.response()); });
  }

  Events events;
};

TEST_F(ServerLiveTest, SendsEventsAsTheyCome) {
  start();
  RawClient client(port());
  client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(events.publish("data: 1\n\n"));
  ASSERT_TRUE(events.publish("data: 2\n\n"));
  ASSERT_TRUE(events.publish(std::nullopt));
  const auto response = client.read();
  EXPECT_EQ(response->header("content-type"), "text/event-stream");
  EXPECT_EQ(response->body, "data: 1\n\ndata: 2\n\n");
  EXPECT_TRUE(response->whole);
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST_F(ServerLiveTest, SaysThatItIsAliveAndNoticesWhoLeft) {
  options.limits.keep_alive_interval = std::chrono::milliseconds(200);
  start();
  {
    RawClient client(port());
    client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
    std::string received;
    while (received.find("3\r\n:\n\n\r\n3\r\n:\n\n\r\n") == std::string::npos) {
      ASSERT_TRUE(client.read_some());
      received += client.take_received();
    }
    EXPECT_TRUE(events.listened());
  }
  EXPECT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
  EXPECT_FALSE(events.listened());
  events.publish("data: nobody\n\n");
}

TEST_F(ServerLiveTest, EndsWhenTheSourceDropsIt) {
  start();
  RawClient client(port());
  client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(events.publish("data: 1\n\n"));
  ASSERT_TRUE(events.drop());
  EXPECT_TRUE(client.answer().whole);
  EXPECT_TRUE(errors().empty());
}

TEST_F(ServerLiveTest, TellsTheOperatorWhyTheSourceDroppedIt) {
  start();
  RawClient client(port());
  client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(events.drop("a record that cannot be read"));
  EXPECT_TRUE(client.answer().whole);
  ASSERT_EQ(errors().size(), 1U);
  EXPECT_TRUE(errors()[0].ends_with("a live stream threw: a record that cannot be read"));
}

TEST_F(ServerLiveTest, ResetsAnHttp10StreamWhoseClientStopsSending) {
  start();
  RawClient client(port());
  client.send("GET /events HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(events.publish("data: 1\n\n"));
  client.end_sending();
  client.read_all();
  EXPECT_TRUE(client.was_reset());
}

TEST_F(ServerLiveTest, EndsAnHttp10StreamInOrderWithItsSource) {
  start();
  RawClient client(port());
  client.send("GET /events HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(events.publish("data: 1\n\n"));
  ASSERT_TRUE(events.publish(std::nullopt));
  EXPECT_EQ(client.answer().body, "data: 1\n\n");
  EXPECT_FALSE(client.was_reset());
}

TEST_F(ServerLiveTest, EndsInOrderWhenTheServerStops) {
  options.limits.stop_deadline = std::chrono::minutes(1);
  start();
  RawClient client(port());
  client.send("GET /events HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(events.publish("data: 1\n\n"));
  const auto begun = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  const auto response = client.read();
  EXPECT_EQ(response->body, "data: 1\n\n");
  EXPECT_TRUE(response->whole);
  EXPECT_FALSE(events.listened());
}

}  // namespace
}  // namespace centime::api
