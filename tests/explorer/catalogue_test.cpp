#include "explorer/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "consensus/evidence.h"
#include "crypto/wire_types.h"
#include "explorer/assets.h"
#include "explorer/gift_shares.h"
#include "explorer/names.h"
#include "explorer/site.h"
#include "node/proof/verify.h"
#include "tests/support/ledger_world.h"

namespace centime::explorer {
namespace {

const Catalogue& in(std::string_view language) { return *site().find_catalogue(language); }

std::multiset<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::multiset<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), expression);
       at != std::sregex_iterator(); ++at)
    found.insert((*at)[1]);
  return found;
}

TEST(Catalogue, AllLanguagesHaveTheSameKeysAndPlaceholders) {
  ASSERT_EQ(site().catalogues().size(), 3U);
  const auto& english = in("en");
  for (const auto* language : {"fr", "es"}) {
    const auto& other = in(language);
    for (const auto& [key, text] : english.texts()) {
      ASSERT_TRUE(other.has(key)) << language << " lacks " << key;
      const auto placeholder = R"(\{(\w+)\})";
      EXPECT_EQ(matches(text, placeholder), matches(other.text(key), placeholder))
          << language << " " << key;
      EXPECT_FALSE(other.text(key).empty()) << language << " " << key;
    }
    for (const auto& [key, text] : other.texts())
      EXPECT_TRUE(english.has(key)) << language << " has a needless " << key;
  }
}

TEST(Catalogue, EveryTextThatATemplateNamesExists) {
  std::size_t named = 0;
  for (const auto& [name, content] : embedded_files()) {
    if (!name.starts_with("templates/") || !name.ends_with(".html")) continue;
    for (const auto& key : matches(std::string(content), R"(\{\{t_(\w+)\}\})")) {
      EXPECT_TRUE(in("en").has(key)) << name << " names " << key;
      ++named;
    }
  }
  EXPECT_GT(named, 50U);
}

TEST(Catalogue, TemplatesHoldNoWordsOfTheirOwn) {
  for (const auto& [name, content] : embedded_files()) {
    if (!name.starts_with("templates/") || !name.ends_with(".html")) continue;
    auto text = std::regex_replace(std::string(content), std::regex(R"(\{\{[^}]*\}\})"), " ");
    // A command is the same in each language.
    text = std::regex_replace(text, std::regex("<code>[^<]*</code>"), " ");
    text = std::regex_replace(text, std::regex("<[^>]*>"), " ");
    for (const auto& word : matches(text, R"(([A-Za-z]+))")) EXPECT_EQ(word, "Centime") << name;
  }
}

// A line may break at a space, and a line that begins with a colon is none in French. Nobody else
// has a space there.
TEST(Catalogue, NoLineBreaksBeforeAFrenchColonOrInsideItsQuotes) {
  const std::regex breaking("( [:;?!]| »|« )");
  for (const auto* language : {"en", "fr", "es"}) {
    for (const auto& [key, text] : in(language).texts())
      EXPECT_FALSE(std::regex_search(text, breaking)) << language << " " << key << ": " << text;
  }
  std::size_t kept = 0;
  for (const auto& [key, text] : in("fr").texts()) kept += text.contains("\u00a0:") ? 1U : 0U;
  EXPECT_GT(kept, 50U);
}

// One word for each thing: a record, the ledger, its log.
TEST(Catalogue, SpanishHasAWordForEachOfRecordLedgerAndLog) {
  const std::regex log("\\blogs?\\b"), ledger("\\bledgers?\\b(?!\\.\\w)"), record("[Rr]ecord");
  for (const auto& [key, english] : in("en").texts()) {
    const auto& spanish = in("es").text(key);
    EXPECT_EQ(std::regex_search(english, log), spanish.contains("bitácora")) << key;
    EXPECT_EQ(std::regex_search(english, ledger), spanish.contains("libro")) << key;
    if (spanish.contains("egistro")) EXPECT_TRUE(std::regex_search(english, record)) << key;
  }
}

template <class E>
void expect_words(const std::string& prefix) {
  for (const auto word : enum_words(E{}))
    EXPECT_TRUE(in("en").has(prefix + std::string(word))) << prefix << word;
}

TEST(Catalogue, EveryEnumeratorHasAWord) {
  expect_words<ledger::RecordKind>("kind_");
  expect_words<ledger::Category>("category_");
  expect_words<ledger::EvidenceKind>("evidence_");
  expect_words<ledger::ChannelKind>("channel_");
  expect_words<ledger::Verdict>("verdict_");
  expect_words<ledger::Verdict>("stage_");
  expect_words<ledger::Verdict>("says_attestation_");
  expect_words<ledger::Role>("role_");
  expect_words<ledger::FundStatus>("fund_");
  expect_words<proof::HandOver>("hand_over_");
  expect_words<proof::VerifyStep>("check_step_");
  expect_words<proof::VerifyWord>("check_word_");
  expect_words<ShareKind>("part_");
  expect_words<consensus::Sin>("sin_");
}

TEST(Catalogue, WritesAmountsByTheExponentOfTheCurrency) {
  const auto euro = test::currency("EUR"), yen = test::currency("JPY"),
             dinar = test::currency("KWD");
  EXPECT_EQ(in("en").amount(1'234'560, euro), "12,345.60\u00a0EUR");
  EXPECT_EQ(in("fr").amount(1'234'560, euro), "12\u202f345,60\u00a0EUR");
  EXPECT_EQ(in("es").amount(1'234'560, euro), "12.345,60\u00a0EUR");
  EXPECT_EQ(in("es").amount(123'456, euro), "1234,56\u00a0EUR");
  EXPECT_EQ(in("en").amount(1'000'000, yen), "1,000,000\u00a0JPY");
  EXPECT_EQ(in("en").amount(5, dinar), "0.005\u00a0KWD");
  EXPECT_EQ(in("en").amount(0, euro), "0.00\u00a0EUR");
  EXPECT_EQ(in("en").amount(ledger::amount_max, euro), "90,071,992,547,409.91\u00a0EUR");
}

TEST(Catalogue, WritesDaysInWords) {
  EXPECT_EQ(in("en").date(test::day("2026-11-22")), "22 November 2026");
  EXPECT_EQ(in("fr").date(test::day("2026-08-01")), "1er août 2026");
  EXPECT_EQ(in("fr").date(test::day("2026-08-21")), "21 août 2026");
  EXPECT_EQ(in("es").date(test::day("2024-02-29")), "29 de febrero de 2024");
  EXPECT_EQ(in("es").date(test::day("2024-02-01")), "1 de febrero de 2024");
  EXPECT_EQ(in("en").instant({1'772'323'200'000}), "1 March 2026, 00:00 UTC");
}

TEST(Catalogue, LeavesBracesInsideArgumentsAlone) {
  const Catalogue words("en", R"({"a": "{x} and {y}"})");
  EXPECT_EQ(words.text("a", {{"x", "{y}"}, {"y", "{"}}), "{y} and {");
}

TEST(InSentence, TakesOutDirectionMarksAndIsolatesRightToLeftText) {
  EXPECT_EQ(in_sentence("Red Aid"), "Red Aid");
  EXPECT_EQ(in_sentence("Croix-Rouge française"), "Croix-Rouge française");
  EXPECT_EQ(in_sentence("a\u202eb\u2066c\u200f"), "abc");
  EXPECT_EQ(in_sentence("Ox\u200bfam\ufeff\u2060\u061c"), "Oxfam");
  EXPECT_EQ(in_sentence("الهلال"), "\u2068الهلال\u2069");
  EXPECT_EQ(in_sentence("\u2069الهلال\u2069"), "\u2068الهلال\u2069");
}

}  // namespace
}  // namespace centime::explorer
