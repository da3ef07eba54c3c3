#include "crypto/canonical.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <new>

#include "crypto/digest.h"
#include "crypto/encoding.h"

namespace {

// The largest block that anything in this program asked for since it was last set to zero.
std::atomic<std::size_t> largest_allocation = 0;

void* allocate(std::size_t size) {
  std::size_t seen = largest_allocation.load();
  while (seen < size && !largest_allocation.compare_exchange_weak(seen, size)) {
  }
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace centime::crypto {
namespace {

enum class Colour : std::uint8_t { red, green, blue };
constexpr auto enum_words(Colour) {
  return std::to_array<std::string_view>({"red", "green", "blue"});
}

struct Count {
  using integer_type = std::uint32_t;
  std::uint32_t value = 0;
  auto operator<=>(const Count&) const = default;
};

struct Circle {
  std::uint16_t radius = 0;
  bool operator==(const Circle&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("radius", radius));
  }
};

struct Label {
  Text<1, 10> text;
  bool operator==(const Label&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("text", text));
  }
};

// One field of each kind.
struct Everything {
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  std::int32_t i32 = 0;
  bool flag = false;
  Colour colour{};
  Count count;
  Text<0, 12> text;
  Digest digest;
  Blob<8> blob;
  List<Colour, 4> colours;
  List<Label, 3> labels;
  std::optional<Circle> circle;
  std::optional<Colour> maybe;
  std::variant<Circle, Label> shape;
  bool operator==(const Everything&) const = default;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("u8", u8), cereal::make_nvp("u16", u16), cereal::make_nvp("u32", u32),
            cereal::make_nvp("u64", u64), cereal::make_nvp("i32", i32),
            cereal::make_nvp("flag", flag), cereal::make_nvp("colour", colour),
            cereal::make_nvp("count", count), cereal::make_nvp("text", text),
            cereal::make_nvp("digest", digest), cereal::make_nvp("blob", blob),
            cereal::make_nvp("colours", colours), cereal::make_nvp("labels", labels),
            cereal::make_nvp("circle", circle), cereal::make_nvp("maybe", maybe),
            cereal::make_nvp("shape", shape));
  }
};

Everything sample() {
  Everything value;
  value.u8 = 0x01;
  value.u16 = 0x0203;
  value.u32 = 0x04050607;
  value.u64 = 0x08090A0B0C0D0E0F;
  value.i32 = -2;
  value.flag = true;
  value.colour = Colour::blue;
  value.count = {0x10111213};
  value.text = {"aé"};
  value.digest.bytes.fill(0xDD);
  value.blob = {{0xB0, 0xB1}};
  value.colours = {{Colour::green, Colour::red}};
  value.labels = {{{{"x"}}, {{"yz"}}}};
  value.circle = Circle{0x1415};
  value.shape = Label{{"s"}};
  return value;
}

template <class T>
std::optional<DecodeError> error_of(std::string_view hex) {
  const auto decoded = decode<T>(*from_hex(hex));
  return decoded ? std::nullopt : std::optional(decoded.error());
}

TEST(Canonical, WritesEachKindOfFieldAsDocumented) {
  const std::string expected =
      "01"
      "0203"
      "04050607"
      "08090a0b0c0d0e0f"
      "fffffffe"  // i32
      "01"        // flag
      "02"        // blue
      "10111213"  // count
      "0003"
      "61c3a9"  // text
      "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
      "00000002"
      "b0b1"
      "00000002"
      "0100"
      "00000002"
      "000178"
      "0002797a"
      "01"
      "1415"  // circle
      "00"    // no colour
      "01"
      "000173";  // a label
  EXPECT_EQ(to_hex(encode(sample())), expected);
  EXPECT_EQ(decode<Everything>(encode(sample())), sample());
}

TEST(Canonical, RefusesEveryPrefixAndEveryExtraByte) {
  const Bytes bytes = encode(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto part = decode<Everything>(BytesView(bytes).first(size));
    ASSERT_FALSE(part);
    EXPECT_EQ(part.error(), DecodeError::truncated) << size;
  }
  for (int extra = 0; extra < 256; ++extra) {
    Bytes more = bytes;
    more.push_back(static_cast<std::uint8_t>(extra));
    const auto read = decode<Everything>(more);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), DecodeError::trailing_bytes);
  }
}

TEST(Canonical, RefusesUnknownFlagsEnumeratorsAndAlternatives) {
  EXPECT_EQ(error_of<bool>("02"), DecodeError::bad_tag);
  EXPECT_EQ(error_of<bool>("ff"), DecodeError::bad_tag);
  EXPECT_EQ(error_of<Colour>("03"), DecodeError::bad_tag);
  EXPECT_EQ(error_of<std::optional<Circle>>("020000"), DecodeError::bad_tag);
  EXPECT_EQ((error_of<std::variant<Circle, Label>>("020000")), DecodeError::bad_tag);
  EXPECT_EQ((error_of<List<Colour, 4>>("0000000103")), DecodeError::bad_tag);
  EXPECT_EQ(error_of<std::optional<Colour>>("0103"), DecodeError::bad_tag);
}

TEST(Canonical, RefusesTextThatIsNotCleanOrNotInItsLimits) {
  using Short = Text<1, 3>;
  EXPECT_EQ(error_of<Short>("0001"
                            "61"),
            std::nullopt);
  EXPECT_EQ(error_of<Short>("0003"
                            "616263"),
            std::nullopt);
  EXPECT_EQ(error_of<Short>("0000"), DecodeError::bad_text);
  EXPECT_EQ(error_of<Short>("0004"
                            "61626364"),
            DecodeError::too_long);
  EXPECT_EQ(error_of<Short>("ffff"), DecodeError::too_long);
  EXPECT_EQ(error_of<Short>("0003"
                            "6162"),
            DecodeError::truncated);
  for (const auto* bad : {"00", "0a", "1f", "7f", "80", "ff"}) {
    EXPECT_EQ(error_of<Short>(std::string("0001") + bad), DecodeError::bad_text) << bad;
  }
  EXPECT_EQ(error_of<Short>("0002"
                            "c0af"),
            DecodeError::bad_text);
  EXPECT_EQ(error_of<Short>("0003"
                            "eda080"),
            DecodeError::bad_text);
}

TEST(Canonical, RefusesLengthsAboveTheFieldsLimit) {
  EXPECT_EQ(error_of<Blob<2>>("00000003"
                              "010203"),
            DecodeError::too_long);
  EXPECT_EQ((error_of<List<Colour, 2>>("00000003"
                                       "000000")),
            DecodeError::too_long);
  EXPECT_EQ((error_of<List<Colour, 2>>("00000002"
                                       "0000")),
            std::nullopt);
}

TEST(Canonical, AllocatesNothingForForgedLengths) {
  using Wide = List<std::uint64_t, 100'000'000>;
  const std::map<std::string, std::function<std::optional<DecodeError>(std::string_view)>> decoders{
      {"list", error_of<Wide>},
      {"blob", error_of<Blob<100'000'000>>},
      {"texts", error_of<List<Text<0, 65'535>, 100'000'000>>}};
  for (const auto& [name, error] : decoders) {
    for (const auto* count : {"ffffffff", "05f5e100", "7fffffff", "00000010"}) {
      const std::string hex = std::string(count) + "0000000000000000";
      largest_allocation = 0;
      EXPECT_TRUE(error(hex)) << name << " " << count;
      EXPECT_LT(largest_allocation.load(), 4'096) << name << " " << count;
    }
  }
}

TEST(Canonical, ReadsNumbersAtTheirEnds) {
  EXPECT_EQ(decode<std::uint64_t>(Bytes(8, 0xFF)), ~std::uint64_t{0});
  EXPECT_EQ(decode<std::int32_t>(*from_hex("80000000")), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(decode<std::uint8_t>(Bytes{0xFF}), 255);
  EXPECT_EQ(error_of<std::uint64_t>("00000000000000"), DecodeError::truncated);
}

TEST(Canonical, AppendsToWhatIsThere) {
  Bytes out{9};
  encode_to(std::uint16_t{0x0102}, out);
  EXPECT_EQ(out, (Bytes{9, 1, 2}));
}

TEST(CanonicalDeathTest, StopsAtATextOrListAboveItsLimit) {
  EXPECT_DEATH(encode(Text<0, 3>{"abcd"}), "text within its limit");
  EXPECT_DEATH(encode(List<std::uint8_t, 1>{{1, 2}}), "list within its limit");
  EXPECT_DEATH(encode(Blob<1>{{1, 2}}), "blob within its limit");
}

TEST(DecodeErrors, EachHaveASentenceOfTheirOwn) {
  std::map<std::string_view, int> sentences;
  for (const auto error : {DecodeError::truncated, DecodeError::trailing_bytes,
                           DecodeError::too_long, DecodeError::bad_text, DecodeError::bad_tag}) {
    ++sentences[describe(error)];
  }
  EXPECT_EQ(sentences.size(), 5);
  EXPECT_FALSE(sentences.contains("unknown"));
}

// Whatever the bytes: no value, or one whose bytes they are.
RC_GTEST_PROP(Canonical, HasOneFormPerValue, (const Bytes& noise, std::uint16_t at)) {
  Bytes bytes = encode(sample());
  for (std::size_t i = 0; i < noise.size() && i < 4; ++i) {
    bytes[(at + 7 * i) % bytes.size()] = noise[i];
  }
  const auto changed = decode<Everything>(bytes);
  if (changed) RC_ASSERT(encode(*changed) == bytes);
  const auto random = decode<Everything>(noise);
  if (random) RC_ASSERT(encode(*random) == noise);
}

RC_GTEST_PROP(Canonical, ReadsBackWhatItWrote,
              (std::uint64_t a, std::uint32_t b, std::int32_t c, const Bytes& raw)) {
  Everything value = sample();
  value.u64 = a;
  value.u32 = b;
  value.i32 = c;
  value.flag = a % 2 == 0;
  value.colour = static_cast<Colour>(b % 3);
  value.blob.value.assign(
      raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(raw.size(), 8)));
  value.colours.items.resize(b % 5);
  if (a % 3 == 0) value.circle = std::nullopt;
  if (a % 5 == 0) value.maybe = Colour::green;
  if (a % 7 == 0) value.shape = Circle{7};
  const auto read = decode<Everything>(encode(value));
  RC_ASSERT(read.has_value() && *read == value);
}

}  // namespace
}  // namespace centime::crypto
