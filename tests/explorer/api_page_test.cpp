// The API's description for people: everything that the document has, and no dead link.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "api/openapi.h"
#include "explorer/schema_words.h"
#include "explorer/site.h"
#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {
namespace {

using boost::json::object;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string words(std::string_view json) {
  return schema_words(boost::json::parse(json).get_object()).text;
}

TEST(SchemaWords, SayWhatAPersonWouldSay) {
  EXPECT_EQ(words(R"({"type":"integer","minimum":0})"), "integer from 0");
  EXPECT_EQ(words(R"({"type":"string","format":"date"})"), "date");
  EXPECT_EQ(words(R"({"type":"string","maxLength":200})"), "string of at most 200 characters");
  EXPECT_EQ(words(R"({"type":"string","enum":["a","b"],"default":"a"})"), "one of: a, b");
  EXPECT_EQ(words(R"({"type":"array","items":{"type":"string"}})"), "list of string");
  EXPECT_EQ(words(R"({"const":"ok"})"), "“ok”");
  EXPECT_EQ(words(R"({"anyOf":[{"type":"string"},{"type":"null"}]})"), "string or null");
  const auto schema = boost::json::parse(
      R"({"oneOf":[{"$ref":"#/components/schemas/A"},{"type":"object","properties":{}}]})");
  const auto told = schema_words(schema.get_object());
  EXPECT_THAT(told.names, ElementsAre("A"));
  EXPECT_EQ(told.variants.size(), 1U);
}

TEST(SchemaWords, TellAPartThatHasANameByIt) {
  const auto named = boost::json::parse(R"({"Pair":{"properties":{"a":{"type":"string"}}}})");
  const auto list =
      boost::json::parse(R"({"type":"array","items":{"properties":{"a":{"type":"string"}}}})");
  const auto told = schema_words(list.get_object(), named.get_object());
  EXPECT_EQ(told.text, "list of");
  EXPECT_THAT(told.names, ElementsAre("Pair"));
  EXPECT_EQ(told.inside, nullptr);
  const auto& itself = named.at("Pair").get_object();
  EXPECT_EQ(schema_words(itself, named.get_object()).inside, &itself) << "not by its own";
  EXPECT_THAT(part_words(itself, named.get_object()).names, ElementsAre("Pair"));
}

class ApiPages : public ExplorerTest {
 protected:
  std::string sound(const std::string& target) {
    for (const auto* language : {"es", "fr", "en"}) {
      const auto answer = page(target, language);
      EXPECT_EQ(answer.status, 200U) << target;
      EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << answer.body;
      if (language == std::string_view("en")) return answer.body;
    }
    return {};
  }
};

TEST_F(ApiPages, ShowEveryOperationWithItsParametersAndWords) {
  const auto html = sound("/api");
  const auto document = api::openapi_document("0");
  std::size_t operations = 0;
  for (const auto& [path, methods] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      ++operations;
      const std::string id(operation.at("operationId").as_string());
      const auto shown = between(html, "id=\"" + id + "\">", "</details>");
      ASSERT_EQ(shown.size(), 1U) << id;
      EXPECT_THAT(shown[0], HasSubstr(std::string(path) + "</code>"));
      for (const auto& [status, response] : operation.at("responses").as_object()) {
        if (status.starts_with("2"))
          EXPECT_THAT(shown[0], HasSubstr("<code>" + std::string(status) + "</code>"));
      }
    }
  }
  EXPECT_EQ(between(html, "<details class=\"operation\"", ">").size(), operations);
  EXPECT_THAT(html, HasSubstr("<a href=\"/docs/errors#busy\"><code>busy</code></a>"));
  const auto records = between(html, "id=\"get_v1_records\">", "</details>").at(0);
  EXPECT_THAT(records, HasSubstr("<code>from</code>"));
  EXPECT_THAT(records, HasSubstr("#bad_parameter"));
  EXPECT_EQ(get("/api", {{"Accept", "application/json"}}).header("location"), "/v1/openapi.json");
}

// The document's own sentences are English and say so; all else is in the reader's language.
TEST_F(ApiPages, AreInTheReadersLanguageButForWhatIsMarkedAsEnglish) {
  const auto& english = site().catalogues().front();
  for (const auto* target : {"/api", "/api/schemas"}) {
    for (const auto& own : site().catalogues()) {
      if (own.language() == "en") continue;
      auto html = between(page(target, own.language()).body, "<main", "</main>").at(0);
      EXPECT_THAT(html, HasSubstr(own.text("api_english"))) << target;
      for (const auto* marked : {R"(<span lang="en">[^<]*</span>)", R"(<code>[^<]*</code>)",
                                 R"(<dd lang="en">[^<]*<span class="aside">[^<]*</span></dd>)"})
        html = std::regex_replace(html, std::regex(marked), "");
      EXPECT_THAT(html, Not(HasSubstr("lang=\"en\">"))) << target;
      for (const auto& [key, text] : english.texts()) {
        if (key.starts_with("api_") && own.text(key) != text)
          EXPECT_THAT(html, Not(HasSubstr(text + "<"))) << own.language() << " " << key;
      }
      // What the document says is not said outside.
      for (const auto* of_the_document : {"one of:", "list of", "at most", "Such as", "integer"})
        EXPECT_THAT(html, Not(HasSubstr(of_the_document))) << target;
    }
  }
}

TEST_F(ApiPages, ShowNoMarksOfMarkdown) { EXPECT_FALSE(sound("/api").contains("`")); }

TEST_F(ApiPages, EverySchemaIsThereAndEveryLinkLeadsToOne) {
  const auto html = sound("/api/schemas");
  std::set<std::string> there;
  for (auto& id : between(html, "<section class=\"schema\" id=\"", "\""))
    there.insert(std::move(id));
  const auto document = api::openapi_document("0");
  for (const auto& [name, schema] : document.at("components").at("schemas").as_object())
    EXPECT_TRUE(there.contains(std::string(name))) << name;
  for (const auto& name : between(html, "<a href=\"#", "\"")) {
    if (name != "main") EXPECT_TRUE(there.contains(name)) << name;
  }
  for (const auto& name : between(sound("/api"), "href=\"/api/schemas#", "\""))
    EXPECT_TRUE(there.contains(name)) << name;
  for (const auto* kind : {"donation", "fund_closure"})
    EXPECT_THAT(html, HasSubstr("<p class=\"variant\">" + std::string(kind) + "</p>"));
}

}  // namespace
}  // namespace centime::explorer
