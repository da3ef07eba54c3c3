// /v1/records and /v1/records/totals: against a look at every record, and over HTTP.
#include <map>
#include <set>

#include "api/record_totals.h"
#include "api/record_walk.h"
#include "tests/api/node_fixture.h"
#include "tests/support/random_history.h"

namespace centime::api {
namespace {

using test::Dice;
using test::open_giving;
using test::red_aid;

const ledger::FundId school{"school"};

class Records : public NodeTest {
 protected:
  // Two funds, records of many days in no order, several in a block.
  void make_history(std::size_t blocks) {
    open_fund();
    state_record(red_aid, test::proposal_of(school));
    state_record(test::tender, test::approval_of(school));
    Dice dice(7);
    for (std::size_t i = 0; i < blocks; ++i) {
      std::vector<ledger::Record> gifts;
      for (std::uint64_t n = 1 + dice.below(4); n > 0; --n) gifts.push_back(record(gift(dice)));
      const auto answer = submit(sign(open_giving, std::move(gifts)));
      ASSERT_EQ(answer.status, 201U) << answer.body;
      const auto& fund = dice.percent(70) ? test::relief : school;
      if (!dice.percent(60)) continue;
      const auto sent = test::disbursement_of(red_aid, 1 + dice.below(90), "EUR", fund);
      const auto made = submit(sign(open_giving, {record(sent)}));
      if (made.status != 201) continue;  // There was too little.
      const std::string id(json_of(made).at("ids").at(0).as_string());
      if (dice.percent(50)) state_record(red_aid, test::acknowledgement_of(id_of(id), 1));
      if (dice.percent(30))
        state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(id)}));
      auto paid = test::expenditure_of(1, "EUR", fund);
      paid.category = static_cast<ledger::Category>(dice.below(3));
      paid.paid_on = some_day(dice);
      state_record(red_aid, paid);
    }
  }

  static ledger::Date some_day(Dice& dice) {
    return {test::day("2026-01-20").value + static_cast<std::uint32_t>(dice.below(30))};
  }

  static ledger::Donation gift(Dice& dice) {
    auto donation = test::donation_of(100 + dice.below(9'000), dice.percent(80) ? "EUR" : "JPY",
                                      dice.percent(70) ? test::relief : school);
    donation.paid_on = some_day(dice);
    if (dice.percent(20)) donation.earmark = {"Blankets"};
    return donation;
  }

  const storage::Snapshot& snapshot() {
    published_ = node->published();
    return *published_->snapshot;
  }

  // By looking at every record.
  std::vector<std::uint64_t> expected(const storage::Snapshot& ledger, const RecordFilter& filter) {
    std::vector<RecordView> found;
    std::set<ledger::EntryIndex> of_member;
    if (filter.member) {
      for (const auto entry :
           ledger.entries_by_member(*filter.member, {.from = {}, .limit = 100'000}))
        of_member.insert(entry);
    }
    for (std::uint64_t i = ledger.head().size; i-- > 0;) {
      if (ledger.entry({i}).front() != ledger::record_entry_tag) continue;
      auto record = describe_record(ledger, {i});
      if (!filter.fits(record) || (filter.member && !of_member.contains({i}))) continue;
      found.push_back(std::move(record));
    }
    if (filter.by_day())
      std::ranges::sort(found, std::ranges::greater{}, [](const auto& record) {
        return std::pair(filed_day(record), record.entry);
      });
    std::vector<std::uint64_t> entries;
    for (const auto& record : found) entries.push_back(record.entry.value);
    return entries;
  }

  // In as many walks as it takes; every place is written down and read again.
  static std::vector<std::uint64_t> walked(const storage::Snapshot& ledger,
                                           const RecordFilter& filter, std::size_t looks) {
    std::vector<std::uint64_t> entries;
    std::optional<WalkPlace> place;
    for (int walks = 0; walks < 100'000; ++walks) {
      RecordWalk walk(ledger, filter, place, looks);
      while (const auto record = walk.next()) entries.push_back(record->entry.value);
      EXPECT_LE(walk.looked_at(), looks + 1);
      const auto next = walk.place();
      if (!next) return entries;
      place = WalkPlace::from_text(next->text());
      EXPECT_TRUE(place) << next->text();
    }
    ADD_FAILURE() << "it never ends";
    return entries;
  }

  static RecordFilter some_filter(Dice& dice) {
    RecordFilter filter;
    if (dice.percent(40)) filter.kinds.push_back(static_cast<ledger::RecordKind>(dice.below(14)));
    if (dice.percent(10)) filter.kinds.push_back(ledger::RecordKind::donation);
    if (dice.percent(40)) filter.fund = dice.percent(80) ? test::relief : school;
    if (dice.percent(40))
      filter.member = dice.pick(std::vector{open_giving, red_aid, test::tender, test::field_crew});
    if (dice.percent(30)) filter.currency = test::currency(dice.percent(70) ? "EUR" : "JPY");
    if (dice.percent(10)) filter.category = ledger::Category::services;
    if (dice.percent(40)) filter.from = some_day(dice);
    if (dice.percent(40)) filter.to = some_day(dice);
    if (dice.percent(20)) filter.min = MajorAmount{dice.below(80), 0};
    if (dice.percent(20)) filter.max = MajorAmount{dice.below(80), 5'000};
    if (dice.percent(10)) filter.text = "blankets";
    return filter;
  }

 private:
  std::shared_ptr<const runtime::Published> published_;
};

TEST_F(Records, AWalkFindsWhatALookAtEveryRecordFinds) {
  make_history(40);
  const auto& ledger = snapshot();
  ASSERT_GT(ledger.head().size, 200U);
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Dice dice(seed);
    const auto filter = some_filter(dice);
    const auto entries = expected(ledger, filter);
    EXPECT_EQ(walked(ledger, filter, 1'000'000), entries) << seed;
    EXPECT_EQ(walked(ledger, filter, 1 + dice.below(9)), entries) << seed;
    EXPECT_EQ(walked(ledger, filter, 1'000 + dice.below(200)), entries) << seed;
    found += entries.size();
  }
  EXPECT_GT(found, 2'000U);
}

TEST_F(Records, WithDaysALongListIsReadDayByDay) {
  open_fund();
  std::vector<ledger::Record> gifts;
  for (int i = 0; i < 1'100; ++i) {
    auto donation = test::donation_of(100);
    donation.paid_on = test::day(i % 2 == 0 ? "2026-02-01" : "2026-02-03");
    gifts.push_back(record(donation));
  }
  ASSERT_EQ(submit(sign(open_giving, std::move(gifts))).status, 201U);
  RecordFilter filter;
  filter.fund = test::relief;
  filter.to = test::day("2026-02-02");
  const auto& ledger = snapshot();
  const auto entries = expected(ledger, filter);
  EXPECT_EQ(entries.size(), 550U);
  EXPECT_EQ(walked(ledger, filter, 1'000'000), entries);
  EXPECT_EQ(walked(ledger, filter, 100), entries);
  RecordWalk walk(ledger, filter, std::nullopt, 10);
  while (walk.next()) continue;
  EXPECT_LE(walk.looked_at(), 11U) << "it stops where it has to";
}

TEST_F(Records, DaysWithoutAnythingAreNotLookedAt) {
  open_fund();
  for (const auto* day : {"2026-01-20", "2026-02-03"}) {
    auto donation = test::donation_of(100);
    donation.paid_on = test::day(day);
    state_record(open_giving, donation);
  }
  const auto& ledger = snapshot();
  for (const char* const from : {"", "1970-01-01"}) {
    RecordFilter filter;
    filter.kinds = {ledger::RecordKind::donation};
    filter.from = ledger::Date::from_text(from);
    filter.to = test::day("9999-12-31");
    RecordWalk walk(ledger, filter, std::nullopt, 1'000);
    std::size_t found = 0;
    while (walk.next()) ++found;
    EXPECT_EQ(found, 2U);
    EXPECT_FALSE(walk.place()) << "the end was reached";
    EXPECT_LE(walk.looked_at(), 2 * ledger.head().size);
  }
  // A place on a day that has nothing is one on the day before.
  RecordFilter filter;
  filter.kinds = {ledger::RecordKind::donation};
  filter.to = test::day("2026-02-10");
  RecordWalk walk(ledger, filter, WalkPlace{test::day("2026-01-31"), ledger::EntryIndex{0}}, 100);
  const auto record = walk.next();
  ASSERT_TRUE(record);
  EXPECT_EQ(filed_day(*record), test::day("2026-01-20"));

  const auto all = read("/v1/records?kind=donation&to=2026-11-22").as_object();
  EXPECT_EQ(all.at("items").as_array().size(), 2U);
  EXPECT_FALSE(all.contains("next"));
  const auto none = read("/v1/records?to=1990-01-01").as_object();
  EXPECT_TRUE(none.at("items").as_array().empty());
  EXPECT_FALSE(none.contains("next"));
  EXPECT_EQ(none.at("looked_at"), 0);
}

TEST_F(Records, AreFoundOverHttpPageByPage) {
  make_history(20);
  const std::string query = "/v1/records?kind=donation&currency=EUR&limit=7";
  std::vector<std::uint64_t> entries;
  std::string cursor;
  do {
    const auto page = read(query + "&cursor=" + cursor).as_object();
    const auto& items = page.at("items").as_array();
    EXPECT_LE(items.size(), 7U);
    for (const auto& item : items) entries.push_back(item.at("entry").to_number<std::uint64_t>());
    cursor = page.contains("next") ? std::string(page.at("next").as_string()) : "";
    EXPECT_FALSE(items.empty());
  } while (!cursor.empty());
  RecordFilter filter;
  filter.kinds = {ledger::RecordKind::donation};
  filter.currency = test::currency("EUR");
  EXPECT_EQ(entries, expected(snapshot(), filter));
}

TEST_F(Records, AnAnswerThatStoppedLookingSaysWhereToGoOn) {
  open_fund();
  const auto before = snapshot().head().size;
  for (int i = 0; i < 14; ++i) {
    std::vector<ledger::Record> gifts;
    for (int n = 0; n < 2'000; ++n) gifts.push_back(record(test::donation_of(1)));
    ASSERT_EQ(submit(sign(open_giving, std::move(gifts))).status, 201U);
  }
  const std::string rare = "/v1/records?kind=channel";
  const auto first = read(rare).as_object();
  EXPECT_TRUE(first.at("items").as_array().empty());
  EXPECT_EQ(first.at("looked_at"), record_looks_max);
  const std::string next(first.at("next").as_string());
  const auto rest = read(rare + "&cursor=" + next).as_object();
  EXPECT_EQ(rest.at("items").as_array().size(), 1U);
  EXPECT_FALSE(rest.contains("next"));
  EXPECT_EQ(first.at("looked_at").to_number<std::uint64_t>() +
                rest.at("looked_at").to_number<std::uint64_t>(),
            before + 28'000 + 28);

  const auto rows = [&](const std::string& target) {
    const auto file = get(target);
    EXPECT_TRUE(file.body.ends_with("\r\n"));
    return std::ranges::count(file.body, '\n') - 1;
  };
  EXPECT_EQ(rows("/v1/records.csv?kind=channel"), 1) << "a file goes on to the end";
  EXPECT_EQ(rows("/v1/records.csv?kind=channel&cursor=" + next), 1) << "from its place";
  EXPECT_EQ(rows("/v1/records.csv?kind=donation"), 28'000);
  EXPECT_NE(get("/v1/records/totals.csv?by=fund").body.find("donation,relief,280.00,28000\r\n"),
            std::string::npos);
  const auto totals = read("/v1/records/totals?by=fund").as_object();
  EXPECT_TRUE(totals.contains("next"));
  const std::string on(totals.at("next").as_string());
  const auto others = read("/v1/records/totals?by=fund&cursor=" + on);
  std::uint64_t sum = 0;
  for (const auto& part : {boost::json::value(totals), others})
    sum += part.at("items").at(0).at("money").at("amount").to_number<std::uint64_t>();
  EXPECT_EQ(sum, 28'000U) << "parts add up to the whole";
}

TEST_F(Records, CsvHasWhatTheTotalsAddUp) {
  make_history(15);
  for (const std::string filter :
       {"kind=expenditure", "fund=relief&from=2026-02-01", "member=red-aid"}) {
    const auto csv = get("/v1/records.csv?" + filter);
    ASSERT_EQ(csv.status, 200U);
    EXPECT_EQ(csv.header("content-disposition"), "attachment; filename=\"records.csv\"");
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(csv.body, '\n')) - 1;
    const auto totals = read("/v1/records/totals?by=month&" + filter);
    EXPECT_EQ(totals.at("records"), lines);
    EXPECT_GT(lines, 0U);
  }
  const auto categories = get("/v1/records/totals.csv?by=category&kind=expenditure").body;
  EXPECT_TRUE(categories.starts_with("currency,type,key,amount,records\r\nEUR,expenditure,"));
  EXPECT_NE(categories.find("services"), std::string::npos) << categories;
  const auto months = read("/v1/records/totals?kind=donation&currency=JPY");
  for (const auto& item : months.at("items").as_array())
    EXPECT_TRUE(item.at("key") == "2026-01" || item.at("key") == "2026-02");
}

TEST_F(Records, WhatIsNotUnderstoodIsRefused) {
  open_fund();
  for (const auto& wrong : std::vector<std::string>{
           "kind=gift", "fund=A", "member=-", "currency=E", "category=x", "from=x", "to=x", "min=x",
           "max=x", "text=" + std::string(101, 'x'), "fund=a&fund=b"}) {
    EXPECT_EQ(refused(get("/v1/records?" + wrong)), (Refused{400, "bad_parameter"})) << wrong;
    EXPECT_EQ(refused(get("/v1/records/totals?" + wrong)), (Refused{400, "bad_parameter"}));
  }
  EXPECT_EQ(refused(get("/v1/records/totals?by=weather")), (Refused{400, "bad_parameter"}));
  // A filter that is misspelt must not give the sums of everything.
  for (const std::string path : {"/v1/records", "/v1/records.csv", "/v1/records/totals"}) {
    EXPECT_EQ(refused(get(path + "?fnud=relief")), (Refused{400, "bad_parameter"})) << path;
    EXPECT_EQ(refused(get(path + "?fund=releif")), (Refused{404, "unknown_fund"})) << path;
    EXPECT_EQ(refused(get(path + "?member=nobody")), (Refused{404, "unknown_member"})) << path;
  }
  EXPECT_EQ(refused(get("/v1/records?limit=201")), (Refused{400, "bad_limit"}));
  EXPECT_EQ(refused(get("/v1/records?cursor=x")), (Refused{400, "bad_cursor"}));
  const std::string of_another(read("/v1/records?limit=1").at("next").as_string());
  EXPECT_EQ(refused(get("/v1/records?fund=relief&cursor=" + of_another)),
            (Refused{400, "bad_cursor"}));
}

TEST(RecordTotals, NeverAddUpKindsOrCurrencies) {
  RecordView gift;
  gift.content.authored.record.body = test::donation_of(1);
  gift.day = test::day("2026-02-27");
  gift.fund = test::relief;
  RecordTotals totals(TotalsBy::month);
  for (const auto& [amount, code] :
       std::vector<std::pair<std::uint64_t, const char*>>{{100, "EUR"}, {50, "EUR"}, {7, "JPY"}}) {
    gift.money = Money{{amount}, test::currency(code)};
    totals.add(gift);
  }
  gift.content.authored.record.body = test::expenditure_of(1);
  totals.add(gift);
  gift.content.authored.record.body = test::dispute_of({}, 7);
  totals.add(gift);
  const auto rows = totals.rows();
  ASSERT_EQ(rows.size(), 3U) << "a dispute moves nothing";
  EXPECT_EQ(rows[0].key, "2026-02");
  EXPECT_EQ(rows[0].amount, 150U);
  EXPECT_EQ(rows[0].count, 2U);
  EXPECT_EQ(rows[1].currency, test::currency("JPY"));
  EXPECT_EQ(rows[2].kind, ledger::RecordKind::expenditure);
}

}  // namespace
}  // namespace centime::api
