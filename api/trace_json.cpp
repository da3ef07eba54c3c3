// The part of record_json.h that shows a donation's trace.
#include "api/money_json.h"
#include "api/record_json.h"
#include "crypto/json_archive.h"

namespace centime::api {
namespace {

using boost::json::array;
using boost::json::object;
using crypto::word_of;

// Shows the parts of one trace, of which all shares of the gift are in its currency.
class TraceJson {
 public:
  TraceJson(const RecordView& donation, const DonationTrace& trace)
      : donation_(donation), trace_(trace), gift_currency_(trace.summary.gift.currency) {}

  object whole() const {
    const proof::Summary& summary = trace_.summary;
    return {{"donation", record_json(donation_)},
            {"gift", money_json({summary.gift.amount, gift_currency_})},
            {"fund_title", summary.fund_title},
            {"sentence", proof::sentence(summary)},
            {"disputed", summary.disputed},
            {"exchanged", summary.exchanged},
            {"parts", trace_parts_json(summary)},
            {"stages", list(summary.stages, &TraceJson::stage)},
            {"steps", list(summary.steps, &TraceJson::step)},
            {"leaves", list(trace_.leaves, &TraceJson::leaf)},
            {"pieces", list(trace_.path.trace.pieces, &TraceJson::piece)},
            {"moves", list(trace_.path.trace.moves, &TraceJson::move)}};
  }

 private:
  template <class Items, class Item>
  array list(const Items& items, object (TraceJson::*show)(const Item&) const) const {
    array shown;
    shown.reserve(items.size());
    for (const auto& item : items) shown.push_back((this->*show)(item));
    return shown;
  }

  object given(ledger::Amount amount) const { return money_json({amount, gift_currency_}); }

  object stage(const proof::StageInfo& stage) const {
    object json{{"stage", word_of(stage.stage)}, {"state", word_of(stage.state)}};
    if (stage.first) json["first"] = stage.first->to_text();
    if (stage.last) json["last"] = stage.last->to_text();
    array steps;
    for (const std::size_t index : stage.steps) steps.emplace_back(index);
    json["steps"] = std::move(steps);
    return json;
  }

  object step(const proof::Step& step) const {
    object json{{"kind", word_of(step.kind)},
                {"id", step.id.hex()},
                {"entry", step.entry.value},
                {"author", step.author.value},
                {"date", step.date.to_text()},
                {"money", money_json({step.amount, step.currency})},
                {"given", given(step.given)},
                {"record_money", money_json({step.record_amount, step.currency})},
                {"record", crypto::to_json(step.record)},
                {"statements", list(step.statements, &TraceJson::statement)},
                {"evidence", list(step.evidence, &TraceJson::evidence)}};
    if (step.to) json["to"] = step.to->value;
    if (step.to_currency && step.to_amount)
      json["became"] = money_json({*step.to_amount, *step.to_currency});
    if (step.kind == proof::StepKind::sent) {
      json["hand_over"] = word_of(step.hand_over);
      json["came_back"] = step.came_back;
    }
    return json;
  }

  object statement(const proof::Statement& statement) const {
    return {{"id", statement.id.hex()},
            {"entry", statement.entry.value},
            {"author", statement.author.value},
            {"record", crypto::to_json(statement.record)}};
  }

  object evidence(const proof::EvidenceItem& item) const {
    return {{"entry", item.entry.value},
            {"author", item.author.value},
            {"file", crypto::to_json(item.file)}};
  }

  object leaf(const proof::Leaf& leaf) const {
    const ledger::AccountKey& account = trace_.path.accounts.at(leaf.account);
    return {{"kind", word_of(leaf.kind)},
            {"piece", leaf.piece},
            {"account", account_key_json(account)},
            {"units", crypto::to_json(leaf.units)},
            {"money", money_json(leaf.units.size(), account.currency)},
            {"given", money_json(leaf.given, gift_currency_)},
            {"id", trace_.path.record(leaf.entry).id.hex()}};
  }

  object piece(const ledger::Piece& piece) const {
    array held;
    for (const ledger::Interval& units : piece.held) held.push_back(crypto::to_json(units));
    object json{{"account", account_key_json(trace_.path.accounts.at(piece.account))},
                {"units", crypto::to_json(piece.units)},
                {"arrived_by", trace_.path.record(piece.arrived_by).id.hex()},
                {"held", std::move(held)}};
    if (piece.arrived_through) json["arrived_through"] = *piece.arrived_through;
    return json;
  }

  object move(const ledger::Move& move) const {
    object json{{"from", move.from},
                {"units", crypto::to_json(move.units)},
                {"id", trace_.path.record(move.entry).id.hex()},
                {"entry", move.entry.value},
                {"type", word_of(move.kind)}};
    if (move.to) json["to"] = *move.to;
    return json;
  }

  const RecordView& donation_;
  const DonationTrace& trace_;
  ledger::Currency gift_currency_;
};

}  // namespace

array trace_parts_json(const proof::Summary& summary) {
  array parts;
  for (const proof::Part& part : summary.parts) {
    object json{{"kind", word_of(part.kind)},
                {"money", money_json({part.amount, part.currency})},
                {"given", money_json({part.given, summary.gift.currency})}};
    if (part.holder) json["holder"] = part.holder->value;
    parts.push_back(std::move(json));
  }
  return parts;
}

object trace_json(const RecordView& donation, const DonationTrace& trace) {
  return TraceJson(donation, trace).whole();
}

}  // namespace centime::api
