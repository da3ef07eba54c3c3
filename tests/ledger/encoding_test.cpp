// The canonical bytes, the JSON and the schemas of every structure of the ledger.
#include "crypto/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "tests/support/ledger_samples.h"
#include "tests/support/random_history.h"
#include "tests/support/wire_walk.h"

namespace centime::test {
namespace {

namespace json = boost::json;
using crypto::Bytes;
using crypto::DecodeError;
using crypto::JsonFault;

// Name and hex of each line. Changing a line is a new version of the format.
std::map<std::string, std::string> golden() {
  std::ifstream file(CENTIME_SOURCE_DIR "/tests/ledger/golden/structures.txt");
  std::map<std::string, std::string> lines;
  std::string name;
  std::string hex;
  while (file >> name >> hex) lines[name] = hex;
  return lines;
}

void for_each_sample(const std::function<void(const Sample&)>& test) {
  for (const Sample& sample : samples()) {
    SCOPED_TRACE(sample.name);
    test(sample);
  }
}

TEST(Encoding, IsTheGoldenOne) {
  for_each_sample([](const Sample& sample) {
    const auto lines = golden();
    ASSERT_TRUE(lines.contains(sample.name));
    EXPECT_EQ(crypto::to_hex(sample.bytes), lines.at(sample.name));
  });
}

TEST(Encoding, IsReadBackExactly) {
  for_each_sample([](const Sample& sample) {
    const auto again = sample.recode(sample.bytes);
    ASSERT_TRUE(again) << crypto::describe(again.error());
    EXPECT_EQ(*again, sample.bytes);
  });
}

TEST(Encoding, IsRefusedWhenAnythingIsMissingOrLeftOver) {
  for_each_sample([](const Sample& sample) {
    for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
      const auto part = sample.recode(crypto::BytesView(sample.bytes).first(size));
      ASSERT_FALSE(part) << "of " << size << " bytes";
      EXPECT_EQ(part.error(), DecodeError::truncated) << "of " << size << " bytes";
    }
    for (const int extra : {0, 1, 255}) {
      Bytes more = sample.bytes;
      more.push_back(static_cast<std::uint8_t>(extra));
      const auto read = sample.recode(more);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error(), DecodeError::trailing_bytes);
    }
  });
}

TEST(Encoding, HasOneFormOnly) {
  for_each_sample([](const Sample& sample) {
    for (std::size_t i = 0; i < 8 * sample.bytes.size(); ++i) {
      Bytes flipped = sample.bytes;
      flipped[i / 8] = static_cast<std::uint8_t>(flipped[i / 8] ^ (1u << (i % 8)));
      const auto read = sample.recode(flipped);
      if (read) {
        ASSERT_EQ(*read, flipped) << "bit " << i;
      }
    }
  });
}

TEST(Encoding, IsWalkedAndRebuiltByItsWireSchemaAlone) {
  for_each_sample([](const Sample& sample) {
    const auto walk = walk_wire(sample.wire_schema, sample.bytes);
    ASSERT_TRUE(walk) << walk.error();
    EXPECT_EQ(rebuild_wire(sample.wire_schema, walk->value), sample.bytes);
  });
}

TEST(Encoding, IsRefusedWithForgedLengthsAndCounts) {
  for_each_sample([](const Sample& sample) {
    const auto walk = walk_wire(sample.wire_schema, sample.bytes);
    ASSERT_TRUE(walk);
    for (const WireWalk::Count& count : walk->counts) {
      for (const int byte : {0xff, 0x7f}) {
        Bytes forged = sample.bytes;
        for (std::size_t i = 0; i < count.width; ++i) {
          forged[count.offset + i] = static_cast<std::uint8_t>(byte);
        }
        const auto read = sample.recode(forged);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error(), DecodeError::too_long) << "at byte " << count.offset;
      }
    }
  });
}

TEST(Encoding, SurvivesNoise) {
  for_each_sample([](const Sample& sample) {
    Dice dice(sample.bytes.size());
    for (int i = 0; i < 300; ++i) {
      Bytes noise = sample.bytes;
      for (std::uint64_t n = 1 + dice.below(6); n > 0; --n) {
        noise[dice.below(noise.size())] = static_cast<std::uint8_t>(dice.roll());
      }
      noise.resize(1 + dice.below(noise.size()));
      const auto read = sample.recode(noise);
      if (read) {
        EXPECT_EQ(*read, noise);
      }
    }
  });
}

// ---- JSON

TEST(Encoding, GoesToJsonAndBack) {
  for_each_sample([](const Sample& sample) {
    const auto parsed = crypto::parse_json(json::serialize(sample.json));
    ASSERT_TRUE(parsed) << parsed.error().detail;
    const auto bytes = sample.from_json(*parsed);
    ASSERT_TRUE(bytes) << bytes.error().path << ": " << bytes.error().detail;
    EXPECT_EQ(*bytes, sample.bytes);
  });
}

// Calls `change` with each value inside `whole`, to change it there; then puts it back.
void for_each_value(json::value& at, const std::function<void(json::value&)>& change) {
  change(at);
  if (at.is_object()) {
    for (auto& field : at.as_object()) for_each_value(field.value(), change);
  } else if (at.is_array()) {
    for (auto& item : at.as_array()) for_each_value(item, change);
  }
}

TEST(Encoding, HasNoJsonWithAFieldTooMany) {
  for_each_sample([](const Sample& sample) {
    json::value whole = sample.json;
    for_each_value(whole, [&](json::value& at) {
      if (!at.is_object()) return;
      at.as_object()["surplus"] = 1;
      const auto read = sample.from_json(whole);
      at.as_object().erase("surplus");
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().fault, JsonFault::unknown_field);
      EXPECT_TRUE(read.error().path.ends_with("surplus")) << read.error().path;
    });
  });
}

// Without one of its fields the JSON is wrong, or of another value if the field is optional.
TEST(Encoding, HasNoJsonWithAFieldTooFew) {
  for_each_sample([](const Sample& sample) {
    json::value whole = sample.json;
    for_each_value(whole, [&](json::value& at) {
      if (!at.is_object()) return;
      const json::object fields = at.as_object();
      for (const auto& field : fields) {
        at.as_object().erase(field.key());
        const auto read = sample.from_json(whole);
        at.as_object() = fields;
        if (read) {
          EXPECT_NE(*read, sample.bytes) << field.key();
        } else {
          EXPECT_EQ(read.error().fault, JsonFault::missing_field) << field.key();
        }
      }
    });
  });
}

TEST(Encoding, HasNoJsonWithAValueOfAnotherType) {
  for_each_sample([](const Sample& sample) {
    json::value whole = sample.json;
    for_each_value(whole, [&](json::value& at) {
      const json::value good = at;
      const auto fault_with = [&](json::value bad) {
        at = std::move(bad);
        const auto read = sample.from_json(whole);
        at = good;
        return read ? std::nullopt : std::optional(read.error().fault);
      };
      const std::vector<json::value> others{nullptr, true,          1.5,           1,
                                            "text",  json::array{}, json::object{}};
      for (const json::value& other : others) {
        if (other.kind() == good.kind()) continue;
        if (good.is_uint64() && other.is_int64()) continue;
        EXPECT_EQ(fault_with(other), JsonFault::wrong_type) << other << " instead of " << good;
      }
      if (!good.is_uint64()) return;
      EXPECT_EQ(fault_with(-1), JsonFault::bad_value);
      EXPECT_EQ(fault_with(std::uint64_t{1} << 53), JsonFault::bad_value);
      EXPECT_EQ(fault_with(~std::uint64_t{0}), JsonFault::bad_value);
    });
  });
}

TEST(GoldenVectors, AreAllOfKnownStructures) {
  std::set<std::string> names;
  for (const Sample& sample : samples()) names.insert(sample.name);
  EXPECT_EQ(names.size(), samples().size());
  for (const auto& [name, hex] : golden()) EXPECT_TRUE(names.contains(name)) << name;
}

TEST(GoldenVectors, CoverEveryAlternative) {
  std::set<std::size_t> records;
  std::set<std::size_t> entries;
  for (const auto& [name, record] : sample_records()) records.insert(record.body.index());
  for (const Sample& sample : samples()) {
    if (sample.name.starts_with("entry_")) entries.insert(sample.bytes[0]);
  }
  EXPECT_EQ(records.size(), std::variant_size_v<ledger::RecordBody>);
  EXPECT_EQ(entries.size(), std::variant_size_v<ledger::Entry>);
}

// ---- spelled out by hand

TEST(DonationEntry, IsSpelledAsTheFormatSays) {
  ledger::Donation donation;
  donation.fund = {"ab"};
  donation.amount = {0x010203};
  donation.currency = currency("EUR");
  donation.paid_on = {0x00004E20};
  donation.channel = {"web"};
  donation.commitment.bytes.fill(0xCC);
  donation.earmark = {{"é"}};
  ledger::Effects effects;
  effects.fill = ledger::Fill{{7}, {{1}, {2}}};
  const ledger::Entry entry = ledger::RecordEntry{{{"me"}, {{"r1"}, donation}}, effects};
  const std::string expected =
      "02"                // entry: a record
      "00026d65"          // author "me"
      "00027231"          // reference "r1"
      "00"                // body: a donation
      "00026162"          // fund "ab"
      "0000000000010203"  // amount
      "455552"            // EUR
      "00004e20"          // paid_on
      "0003776562"        // channel "web"
      "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
      "010002c3a9"  // earmark "é"
      "00"          // no spend
      "01"          // a fill
      "00000007"    // account
      "0000000000000001"
      "0000000000000002";
  EXPECT_EQ(crypto::to_hex(crypto::encode(entry)), expected);
}

TEST(DonationJson, IsSpelledAsTheDocumentsSay) {
  const ledger::Record record{{"r 1"}, donation_of(12'345)};
  EXPECT_EQ(json::serialize(crypto::to_json(record)),
            R"({"reference":"r 1","type":"donation","fund":"relief","amount":12345,)"
            R"("currency":"EUR","paid_on":"2026-02-27","channel":"web","commitment":")" +
                crypto::to_hex(digest_of("donor").bytes) + R"("})");
}

TEST(RecordId, IsTheTaggedHashOfTheAuthoredRecord) {
  const ledger::AuthoredRecord authored{red_aid, {{"r"}, donation_of(5)}};
  const Bytes bytes = crypto::encode(authored);
  Bytes tagged = crypto::to_bytes("centime/record/v1\n");
  tagged.insert(tagged.end(), bytes.begin(), bytes.end());
  EXPECT_EQ(ledger::record_id(bytes).bytes, crypto::sha256(tagged).bytes);
}

// ---- every entry that a history makes

TEST(Entries, OfAHistoryAreWalkedByTheWireSchemaOfAnEntry) {
  LedgerWorld world;
  RandomHistory history(world, {});
  history.run(77, 600);
  const auto schema = crypto::wire_schema<ledger::Entry>();
  for (const Bytes& entry : world.state().entries()) {
    const auto walk = walk_wire(schema, entry);
    ASSERT_TRUE(walk) << walk.error();
    ASSERT_EQ(rebuild_wire(schema, walk->value), entry);
    const auto decoded = crypto::decode<ledger::Entry>(entry);
    ASSERT_TRUE(decoded);
    ASSERT_EQ(crypto::encode(*decoded), entry);
    const auto parsed = crypto::from_json<ledger::Entry>(crypto::to_json(*decoded));
    ASSERT_TRUE(parsed) << parsed.error().path << ": " << parsed.error().detail;
    ASSERT_EQ(crypto::encode(*parsed), entry);
  }
}

RC_GTEST_PROP(Entries, DecodeFromNoBytesButTheirOwn, (const std::vector<std::uint8_t>& bytes)) {
  for (std::uint8_t tag = 0; tag < 5; ++tag) {
    Bytes tagged{tag};
    tagged.insert(tagged.end(), bytes.begin(), bytes.end());
    const auto decoded = crypto::decode<ledger::Entry>(tagged);
    if (decoded) RC_ASSERT(crypto::encode(*decoded) == tagged);
  }
}

// ---- JSON schemas

void check_fields(const Sample& sample, const json::object& schema) {
  EXPECT_EQ(schema.at("type"), "object");
  EXPECT_EQ(schema.at("additionalProperties"), false);
  const json::object& properties = schema.at("properties").as_object();
  const json::object& fields = sample.json.as_object();
  for (const auto& field : fields) EXPECT_TRUE(properties.contains(field.key())) << field.key();
  for (const json::value& name : schema.at("required").as_array()) {
    EXPECT_TRUE(fields.contains(name.as_string())) << sample.name << " lacks " << name;
  }
}

TEST(Encoding, HasAJsonSchemaWithItsFields) {
  for_each_sample([](const Sample& sample) {
    const json::object& schema = sample.json_schema.as_object();
    if (!schema.contains("oneOf")) return check_fields(sample, schema);
    const json::value& type = sample.json.at("type");
    std::size_t matching = 0;
    for (const json::value& alternative : schema.at("oneOf").as_array()) {
      EXPECT_EQ(alternative.at("title"), alternative.at("properties").at("type").at("const"));
      if (alternative.at("title") != type) continue;
      ++matching;
      check_fields(sample, alternative.as_object());
    }
    EXPECT_EQ(matching, 1);
  });
}

}  // namespace
}  // namespace centime::test
