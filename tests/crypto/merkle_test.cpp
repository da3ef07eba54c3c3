#include "crypto/merkle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/crypto/vectors.h"

namespace centime::crypto {
namespace {

using Digests = std::vector<Digest>;
using Leaves = std::span<const Digest>;

Digest leaf_of(std::uint64_t number) { return hash_leaf(as_bytes(std::to_string(number))); }

Digests leaves_of(std::uint64_t count) {
  Digests leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(leaf_of(i));
  return leaves;
}

std::uint64_t any_below(std::uint64_t end) { return *rc::gen::inRange<std::uint64_t>(0, end); }

// The recursive definitions of RFC 9162, word by word, to hold the fast code against.

std::size_t split(std::size_t n) { return std::bit_floor(n - 1); }

Digest defined_root(Leaves d) {
  if (d.empty()) return sha256(BytesView());
  if (d.size() == 1) return d[0];
  const auto k = split(d.size());
  return hash_children(defined_root(d.first(k)), defined_root(d.subspan(k)));
}

Digests defined_path(std::size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const auto k = split(d.size());
  auto path = m < k ? defined_path(m, d.first(k)) : defined_path(m - k, d.subspan(k));
  path.push_back(defined_root(m < k ? d.subspan(k) : d.first(k)));
  return path;
}

Digests defined_subproof(std::size_t m, Leaves d, bool whole) {
  if (m == d.size()) return whole ? Digests{} : Digests{defined_root(d)};
  const auto k = split(d.size());
  if (m <= k) {
    auto proof = defined_subproof(m, d.first(k), whole);
    proof.push_back(defined_root(d.subspan(k)));
    return proof;
  }
  auto proof = defined_subproof(m - k, d.subspan(k), false);
  proof.push_back(defined_root(d.first(k)));
  return proof;
}

MerkleCache cache_of(Leaves leaves) {
  MerkleCache cache;
  for (const auto& leaf : leaves) cache.append(leaf);
  return cache;
}

TEST(MerkleRoot, IsTheDefinitionForEverySizeTo130) {
  const auto leaves = leaves_of(130);
  EXPECT_EQ(empty_root(), defined_root({}));
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    const auto some = Leaves(leaves).first(size);
    auto cache = cache_of(some);
    EXPECT_EQ(merkle_root(some), defined_root(some)) << size;
    EXPECT_EQ(cache.root(), defined_root(some)) << size;
    EXPECT_EQ(root(cache, size), defined_root(some)) << size;
  }
}

TEST(InclusionProof, IsTheDefinitionAndVerifiesForEveryLeafOfEverySizeTo65) {
  const auto leaves = leaves_of(65);
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    const auto some = Leaves(leaves).first(size);
    const auto cache = cache_of(some);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(some, index);
      EXPECT_EQ(proof, defined_path(index, some)) << index << " of " << size;
      EXPECT_EQ(cache.inclusion_proof(index), proof) << index << " of " << size;
      EXPECT_TRUE(verify_inclusion(index, size, leaves[index], proof, defined_root(some)));
    }
  }
}

TEST(ConsistencyProof, IsTheDefinitionAndVerifiesForEveryPairOfSizesTo65) {
  const auto leaves = leaves_of(65);
  auto cache = cache_of(leaves);
  for (std::size_t size2 = 1; size2 <= leaves.size(); ++size2) {
    const auto newer = Leaves(leaves).first(size2);
    for (std::size_t size1 = 1; size1 <= size2; ++size1) {
      const auto proof = consistency_proof(cache, size1, size2);
      EXPECT_EQ(proof, defined_subproof(size1, newer, true)) << size1 << " to " << size2;
      EXPECT_TRUE(verify_consistency(size1, size2, defined_root(newer.first(size1)),
                                     defined_root(newer), proof));
    }
  }
}

struct Inclusion {
  std::uint64_t index;
  std::uint64_t size;
  Digest leaf;
  Digests proof;
  Digest root;

  bool holds() const { return verify_inclusion(index, size, leaf, proof, root).has_value(); }
};

Inclusion any_inclusion(std::uint64_t size_min) {
  const auto size = size_min + any_below(300);
  const auto index = any_below(size);
  const auto leaves = leaves_of(size);
  return {index, size, leaves[index], inclusion_proof(leaves, index), merkle_root(leaves)};
}

void flip_any_bit(Digest& digest) {
  const auto bit = any_below(256);
  digest.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
}

RC_GTEST_PROP(VerifyInclusion, FailsWithAnyBitFlipped, ()) {
  const auto honest = any_inclusion(2);
  RC_ASSERT(honest.holds());
  auto forged = honest;
  flip_any_bit(forged.proof[any_below(forged.proof.size())]);
  RC_ASSERT(!forged.holds());
  forged = honest;
  flip_any_bit(forged.leaf);
  RC_ASSERT(!forged.holds());
  forged = honest;
  flip_any_bit(forged.root);
  RC_ASSERT(!forged.holds());
}

RC_GTEST_PROP(VerifyInclusion, FailsForEveryOtherIndex, ()) {
  auto forged = any_inclusion(2);
  const auto honest = forged.index;
  for (std::uint64_t index = 0; index < forged.size + 2; ++index) {
    forged.index = index;
    RC_ASSERT(forged.holds() == (index == honest));
  }
  for (unsigned bit = 9; bit < 64; ++bit) {
    forged.index = honest ^ std::uint64_t{1} << bit;
    RC_ASSERT(!forged.holds());
  }
}

// A size is not bound by a proof alone: leaf 0 of 3 and of 4 have proofs of one shape. So a size
// comes signed, with its root; what a proof can show is that its own length is wrong for the size.
RC_GTEST_PROP(VerifyInclusion, FailsForEverySizeWhoseProofsAreShorterOrLonger, ()) {
  auto forged = any_inclusion(1);
  const auto leaves = leaves_of(600);
  for (std::uint64_t size = 0; size < 600; size += 1 + any_below(40)) {
    forged.size = size;
    const bool same_length =
        forged.index < size &&
        inclusion_proof(Leaves(leaves).first(size), forged.index).size() == forged.proof.size();
    if (!same_length) RC_ASSERT(!forged.holds());
  }
}

RC_GTEST_PROP(VerifyInclusion, FailsWithAHashMoreOrLess, ()) {
  const auto honest = any_inclusion(2);
  auto forged = honest;
  forged.proof.pop_back();
  RC_ASSERT(!forged.holds());
  forged = honest;
  forged.proof.erase(forged.proof.begin());
  RC_ASSERT(!forged.holds());
  forged = honest;
  forged.proof.push_back(*rc::gen::elementOf(Digests{Digest{}, honest.root, honest.leaf}));
  RC_ASSERT(!forged.holds());
  forged = honest;
  forged.proof.insert(forged.proof.begin(), honest.leaf);
  RC_ASSERT(!forged.holds());
}

TEST(VerifyInclusion, NamesWhatIsWrong) {
  const auto leaves = leaves_of(5);
  const auto root = merkle_root(leaves);
  const auto proof = inclusion_proof(leaves, 2);
  const auto verdict = [&](std::uint64_t index, std::uint64_t size, Leaves hashes) {
    return verify_inclusion(index, size, leaves[2], hashes, root);
  };
  EXPECT_TRUE(verdict(2, 5, proof));
  EXPECT_EQ(verdict(5, 5, proof), std::unexpected(ProofError::bad_position));
  EXPECT_EQ(verdict(0, 0, {}), std::unexpected(ProofError::bad_position));
  EXPECT_EQ(verdict(2, 5, Leaves(proof).first(2)), std::unexpected(ProofError::wrong_length));
  EXPECT_EQ(verdict(2, 1000, proof), std::unexpected(ProofError::wrong_length));
  EXPECT_EQ(verdict(3, 5, proof), std::unexpected(ProofError::wrong_root));
}

TEST(VerifyInclusion, UsesAll64BitsOfIndexAndSize) {
  // A tree of 2^64 - 1 leaves whose complete subtrees are all one made-up hash.
  const Digests hashes(64, leaf_of(7));
  const CompactRange range(hashes, ~std::uint64_t{0});
  // Its last leaf hangs below 63 subtrees to its left.
  const Digests proof(63, leaf_of(7));
  const auto last = ~std::uint64_t{0} - 1;
  EXPECT_TRUE(verify_inclusion(last, last + 1, leaf_of(7), proof, range.root()));
  EXPECT_EQ(verify_inclusion(last - 1, last + 1, leaf_of(7), proof, range.root()),
            std::unexpected(ProofError::wrong_length));
  EXPECT_FALSE(verify_inclusion(last & 0xffffffff, last + 1, leaf_of(7), proof, range.root()));
}

struct Consistency {
  std::uint64_t size1;
  std::uint64_t size2;
  Digest root1;
  Digest root2;
  Digests proof;

  bool holds() const { return verify_consistency(size1, size2, root1, root2, proof).has_value(); }
};

Consistency any_consistency() {
  const auto size2 = 2 + any_below(300);
  const auto size1 = 1 + any_below(size2 - 1);
  const auto leaves = leaves_of(size2);
  auto cache = cache_of(leaves);
  return {size1, size2, merkle_root(Leaves(leaves).first(size1)), merkle_root(leaves),
          consistency_proof(cache, size1, size2)};
}

RC_GTEST_PROP(VerifyConsistency, FailsWithAnyBitFlipped, ()) {
  const auto honest = any_consistency();
  RC_ASSERT(honest.holds());
  auto forged = honest;
  flip_any_bit(forged.proof[any_below(forged.proof.size())]);
  RC_ASSERT(!forged.holds());
  forged = honest;
  flip_any_bit(forged.root1);
  RC_ASSERT(!forged.holds());
  forged = honest;
  flip_any_bit(forged.root2);
  RC_ASSERT(!forged.holds());
}

RC_GTEST_PROP(VerifyConsistency, FailsWithAHashMoreOrLess, ()) {
  const auto honest = any_consistency();
  auto forged = honest;
  forged.proof.pop_back();
  RC_ASSERT(!forged.holds());
  forged = honest;
  forged.proof.erase(forged.proof.begin());
  RC_ASSERT(!forged.holds());
  forged = honest;
  forged.proof.push_back(*rc::gen::elementOf(Digests{Digest{}, honest.root1, honest.root2}));
  RC_ASSERT(!forged.holds());
  forged = honest;
  forged.proof.insert(forged.proof.begin(), honest.root1);
  RC_ASSERT(!forged.holds());
}

// As for an inclusion, the second size is bound only as far as it changes the proof's shape.
RC_GTEST_PROP(VerifyConsistency, FailsForEveryOtherFirstSizeAndForSizesTheWrongWayRound, ()) {
  auto forged = any_consistency();
  const auto honest = forged.size1;
  for (std::uint64_t size = 0; size < 2 * forged.size2; ++size) {
    forged.size1 = size;
    RC_ASSERT(forged.holds() == (size == honest));
  }
  forged.size1 = honest;
  std::swap(forged.size1, forged.size2);
  RC_ASSERT(!forged.holds());
}

TEST(VerifyConsistency, OfATreeWithItselfNeedsAnEmptyProofAndEqualRoots) {
  const auto root = leaf_of(1);
  EXPECT_TRUE(verify_consistency(5, 5, root, root, {}));
  EXPECT_EQ(verify_consistency(5, 5, root, root, {{root}}),
            std::unexpected(ProofError::wrong_length));
  EXPECT_EQ(verify_consistency(5, 5, root, leaf_of(2), {}),
            std::unexpected(ProofError::wrong_root));
}

TEST(VerifyConsistency, RefusesTheEmptyTreeAsTheFirst) {
  const auto root = leaf_of(1);
  EXPECT_EQ(verify_consistency(0, 5, empty_root(), root, {}),
            std::unexpected(ProofError::bad_position));
  EXPECT_EQ(verify_consistency(0, 0, empty_root(), empty_root(), {}),
            std::unexpected(ProofError::bad_position));
}

TEST(CompactRange, GoesOnFromItsHashesAndSize) {
  const auto leaves = leaves_of(200);
  for (std::size_t half = 0; half <= leaves.size(); half += 7) {
    CompactRange first;
    for (const auto& leaf : Leaves(leaves).first(half)) first.append(leaf);
    CompactRange second(first.hashes(), first.size());
    for (const auto& leaf : Leaves(leaves).subspan(half)) second.append(leaf);
    EXPECT_EQ(second.size(), leaves.size());
    EXPECT_EQ(second.root(), merkle_root(leaves));
    auto cache = cache_of(leaves);
    EXPECT_EQ(compact_range(cache, half).hashes(), first.hashes());
  }
}

TEST(CompactRange, AppendsCompleteSubtrees) {
  const auto leaves = leaves_of(48);
  CompactRange range;
  range.append_complete(5, merkle_root(Leaves(leaves).first(32)));
  range.append_complete(3, merkle_root(Leaves(leaves).subspan(32, 8)));
  range.append_complete(3, merkle_root(Leaves(leaves).subspan(40, 8)));
  EXPECT_EQ(range.size(), 48u);
  EXPECT_EQ(range.root(), merkle_root(leaves));
  EXPECT_EQ(range.hashes().size(), 2u);
  EXPECT_DEATH(range.append_complete(5, leaf_of(0)), "multiple of its size");
}

TEST(CompactRange, RefusesAStateThatDoesNotFitItsSize) {
  EXPECT_DEATH(CompactRange({leaf_of(0)}, 3), "one hash per set bit");
}

RC_GTEST_PROP(MerkleCache, RootWithChangesIsTheRootOfTheChangedLeaves, ()) {
  auto leaves = leaves_of(any_below(400));
  const auto size = leaves.size();
  auto cache = cache_of(leaves);
  const auto root_before = cache.root();
  for (int round = 0; round < 3; ++round) {
    const auto base = leaves.size();
    const auto new_size = base + (any_below(2) == 0 ? 0 : any_below(100));
    MerkleCache::Changes changes;
    for (auto index = base; index < new_size; ++index)
      changes[index] = leaf_of(1000 + any_below(1000));
    for (auto count = base == 0 ? 0 : any_below(8); count > 0; --count)
      changes[any_below(base)] = leaf_of(1000 + any_below(1000));

    const auto before = cache.root();
    const auto promised = cache.root_with(changes, new_size);
    RC_ASSERT(cache.root() == before);
    RC_ASSERT(cache.size() == base);

    leaves.resize(new_size);
    for (const auto& [index, hash] : changes) leaves[index] = hash;
    RC_ASSERT(promised == merkle_root(leaves));
    cache.apply(changes, new_size);
    RC_ASSERT(cache.root() == promised);
    RC_ASSERT(cache.size() == new_size);
  }
  if (leaves.empty()) return;
  const auto index = any_below(leaves.size());
  RC_ASSERT(cache.inclusion_proof(index) == inclusion_proof(leaves, index));
  RC_ASSERT(size > 0 || root_before == empty_root());
}

RC_GTEST_PROP(MerkleCache, UpdatesAndAppendsAsIfBuiltAnew, ()) {
  auto leaves = leaves_of(1 + any_below(300));
  auto cache = cache_of(leaves);
  for (int round = 0; round < 10; ++round) {
    const auto hash = leaf_of(5000 + any_below(5000));
    if (any_below(2) == 0) {
      leaves.push_back(hash);
      cache.append(hash);
    } else {
      const auto index = any_below(leaves.size());
      leaves[index] = hash;
      cache.update(index, hash);
    }
    RC_ASSERT(cache.root() == merkle_root(leaves));
  }
  for (unsigned level = 0; leaves.size() >> level > 0; ++level) {
    const auto index = any_below(leaves.size() >> level);
    const auto part = Leaves(leaves).subspan(index << level, std::size_t{1} << level);
    RC_ASSERT(cache.subtree(level, index) == merkle_root(part));
  }
}

TEST(MerkleCache, StopsAtChangesThatLeaveALeafWithoutItsHash) {
  auto cache = cache_of(leaves_of(4));
  EXPECT_DEATH(static_cast<void>(cache.root_with({{4, leaf_of(4)}}, 6)), "every new leaf");
  EXPECT_DEATH(static_cast<void>(cache.root_with({{6, leaf_of(4)}}, 6)), "within the tree");
  EXPECT_DEATH(cache.apply({}, 3), "does not shrink");
}

// The probes of transparency-dev/merkle. Some have hashes of another length than 32 bytes, which no
// Digest can hold: an empty one counts as refused, a shorter text is filled up with zeros, which
// keeps equal ones equal and unequal ones unequal.
std::optional<Digest> probe_digest(const boost::json::value& value) {
  auto bytes = base64_of(value);
  if (bytes.empty() || bytes.size() > 32) return std::nullopt;
  bytes.resize(32);
  return Digest::from(bytes);
}

std::optional<Digests> probe_proof(const boost::json::value& value) {
  Digests proof;
  if (value.is_null()) return proof;
  for (const auto& element : value.as_array()) {
    const auto digest = probe_digest(element);
    if (!digest) return std::nullopt;
    proof.push_back(*digest);
  }
  return proof;
}

bool inclusion_probe_holds(const boost::json::value& probe) {
  const auto leaf = probe_digest(probe.at("leafHash"));
  const auto root = probe_digest(probe.at("root"));
  const auto proof = probe_proof(probe.at("proof"));
  return leaf && root && proof &&
         verify_inclusion(probe.at("leafIdx").to_number<std::uint64_t>(),
                          probe.at("treeSize").to_number<std::uint64_t>(), *leaf, *proof, *root);
}

bool consistency_probe_holds(const boost::json::value& probe) {
  const auto root1 = probe_digest(probe.at("root1"));
  const auto root2 = probe_digest(probe.at("root2"));
  const auto proof = probe_proof(probe.at("proof"));
  return root1 && root2 && proof &&
         verify_consistency(probe.at("size1").to_number<std::uint64_t>(),
                            probe.at("size2").to_number<std::uint64_t>(), *root1, *root2, *proof);
}

struct ProbeCount {
  int all = 0;
  int valid = 0;
};

template <class Holds>
ProbeCount run_probes(const std::filesystem::path& folder, const Holds& holds) {
  ProbeCount count;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(vectors_folder() / folder)) {
    if (file.path().extension() != ".json") continue;
    const auto probe = read_json_vector(file.path());
    const bool valid = !probe.at("wantErr").as_bool();
    EXPECT_EQ(holds(probe), valid) << file.path();
    ++count.all;
    count.valid += valid ? 1 : 0;
  }
  return count;
}

TEST_F(SharedVectors, InclusionProbesOfTransparencyDev) {
  const auto count =
      run_probes("transparency-dev-merkle/testdata/inclusion", inclusion_probe_holds);
  EXPECT_EQ(count.all, 98);
  EXPECT_EQ(count.valid, 6);
}

TEST_F(SharedVectors, ConsistencyProbesOfTransparencyDev) {
  const auto count =
      run_probes("transparency-dev-merkle/testdata/consistency", consistency_probe_holds);
  EXPECT_EQ(count.all, 98);
  EXPECT_EQ(count.valid, 6);
}

TEST_F(SharedVectors, ProofsOfTheRekorLogs) {
  const auto document = read_json_vector("sigstore-conformance/real-inclusion-proofs.json");
  int valid = 0;
  for (const auto& probe : document.as_array()) {
    EXPECT_EQ(hash_leaf(base64_of(probe.at("leafData"))),
              Digest::from(base64_of(probe.at("leafHash"))));
    EXPECT_EQ(inclusion_probe_holds(probe), !probe.at("wantErr").as_bool())
        << text_of(probe.at("source"));
    valid += probe.at("wantErr").as_bool() ? 0 : 1;
  }
  EXPECT_EQ(document.as_array().size(), 26u);
  EXPECT_EQ(valid, 23);
}

}  // namespace
}  // namespace centime::crypto
