// A ready network on a state in memory: members with fixed keys, and one call per thing they do.
//
// Blocks are real: submissions are signed, checked, executed in a Draft, sealed and applied.
// Nothing is random and no clock is read, so the same calls give the same log, byte for byte. One
// thread at a time.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/memory_state.h"

namespace centime::test {

// The key whose seed is SHA-256("centime test key " || name).
crypto::SecretKey fixed_key(std::string_view name);

// The digest of a short text, where a record needs one of something.
crypto::Digest digest_of(std::string_view text);

ledger::Currency currency(std::string_view code);  // Requires three capital letters.
ledger::Date day(std::string_view iso);            // Requires YYYY-MM-DD.

// Members of every world: `open_giving` is the platform, `tender` the auditor, the others NGOs.
inline const ledger::MemberId open_giving{"open-giving"};
inline const ledger::MemberId tender{"tender-audit"};
inline const ledger::MemberId red_aid{"red-aid"};
inline const ledger::MemberId clean_water{"clean-water"};
inline const ledger::MemberId field_crew{"field-crew"};
inline const ledger::ChannelId web{"web"};
inline const ledger::FundId relief{"relief"};

// Those five members; the platform, the auditor and two NGOs are validators. The time is
// 2026-03-01T00:00:00Z and the origin "ledger.test/world".
ledger::Genesis world_genesis();

class LedgerWorld {
 public:
  using Outcome = std::expected<ledger::SubmissionOutcome, ledger::Rejection>;

  explicit LedgerWorld(ledger::Genesis genesis = world_genesis());
  LedgerWorld(const LedgerWorld&) = delete;
  LedgerWorld& operator=(const LedgerWorld&) = delete;

  const ledger::Genesis& genesis() const { return genesis_; }
  ledger::NetworkId network() const { return network_; }
  const ledger::MemoryState& state() const { return state_; }  // At the last sealed block.
  const ledger::Tip& tip() const { return tip_; }
  const std::vector<ledger::Seal>& seals() const { return seals_; }  // The genesis block's first.

  // The state that the next submission is executed on: the open block's, else state().
  const ledger::StateView& view() const;

  // Called with each block before it is applied, the genesis block excepted.
  std::function<void(const ledger::Block&)> on_block;

  // ---- submissions

  // The next unused reference, "r-1" and so on.
  ledger::Reference next_reference();
  // A record with that reference.
  ledger::Record record(ledger::RecordBody body);

  ledger::Submission sign(const ledger::MemberId& author,
                          std::vector<ledger::Record> records) const;
  // Requires a submission that check_submission accepts.
  ledger::CheckedSubmission checked(const ledger::MemberId& author,
                                    std::vector<ledger::Record> records) const;

  // Executes in the open block, which it opens if there is none.
  Outcome add(const ledger::MemberId& author, std::vector<ledger::Record> records);
  Outcome add(const ledger::CheckedSubmission& submission);
  // Ends the open block, if there is one with anything in it.
  void seal();
  // The next block is so many days later than it would be. Requires that none is open.
  void wait_days(std::uint32_t days) { waited_.value += std::uint64_t{days} * 86'400'000; }

  // A block of its own for the submission.
  Outcome submit(const ledger::MemberId& author, std::vector<ledger::Record> records);
  Outcome submit(const ledger::MemberId& author, ledger::RecordBody body);

  // The same for a record that has to be accepted: its id.
  ledger::RecordId state_record(const ledger::MemberId& author, ledger::RecordBody body);
  // For a single record that has to be refused: why.
  ledger::Refusal refusal(const ledger::MemberId& author, ledger::RecordBody body);

  // ---- what members do; each is accepted, or the program stops

  void open_channel(const ledger::ChannelId& channel = web);
  void open_fund(const ledger::FundId& fund = relief, const ledger::MemberId& ngo = red_aid);
  ledger::RecordId donate(std::uint64_t amount, std::string_view code = "EUR",
                          const ledger::FundId& fund = relief,
                          const ledger::MemberId& collector = open_giving);
  ledger::RecordId disburse(const ledger::MemberId& from, const ledger::MemberId& to,
                            std::uint64_t amount, std::string_view code = "EUR",
                            const ledger::FundId& fund = relief);
  ledger::RecordId spend(const ledger::MemberId& holder, std::uint64_t amount,
                         std::string_view code = "EUR", const ledger::FundId& fund = relief);
  ledger::RecordId refund(const ledger::RecordId& donation, std::uint64_t amount,
                          const ledger::MemberId& collector = open_giving);
  ledger::RecordId give_back(const ledger::MemberId& receiver, const ledger::RecordId& disbursement,
                             std::uint64_t amount);
  ledger::RecordId exchange(const ledger::MemberId& holder, std::uint64_t from_amount,
                            std::string_view from_code, std::uint64_t to_amount,
                            std::string_view to_code, const ledger::FundId& fund = relief);

  // ---- questions

  ledger::EntryIndex entry_of(const ledger::RecordId& id) const;
  ledger::RecordId id_of(ledger::EntryIndex record) const;
  // Null if there is no such account.
  std::shared_ptr<const ledger::Account> account(const ledger::MemberId& holder,
                                                 std::string_view code = "EUR",
                                                 const ledger::FundId& fund = relief) const;
  std::uint64_t balance(const ledger::MemberId& holder, std::string_view code = "EUR",
                        const ledger::FundId& fund = relief) const;
  std::vector<ledger::FundId> funds() const;

 private:
  ledger::TimeMs next_time() const;

  ledger::Genesis genesis_;
  ledger::NetworkId network_;
  ledger::MemoryState state_;
  ledger::Tip tip_;
  ledger::TimeMs waited_{};  // Since that block, beyond what lies between blocks.
  std::vector<ledger::Seal> seals_;
  std::unique_ptr<ledger::Draft> draft_;
  std::uint64_t references_ = 0;
};

// Bodies with harmless text around what matters, for tests that submit records themselves.
ledger::Donation donation_of(std::uint64_t amount, std::string_view code = "EUR",
                             const ledger::FundId& fund = relief);
ledger::Disbursement disbursement_of(const ledger::MemberId& to, std::uint64_t amount,
                                     std::string_view code = "EUR",
                                     const ledger::FundId& fund = relief);
ledger::Expenditure expenditure_of(std::uint64_t amount, std::string_view code = "EUR",
                                   const ledger::FundId& fund = relief);
ledger::Refund refund_of(const ledger::RecordId& donation, std::uint64_t amount);
ledger::Return return_of(const ledger::RecordId& disbursement, std::uint64_t amount);
ledger::Exchange exchange_of(std::uint64_t from_amount, std::string_view from_code,
                             std::uint64_t to_amount, std::string_view to_code,
                             const ledger::FundId& fund = relief);
ledger::Acknowledgement acknowledgement_of(const ledger::RecordId& disbursement,
                                           std::uint64_t amount);
ledger::Dispute dispute_of(const ledger::RecordId& disbursement, std::uint64_t amount);
ledger::Attestation attestation_of(ledger::Subject subject);
ledger::EvidenceRecord evidence_of(ledger::Subject subject);
ledger::FundProposal proposal_of(const ledger::FundId& fund);
ledger::FundApproval approval_of(const ledger::FundId& fund);
ledger::FundClosure closure_of(const ledger::FundId& fund);
ledger::ChannelRecord channel_of(const ledger::ChannelId& channel);

}  // namespace centime::test
