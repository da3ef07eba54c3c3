#include "node/program/import_record.h"

#include <utility>

namespace centime::program {
namespace {

using namespace ledger;

// Thrown when no row can be read any more, and caught in record_of.
struct Stop {
  Failure failure;
};

class RowReader {
 public:
  RowReader(RowCells& cells, const RowContext& context) : cells_(cells), context_(context) {}

  RowRecord read(RecordKind kind) {
    reference_ = cells_.required<Reference>("reference");
    if (!cells_.faults().empty()) return {};
    cells_.allow_only(columns_of(kind), crypto::word_of(kind));
    RowRecord row;
    row.record.reference = reference_;
    row.record.body = body_of(kind);
    row.currency = currency_;
    row.named = named_id_;
    row.new_salt = new_salt_;
    return row;
  }

 private:
  RecordBody body_of(RecordKind kind) {
    switch (kind) {
      case RecordKind::donation:
        return donation();
      case RecordKind::disbursement:
        return disbursement();
      case RecordKind::expenditure:
        return expenditure();
      case RecordKind::refund:
        return refund();
      case RecordKind::return_:
        return give_back();
      case RecordKind::exchange:
        return exchange();
      case RecordKind::acknowledgement:
        return acknowledgement();
      case RecordKind::dispute:
        return dispute();
      case RecordKind::attestation:
        return attestation();
      case RecordKind::evidence:
        return evidence_record();
      case RecordKind::fund_proposal:
        return fund_proposal();
      case RecordKind::fund_approval:
        return fund_approval();
      case RecordKind::fund_closure:
        return fund_closure();
      case RecordKind::channel:
        return channel();
      case RecordKind::member_proposal:
      case RecordKind::approval:
      case RecordKind::key_rotation:
      case RecordKind::member_suspension:
      case RecordKind::validator_change:
        break;
    }
    std::unreachable();  // kind_of gives none of these.
  }

  // Fields are read one by one and in the columns' order, so that faults come in that order.

  Donation donation() {
    Donation record;
    record.fund = fund();
    record.currency = stated_currency();
    record.amount = cells_.amount("amount", record.currency);
    record.paid_on = cells_.date("date");
    record.channel = cells_.required<ChannelId>("channel");
    record.commitment = commitment();
    record.earmark = cells_.optional<crypto::Text<1, 200>>("earmark");
    return record;
  }

  Disbursement disbursement() {
    Disbursement record;
    record.fund = fund();
    record.to = cells_.required<MemberId>("to");
    record.currency = stated_currency();
    record.amount = cells_.amount("amount", record.currency);
    record.sent_on = cells_.date("date");
    record.purpose = cells_.required<Note>("purpose");
    record.evidence = evidence_list();
    return record;
  }

  Expenditure expenditure() {
    Expenditure record;
    record.fund = fund();
    record.currency = stated_currency();
    record.amount = cells_.amount("amount", record.currency);
    record.paid_on = cells_.date("date");
    record.payee = payee();
    record.category = cells_.word<Category>("category");
    record.description = cells_.optional<Note>("description");
    record.evidence = evidence_list();
    if (cells_.filled("for_donation")) record.for_donation = named_record("for_donation").id;
    return record;
  }

  Refund refund() {
    Refund record;
    const FoundRecord gift = named_record("donation");
    record.donation = gift.id;
    record.amount = cells_.amount("amount", currency_of(gift, "donation"));
    record.paid_on = cells_.date("date");
    record.reason = cells_.required<Note>("reason");
    return record;
  }

  Return give_back() {
    Return record;
    const FoundRecord transfer = named_record("disbursement");
    record.disbursement = transfer.id;
    record.amount = cells_.amount("amount", currency_of(transfer, "disbursement"));
    record.sent_on = cells_.date("date");
    record.reason = cells_.required<Note>("reason");
    return record;
  }

  Exchange exchange() {
    Exchange record;
    record.fund = fund();
    record.from_currency = stated_currency();
    record.from_amount = cells_.amount("amount", record.from_currency);
    record.to_currency = cells_.currency("to_currency");
    record.to_amount = cells_.amount("to_amount", record.to_currency);
    record.rate_source = cells_.required<Line>("rate_source");
    record.exchanged_on = cells_.date("date");
    return record;
  }

  Acknowledgement acknowledgement() {
    Acknowledgement record;
    const FoundRecord transfer = named_record("disbursement");
    record.disbursement = transfer.id;
    record.amount_seen = cells_.amount("amount_seen", currency_of(transfer, "disbursement"));
    record.seen_on = cells_.date("date");
    record.note = cells_.optional<Note>("note");
    return record;
  }

  Dispute dispute() {
    Dispute record;
    const FoundRecord transfer = named_record("disbursement");
    record.disbursement = transfer.id;
    record.amount_seen = cells_.amount("amount_seen", currency_of(transfer, "disbursement"), true);
    record.seen_on = cells_.date("date");
    record.reason = cells_.required<Note>("reason");
    return record;
  }

  Attestation attestation() {
    Attestation record;
    record.subject = subject();
    record.verdict = cells_.word<Verdict>("verdict");
    record.statement = cells_.digest("statement").digest;
    record.note = cells_.optional<Note>("note");
    return record;
  }

  EvidenceRecord evidence_record() {
    EvidenceRecord record;
    record.subject = subject();
    record.file = evidence_file();
    return record;
  }

  FundProposal fund_proposal() {
    FundProposal record;
    record.fund = fund();
    record.title = cells_.required<Line>("title");
    record.purpose = cells_.required<Note>("purpose");
    if (cells_.filled("goal_amount") || cells_.filled("goal_currency")) {
      Goal goal;
      goal.currency = cells_.currency("goal_currency");
      goal.amount = cells_.amount("goal_amount", goal.currency);
      record.goal = goal;
    }
    record.agreement = cells_.digest("agreement").digest;
    return record;
  }

  FundApproval fund_approval() {
    FundApproval record;
    record.fund = fund();
    record.due_diligence = cells_.digest("due_diligence").digest;
    return record;
  }

  FundClosure fund_closure() {
    FundClosure record;
    record.fund = fund();
    record.reason = cells_.required<Note>("reason");
    return record;
  }

  ChannelRecord channel() {
    ChannelRecord record;
    record.channel = cells_.required<ChannelId>("channel");
    record.kind = cells_.word<ChannelKind>("kind");
    record.company = cells_.required<Line>("company");
    return record;
  }

  // ---- parts

  FundId fund() { return cells_.required<FundId>("fund"); }

  Currency stated_currency() {
    currency_ = cells_.currency("currency");
    return *currency_;
  }

  // The ledger takes the currency from the record that is named. An amount in major units means
  // nothing without it, and a stated one that differs is somebody's mistake.
  Currency currency_of(const FoundRecord& record, std::string_view column) {
    currency_ = record.currency;
    if (!record.currency) {
      if (named_) {
        cells_.fault(column, "wrong_record_kind",
                     fmt::format("'{}' is a record that moves no money", cells_.text(column)));
      }
      return {};
    }
    if (cells_.filled("currency")) {
      const Currency stated = cells_.currency("currency");
      if (currency_exponent(stated) && stated != *record.currency) {
        cells_.fault("currency", "currency_mismatch",
                     fmt::format("'{}' is in {}, not in {}", cells_.text(column),
                                 record.currency->text(), stated.text()));
      }
    }
    return *record.currency;
  }

  FoundRecord named_record(std::string_view column) {
    named_ = false;
    const std::string name(cells_.text(column));
    if (name.empty()) {
      cells_.fault(column, "missing_field",
                   fmt::format("{} needs {}: a record id or reference",
                               with_article(cells_.text("type")), with_article(column)));
      return {};
    }
    auto found = context_.records.find(context_.author, name);
    named_ = found.has_value();
    if (found) {
      named_id_ = found->id;
      return *found;
    }
    if (found.error().word != "unknown_record") throw Stop{std::move(found.error())};
    cells_.fault(column, "unknown_record", found.error().detail);
    return {};
  }

  Subject subject() {
    if (cells_.filled("subject") == cells_.filled("fund")) {
      cells_.fault("subject", cells_.filled("fund") ? "bad_value" : "missing_field",
                   fmt::format("{} is about a record (subject) or a fund (fund), one of the two",
                               with_article(cells_.text("type"))));
      return {};
    }
    if (cells_.filled("fund")) return FundSubject{fund()};
    return RecordSubject{named_record("subject").id};
  }

  crypto::Digest commitment() {
    const std::string_view donor = cells_.text("donor");
    if (cells_.filled("commitment")) {
      if (!donor.empty()) {
        cells_.fault("donor", "bad_value", "give the donor or the commitment, not both");
      }
      return cells_.digest("commitment").digest;
    }
    if (donor.empty()) {
      cells_.fault("donor", "missing_field", "a donation needs a donor, or a commitment");
      return {};
    }
    // Of every other row the same would be said, and of what is bought with their money.
    if (!context_.salts.usable()) {
      throw Stop{{"missing_option",
                  fmt::format("line {} has a donor. Donors are recorded as commitments, and what "
                              "opens these must be kept: give --receipts FILE",
                              cells_.line()),
                  exit_called_wrongly}};
    }
    const std::size_t made = context_.salts.made();
    const DonorSalt salt = context_.salts.salt_for(context_.author, reference_);
    new_salt_ = context_.salts.made() > made;
    return donor_commitment(salt, donor);
  }

  std::optional<Payee> payee() {
    if (!cells_.filled("payee")) {
      if (cells_.filled("payee_org_id")) {
        cells_.fault("payee", "missing_field", "payee_org_id needs a payee");
      }
      return std::nullopt;
    }
    Payee payee;
    payee.name = cells_.required<Line>("payee");
    payee.org_id = cells_.optional<crypto::Text<3, 64>>("payee_org_id");
    return payee;
  }

  EvidenceFile evidence_file() {
    EvidenceFile file;
    file.kind = cells_.word<EvidenceKind>("kind");
    file.media_type = cells_.required<crypto::Text<3, 100>>("media_type");
    const RowCells::FileDigest digest = cells_.digest("sha256");
    file.digest = digest.digest;
    file.size = !cells_.filled("size") && digest.size ? *digest.size : cells_.number("size");
    if (digest.size && file.size != *digest.size) {
      cells_.fault("size", "bad_value",
                   fmt::format("the file has {} bytes; leave the cell empty", *digest.size));
    }
    file.caption = cells_.optional<crypto::Text<1, 200>>("caption");
    return file;
  }

  Evidence evidence_list() {
    Evidence list;
    for (const std::string_view column : {"kind", "media_type", "size", "sha256", "caption"}) {
      if (!cells_.filled(column)) continue;
      list.items.push_back(evidence_file());
      break;
    }
    return list;
  }

  RowCells& cells_;
  const RowContext& context_;
  Reference reference_;
  std::optional<Currency> currency_;
  bool named_ = false;  // Whether the last named_record was found.
  std::optional<RecordId> named_id_;
  bool new_salt_ = false;
};

}  // namespace

std::optional<RecordKind> kind_of(RowCells& cells) {
  if (!cells.require("type")) return std::nullopt;
  constexpr auto words = enum_words(RecordKind{});
  std::vector<std::string_view> taken;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto kind = static_cast<RecordKind>(i);
    const bool is_taken = !columns_of(kind).empty();
    if (is_taken) taken.push_back(words[i]);
    if (cells.text("type") != words[i]) continue;
    if (is_taken) return kind;
    cells.fault("type", "bad_value",
                fmt::format("{} is recorded by `centime propose`, `approve` or `keys rotate`",
                            with_article(words[i])));
    return std::nullopt;
  }
  cells.fault("type", "bad_value", must_be_one_of(cells.text("type"), taken));
  return std::nullopt;
}

Expected<RowRecord> record_of(RecordKind kind, RowCells& cells, const RowContext& context) {
  try {
    return RowReader(cells, context).read(kind);
  } catch (Stop& failure) {
    return std::unexpected(std::move(failure.failure));
  }
}

}  // namespace centime::program
