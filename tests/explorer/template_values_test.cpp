#include "explorer/template_values.h"

#include <ctemplate/template_cache.h>
#include <gtest/gtest.h>

namespace centime::explorer {
namespace {

class TemplateValuesTest : public testing::Test {
 protected:
  static ctemplate::TemplateString string_of(std::string_view text) {
    return {text.data(), text.size()};
  }

  void add_template(std::string_view name, std::string_view text) {
    ASSERT_TRUE(templates_.StringToTemplateCache(string_of(name), string_of(text),
                                                 ctemplate::DO_NOT_STRIP));
  }

  std::string filled(std::string_view text) {
    add_template("main", text);
    templates_.Freeze();
    std::string out;
    EXPECT_TRUE(templates_.ExpandNoLoad("main", ctemplate::DO_NOT_STRIP, &values, nullptr, &out));
    return out;
  }

  std::pmr::monotonic_buffer_resource memory;
  TemplateValues values{memory};

 private:
  ctemplate::TemplateCache templates_;
};

TEST_F(TemplateValuesTest, StandWhereTheirNamesStand) {
  values.set("A", "one");
  values.set("B", std::string("t\0wo", 4));
  values.set("A", "the last");
  EXPECT_EQ(filled("{{A}} {{B}}{{MISSING}}."), std::string("the last t\0wo.", 14));
}

TEST_F(TemplateValuesTest, AreCopied) {
  std::string value = "value";
  values.set("NAME", value);
  value = "gone";
  EXPECT_EQ(filled("{{NAME}}"), "value");
}

TEST_F(TemplateValuesTest, AreEscapedByTheTemplate) {
  values.set("A", "<&\"'>");
  EXPECT_EQ(filled("{{%AUTOESCAPE context=\"HTML\"}}<b title=\"{{A}}\">{{A}}</b>"),
            "<b title=\"&lt;&amp;&quot;&#39;&gt;\">&lt;&amp;&quot;&#39;&gt;</b>");
}

TEST_F(TemplateValuesTest, ASectionIsShownOnceForEachOfItsTurns) {
  values.set("A", "outer");
  values.add_section("ROW").set("A", "1");
  auto& second = values.add_section("ROW");
  second.set("B", "2");
  second.add_section("CELL").set("C", "x");
  second.add_section("CELL").set("C", "y");
  EXPECT_EQ(
      filled("{{#ROW}}[{{A}}{{B}}{{#CELL}}({{A}}{{B}}{{C}}){{/CELL}}]{{/ROW}}{{#NONE}}x{{/NONE}}"),
      "[1][outer2(outer2x)(outer2y)]");
}

TEST_F(TemplateValuesTest, ShowingASectionAgainShowsItOnce) {
  values.set("A", "a");
  values.show_section("S");
  values.show_section("S");
  EXPECT_EQ(filled("{{#S}}{{A}}{{#S}}!{{/S}}{{/S}}"), "a!");
}

TEST_F(TemplateValuesTest, AnIncludedTemplateSeesItsOwnValuesAndThoseForAll) {
  add_template("part", "<{{A}}{{B}}{{G}}{{#ALL}}{{G}}{{/ALL}}>");
  values.set("A", "outer");
  values.set_everywhere("G", "g");
  values.show_everywhere("ALL");
  values.include("PART", "part").set("B", "1");
  values.include("PART", "part").set("B", "2");
  values.add_section("S").include("INNER", "part").set("A", "3");
  EXPECT_EQ(filled("{{A}}{{G}}{{>PART}}{{>NONE}}{{#S}}{{>PART}}{{>INNER}}{{/S}}"),
            "outerg<1gg><2gg><1gg><2gg><3gg>");
}

}  // namespace
}  // namespace centime::explorer
