#include "tests/support/ledger_samples.h"

#include "crypto/check.h"

namespace centime::test {
namespace {

using ledger::EntryIndex;
using ledger::Position;
using ledger::RecordBody;
using ledger::RecordId;

RecordId id_of(std::string_view text) { return RecordId::from(digest_of(text)); }

ledger::EvidenceFile photo() {
  return {ledger::EvidenceKind::photo,
          {"image/jpeg"},
          2'345'678,
          digest_of("photo"),
          {{"The tents of Köşk, delivered ✓"}}};
}

ledger::EvidenceFile invoice() {
  return {
      ledger::EvidenceKind::invoice, {"application/pdf"}, 0, digest_of("invoice"), std::nullopt};
}

ledger::MemberProposal joining() {
  return {{"wells"},
          {"Wells for All"},
          ledger::Role::ngo,
          fixed_key("wells").public_key(),
          digest_of("agreement")};
}

ledger::KeyRotation rotation() {
  const crypto::SecretKey key = fixed_key("a second key");
  return {red_aid, key.public_key(),
          key.sign(ledger::key_proof_message(ledger::network_id(world_genesis()), red_aid,
                                             key.public_key()))};
}

ledger::Governance governance() {
  ledger::Governance state = ledger::governance_of(world_genesis());
  state.members.items[1].status = ledger::MemberStatus::suspended;
  state.members.items[2].keys.items.push_back({fixed_key("a second key").public_key(), {12}});
  state.open.items.push_back(
      {id_of("proposal"), {15}, red_aid, day("2026-03-02"), {{red_aid, tender}}});
  return state;
}

std::vector<std::pair<std::string, RecordBody>> full_bodies() {
  auto donation = donation_of(12'345);
  donation.earmark = {{"for the children of Adıyaman"}};
  auto disbursement = disbursement_of(red_aid, ledger::amount_max, "JPY");
  disbursement.evidence.items = {photo(), invoice()};
  auto expenditure = expenditure_of(99, "KWD");
  expenditure.payee->org_id = {{"GB-CHC-220949"}};
  expenditure.category = ledger::Category::fx_loss;
  expenditure.description = {{"200 tents"}};
  expenditure.evidence.items = {invoice()};
  expenditure.for_donation = id_of("gift");
  auto acknowledgement = acknowledgement_of(id_of("sent"), 500);
  acknowledgement.note = {{"arrived in two parts"}};
  auto attestation = attestation_of(ledger::RecordSubject{id_of("spent")});
  attestation.verdict = ledger::Verdict::rejected;
  attestation.note = {{"the invoice is of another year"}};
  auto proposal = proposal_of(relief);
  proposal.goal = ledger::Goal{{5'000'000}, currency("EUR")};
  auto evidence = evidence_of(ledger::RecordSubject{id_of("spent")});
  evidence.file = photo();
  return {{"donation", donation},
          {"disbursement", disbursement},
          {"expenditure", expenditure},
          {"refund", refund_of(id_of("gift"), 7)},
          {"return", return_of(id_of("sent"), 8)},
          {"exchange", exchange_of(1'000, "EUR", 163'250, "JPY")},
          {"acknowledgement", acknowledgement},
          {"dispute", dispute_of(id_of("sent"), 0)},
          {"attestation", attestation},
          {"evidence", evidence},
          {"fund_proposal", proposal},
          {"fund_approval", approval_of(relief)},
          {"fund_closure", closure_of(relief)},
          {"channel", channel_of(web)},
          {"member_proposal", joining()},
          {"approval", ledger::Approval{id_of("proposal"), digest_of("report")}},
          {"key_rotation", rotation()},
          {"member_suspension",
           ledger::MemberSuspension{red_aid, ledger::MemberStatus::suspended, {"It is silent"}}},
          {"validator_change",
           ledger::ValidatorChange{3, {{open_giving, tender}}, {{"Two are left"}}}}};
}

std::vector<std::pair<std::string, RecordBody>> bare_bodies() {
  auto expenditure = expenditure_of(1);
  expenditure.payee = std::nullopt;
  return {{"donation_bare", donation_of(1)},
          {"disbursement_bare", disbursement_of(red_aid, 1)},
          {"expenditure_bare", expenditure},
          {"acknowledgement_bare", acknowledgement_of(id_of("sent"), 1)},
          {"attestation_bare", attestation_of(ledger::FundSubject{relief})},
          {"evidence_bare", evidence_of(ledger::FundSubject{relief})},
          {"fund_proposal_bare", proposal_of(relief)},
          {"member_proposal_bare",
           ledger::MemberProposal{
               {"shop"}, {"A shop"}, ledger::Role::platform, fixed_key("shop").public_key(), {}}},
          {"approval_bare", ledger::Approval{id_of("proposal"), {}}},
          {"validator_change_bare", ledger::ValidatorChange{0, {{tender}}, {}}}};
}

ledger::Effects moved() {
  ledger::Effects effects;
  effects.spend = ledger::Spend{{3}, {{{{10}, {20}}, {{25}, {40}}}}};
  effects.fill = ledger::Fill{{4}, {{100}, {125}}};
  return effects;
}

ledger::Account holed_account() {
  ledger::Account account({9}, {relief, red_aid, currency("EUR")});
  account.receive(*account.room_for({1'000}));
  crypto::check(account.spend({{{0}, {10}}, {{20}, {30}}, {{40}, {41}}}), "holes fit");
  return account;
}

ledger::Seal full_seal() {
  ledger::Seal seal;
  seal.epoch = 1;
  seal.height = {2};
  seal.proposer = clean_water;
  seal.time = {1'772'323'200'125};
  seal.first_entry = {3};
  seal.entry_count = 4;
  seal.previous = digest_of("previous");
  seal.log_root = digest_of("log");
  seal.account_count = 5;
  seal.state_root = digest_of("state");
  seal.next_epoch = digest_of("epoch");
  return seal;
}

ledger::Submission submission() {
  return ledger::sign_submission(
      ledger::network_id(world_genesis()), open_giving, fixed_key(open_giving.value),
      {{{"batch 1/1"}, donation_of(5)}, {{"batch 1/2"}, refund_of(id_of("gift"), 2)}});
}

void add_parts(std::vector<Sample>& all) {
  all.push_back(sample_of("evidence_file", photo()));
  all.push_back(sample_of("payee", ledger::Payee{{"Tents and Co"}, {{"GB-COH-01234567"}}}));
  all.push_back(sample_of("subject_record", ledger::Subject(ledger::RecordSubject{id_of("x")})));
  all.push_back(sample_of("subject_fund", ledger::Subject(ledger::FundSubject{relief})));
  all.push_back(sample_of("goal", ledger::Goal{{5}, currency("CLF")}));
  all.push_back(sample_of("interval", ledger::Interval{{1}, {ledger::amount_max}}));
  all.push_back(sample_of("effects", moved()));
  all.push_back(sample_of("effects_bare", ledger::Effects{}));
  all.push_back(sample_of("account_key", ledger::AccountKey{relief, red_aid, currency("EUR")}));
  all.push_back(sample_of("account", holed_account()));
  all.push_back(sample_of("member", world_genesis().members.items[1]));
  all.push_back(sample_of("governance", governance()));
  all.push_back(sample_of("epoch", governance().epoch));
  all.push_back(sample_of("epoch_start", ledger::EpochStart{governance().epoch, {1}}));
  all.push_back(sample_of("policies", ledger::Policies{4'194'304, 10'000, 1}));
  all.push_back(sample_of("fund", ledger::Fund{red_aid, proposal_of(relief),
                                               ledger::FundStatus::closed, EntryIndex{77}}));
  all.push_back(sample_of("channel_row", ledger::Channel{open_giving, channel_of(web)}));
}

}  // namespace

std::vector<std::pair<std::string, ledger::Record>> sample_records() {
  std::vector<std::pair<std::string, ledger::Record>> records;
  for (auto& [name, body] : full_bodies()) records.push_back({name, {{"ref " + name}, body}});
  for (auto& [name, body] : bare_bodies()) records.push_back({name, {{"r"}, body}});
  return records;
}

const std::vector<Sample>& samples() {
  static const std::vector<Sample> samples = [] {
    std::vector<Sample> all;
    for (const auto& [name, record] : sample_records()) {
      all.push_back(sample_of("record_" + name, record));
      const ledger::RecordEntry entry{{open_giving, record}, {}};
      all.push_back(sample_of("entry_" + name, ledger::Entry(entry)));
    }
    const ledger::AuthoredRecord authored{red_aid, sample_records()[1].second};
    all.push_back(sample_of("authored_record", authored));
    all.push_back(
        sample_of("entry_with_effects", ledger::Entry(ledger::RecordEntry{authored, moved()})));
    all.push_back(sample_of("submission", submission()));
    all.push_back(sample_of("entry_submission", ledger::Entry(submission().head)));
    all.push_back(sample_of("entry_genesis", ledger::Entry(world_genesis())));
    all.push_back(sample_of("entry_seal", ledger::Entry(full_seal())));
    add_parts(all);
    return all;
  }();
  return samples;
}

}  // namespace centime::test
