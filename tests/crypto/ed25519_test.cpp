#include "crypto/ed25519.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "crypto/encoding.h"
#include "tests/crypto/vectors.h"

namespace centime::crypto {
namespace {

// A vector as it comes: any length of key and signature.
struct Case {
  Bytes key;
  Bytes message;
  Bytes signature;
};

// What this ledger says to it.
bool accepts(const Case& c) {
  const auto key = admit_key(c.key);
  Signature signature;
  if (!key || c.signature.size() != signature.bytes.size()) return false;
  std::ranges::copy(c.signature, signature.bytes.begin());
  return verify(*key, c.message, signature);
}

// One row of the measured verdicts of other implementations.
struct Verdicts {
  std::set<std::string> flags;
  std::map<std::string, bool> by_implementation;

  bool of(const std::string& implementation) const { return by_implementation.at(implementation); }
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::map<std::string, Verdicts> acceptance_matrix() {
  std::istringstream lines(read_vector("ed25519-acceptance-matrix.csv"));
  std::string line;
  std::getline(lines, line);
  const auto columns = split(line, ',');
  std::map<std::string, Verdicts> matrix;
  while (std::getline(lines, line)) {
    const auto cells = split(line, ',');
    auto& verdicts = matrix[cells.at(0)];
    for (const auto& flag : split(cells.at(1), '|')) verdicts.flags.insert(flag);
    for (std::size_t i = 2; i < columns.size(); ++i)
      verdicts.by_implementation[columns[i]] = cells.at(i) == "1";
  }
  return matrix;
}

bool has_identity_r(const Case& c) {
  Bytes identity(32);
  identity[0] = 1;
  return c.signature.size() == 64 && std::ranges::equal(BytesView(c.signature).first(32), identity);
}

// What the design says of an admissible key: libsodium, and browsers with a check of R, agree with
// us; noble's strict mode does once it compares R's bytes, which matters only for an R with a part
// of small order.
void expect_agreement(const std::string& id, const Case& c, const Verdicts& others) {
  const bool ours = accepts(c);
  EXPECT_EQ(ours, others.of("libsodium-1.0.18")) << id;
  EXPECT_EQ(ours, others.of("libsodium-src-r18")) << id;
  EXPECT_EQ(ours, others.of("libsodium-src-r22")) << id;
  for (const auto* browser : {"node20-webcrypto", "chromium-156", "firefox-esr-153"})
    EXPECT_EQ(ours, others.of(browser) && !has_identity_r(c)) << id << " " << browser;
  const bool small_part =
      others.flags.contains("low_order_R") || others.flags.contains("low_order_component_R");
  for (const auto* noble : {"noble-curves-strict", "noble-ed25519-strict"}) {
    if (ours != others.of(noble)) EXPECT_TRUE(!ours && small_part) << id << " " << noble;
  }
}

TEST_F(SharedVectors, WycheproofVerdictsAreOurs) {
  const auto document = read_json_vector("wycheproof/ed25519_test.json");
  const auto matrix = acceptance_matrix();
  int count = 0;
  for (const auto& group : document.at("testGroups").as_array()) {
    const auto key = hex_of(group.at("publicKey").at("pk"));
    EXPECT_TRUE(admit_key(key)) << to_hex(key);
    for (const auto& test : group.at("tests").as_array()) {
      const auto id = "wp/" + std::to_string(test.at("tcId").as_int64());
      const Case c{key, hex_of(test.at("msg")), hex_of(test.at("sig"))};
      EXPECT_EQ(accepts(c), text_of(test.at("result")) == "valid") << id;
      EXPECT_EQ(accepts(c), matrix.at(id).of("libsodium-1.0.18")) << id;
      ++count;
    }
  }
  EXPECT_EQ(count, 151);
}

TEST_F(SharedVectors, CctvKeysAreAdmittedUnlessOddAndThenAllVerifiersAgree) {
  const auto document = read_json_vector("cctv-ed25519/ed25519vectors.json");
  const auto matrix = acceptance_matrix();
  int count = 0;
  int admitted = 0;
  for (const auto& vector : document.as_array()) {
    const auto id = "cctv/" + std::to_string(vector.at("number").as_int64());
    const Case c{hex_of(vector.at("key")), to_bytes(text_of(vector.at("msg"))),
                 hex_of(vector.at("sig"))};
    ++count;
    std::set<std::string> flags;
    if (vector.at("flags").is_array())
      for (const auto& flag : vector.at("flags").as_array()) flags.insert(text_of(flag));
    const bool odd = flags.contains("low_order_A") || flags.contains("low_order_component_A") ||
                     flags.contains("non_canonical_A");
    EXPECT_EQ(admit_key(c.key).has_value(), !odd) << id;
    if (odd) continue;
    ++admitted;
    expect_agreement(id, c, matrix.at(id));
  }
  EXPECT_EQ(count, 914);
  EXPECT_EQ(admitted, 28);
}

TEST_F(SharedVectors, SpeccheckKeysAreAdmittedUnlessOddAndThenAllVerifiersAgree) {
  const auto document = read_json_vector("speccheck/cases.json");
  const auto matrix = acceptance_matrix();
  int count = 0;
  int admitted = 0;
  for (const auto& vector : document.as_array()) {
    const auto id = "sc/" + std::to_string(count++);
    const Case c{hex_of(vector.at("pub_key")), hex_of(vector.at("message")),
                 hex_of(vector.at("signature"))};
    if (!admit_key(c.key)) continue;
    ++admitted;
    expect_agreement(id, c, matrix.at(id));
  }
  EXPECT_EQ(count, 12);
  // Cases 6 and 7, whose S is not below L, have the only key of prime order.
  EXPECT_EQ(admitted, 2);
}

// CVE-2025-69277: libsodium took Q + T, with Q of prime order and T the point of order 2, for a
// point of prime order, because it looked at X = 0 but not at Y = Z after the multiplication by L.
// This is such a key of the CCTV vectors.
TEST(AdmitKey, RefusesTheMixedOrderKeyOfCve2025_69277) {
  const auto key = from_hex("fe894df18abf1c20088bfbe6c9ad45d42ec20663eaf7111eaea1d851da0d7f89");
  EXPECT_EQ(admit_key(*key), std::unexpected(KeyError::not_prime_order));
}

TEST(AdmitKey, RefusesKeysOfMixedOrder4And8) {
  for (const auto* key : {"10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
                          "6718d0a3d58deaeaefa655eae3f119071deaa2cfebfd0ca28b670f879d657086"})
    EXPECT_EQ(admit_key(*from_hex(key)), std::unexpected(KeyError::not_prime_order)) << key;
}

TEST(AdmitKey, RefusesTheIdentityAndPointsOfSmallOrder) {
  for (const auto* key : {"0100000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000080",
                          "0000000000000000000000000000000000000000000000000000000000000000",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"})
    EXPECT_EQ(admit_key(*from_hex(key)), std::unexpected(KeyError::not_prime_order)) << key;
}

TEST(AdmitKey, RefusesOtherSpellingsOfACoordinate) {
  for (const auto* key : {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"})
    EXPECT_EQ(admit_key(*from_hex(key)), std::unexpected(KeyError::not_canonical)) << key;
}

TEST(AdmitKey, RefusesOtherLengthsAndPointsOffTheCurve) {
  EXPECT_EQ(admit_key(Bytes(31, 9)), std::unexpected(KeyError::wrong_length));
  EXPECT_EQ(admit_key(Bytes(33, 9)), std::unexpected(KeyError::wrong_length));
  Bytes off_curve(32);
  off_curve[0] = 2;
  EXPECT_EQ(admit_key(off_curve), std::unexpected(KeyError::not_prime_order));
}

// With R the identity and S = k a the equation holds. The scalar a is 1 here, so the key is the
// base point and S = k = SHA-512(R || A || M) mod L.
TEST(Verify, RefusesTheIdentityAsR) {
  const auto key =
      admit_key(*from_hex("5866666666666666666666666666666666666666666666666666666666666666"));
  ASSERT_TRUE(key);
  Signature signature;
  const auto bytes = from_hex(
      "0100000000000000000000000000000000000000000000000000000000000000"
      "5891e8b57a394f5b17f1328f30c5d574d4cd01223ef1cf863c76adefb2f79f0a");
  ASSERT_EQ(bytes->size(), signature.bytes.size());
  std::ranges::copy(*bytes, signature.bytes.begin());
  EXPECT_FALSE(verify(*key, as_bytes("forged without a nonce"), signature));
}

TEST(SecretKey, SignsTheFirstVectorOfRfc8032) {
  const auto seed = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const auto key = SecretKey::from_seed(std::span(*seed).first<seed_size>());
  EXPECT_EQ(to_hex(key.public_key().bytes),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(to_hex(key.sign(BytesView()).bytes),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  EXPECT_TRUE(std::ranges::equal(key.seed(), *seed));
}

TEST(SecretKey, GeneratesAdmissibleKeysThatDiffer) {
  const auto first = SecretKey::generate();
  const auto second = SecretKey::generate();
  EXPECT_EQ(admit_key(first.public_key().bytes), first.public_key());
  EXPECT_NE(first.public_key(), second.public_key());
}

TEST(SecretKey, IsEmptyAfterAMove) {
  auto first = SecretKey::generate();
  const auto expected = first.public_key();
  auto second = std::move(first);
  EXPECT_EQ(second.public_key(), expected);
  EXPECT_DEATH(static_cast<void>(first.sign(BytesView())), "moved from");
  first = std::move(second);
  EXPECT_EQ(first.public_key(), expected);
  EXPECT_DEATH(static_cast<void>(second.seed()), "moved from");
}

RC_GTEST_PROP(Verify, AcceptsASignatureAndNothingNearIt, (const Bytes& message)) {
  const auto key = SecretKey::generate();
  const auto signature = key.sign(message);
  RC_ASSERT(verify(key.public_key(), message, signature));

  auto flipped = signature;
  const auto bit = *rc::gen::inRange<std::size_t>(0, 8 * signature_size);
  flipped.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  RC_ASSERT(!verify(key.public_key(), message, flipped));

  auto longer = message;
  longer.push_back(0);
  RC_ASSERT(!verify(key.public_key(), longer, signature));
  RC_ASSERT(!verify(SecretKey::generate().public_key(), message, signature));
}

// S + L is the same scalar: a second signature that anyone could make of the first.
RC_GTEST_PROP(Verify, RefusesSPlusTheGroupOrder, (const Bytes& message)) {
  const auto group_order =
      from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const auto key = SecretKey::generate();
  auto signature = key.sign(message);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += signature.bytes[32 + i] + (*group_order)[i];
    signature.bytes[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  RC_ASSERT(!verify(key.public_key(), message, signature));
}

}  // namespace
}  // namespace centime::crypto
