// Status, members, funds, accounts, records, blocks and entries, as answered over HTTP.
#include <chrono>
#include <set>
#include <thread>

#include "api/flow_list.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using test::open_giving;
using test::red_aid;

class Reads : public NodeTest {
 protected:
  static std::uint64_t amount(const boost::json::value& money) {
    return money.at("amount").to_number<std::uint64_t>();
  }

  // What `name` is in each item of a list, which is read in pages of `limit`.
  std::vector<std::string> walk(const std::string& list, std::string_view name, int limit,
                                int* pages = nullptr) {
    std::vector<std::string> found;
    std::string cursor;
    int count = 0;
    do {
      const auto page =
          read(list + "?limit=" + std::to_string(limit) + "&cursor=" + cursor).as_object();
      const auto& items = page.at("items").as_array();
      EXPECT_LE(items.size(), static_cast<std::size_t>(limit)) << list;
      for (const auto& item : items) {
        const auto& value = item.at(name);
        found.push_back(value.is_string() ? std::string(value.get_string())
                                          : boost::json::serialize(value));
      }
      cursor = page.contains("next") ? std::string(page.at("next").as_string()) : "";
      EXPECT_TRUE(cursor.empty() || !items.empty()) << list;
    } while (!cursor.empty() && ++count < 100);
    if (pages != nullptr) *pages = count + 1;
    return found;
  }

  static std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }
};

TEST_F(Reads, StatusShowsTheHeadOfTheLog) {
  open_fund();
  const auto status = read("/v1/status");
  const auto head = node->published()->snapshot->head();
  EXPECT_EQ(status.at("status"), "current");
  EXPECT_EQ(status.at("blocks_behind"), 0);
  EXPECT_EQ(status.at("origin"), "ledger.test/world");
  EXPECT_EQ(status.at("member"), text(open_giving.value));
  EXPECT_EQ(status.at("height"), head.height.value);
  EXPECT_EQ(status.at("entries"), head.size);
  EXPECT_EQ(status.at("log_root"), text(crypto::to_hex(head.log.root().bytes)));
  // Counted just after the block's submitters are answered.
  const auto counted = [&] { return read("/v1/status").at("since_start").at("records") == 3; };
  for (int i = 0; i < 1'000 && !counted(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(counted());
}

// Enough to warn of a full disk, and not so exact that strangers see what else the machine does.
TEST_F(Reads, StatusShowsHowMuchRoomTheDiskHas) {
  const auto disk = read("/v1/status").at("disk");
  const auto free = disk.at("free_bytes").to_number<std::uint64_t>();
  const auto total = disk.at("total_bytes").to_number<std::uint64_t>();
  EXPECT_GT(free, 0U);
  EXPECT_GE(total, free);
  EXPECT_EQ(free % (1 << 20), 0U);
  EXPECT_EQ(total % (1 << 20), 0U);
  EXPECT_EQ(disk.as_object().size(), 2U) << "and no path";
}

TEST_F(Reads, EveryAnswerHasTheHeight) {
  open_fund();
  const std::string height = std::to_string(node->published()->snapshot->head().height.value);
  for (const auto* target : {"/v1/status", "/v1/consensus", "/v1/funds/relief", "/v1/funds/nowhere",
                             "/v1/nothing", "/checkpoint", "/v1/openapi.json"})
    EXPECT_EQ(get(target).header("centime-height"), height) << target;
}

TEST_F(Reads, ConsensusTellsWhoSignedTheCheckpoint) {
  open_fund();
  const auto checkpoint = read("/v1/consensus").at("checkpoint");
  const auto head = node->published()->snapshot->head();
  EXPECT_EQ(checkpoint.at("size"), head.size);
  EXPECT_EQ(checkpoint.at("root"), text(crypto::to_hex(head.log.root().bytes)));
  EXPECT_EQ(checkpoint.at("needed"), 1);
  ASSERT_EQ(checkpoint.at("signed").as_array().size(), 1U);
  EXPECT_EQ(checkpoint.at("signed").at(0).at("member"), text(open_giving.value));
}

TEST_F(Reads, MembersAreListedWithTheirRoles) {
  const auto members = read("/v1/members").at("items").as_array();
  ASSERT_EQ(members.size(), 5U);
  EXPECT_EQ(members[0].at("member"), "clean-water");
  const auto platform = read("/v1/members/open-giving");
  EXPECT_EQ(platform.at("role"), "platform");
  EXPECT_TRUE(platform.at("validator").as_bool());
  EXPECT_FALSE(read("/v1/members/red-aid").at("validator").as_bool());
  EXPECT_EQ(refused(get("/v1/members/nobody")), (Refused{404, "unknown_member"}));
  EXPECT_EQ(refused(get("/v1/members/No%20Body")), (Refused{400, "bad_id"}));
  EXPECT_EQ(lines(get("/v1/members.csv").body), 6U);
}

TEST_F(Reads, AFundsTotalsAddUp) {
  tell_story();
  const auto fund = read("/v1/funds/relief");
  EXPECT_EQ(fund.at("status"), "open");
  EXPECT_EQ(fund.at("ngo"), text(red_aid.value));
  const auto& totals = fund.at("totals").at(0);
  EXPECT_EQ(amount(totals.at("donated")), 5000U);
  EXPECT_EQ(amount(totals.at("spent")), 3000U);
  EXPECT_EQ(amount(totals.at("refunded")), 200U);
  EXPECT_EQ(amount(totals.at("held")), 1800U);
  EXPECT_EQ(totals.at("donated").at("formatted"), "50.00 EUR");
  std::uint64_t balances = 0;
  for (const auto& account : fund.at("accounts").as_array())
    balances += amount(account.at("balance"));
  EXPECT_EQ(balances, 1800U);
  // Its approval stands among its statements.
  EXPECT_EQ(fund.at("statements").at(0).at("record").at("type"), "fund_approval");
}

TEST_F(Reads, AMembersTotalsAddUpAlsoAcrossAnExchange) {
  tell_story();
  state_record(red_aid, test::exchange_of(500, "EUR", 540, "USD"));
  const auto totals = read("/v1/members/red-aid").at("totals").as_array();
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].at("currency"), "EUR");
  EXPECT_EQ(amount(totals[0].at("received")), 4000U);
  EXPECT_EQ(amount(totals[0].at("spent")), 3000U);
  EXPECT_EQ(amount(totals[0].at("exchanged_out")), 500U);
  EXPECT_EQ(amount(totals[0].at("held")), 500U);
  EXPECT_EQ(amount(totals[1].at("exchanged_in")), 540U);
  EXPECT_EQ(amount(totals[1].at("held")), 540U);
  const auto account = read("/v1/accounts/relief/red-aid/EUR");
  EXPECT_EQ(amount(account.at("balance")), 500U);
}

TEST_F(Reads, FlowsNameWhoSentWhatToWhom) {
  tell_story();
  const auto flows = read("/v1/funds/relief/flows").at("items").as_array();
  std::set<std::string> seen;
  for (const auto& flow : flows) {
    seen.insert(std::string(flow.at("type").as_string()) + " " +
                std::string(flow.at("from").as_string()) + ">" +
                std::string(flow.at("to").as_string()) + " " +
                std::to_string(amount(flow.at("money"))));
  }
  EXPECT_TRUE(seen.contains("donation >open-giving 5000"));
  EXPECT_TRUE(seen.contains("disbursement open-giving>red-aid 4000"));
  EXPECT_TRUE(seen.contains("refund open-giving> 200"));
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_EQ(lines(get("/v1/funds/relief/flows.csv").body), 5U);
}

TEST_F(Reads, PagesOfFundsCoverAllOnce) {
  for (int i = 0; i < 5; ++i)
    state_record(red_aid, test::proposal_of(ledger::FundId{"fund-" + std::to_string(i)}));
  std::vector<std::string> names;
  std::string cursor;
  int pages = 0;
  do {
    const auto page = read("/v1/funds?limit=2&cursor=" + cursor).as_object();
    for (const auto& fund : page.at("items").as_array())
      names.emplace_back(fund.at("fund").as_string());
    cursor = page.contains("next") ? std::string(page.at("next").as_string()) : "";
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(names, (std::vector<std::string>{"fund-0", "fund-1", "fund-2", "fund-3", "fund-4"}));
  EXPECT_EQ(lines(get("/v1/funds.csv").body), 6U);
}

TEST_F(Reads, PagesOfRecordsCoverAllOnceInEitherOrder) {
  tell_story();
  for (const std::string order : {"newest_first", "oldest_first"}) {
    std::vector<std::uint64_t> entries;
    std::string cursor;
    do {
      const auto page =
          read("/v1/funds/relief/records?limit=3&order=" + order + "&cursor=" + cursor).as_object();
      for (const auto& record : page.at("items").as_array())
        entries.push_back(record.at("entry").to_number<std::uint64_t>());
      cursor = page.contains("next") ? std::string(page.at("next").as_string()) : "";
    } while (!cursor.empty());
    EXPECT_EQ(entries.size(), 7U) << order;
    if (order == "newest_first") std::ranges::reverse(entries);
    EXPECT_TRUE(std::ranges::is_sorted(entries, std::ranges::less_equal{})) << order;
  }
}

TEST_F(Reads, ACursorOfAnotherListIsRefused) {
  tell_story();
  const auto page = read("/v1/funds/relief/records?limit=1").as_object();
  const std::string cursor(page.at("next").as_string());
  EXPECT_EQ(get("/v1/funds/relief/records?cursor=" + cursor).status, 200U);
  EXPECT_EQ(refused(get("/v1/funds/relief/records?order=oldest_first&cursor=" + cursor)),
            (Refused{400, "bad_cursor"}));
  EXPECT_EQ(refused(get("/v1/members/red-aid/records?cursor=" + cursor)),
            (Refused{400, "bad_cursor"}));
  EXPECT_EQ(refused(get("/v1/funds/relief/records?limit=201")), (Refused{400, "bad_limit"}));
  EXPECT_EQ(refused(get("/v1/funds/relief/records?order=sideways")),
            (Refused{400, "bad_parameter"}));
}

TEST_F(Reads, CsvOfRecordsIsWholeAndSafeForSpreadsheets) {
  open_fund();
  auto donation = test::donation_of(5000);
  donation.earmark = crypto::Text<1, 200>{"=HYPERLINK(\"http://evil\")"};
  state_record(open_giving, donation);
  for (int i = 0; i < 250; ++i) state_record(open_giving, test::donation_of(1));
  const auto response = get("/v1/funds/relief/records.csv?limit=1");
  ASSERT_EQ(response.status, 200U);
  EXPECT_TRUE(response.header("content-type")->starts_with("text/csv"));
  EXPECT_EQ(lines(response.body), 1U + 2U + 251U);
  EXPECT_NE(response.body.find("\"'=HYPERLINK"), std::string::npos);
  EXPECT_NE(response.body.find(",50.00,EUR,"), std::string::npos);
  EXPECT_EQ(get("/v1/funds/relief/records", {{"Accept", "text/csv"}}).body, response.body);
}

TEST_F(Reads, ARecordIsFoundByAnyUniquePrefixOfItsId) {
  const Story story = tell_story();
  const auto whole = read("/v1/records/" + story.disbursement);
  EXPECT_EQ(whole.at("id"), text(story.disbursement));
  EXPECT_EQ(whole.at("hand_over"), "acknowledged");
  EXPECT_EQ(whole.at("statements").as_array().size(), 1U);
  EXPECT_EQ(read("/v1/records/" + story.disbursement.substr(0, 16)), whole);
  EXPECT_EQ(refused(get("/v1/records/" + story.disbursement.substr(0, 15))),
            (Refused{400, "bad_id"}));
  EXPECT_EQ(refused(get("/v1/records/zzzz")), (Refused{400, "bad_id"}));
  EXPECT_EQ(refused(get("/v1/records/" + std::string(64, '0'))), (Refused{404, "unknown_record"}));
}

TEST_F(Reads, AFundListsWhatItsRecordsStillWaitFor) {
  open_fund();
  state_record(open_giving, test::donation_of(1000));
  std::vector<std::string> sent, spent;
  for (int i = 0; i < 3; ++i) {
    sent.push_back(state_record(open_giving, test::disbursement_of(red_aid, 100)));
    spent.push_back(state_record(red_aid, test::expenditure_of(10)));
  }
  state_record(red_aid, test::acknowledgement_of(id_of(sent[1]), 100));
  state_record(red_aid, test::evidence_of(ledger::RecordSubject{id_of(spent[0])}));
  const auto ids = [&](const std::string& list) {
    std::vector<std::string> found;
    for (const auto& item : read("/v1/funds/relief/" + list).at("items").as_array())
      found.emplace_back(item.at("id").as_string());
    return found;
  };
  EXPECT_EQ(ids("unacknowledged"), (std::vector{sent[2], sent[0]}));
  EXPECT_EQ(ids("unacknowledged?order=oldest_first"), (std::vector{sent[0], sent[2]}));
  EXPECT_EQ(ids("without-evidence"), (std::vector{spent[2], spent[1]}));
  const auto first = read("/v1/funds/relief/without-evidence?limit=1").as_object();
  const std::string next(first.at("next").as_string());
  EXPECT_EQ(ids("without-evidence?limit=1&cursor=" + next), std::vector{spent[1]});
  EXPECT_EQ(refused(get("/v1/funds/relief/unacknowledged?cursor=" + next)),
            (Refused{400, "bad_cursor"}));
  EXPECT_EQ(lines(get("/v1/funds/relief/unacknowledged.csv").body), 3U);
}

// Where an exchange made a hundred of one, two parts of the hundred come from that same one.
TEST_F(Reads, SourcesCountEachUnitOfADonationOnce) {
  open_fund();
  state_record(open_giving, test::donation_of(3));
  state_record(open_giving, test::exchange_of(3, "EUR", 300, "JPY"));
  for (const std::uint64_t sent : {50, 50, 30})
    state_record(open_giving, test::disbursement_of(red_aid, sent, "JPY"));
  const auto spent = state_record(red_aid, test::expenditure_of(130, "JPY"));
  const auto by_fund = read("/v1/records/" + spent + "/sources?group=fund");
  EXPECT_EQ(by_fund.at("donations"), 1);
  EXPECT_EQ(amount(by_fund.at("items").at(0).at("given")), 2U);
  EXPECT_EQ(amount(by_fund.at("items").at(0).at("became")), 130U);
}

TEST_F(Reads, WhatIsSaidOfAStatementBelongsToNoFund) {
  open_fund();
  const auto gift = state_record(open_giving, test::donation_of(100));
  const auto said =
      state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(gift)}));
  const auto again =
      state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(said)}));
  EXPECT_EQ(read("/v1/records/" + said).at("fund"), "relief");
  EXPECT_FALSE(read("/v1/records/" + again).as_object().contains("fund"));
  std::set<std::string> listed;
  for (const auto& item : read("/v1/funds/relief/records").at("items").as_array())
    listed.emplace(item.at("id").as_string());
  EXPECT_TRUE(listed.contains(said));
  EXPECT_FALSE(listed.contains(again));
}

TEST_F(Reads, SourcesAddUpByWhatTheDonationsHaveInCommon) {
  open_fund();
  state_record(open_giving, test::channel_of(ledger::ChannelId{"till"}));
  for (int i = 0; i < 4; ++i) {
    auto donation = test::donation_of(100);
    if (i % 2 == 1) donation.channel = ledger::ChannelId{"till"};
    state_record(open_giving, donation);
  }
  const auto spent = state_record(open_giving, test::expenditure_of(350));
  const std::string sources = "/v1/records/" + spent + "/sources";
  const auto by_channel = read(sources + "?group=channel");
  EXPECT_EQ(by_channel.at("donations"), 4);
  const auto& items = by_channel.at("items").as_array();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].at("key"), text("till"));
  EXPECT_EQ(items[0].at("donations"), 2);
  EXPECT_EQ(amount(items[0].at("became")), 150U);
  EXPECT_EQ(amount(items[1].at("given")), 200U);
  for (const auto* by : {"fund", "day", "author"})
    EXPECT_EQ(read(sources + "?group=" + by).at("items").as_array().size(), 1U) << by;
  EXPECT_EQ(lines(get(sources + ".csv?group=channel").body), 3U);
  const auto first = read(sources + "?group=channel&limit=1").as_object();
  const std::string next(first.at("next").as_string());
  EXPECT_EQ(read(sources + "?group=channel&cursor=" + next).at("items").as_array().size(), 1U);
  EXPECT_EQ(lines(get(sources + ".csv?group=channel&cursor=" + next).body), 2U);
  EXPECT_EQ(refused(get(sources + ".csv?cursor=" + next)), (Refused{400, "bad_cursor"}));
  EXPECT_EQ(refused(get(sources + ".csv?limit=0")), (Refused{400, "bad_limit"}));
  EXPECT_EQ(refused(get(sources + "?cursor=" + next)), (Refused{400, "bad_cursor"}));
  EXPECT_EQ(refused(get(sources + "?group=weather")), (Refused{400, "bad_parameter"}));
}

TEST_F(Reads, SourcesOfAnExpenditureAreTheDonationsItWasMadeOf) {
  open_fund();
  std::vector<std::string> donations;
  for (int i = 0; i < 5; ++i)
    donations.push_back(state_record(open_giving, test::donation_of(100)));
  state_record(open_giving, test::disbursement_of(red_aid, 450));
  const auto spent = state_record(red_aid, test::expenditure_of(250));
  const auto sources = read("/v1/records/" + spent + "/sources");
  EXPECT_EQ(amount(sources.at("money")), 250U);
  ASSERT_EQ(sources.at("items").as_array().size(), 3U);
  const std::uint64_t expected[] = {100, 100, 50};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sources.at("items").at(i).at("donation"), text(donations[i]));
    EXPECT_EQ(amount(sources.at("items").at(i).at("became")), expected[i]);
  }
  const auto first = read("/v1/records/" + spent + "/sources?limit=2").as_object();
  const std::string next(first.at("next").as_string());
  const auto second = read("/v1/records/" + spent + "/sources?limit=2&cursor=" + next);
  EXPECT_EQ(second.at("items").at(0).at("donation"), text(donations[2]));
  EXPECT_EQ(lines(get("/v1/records/" + spent + "/sources.csv").body), 4U);
  const auto channel = state_record(open_giving, test::channel_of(ledger::ChannelId{"till-2"}));
  EXPECT_EQ(refused(get("/v1/records/" + channel + "/sources")),
            (Refused{422, "wrong_record_kind"}));
}

TEST_F(Reads, BlocksLinkToTheOneBefore) {
  open_fund();
  const auto blocks = read("/v1/blocks").at("items").as_array();
  ASSERT_EQ(blocks.size(), 4U);
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i)
    EXPECT_EQ(blocks[i].at("previous"), blocks[i + 1].at("hash"));
  EXPECT_EQ(read("/v1/blocks/2"), blocks[1]);
  EXPECT_EQ(refused(get("/v1/blocks/4")), (Refused{404, "not_found"}));
  EXPECT_EQ(refused(get("/v1/blocks/-1")), (Refused{400, "bad_id"}));
  EXPECT_EQ(refused(get("/v1/blocks/02")), (Refused{400, "bad_id"}));
  const auto paged = read("/v1/blocks?limit=3").as_object();
  const auto rest = read("/v1/blocks?limit=3&cursor=" + std::string(paged.at("next").as_string()));
  ASSERT_EQ(rest.at("items").as_array().size(), 1U);
  EXPECT_EQ(rest.at("items").at(0).at("height"), 0);
  EXPECT_EQ(lines(get("/v1/blocks.csv?order=oldest_first").body), 5U);
  const auto& signers = blocks[1].at("signers");
  EXPECT_EQ(signers.at("needed"), 1);
  EXPECT_EQ(signers.at("voted"), (boost::json::array{text(open_giving.value)}));
  EXPECT_TRUE(signers.at("others").as_array().empty());
  EXPECT_FALSE(blocks[3].as_object().contains("signers")) << "nobody votes on the genesis block";
  const auto entries = read("/v1/blocks/1/entries").at("items").as_array();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].at("type"), "submission");
  EXPECT_EQ(entries[1].at("type"), "channel");
  EXPECT_EQ(entries[2].at("type"), "seal");
}

TEST_F(Reads, AnEntryIsTheBytesOfItsLeaf) {
  open_fund();
  const auto entry = read("/v1/entries/3");
  const auto bytes = crypto::from_hex(entry.at("canonical").as_string());
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, node->published()->snapshot->entry({3}));
  EXPECT_EQ(entry.at("leaf_hash"), text(crypto::to_hex(crypto::hash_leaf(*bytes).bytes)));
  EXPECT_EQ(entry.at("entry").at("type"), "record");
  EXPECT_EQ(refused(get("/v1/entries/999")), (Refused{404, "not_found"}));
}

TEST_F(Reads, WhatCannotChangeIsImmutableAndTheRestIsAskedAboutAgain) {
  const Story story = tell_story();
  for (const std::string target : {"/v1/entries/3", "/v1/blocks/2", "/v1/genesis"}) {
    const auto response = get(target);
    EXPECT_NE(response.header("cache-control")->find("immutable"), std::string::npos) << target;
    EXPECT_EQ(get(target, {{"If-None-Match", std::string(*response.header("etag"))}}).status, 304U);
  }
  const std::string target = "/v1/records/" + story.donation;
  const auto response = get(target);
  EXPECT_EQ(response.header("cache-control"), "no-cache");
  const Fields ask{{"If-None-Match", std::string(*response.header("etag"))}};
  EXPECT_EQ(get(target, ask).status, 304U);
  state_record(test::tender, test::attestation_of(ledger::RecordSubject{id_of(story.donation)}));
  EXPECT_EQ(get(target, ask).status, 200U);
}

TEST_F(Reads, AFileGoesOnFromTheCursorOfItsList) {
  tell_story();
  const std::string list = "/v1/blocks/1/entries";
  const std::string next(read(list + "?limit=1").at("next").as_string());
  EXPECT_EQ(lines(get(list + ".csv?cursor=" + next).body), lines(get(list + ".csv").body) - 1);
  EXPECT_EQ(refused(get("/v1/evidence.csv?cursor=x")), (Refused{400, "bad_cursor"}));
}

// What was found, who is meant, and which file stands behind it.
TEST_F(Reads, ARecordsRowSaysAllThatItsPageDoes) {
  open_fund();
  auto rejected = test::attestation_of(ledger::FundSubject{test::relief});
  rejected.verdict = ledger::Verdict::rejected;
  state_record(test::tender, test::attestation_of(ledger::FundSubject{test::relief}));
  state_record(test::tender, rejected);
  const auto digest = crypto::to_hex(rejected.statement.bytes);
  const auto said = get("/v1/records.csv?kind=attestation").body;
  EXPECT_NE(said.find(",verified,,,," + digest), said.npos) << said;
  EXPECT_NE(said.find(",rejected,,,," + digest), said.npos) << said;
  EXPECT_NE(get("/v1/records.csv?kind=channel").body.find(",web,"), said.npos);
  state_record(open_giving, ledger::MemberSuspension{
                                red_aid, ledger::MemberStatus::suspended, {"It is silent"}});
  const auto suspended = get("/v1/records.csv?kind=member_suspension").body;
  EXPECT_NE(suspended.find(",red-aid,,suspended,"), suspended.npos) << suspended;
  const auto members = get("/v1/members.csv").body;
  EXPECT_NE(members.find(",active,yes\r\n"), members.npos) << members;
  EXPECT_NE(members.find(",suspended,no\r\n"), members.npos) << members;
}

TEST_F(Reads, JsonAndCsvHaveTagsOfTheirOwn) {
  tell_story();
  EXPECT_NE(get("/v1/funds.json").header("etag"), get("/v1/funds.csv").header("etag"));
  EXPECT_EQ(get("/v1/funds.json").body, get("/v1/funds").body);
}

TEST_F(Reads, AFormatThatIsNotThereIsNotAcceptable) {
  EXPECT_EQ(refused(get("/v1/status.csv")), (Refused{406, "not_acceptable"}));
}

TEST_F(Reads, ChannelsAreListed) {
  open_fund();
  const auto channels = read("/v1/channels").at("items").as_array();
  ASSERT_EQ(channels.size(), 1U);
  EXPECT_EQ(channels[0].at("channel"), "web");
  EXPECT_EQ(channels[0].at("platform"), text(open_giving.value));
}

TEST_F(Reads, ChannelsAreAFileToo) {
  open_fund();
  for (int i = 0; i < 120; ++i)
    state_record(open_giving,
                 test::channel_of(ledger::ChannelId{"till-" + std::to_string(1000 + i)}));
  const auto csv = get("/v1/channels.csv").body;
  EXPECT_EQ(lines(csv), 122U);
  EXPECT_TRUE(csv.starts_with("channel,platform,kind,company\r\ntill-1000,open-giving,")) << csv;
  EXPECT_TRUE(csv.find("\r\nweb,open-giving,") != std::string::npos);
  EXPECT_EQ(get("/v1/channels", {{"Accept", "text/csv"}}).body, csv);
}

TEST_F(Reads, PagesOfMembersCoverAllOnce) {
  int pages = 0;
  const auto members = walk("/v1/members", "member", 2, &pages);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(members, walk("/v1/members", "member", 200));
  EXPECT_EQ(members.size(), 5U);
  EXPECT_EQ(refused(get("/v1/members?limit=0")), (Refused{400, "bad_limit"}));
  EXPECT_EQ(refused(get("/v1/members?cursor=x")), (Refused{400, "bad_cursor"}));
}

TEST_F(Reads, PagesOfFlowsCoverAllOnce) {
  tell_story();
  EXPECT_EQ(walk("/v1/funds/relief/flows", "type", 1), walk("/v1/funds/relief/flows", "type", 200));
  EXPECT_EQ(walk("/v1/funds/relief/flows", "type", 1).size(), 4U);
  EXPECT_EQ(lines(get("/v1/funds/relief/flows.csv?limit=1").body), 5U);
}

TEST_F(Reads, PagesOfFlowsCoverAllOnceAlsoWhereOneNameBeginsAnother) {
  std::vector<storage::Flow> flows;
  for (const auto* from : {"", "till", "till-1", "till1"})
    for (const auto* to : {"a", "a-b", "ab"})
      flows.push_back({{test::relief, *ledger::Currency::from_text("EUR"),
                        ledger::RecordKind::disbursement, from, to},
                       {1, 0, 1}});
  ASSERT_TRUE(std::ranges::is_sorted(flows, {}, &storage::Flow::key));
  ApiContext context(ApiOptions{*node, tokens_file});
  std::size_t found = 0;
  std::string cursor;
  do {
    Request request;
    request.query = {{"limit", "1"}, {"cursor", cursor}};
    const auto answer =
        member_flows_response(request, ReadView{node->published()}, context, "red-aid", flows);
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const auto page = boost::json::parse(answer.body).as_object();
    ASSERT_EQ(page.at("items").as_array().size(), 1U);
    const auto& item = page.at("items").at(0);
    EXPECT_EQ(item.at("from"), text(flows[found].key.from));
    EXPECT_EQ(item.at("to"), text(flows[found].key.to));
    ++found;
    cursor = page.contains("next") ? std::string(page.at("next").as_string()) : "";
  } while (!cursor.empty());
  EXPECT_EQ(found, flows.size());
}

TEST_F(Reads, AFundsAccountsAreListed) {
  tell_story();
  state_record(red_aid, test::exchange_of(500, "EUR", 540, "USD"));
  const auto accounts = read("/v1/funds/relief/accounts").at("items").as_array();
  ASSERT_EQ(accounts.size(), 3U);
  EXPECT_EQ(accounts[0], read("/v1/accounts/relief/open-giving/EUR"));
  EXPECT_EQ(accounts[2], read("/v1/accounts/relief/red-aid/USD"));
  EXPECT_EQ(walk("/v1/funds/relief/accounts", "index", 1),
            walk("/v1/funds/relief/accounts", "index", 200));
  const auto csv = get("/v1/funds/relief/accounts.csv").body;
  EXPECT_EQ(lines(csv), 4U);
  EXPECT_NE(csv.find("relief,red-aid,EUR,40.00,5.00,"), std::string::npos) << csv;
}

TEST_F(Reads, PagesOfProposalsCoverAllOnceAndAreAFileToo) {
  for (const auto* reason : {"One", "Two", "Three"})
    state_record(red_aid, ledger::ValidatorChange{0, {{test::tender}}, {{reason}}});
  const auto ids = walk("/v1/proposals", "id", 1);
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids, walk("/v1/proposals", "id", 200));
  const auto csv = get("/v1/proposals.csv").body;
  EXPECT_EQ(lines(csv), 4U);
  EXPECT_NE(csv.find("\r\n" + ids[0] + ","), std::string::npos) << csv;
  EXPECT_NE(csv.find(",red-aid,"), std::string::npos) << csv;
  EXPECT_EQ(refused(get("/v1/proposals?limit=201")), (Refused{400, "bad_limit"}));
}

TEST_F(Reads, EpochsArePagedAndAFile) {
  EXPECT_EQ(walk("/v1/epochs", "epoch", 1), std::vector<std::string>{"0"});
  const auto csv = get("/v1/epochs.csv").body;
  EXPECT_EQ(lines(csv), 2U);
  EXPECT_TRUE(csv.starts_with("epoch,first_height,after,quorum,validators,hash\r\n0,")) << csv;
  EXPECT_NE(csv.find(",1,open-giving,"), std::string::npos) << csv;
}

TEST_F(Reads, ConsensusEvidenceAndEntriesAreFilesToo) {
  open_fund();
  const auto validators = get("/v1/consensus.csv").body;
  EXPECT_EQ(lines(validators), 2U);
  EXPECT_NE(validators.find("\r\nopen-giving,yes,"), std::string::npos) << validators;
  EXPECT_EQ(get("/v1/evidence.csv").body,
            "member,sin,epoch,view,kept_at,first,second,canonical\r\n");
  const auto entries = get("/v1/blocks/1/entries.csv").body;
  EXPECT_EQ(lines(entries), 4U);
  EXPECT_TRUE(entries.starts_with("index,type,author,reference,id,count\r\n2,submission,"))
      << entries;
}

TEST_F(Reads, OtherSitesMayRead) {
  EXPECT_EQ(get("/v1/status", {{"Origin", "https://elsewhere.example"}})
                .header("access-control-allow-origin"),
            "*");
}

}  // namespace
}  // namespace centime::api
