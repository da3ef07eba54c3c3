#include "explorer/stages.h"

#include <algorithm>
#include <map>

#include "crypto/encoding.h"

namespace centime::explorer {
namespace {

using ledger::EntryIndex;
using proof::Statement;
using proof::Step;
using proof::StepKind;

// More names than these make no line.
constexpr std::size_t named_receivers = 5;
// Of a file's hash; the record's page has all of it.
constexpr std::size_t shown_digits = 16;

// Units of the gift that came back, by disbursement.
std::map<ledger::RecordId, std::uint64_t> returned_units(const proof::Summary& summary) {
  std::map<ledger::RecordId, std::uint64_t> units;
  for (const Step& step : summary.steps)
    if (const auto* back = std::get_if<ledger::Return>(&step.record.body))
      units[back->disbursement] += step.amount.value;
  return units;
}

// Of what one member says about a record the last counts: of a hand-over whether it arrived, of
// anything an auditor's verdict. The others stand in the log and trouble nobody.
bool is_overtaken(const Step& step, const Statement& statement) {
  const auto group = [](const Statement& other) {
    const auto kind = other.record.kind();
    return kind == ledger::RecordKind::dispute ? ledger::RecordKind::acknowledgement : kind;
  };
  return std::ranges::any_of(step.statements, [&](const Statement& later) {
    return later.entry > statement.entry && later.author == statement.author &&
           group(later) == group(statement);
  });
}

class StageMaker {
 public:
  StageMaker(const Catalogue& words, Names& names, const proof::Summary& summary)
      : words_(words), names_(names), summary_(summary), returned_(returned_units(summary)) {}

  std::vector<StageWords> make() {
    for (const Step& step : summary_.steps)
      if (step.kind == StepKind::refunded) refunded_ += step.given.value;
    for (const Step& step : summary_.steps) {
      add_step(step);
      for (const Statement& statement : step.statements) add_statement(step, statement);
    }
    std::ranges::sort(dated_, std::greater{}, &Dated::entry);
    std::vector<StageWords> stages = waiting_stages();
    for (Dated& dated : dated_) stages.push_back(std::move(dated.words));
    return stages;
  }

 private:
  struct Dated {
    EntryIndex entry;
    StageWords words;
  };

  template <class T>
  static const T* body_of(const ledger::Record& record) {
    return std::get_if<T>(&record.body);
  }

  std::string text(std::string_view key,
                   std::initializer_list<Catalogue::Argument> arguments) const {
    return words_.text(key, arguments);
  }
  std::string amount(ledger::Amount value, const ledger::Currency& currency) const {
    return words_.amount(value.value, currency);
  }

  void add_step(const Step& step) {
    StageWords stage;
    stage.mood = StageMood::done;
    stage.day = step.date;
    stage.id = step.id;
    stage.entry = step.entry;
    if (step.kind != StepKind::received) stage.lines.push_back(share_line(step));
    fill_step(step, stage);
    if (!step.evidence.empty()) {
      const auto own = std::ranges::count(step.evidence, step.entry, &proof::EvidenceItem::entry);
      if (own > 0)
        stage.lines.push_back(text("stage_own_evidence",
                                   {{"count", words_.number(static_cast<std::uint64_t>(own))}}));
    }
    dated_.push_back({step.entry, std::move(stage)});
  }

  StageSubject subject_of(const Step& step) const {
    StageWords stage;
    fill_step(step, stage);
    const auto total = amount(step.record_amount, step.currency);
    return {text("stage_about_record", {{"title", stage.title}, {"amount", total}}), step.id,
            stage.donation};
  }

  void fill_step(const Step& step, StageWords& stage) const {
    const auto& who = names_.member(step.author);
    const std::string to = step.to ? names_.member(*step.to) : std::string();
    switch (step.kind) {
      case StepKind::received:
        stage.title = text("stage_received", {{"who", who}});
        stage.lines.push_back(amount(step.amount, step.currency));
        stage.undone = refunded_ == step.given.value;
        stage.donation = true;
        return;
      case StepKind::sent:
        stage.title = text("stage_sent", {{"who", who}, {"to", to}});
        stage.quote = body_of<ledger::Disbursement>(step.record)->purpose.value;
        fill_returned(step, stage);
        return;
      case StepKind::exchanged:
        stage.title = text("stage_exchanged", {{"who", who}});
        fill_exchange(step, stage);
        return;
      case StepKind::paid:
        fill_payment(step, stage);
        return;
      case StepKind::returned:
        stage.title = text("stage_returned", {{"who", who}, {"to", to}});
        stage.quote = body_of<ledger::Return>(step.record)->reason.value;
        stage.mood = StageMood::trouble;
        return;
      case StepKind::refunded:
        stage.title = text("stage_refunded", {{"who", who}});
        stage.quote = body_of<ledger::Refund>(step.record)->reason.value;
        stage.mood = StageMood::trouble;
        return;
    }
  }

  void fill_returned(const Step& step, StageWords& stage) const {
    const auto back = returned_.find(step.id);
    if (back == returned_.end()) return;
    stage.undone = step.came_back;
    stage.lines.push_back(
        text("stage_of_it_returned", {{"amount", words_.amount(back->second, step.currency)}}));
  }

  void fill_exchange(const Step& step, StageWords& stage) const {
    const auto* exchange = body_of<ledger::Exchange>(step.record);
    const auto became = step.to_amount.value_or(ledger::Amount{});
    stage.lines.push_back(text("stage_became", {{"from", amount(step.amount, step.currency)},
                                                {"to", amount(became, exchange->to_currency)}}));
    stage.lines.push_back(
        text("stage_rate", {{"source", in_sentence(exchange->rate_source.value)}}));
  }

  void fill_payment(const Step& step, StageWords& stage) const {
    const auto* paid = body_of<ledger::Expenditure>(step.record);
    const auto& who = names_.member(step.author);
    const auto category = words_.text("category_" + std::string(crypto::word_of(paid->category)));
    if (paid->payee) {
      const auto payee = in_sentence(paid->payee->name.value);
      stage.title = text("stage_paid", {{"who", who}, {"payee", payee}});
      stage.lines.push_back(text("stage_category", {{"category", category}}));
    } else {
      stage.title = text("stage_paid_unnamed", {{"who", who}, {"category", category}});
    }
    if (paid->description) stage.quote = paid->description->value;
  }

  std::string share_line(const Step& step) const {
    const auto share = amount(step.amount, step.currency);
    if (step.amount == step.record_amount) return text("stage_all_of_it", {{"share", share}});
    return text("stage_share",
                {{"share", share}, {"total", amount(step.record_amount, step.currency)}});
  }

  void add_statement(const Step& step, const Statement& statement) {
    StageWords stage;
    stage.mood = StageMood::done;
    stage.id = statement.id;
    stage.entry = statement.entry;
    stage.about = subject_of(step);
    const auto& who = names_.member(statement.author);
    if (const auto* seen = body_of<ledger::Acknowledgement>(statement.record)) {
      // The hand-over is closed by it all the same: what was seen is what the donor is told.
      const bool other = seen->amount_seen != step.record_amount;
      stage.title = text(other ? "stage_acknowledged_other" : "stage_acknowledged", {{"who", who}});
      if (other) stage.mood = StageMood::trouble;
      stage.day = seen->seen_on;
      stage.lines.push_back(seen_line(step, seen->amount_seen));
      if (seen->note) stage.quote = seen->note->value;
    } else if (const auto* dispute = body_of<ledger::Dispute>(statement.record)) {
      stage.title = text("stage_disputed", {{"who", who}});
      stage.day = dispute->seen_on;
      stage.lines.push_back(seen_line(step, dispute->amount_seen));
      stage.quote = dispute->reason.value;
      stage.mood = StageMood::trouble;
    } else if (const auto* attested = body_of<ledger::Attestation>(statement.record)) {
      stage.title =
          text("stage_" + std::string(crypto::word_of(attested->verdict)), {{"who", who}});
      if (attested->note) stage.quote = attested->note->value;
      if (attested->verdict != ledger::Verdict::verified) stage.mood = StageMood::trouble;
    } else if (const auto* evidence = body_of<ledger::EvidenceRecord>(statement.record)) {
      const auto kind = "evidence_" + std::string(crypto::word_of(evidence->file.kind));
      stage.title = text("stage_evidence", {{"who", who}, {"kind", words_.text(kind)}});
      if (evidence->file.caption) stage.quote = evidence->file.caption->value;
      const auto hash = crypto::to_hex(evidence->file.digest.bytes).substr(0, shown_digits);
      stage.lines.push_back(
          text("stage_file", {{"type", evidence->file.media_type.value}, {"hash", hash}}));
    } else {
      return;
    }
    // What an auditor found stands, wherever the money is.
    const bool returned =
        step.came_back && body_of<ledger::Attestation>(statement.record) == nullptr;
    if (stage.mood == StageMood::trouble && (is_overtaken(step, statement) || returned)) {
      stage.settled = true;
      stage.lines.push_back(words_.text("stage_settled"));
    }
    dated_.push_back({statement.entry, std::move(stage)});
  }

  std::string seen_line(const Step& step, ledger::Amount seen) const {
    return text("stage_seen", {{"seen", amount(seen, step.currency)},
                               {"total", amount(step.record_amount, step.currency)}});
  }

  // In the order in which they are to come.
  std::vector<StageWords> waiting_stages() const {
    std::vector<StageWords> stages;
    for (const proof::StageInfo& info : summary_.stages) {
      if (info.stage == proof::Stage::acknowledged) {
        add_unacknowledged(stages);
        if (info.state == proof::StageState::not_yet && stages_sent() == 0)
          stages.push_back(waiting("waiting_acknowledged", units_of(proof::Stage::sent)));
        continue;
      }
      const std::string stage(crypto::word_of(info.stage));
      if (info.state == proof::StageState::not_yet)
        stages.push_back(waiting("waiting_" + stage, units_of(info.stage)));
      else if (info.state == proof::StageState::partly)
        stages.push_back(waiting("partly_" + stage, units_of(info.stage)));
    }
    return stages;
  }

  // Of the gift, in its currency, what a stage is still to come for.
  std::uint64_t units_of(proof::Stage stage) const {
    std::uint64_t units = 0;
    for (const proof::Part& part : summary_.parts) {
      if (part.kind != proof::PartKind::held) continue;
      if (stage != proof::Stage::sent || part.holder == summary_.collector)
        units += part.given.value;
    }
    if (stage != proof::Stage::evidence) return units;
    for (const Step& step : summary_.steps) {
      const auto* paid = body_of<ledger::Expenditure>(step.record);
      if (paid && step.evidence.empty() && !ledger::is_fee(paid->category))
        units += step.given.value;
    }
    return units;
  }

  std::size_t stages_sent() const {
    return static_cast<std::size_t>(std::ranges::count_if(summary_.steps, [](const Step& step) {
      return step.kind == StepKind::sent && !step.came_back;
    }));
  }

  // One line, however many hands the gift is in.
  void add_unacknowledged(std::vector<StageWords>& stages) const {
    std::vector<ledger::MemberId> receivers;  // Of the newest hand-over first; each once.
    std::size_t open = 0;
    const Step* last = nullptr;
    for (auto step = summary_.steps.rbegin(); step != summary_.steps.rend(); ++step) {
      if (step->kind != StepKind::sent || step->hand_over != proof::HandOver::sent) continue;
      if (step->came_back) continue;
      ++open;
      last = &*step;
      if (std::ranges::find(receivers, *step->to) == receivers.end())
        receivers.push_back(*step->to);
    }
    if (open == 0) return;
    StageWords stage;
    if (open == 1) {
      stage.title = text("waiting_acknowledged_by", {{"to", names_.member(receivers.front())}});
      add_units(stage, last->given.value);
    } else {
      stage.title = text("waiting_acknowledged_many", {{"count", words_.number(open)}});
      stage.lines.push_back(receivers_line(receivers));
    }
    stages.push_back(std::move(stage));
  }

  std::string receivers_line(const std::vector<ledger::MemberId>& receivers) const {
    // One more than fits takes no more room than a word for the rest.
    const auto named = receivers.size() <= named_receivers + 1 ? receivers.size() : named_receivers;
    std::string who;
    for (std::size_t i = 0; i < named; ++i)
      who += (who.empty() ? "" : ", ") + names_.member(receivers[i]);
    if (named == receivers.size()) return text("waiting_acknowledged_of", {{"who", who}});
    return text("waiting_acknowledged_of_more",
                {{"who", who}, {"count", words_.number(receivers.size() - named)}});
  }

  StageWords waiting(const std::string& key, std::uint64_t units) const {
    StageWords stage;
    stage.title = words_.text(key);
    add_units(stage, units);
    return stage;
  }

  void add_units(StageWords& stage, std::uint64_t units) const {
    if (units == 0) return;
    const auto& gift = summary_.gift;
    stage.lines.push_back(text(units == gift.amount.value ? "coming_all" : "coming_rest",
                               {{"amount", words_.amount(units, gift.currency)}}));
  }

  const Catalogue& words_;
  Names& names_;
  const proof::Summary& summary_;
  std::map<ledger::RecordId, std::uint64_t> returned_;  // Units of the gift, by disbursement.
  std::uint64_t refunded_ = 0;
  std::vector<Dated> dated_;
};

}  // namespace

std::vector<StageWords> stages_of(const Catalogue& words, Names& names,
                                  const proof::Summary& summary) {
  return StageMaker(words, names, summary).make();
}

}  // namespace centime::explorer
