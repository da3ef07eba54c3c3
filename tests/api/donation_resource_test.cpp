// Traces, proofs, tiles and the checkpoint over HTTP, checked with the verifier's own code.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "node/proof/bundle.h"
#include "node/proof/entry_proof.h"
#include "node/proof/verify.h"
#include "tests/api/node_fixture.h"

namespace centime::api {
namespace {

using test::open_giving;
using test::red_aid;

class Donations : public NodeTest {
 protected:
  proof::Policy policy() {
    const auto parsed = proof::parse_policy(get("/v1/policy").body);
    EXPECT_TRUE(parsed);
    return *parsed;
  }

  static std::uint64_t given(const boost::json::value& parts) {
    std::uint64_t units = 0;
    for (const auto& part : parts.as_array())
      units += part.at("given").at("amount").to_number<std::uint64_t>();
    return units;
  }
};

TEST_F(Donations, TheTracesPartsAddUpToTheGift) {
  const Story story = tell_story();
  const auto trace = read("/v1/donations/" + story.donation + "/trace");
  EXPECT_EQ(trace.at("gift").at("amount"), 5000);
  EXPECT_EQ(given(trace.at("parts")), 5000U);
  EXPECT_EQ(given(trace.at("leaves")), 5000U);
  std::map<std::string, std::uint64_t> parts;
  for (const auto& part : trace.at("parts").as_array())
    parts[std::string(part.at("kind").as_string())] +=
        part.at("given").at("amount").to_number<std::uint64_t>();
  EXPECT_EQ(parts, (std::map<std::string, std::uint64_t>{
                       {"held", 1800}, {"refunded", 200}, {"spent", 3000}}));
  EXPECT_EQ(trace.at("steps").at(0).at("kind"), "received");
  EXPECT_EQ(trace.at("steps").at(0).at("id"), text(story.donation));
}

TEST_F(Donations, PartsAddUpAlsoAfterExchangesThatRound) {
  open_fund();
  const auto donation = state_record(open_giving, test::donation_of(1001));
  state_record(open_giving, test::donation_of(999));
  state_record(open_giving, test::disbursement_of(red_aid, 2000));
  state_record(red_aid, test::exchange_of(2000, "EUR", 7, "USD"));
  state_record(red_aid, test::expenditure_of(2, "USD"));
  const auto trace = read("/v1/donations/" + donation + "/trace");
  EXPECT_TRUE(trace.at("exchanged").as_bool());
  EXPECT_EQ(given(trace.at("parts")), 1001U);
  EXPECT_EQ(given(trace.at("leaves")), 1001U);
}

TEST_F(Donations, ATraceSaysWhetherADisputeStillStands) {
  const Story story = tell_story();
  const auto sent = id_of(story.disbursement);
  const auto disputed = [&] {
    return read("/v1/donations/" + story.donation + "/trace").at("disputed").as_bool();
  };
  EXPECT_FALSE(disputed());
  state_record(red_aid, test::dispute_of(sent, 3999));
  EXPECT_TRUE(disputed());
  state_record(red_aid, test::acknowledgement_of(sent, 4000));
  EXPECT_FALSE(disputed()) << "what was disputed once is settled";
}

TEST_F(Donations, OnlyDonationsAreTraced) {
  const Story story = tell_story();
  for (const auto* what : {"/trace", "/proof"}) {
    EXPECT_EQ(refused(get("/v1/donations/" + story.disbursement + what)),
              (Refused{422, "wrong_record_kind"}));
    EXPECT_EQ(refused(get("/v1/donations/" + std::string(64, 'a') + what)),
              (Refused{404, "unknown_record"}));
    EXPECT_EQ(refused(get("/v1/donations/short" + std::string(what))), (Refused{400, "bad_id"}));
  }
}

TEST_F(Donations, TheTraceAsCsvHasALineForEachStep) {
  const Story story = tell_story();
  const auto json = read("/v1/donations/" + story.donation + "/trace");
  const auto csv = get("/v1/donations/" + story.donation + "/trace.csv");
  EXPECT_EQ(std::ranges::count(csv.body, '\n'),
            std::ptrdiff_t(1 + json.at("steps").as_array().size()));
  EXPECT_NE(csv.body.find("received,"), std::string::npos);
}

TEST_F(Donations, TheBundleVerifiesAgainstThePolicy) {
  const Story story = tell_story();
  const auto response = get("/v1/donations/" + story.donation.substr(0, 16) + "/proof");
  ASSERT_EQ(response.status, 200U) << response.body;
  EXPECT_EQ(response.header("content-type"), proof::bundle_media_type);
  const auto bundle = proof::parse_bundle(response.body);
  ASSERT_TRUE(bundle) << bundle.error().path << " " << bundle.error().detail;
  const auto verified = proof::verify_bundle(*bundle, policy(), id_of(story.donation));
  ASSERT_TRUE(verified) << verified.error().detail;
  EXPECT_EQ(std::to_string(verified->height.value), response.header("centime-height"));
}

TEST_F(Donations, BundlesVerifyWhileBlocksAreMade) {
  open_fund();
  const auto donation = state_record(open_giving, test::donation_of(100'000));
  std::atomic<bool> done = false;
  std::atomic<int> read = 0;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) {
      // No further ahead than this, or slow readers meet a gift in too many pieces.
      while (!done && i >= 20 * (read + 1))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ledger::Record next{{"writer-" + std::to_string(i)}, test::disbursement_of(red_aid, 1)};
      ASSERT_TRUE(node->record_and_wait({next}));
    }
  });
  const auto trusted = policy();
  std::set<std::string> heights;
  // On while the writer is held up: the ledger has to move meanwhile.
  for (int i = 0; i < 30 || (heights.size() <= 5 && i < 2'000); ++i) {
    if (i % 5 == 4) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto response = get("/v1/donations/" + donation + "/proof");
    EXPECT_EQ(response.status, 200U) << response.body;
    const auto bundle = proof::parse_bundle(response.body);
    EXPECT_TRUE(bundle);
    if (bundle) {
      const auto verified = proof::verify_bundle(*bundle, trusted, id_of(donation));
      EXPECT_TRUE(verified) << verified.error().detail;
    }
    heights.emplace(response.header("centime-height").value_or(""));
    ++read;
  }
  done = true;
  writer.join();
  EXPECT_GT(heights.size(), 5U);  // The ledger did move meanwhile.
}

TEST_F(Donations, AnEntryProofVerifiesAgainstThePolicy) {
  const Story story = tell_story();
  const auto response = get("/v1/records/" + story.expenditure + "/proof");
  ASSERT_EQ(response.status, 200U) << response.body;
  const auto proof = proof::parse_entry_proof(response.body);
  ASSERT_TRUE(proof);
  const auto verified = proof::verify_entry_proof(*proof, proof->extra, policy());
  ASSERT_TRUE(verified) << verified.error().detail;
  const auto& entry = std::get<ledger::RecordEntry>(verified->entry);
  EXPECT_EQ(ledger::record_id(crypto::encode(entry.authored)).hex(), story.expenditure);
}

TEST_F(Donations, TheLogsRootFollowsFromItsTiles) {
  open_fund();
  for (int i = 0; i < 5; ++i) {
    std::vector<ledger::Record> records;
    for (int j = 0; j < 60; ++j) records.push_back(record(test::donation_of(100)));
    ASSERT_EQ(submit(sign(open_giving, std::move(records))).status, 201U);
  }
  const auto note = get("/checkpoint");
  EXPECT_EQ(note.header("cache-control"), "no-cache");
  const auto verified = proof::verify_checkpoint(note.body, policy());
  ASSERT_TRUE(verified) << verified.error().detail;
  const crypto::Checkpoint& checkpoint = verified->checkpoint;
  ASSERT_GT(checkpoint.size, 256U);

  std::vector<crypto::Digest> leaves;
  for (const crypto::BundleId& id : crypto::bundles_of(checkpoint.size)) {
    const auto response = get("/" + crypto::bundle_path(id));
    ASSERT_EQ(response.status, 200U) << crypto::bundle_path(id);
    EXPECT_EQ(response.header("cache-control")->find("immutable") != std::string::npos,
              id.width == crypto::tile_width);
    const auto entries = crypto::decode_bundle(crypto::as_bytes(response.body), id.width);
    ASSERT_TRUE(entries);
    for (const auto& entry : *entries) leaves.push_back(crypto::hash_leaf(entry));
  }
  EXPECT_EQ(crypto::merkle_root(leaves), checkpoint.root);

  crypto::TileReader hashes(checkpoint.size, [&](const crypto::TileId& id) {
    const auto response = get("/" + crypto::tile_path(id));
    EXPECT_EQ(response.status, 200U) << crypto::tile_path(id);
    EXPECT_EQ(response.header("access-control-allow-origin"), "*");
    return std::optional(crypto::to_bytes(response.body));
  });
  EXPECT_EQ(crypto::root(hashes, checkpoint.size), checkpoint.root);
}

TEST_F(Donations, TilesThatAreNotThereAreNotFound) {
  for (const auto* target : {"/tile/0/999", "/tile/0/000", "/tile/entries/000", "/tile/0/0",
                             "/tile/nonsense", "/tile/8/000.p/1", "/tile/entries/000.p/255"})
    EXPECT_EQ(refused(get(target)), (Refused{404, "not_found"})) << target;
  EXPECT_EQ(get("/tile/0/000.p/1").status, 200U);
}

}  // namespace
}  // namespace centime::api
