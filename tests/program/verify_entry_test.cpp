// `centime verify` of a tlog-proof, alone and among proofs of donations.
#include "node/program/verify_entry.h"

#include <gmock/gmock.h>

#include "crypto/encoding.h"
#include "node/program/node_client.h"
#include "tests/program/network_fixture.h"
#include "tests/proof/bundle_world.h"

namespace centime::program::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const test::ShortStory& story() {
  static const test::ShortStory story;
  return story;
}

// Files of a log that three of four validators have signed.
class VerifyEntry : public ::testing::Test {
 protected:
  VerifyEntry() { policy_ = file("policy.txt", proof::format_policy(test::world_policy())); }

  static proof::EntryProof proof_of(std::uint64_t index) {
    test::RawSource source = test::source_of(story().world);
    return *proof::build_entry_proof(source, {index});
  }
  static std::uint64_t gift() { return story().world.entry_of(story().gift).value; }
  std::string file(const std::string& name, const std::string& content) {
    const std::string path = (directory_.path() / name).string();
    write_text(path, content);
    return path;
  }
  std::string file(const std::string& name, const proof::EntryProof& proof) {
    return file(name, proof::format_entry_proof(proof));
  }
  Result verify(std::vector<std::string> files, const Arguments& more = {}) {
    files.insert(files.begin(), "verify");
    files.insert(files.end(), {"--policy", policy_});
    files.insert(files.end(), more.begin(), more.end());
    return centime(files);
  }
  // "word step" of a file that does not hold.
  std::string fault_of(const std::string& content) {
    const std::string name = file("fault.tlog-proof", content);
    EXPECT_THAT(verify({name}).err, HasSubstr("NOT VERIFIED: step "));
    const Result result = verify({name}, {"--json"});
    EXPECT_EQ(result.code, 1) << result.out;
    const auto error = json::parse(result.out).at("error");
    return std::string(error.at("code").as_string()) + " " +
           std::string(error.at("step").as_string());
  }
  std::string fault_of(const proof::EntryProof& proof) {
    return fault_of(proof::format_entry_proof(proof));
  }

  TemporaryDirectory directory_;
  std::string policy_;
};

TEST_F(VerifyEntry, OfARecordSaysWhichItIsAndWhatItProves) {
  const std::string name = file("gift.tlog-proof", proof_of(gift()));
  const Result text = verify({name});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("VERIFIED\n\nRecord    " + story().gift.hex() + "\n"));
  EXPECT_THAT(text.out, HasSubstr(", donation\n"));
  const auto entries = story().world.state().entries().size();
  EXPECT_THAT(text.out, HasSubstr("Number    " + std::to_string(gift()) + " of " +
                                  std::to_string(entries) + " entries, from 0\n"));
  EXPECT_THAT(text.out, HasSubstr("Signed by 3 of 4 validators, 3 needed\n"));
  EXPECT_THAT(text.out, HasSubstr("Policy    "));
  EXPECT_THAT(text.out, HasSubstr("- This record, byte for byte as it is in the file, is in the "
                                  "log ledger.test/world that these have signed.\n"));
  EXPECT_THAT(text.out, HasSubstr("What it does not prove\n- What became of the money"));

  const Result by_json = verify({name}, {"--json"});
  ASSERT_EQ(by_json.code, 0) << by_json.out;
  const auto told = json::parse(by_json.out);
  EXPECT_EQ(told.at("verified"), true);
  EXPECT_EQ(told.at("kind"), "record");
  EXPECT_EQ(told.at("type"), "donation");
  EXPECT_EQ(told.at("record"), json::string(story().gift.hex()));
  EXPECT_THAT(std::string(told.at("name").as_string()), StartsWith("open-giving/"));
  EXPECT_EQ(told.at("entry").to_number<std::uint64_t>(), gift());
  EXPECT_EQ(told.at("entries").to_number<std::uint64_t>(), entries);
  EXPECT_EQ(told.at("signed_by").to_number<int>(), 3);
  EXPECT_EQ(told.at("signatures_needed").to_number<int>(), 3);
  EXPECT_FALSE(told.at("does_not_prove").as_array().empty());
}

TEST_F(VerifyEntry, OfAnotherEntrySaysWhichItIs) {
  const auto name_of = [&](std::uint64_t index) {
    const auto checked =
        check_entry_proof(proof::format_entry_proof(proof_of(index)), test::world_policy());
    return checked ? entry_name(*checked) : checked.error().word;
  };
  EXPECT_THAT(name_of(0), StartsWith("the genesis of the network "));
  EXPECT_EQ(name_of(1), "the seal of block 0");
  EXPECT_THAT(name_of(2), StartsWith("the head of a submission of "));
  const Result seal = verify({file("seal.tlog-proof", proof_of(1))});
  EXPECT_THAT(seal.out, StartsWith("VERIFIED\n\nEntry     the seal of block 0\nNumber    1 of "));
  EXPECT_THAT(seal.out, Not(HasSubstr("money")));
}

TEST_F(VerifyEntry, AFaultHasTheWordAndTheStep) {
  const proof::EntryProof proof = proof_of(gift());
  const std::string text = proof::format_entry_proof(proof);
  EXPECT_EQ(fault_of(text.substr(0, text.find("\n\n"))), "bad_bundle file");
  EXPECT_EQ(fault_of("c2sp.org/tlog-proof@v2" + text.substr(text.find('\n'))),
            "unknown_version file");
  proof::EntryProof changed = proof;
  changed.extra.clear();
  EXPECT_EQ(fault_of(changed), "bad_bundle file");
  changed = proof;
  changed.extra.back() ^= 1;
  EXPECT_EQ(fault_of(changed), "wrong_inclusion inclusion");
  changed = proof;
  ++changed.index;
  EXPECT_EQ(fault_of(changed), "wrong_inclusion inclusion");
  changed = proof;
  changed.checkpoint = "nothing\n";
  EXPECT_EQ(fault_of(changed), "bad_checkpoint checkpoint");
  changed = proof;
  const auto size_end = changed.checkpoint.find('\n', changed.checkpoint.find('\n') + 1);
  changed.checkpoint[size_end - 1] ^= 1;
  EXPECT_EQ(fault_of(changed), "bad_signature checkpoint");

  const auto signed_by = [](const std::vector<ledger::MemberId>& signers,
                            std::vector<crypto::Bytes> entries, const std::string& origin) {
    test::RawSource source(story().world.state(), std::move(entries), signers, origin);
    return *proof::build_entry_proof(source, {3});
  };
  const auto entries = story().world.state().entries();
  const std::string origin = test::world_genesis().origin.value;
  EXPECT_EQ(fault_of(signed_by({test::open_giving}, entries, origin)), "quorum_short checkpoint");
  auto others = entries;
  others[3] = crypto::to_bytes("not an entry");
  EXPECT_EQ(fault_of(signed_by(test::quorum_members(), others, origin)), "bad_entry entry");
  policy_ = file("other.txt", [] {
    ledger::Genesis other = test::world_genesis();
    other.origin = {"ledger.test/another"};
    return proof::format_policy(proof::policy_of(other));
  }());
  EXPECT_EQ(fault_of(proof), "unknown_log checkpoint");
}

TEST_F(VerifyEntry, AmongProofsOfDonationsEachIsToldItsLine) {
  test::RawSource source = test::source_of(story().world);
  const std::string trace =
      file("gift.trace.json", proof::format_bundle(*proof::build_bundle(source, story().gift)));
  const std::string entry = file("gift.tlog-proof", proof_of(gift()));
  const Result text = verify({trace, entry, entry});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("VERIFIED: 3 proofs of 1 donations and 1 entries\n"));
  EXPECT_THAT(text.out, HasSubstr("entry " + std::to_string(gift()) + "  " + entry));
  const auto told = json::parse(verify({trace, entry}, {"--json"}).out);
  EXPECT_EQ(told.at("donations").to_number<int>(), 1);
  EXPECT_EQ(told.at("entries").to_number<int>(), 1);
  EXPECT_EQ(told.at("proofs").at(1).at("record"), json::string(story().gift.hex()));

  proof::EntryProof changed = proof_of(gift());
  changed.extra.back() ^= 1;
  const Result some = verify({trace, file("changed.tlog-proof", changed)}, {"--json"});
  EXPECT_EQ(some.code, 1);
  const auto error = json::parse(some.out).at("error");
  EXPECT_EQ(error.at("code"), "not_verified");
  EXPECT_EQ(error.at("proofs").at(1).at("error").at("code"), "wrong_inclusion");
}

class VerifyServedEntry : public Network {};

TEST_F(VerifyServedEntry, WhatANodeHandsOutHolds) {
  start();
  ASSERT_EQ(import(csv("good.csv", good_rows()), {"--receipts", path("receipts.csv")}).code, 0);
  NodeClient node(url());
  const auto list = node.get_json("/v1/records?limit=200");
  ASSERT_TRUE(list);
  std::size_t held = 0;
  for (const auto& item : list->at("items").as_array()) {
    const std::string id(item.at("id").as_string());
    const auto proof = node.get("/v1/records/" + id + "/proof");
    ASSERT_TRUE(proof) << proof.error().detail;
    const std::string name = file(std::to_string(held++) + ".tlog-proof", *proof);
    const Result result = centime({"verify", name, "--policy", path("net/policy.txt"), "--json"});
    ASSERT_EQ(result.code, 0) << result.out;
    EXPECT_EQ(json::parse(result.out).at("record"), json::string(id));
  }
  EXPECT_EQ(held, good_rows().size());
}

}  // namespace
}  // namespace centime::program::testing
