// What the one search box finds, as answered over HTTP.
#include "api/search.h"
#include "api/url_encode.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using test::open_giving;
using test::red_aid;

class Searches : public NodeTest {};

TEST_F(Searches, SearchFindsBlocksAndEntriesByHashAndByNumber) {
  const Story story = tell_story();
  const auto found = [&](std::string_view q) { return read("/v1/search?q=" + std::string(q)); };
  const auto block = read("/v1/blocks/2");
  const std::string hash(block.at("hash").as_string());
  std::string shouted = hash;
  for (char& c : shouted)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  for (const std::string& typed : {hash, hash.substr(0, 16), hash.substr(0, 17) + "...", shouted}) {
    const auto blocks = found(typed).at("blocks").as_array();
    ASSERT_EQ(blocks.size(), 1U) << typed;
    EXPECT_EQ(blocks[0].at("hash"), text(hash)) << typed;
    EXPECT_TRUE(found(typed).at("entries").as_array().empty()) << typed;
  }
  const auto record = read("/v1/records/" + story.donation);
  const auto number = std::to_string(record.at("entry").to_number<std::uint64_t>());
  const auto entry = read("/v1/entries/" + number);
  const auto by_hash = found(entry.at("leaf_hash").as_string()).at("entries").as_array();
  ASSERT_EQ(by_hash.size(), 1U);
  EXPECT_EQ(by_hash[0].at("id"), text(story.donation));
  EXPECT_EQ(found(number).at("entries").at(0).at("id"), text(story.donation));
  EXPECT_EQ(found("2").at("blocks").at(0).at("hash"), text(hash));
  EXPECT_EQ(found("2").at("entries").at(0).at("index"), 2);
  EXPECT_EQ(get("/v1/search.csv?q=2").body, "type,id,title,fund,day,amount,currency\r\nblock,2," +
                                                hash + ",,,,\r\nentry,2,submission,,,,\r\n");
  for (const auto* nothing : {"02", "-2", "1000000", "18446744073709551616"}) {
    EXPECT_TRUE(found(nothing).at("blocks").as_array().empty()) << nothing;
    EXPECT_TRUE(found(nothing).at("entries").as_array().empty()) << nothing;
  }
  EXPECT_EQ(found(std::string(64, '0')).at("complete"), true) << "all hashes were looked at";
}

TEST_F(Searches, ADonationIsFoundByWhatItsReceiptCommitsTo) {
  open_fund();
  auto donation = test::donation_of(100);
  donation.commitment.bytes[0] = 0xab;
  donation.commitment.bytes[31] = 0x01;
  const auto gift = state_record(open_giving, donation);
  state_record(open_giving, test::donation_of(100));
  const auto commitment = crypto::to_hex(donation.commitment.bytes);
  const auto found = [&](const std::string& text) {
    return read("/v1/records?text=" + text).at("items").as_array();
  };
  std::string shouted = commitment;
  for (char& c : shouted)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  for (const auto& typed : {commitment, commitment.substr(0, 16), shouted, commitment + "%20",
                            commitment.substr(0, 16) + "%E2%80%A6"}) {
    ASSERT_EQ(found(typed).size(), 1U) << typed;
    EXPECT_EQ(found(typed)[0].at("id"), text(gift));
  }
  EXPECT_TRUE(found(commitment.substr(0, 15)).empty()) << "too few digits to be meant";
  EXPECT_TRUE(found(commitment.substr(1)).empty()) << "not its beginning";
}

TEST_F(Searches, SearchFindsByLinksAndInEitherCase) {
  const Story story = tell_story();
  auto school = test::proposal_of(ledger::FundId{"school"});
  school.title = {"École  des Peñas"};
  state_record(red_aid, school);
  const auto found = [&](std::string_view q) {
    return read("/v1/search?q=" + url_encode(std::string(q)));
  };
  const auto short_id = story.donation.substr(0, 16);
  for (const std::string& link : {"https://host/d/" + story.donation + "?lang=fr", "/r/" + short_id,
                                  "host.example/d/" + short_id + "…"}) {
    ASSERT_EQ(found(link).at("records").as_array().size(), 1U) << link;
    EXPECT_EQ(found(link).at("records").at(0).at("id"), text(story.donation)) << link;
  }
  EXPECT_EQ(found("https://host/f/school").at("funds").as_array().size(), 1U);
  EXPECT_EQ(found("/m/red-aid").at("members").at(0).at("member"), "red-aid");
  const auto block = found("/b/2?from=3#entries");
  EXPECT_EQ(block.at("blocks").at(0).at("height"), 2);
  EXPECT_TRUE(block.at("entries").as_array().empty());
  EXPECT_TRUE(found("/b/99999").at("blocks").as_array().empty());
  EXPECT_TRUE(found("/f/nowhere").at("funds").as_array().empty());

  for (const auto* name : {"ÉCOLE DES PEÑAS", " école  des\u00a0peñas", "PEÑA", "School"})
    EXPECT_EQ(found(name).at("funds").as_array().size(), 1U) << name;
  EXPECT_TRUE(found("ecole").at("funds").as_array().empty());

  std::vector<std::string> stated;
  for (const auto* reference : {"SHOP-77", "shop-78", "Shop-79", "sHop-80"}) {
    const auto answer = submit(sign(open_giving, {{{reference}, test::donation_of(100)}}));
    ASSERT_EQ(answer.status, 201U);
    stated.emplace_back(json_of(answer).at("ids").at(0).as_string());
  }
  const auto finds = [&](std::string_view typed, const std::string& id) {
    const auto records = found(typed).at("records").as_array();
    return records.size() == 1 && records[0].at("id") == text(id);
  };
  for (const auto* way : {"shop-", "SHOP-", "Shop-", "sHoP-", "Open-Giving/sHOP-"})
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_TRUE(finds(way + std::to_string(77 + i), stated[i])) << way << i;
  EXPECT_TRUE(finds("sHop-80", stated[3])) << "as it was stated";
}

TEST_F(Searches, SearchFindsNumbersWithSeparatorsAndNoEntryTwice) {
  open_fund();
  std::vector<ledger::Record> records;
  while (records.size() < 1'100) records.push_back(record(test::donation_of(100)));
  ASSERT_EQ(submit(sign(open_giving, std::move(records))).status, 201U);
  const auto found = [&](std::string_view q) {
    return read("/v1/search?q=" + url_encode(std::string(q)));
  };
  for (const auto* typed : {"1100", "1,100", "1.100", "1 100", "1\u00a0100", "1\u202f100"}) {
    const auto entries = found(typed).at("entries").as_array();
    ASSERT_EQ(entries.size(), 1U) << typed;
    EXPECT_EQ(entries[0].at("index"), 1100) << typed;
  }
  // The next record's reference is the number of its entry.
  const auto next = node->published()->snapshot->head().size + 1;
  const auto answer = submit(sign(open_giving, {{{std::to_string(next)}, test::donation_of(100)}}));
  ASSERT_EQ(answer.status, 201U);
  const auto both = found(std::to_string(next));
  ASSERT_EQ(both.at("records").as_array().size(), 1U);
  EXPECT_EQ(both.at("records").at(0).at("entry"), next);
  EXPECT_TRUE(both.at("entries").as_array().empty());
}

TEST_F(Searches, SearchFindsIdsNamesReferencesAndAmountsOfADay) {
  const Story story = tell_story();
  const auto found = [&](std::string_view q) { return read("/v1/search?q=" + std::string(q)); };
  EXPECT_EQ(found(story.donation.substr(0, 20)).at("records").at(0).at("id"), text(story.donation));
  EXPECT_EQ(found("relief").at("funds").at(0).at("fund"), "relief");
  EXPECT_EQ(found("red-").at("members").at(0).at("member"), "red-aid");
  EXPECT_EQ(found("web").at("channels").at(0).at("channel"), "web");
  const std::string reference(
      read("/v1/records/" + story.donation).at("record").at("reference").as_string());
  EXPECT_EQ(found(reference).at("records").at(0).at("id"), text(story.donation));
  EXPECT_EQ(found("open-giving/" + reference).at("records").at(0).at("id"), text(story.donation));
  const std::string day(read("/v1/records/" + story.donation).at("day").as_string());
  const auto amounts = found("50.00%20eur%20" + day);
  ASSERT_EQ(amounts.at("records").as_array().size(), 1U);
  EXPECT_EQ(amounts.at("records").at(0).at("id"), text(story.donation));
  EXPECT_EQ(found("%E2%82%AC50.00%20" + day).at("records").as_array().size(), 1U);
  EXPECT_TRUE(found("51.00%20EUR%20" + day).at("records").as_array().empty());
  const auto csv = get("/v1/search.csv?q=50.00%20eur%20" + day).body;
  EXPECT_NE(csv.find("\r\ndonation," + story.donation + ",open-giving/" + reference + ",relief," +
                     day + ",50.00,EUR\r\n"),
            std::string::npos)
      << csv;
  EXPECT_NE(get("/v1/search.csv?q=red-").body.find("member,red-aid,Red Aid,,,,\r\n"),
            std::string::npos);
  EXPECT_TRUE(found("no-such-thing").at("funds").as_array().empty());
  EXPECT_EQ(refused(get("/v1/search")), (Refused{400, "bad_parameter"}));
  EXPECT_EQ(refused(get("/v1/search?q=" + std::string(201, 'a'))), (Refused{400, "bad_parameter"}));
}

TEST_F(Searches, OneCommaBeforeThreeDigitsIsReadBothWaysInACurrencyOfThreePlaces) {
  open_fund();
  const auto give = [&](std::uint64_t amount, const char* code) {
    auto donation = test::donation_of(amount, code);
    donation.paid_on = test::day("2026-02-03");
    return state_record(open_giving, donation);
  };
  give(12'345, "KWD");
  give(12'345'000, "KWD");
  give(1'234'567, "KWD");
  give(1'234'500, "EUR");
  give(12'345, "JPY");
  give(1'235, "EUR");
  const auto amounts = [&](std::string_view typed) {
    const auto found = read("/v1/search?q=" + url_encode(std::string(typed) + " 2026-02-03"));
    std::vector<std::uint64_t> amounts;
    for (const auto& record : found.at("records").as_array())
      amounts.push_back(record.at("money").at("amount").to_number<std::uint64_t>());
    std::ranges::sort(amounts);
    return amounts;
  };
  using Amounts = std::vector<std::uint64_t>;
  EXPECT_EQ(amounts("12,345 KWD"), (Amounts{12'345, 12'345'000}));
  for (const auto* typed : {"12.345 KWD", "KWD 12.345"}) EXPECT_EQ(amounts(typed), Amounts{12'345});
  for (const auto* typed : {"12,345.000 KWD", "12.345,000 KWD", "12\u202f345,000\u00a0KWD"})
    EXPECT_EQ(amounts(typed), Amounts{12'345'000}) << typed;
  for (const auto* typed : {"1234,567 KWD", "1.234,567 KWD", "1\u202f234,567\u00a0KWD"})
    EXPECT_EQ(amounts(typed), Amounts{1'234'567}) << typed;
  EXPECT_EQ(amounts("12,345 EUR"), Amounts{1'234'500}) << "grouped, as before";
  for (const auto* typed : {"12,345 JPY", "12.345 JPY"})
    EXPECT_EQ(amounts(typed), Amounts{12'345}) << typed;
  EXPECT_EQ(amounts("1234,567 EUR"), Amounts{});
  EXPECT_EQ(amounts("1234,567"), Amounts{}) << "without its currency";

  const auto filter = [&](std::string_view typed) {
    const auto filter = search(*node->published()->snapshot, typed).filter;
    std::string text;
    for (const auto& [name, value] : filter)
      if (name == "min" || name == "max") text += name + "=" + value + " ";
    return text;
  };
  EXPECT_EQ(filter("12,345 KWD"), "min=12.3450 max=12.3450 ") << "as the pages write it";
  EXPECT_EQ(filter("12,345 KWD 2026-02-03"), "min=12.3450 max=12345 ");
  EXPECT_EQ(filter("12,345 EUR"), "min=12345 max=12345 ");
  EXPECT_EQ(filter("50.00 EUR"), "min=50.00 max=50.00 ");
}

}  // namespace
}  // namespace centime::api
