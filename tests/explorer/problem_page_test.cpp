// Refusals as pages: in plain words, with the word that programs get and where it is explained.
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "api/problem_words.h"
#include "explorer/site.h"
#include "tests/explorer/page_reading.h"

namespace centime::explorer {
namespace {

using testing::HasSubstr;
using testing::Not;

class ProblemPages : public PageTest {};

TEST_F(ProblemPages, AreForBrowsersAndJsonIsForPrograms) {
  const auto answer = page("/nowhere");
  EXPECT_EQ(answer.status, 404U);
  EXPECT_EQ(fault_of_html(answer.body), std::nullopt);
  EXPECT_THAT(answer.body, HasSubstr("There is nothing at this address"));
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  const auto json = get("/f/none", {{"Accept", "application/json"}});
  EXPECT_EQ(json.status, 307U);
  EXPECT_EQ(refused(get("/v1/funds/none")), (Refused{404, "unknown_fund"}));
  for (const auto& [status, code] :
       std::vector<std::pair<unsigned, std::string>>{{429, "rate_limited"},
                                                     {405, "method_not_allowed"},
                                                     {500, "internal"},
                                                     {503, "busy"},
                                                     {400, "bad_request"},
                                                     {504, "timeout"}}) {
    api::Request request;
    request.headers = {{"accept-language", "es"}};
    const auto shown = problem_page(request, {status, code, {}, "<b>", {}, "0123456789abcdef"});
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->status, status);
    EXPECT_EQ(fault_of_html(shown->body), std::nullopt);
    EXPECT_THAT(shown->body, HasSubstr("0123456789abcdef"));
    EXPECT_THAT(shown->body, HasSubstr("<html lang=\"es\">"));
    EXPECT_THAT(shown->body, HasSubstr("<a class=\"button\" href=\"/\">"));
  }
}

TEST_F(ProblemPages, SayTheReasonAndTheirWord) {
  api::Request request;
  request.headers = {{"accept-language", "fr"}};
  const auto shown =
      problem_page(request, {400, "bad_parameter", {}, "No such <order>.", {}, "0123456789abcdef"});
  ASSERT_TRUE(shown);
  EXPECT_THAT(shown->body, HasSubstr("<q lang=\"en\"><bdi>No such &lt;order&gt;.</bdi></q>"));
  EXPECT_THAT(shown->body, HasSubstr("<a href=\"/docs/errors#bad_parameter\"><code>bad_parameter"));
  // No reason twice, and no link to a word that is not there.
  for (const auto* target : {"/f/none", "/nowhere"})
    for (const auto* language : {"en", "fr"})
      EXPECT_THAT(page(target, language).body, Not(HasSubstr("<q lang=\"en\">"))) << target;
  EXPECT_THAT(page("/f/none").body, HasSubstr("/docs/errors#unknown_fund"));
  EXPECT_THAT(problem_page(request, {418, "teapot", {}, "", {}, "0"})->body,
              Not(HasSubstr("/docs/errors#")));
}

TEST_F(ProblemPages, LeadToTheirWordsRow) {
  const auto html = sound_page("/docs/errors");
  for (const auto& word : api::problem_words())
    EXPECT_THAT(html, HasSubstr("<section id=\"" + std::string(word.word) + "\">")) << word.word;
  EXPECT_EQ(json_of(get("/v1/funds/none")).at("type"), text("/docs/errors#unknown_fund"));
}

TEST_F(ProblemPages, EveryWordOfTheDocumentHasItsMeaning) {
  std::ifstream in(std::string(CENTIME_SOURCE_DIR) + "/docs/errors.md");
  std::map<std::string, std::size_t> words;  // How many rows have it.
  for (std::string line; std::getline(in, line);) {
    for (const auto* begin : {"| `", "* `"}) {
      if (!line.starts_with(begin)) continue;
      const auto end = line.find('`', 3);
      ++words[line.substr(3, end - 3)];
    }
  }
  EXPECT_GE(words.size(), 150U);
  const auto html = sound_page("/docs/errors");
  std::map<std::string, std::size_t> shown;
  for (const auto& word : between(html, "<h3><code>", "</code></h3>")) ++shown[word];
  EXPECT_EQ(shown, words);
  EXPECT_THAT(html, HasSubstr("<h2 id=\"words-of-the-store\">Words of the store</h2>"));
  const auto ids = between(html, "<section id=\"", "\"");
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), ids.size()) << "each has an address";
  EXPECT_THAT(ids, testing::Contains("wrong_seal"));
  EXPECT_THAT(ids, testing::Contains("words-of-an-audit-wrong_seal"));
}

// A problem's `type` leads to one row, and whoever follows it sees no other.
TEST_F(ProblemPages, EachRowOfTheErrorsStandsByItself) {
  const auto html = sound_page("/docs/errors");
  for (const auto& text : between(html, "<dd>", "</dd>")) {
    for (const auto* elsewhere :
         {"The same.", "The same,", ": the same", "s above", "(protocol.md)"})
      EXPECT_THAT(text, Not(HasSubstr(elsewhere)));
  }
}

// What stands in the document, row by row, is what the English page says; the others say all of it
// in their own words.
TEST_F(ProblemPages, TheErrorsAreToldInEachLanguage) {
  std::ifstream in(std::string(CENTIME_SOURCE_DIR) + "/docs/errors.md");
  std::vector<std::string> documented;  // Headings, meanings and remedies.
  std::string heading;
  const auto plain = [](std::string text) {
    std::erase_if(text, [](char mark) { return mark == '`' || mark == '*'; });
    return text;
  };
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) heading = line.substr(3);
    if (!line.starts_with("| `") && !line.starts_with("* `")) continue;
    if (!heading.empty()) documented.push_back(std::exchange(heading, {}));
    if (line.starts_with("* `")) {
      documented.push_back(plain(line.substr(line.find("`: ") + 3)));
      continue;
    }
    const auto last = line.rfind(" | "), before = line.rfind(" | ", last - 1);
    documented.push_back(plain(line.substr(before + 3, last - before - 3)));
    documented.push_back(plain(line.substr(last + 3, line.size() - last - 5)));
  }
  const auto texts = [&](const char* language) {
    const auto html = page("/docs/errors", language).body;
    EXPECT_EQ(fault_of_html(html), std::nullopt);
    EXPECT_THAT(between(html, "<main", "</main>"), testing::Each(Not(HasSubstr("lang="))));
    std::vector<std::string> found;
    for (const auto& part : between(html, "<h2 id=", "</section></section>")) {
      found.push_back(between(part, ">", "</h2>").at(0));
      for (const auto& text : between(part + "<dt>", "<dd>", "</dd>")) found.push_back(text);
    }
    // The statuses of HTTP are the same everywhere.
    std::erase_if(found, [](const std::string& text) {
      return text.find_first_not_of("0123456789, ") == std::string::npos;
    });
    return found;
  };
  const auto escaped = [](std::string text) {
    for (const auto& [sign, written] :
         {std::pair("&", "&amp;"), {"'", "&#39;"}, {"<", "&lt;"}, {">", "&gt;"}}) {
      for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign, at + 1))
        text.replace(at, 1, written);
    }
    return text;
  };
  const auto english = texts("en");
  ASSERT_EQ(english.size(), documented.size());
  for (std::size_t i = 0; i < english.size(); ++i) EXPECT_EQ(english[i], escaped(documented[i]));
  for (const auto* language : {"fr", "es"}) {
    const auto own = texts(language);
    ASSERT_EQ(own.size(), english.size()) << language;
    for (std::size_t i = 0; i < own.size(); ++i) {
      EXPECT_NE(own[i], english[i]) << language;
      EXPECT_FALSE(own[i].empty()) << english[i];
    }
  }
}

// A text without a row would never be read.
TEST_F(ProblemPages, NoErrorOfTheCataloguesIsLeftOver) {
  std::size_t shown = 0;
  const auto html = page("/docs/errors").body;
  for (const auto& part : between(html, "<h2 id=", "</section></section>"))
    shown += 1 + between(part, "<dt>What", "</dt>").size();
  std::size_t kept = 0;
  for (const auto& [key, text] : site().catalogues().front().texts())
    kept += key.starts_with("errors_words_") ? 1U : 0U;
  EXPECT_EQ(kept, shown);
}

}  // namespace
}  // namespace centime::explorer
