#include "crypto/digest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "crypto/encoding.h"

namespace centime::crypto {
namespace {

std::string hex(const Digest& digest) { return to_hex(digest.bytes); }

TEST(Sha256, GivesTheVectorsOfFips180) {
  EXPECT_EQ(hex(sha256(BytesView())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256(Bytes(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, StartsAnewAfterFinish) {
  Sha256 hash;
  hash.update("ab");
  EXPECT_EQ(hash.update("c").finish(), sha256(as_bytes("abc")));
  EXPECT_EQ(hash.finish(), sha256(BytesView()));
}

TEST(Sha256, LeavesNoTraceOfAnUnfinishedHash) {
  {
    Sha256().update("left unfinished");
  }
  EXPECT_EQ(Sha256().update("abc").finish(), sha256(as_bytes("abc")));
}

TEST(Sha256, SeveralInOneThreadDoNotMix) {
  Sha256 first;
  Sha256 second;
  first.update("a");
  second.update("b");
  EXPECT_EQ(sha256(as_bytes("c")), sha256({as_bytes("c")}));
  EXPECT_EQ(first.finish(), sha256(as_bytes("a")));
  EXPECT_EQ(second.finish(), sha256(as_bytes("b")));
}

TEST(Sha256, MayEndInAnotherThreadThanItBegan) {
  auto hash = std::make_unique<Sha256>();
  hash->update("abc");
  Digest digest;
  std::thread([&] {
    digest = hash->finish();
    hash.reset();
  }).join();
  EXPECT_EQ(digest, sha256(as_bytes("abc")));
}

RC_GTEST_PROP(Sha256, OfPartsIsThatOfTheWhole, (const Bytes& first, const Bytes& second)) {
  Bytes whole = first;
  whole.insert(whole.end(), second.begin(), second.end());
  RC_ASSERT(sha256({first, second}) == sha256(whole));
  RC_ASSERT(Sha256().update(first).update(second).finish() == sha256(whole));
}

TEST(MerkleHash, PrefixesLeavesWith00AndNodesWith01) {
  // From RFC 6962's test data: the leaf of an empty entry.
  EXPECT_EQ(hex(hash_leaf(BytesView())),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  const auto left = hash_leaf(as_bytes("left"));
  const auto right = hash_leaf(as_bytes("right"));
  const std::uint8_t prefix[] = {1};
  EXPECT_EQ(hash_children(left, right), sha256({prefix, left.bytes, right.bytes}));
  EXPECT_NE(hash_children(left, right), hash_children(right, left));
}

TEST(TaggedHash, HashesTheTagLineAndThenThePartsBare) {
  const auto digest = sha256(as_bytes("abc"));
  const Bytes tail = {1, 2};
  EXPECT_EQ(tagged_hash("entry", digest.bytes, tail),
            sha256({as_bytes("centime/entry/v1\n"), digest.bytes, tail}));
  EXPECT_EQ(tagged_hash("entry"), sha256(as_bytes("centime/entry/v1\n")));
  EXPECT_NE(tagged_hash("entry", tail), tagged_hash("seal", tail));
}

TEST(Digest, TakesExactly32Bytes) {
  EXPECT_FALSE(Digest::from(Bytes(31)));
  EXPECT_FALSE(Digest::from(Bytes(33)));
  EXPECT_TRUE(Digest::from(Bytes(32))->is_zero());
  EXPECT_FALSE(sha256(BytesView()).is_zero());
}

TEST(Digest, IsAKeyOfHashTables) {
  const std::unordered_set<Digest> set = {Digest{}, sha256(BytesView()), Digest{}};
  EXPECT_EQ(set.size(), 2u);
}

}  // namespace
}  // namespace centime::crypto
