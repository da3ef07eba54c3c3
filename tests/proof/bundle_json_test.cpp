#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "crypto/encoding.h"
#include "tests/proof/bundle_world.h"

namespace centime::proof {
namespace {

namespace json = boost::json;

const TraceBundle& short_bundle() {
  static const TraceBundle bundle = [] {
    const test::ShortStory story;
    return test::bundle_of(story.world, story.gift);
  }();
  return bundle;
}

json::object short_json() { return json::parse(format_bundle(short_bundle())).as_object(); }

std::string fault_path(const json::value& value) {
  const auto bundle = parse_bundle(json::serialize(value));
  EXPECT_FALSE(bundle);
  return bundle ? "accepted" : bundle.error().path;
}

TEST(BundleJson, IsReadBackAsItWasWritten) {
  const auto parsed = parse_bundle(format_bundle(short_bundle()));
  ASSERT_TRUE(parsed) << parsed.error().path << ": " << parsed.error().detail;
  EXPECT_EQ(*parsed, short_bundle());
}

RC_GTEST_PROP(BundleJson, IsReadBackWhateverItHolds, ()) {
  const auto bytes = [](std::size_t max) {
    return rc::gen::container<crypto::Bytes>(*rc::gen::inRange<std::size_t>(0, max + 1),
                                             rc::gen::arbitrary<std::uint8_t>());
  };
  const auto leaf = [&] {
    ProvenLeaf made;
    made.index = *rc::gen::inRange<std::uint64_t>(0, 1ULL << 53);
    made.bytes = *bytes(40);
    made.proof.resize(*rc::gen::inRange<std::size_t>(0, 5));
    for (auto& hash : made.proof) hash.bytes = *rc::gen::arbitrary<std::array<std::uint8_t, 32>>();
    return made;
  };
  TraceBundle bundle;
  bundle.network.bytes = *rc::gen::arbitrary<std::array<std::uint8_t, 32>>();
  bundle.donation.bytes = *rc::gen::arbitrary<std::array<std::uint8_t, 32>>();
  bundle.checkpoint = "a\n\"\\é\n";
  bundle.genesis = leaf();
  bundle.seal = leaf();
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) bundle.entries.push_back(leaf());
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) bundle.accounts.push_back(leaf());
  const auto parsed = parse_bundle(format_bundle(bundle));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == bundle);
}

TEST(BundleJson, MissesEveryFieldThatIsLeftOut) {
  const json::object whole = short_json();
  for (const auto& field : whole) {
    json::object object = whole;
    object.erase(field.key());
    EXPECT_EQ(fault_path(object), field.key());
  }
  for (const std::string_view name : {"index", "bytes", "proof"}) {
    json::object object = whole;
    object["entries"].as_array()[1].as_object().erase(name);
    EXPECT_EQ(fault_path(object), "entries[1]." + std::string(name));
  }
}

TEST(BundleJson, RefusesFieldsItDoesNotKnow) {
  json::object object = short_json();
  object["note"] = "trust me";
  EXPECT_EQ(fault_path(object), "note");
  object = short_json();
  object["seal"].as_object()["verified"] = true;
  EXPECT_EQ(fault_path(object), "seal.verified");
}

TEST(BundleJson, RefusesAFieldThatStandsTwice) {
  std::string text = format_bundle(short_bundle());
  text.insert(1, "\"version\":1,");
  EXPECT_FALSE(parse_bundle(text));
}

TEST(BundleJson, SaysWhichIsOfAnotherVersion) {
  const auto is_newer = [](std::string_view text) {
    const auto parsed = parse_bundle(text);
    return !parsed && parsed.error().unknown_version;
  };
  EXPECT_TRUE(is_newer(R"({"version": 2})"));
  EXPECT_TRUE(is_newer(R"({"proof": [], "version": 4294967296})"));
  EXPECT_FALSE(is_newer(R"({"version": 1})"));
  EXPECT_FALSE(is_newer(R"({"version": -1})"));
  EXPECT_FALSE(is_newer(R"({"version": 2.0})"));
  EXPECT_FALSE(is_newer(R"({"version": "2"})"));
  EXPECT_FALSE(is_newer(R"({"network": ""})"));
}

TEST(BundleJson, RefusesValuesOfOtherKindsAndSpellings) {
  const auto refused_at = [](std::string_view field, json::value value) {
    json::object object = short_json();
    object[field] = std::move(value);
    return fault_path(object);
  };
  EXPECT_EQ(refused_at("version", 2), "version");
  EXPECT_EQ(refused_at("version", "1"), "version");
  EXPECT_EQ(refused_at("version", 1.0), "version");
  EXPECT_EQ(refused_at("network", json::value(std::string(62, 'a'))), "network");
  EXPECT_EQ(refused_at("network", json::value(std::string(64, 'A'))), "network");
  EXPECT_EQ(refused_at("donation", json::array()), "donation");
  EXPECT_EQ(refused_at("checkpoint", nullptr), "checkpoint");
  EXPECT_EQ(refused_at("checkpoint", json::value(std::string(65'537, 'x'))), "checkpoint");
  EXPECT_EQ(refused_at("genesis", json::array()), "genesis");
  EXPECT_EQ(refused_at("entries", json::object()), "entries");
  EXPECT_EQ(refused_at("entries", json::array(bundle_entries_max + 1)), "entries");
  EXPECT_EQ(refused_at("accounts", json::array(bundle_accounts_max + 1)), "accounts");

  const auto leaf_refused_at = [](std::string_view field, json::value value) {
    json::object object = short_json();
    object["seal"].as_object()[field] = std::move(value);
    return fault_path(object);
  };
  EXPECT_EQ(leaf_refused_at("index", -1), "seal.index");
  EXPECT_EQ(leaf_refused_at("index", std::uint64_t{1} << 53), "seal.index");
  EXPECT_EQ(leaf_refused_at("index", 1.5), "seal.index");
  EXPECT_EQ(leaf_refused_at("bytes", "AA"), "seal.bytes");
  EXPECT_EQ(leaf_refused_at("bytes", "AB=="), "seal.bytes");
  EXPECT_EQ(leaf_refused_at("bytes", "A_=="), "seal.bytes");
  EXPECT_EQ(leaf_refused_at("bytes", 7), "seal.bytes");
  EXPECT_EQ(leaf_refused_at("proof", json::array{"AAAA"}), "seal.proof");
  EXPECT_EQ(leaf_refused_at("proof", json::array{0}), "seal.proof");
  const std::string hash = crypto::to_base64(crypto::Digest{}.bytes);
  EXPECT_EQ(leaf_refused_at("proof", json::array(65, json::value(hash))), "seal.proof");
}

TEST(BundleJson, RefusesWhatIsNoJsonObject) {
  const std::string text = format_bundle(short_bundle());
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("null"), text + "{}", text + ",",
        std::string(100'000, '['), std::string("{\"version\":1"), std::string("\xff")}) {
    EXPECT_FALSE(parse_bundle(bad)) << bad.substr(0, 40);
  }
  EXPECT_FALSE(parse_bundle(std::string(bundle_bytes_max + 1, ' ')));
}

TEST(BundleJson, RefusesEveryBeginningOfABundle) {
  const std::string text = format_bundle(short_bundle());
  for (std::size_t size = 0; size < text.size(); size += 7) {
    EXPECT_FALSE(parse_bundle(std::string_view(text).substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace centime::proof
