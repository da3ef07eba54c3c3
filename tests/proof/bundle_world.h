// A world whose bundles can be built: a source over its state, signed by the validators one wants,
// and random histories in it.
#pragma once

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "crypto/merkle.h"
#include "node/proof/build.h"
#include "node/proof/verify.h"
#include "tests/support/ledger_world.h"

namespace centime::test {

inline std::chrono::sys_seconds signing_time() {
  return std::chrono::sys_seconds(std::chrono::seconds(1'772'400'000));
}

// The checkpoint of a log, signed by these members, the first of which serves it.
inline std::string signed_by(const std::vector<ledger::MemberId>& members,
                             const crypto::Checkpoint& checkpoint) {
  std::vector<crypto::NoteSignature> lines;
  for (const auto& member : members) {
    const crypto::SecretKey key = fixed_key(member.value);
    lines.push_back(proof::cosign_checkpoint(checkpoint, {member, key}, signing_time()));
  }
  return proof::checkpoint_note(checkpoint, fixed_key(members.at(0).value), lines);
}

inline const std::vector<ledger::MemberId>& quorum_members() {
  static const std::vector<ledger::MemberId> members = {open_giving, tender, red_aid};
  return members;
}

// Of entries and account leaves as they are, whether or not a ledger would have made them.
class RawSource : public proof::BundleSource {
 public:
  RawSource(const ledger::StateView& state, std::vector<crypto::Bytes> entries,
            const std::vector<ledger::MemberId>& signers = quorum_members(),
            std::string origin = world_genesis().origin.value)
      : state_(state), entries_(std::move(entries)) {
    for (const auto& entry : entries_) log_.append(crypto::hash_leaf(entry));
    for (std::uint32_t i = 0; i < state.account_count(); ++i) {
      accounts_.append(ledger::account_leaf_hash(*state.account({i})));
    }
    if (!signers.empty())
      checkpoint_ = signed_by(signers, {std::move(origin), log_.size(), log_.root()});
    if (const auto governance = state.governance()) epoch_ = governance->epoch;
  }

  const ledger::StateView& state() const override { return state_; }
  crypto::Bytes entry(ledger::EntryIndex index) const override { return entries_.at(index.value); }
  crypto::HashSource& log_hashes() override { return log_; }
  std::string checkpoint() const override { return checkpoint_; }
  void set_checkpoint(std::string note) { checkpoint_ = std::move(note); }
  std::vector<proof::EpochLink> epoch_links() const override { return links_; }
  ledger::EpochRecord epoch() const override { return epoch_; }
  void set_epochs(std::vector<proof::EpochLink> links, ledger::EpochRecord epoch) {
    links_ = std::move(links);
    epoch_ = std::move(epoch);
  }

  std::optional<std::vector<std::vector<crypto::Digest>>> account_proofs(
      std::span<const ledger::AccountIndex> accounts) override {
    if (moved_) return std::nullopt;
    std::vector<std::vector<crypto::Digest>> proofs;
    for (const auto index : accounts) proofs.push_back(accounts_.inclusion_proof(index.value));
    return proofs;
  }
  void move_on() { moved_ = true; }

 private:
  const ledger::StateView& state_;
  std::vector<crypto::Bytes> entries_;
  crypto::MerkleCache log_;
  crypto::MerkleCache accounts_;
  std::string checkpoint_;
  std::vector<proof::EpochLink> links_;
  ledger::EpochRecord epoch_ = ledger::governance_of(world_genesis()).epoch;
  bool moved_ = false;
};

inline RawSource source_of(const LedgerWorld& world,
                           const std::vector<ledger::MemberId>& signers = quorum_members()) {
  return RawSource(world.state(), world.state().entries(), signers, world.genesis().origin.value);
}

inline proof::TraceBundle bundle_of(const LedgerWorld& world, const ledger::RecordId& donation) {
  RawSource source = source_of(world);
  auto bundle = proof::build_bundle(source, donation);
  crypto::check(bundle.has_value(), "a bundle of the world's donation");
  return std::move(*bundle);
}

inline proof::Policy world_policy() { return proof::policy_of(world_genesis()); }

// What became of a gift in nearly every way there is: sent on, returned, exchanged, spent on goods
// and fees, refunded, held. Other gifts stand around it.
struct Story {
  LedgerWorld world;
  ledger::RecordId gift;

  Story() {
    world.open_channel();
    world.open_fund();
    world.donate(300);
    gift = world.donate(5'000);
    world.donate(900);
    world.refund(gift, 250);
    const auto sent = world.disburse(open_giving, red_aid, 4'000);
    world.give_back(red_aid, sent, 600);
    auto fee = expenditure_of(150);
    fee.category = ledger::Category::platform_fee;
    world.state_record(open_giving, fee);
    world.exchange(red_aid, 2'000, "EUR", 301'111, "KES");
    world.disburse(red_aid, field_crew, 150'000, "KES");
    world.spend(field_crew, 99'999, "KES");
    world.spend(red_aid, 777);
  }
};

// A gift that is sent on in part: the smallest bundle with two accounts.
struct ShortStory {
  LedgerWorld world;
  ledger::RecordId gift;

  ShortStory() {
    world.open_channel();
    world.open_fund();
    gift = world.donate(5'000);
    world.disburse(open_giving, red_aid, 3'000);
  }
};

// Records that members might state, good and bad; blocks of several records. What is refused just
// does not happen.
class RandomHistory {
 public:
  RandomHistory(LedgerWorld& world, std::uint64_t seed) : world_(world), random_(seed) {
    world_.open_channel();
    world_.open_fund();
    world_.open_fund({"winter"}, clean_water);
  }

  void run(std::size_t records) {
    for (std::size_t i = 0; i < records; ++i) {
      step();
      if (below(4) == 0) world_.seal();
    }
    world_.seal();
  }

  const std::vector<ledger::RecordId>& donations() const { return donations_; }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  ledger::FundId fund() { return below(4) == 0 ? ledger::FundId{"winter"} : relief; }
  ledger::MemberId holder() {
    const ledger::MemberId members[] = {open_giving, red_aid, clean_water, field_crew};
    return members[below(4)];
  }
  std::string code() {
    const std::string codes[] = {"EUR", "EUR", "EUR", "JPY", "KES"};
    return codes[below(5)];
  }
  std::uint64_t amount() { return 1 + below(below(3) == 0 ? 20 : 900); }

  void step() {
    switch (below(9)) {
      case 0:
      case 1:
      case 2:
        return donate();
      case 3:
        return add(holder(), disbursement_of(holder(), amount(), code(), fund()));
      case 4:
        return add(open_giving, disbursement_of(red_aid, amount(), "EUR", relief));
      case 5:
        return spend();
      case 6:
        return refund();
      case 7:
        return give_back();
      default:
        return exchange();
    }
  }

  void donate() {
    const auto made = add(open_giving, donation_of(amount(), "EUR", fund()));
    if (made) donations_.push_back(*made);
  }
  void spend() {
    auto body = expenditure_of(amount(), code(), fund());
    if (below(3) == 0 && !donations_.empty()) body.for_donation = any(donations_);
    if (below(4) == 0) body.category = ledger::Category::bank_fee;
    add(holder(), body);
  }
  void refund() {
    if (!donations_.empty()) add(open_giving, refund_of(any(donations_), amount()));
  }
  void give_back() {
    if (sent_.empty()) return;
    const auto& [id, to] = sent_[below(sent_.size())];
    add(to, return_of(id, amount()));
  }
  void exchange() {
    const std::string from = code();
    const std::string to = code();
    if (from != to) add(holder(), exchange_of(amount(), from, amount(), to, fund()));
  }
  void add(const ledger::MemberId& author, const ledger::Disbursement& body) {
    const auto made = add(author, ledger::RecordBody(body));
    if (made) sent_.emplace_back(*made, body.to);
  }
  std::optional<ledger::RecordId> add(const ledger::MemberId& author, ledger::RecordBody body) {
    std::vector<ledger::Record> records;
    records.push_back(world_.record(std::move(body)));
    const auto outcome = world_.add(author, std::move(records));
    if (!outcome) return std::nullopt;
    return world_.id_of(outcome->records.at(0));
  }
  const ledger::RecordId& any(const std::vector<ledger::RecordId>& ids) {
    return ids[below(ids.size())];
  }

  LedgerWorld& world_;
  std::mt19937_64 random_;
  std::vector<ledger::RecordId> donations_;
  std::vector<std::pair<ledger::RecordId, ledger::MemberId>> sent_;
};

}  // namespace centime::test
