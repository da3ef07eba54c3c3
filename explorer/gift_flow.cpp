#include "explorer/gift_flow.h"

#include <map>
#include <tuple>

#include "explorer/gift_shares.h"

namespace centime::explorer {
namespace {

FlowKind end_kind(ShareKind kind) {
  switch (kind) {
    case ShareKind::spent:
      return FlowKind::spent;
    case ShareKind::fees:
      return FlowKind::fees;
    case ShareKind::held:
      return FlowKind::held;
    case ShareKind::underway:
      return FlowKind::underway;
    case ShareKind::disputed:
      return FlowKind::disputed;
    case ShareKind::refunded:
      return FlowKind::refunded;
    case ShareKind::rounded:
      break;
  }
  return FlowKind::rounded;
}

class GiftFlow {
 public:
  GiftFlow(const Catalogue& words, Names& names, const api::DonationTrace& trace)
      : words_(words), names_(names), trace_(trace), shares_(trace.path) {}

  FlowDiagram make() {
    find_depths();
    const auto& gift = trace_.summary.gift;
    const auto& path = trace_.path;
    const auto source = node(0, FlowKind::source, "", words_.text("flow_gift"));
    add(source, hand(0), gift.amount.value);
    for (const auto& move : path.trace.moves) {
      const auto given = shares_.share(move.from, move.units);
      if (move.to && given > 0) add(hand(move.from), hand(*move.to), given);
    }
    const auto kinds = share_kinds(trace_);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const auto& leaf = trace_.leaves[i];
      if (leaf.given > 0) add(hand(leaf.piece), end(leaf, kinds[i]), leaf.given);
    }
    FlowDiagram diagram;
    diagram.currency = gift.currency;
    for (const auto& [ends, amount] : sums_)
      diagram.graph.links.push_back({ends.first, ends.second, amount});
    diagram.graph.nodes = std::move(nodes_);
    add_rows(diagram);
    return diagram;
  }

 private:
  // Hands of money that was passed on i times are in layer 1 + i, the ends behind all of them.
  void find_depths() {
    const auto& trace = trace_.path.trace;
    for (const auto& piece : trace.pieces) {
      const auto& through = piece.arrived_through;
      depths_.push_back(through ? depths_[trace.moves[*through].from] + 1 : 0);
      last_layer_ = std::max(last_layer_, depths_.back() + 2);
    }
  }

  std::size_t node(std::size_t layer, FlowKind kind, const std::string& key,
                   const std::string& label) {
    const auto [known, added] = index_.try_emplace({layer, kind, key}, nodes_.size());
    if (added) nodes_.push_back({.layer = layer, .kind = kind, .label = label});
    return known->second;
  }

  std::size_t hand(std::size_t piece) {
    const auto& account = trace_.path.account_of_piece(piece);
    auto label = names_.member(account.holder);
    const auto currency = account.currency.to_text();
    if (account.currency != trace_.summary.gift.currency)
      label = words_.text("flow_in_currency", {{"who", label}, {"currency", currency}});
    return node(depths_[piece] + 1, FlowKind::hand, account.holder.value + "/" + currency, label);
  }

  std::size_t end(const proof::Leaf& leaf, ShareKind kind) {
    const auto key = "flow_" + std::string(crypto::word_of(kind));
    const auto flow_kind = end_kind(kind);
    if (leaf.kind == proof::LeafKind::held) {
      const auto& holder = trace_.path.accounts.at(leaf.account).holder;
      return node(last_layer_, flow_kind, holder.value,
                  words_.text(key, {{"who", names_.member(holder)}}));
    }
    if (leaf.kind != proof::LeafKind::spent)
      return node(last_layer_, flow_kind, "", words_.text(key));
    const auto& body = trace_.path.record(leaf.entry).entry.authored.record.body;
    const std::string category(crypto::word_of(std::get<ledger::Expenditure>(body).category));
    return node(last_layer_, flow_kind, category,
                words_.text("flow_paid", {{"category", words_.text("category_" + category)}}));
  }

  void add(std::size_t from, std::size_t to, std::uint64_t amount) { sums_[{from, to}] += amount; }

  // Links stand in the order of their nodes, which is that of the trace.
  void add_rows(FlowDiagram& diagram) const {
    const auto& nodes = diagram.graph.nodes;
    for (const auto& link : diagram.graph.links) {
      const auto& from = nodes[link.from];
      const auto& to = nodes[link.to];
      const auto group = from.layer == 0           ? FlowGroup::in
                         : to.layer == last_layer_ ? FlowGroup::out
                                                   : FlowGroup::between;
      diagram.rows.push_back({group, from.label, to.label, "", link.amount});
    }
  }

  const Catalogue& words_;
  Names& names_;
  const api::DonationTrace& trace_;
  proof::GiftShares shares_;
  std::vector<std::size_t> depths_;  // By piece.
  std::size_t last_layer_ = 0;
  std::map<std::tuple<std::size_t, FlowKind, std::string>, std::size_t> index_;
  std::vector<FlowNode> nodes_;
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> sums_;
};

}  // namespace

FlowDiagram gift_flow(const Catalogue& words, Names& names, const api::DonationTrace& trace) {
  return GiftFlow(words, names, trace).make();
}

}  // namespace centime::explorer
