#include "crypto/json_archive.h"

#include <gtest/gtest.h>

#include <functional>

#include "crypto/digest.h"

namespace centime::crypto {
namespace {

enum class Paint : std::uint8_t { red, green };
constexpr auto enum_words(Paint) { return std::to_array<std::string_view>({"red", "green"}); }

struct Disc {
  static constexpr std::string_view name = "circle";
  std::uint16_t radius = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("radius", radius));
  }
};

struct Square {
  static constexpr std::string_view name = "square";
  std::uint64_t side = 0;
  std::optional<Paint> colour;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("side", side), cereal::make_nvp("colour", colour));
  }
};

// Shown in JSON as text of its own form.
struct Percent {
  using integer_type = std::uint8_t;
  static constexpr std::string_view format = "percentage";
  std::uint8_t value = 0;
  std::string to_text() const { return std::to_string(value) + "%"; }
  static std::optional<Percent> from_text(std::string_view text) {
    if (text == "5%") return Percent{5};
    return std::nullopt;
  }
};

struct Drawing {
  Text<1, 5> title;
  bool framed = false;
  std::optional<Blob<2>> stamp;
  List<Paint, 2> colours;
  Percent zoom;
  std::variant<Disc, Square> inner;  // A field of its own.
  std::variant<Disc, Square> outer;  // Joins this object.
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("title", title), cereal::make_nvp("framed", framed),
            cereal::make_nvp("stamp", stamp), cereal::make_nvp("colours", colours),
            cereal::make_nvp("zoom", zoom), cereal::make_nvp("inner", inner),
            cereal::make_nvp("", outer));
  }
};

struct Album {
  List<Drawing, 3> drawings;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("drawings", drawings));
  }
};

constexpr std::string_view drawing_text =
    R"({"title":"sun","framed":true,"stamp":"0aff","colours":["red","green"],"zoom":"5%",)"
    R"("inner":{"type":"circle","radius":65535},)"
    R"("type":"square","side":9007199254740991,"colour":"green"})";

Drawing drawing() {
  return {{"sun"},
          true,
          {{{0x0A, 0xFF}}},
          {{Paint::red, Paint::green}},
          {5},
          Disc{65'535},
          Square{json_integer_max, Paint::green}};
}

// The fault, its path and nothing else, or "none".
template <class T>
std::string fault_of(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed) return std::string(word_of(parsed.error().fault)) + " " + parsed.error().path;
  const auto value = from_json<T>(*parsed);
  if (value) return "none";
  EXPECT_FALSE(value.error().detail.empty());
  return std::string(word_of(value.error().fault)) + " " + value.error().path;
}

std::string drawing_with(std::string_view old, std::string_view changed) {
  std::string text(drawing_text);
  text.replace(text.find(old), old.size(), changed);
  return text;
}

TEST(Json, WritesEachKindOfFieldAsDocumented) {
  EXPECT_EQ(json::serialize(to_json(drawing())), drawing_text);
}

TEST(Json, LeavesOutWhatIsEmpty) {
  Drawing bare = drawing();
  bare.stamp = std::nullopt;
  bare.colours.items.clear();
  bare.outer = Disc{1};
  EXPECT_EQ(json::serialize(to_json(bare)),
            R"({"title":"sun","framed":true,"colours":[],"zoom":"5%",)"
            R"("inner":{"type":"circle","radius":65535},"type":"circle","radius":1})");
}

TEST(Json, ReadsBackWhatItWrote) {
  const auto value = from_json<Drawing>(*parse_json(drawing_text));
  ASSERT_TRUE(value);
  EXPECT_EQ(json::serialize(to_json(*value)), drawing_text);
}

TEST(Json, ReadsFieldsInAnyOrderAndWithWhiteSpace) {
  const auto value = from_json<Square>(*parse_json(" {\n\"colour\" : \"red\",\t\"side\": 3 }\r\n"));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->side, 3);
  EXPECT_EQ(value->colour, Paint::red);
}

TEST(Json, NamesTheFieldThatIsWrong) {
  const std::vector<std::array<std::string, 3>> cases{
      {R"("title":"sun",)", "", "missing_field title"},
      {R"("title":"sun")", R"("title":7)", "wrong_type title"},
      {R"("title":"sun")", R"("title":"")", "bad_value title"},
      {R"("title":"sun")", R"("title":"too long")", "bad_value title"},
      {R"("title":"sun")", "\"title\":\"a\\nb\"", "bad_value title"},
      {R"("title":"sun")", "\"title\":\"a\\u0000\"", "bad_value title"},
      {R"("title":"sun")", R"("title":null)", "wrong_type title"},
      {R"("framed":true)", R"("framed":1)", "wrong_type framed"},
      {R"("framed":true)", R"("framed":"true")", "wrong_type framed"},
      {R"("0aff")", R"("0AFF")", "bad_value stamp"},
      {R"("0aff")", R"("0af")", "bad_value stamp"},
      {R"("0aff")", R"("0affff")", "bad_value stamp"},
      {R"("0aff")", "null", "wrong_type stamp"},
      {R"(["red","green"])", R"("red")", "wrong_type colours"},
      {R"(["red","green"])", R"(["red","blue"])", "bad_value colours[1]"},
      {R"(["red","green"])", R"(["red","Red"])", "bad_value colours[1]"},
      {R"(["red","green"])", R"(["red",0])", "wrong_type colours[1]"},
      {R"(["red","green"])", R"(["red","red","red"])", "bad_value colours"},
      {R"("5%")", R"("6%")", "bad_value zoom"},
      {R"("5%")", "5", "wrong_type zoom"},
      {"65535", "65536", "bad_value inner.radius"},
      {"65535", "-1", "bad_value inner.radius"},
      {"65535", "1.5", "wrong_type inner.radius"},
      {"65535", "1.0", "wrong_type inner.radius"},
      {"65535", "1e2", "wrong_type inner.radius"},
      {"65535", R"("1")", "wrong_type inner.radius"},
      {"9007199254740991", "9007199254740992", "bad_value side"},
      {"9007199254740991", "18446744073709551615", "bad_value side"},
      {"9007199254740991", "18446744073709551616", "wrong_type side"},
      {"9007199254740991", "-9007199254740991", "bad_value side"},
      {R"("type":"circle")", R"("type":"oval")", "bad_value inner.type"},
      {R"("type":"circle",)", "", "missing_field inner.type"},
      {R"("type":"square")", R"("type":"oval")", "bad_value type"},
      {R"("type":"square")", R"("type":1)", "wrong_type type"},
      {R"("type":"square",)", "", "missing_field type"},
      {R"("type":"square")", R"("type":"circle")", "missing_field radius"},
      {R"("radius":65535)", R"("radius":65535,"side":1)", "unknown_field inner.side"},
      {R"("colour":"green")", R"("color":"green")", "unknown_field color"},
  };
  for (const auto& [old, changed, expected] : cases) {
    EXPECT_EQ(fault_of<Drawing>(drawing_with(old, changed)), expected) << old << " " << changed;
  }
}

TEST(Json, NamesThePathThroughLists) {
  const std::string good(drawing_text);
  const std::string bad = drawing_with("65535", "true");
  EXPECT_EQ(fault_of<Album>(R"({"drawings":[)" + good + "," + good + "]}"), "none");
  EXPECT_EQ(fault_of<Album>(R"({"drawings":[)" + good + "," + bad + "]}"),
            "wrong_type drawings[1].inner.radius");
  EXPECT_EQ(fault_of<Album>(R"({"drawings":[)" + good + ",{}]}"),
            "missing_field drawings[1].title");
  const auto prefixed = from_json<Disc>(*parse_json("{}"), "records[3]");
  ASSERT_FALSE(prefixed);
  EXPECT_EQ(prefixed.error().path, "records[3].radius");
}

TEST(Json, RefusesAnotherTypeAsTheWhole) {
  for (const auto* text : {"1", "null", "[]", "\"circle\"", "true"}) {
    EXPECT_EQ(fault_of<Disc>(text), "wrong_type ") << text;
  }
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const std::string& text : {std::string(),
                                  std::string(" "),
                                  std::string("{"),
                                  std::string("{}{}"),
                                  std::string("{} x"),
                                  std::string("{'a':1}"),
                                  std::string("{a:1}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("[1,]"),
                                  std::string("/*c*/{}"),
                                  std::string("{}//c"),
                                  std::string("NaN"),
                                  std::string("[Infinity]"),
                                  std::string("[01]"),
                                  std::string("[+1]"),
                                  std::string("[.5]"),
                                  std::string("[1.]"),
                                  std::string("\"a\nb\""),
                                  std::string("\"\\x\""),
                                  std::string("\"\xff\""),
                                  std::string("\"\xed\xa0\x80\""),
                                  std::string("\"\\ud800\""),
                                  std::string("\xef\xbb\xbf{}"),
                                  std::string("{}\0", 3),
                                  std::string("\"\xc0\xaf\"")}) {
    const auto parsed = parse_json(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().fault, JsonFault::bad_json) << text;
  }
}

TEST(ParseJson, RefusesOneNameTwiceInAnObject) {
  EXPECT_EQ(fault_of<Disc>(R"({"radius":1,"radius":1})"), "duplicate_field radius");
  EXPECT_EQ(fault_of<Disc>(R"({"radius":1,"\u0072adius":1})"), "duplicate_field radius");
  EXPECT_EQ(fault_of<Disc>(R"({"a":[{"b":{"c":1,"d":2,"c":3}}]})"), "duplicate_field c");
  EXPECT_EQ(fault_of<Disc>(R"({"a":{"b":1},"a":2})"), "duplicate_field a");
  EXPECT_EQ(fault_of<Disc>(R"({"":1,"":2})"), "duplicate_field ");
  const std::string longer(5'000, 'k');
  EXPECT_EQ(fault_of<Disc>("{\"" + longer + "\":1,\"" + longer + "\":2}"),
            "duplicate_field " + longer);
  EXPECT_TRUE(parse_json(R"({"a":{"a":{"a":[{"a":1},{"a":2}]}},"b":{"a":1}})"));
}

// Names are compared with each other: an object of a million would keep a thread for a second.
TEST(ParseJson, RefusesAnObjectWithMoreFieldsThanAnyTypeHas) {
  const auto object = [](std::size_t fields) {
    std::string text = "{";
    for (std::size_t i = 0; i < fields; ++i)
      text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    return text + "}";
  };
  EXPECT_TRUE(parse_json("[" + object(json_names_max) + "," + object(json_names_max) + "]"));
  const auto refused = parse_json("[" + object(json_names_max + 1) + "]");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fault, JsonFault::unknown_field);
  EXPECT_EQ(refused.error().path, std::to_string(json_names_max));
}

TEST(ParseJson, ReadsToItsGreatestDepthAndNoDeeper) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(json_depth_max)));
  const auto deeper = parse_json(nested(json_depth_max + 1));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().fault, JsonFault::too_deep);
  const auto endless = parse_json(std::string(1'000'000, '['));
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().fault, JsonFault::too_deep);
}

TEST(Json, HexOfTheWrongLengthIsNoDigest) {
  const std::string digits(64, 'a');
  EXPECT_TRUE(from_json<Digest>(json::value(digits)));
  for (const std::string& text : {digits.substr(1), digits + "a", digits + "aa",
                                  std::string(64, 'A'), std::string(64, 'g'), std::string()}) {
    EXPECT_FALSE(from_json<Digest>(json::value(text))) << text;
  }
}

}  // namespace
}  // namespace centime::crypto
