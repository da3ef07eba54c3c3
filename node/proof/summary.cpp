#include "node/proof/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "crypto/check.h"

namespace centime::proof {
namespace {

using ledger::EntryIndex;
using ledger::RecordKind;

StepKind step_kind(RecordKind kind) {
  switch (kind) {
    case RecordKind::disbursement:
      return StepKind::sent;
    case RecordKind::exchange:
      return StepKind::exchanged;
    case RecordKind::expenditure:
      return StepKind::paid;
    case RecordKind::return_:
      return StepKind::returned;
    case RecordKind::refund:
      return StepKind::refunded;
    default:
      return StepKind::received;
  }
}

const ledger::Evidence* evidence_in(const ledger::RecordBody& body) {
  return std::visit(
      [](const auto& record) -> const ledger::Evidence* {
        if constexpr (requires { record.evidence; }) return &record.evidence;
        return nullptr;
      },
      body);
}

bool is_cost(const Step& step) {
  const auto* paid = std::get_if<ledger::Expenditure>(&step.record.body);
  return paid != nullptr && is_fee(paid->category);
}

class Summariser {
 public:
  Summariser(const ledger::StateView& view, const Path& path, std::size_t statements_max)
      : view_(view),
        path_(path),
        statements_left_(statements_max),
        shares_(path),
        leaves_(leaves_of(path)) {}

  std::expected<Summary, ledger::TraceError> run() {
    const PathRecord& record = path_.record(path_.donation);
    summary_.entry = path_.donation;
    summary_.id = record.id;
    summary_.collector = record.entry.authored.author;
    summary_.gift = path_.gift();
    if (const auto fund = view_.fund(summary_.gift.fund)) {
      summary_.fund_title = fund->proposal.title.value;
    }
    add_parts();
    add_steps();
    for (Step& step : summary_.steps) {
      if (!add_statements(step)) return std::unexpected(ledger::TraceError::too_fragmented);
    }
    settle_returned();
    add_stages();
    add_members();
    return std::move(summary_);
  }

 private:
  PartKind part_kind(const Leaf& leaf) const {
    switch (leaf.kind) {
      case LeafKind::held:
        return PartKind::held;
      case LeafKind::refunded:
        return PartKind::refunded;
      case LeafKind::rounded:
        return PartKind::rounded;
      case LeafKind::spent:
        break;
    }
    const auto& body = path_.record(leaf.entry).entry.authored.record.body;
    return is_fee(std::get<ledger::Expenditure>(body).category) ? PartKind::fees : PartKind::spent;
  }

  void add_parts() {
    std::map<std::tuple<PartKind, std::optional<ledger::MemberId>, ledger::Currency>, Part> parts;
    for (const Leaf& leaf : leaves_) {
      const ledger::AccountKey& account = path_.accounts.at(leaf.account);
      const PartKind kind = part_kind(leaf);
      const auto holder = kind == PartKind::held ? std::optional(account.holder) : std::nullopt;
      Part& part = parts[{kind, holder, account.currency}];
      part.kind = kind;
      part.holder = holder;
      part.currency = account.currency;
      part.amount.value += leaf.units.size();
      part.given.value += leaf.given;
    }
    for (auto& [key, part] : parts) summary_.parts.push_back(std::move(part));
  }

  void add_steps() {
    std::map<EntryIndex, Step> steps;
    Step& received = step_of(steps, path_.donation);
    received.currency = summary_.gift.currency;
    received.amount = received.given = received.record_amount = summary_.gift.amount;
    for (const ledger::Move& move : path_.trace.moves) add_move(step_of(steps, move.entry), move);
    for (auto& [entry, step] : steps) summary_.steps.push_back(std::move(step));
  }

  // The record's step, with all that the record alone says.
  Step& step_of(std::map<EntryIndex, Step>& steps, EntryIndex entry) const {
    const auto [found, is_new] = steps.try_emplace(entry);
    Step& step = found->second;
    if (!is_new) return step;
    const PathRecord& record = path_.record(entry);
    const ledger::AuthoredRecord& authored = record.entry.authored;
    step.kind = step_kind(authored.record.kind());
    step.entry = entry;
    step.id = record.id;
    step.author = authored.author;
    step.date = ledger::stated_day(authored.record).value_or(ledger::Date{});
    step.record = authored.record;
    if (record.entry.effects.spend) {
      for (const auto& segment : record.entry.effects.spend->segments.items) {
        step.record_amount.value += segment.size();
      }
    }
    if (const auto* files = evidence_in(authored.record.body)) {
      for (const ledger::EvidenceFile& file : files->items) {
        step.evidence.push_back({entry, authored.author, file});
      }
    }
    return step;
  }

  void add_move(Step& step, const ledger::Move& move) {
    step.currency = path_.account_of_piece(move.from).currency;
    step.amount.value += move.units.size();
    step.given.value += shares_.share(move.from, move.units);
    if (move.to && (step.kind == StepKind::sent || step.kind == StepKind::returned)) {
      step.to = path_.account_of_piece(*move.to).holder;
    }
    if (const auto* exchange = std::get_if<ledger::Exchange>(&step.record.body)) {
      summary_.exchanged = true;
      step.to_currency = exchange->to_currency;
      ledger::Amount became = step.to_amount.value_or(ledger::Amount{});
      if (move.to) became.value += path_.trace.pieces[*move.to].units.size();
      step.to_amount = became;
    }
  }

  // False if they are too many.
  bool add_statements(Step& step) {
    const std::vector<EntryIndex> entries = view_.statements(step.id);
    if (entries.size() > statements_left_) return false;
    statements_left_ -= entries.size();
    for (const EntryIndex entry : entries) {
      const ledger::RecordEntry record = view_.record(entry);
      const ledger::AuthoredRecord& authored = record.authored;
      const RecordKind kind = authored.record.kind();
      const bool says_something = kind == RecordKind::acknowledgement ||
                                  kind == RecordKind::dispute || kind == RecordKind::attestation ||
                                  kind == RecordKind::evidence;
      if (!says_something) continue;
      if (kind == RecordKind::acknowledgement) step.hand_over = HandOver::acknowledged;
      if (kind == RecordKind::dispute) step.hand_over = HandOver::disputed;
      if (const auto* evidence = std::get_if<ledger::EvidenceRecord>(&authored.record.body)) {
        step.evidence.push_back({entry, authored.author, evidence->file});
      }
      step.statements.push_back(
          {entry, ledger::record_id(crypto::encode(authored)), authored.author, authored.record});
    }
    return true;
  }

  void settle_returned() {
    struct Back {
      std::uint64_t amount = 0;
      std::uint64_t given = 0;
    };
    std::map<ledger::RecordId, Back> returned;  // Of the gift, by disbursement.
    for (const Step& step : summary_.steps) {
      if (const auto* record = std::get_if<ledger::Return>(&step.record.body)) {
        Back& back = returned[record->disbursement];
        back.amount += step.amount.value;
        back.given += step.given.value;
      }
    }
    for (Step& step : summary_.steps) {
      const Back back = returned[step.id];
      // After an exchange there and back, as much money may be less of the gift.
      step.came_back = step.kind == StepKind::sent && back.amount >= step.amount.value &&
                       back.given >= step.given.value;
      if (step.hand_over == HandOver::disputed && !step.came_back) summary_.disputed = true;
    }
  }

  // ---- stages

  // On its way here the piece was sent on more often than it was returned.
  bool was_sent(std::size_t piece) const {
    std::size_t returned = 0;
    while (const auto through = path_.trace.pieces[piece].arrived_through) {
      const ledger::Move& move = path_.trace.moves[*through];
      if (move.kind == RecordKind::return_) ++returned;
      if (move.kind == RecordKind::disbursement && returned-- == 0) return true;
      piece = move.from;
    }
    return false;
  }

  void add_stages() {
    bool any_held = false;
    bool any_unsent = false;
    for (const Leaf& leaf : leaves_) {
      if (leaf.kind != LeafKind::held) continue;
      any_held = true;
      any_unsent = any_unsent || !was_sent(leaf.piece);
    }
    StageInfo received = reached(Stage::received, [](const Step& step) {
      return step.kind == StepKind::received ? std::optional(step.date) : std::nullopt;
    });
    received.state = StageState::done;

    // What came back reached nobody.
    StageInfo sent = reached(Stage::sent, [](const Step& step) {
      const bool is_sent = step.kind == StepKind::sent && !step.came_back;
      return is_sent ? std::optional(step.date) : std::nullopt;
    });
    // Whose fund it is has no partner to send it to.
    const auto fund = view_.fund(summary_.gift.fund);
    const bool with_its_ngo = fund && fund->ngo == summary_.collector;
    sent.state = state_of(sent, !any_unsent, !any_held || with_its_ngo);

    StageInfo acknowledged = reached(Stage::acknowledged, acknowledged_on);
    acknowledged.state =
        sent.state == StageState::not_needed
            ? StageState::not_needed
            : state_of(acknowledged, acknowledged.steps.size() == sent.steps.size(), false);

    StageInfo paid = reached(Stage::paid, [](const Step& step) {
      return step.kind == StepKind::paid ? std::optional(step.date) : std::nullopt;
    });
    paid.state = state_of(paid, !any_held, !any_held);

    summary_.stages = {std::move(received), std::move(sent), std::move(acknowledged), paid,
                       evidence_stage(paid)};
  }

  // Steps for which `day` gives a day.
  template <class Day>
  StageInfo reached(Stage stage, const Day& day) const {
    StageInfo info{stage, StageState::not_yet, std::nullopt, std::nullopt, {}};
    for (std::size_t i = 0; i < summary_.steps.size(); ++i) {
      const std::optional<ledger::Date> on = day(summary_.steps[i]);
      if (!on) continue;
      info.first = std::min(info.first.value_or(*on), *on);
      info.last = std::max(info.last.value_or(*on), *on);
      info.steps.push_back(i);
    }
    return info;
  }

  static std::optional<ledger::Date> acknowledged_on(const Step& step) {
    if (step.kind != StepKind::sent || step.came_back || step.hand_over != HandOver::acknowledged)
      return std::nullopt;
    std::optional<ledger::Date> newest;
    for (const Statement& statement : step.statements) {
      if (statement.record.kind() == RecordKind::acknowledgement) {
        newest = ledger::stated_day(statement.record);
      }
    }
    return newest;
  }

  static StageState state_of(const StageInfo& info, bool complete, bool nothing_left) {
    if (!info.steps.empty()) return complete ? StageState::done : StageState::partly;
    return nothing_left ? StageState::not_needed : StageState::not_yet;
  }

  StageInfo evidence_stage(const StageInfo& paid) const {
    StageInfo info = reached(Stage::evidence, [](const Step& step) {
      const bool shown =
          !step.evidence.empty() && (step.kind == StepKind::sent || step.kind == StepKind::paid);
      return shown ? std::optional(step.date) : std::nullopt;
    });
    bool any_wanted = false;
    bool all_shown = paid.state == StageState::done;
    for (const std::size_t index : paid.steps) {
      const Step& step = summary_.steps[index];
      if (is_cost(step)) continue;
      any_wanted = true;
      all_shown = all_shown && !step.evidence.empty();
    }
    const bool over =
        paid.state == StageState::not_needed || (paid.state == StageState::done && !any_wanted);
    info.state = state_of(info, all_shown || over, over);
    // An evidence record carries no day of its own, so the steps' days would mislead.
    info.first = info.last = std::nullopt;
    return info;
  }

  void add_members() {
    std::set<ledger::MemberId> named = {summary_.collector};
    for (const Part& part : summary_.parts) {
      if (part.holder) named.insert(*part.holder);
    }
    for (const Step& step : summary_.steps) {
      named.insert(step.author);
      if (step.to) named.insert(*step.to);
      for (const Statement& statement : step.statements) named.insert(statement.author);
    }
    for (const ledger::MemberId& id : named) {
      if (const auto member = view_.member(id)) summary_.members.emplace(id, *member);
    }
  }

  const ledger::StateView& view_;
  const Path& path_;
  std::size_t statements_left_;
  GiftShares shares_;
  std::vector<Leaf> leaves_;
  Summary summary_;
};

std::string_view words_for(PartKind kind) {
  switch (kind) {
    case PartKind::spent:
      return "spent";
    case PartKind::fees:
      return "in fees";
    case PartKind::held:
      return "held by ";
    case PartKind::refunded:
      return "refunded";
    case PartKind::rounded:
      return "lost in rounding";
  }
  crypto::check_failed("a PartKind has words", std::source_location::current());
}

}  // namespace

std::expected<Summary, ledger::TraceError> summarise(const ledger::StateView& view,
                                                     const ledger::Trace& trace,
                                                     std::size_t statements_max) {
  return summarise(view, path_of(view, trace), statements_max);
}

std::expected<Summary, ledger::TraceError> summarise(const ledger::StateView& view,
                                                     const Path& path, std::size_t statements_max) {
  return Summariser(view, path, statements_max).run();
}

std::string sentence(const Summary& summary) {
  const ledger::Currency& currency = summary.gift.currency;
  std::string text = ledger::format_amount(summary.gift.amount, currency) + " given:";
  std::string_view separator = " ";
  for (const Part& part : summary.parts) {
    text += fmt::format("{}{}", separator, ledger::format_amount(part.given, currency));
    if (part.currency != currency || part.amount != part.given) {
      text += fmt::format(" (as {})", ledger::format_amount(part.amount, part.currency));
    }
    text += fmt::format(" {}", words_for(part.kind));
    if (part.holder) {
      const auto member = summary.members.find(*part.holder);
      text += member == summary.members.end() ? part.holder->value : member->second.title.value;
    }
    separator = ", ";
  }
  return text + ".";
}

}  // namespace centime::proof
