// GET /v1/events over real sockets: what is told, where a reader goes on, and what it can't do.
#include <algorithm>
#include <future>
#include <random>
#include <thread>

#include "tests/api/event_reader.h"
#include "tests/api/made_answer.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using test::open_giving;
using test::red_aid;
using namespace std::chrono_literals;

class EventStream : public NodeTest {
 protected:
  std::uint16_t port() const { return server->port(); }

  std::uint64_t size() const { return node->published()->snapshot->head().size; }

  // The index of every record in the log above `after`.
  std::vector<std::uint64_t> records_after(std::uint64_t after) const {
    std::vector<std::uint64_t> entries;
    const auto published = node->published();
    for (std::uint64_t i = after + 1; i < published->snapshot->head().size; ++i)
      if (published->snapshot->entry({i}).front() == ledger::record_entry_tag) entries.push_back(i);
    return entries;
  }

  static std::vector<std::uint64_t> ids(const std::vector<SeenEvent>& events) {
    std::vector<std::uint64_t> ids;
    for (const auto& event : events) ids.push_back(event.id);
    return ids;
  }

  void give(std::size_t donations) {
    std::vector<ledger::Record> records;
    for (std::size_t i = 0; i < donations; ++i)
      records.push_back(record(test::donation_of(100 + static_cast<std::int64_t>(i))));
    const auto receipt = node->record_and_wait(std::move(records));
    ASSERT_TRUE(receipt);
  }

  template <typename Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 3000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
};

TEST_F(EventStream, TellsEachNewRecordOnceWithItsKindFundAndDonation) {
  open_fund();
  EventReader reader(port());
  const std::string head = reader.head();
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Cache-Control: no-store\r\n"), std::string::npos) << head;
  const auto donation = state_record(open_giving, test::donation_of(5000));
  const auto sent = state_record(open_giving, test::disbursement_of(red_aid, 4000));
  const auto refund = state_record(open_giving, test::refund_of(id_of(donation), 200));

  const auto events = reader.take(3);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].name, "record");
  EXPECT_EQ(events[0].data.at("type"), text("donation"));
  EXPECT_EQ(events[0].data.at("id"), text(donation));
  EXPECT_EQ(events[0].data.at("fund"), text("relief"));
  EXPECT_EQ(events[0].data.at("donation"), text(donation));
  EXPECT_EQ(events[0].data.at("entry").to_number<std::uint64_t>(), events[0].id);
  EXPECT_EQ(events[1].data.at("id"), text(sent));
  EXPECT_FALSE(events[1].data.contains("donation"));
  EXPECT_EQ(events[2].data.at("id"), text(refund));
  EXPECT_EQ(events[2].data.at("donation"), text(donation));
  const auto all = records_after(0);
  EXPECT_EQ(ids(events), (std::vector(all.end() - 3, all.end())));
}

TEST_F(EventStream, GoesOnBehindTheIdThatTheReaderSaw) {
  tell_story();
  const auto all = records_after(0);
  EventReader first(port(), "?after=0");
  const auto seen = first.take(2);
  EXPECT_EQ(ids(seen), std::vector(all.begin(), all.begin() + 2));
  // A browser connects to the address it began with, and says in the header where it is.
  EventReader second(port(), "?after=0",
                     "Last-Event-ID: " + std::to_string(seen.back().id) + "\r\n");
  EXPECT_EQ(ids(second.take(all.size() - 2)), std::vector(all.begin() + 2, all.end()));
}

TEST_F(EventStream, AReaderCutOffBeforeTheFirstEventLosesNothing) {
  open_fund();
  std::optional<std::uint64_t> last;
  {
    EventReader reader(port());
    reader.head();
    server->stop();
    EXPECT_FALSE(reader.next());
    last = reader.last_id();
  }
  ASSERT_EQ(last, size() - 1);
  give(1);
  serve();
  EventReader again(port(), "", "Last-Event-ID: " + std::to_string(*last) + "\r\n");
  EXPECT_EQ(ids(again.take(1)), records_after(*last));
}

TEST_F(EventStream, GoesOnAfterARestartOfTheNode) {
  open_fund();
  give(5);
  const auto before = records_after(0);
  EventReader reader(port(), "?after=0");
  const auto seen = reader.take(4);
  restart();
  give(3);
  EventReader again(port(), "", "Last-Event-ID: " + std::to_string(seen.back().id) + "\r\n");
  auto told = ids(seen);
  const auto all = records_after(0);
  for (const auto id : ids(again.take(all.size() - 4))) told.push_back(id);
  EXPECT_EQ(told, all);
  EXPECT_GT(all.size(), before.size());
}

TEST_F(EventStream, LosesAndRepeatsNothingWhileBlocksAreCommittedAndReadersComeAndGo) {
  open_fund();
  const std::uint64_t begin = size() - 1;
  constexpr std::size_t donations = 1500;
  std::thread writer([this] {
    std::minstd_rand random(7);
    for (std::size_t given = 0; given < donations;) {
      const auto some = std::min<std::size_t>(1 + random() % 9, donations - given);
      give(some);
      given += some;
    }
  });
  std::vector<std::vector<std::uint64_t>> told(4);
  std::vector<std::thread> readers;
  for (unsigned seed = 0; seed < told.size(); ++seed) {
    readers.emplace_back([&, seed] {
      std::minstd_rand random(seed + 1);
      std::uint64_t last = begin;
      while (told[seed].size() < donations) {
        EventReader reader(port(), "", "Last-Event-ID: " + std::to_string(last) + "\r\n");
        const auto wanted =
            std::min<std::size_t>(1 + random() % 200, donations - told[seed].size());
        for (const auto id : ids(reader.take(wanted))) told[seed].push_back(last = id);
        if (reader.last_id() == std::nullopt) return;
      }
    });
  }
  writer.join();
  for (auto& reader : readers) reader.join();
  const auto all = records_after(begin);
  ASSERT_EQ(all.size(), donations);
  for (const auto& one : told) EXPECT_EQ(one, all);
}

TEST_F(EventStream, TellsOnlyOfTheFundsAndRecordsAskedFor) {
  const Story story = tell_story();
  const ledger::FundId other{"other"};
  state_record(red_aid, test::proposal_of(other));
  const auto about = [&](std::string_view query, std::size_t count) {
    EventReader reader(port(), "?after=0&" + std::string(query));
    std::vector<std::string> types;
    for (const auto& event : reader.take(count))
      types.emplace_back(event.data.at("type").as_string());
    return types;
  };
  EXPECT_EQ(about("fund=other", 1), (std::vector<std::string>{"fund_proposal"}));
  EXPECT_EQ(about("record=" + story.donation, 1), (std::vector<std::string>{"refund"}));
  EXPECT_EQ(about("record=" + story.donation + "&record=" + story.disbursement, 2),
            (std::vector<std::string>{"acknowledgement", "refund"}));
  EXPECT_EQ(about("record=" + story.donation + "&fund=other", 2),
            (std::vector<std::string>{"refund", "fund_proposal"}));
}

TEST_F(EventStream, AQuietFundsStreamIsKeptAliveWhileOthersAreBusy) {
  open_fund();
  state_record(red_aid, test::proposal_of(ledger::FundId{"other"}));
  ServerLimits limits;
  limits.keep_alive_interval = 300ms;
  serve(limits, {.pace = 1ms});
  EventReader reader(port(), "?fund=other");
  std::atomic<bool> done = false;
  std::thread writer([&] {
    while (!done) give(1);
  });
  EXPECT_TRUE(reader.hears(2));
  state_record(red_aid, test::evidence_of(ledger::FundSubject{ledger::FundId{"other"}}));
  const auto event = reader.next();
  done = true;
  writer.join();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data.at("fund"), text("other"));
}

// Whoever begins with the first entry would hold up all readers else, again and again.
TEST_F(EventStream, TheLogIsNotReadOnAThreadOfTheServer) {
  tell_story();
  Router router;
  add_api(router, {*node, tokens_file});
  const auto stream = make_answer(router, "GET /v1/events?after=0 HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(stream.response.live);
  std::promise<std::thread::id> told;
  auto teller = told.get_future();
  stream.response.live([told = std::move(told)](const std::optional<std::string>& chunk) mutable {
    EXPECT_NE(chunk.value_or("").find("event: record\n"), std::string::npos);
    told.set_value(std::this_thread::get_id());
  });
  EXPECT_NE(teller.get(), std::this_thread::get_id());
}

TEST_F(EventStream, ASlowReaderHoldsUpNobodyAndGetsAllInTheEnd) {
  open_fund();
  ServerLimits limits;
  limits.write_timeout = std::chrono::minutes(10);
  serve(limits);
  const std::uint64_t begin = size() - 1;
  EventReader slow(port(), "", "", 16 * 1024);
  slow.head();
  EventReader quick(port());
  quick.head();
  constexpr std::size_t donations = 20'000;
  for (std::size_t given = 0; given < donations; given += 1000) give(1000);
  EXPECT_EQ(quick.take(donations).size(), donations);
  // Its events lie in the store and nowhere else: it asks for more when it took these.
  EXPECT_EQ(ids(slow.take(donations)), records_after(begin));
}

TEST_F(EventStream, CutsAReaderThatTakesNothing) {
  open_fund();
  ServerLimits limits;
  limits.write_timeout = 300ms;
  serve(limits);
  EventReader stuck(port(), "", "", 16 * 1024);
  stuck.head();
  for (int i = 0; i < 20; ++i) give(1000);
  EXPECT_TRUE(soon([&] { return server->counters().connections_open == 0; }));
}

TEST_F(EventStream, EndsInOrderWhenTheServerStops) {
  open_fund();
  ServerLimits limits;
  limits.stop_deadline = std::chrono::minutes(1);
  serve(limits);
  for (int i = 0; i < 10; ++i) give(1000);
  EventReader idle(port());
  idle.head();
  EventReader reading(port(), "?after=0");
  ASSERT_TRUE(reading.next());
  std::thread stopping([this] { server->stop(); });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(reading.ends_in_order());
  EXPECT_TRUE(idle.ends_in_order());
  stopping.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
}

TEST_F(EventStream, RefusesStreamsBeyondTheLimitUntilOneLeaves) {
  serve({}, {.streams = 2});
  auto first = std::make_unique<EventReader>(port());
  EventReader second(port());
  first->head();
  second.head();
  const auto third = get("/v1/events");
  EXPECT_EQ(refused(third), (Refused{503, "busy"}));
  EXPECT_EQ(third.header("retry-after"), "30");
  EXPECT_EQ(get("/v1/status").status, 200U);
  first.reset();
  // Long before a heartbeat could fail.
  EXPECT_TRUE(soon([&] {
    EventReader next(port());
    return next.head().starts_with("HTTP/1.1 200");
  }));
}

TEST_F(EventStream, LimitsTheStreamsOfOneClient) {
  serve({}, {.streams_per_client = 1, .loopback_exempt = false});
  EventReader first(port());
  first.head();
  EXPECT_EQ(refused(get("/v1/events")), (Refused{429, "rate_limited"}));
  serve({}, {.streams_per_client = 1});
  EventReader proxied(port());
  proxied.head();
  EventReader proxied_too(port());
  EXPECT_TRUE(proxied_too.head().starts_with("HTTP/1.1 200"));
}

TEST_F(EventStream, RefusesIdsThatAreNoEntrysAndOtherNonsense) {
  tell_story();
  const auto beyond = std::to_string(size());
  // A problem is JSON, whatever was asked.
  EXPECT_EQ(refused(get("/v1/events", {{"Last-Event-ID", "\xff"}})),
            (Refused{400, "bad_event_id"}));
  for (const auto* id : {"x", "-1", "1.0", "007", "99999999999999999999"}) {
    EXPECT_EQ(refused(get("/v1/events", {{"Last-Event-ID", id}})), (Refused{400, "bad_event_id"}))
        << id;
    EXPECT_EQ(refused(get("/v1/events?after=" + std::string(id))), (Refused{400, "bad_event_id"}));
  }
  EXPECT_EQ(refused(get("/v1/events", {{"Last-Event-ID", beyond}})),
            (Refused{400, "bad_event_id"}));
  EXPECT_EQ(refused(get("/v1/events?after=")), (Refused{400, "bad_event_id"}));
  EXPECT_EQ(refused(get("/v1/events?fund=nowhere")), (Refused{404, "unknown_fund"}));
  EXPECT_EQ(refused(get("/v1/events?record=xyz")), (Refused{400, "bad_id"}));
  EXPECT_EQ(refused(get("/v1/events.csv")), (Refused{406, "not_acceptable"}));
  std::string most = "/v1/events?fund=relief";
  for (int i = 1; i < 32; ++i) most += "&fund=relief";
  EXPECT_EQ(refused(get(most + "&after=x")), (Refused{400, "bad_event_id"})) << "32 are taken";
  EXPECT_EQ(refused(get(most + "&fund=relief")), (Refused{400, "bad_parameter"}));
}

}  // namespace
}  // namespace centime::api
