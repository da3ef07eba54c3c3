#include "crypto/schema.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace centime::crypto::schema_test {
namespace {

enum class Colour : std::uint8_t { red, green };
constexpr auto enum_words(Colour) { return std::to_array<std::string_view>({"red", "green"}); }

struct Circle {
  static constexpr std::string_view name = "circle";
  std::uint16_t radius = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("radius", radius));
  }
};

struct Dot {
  static constexpr std::string_view name = "dot";
  bool filled = false;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("filled", filled));
  }
};

struct Drawing {
  Text<1, 5> title;
  Digest digest;
  std::optional<Colour> colour;
  List<Blob<2>, 3> blobs;
  std::variant<Circle, Dot> shape;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("title", title), cereal::make_nvp("digest", digest),
            cereal::make_nvp("colour", colour), cereal::make_nvp("blobs", blobs),
            cereal::make_nvp("", shape));
  }
};

struct Frame {
  std::variant<Circle, Dot> inside;
  std::int32_t depth = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("inside", inside), cereal::make_nvp("depth", depth));
  }
};

json::value parsed(std::string_view text) { return *parse_json(text); }

TEST(WireSchema, NamesEachFieldInItsOrderWithItsLimits) {
  EXPECT_EQ(wire_schema<Drawing>(), parsed(R"({"struct":[
    {"name":"title","type":{"text":5,"min":1,"format":"text"}},
    {"name":"digest","type":{"bytes":32}},
    {"name":"colour","type":{"optional":{"enum":["red","green"]}}},
    {"name":"blobs","type":{"list":{"blob":2},"max":3}},
    {"name":"","type":{"variant":[
      {"name":"circle","body":{"struct":[{"name":"radius","type":{"integer":"u16"}}]}},
      {"name":"dot","body":{"struct":[{"name":"filled","type":"bool"}]}}]}}]})"));
}

// Three capital letters: a fixed number of bytes with a grammar of its own.
struct Code {
  static constexpr std::string_view format = "capital letters";
  std::array<std::uint8_t, 3> bytes{};
};

TEST(WireSchema, TellsTheGrammarOfFixedBytesThatHaveOne) {
  EXPECT_EQ(wire_schema<Code>(), parsed(R"({"bytes":3,"format":"capital letters"})"));
}

TEST(WireSchema, KnowsSignedIntegers) {
  EXPECT_EQ(wire_schema<Frame>().at("struct").at(1), parsed(R"({"name":"depth",
    "type":{"integer":"i32"}})"));
}

TEST(JsonSchema, MergesAJoinedVariantIntoEachAlternative) {
  const json::value schema = json_schema<Drawing>();
  ASSERT_EQ(schema.at("oneOf").as_array().size(), 2);
  const json::value& dot = schema.at("oneOf").at(1);
  EXPECT_EQ(dot.at("type"), "object");
  EXPECT_EQ(dot.at("additionalProperties"), false);
  EXPECT_EQ(dot.at("properties"), parsed(R"({
    "filled":{"type":"boolean"},
    "type":{"const":"dot"},
    "title":{"type":"string","description":"text","maxLength":5},
    "digest":{"type":"string","pattern":"^[0-9a-f]{64}$"},
    "colour":{"type":"string","enum":["red","green"]},
    "blobs":{"type":"array","maxItems":3,"items":{"type":"string","maxLength":4}}})"));
  EXPECT_EQ(dot.at("required"), parsed(R"(["filled","type","title","digest","blobs"])"));
}

TEST(JsonSchema, KeepsANamedVariantInItsField) {
  const json::value schema = json_schema<Frame>();
  const json::value& inside = schema.at("properties").at("inside");
  ASSERT_EQ(inside.at("oneOf").as_array().size(), 2);
  EXPECT_EQ(inside.at("oneOf").at(0), parsed(R"({"type":"object","title":"circle",
    "properties":{"radius":{"type":"integer","minimum":0,"maximum":65535},
                  "type":{"const":"circle"}},
    "required":["radius","type"],"additionalProperties":false})"));
}

}  // namespace
}  // namespace centime::crypto::schema_test
