#include "explorer/qr_code.h"

#include <gtest/gtest.h>

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

TEST(QrCode, RefusesWhatNoPhoneWouldRead) {
  EXPECT_FALSE(qr_code(""));
  EXPECT_FALSE(qr_code(std::string("a\0b", 3)));
  EXPECT_TRUE(qr_code(std::string(400, 'a')));
  EXPECT_FALSE(qr_code(std::string(401, 'a')));
}

}  // namespace
}  // namespace centime::explorer
