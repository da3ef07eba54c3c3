#include "node/proof/entry_proof.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "tests/proof/bundle_world.h"

namespace centime::proof {
namespace {

const test::ShortStory& story() {
  static const test::ShortStory story;
  return story;
}

EntryProof proof_of(std::uint64_t index) {
  test::RawSource source = test::source_of(story().world);
  return *build_entry_proof(source, {index});
}

bool holds(const EntryProof& proof) {
  return verify_entry_proof(proof, proof.extra, test::world_policy()).has_value();
}

TEST(EntryProof, OfEveryEntryIsReadBackAndHolds) {
  const auto& entries = story().world.state().entries();
  for (std::uint64_t i = 0; i < entries.size(); ++i) {
    const EntryProof proof = proof_of(i);
    const auto parsed = parse_entry_proof(format_entry_proof(proof));
    ASSERT_TRUE(parsed) << i;
    EXPECT_EQ(*parsed, proof);
    const auto verified = verify_entry_proof(*parsed, parsed->extra, test::world_policy());
    ASSERT_TRUE(verified) << verified.error().detail;
    EXPECT_EQ(verified->index.value, i);
    EXPECT_EQ(crypto::encode(verified->entry), entries[i]);
    EXPECT_EQ(verified->checkpoint.cosigners.size(), 3u);
  }
  test::RawSource source = test::source_of(story().world);
  EXPECT_EQ(build_entry_proof(source, {entries.size()}).error(), BuildError::unknown_record);
}

TEST(EntryProof, IsWrittenAsTheSpecificationSays) {
  crypto::Digest hash;
  hash.bytes.fill(0xff);
  const EntryProof proof{crypto::to_bytes("hi"), 73894, {hash}, "log.test\n1\n=\n\n— log.test =\n"};
  EXPECT_EQ(format_entry_proof(proof),
            "c2sp.org/tlog-proof@v1\n"
            "extra aGk=\n"
            "index 73894\n"
            "//////////////////////////////////////////8=\n"
            "\n"
            "log.test\n1\n=\n\n— log.test =\n");
  EntryProof bare = proof;
  bare.extra.clear();
  bare.proof.clear();
  EXPECT_EQ(format_entry_proof(bare),
            "c2sp.org/tlog-proof@v1\nindex 73894\n\nlog.test\n1\n=\n\n— log.test =\n");
  EXPECT_EQ(parse_entry_proof(format_entry_proof(bare)), bare);
}

TEST(EntryProof, RefusesOtherSpellings) {
  const std::string first = "c2sp.org/tlog-proof@v1\n";
  const std::string texts[] = {std::string(),
                               first,
                               first + "index 1\n",
                               "c2sp.org/tlog-proof@v2\nindex 1\n\nx\n",
                               first + "index 01\n\nx\n",
                               first + "index +1\n\nx\n",
                               first + "index -1\n\nx\n",
                               first + "index\n\nx\n",
                               first + "index 18446744073709551616\n\nx\n",
                               first + "extra \nindex 1\n\nx\n",
                               first + "extra aGk\nindex 1\n\nx\n",
                               first + "index 1\nextra aGk=\n\nx\n",
                               first + "index 1\naGk=\n\nx\n",
                               first + "index 1\r\n\nx\n",
                               std::string((1 << 20) + 1, 'x')};
  for (const std::string& text : texts) {
    EXPECT_FALSE(parse_entry_proof(text)) << text.substr(0, 60);
  }
}

// As many hashes as the longest path has, and a mebibyte: and one more of each.
TEST(EntryProof, MayBeAsLongAsThisAndNoLonger) {
  const std::string hash = crypto::to_base64(crypto::Digest{}.bytes) + "\n";
  std::string text = "c2sp.org/tlog-proof@v1\nindex 1\n";
  for (std::size_t i = 0; i < crypto::proof_hashes_max; ++i) text += hash;
  const auto longest = parse_entry_proof(text + "\nx\n");
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->proof.size(), crypto::proof_hashes_max);
  EXPECT_FALSE(parse_entry_proof(text + hash + "\nx\n"));
  text += "\n";
  text += std::string((1 << 20) - text.size(), 'x');
  EXPECT_TRUE(parse_entry_proof(text));
  EXPECT_FALSE(parse_entry_proof(text + 'x'));
}

TEST(EntryProof, FailsWithEveryChangedByteOfItsText) {
  std::string text = format_entry_proof(proof_of(story().world.entry_of(story().gift).value));
  const auto accepted = [&] {
    const auto parsed = parse_entry_proof(text);
    return parsed && verify_entry_proof(*parsed, parsed->extra, test::world_policy()) &&
           verify_entry_proof(*parsed, parsed->extra, test::world_policy())
                   ->checkpoint.ignored_lines == 0;
  };
  ASSERT_TRUE(accepted());
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] ^= 1;
    EXPECT_FALSE(accepted()) << "byte " << i;
    text[i] ^= 1;
  }
}

TEST(EntryProof, IsOfTheEntryThatItIsCheckedWith) {
  const EntryProof proof = proof_of(3);
  const auto other = verify_entry_proof(proof, proof_of(4).extra, test::world_policy());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().error, EntryProofError::wrong_inclusion);

  EntryProof moved = proof;
  moved.index = 4;
  EXPECT_FALSE(holds(moved));
  Policy strict = test::world_policy();
  strict.groups[0].threshold = 4;
  const auto short_of = verify_entry_proof(proof, proof.extra, strict);
  ASSERT_FALSE(short_of);
  EXPECT_EQ(short_of.error().error, EntryProofError::quorum_short);
}

TEST(EntryProof, OfALeafThatIsNoEntrySaysSo) {
  auto entries = story().world.state().entries();
  entries[3] = crypto::to_bytes("not an entry");
  test::RawSource source(story().world.state(), entries);
  const EntryProof proof = *build_entry_proof(source, {3});
  const auto verified = verify_entry_proof(proof, proof.extra, test::world_policy());
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().error, EntryProofError::bad_entry);
}

}  // namespace
}  // namespace centime::proof
