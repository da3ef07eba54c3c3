// The records: everything a member can state on the ledger, field by field.
//
// A struct's `serialize` is the one list of its fields; bytes, JSON and schema come from it, so the
// order of fields and of alternatives is the format (docs/protocol.md). A record carries no
// personal data: a donation names its donor by a commitment only, and a payee is an organisation.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "crypto/digest.h"
#include "node/ledger/date.h"
#include "node/ledger/governance_records.h"
#include "node/ledger/ids.h"
#include "node/ledger/money.h"

namespace centime::ledger {

// ---- parts that several records share

enum class EvidenceKind : std::uint8_t { invoice, report, photo, milestone, location };
constexpr auto enum_words(EvidenceKind) {
  return std::to_array<std::string_view>({"invoice", "report", "photo", "milestone", "location"});
}

// A file that is kept off the ledger and may be removed; its digest stays.
struct EvidenceFile {
  EvidenceKind kind{};
  crypto::Text<3, 100> media_type;
  std::uint64_t size = 0;  // Bytes.
  crypto::Digest digest;   // SHA-256 of the file.
  std::optional<crypto::Text<1, 200>> caption;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(kind), CENTIME_FIELD(media_type), CENTIME_FIELD(size),
            CENTIME_FIELD(digest), CENTIME_FIELD(caption));
  }
};
using Evidence = crypto::List<EvidenceFile, 16>;

// An organisation, never a private person.
struct Payee {
  Line name;
  std::optional<crypto::Text<3, 64>> org_id;  // Such as "GB-CHC-220949" (org-id.guide).

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(name), CENTIME_FIELD(org_id));
  }
};

enum class Category : std::uint8_t {
  goods,
  services,
  cash_assistance,
  salaries,
  transport,
  grant,
  platform_fee,
  bank_fee,
  overhead,
  fx_loss,
  other,
};
constexpr auto enum_words(Category) {
  return std::to_array<std::string_view>({"goods", "services", "cash_assistance", "salaries",
                                          "transport", "grant", "platform_fee", "bank_fee",
                                          "overhead", "fx_loss", "other"});
}

// What moving and keeping the money costs: no evidence is asked for.
constexpr bool is_fee(Category category) {
  return category == Category::platform_fee || category == Category::bank_fee ||
         category == Category::overhead || category == Category::fx_loss;
}

struct RecordSubject {
  static constexpr std::string_view name = "record";
  RecordId record;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(record));
  }
};

struct FundSubject {
  static constexpr std::string_view name = "fund";
  FundId fund;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund));
  }
};

using Subject = std::variant<RecordSubject, FundSubject>;

// ---- records that move money

// Signed by the collector: the platform, or the NGO of the fund. Inflow to fund/author/currency.
struct Donation {
  static constexpr std::string_view name = "donation";
  FundId fund;
  Amount amount;
  Currency currency;
  Date paid_on;
  ChannelId channel;
  crypto::Digest commitment;  // See receipt.h.
  std::optional<crypto::Text<1, 200>> earmark;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(amount), CENTIME_FIELD(currency),
            CENTIME_FIELD(paid_on), CENTIME_FIELD(channel), CENTIME_FIELD(commitment),
            CENTIME_FIELD(earmark));
  }
};

// Signed by the holder: fund/author/currency, first in first out, to fund/to/currency.
struct Disbursement {
  static constexpr std::string_view name = "disbursement";
  FundId fund;
  MemberId to;
  Amount amount;
  Currency currency;
  Date sent_on;
  Note purpose;
  Evidence evidence;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(to), CENTIME_FIELD(amount), CENTIME_FIELD(currency),
            CENTIME_FIELD(sent_on), CENTIME_FIELD(purpose), CENTIME_FIELD(evidence));
  }
};

// Signed by the holder: out of the ledger. With for_donation, only its units, exchanged or not.
struct Expenditure {
  static constexpr std::string_view name = "expenditure";
  FundId fund;
  Amount amount;
  Currency currency;
  Date paid_on;
  std::optional<Payee> payee;
  Category category{};
  OptionalNote description;
  Evidence evidence;
  std::optional<RecordId> for_donation;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(amount), CENTIME_FIELD(currency),
            CENTIME_FIELD(paid_on), CENTIME_FIELD(payee), CENTIME_FIELD(category),
            CENTIME_FIELD(description), CENTIME_FIELD(evidence), CENTIME_FIELD(for_donation));
  }
};

// Signed by the collector of the donation: its unspent units go back to the donor.
struct Refund {
  static constexpr std::string_view name = "refund";
  RecordId donation;
  Amount amount;
  Date paid_on;
  Note reason;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(donation), CENTIME_FIELD(amount), CENTIME_FIELD(paid_on),
            CENTIME_FIELD(reason));
  }
};

// Signed by the receiver of a disbursement: its unspent units go back to the giver.
struct Return {
  static constexpr std::string_view name = "return";
  RecordId disbursement;
  Amount amount;
  Date sent_on;
  Note reason;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(disbursement), CENTIME_FIELD(amount), CENTIME_FIELD(sent_on),
            CENTIME_FIELD(reason));
  }
};

// Signed by the holder: from_amount of one currency becomes to_amount of another, in one fund.
struct Exchange {
  static constexpr std::string_view name = "exchange";
  FundId fund;
  Currency from_currency;
  Amount from_amount;
  Currency to_currency;
  Amount to_amount;
  Line rate_source;
  Date exchanged_on;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(from_currency), CENTIME_FIELD(from_amount),
            CENTIME_FIELD(to_currency), CENTIME_FIELD(to_amount), CENTIME_FIELD(rate_source),
            CENTIME_FIELD(exchanged_on));
  }
};

// ---- statements

// Signed by the receiver of the disbursement.
struct Acknowledgement {
  static constexpr std::string_view name = "acknowledgement";
  RecordId disbursement;
  Amount amount_seen;
  Date seen_on;
  OptionalNote note;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(disbursement), CENTIME_FIELD(amount_seen), CENTIME_FIELD(seen_on),
            CENTIME_FIELD(note));
  }
};

// Signed by the receiver of the disbursement; amount_seen may be zero.
struct Dispute {
  static constexpr std::string_view name = "dispute";
  RecordId disbursement;
  Amount amount_seen;
  Date seen_on;
  Note reason;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(disbursement), CENTIME_FIELD(amount_seen), CENTIME_FIELD(seen_on),
            CENTIME_FIELD(reason));
  }
};

enum class Verdict : std::uint8_t { verified, queried, rejected };
constexpr auto enum_words(Verdict) {
  return std::to_array<std::string_view>({"verified", "queried", "rejected"});
}

// Signed by an auditor, about a record or a fund.
struct Attestation {
  static constexpr std::string_view name = "attestation";
  Subject subject;
  Verdict verdict{};
  crypto::Digest statement;  // SHA-256 of the auditor's written statement.
  OptionalNote note;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(subject), CENTIME_FIELD(verdict), CENTIME_FIELD(statement),
            CENTIME_FIELD(note));
  }
};

// Signed by a member that the subject names: its author, its receiver, or the fund's NGO.
struct EvidenceRecord {
  static constexpr std::string_view name = "evidence";
  Subject subject;
  EvidenceFile file;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(subject), CENTIME_FIELD(file));
  }
};

// ---- funds and channels

struct Goal {
  Amount amount;
  Currency currency;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(amount), CENTIME_FIELD(currency));
  }
};

// Signed by the NGO that will answer for the fund.
struct FundProposal {
  static constexpr std::string_view name = "fund_proposal";
  FundId fund;
  Line title;
  Note purpose;
  std::optional<Goal> goal;
  crypto::Digest agreement;  // SHA-256 of the signed agreement.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(title), CENTIME_FIELD(purpose), CENTIME_FIELD(goal),
            CENTIME_FIELD(agreement));
  }
};

// Signed by an auditor: the fund is open from here on.
struct FundApproval {
  static constexpr std::string_view name = "fund_approval";
  FundId fund;
  crypto::Digest due_diligence;  // SHA-256 of the auditor's report.

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(due_diligence));
  }
};

// Signed by the fund's NGO or a platform: no donations from here on; held money still moves.
struct FundClosure {
  static constexpr std::string_view name = "fund_closure";
  FundId fund;
  Note reason;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(fund), CENTIME_FIELD(reason));
  }
};

enum class ChannelKind : std::uint8_t { web, till, bank, other };
constexpr auto enum_words(ChannelKind) {
  return std::to_array<std::string_view>({"web", "till", "bank", "other"});
}

// Signed by a platform: a named origin of donations.
struct ChannelRecord {
  static constexpr std::string_view name = "channel";
  ChannelId channel;
  ChannelKind kind{};
  Line company;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(channel), CENTIME_FIELD(kind), CENTIME_FIELD(company));
  }
};

// ---- the record itself

// The alternatives' order is their tag on the wire.
using RecordBody = std::variant<Donation, Disbursement, Expenditure, Refund, Return, Exchange,
                                Acknowledgement, Dispute, Attestation, EvidenceRecord, FundProposal,
                                FundApproval, FundClosure, ChannelRecord, MemberProposal, Approval,
                                KeyRotation, MemberSuspension, ValidatorChange>;

// In the order of the alternatives of RecordBody.
enum class RecordKind : std::uint8_t {
  donation,
  disbursement,
  expenditure,
  refund,
  return_,
  exchange,
  acknowledgement,
  dispute,
  attestation,
  evidence,
  fund_proposal,
  fund_approval,
  fund_closure,
  channel,
  member_proposal,
  approval,
  key_rotation,
  member_suspension,
  validator_change,
};
constexpr auto enum_words(RecordKind) {
  return std::to_array<std::string_view>(
      {"donation", "disbursement", "expenditure", "refund", "return", "exchange", "acknowledgement",
       "dispute", "attestation", "evidence", "fund_proposal", "fund_approval", "fund_closure",
       "channel", "member_proposal", "approval", "key_rotation", "member_suspension",
       "validator_change"});
}
static_assert(enum_words(RecordKind{}).size() == std::variant_size_v<RecordBody>);

struct Record {
  Reference reference;
  RecordBody body;

  RecordKind kind() const { return static_cast<RecordKind>(body.index()); }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(reference), cereal::make_nvp("", body));
  }
};

// A record with the member who states it: what a record id is the digest of.
struct AuthoredRecord {
  MemberId author;
  Record record;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(CENTIME_FIELD(author), CENTIME_FIELD(record));
  }
};

// The id of the record with these canonical bytes of an AuthoredRecord.
RecordId record_id(crypto::BytesView authored_record);

// The day that a money record says it happened; nothing for statements about other things.
std::optional<Date> stated_day(const Record& record);

}  // namespace centime::ledger
