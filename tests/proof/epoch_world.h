// A world whose validators change, with the signed end of each epoch.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/proof/bundle_world.h"

namespace centime::test {

// Signed by the validators at these places among the epoch's.
inline proof::EpochLink end_of_epoch(const ledger::NetworkId& network, const ledger::Block& block,
                                     const std::vector<crypto::SecretKey>& keys,
                                     const std::vector<std::uint16_t>& signers) {
  consensus::Certificate finalization;
  finalization.epoch = block.seal.epoch;
  finalization.kind = consensus::VoteKind::finalize;
  finalization.view = {7};
  finalization.value = {{5}, {block.seal.height.value}, block.tip.hash};
  for (const std::uint16_t signer : signers) {
    consensus::Vote vote{
        finalization.epoch, finalization.kind, finalization.view, finalization.value, signer, {}};
    vote.signature = keys[signer].sign(consensus::vote_message({network.bytes}, vote));
    finalization.signatures.items.push_back({signer, vote.signature});
  }
  return proof::link_of(block.state->changes().entries.back(), finalization,
                        block.state->changes().epoch->record);
}

class EpochWorld {
 public:
  // The whole gift is sent on in the last epoch.
  EpochWorld() {
    world.on_block = [this](const ledger::Block& block) { sealed(block); };
    world.open_channel();
    world.open_fund();
    gift = world.donate(5'000);
    rotate(red_aid, "second key of red-aid");
    const ledger::RecordId change = world.state_record(
        open_giving, ledger::ValidatorChange{1, {{tender, field_crew, red_aid, open_giving}}, {}});
    for (const ledger::MemberId& member : {tender, red_aid, field_crew}) approve(member, change);
    world.disburse(open_giving, clean_water, 3'000);
  }

  proof::TraceBundle bundle() const {
    RawSource source(world.state(), world.state().entries(), {}, world.genesis().origin.value);
    source.set_epochs(links, world.state().governance()->epoch);
    source.set_checkpoint(checkpoint({tender, field_crew, red_aid}));
    auto made = proof::build_bundle(source, gift);
    crypto::check(made.has_value(), "a bundle of the world's donation");
    return std::move(*made);
  }

  // With the keys that these members have now.
  std::string checkpoint(const std::vector<ledger::MemberId>& members) const {
    const auto& log = world.tip().log;
    const crypto::Checkpoint state{world.genesis().origin.value, log.size(), log.root()};
    std::vector<crypto::NoteSignature> lines;
    for (const auto& member : members) {
      const crypto::SecretKey key = fixed_key(key_name(member));
      lines.push_back(proof::cosign_checkpoint(state, {member, key}, signing_time()));
    }
    return proof::checkpoint_note(state, fixed_key(key_name(members.front())), lines);
  }

  LedgerWorld world;
  ledger::RecordId gift;
  std::vector<proof::EpochLink> links;

 private:
  std::string key_name(const ledger::MemberId& member) const {
    const auto found = names_.find(member);
    return found == names_.end() ? member.value : found->second;
  }

  void rotate(const ledger::MemberId& member, const std::string& name) {
    const crypto::SecretKey key = fixed_key(name);
    world.state_record(
        member, ledger::KeyRotation{member, key.public_key(),
                                    key.sign(ledger::key_proof_message(world.network(), member,
                                                                       key.public_key()))});
    names_[member] = name;
  }

  // The world signs with first keys, and this one has another.
  void approve(const ledger::MemberId& member, const ledger::RecordId& proposal) {
    auto checked = ledger::sign_checked(world.network(), member, fixed_key(key_name(member)),
                                        {world.record(ledger::Approval{proposal, {}})});
    crypto::check(checked.has_value() && world.add(*checked).has_value(), "an approval");
    world.seal();
  }

  void sealed(const ledger::Block& block) {
    if (!ledger::closes_epoch(block.seal)) return;
    std::vector<crypto::SecretKey> keys;
    for (const std::string& name : voting_) keys.push_back(fixed_key(name));
    links.push_back(end_of_epoch(world.network(), block, keys, {0, 1, 2}));
    voting_.clear();
    for (const auto& validator : block.state->changes().epoch->record.validators.items)
      voting_.push_back(key_name_of(validator));
  }

  static std::string key_name_of(const ledger::EpochValidator& validator) {
    const std::string first = validator.member.value;
    return validator.key == fixed_key(first).public_key() ? first : "second key of " + first;
  }

  // The names of the keys of the epoch's validators.
  std::vector<std::string> voting_{open_giving.value, tender.value, red_aid.value,
                                   clean_water.value};
  std::map<ledger::MemberId, std::string> names_;
};

}  // namespace centime::test
