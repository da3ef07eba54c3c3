#include "node/program/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

#include "explorer/names.h"
#include "node/ledger/money.h"

namespace centime::program {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::size_t depth_max = 200;  // Deeper than anybody reads, and a screen is wide.

std::string text_of(const value& json) { return std::string(json.as_string()); }
std::size_t number_of(const value& json) { return json.to_number<std::size_t>(); }

// For a screen: text of the ledger is anybody's, and may not rearrange what stands around it.
std::string string_at(const object& json, std::string_view name) {
  const auto* found = json.if_contains(name);
  return found == nullptr ? std::string() : explorer::in_sentence(text_of(*found));
}

struct Money {
  std::uint64_t amount = 0;
  std::string currency;

  std::string text() const {
    const auto code = ledger::Currency::from_text(currency);
    if (!code) throw std::invalid_argument("currency");
    return ledger::format_amount({amount}, *code);
  }
};

Money money_of(const value& json) {
  return {json.at("amount").to_number<std::uint64_t>(), text_of(json.at("currency"))};
}

// Reads with throwing accessors: what is no trace at all ends in one place, trace_text().
class TraceTree {
 public:
  explicit TraceTree(const object& trace) : trace_(trace), gift_(money_of(trace.at("gift"))) {
    for (const value& step : trace.at("steps").as_array()) {
      steps_.emplace(text_of(step.at("id")), &step.as_object());
    }
    const std::size_t pieces = trace.at("pieces").as_array().size();
    moves_.resize(pieces);
    leaves_.resize(pieces);
    for (const value& move : trace.at("moves").as_array()) add_move(move.as_object(), pieces);
    for (const value& leaf : trace.at("leaves").as_array()) {
      leaves_.at(number_of(leaf.at("piece"))).push_back(&leaf.as_object());
    }
    sum_up();
  }

  std::string show() {
    const object& donation = trace_.at("donation").as_object();
    std::string fund = string_at(donation, "fund");
    if (const std::string title = string_at(trace_, "fund_title"); !title.empty()) {
      fund = fmt::format("{} ({})", title, fund);
    }
    out_ = fmt::format("{} given to {} on {}\nrecord {}, reference {} of {}\n\n{}\n\n",
                       gift_.text(), fund, string_at(donation, "day"), text_of(donation.at("id")),
                       text_of(donation.at("record").at("reference")),
                       text_of(donation.at("author")), string_at(trace_, "sentence"));
    out_ += fmt::format("{} received by {}\n", gift_.text(), text_of(donation.at("author")));
    show_below({0}, "", 0);
    show_sum();
    return std::move(out_);
  }

  std::uint64_t leaves_sum() const { return given_below_.at(0); }
  std::uint64_t gift() const { return gift_.amount; }

 private:
  struct Move {
    std::string id;
    std::uint64_t units = 0;
    std::optional<std::size_t> to;
  };

  // What one record took out of some pieces.
  struct Branch {
    std::uint64_t units = 0;
    std::uint64_t given = 0;
    std::vector<std::size_t> to;
    std::string ends;  // "refunded", or "rounded" where it became nothing.
  };

  void add_move(const object& json, std::size_t pieces) {
    const std::size_t from = number_of(json.at("from"));
    const value& units = json.at("units");
    Move move{text_of(json.at("id")), number_of(units.at("hi")) - number_of(units.at("lo")), {}};
    if (const auto* to = json.if_contains("to")) {
      move.to = number_of(*to);
      // Pieces come in the order in which they were found, so a trace has no way back.
      if (*move.to <= from || *move.to >= pieces) throw std::out_of_range("move");
    }
    moves_.at(from).push_back(std::move(move));
  }

  void sum_up() {
    given_below_.assign(leaves_.size(), 0);
    for (std::size_t i = leaves_.size(); i-- > 0;) {
      for (const object* leaf : leaves_[i]) given_below_[i] += money_of(leaf->at("given")).amount;
      for (const Move& move : moves_[i]) {
        if (move.to) given_below_[i] += given_below_[*move.to];
      }
    }
  }

  std::string currency_of(std::size_t piece) const {
    return text_of(trace_.at("pieces").at(piece).at("account").at("currency"));
  }

  std::string amount_text(const Money& money, std::uint64_t given) const {
    if (money.currency == gift_.currency && money.amount == given) return money.text();
    return fmt::format("{} ({} of the gift)", money.text(), Money{given, gift_.currency}.text());
  }

  void show_below(const std::vector<std::size_t>& pieces, const std::string& indent,
                  std::size_t depth) {
    std::map<std::string, Branch> branches;
    std::vector<std::string> order;
    for (const std::size_t piece : pieces) {
      for (const Move& move : moves_[piece]) {
        if (!branches.contains(move.id)) order.push_back(move.id);
        Branch& branch = branches[move.id];
        branch.units += move.units;
        if (!move.to) continue;
        branch.given += given_below_[*move.to];
        branch.to.push_back(*move.to);
      }
    }
    Money held{0, currency_of(pieces.front())};
    std::uint64_t held_given = 0;
    for (const std::size_t piece : pieces) {
      for (const object* leaf : leaves_[piece]) {
        const std::uint64_t given = money_of(leaf->at("given")).amount;
        if (leaf->at("kind").as_string() == "held") {
          held.amount += money_of(leaf->at("money")).amount;
          held_given += given;
        } else {
          branches[text_of(leaf->at("id"))].given += given;
        }
      }
    }
    const bool holds = held.amount > 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const bool last = i + 1 == order.size() && !holds;
      const Branch& branch = branches[order[i]];
      out_ += fmt::format("{}{} {} {}\n", indent, last ? "└─" : "├─",
                          amount_text({branch.units, held.currency}, branch.given),
                          step_text(order[i]));
      if (branch.to.empty()) continue;
      const std::string below = indent + (last ? "   " : "│  ");
      if (depth == depth_max) {
        out_ += below + "… and so on: --json shows all of it\n";
      } else {
        show_below(branch.to, below, depth + 1);
      }
    }
    if (!holds) return;
    const value& account = trace_.at("pieces").at(pieces.front()).at("account");
    out_ += fmt::format("{}└─ {} held by {}\n", indent, amount_text(held, held_given),
                        text_of(account.at("holder")));
  }

  std::string step_text(const std::string& id) const {
    const auto found = steps_.find(id);
    if (found == steps_.end()) return "record " + id;
    const object& step = *found->second;
    const object& record = step.at("record").as_object();
    const std::string kind = text_of(step.at("kind")), day = text_of(step.at("date"));
    std::string text;
    if (kind == "sent") {
      text = fmt::format("sent to {} on {}, {}", string_at(step, "to"), day,
                         hand_over_text(string_at(step, "hand_over")));
    } else if (kind == "paid") {
      text = fmt::format("paid on {} for {}", day, string_at(record, "category"));
      if (const auto* payee = record.if_contains("payee")) {
        text += fmt::format(" to {}", string_at(payee->as_object(), "name"));
      }
    } else if (kind == "returned") {
      text = fmt::format("returned to {} on {}", string_at(step, "to"), day);
    } else if (kind == "refunded") {
      text = fmt::format("refunded to the donor on {}", day);
    } else if (kind == "exchanged") {
      text = fmt::format("exchanged on {}, rate by {}", day, string_at(record, "rate_source"));
    } else {
      text = fmt::format("{} on {}", kind, day);
    }
    for (const std::string_view field : {"purpose", "reason", "description"}) {
      if (const std::string words = string_at(record, field); !words.empty()) {
        text += fmt::format(": {}", words);
      }
    }
    return fmt::format("{} [{}/{}]", text, text_of(step.at("author")),
                       text_of(record.at("reference")));
  }

  static std::string hand_over_text(const std::string& word) {
    return word == "sent" ? "not yet acknowledged" : word;
  }

  void show_sum() {
    // By what became of it, in the order in which a reader asks.
    std::string parts;
    for (const std::string_view kind : {"spent", "refunded", "held", "rounded"}) {
      std::uint64_t sum = 0;
      for (const auto& of_piece : leaves_) {
        for (const object* leaf : of_piece) {
          if (leaf->at("kind").as_string() == kind) sum += money_of(leaf->at("given")).amount;
        }
      }
      if (sum == 0) continue;
      parts += fmt::format("{}{} {}", parts.empty() ? "" : " + ", Money{sum, gift_.currency}.text(),
                           kind);
    }
    out_ += fmt::format(
        "\n{} = {}, the whole gift.\n"
        "Rule: money of a fund is pooled, and what came in first goes out first.\n",
        parts, gift_.text());
  }

  const object& trace_;
  Money gift_;
  std::map<std::string, const object*> steps_;      // By record id.
  std::vector<std::vector<Move>> moves_;            // By the piece they leave.
  std::vector<std::vector<const object*>> leaves_;  // By piece.
  std::vector<std::uint64_t> given_below_;          // Minor units of the gift, by piece.
  std::string out_;
};

}  // namespace

Expected<std::string> trace_text(const boost::json::object& trace) {
  try {
    TraceTree tree(trace);
    if (tree.leaves_sum() != tree.gift()) {
      return fail("wrong_sum", fmt::format("the parts add up to {} of the gift's {} minor units: "
                                           "whoever answered is wrong",
                                           tree.leaves_sum(), tree.gift()));
    }
    return tree.show();
  } catch (const std::exception&) {
    return fail("bad_answer", "this is not the trace of a donation");
  }
}

}  // namespace centime::program
