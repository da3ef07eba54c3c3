// `centime import csv` against a running node: good files, bad rows, and the same file twice.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Import : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
  }

  Arguments receipts() const { return {"--receipts", path("receipts.csv")}; }

  Result import_good() { return import(csv("good.csv", good_rows()), receipts()); }

  // Each bad row as "line column: word", from the JSON of an import.
  static std::vector<std::string> bad_rows(const Result& result) {
    std::vector<std::string> rows;
    for (const auto& row : json::parse(result.out).at("bad").as_array()) {
      rows.push_back(std::to_string(row.at("line").to_number<int>()) + " " +
                     std::string(row.at("column").as_string()) + ": " +
                     std::string(row.at("code").as_string()));
      EXPECT_FALSE(row.at("detail").as_string().empty());
    }
    return rows;
  }

  static std::uint64_t number(const Result& result, std::string_view name) {
    return json::parse(result.out).at(name).to_number<std::uint64_t>();
  }
};

TEST_F(Import, RecordsAGoodFileAndSaysWhatItRecorded) {
  const Result result = import_good();
  ASSERT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(number(result, "rows"), 8);
  EXPECT_EQ(number(result, "recorded"), 8);
  EXPECT_EQ(number(result, "repeats"), 0);
  const auto sums = json::parse(result.out).at("sums").as_array();
  const auto donations = std::ranges::find_if(
      sums, [](const auto& row) { return row.at("type").as_string() == "donation"; });
  ASSERT_NE(donations, sums.end());
  EXPECT_EQ(donations->at("amount").to_number<int>(), 105'000);
  EXPECT_EQ(donations->at("fund").as_string(), "water");
  EXPECT_EQ(donations->at("records").to_number<int>(), 2);

  struct stat status{};
  ASSERT_EQ(::stat(path("receipts.csv").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const std::string kept = read_text(path("receipts.csv"));
  EXPECT_THAT(kept, HasSubstr("platform,\"gift-1\","));
  EXPECT_THAT(kept, ::testing::Not(HasSubstr("donor 17")));
}

TEST_F(Import, TheSameFileAgainIsAllRepeats) {
  ASSERT_EQ(import_good().code, 0);
  const std::string kept = read_text(path("receipts.csv"));
  const std::uint64_t before = entries();
  const Result again = import_good();
  ASSERT_EQ(again.code, 0) << again.out << again.err;
  EXPECT_EQ(number(again, "recorded"), 0);
  EXPECT_EQ(number(again, "repeats"), 8);
  EXPECT_EQ(entries(), before);
  EXPECT_EQ(read_text(path("receipts.csv")), kept);
}

// Three notes of a till under the day's name are three gifts, and one record: only who wrote the
// file knows which.
TEST_F(Import, RowsThatAreTheSameAreRefusedAndNeverTakenForRecordedBefore) {
  ASSERT_EQ(import_good().code, 0);
  const std::uint64_t before = entries();
  const Cells till = gift("till-2026-01-06", "20.00", "till 4");
  const std::string name = csv("till.csv", {till, gift("other", "3.00"), till, till});
  const Result result = import(name, receipts());
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(bad_rows(result), ElementsAre("4 : repeated_row", "5 : repeated_row"));
  EXPECT_THAT(result.out, HasSubstr("line 5 repeats line 2; if these are two gifts, give each its "
                                    "own reference"));
  EXPECT_EQ(entries(), before);

  Arguments skip = receipts();
  skip.push_back("--skip-bad");
  for (int run = 0; run < 2; ++run) {
    const Result skipped = import(name, skip);
    EXPECT_EQ(skipped.code, 1);
    EXPECT_EQ(number(skipped, "bad_rows"), 2);
    EXPECT_EQ(number(skipped, "recorded"), run == 0 ? 2 : 0);
    EXPECT_EQ(number(skipped, "repeats"), run == 0 ? 0 : 2);
  }
}

TEST_F(Import, AFileThatIsPartlyRecordedIsCompleted) {
  ASSERT_EQ(import_good().code, 0);
  std::vector<Cells> longer = good_rows();
  longer.push_back(gift("gift-3", "5"));
  const Result result = import(csv("longer.csv", longer), receipts());
  ASSERT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(number(result, "recorded"), 1);
  EXPECT_EQ(number(result, "repeats"), 8);
}

TEST_F(Import, ADryRunSaysWhatWouldBeRecordedAndRecordsNothing) {
  const std::uint64_t before = entries();
  Arguments more = receipts();
  more.push_back("--dry-run");
  const Result result = import(csv("good.csv", good_rows()), more);
  ASSERT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(number(result, "would_be_recorded"), 8);
  EXPECT_EQ(number(result, "recorded"), 0);
  EXPECT_EQ(entries(), before);
  EXPECT_FALSE(std::filesystem::exists(path("receipts.csv")));
}

// A gift that needs no receipt.
Cells bare_gift(const std::string& reference, const Cells& changes = {}) {
  Cells row = with(gift(reference, "1.00", ""), {{"commitment", std::string(64, '3')}});
  return with(std::move(row), changes);
}

TEST_F(Import, EveryKindOfBadRowIsListedWithLineColumnAndWord) {
  ASSERT_EQ(import_good().code, 0);
  const std::uint64_t before = entries();
  const Cells spent{{"type", "expenditure"}, {"author", "relief"}, {"fund", "water"},
                    {"amount", "1"},         {"currency", "EUR"},  {"date", "2026-01-05"},
                    {"category", "goods"}};
  const Cells refund{{"type", "refund"},     {"author", "platform"}, {"amount", "1"},
                     {"date", "2026-01-05"}, {"reason", "oops"},     {"donation", "gift-1"}};
  const Cells attested{{"type", "attestation"}, {"author", "checker"}, {"verdict", "verified"}};
  const std::vector<Cells> rows{
      bare_gift("ok-2"),
      bare_gift("", {}),
      bare_gift("b-4", {{"fund", "Water!"}}),
      bare_gift("b-5", {{"amount", "12,50"}}),
      bare_gift("b-6", {{"amount", "12.345"}}),
      bare_gift("b-7", {{"amount", "0.00"}}),
      bare_gift("b-8", {{"amount", "-5"}}),
      bare_gift("b-9", {{"amount", "99999999999999999"}}),
      bare_gift("b-10", {{"currency", "EURO"}}),
      bare_gift("b-11", {{"currency", "XQQ"}}),
      bare_gift("b-12", {{"date", "05.01.2026"}}),
      bare_gift("b-13", {{"date", "2026-02-30"}}),
      bare_gift("b-14", {{"author", "nobody"}}),
      bare_gift("b-15", {{"author", ""}}),
      bare_gift("b-16", {{"type", "gift"}}),
      bare_gift("b-17", {{"commitment", ""}}),
      bare_gift("b-18", {{"commitment", "beef"}}),
      with(spent, {{"reference", "b-19"}, {"channel", "web"}}),
      with(spent, {{"reference", "b-20"}, {"category", "cake"}}),
      with(refund, {{"reference", "b-21"}, {"donation", "nothing"}}),
      with(refund, {{"reference", "b-22"}, {"currency", "USD"}}),
      with(attested, {{"reference", "b-23"}}),
      with(attested,
           {{"reference", "b-24"}, {"subject", "platform/gift-1"}, {"statement", "file:none.pdf"}}),
      // What only the ledger can know:
      bare_gift("b-25", {{"fund", "sand"}}),
      bare_gift("b-26", {{"date", "2036-01-05"}}),
      bare_gift("gift-1", {{"amount", "51.00"}}),
      {{"type", "disbursement"},
       {"author", "platform"},
       {"reference", "b-28"},
       {"fund", "water"},
       {"amount", "9999999"},
       {"currency", "EUR"},
       {"date", "2026-01-07"},
       {"to", "relief"},
       {"purpose", "too much"}},
      with(spent, {{"reference", "b-29"}, {"currency", "KES"}}),
      // Names gift-1 as row 27 states it, which is refused, and so is not on the ledger.
      with(refund, {{"reference", "b-30"}, {"amount", "50.01"}}),
      {{"type", "acknowledgement"},
       {"author", "checker"},
       {"reference", "b-31"},
       {"disbursement", "platform/send-1"},
       {"amount_seen", "1"},
       {"date", "2026-01-05"}},
  };
  const std::string name = csv("bad.csv", rows);
  const Result result = import(name);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(
      bad_rows(result),
      ElementsAre("3 reference: missing_field", "4 fund: bad_value", "5 amount: bad_value",
                  "6 amount: bad_value", "7 amount: amount_out_of_range",
                  "8 amount: amount_out_of_range", "9 amount: amount_out_of_range",
                  "10 currency: unknown_currency", "11 currency: unknown_currency",
                  "12 date: bad_value", "13 date: bad_value", "14 author: missing_key",
                  "15 author: missing_field", "16 type: bad_value", "17 donor: missing_field",
                  "18 commitment: bad_value", "19 channel: unknown_field", "20 category: bad_value",
                  "21 donation: unknown_record", "22 currency: currency_mismatch",
                  "23 subject: missing_field", "23 statement: missing_field",
                  "24 statement: missing_file", "25 : unknown_fund", "26 : date_out_of_range",
                  "27 : reference_reused", "28 : insufficient_funds", "29 : insufficient_funds",
                  "30 : unknown_record", "31 : not_permitted"));
  EXPECT_EQ(number(result, "bad_rows"), 29);
  EXPECT_EQ(number(result, "recorded"), 0);
  EXPECT_EQ(entries(), before);

  const Result text = centime({"import", "csv", name, "--node", url(), "--keys", path("net/keys")});
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.out, HasSubstr("line 7: b-7: amount: amount_out_of_range: '0.00' is not more"));
  EXPECT_THAT(text.out, HasSubstr("29 of 30 rows are bad: nothing was recorded."));
  EXPECT_EQ(entries(), before);
}

TEST_F(Import, SkipBadRecordsTheOthersAndSaysWhichWereSkipped) {
  ASSERT_EQ(import_good().code, 0);
  const std::string name = csv("mixed.csv", {bare_gift("new-1"),
                                             bare_gift("bad-1", {{"fund", "sand"}}),
                                             bare_gift("bad-2", {{"amount", "x"}}),
                                             // Falls with the row that it is about.
                                             {{"type", "refund"},
                                              {"author", "platform"},
                                              {"reference", "bad-3"},
                                              {"amount", "1"},
                                              {"date", "2026-01-05"},
                                              {"reason", "oops"},
                                              {"donation", "bad-1"}},
                                             bare_gift("new-2")});
  EXPECT_EQ(import(name).code, 1);
  const Result result = import(name, {"--skip-bad"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(bad_rows(result),
              ElementsAre("3 : unknown_fund", "4 amount: bad_value", "5 : unknown_record"));
  EXPECT_EQ(number(result, "recorded"), 2);
  const Result again = import(name, {"--skip-bad"});
  EXPECT_EQ(number(again, "recorded"), 0);
  EXPECT_EQ(number(again, "repeats"), 2);
}

TEST_F(Import, AFileThatIsNoCsvOrHasAWrongHeaderIsRefusedAsAWhole) {
  const auto word = [&](const std::string& content) {
    const Result result = import(file("x.csv", content));
    EXPECT_EQ(result.code, 1);
    const auto error = json::parse(result.out).at("error");
    return std::string(error.at("code").as_string()) + " " +
           std::string(error.at("detail").as_string());
  };
  EXPECT_THAT(word("type,reference,ammount\n"), HasSubstr("unknown_column line 1: there is no "
                                                          "column 'ammount': did you mean "
                                                          "'amount'?"));
  EXPECT_THAT(word("type;reference;amount\n"), HasSubstr("no_rows"));
  EXPECT_THAT(word("reference,amount\n"), HasSubstr("missing_column"));
  EXPECT_THAT(word("type,reference\nchannel\n\"a\"b,c\n"), HasSubstr("bad_csv line 3"));
  EXPECT_THAT(word("type,reference\nchannel,\"a\"b\n"), HasSubstr("bad_csv line 2"));
  EXPECT_THAT(word("type,reference\n"), HasSubstr("no_rows"));
  EXPECT_THAT(word("type,reference\n\n,\n , \n"), HasSubstr("no_rows"));
  const Result absent = import(path("absent.csv"));
  EXPECT_EQ(json::parse(absent.out).at("error").at("code").as_string(), "missing_file");
}

// What a spreadsheet or an editor leaves behind: each such row is listed, and hides no other.
TEST_F(Import, RowsThatAreNoRowsAreListedWithTheOthers) {
  ASSERT_EQ(import_good().code, 0);
  const std::string commitment(64, '3');
  const auto row = [&](const std::string& reference, const std::string& amount) {
    return "donation,platform," + reference + ",water," + amount + ",EUR,2026-01-05,web," +
           commitment + "\n";
  };
  const std::string name =
      file("office.csv", "type,author,reference,fund,amount,currency,date,channel,commitment\n" +
                             row("c-2", "1.00") + row("c-3", "12,50") + "\n" +
                             row("c-\xe9", "1.00") + row("c-6", "-1") + ",,,,,,,,\n" +
                             row("c-8", "2.00") + "donation\n" + ",,,,,,,,\n\n");
  const Result result = import(name);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(bad_rows(result), ElementsAre("3 : bad_csv", "5 : bad_csv",
                                            "6 amount: amount_out_of_range", "9 : bad_csv"));
  EXPECT_EQ(number(result, "rows"), 6);
  EXPECT_EQ(number(result, "recorded"), 0);
  const Result skipped = import(name, {"--skip-bad"});
  EXPECT_EQ(skipped.code, 1);
  EXPECT_EQ(number(skipped, "recorded"), 2);
  EXPECT_EQ(number(skipped, "bad_rows"), 4);
}

// The sentence of the bad row at the line.
std::string detail_at(const Result& result, int line) {
  for (const auto& row : json::parse(result.out).at("bad").as_array()) {
    if (row.at("line").to_number<int>() == line) return std::string(row.at("detail").as_string());
  }
  return "no fault at line " + std::to_string(line);
}

TEST_F(Import, SentencesAreOnesThatWhoWroteTheFileCanUse) {
  ASSERT_EQ(import_good().code, 0);
  const Cells seen{{"type", "acknowledgement"},
                   {"author", "relief"},
                   {"date", "2026-01-08"},
                   {"amount_seen", "1.00"}};
  const Cells send{{"type", "disbursement"}, {"author", "platform"}, {"fund", "water"},
                   {"currency", "EUR"},      {"date", "2026-01-07"}, {"to", "relief"},
                   {"purpose", "Too much"},  {"amount", "99999.00"}};
  const Result result = import(csv(
      "sentences.csv", {with(bare_gift("s-2"), {{"type", ""}}),
                        {{"type", "expenditure"}, {"author", "relief"}, {"reference", "s-3"}},
                        with(bare_gift("s-4"), {{"type", "gift"}}),
                        with(bare_gift("s-5"), {{"type", "approval"}}),
                        with(send, {{"reference", "DIS-1"}}),
                        with(seen, {{"reference", "s-7"}, {"disbursement", "platform/DIS-1"}}),
                        with(send, {{"reference", "DIS-2"}, {"amount", "x"}}),
                        with(seen, {{"reference", "s-9"}, {"disbursement", "platform/DIS-2"}})}));
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(detail_at(result, 2), "each row needs a type");
  EXPECT_EQ(detail_at(result, 3), "an expenditure needs a fund");
  EXPECT_THAT(detail_at(result, 4), HasSubstr("'gift' must be one of: donation, "));
  EXPECT_THAT(detail_at(result, 4), HasSubstr("channel"));
  EXPECT_THAT(detail_at(result, 4), ::testing::Not(HasSubstr(", approval")));
  EXPECT_THAT(detail_at(result, 4), ::testing::Not(HasSubstr("member_proposal")));
  EXPECT_EQ(detail_at(result, 5),
            "an approval is recorded by `centime propose`, `approve` or `keys rotate`");
  EXPECT_EQ(detail_at(result, 9), "platform/DIS-2 (line 8) is refused itself");
}

TEST_F(Import, ARowThatNamesARefusedOneIsToldWhich) {
  ASSERT_EQ(import_good().code, 0);
  const Result result = import(csv("follow.csv", {{{"type", "disbursement"},
                                                   {"author", "platform"},
                                                   {"reference", "DIS-1"},
                                                   {"fund", "water"},
                                                   {"amount", "99999.00"},
                                                   {"currency", "EUR"},
                                                   {"date", "2026-01-07"},
                                                   {"to", "relief"},
                                                   {"purpose", "Too much"}},
                                                  {{"type", "acknowledgement"},
                                                   {"author", "relief"},
                                                   {"reference", "ACK-1"},
                                                   {"disbursement", "platform/DIS-1"},
                                                   {"amount_seen", "1.00"},
                                                   {"date", "2026-01-08"}}}));
  EXPECT_THAT(bad_rows(result), ElementsAre("2 : insufficient_funds", "3 : unknown_record"));
  EXPECT_EQ(detail_at(result, 3), "platform/DIS-1 (line 2) is refused itself");
}

TEST_F(Import, AGiftUnderNewSaltsIsToldWhereItsOldOnesAre) {
  ASSERT_EQ(import_good().code, 0);
  const std::string name = csv("one.csv", {gift("gift-1", "50.00")});
  const Result other = import(name, {"--receipts", path("other.csv")});
  EXPECT_THAT(bad_rows(other), ElementsAre("2 : reference_reused"));
  EXPECT_THAT(detail_at(other, 2),
              HasSubstr("if it is the same gift, give the receipts file of its first import"));
  const Result changed = import(csv("two.csv", {gift("gift-1", "51.00")}), receipts());
  EXPECT_THAT(bad_rows(changed), ElementsAre("2 : reference_reused"));
  EXPECT_THAT(detail_at(changed, 2), ::testing::Not(HasSubstr("receipts file")));
  EXPECT_EQ(number(import(name, receipts()), "repeats"), 1);
}

TEST_F(Import, ARowThatNamesAGiftUnderNewSaltsIsToldSo) {
  ASSERT_EQ(import_good().code, 0);
  const Cells spent{{"type", "expenditure"}, {"author", "relief"},
                    {"reference", "pump-2"}, {"fund", "water"},
                    {"amount", "1.00"},      {"currency", "EUR"},
                    {"date", "2026-01-09"},  {"payee", "Pump Ltd"},
                    {"category", "goods"},   {"for_donation", "platform/gift-1"}};
  const std::string name = csv("spent.csv", {gift("gift-1", "50.00"), spent});
  ASSERT_EQ(import(name, receipts()).code, 0);
  const Result other = import(name, {"--receipts", path("other.csv")});
  EXPECT_THAT(bad_rows(other), ElementsAre("2 : reference_reused", "3 : reference_reused"));
  EXPECT_THAT(detail_at(other, 3), HasSubstr("it names another record than it did: "
                                             "platform/gift-1 (line 2) is refused itself"));
}

TEST_F(Import, AReceiptsFileIsMadeOnlyWhereSomethingStandsInIt) {
  ASSERT_EQ(import_good().code, 0);
  const std::string other = path("other.csv");
  import(csv("bad.csv", {gift("gift-1", "50.00")}), {"--receipts", other});
  EXPECT_FALSE(std::filesystem::exists(other));
  const Result no_donors =
      import(csv("no-donors.csv", {bare_gift("bare-7")}), {"--receipts", other});
  EXPECT_EQ(no_donors.code, 0) << no_donors.out;
  EXPECT_FALSE(std::filesystem::exists(other));
  write_text(other, "");
  std::filesystem::permissions(
      other, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  import(csv("bad.csv", {gift("gift-1", "50.00")}), {"--receipts", other});
  EXPECT_TRUE(std::filesystem::exists(other)) << "it was there before";
}

TEST_F(Import, AReceiptsFileThatAnEditorLeftWithoutALastLineEndLosesNoRow) {
  ASSERT_EQ(import_good().code, 0);
  const std::string kept = read_text(path("receipts.csv"));
  write_text(path("receipts.csv"), kept.substr(0, kept.size() - 1));
  EXPECT_EQ(number(import_good(), "repeats"), 8);
  EXPECT_EQ(read_text(path("receipts.csv")), kept);
}

TEST_F(Import, ARefusedDryRunIsADryRunToo) {
  const auto dry_run = [&](const Arguments& more) {
    return json::parse(import(csv("bad.csv", {gift("x", "-1")}), more).out).at("dry_run").as_bool();
  };
  EXPECT_TRUE(dry_run({"--dry-run"}));
  EXPECT_FALSE(dry_run({"--receipts", path("r.csv")}));
}

TEST_F(Import, DonorsNeedAPlaceForWhatOpensTheirCommitments) {
  const std::uint64_t before = entries();
  const Result result = import(csv("good.csv", good_rows()));
  EXPECT_EQ(result.code, 2);
  // Once, and not for each donor and each payment from what these gave.
  const auto error = json::parse(result.out).at("error");
  EXPECT_EQ(error.at("code"), "missing_option");
  EXPECT_THAT(std::string(error.at("detail").as_string()),
              HasSubstr("line 5 has a donor. Donors are recorded as commitments"));
  EXPECT_EQ(entries(), before);
}

TEST_F(Import, ADryRunNeedsNoPlaceForWhatIsThrownAway) {
  const std::string name = csv("good.csv", good_rows());
  const Result json = import(name, {"--dry-run"});
  ASSERT_EQ(json.code, 0) << json.out << json.err;
  EXPECT_EQ(number(json, "would_be_recorded"), 8);
  const Result text =
      centime({"import", "csv", name, "--node", url(), "--keys", path("net/keys"), "--dry-run"});
  EXPECT_THAT(text.out, HasSubstr("It has donors: to record it, give --receipts FILE."));
}

TEST_F(Import, OneKeySignsRowsWithoutAnAuthor) {
  const std::string name = csv("channels.csv", {{{"type", "channel"},
                                                 {"reference", "web"},
                                                 {"channel", "web"},
                                                 {"kind", "web"},
                                                 {"company", "Example Shop"}},
                                                {{"type", "channel"},
                                                 {"reference", "till"},
                                                 {"channel", "till"},
                                                 {"kind", "till"},
                                                 {"company", "Corner Shop"}}});
  const Result result = centime(
      {"import", "csv", name, "--node", url(), "--key", key("platform"), "--json", "--batch", "1"});
  ASSERT_EQ(result.code, 0) << result.out;
  EXPECT_EQ(number(result, "recorded"), 2);
  EXPECT_EQ(number(result, "submissions"), 2);
  EXPECT_EQ(centime({"import", "csv", name, "--node", url()}).code, 2);
  EXPECT_EQ(
      centime({"import", "csv", name, "--node", url(), "--key", key("platform"), "--batch", "2001"})
          .code,
      2);
}

TEST_F(Import, ALargeFileIsCheckedForWhoHasATokenOfTheNodes) {
  ASSERT_EQ(import_good().code, 0);
  std::vector<Cells> gifts;
  for (int i = 0; i < 40'000; ++i) gifts.push_back(bare_gift("large-" + std::to_string(i)));
  const std::string name = csv("large.csv", gifts);
  const auto dry_run = [&](const Arguments& more) {
    Arguments arguments{"import",         "csv",       name,    "--node", url(), "--keys",
                        path("net/keys"), "--dry-run", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return centime(arguments);
  };
  const auto word = [](const Result& result) {
    return std::string(json::parse(result.out).at("error").at("code").as_string());
  };
  const Result stranger = dry_run({});
  EXPECT_EQ(stranger.code, 1);
  EXPECT_EQ(word(stranger), "too_large");
  EXPECT_THAT(stranger.out, HasSubstr("--token-file"));

  const Result made = centime(
      {"token", "new", "--data", path("node"), "--name", "import", "--scope", "check", "--json"});
  ASSERT_EQ(made.code, 0) << made.out;
  const std::string file = path("import.token");
  std::ofstream(file) << json::parse(made.out).at("token").as_string().c_str() << "\n";
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_EQ(word(dry_run({"--token-file", file})), "insecure_file");
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const Result trusted = dry_run({"--token-file", file});
  EXPECT_EQ(trusted.code, 0) << trusted.out;
  EXPECT_EQ(number(trusted, "bad_rows"), 0);

  std::ofstream(file) << "centime_wrong\n";
  EXPECT_EQ(word(dry_run({"--token-file", file})), "bad_token");
  std::ofstream(file) << "two\nlines\n";
  EXPECT_EQ(word(dry_run({"--token-file", file})), "bad_token");
}

// Each exchange brings in money that may be what was named: following it again and again is too
// much for one submission, and is nothing that who imports should have to know of.
TEST_F(Import, RowsThatMakeNodesReadMuchGoInSmallerSubmissions) {
  ASSERT_EQ(import_good().code, 0);
  const Cells exchange{{"type", "exchange"},
                       {"author", "platform"},
                       {"fund", "water"},
                       {"date", "2026-02-01"},
                       {"rate_source", "Bank"}};
  std::vector<Cells> rows = {with(gift("scattered", "15.00"), {{"currency", "USD"}})};
  for (int i = 0; i < 1'000; ++i) {
    rows.push_back({{"type", "expenditure"},
                    {"author", "platform"},
                    {"fund", "water"},
                    {"amount", "0.01"},
                    {"currency", "USD"},
                    {"date", "2026-02-01"},
                    {"reference", "paid-" + std::to_string(i)},
                    {"payee", "Bank Inc"},
                    {"category", "bank_fee"},
                    {"description", "A cent"}});
  }
  rows.push_back(with(exchange, {{"reference", "away"},
                                 {"amount", "5.00"},
                                 {"currency", "USD"},
                                 {"to_amount", "500.00"},
                                 {"to_currency", "KES"}}));
  for (int i = 0; i < 60; ++i) {
    const std::string number = std::to_string(i);
    rows.push_back(with(exchange, {{"reference", "back-" + number},
                                   {"amount", "1.00"},
                                   {"currency", "KES"},
                                   {"to_amount", "0.01"},
                                   {"to_currency", "USD"}}));
    rows.push_back({{"type", "refund"},
                    {"author", "platform"},
                    {"reference", "refund-" + number},
                    {"donation", "scattered"},
                    {"amount", "0.01"},
                    {"currency", "USD"},
                    {"date", "2026-02-02"},
                    {"reason", "Asked for it"}});
  }
  const Result result = import(csv("scattered.csv", rows), receipts());
  ASSERT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(number(result, "recorded"), rows.size());
  // A thousand to a submission, without it.
  EXPECT_GT(number(result, "submissions"), 2U);
}

TEST_F(Import, AllOtherKindsOfRecordsAreTaken) {
  ASSERT_EQ(import_good().code, 0);
  write_text(path("invoice.pdf"), "an invoice");
  const Cells invoice{
      {"kind", "invoice"}, {"media_type", "application/pdf"}, {"sha256", "file:invoice.pdf"}};
  const Cells refund{{"type", "refund"},     {"author", "platform"},    {"reference", "r-1"},
                     {"donation", "gift-2"}, {"amount", "10.00"},       {"currency", "EUR"},
                     {"date", "2026-02-01"}, {"reason", "Asked for it"}};
  const Cells back{{"type", "return"},    {"author", "relief"},
                   {"reference", "r-2"},  {"disbursement", "platform/send-1"},
                   {"amount", "1.00"},    {"date", "2026-02-01"},
                   {"reason", "Too much"}};
  const Cells exchange{{"type", "exchange"},      {"author", "platform"}, {"reference", "r-3"},
                       {"fund", "water"},         {"amount", "100.00"},   {"currency", "EUR"},
                       {"to_amount", "15000.00"}, {"to_currency", "KES"}, {"rate_source", "Bank"},
                       {"date", "2026-02-01"}};
  const Cells dispute{{"type", "dispute"},     {"author", "relief"},
                      {"reference", "r-4"},    {"disbursement", "platform/send-1"},
                      {"amount_seen", "0.00"}, {"date", "2026-02-02"},
                      {"reason", "Less came"}};
  const Cells attestation{{"type", "attestation"}, {"author", "checker"},
                          {"reference", "r-5"},    {"subject", "platform/gift-2"},
                          {"verdict", "verified"}, {"statement", "file:invoice.pdf"},
                          {"note", "Seen"}};
  const Cells evidence{{"type", "evidence"},
                       {"author", "relief"},
                       {"reference", "r-6"},
                       {"subject", "pump"},
                       {"caption", "The bill"}};
  const Cells fee{{"type", "expenditure"},
                  {"author", "platform"},
                  {"reference", "r-7"},
                  {"fund", "water"},
                  {"amount", "2.00"},
                  {"currency", "EUR"},
                  {"date", "2026-02-03"},
                  {"payee", "Bank Inc"},
                  {"payee_org_id", "XX-1"},
                  {"category", "bank_fee"},
                  {"description", "Transfer"},
                  {"for_donation", "gift-2"},
                  {"size", "10"}};
  const Cells proposal{
      {"type", "fund_proposal"}, {"author", "relief"},     {"reference", "r-8"},
      {"fund", "roof"},          {"title", "Roofs"},       {"purpose", "Dry houses"},
      {"goal_amount", "1000"},   {"goal_currency", "USD"}, {"agreement", "file:invoice.pdf"}};
  const Cells closure{{"type", "fund_closure"},
                      {"author", "relief"},
                      {"reference", "r-9"},
                      {"fund", "water"},
                      {"reason", "Done"}};
  const std::string name =
      csv("rest.csv", {refund, back, exchange, dispute, attestation, with(evidence, invoice),
                       with(fee, invoice), proposal, closure});
  const Result result = import(name);
  ASSERT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_EQ(number(result, "recorded"), 9);
  EXPECT_EQ(number(import(name), "repeats"), 9);
}

}  // namespace
}  // namespace centime::program::testing
