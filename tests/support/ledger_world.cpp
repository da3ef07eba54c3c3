#include "tests/support/ledger_world.h"

#include <cstdio>

#include "crypto/check.h"

namespace centime::test {

using crypto::check;
using ledger::EntryIndex;
using ledger::FundId;
using ledger::MemberId;
using ledger::RecordId;

namespace {

// 2026-03-01T00:00:00Z.
constexpr std::uint64_t start_ms = 1'772'323'200'000;
constexpr std::uint64_t block_ms = 1'000;

ledger::Member member_of(const MemberId& id, std::string_view title, ledger::Role role) {
  return {id, {std::string(title)}, role, fixed_key(id.value).public_key()};
}

[[noreturn]] void stop(const ledger::Rejection& rejection) {
  const std::string word(crypto::word_of(rejection.whole.word));
  std::fprintf(stderr, "refused: %s: %s\n", word.c_str(), rejection.whole.detail.c_str());
  check(false, "the world's own records are accepted");
  std::abort();
}

}  // namespace

crypto::SecretKey fixed_key(std::string_view name) {
  const crypto::Digest seed =
      crypto::sha256({crypto::as_bytes("centime test key "), crypto::as_bytes(name)});
  return crypto::SecretKey::from_seed(seed.bytes);
}

crypto::Digest digest_of(std::string_view text) { return crypto::sha256(crypto::as_bytes(text)); }

ledger::Currency currency(std::string_view code) {
  const auto parsed = ledger::Currency::from_text(code);
  check(parsed.has_value(), "a currency's code");
  return *parsed;
}

ledger::Date day(std::string_view iso) {
  const auto parsed = ledger::Date::from_text(iso);
  check(parsed.has_value(), "a day");
  return *parsed;
}

ledger::Genesis world_genesis() {
  using ledger::Role;
  ledger::Genesis genesis;
  genesis.origin = {"ledger.test/world"};
  genesis.time = {start_ms};
  genesis.members.items = {member_of(open_giving, "Open Giving", Role::platform),
                           member_of(tender, "Tender Audit", Role::auditor),
                           member_of(red_aid, "Red Aid", Role::ngo),
                           member_of(clean_water, "Clean Water", Role::ngo),
                           member_of(field_crew, "Field Crew", Role::ngo)};
  genesis.validators.items = {open_giving, tender, red_aid, clean_water};
  // Not the defaults: what stands in golden files does not change with them.
  genesis.policies = {4'194'304, 10'000, 1};
  return genesis;
}

LedgerWorld::LedgerWorld(ledger::Genesis genesis)
    : genesis_(std::move(genesis)), network_(ledger::network_id(genesis_)) {
  const ledger::Block block = ledger::genesis_block(state_, genesis_);
  tip_ = block.tip;
  seals_.push_back(block.seal);
  state_.apply(block);
}

const ledger::StateView& LedgerWorld::view() const {
  if (draft_) return draft_->state();
  return state_;
}

ledger::Reference LedgerWorld::next_reference() { return {"r-" + std::to_string(++references_)}; }

ledger::Record LedgerWorld::record(ledger::RecordBody body) {
  return {next_reference(), std::move(body)};
}

ledger::Submission LedgerWorld::sign(const MemberId& author,
                                     std::vector<ledger::Record> records) const {
  return ledger::sign_submission(network_, author, fixed_key(author.value), std::move(records));
}

ledger::CheckedSubmission LedgerWorld::checked(const MemberId& author,
                                               std::vector<ledger::Record> records) const {
  auto checked = ledger::check_submission(network_, sign(author, std::move(records)));
  if (!checked) stop(checked.error());
  return std::move(*checked);
}

ledger::TimeMs LedgerWorld::next_time() const {
  return {tip_.time.value + block_ms + waited_.value};
}

LedgerWorld::Outcome LedgerWorld::add(const MemberId& author, std::vector<ledger::Record> records) {
  return add(checked(author, std::move(records)));
}

LedgerWorld::Outcome LedgerWorld::add(const ledger::CheckedSubmission& submission) {
  while (true) {
    if (!draft_)
      draft_ = std::make_unique<ledger::Draft>(state_, tip_, genesis_.policies, next_time());
    auto outcome = draft_->add(submission);
    if (outcome) return std::move(*outcome);
    if (outcome.error().rejection) return std::unexpected(std::move(*outcome.error().rejection));
    seal();
  }
}

void LedgerWorld::seal() {
  if (!draft_) return;
  ledger::Draft draft = std::move(*draft_);
  draft_.reset();
  if (draft.empty()) return;

  const auto& validators = genesis_.validators.items;
  const MemberId& proposer = validators[(tip_.height.value + 1) % validators.size()];
  const ledger::Block block = std::move(draft).seal(proposer, state_);
  if (on_block) on_block(block);
  tip_ = block.tip;
  waited_ = {};
  seals_.push_back(block.seal);
  state_.apply(block);
}

LedgerWorld::Outcome LedgerWorld::submit(const MemberId& author,
                                         std::vector<ledger::Record> records) {
  seal();
  Outcome outcome = add(author, std::move(records));
  seal();
  return outcome;
}

LedgerWorld::Outcome LedgerWorld::submit(const MemberId& author, ledger::RecordBody body) {
  std::vector<ledger::Record> records;
  records.push_back(record(std::move(body)));
  return submit(author, std::move(records));
}

RecordId LedgerWorld::state_record(const MemberId& author, ledger::RecordBody body) {
  const Outcome outcome = submit(author, std::move(body));
  if (!outcome) stop(outcome.error());
  return id_of(outcome->records.at(0));
}

ledger::Refusal LedgerWorld::refusal(const MemberId& author, ledger::RecordBody body) {
  const Outcome outcome = submit(author, std::move(body));
  check(!outcome && outcome.error().records.size() <= 1, "the record is refused");
  return outcome.error().whole;
}

void LedgerWorld::open_channel(const ledger::ChannelId& channel) {
  state_record(open_giving, channel_of(channel));
}

void LedgerWorld::open_fund(const FundId& fund, const MemberId& ngo) {
  state_record(ngo, proposal_of(fund));
  state_record(tender, approval_of(fund));
}

RecordId LedgerWorld::donate(std::uint64_t amount, std::string_view code, const FundId& fund,
                             const MemberId& collector) {
  return state_record(collector, donation_of(amount, code, fund));
}

RecordId LedgerWorld::disburse(const MemberId& from, const MemberId& to, std::uint64_t amount,
                               std::string_view code, const FundId& fund) {
  return state_record(from, disbursement_of(to, amount, code, fund));
}

RecordId LedgerWorld::spend(const MemberId& holder, std::uint64_t amount, std::string_view code,
                            const FundId& fund) {
  return state_record(holder, expenditure_of(amount, code, fund));
}

RecordId LedgerWorld::refund(const RecordId& donation, std::uint64_t amount,
                             const MemberId& collector) {
  return state_record(collector, refund_of(donation, amount));
}

RecordId LedgerWorld::give_back(const MemberId& receiver, const RecordId& disbursement,
                                std::uint64_t amount) {
  return state_record(receiver, return_of(disbursement, amount));
}

RecordId LedgerWorld::exchange(const MemberId& holder, std::uint64_t from_amount,
                               std::string_view from_code, std::uint64_t to_amount,
                               std::string_view to_code, const FundId& fund) {
  return state_record(holder, exchange_of(from_amount, from_code, to_amount, to_code, fund));
}

EntryIndex LedgerWorld::entry_of(const RecordId& id) const {
  const auto entry = view().find_record(id);
  check(entry.has_value(), "the record is in the log");
  return *entry;
}

RecordId LedgerWorld::id_of(EntryIndex record) const {
  return ledger::record_id(crypto::encode(view().record(record).authored));
}

std::shared_ptr<const ledger::Account> LedgerWorld::account(const MemberId& holder,
                                                            std::string_view code,
                                                            const FundId& fund) const {
  const auto index = view().find_account({fund, holder, currency(code)});
  return index ? view().account(*index) : nullptr;
}

std::uint64_t LedgerWorld::balance(const MemberId& holder, std::string_view code,
                                   const FundId& fund) const {
  const auto found = account(holder, code, fund);
  return found ? found->balance() : 0;
}

std::vector<FundId> LedgerWorld::funds() const {
  std::vector<FundId> funds;
  for (const auto& [id, fund] : state_.funds()) funds.push_back(id);
  return funds;
}

// ---- bodies

ledger::Donation donation_of(std::uint64_t amount, std::string_view code, const FundId& fund) {
  ledger::Donation donation;
  donation.fund = fund;
  donation.amount = {amount};
  donation.currency = currency(code);
  donation.paid_on = day("2026-02-27");
  donation.channel = web;
  donation.commitment = digest_of("donor");
  return donation;
}

ledger::Disbursement disbursement_of(const MemberId& to, std::uint64_t amount,
                                     std::string_view code, const FundId& fund) {
  ledger::Disbursement disbursement;
  disbursement.fund = fund;
  disbursement.to = to;
  disbursement.amount = {amount};
  disbursement.currency = currency(code);
  disbursement.sent_on = day("2026-02-28");
  disbursement.purpose = {"winter shelter"};
  return disbursement;
}

ledger::Expenditure expenditure_of(std::uint64_t amount, std::string_view code,
                                   const FundId& fund) {
  ledger::Expenditure expenditure;
  expenditure.fund = fund;
  expenditure.amount = {amount};
  expenditure.currency = currency(code);
  expenditure.paid_on = day("2026-02-28");
  expenditure.payee = ledger::Payee{{"Tents and Co"}, std::nullopt};
  expenditure.category = ledger::Category::goods;
  return expenditure;
}

ledger::Refund refund_of(const RecordId& donation, std::uint64_t amount) {
  return {donation, {amount}, day("2026-02-28"), {"the donor asked for it"}};
}

ledger::Return return_of(const RecordId& disbursement, std::uint64_t amount) {
  return {disbursement, {amount}, day("2026-02-28"), {"not needed"}};
}

ledger::Exchange exchange_of(std::uint64_t from_amount, std::string_view from_code,
                             std::uint64_t to_amount, std::string_view to_code,
                             const FundId& fund) {
  return {fund,        currency(from_code),    {from_amount},    currency(to_code),
          {to_amount}, {"ECB reference rate"}, day("2026-02-28")};
}

ledger::Acknowledgement acknowledgement_of(const RecordId& disbursement, std::uint64_t amount) {
  return {disbursement, {amount}, day("2026-02-28"), std::nullopt};
}

ledger::Dispute dispute_of(const RecordId& disbursement, std::uint64_t amount) {
  return {disbursement, {amount}, day("2026-02-28"), {"less arrived"}};
}

ledger::Attestation attestation_of(ledger::Subject subject) {
  return {std::move(subject), ledger::Verdict::verified, digest_of("statement"), std::nullopt};
}

ledger::EvidenceRecord evidence_of(ledger::Subject subject) {
  return {
      std::move(subject),
      {ledger::EvidenceKind::invoice, {"application/pdf"}, 1'234, digest_of("file"), std::nullopt}};
}

ledger::FundProposal proposal_of(const FundId& fund) {
  return {fund, {"Fund " + fund.value}, {"Shelter and food"}, std::nullopt, digest_of("agreement")};
}

ledger::FundApproval approval_of(const FundId& fund) { return {fund, digest_of("due diligence")}; }

ledger::FundClosure closure_of(const FundId& fund) { return {fund, {"the work is done"}}; }

ledger::ChannelRecord channel_of(const ledger::ChannelId& channel) {
  return {channel, ledger::ChannelKind::web, {"Open Giving Ltd"}};
}

}  // namespace centime::test
