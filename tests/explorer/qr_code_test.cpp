#include "explorer/qr_code.h"

#include <gtest/gtest.h>
#include <qrencode.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <memory>

namespace centime::explorer {
namespace {

std::vector<std::string> drawn(const QrCode& code) {
  std::vector<std::string> picture;
  for (const auto& runs : code.lines) {
    std::string line;
    for (const auto& run : runs) line += std::string(run.skip, '.') + std::string(run.width, '#');
    line.resize(code.size, '.');
    picture.push_back(line);
  }
  return picture;
}

// ISO/IEC 18004, 6.3.3: the three finder patterns, by which a camera knows that it is a code.
TEST(QrCode, HasItsFinderPatternsInThreeCorners) {
  const auto code = qr_code("https://ledger.example.org/d/" + std::string(64, 'a'));
  ASSERT_TRUE(code);
  EXPECT_EQ(code->size, 41U) << "version 6 at level M holds 106 bytes";
  const auto picture = drawn(*code);
  ASSERT_EQ(picture.size(), code->size);
  const std::vector<std::string> finder{"#######.", "#.....#.", "#.###.#.", "#.###.#.",
                                        "#.###.#.", "#.....#.", "#######.", "........"};
  const auto mirrored = [](std::string line) { return std::string(line.rbegin(), line.rend()); };
  for (std::size_t i = 0; i < finder.size(); ++i) {
    EXPECT_EQ(picture[i].substr(0, 8), finder[i]);
    EXPECT_EQ(picture[i].substr(code->size - 8), mirrored(finder[i]));
    EXPECT_EQ(picture[code->size - 1 - i].substr(0, 8), finder[i]);
  }
  // 6.3.5: the timing pattern between them.
  for (std::size_t i = 8; i + 8 < code->size; ++i)
    EXPECT_EQ(picture[6][i], i % 2 == 0 ? '#' : '.') << i;
}

// A code as others make it, which may have another mask than ours: rows of '#' and '.'.
std::vector<std::string> drawn_by_others(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> made(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  std::vector<std::string> picture;
  const auto size = static_cast<std::size_t>(made->width);
  for (std::size_t y = 0; y < size; ++y) {
    auto& line = picture.emplace_back(size, '.');
    for (std::size_t x = 0; x < size; ++x)
      if ((made->data[y * size + x] & 1) != 0) line[x] = '#';
  }
  return picture;
}

// ISO/IEC 18004, 7.9: the format beside the finder pattern, the mask in its bits 12 to 10.
unsigned mask_of(const std::vector<std::string>& picture) {
  unsigned mask = 0;
  for (const std::size_t x : {2U, 3U, 4U}) mask = mask << 1 | (picture[8][x] == '#' ? 1U : 0U);
  return mask ^ 5U;
}

// 7.8.2. Of the module at x, y.
bool flips(unsigned mask, std::size_t x, std::size_t y) {
  const std::array<bool, 8> all{(x + y) % 2 == 0,
                                y % 2 == 0,
                                x % 3 == 0,
                                (x + y) % 3 == 0,
                                (x / 3 + y / 2) % 2 == 0,
                                x * y % 2 + x * y % 3 == 0,
                                (x * y % 2 + x * y % 3) % 2 == 0,
                                ((x + y) % 2 + x * y % 3) % 2 == 0};
  return all.at(mask);
}

// 6.3 and Annex E: whether the module is of a pattern or of the format, and not of the text.
bool has_a_fixed_place(std::size_t size, std::size_t x, std::size_t y) {
  static const std::vector<std::vector<std::size_t>> centres{
      {},          {6, 18},     {6, 22},     {6, 26},         {6, 30},
      {6, 34},     {6, 22, 38}, {6, 24, 42}, {6, 26, 46},     {6, 28, 50},
      {6, 30, 54}, {6, 32, 58}, {6, 34, 62}, {6, 26, 46, 66}, {6, 26, 48, 70}};
  const auto version = (size - 17) / 4;
  const auto near_end = [&](std::size_t at) { return at + 8 >= size; };
  if ((x < 9 && (y < 9 || near_end(y))) || (near_end(x) && y < 9) || x == 6 || y == 6) return true;
  const auto of_version = [&](std::size_t a, std::size_t b) {
    return version >= 7 && a < 6 && b + 11 >= size;
  };
  if (of_version(x, y) || of_version(y, x)) return true;
  const auto last = size - 7;
  for (const auto v : centres.at(version - 1)) {
    for (const auto u : centres.at(version - 1)) {
      const bool finder = (u == 6 && v == 6) || (u == 6 && v == last) || (u == last && v == 6);
      if (!finder && x + 2 >= u && x <= u + 2 && y + 2 >= v && y <= v + 2) return true;
    }
  }
  return false;
}

// Both pictures are one text, each under a mask of its own.
void expect_same_but_for_the_mask(const std::string& text) {
  const auto code = qr_code(text);
  ASSERT_TRUE(code) << text.size();
  const auto ours = drawn(*code), theirs = drawn_by_others(text);
  const auto size = theirs.size();
  ASSERT_EQ(ours.size(), size) << text.size();
  const auto our_mask = mask_of(ours), their_mask = mask_of(theirs);
  std::size_t wrong = 0;
  for (std::size_t y = 0; y < size; ++y) {
    for (std::size_t x = 0; x < size; ++x) {
      const bool of_text = !has_a_fixed_place(size, x, y);
      const bool may_differ = of_text && flips(our_mask, x, y) != flips(their_mask, x, y);
      const bool format = (x == 8 && y != 6) || (y == 8 && x != 6);
      const bool differ = ours[y][x] != theirs[y][x];
      if (of_text || !format || our_mask == their_mask) wrong += differ != may_differ;
    }
  }
  EXPECT_EQ(wrong, 0U) << text.size() << " " << our_mask << " " << their_mask;
}

TEST(QrCode, IsWhatOthersMakeOfTheSameText) {
  std::string text;
  for (int size = 1; size <= 400; ++size) {
    text += static_cast<char>('!' + size * 37 % 90);
    expect_same_but_for_the_mask(text);
  }
}

RC_GTEST_PROP(QrCode, OfAnyTextIsWhatOthersMakeOfIt, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 401);
  expect_same_but_for_the_mask(
      *rc::gen::container<std::string>(size, rc::gen::inRange<char>('\x01', '\x7f')));
}

// Most codes are the very same: the rules by which a mask is chosen are read alike.
TEST(QrCode, HasTheMaskThatOthersChoose) {
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    const auto text = "https://ledger.example.org/d/" + std::to_string(i * 7919);
    same += drawn(*qr_code(text)) == drawn_by_others(text);
  }
  EXPECT_GE(same, 70);
}

TEST(QrCode, IsDrawnAsAPath) {
  const QrCode code{2, {{{0, 1}}, {{1, 1}}}};
  EXPECT_EQ(qr_path(code), "M4 4.5m0 0h1M4 5.5m1 0h1");
  EXPECT_EQ(qr_path({1, {{{10, 2}, {3, 12}}}}), "M4 4.5m10 0h2m3 0h12");
}

TEST(QrCode, RefusesWhatNoPhoneWouldRead) {
  EXPECT_FALSE(qr_code(""));
  EXPECT_FALSE(qr_code(std::string("a\0b", 3)));
  EXPECT_TRUE(qr_code(std::string(400, 'a')));
  EXPECT_FALSE(qr_code(std::string(401, 'a')));
}

}  // namespace
}  // namespace centime::explorer
