#include "explorer/fund_flow.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "node/proof/summary.h"

namespace centime::explorer {
namespace {

using ledger::RecordKind;
using Pair = std::pair<std::string, std::string>;

// Money between members without its circles, and the layer of each member.
class Hands {
 public:
  void add_member(const std::string& member) { layers_.emplace(member, 1); }

  void add(const std::string& from, const std::string& to, std::uint64_t amount) {
    add_member(from);
    add_member(to);
    if (from != to) gross_[{from, to}] += amount;
  }

  // The largest flows stay; what would close a circle with them is taken out.
  void arrange() {
    std::vector<std::pair<Pair, std::uint64_t>> ranked;
    for (const auto& [pair, amount] : gross_) {
      const auto back = gross_.find({pair.second, pair.first});
      const auto returned = back == gross_.end() ? 0 : back->second;
      if (amount > returned) ranked.emplace_back(pair, amount - returned);
    }
    std::ranges::sort(ranked, [](const auto& left, const auto& right) {
      return std::tie(right.second, left.first) < std::tie(left.second, right.first);
    });
    for (const auto& [pair, amount] : ranked) {
      if (leads(pair.second, pair.first)) {
        circles_.emplace_back(pair, amount);
        continue;
      }
      straight_.emplace_back(pair, amount);
      next_[pair.first].push_back(pair.second);
      push_right(pair.first);
    }
  }

  const std::vector<std::pair<Pair, std::uint64_t>>& straight() const { return straight_; }
  const std::vector<std::pair<Pair, std::uint64_t>>& circles() const { return circles_; }
  std::size_t layer(const std::string& member) const { return layers_.at(member); }
  std::size_t last_layer() const {
    std::size_t last = 1;
    for (const auto& [member, layer] : layers_) last = std::max(last, layer);
    return last + 1;
  }

 private:
  bool leads(const std::string& from, const std::string& to) const {
    std::set<std::string> seen{from};
    std::vector<std::string> open{from};
    while (!open.empty()) {
      const auto here = std::move(open.back());
      open.pop_back();
      if (here == to) return true;
      const auto next = next_.find(here);
      if (next == next_.end()) continue;
      for (const auto& there : next->second)
        if (seen.insert(there).second) open.push_back(there);
    }
    return false;
  }

  void push_right(const std::string& start) {
    std::vector<std::string> open{start};
    while (!open.empty()) {
      const auto here = std::move(open.back());
      open.pop_back();
      const auto next = next_.find(here);
      if (next == next_.end()) continue;
      for (const auto& there : next->second) {
        if (layers_.at(there) > layers_.at(here)) continue;
        layers_.at(there) = layers_.at(here) + 1;
        open.push_back(there);
      }
    }
  }

  std::map<Pair, std::uint64_t> gross_;
  std::map<std::string, std::vector<std::string>> next_;
  std::map<std::string, std::size_t> layers_;
  std::vector<std::pair<Pair, std::uint64_t>> straight_;
  std::vector<std::pair<Pair, std::uint64_t>> circles_;
};

class FundFlow {
 public:
  FundFlow(const Catalogue& words, Names& names, ledger::Currency currency)
      : words_(words), names_(names) {
    diagram_.currency = currency;
  }

  void add_flow(const storage::Flow& flow) {
    const auto& [key, total] = flow;
    const auto count = words_.text("flow_count", {{"count", words_.number(total.count)}});
    switch (key.kind) {
      case RecordKind::donation:
        bring_in({"", words_.text("flow_donors")}, key.to, total.amount, count);
        return;
      case RecordKind::disbursement:
        hands_.add(key.from, key.to, total.amount);
        add_row(FlowGroup::between, name(key.from), name(key.to), count, total.amount);
        return;
      case RecordKind::return_:
        hands_.add(key.from, key.to, total.amount);
        add_row(FlowGroup::between, name(key.from),
                words_.text("flow_returned", {{"to", name(key.to)}}), count, total.amount);
        return;
      case RecordKind::expenditure:
        take_out(key.from, spent(key.to), total.amount, count);
        return;
      case RecordKind::refund:
        take_out(key.from, {FlowKind::refunded, "", words_.text("flow_refunded")}, total.amount,
                 count);
        return;
      case RecordKind::exchange:
        add_exchange(flow, count);
        return;
      default:
        return;
    }
  }

  void add_held(const std::string& holder, std::uint64_t balance) {
    take_out(holder, {FlowKind::held, holder, words_.text("flow_held", {{"who", name(holder)}})},
             balance, "");
  }

  FlowDiagram make() {
    hands_.arrange();
    for (const auto& [pair, amount] : hands_.straight())
      link(hand(pair.first), hand(pair.second), amount);
    for (const auto& [pair, amount] : hands_.circles()) {
      const auto& [from, to] = pair;
      link(hand(from),
           end({FlowKind::circle, to, words_.text("flow_circle_out", {{"who", name(to)}})}),
           amount);
      link(source({"from " + from, words_.text("flow_circle_in", {{"who", name(from)}})}), hand(to),
           amount);
    }
    for (const auto& [from, to, amount] : incoming_) link(source(from), hand(to), amount);
    for (const auto& [from, to, amount] : outgoing_) link(hand(from), end(to), amount);
    for (const auto& [ends, amount] : sums_)
      diagram_.graph.links.push_back({ends.first, ends.second, amount});
    std::ranges::sort(diagram_.rows, [](const FlowRow& left, const FlowRow& right) {
      return std::tie(left.group, right.amount, left.from, left.to, left.note) <
             std::tie(right.group, left.amount, right.from, right.to, right.note);
    });
    return std::move(diagram_);
  }

 private:
  struct Source {
    std::string key;
    std::string label;
  };
  struct End {
    FlowKind kind{};
    std::string key;
    std::string label;
  };

  std::string name(const std::string& member) { return names_.member(ledger::MemberId{member}); }

  End spent(const std::string& category) const {
    constexpr auto all = enum_words(ledger::Category{});
    const auto found = std::ranges::find(all, category) - all.begin();
    const bool fee = ledger::is_fee(static_cast<ledger::Category>(found));
    return {fee ? FlowKind::fees : FlowKind::spent, category,
            words_.text("flow_paid", {{"category", words_.text("category_" + category)}})};
  }

  void add_exchange(const storage::Flow& flow, const std::string& count) {
    const auto& [key, total] = flow;
    if (key.currency == diagram_.currency) {
      take_out(key.from,
               {FlowKind::exchanged, key.to, words_.text("flow_exchanged", {{"to", key.to}})},
               total.amount, count);
      return;
    }
    const auto from = key.currency.to_text();
    bring_in({from, words_.text("flow_exchanged_in", {{"from", from}})}, key.from, total.to_amount,
             count);
  }

  void bring_in(Source from, const std::string& to, std::uint64_t amount, const std::string& note) {
    hands_.add_member(to);
    add_row(FlowGroup::in, from.label, name(to), note, amount);
    incoming_.emplace_back(std::move(from), to, amount);
  }

  void take_out(const std::string& from, End to, std::uint64_t amount, const std::string& note) {
    hands_.add_member(from);
    add_row(FlowGroup::out, name(from), to.label, note, amount);
    outgoing_.emplace_back(from, std::move(to), amount);
  }

  void add_row(FlowGroup group, std::string from, std::string to, std::string note,
               std::uint64_t amount) {
    diagram_.rows.push_back({group, std::move(from), std::move(to), std::move(note), amount});
  }

  std::size_t node(std::size_t layer, FlowKind kind, const std::string& key,
                   const std::string& label) {
    auto& nodes = diagram_.graph.nodes;
    const auto [known, added] = index_.try_emplace({layer, kind, key}, nodes.size());
    if (added) nodes.push_back({.layer = layer, .kind = kind, .label = label});
    return known->second;
  }
  std::size_t source(const Source& from) { return node(0, FlowKind::source, from.key, from.label); }
  std::size_t hand(const std::string& member) {
    return node(hands_.layer(member), FlowKind::hand, member, name(member));
  }
  std::size_t end(const End& to) { return node(hands_.last_layer(), to.kind, to.key, to.label); }

  void link(std::size_t from, std::size_t to, std::uint64_t amount) {
    if (amount > 0) sums_[{from, to}] += amount;
  }

  const Catalogue& words_;
  Names& names_;
  Hands hands_;
  std::vector<std::tuple<Source, std::string, std::uint64_t>> incoming_;
  std::vector<std::tuple<std::string, End, std::uint64_t>> outgoing_;
  std::map<std::tuple<std::size_t, FlowKind, std::string>, std::size_t> index_;
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> sums_;
  FlowDiagram diagram_;
};

}  // namespace

std::vector<FlowDiagram> fund_flows(const Catalogue& words, Names& names,
                                    const storage::Snapshot& snapshot, const ledger::FundId& fund) {
  std::map<ledger::Currency, FundFlow> by_currency;
  const auto of = [&](const ledger::Currency& currency) -> FundFlow& {
    return by_currency.try_emplace(currency, words, names, currency).first->second;
  };
  for (const auto& flow : snapshot.flows(fund)) {
    of(flow.key.currency).add_flow(flow);
    if (flow.key.kind != RecordKind::exchange) continue;
    if (const auto to = ledger::Currency::from_text(flow.key.to)) of(*to).add_flow(flow);
  }
  for (const auto& account : snapshot.accounts_of(fund))
    if (account->balance() > 0)
      of(account->key().currency).add_held(account->key().holder.value, account->balance());
  std::vector<FlowDiagram> diagrams;
  for (auto& [currency, flow] : by_currency) diagrams.push_back(flow.make());
  return diagrams;
}

}  // namespace centime::explorer
