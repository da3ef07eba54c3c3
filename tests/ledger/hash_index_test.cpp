#include "node/ledger/hash_index.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <string>

namespace centime::ledger {
namespace {

const auto any = [](std::uint64_t) { return true; };

TEST(HashIndex, FindsNothingWhileItIsEmpty) {
  HashIndex index;
  EXPECT_EQ(index.find(0, any), std::nullopt);
  index.reserve(1'000);
  EXPECT_EQ(index.find(0, any), std::nullopt);
}

TEST(HashIndex, TellsApartNumbersThatShareAHash) {
  HashIndex index;
  for (std::uint64_t number = 0; number < 500; ++number) index.insert(42, number);
  for (std::uint64_t number = 0; number < 500; ++number) {
    EXPECT_EQ(index.find(42, [&](std::uint64_t found) { return found == number; }), number);
  }
  EXPECT_EQ(index.find(42, [](std::uint64_t found) { return found == 500; }), std::nullopt);
  EXPECT_EQ(index.find(43, any), std::nullopt);
}

TEST(HashIndex, AsksOnlyAboutNumbersUnderTheSameHash) {
  HashIndex index;
  for (std::uint64_t number = 0; number < 1'000; ++number) index.insert(number % 10, number);
  index.find(3, [](std::uint64_t number) {
    EXPECT_EQ(number % 10, 3);
    return false;
  });
}

TEST(HashIndex, FindsTheSameWhateverTheSpreadAndTheRoom) {
  for (const std::uint64_t spread : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    HashIndex index(spread);
    if (spread == 1) index.reserve(5'000);
    for (std::uint64_t number = 0; number < 5'000; ++number) index.insert(number << 40, number);
    const HashIndex copy = index;
    for (std::uint64_t number = 0; number < 5'000; ++number) {
      ASSERT_EQ(copy.find(number << 40, any), number);
    }
  }
}

RC_GTEST_PROP(HashIndex, AgreesWithAMap, (const std::vector<std::uint8_t>& keys)) {
  HashIndex index;
  std::map<std::uint8_t, std::uint64_t> map;
  std::vector<std::uint8_t> key_of;
  for (const std::uint8_t key : keys) {
    if (map.contains(key)) continue;
    map[key] = key_of.size();
    // A quarter of the bits as hash: keys share them.
    index.insert(key % 64, key_of.size());
    key_of.push_back(key);
  }
  for (int key = 0; key < 256; ++key) {
    const auto wanted = static_cast<std::uint8_t>(key);
    const auto found =
        index.find(wanted % 64, [&](std::uint64_t number) { return key_of[number] == wanted; });
    const auto known = map.find(wanted);
    RC_ASSERT(found == (known == map.end() ? std::nullopt : std::optional(known->second)));
  }
}

TEST(HashNames, DependsOnBothNamesTheSecretAndWhereTheyPart) {
  const HashSecret secret{1, 2};
  std::set<std::uint64_t> hashes;
  for (const auto& [first, second] :
       std::map<std::string, std::string>{{"a", "bc"},
                                          {"ab", "c"},
                                          {"abc", ""},
                                          {"b", "ca"},
                                          {"x", std::string(300, 'y')},
                                          {"z", std::string(301, 'y')}}) {
    hashes.insert(hash_names(secret, first, second));
    EXPECT_EQ(hash_names(secret, first, second), hash_names(secret, first, second));
    EXPECT_NE(hash_names(secret, first, second), hash_names({1, 3}, first, second));
    EXPECT_NE(hash_names(secret, first, second), hash_names({2, 2}, first, second));
  }
  EXPECT_EQ(hashes.size(), 6);
}

}  // namespace
}  // namespace centime::ledger
