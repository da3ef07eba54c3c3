#include "tests/support/state_probe.h"

#include <algorithm>

#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/ledger/entries.h"

namespace centime::test {
namespace {

using ledger::AccountIndex;
using ledger::EntryIndex;
using ledger::Interval;

template <class Value>
std::string text_of(const std::shared_ptr<const Value>& value) {
  return value ? crypto::to_hex(crypto::encode(*value)) : "none";
}

template <class Number>
std::string text_of(const std::optional<Number>& number) {
  return number ? std::to_string(number->value) : "none";
}

template <class Flow>
std::string text_of(const std::vector<Flow>& flows) {
  std::string text;
  for (const Flow& flow : flows) {
    text += std::to_string(flow.units.lo.value) + "-" + std::to_string(flow.units.hi.value) + "@" +
            std::to_string(flow.entry.value) + " ";
  }
  return text;
}

// The whole account, and windows that begin and end in the middle of things.
std::vector<Interval> windows_of(const ledger::Account& account) {
  const std::uint64_t end = account.received().value;
  return {{{0}, {end}},           {{0}, account.head()},      {account.head(), {end}},
          {{end / 3}, {end / 2}}, {{end / 2}, {end / 2 + 1}}, {{end}, {end + 5}}};
}

void add_account(const ledger::StateView& view, AccountIndex index,
                 std::vector<std::string>& lines) {
  const auto account = view.account(index);
  const std::string name = "account " + std::to_string(index.value);
  lines.push_back(name + " " + text_of(account) + " " + std::to_string(account->balance()));
  for (const Interval& window : windows_of(*account)) {
    const std::string part =
        name + " [" + std::to_string(window.lo.value) + "," + std::to_string(window.hi.value) + ")";
    lines.push_back(part + " in " + text_of(view.inflows(index, window, ledger::all_flows)));
    lines.push_back(part + " out " + text_of(view.outflows(index, window, ledger::all_flows)));
  }
}

}  // namespace

void StateProbe::learn(std::span<const crypto::Bytes> entries) {
  for (const crypto::Bytes& bytes : entries) {
    const auto entry = crypto::decode<ledger::Entry>(bytes);
    crypto::check(entry.has_value(), "an entry");
    const auto* record = std::get_if<ledger::RecordEntry>(&*entry);
    if (record == nullptr) continue;
    const ledger::AuthoredRecord& authored = record->authored;
    members_.insert(authored.author);
    references_.insert({authored.author, authored.record.reference});
    references_.insert({{"nobody"}, authored.record.reference});
    ids_.insert(ledger::record_id(crypto::encode(authored)));
    std::visit(
        [&](const auto& body) {
          if constexpr (requires { body.fund; }) funds_.insert(body.fund);
          if constexpr (requires { body.channel; }) channels_.insert(body.channel);
          if constexpr (requires { body.to; }) members_.insert(body.to);
          if constexpr (requires { body.currency; }) currencies_.insert(body.currency);
          if constexpr (requires { body.to_currency; }) currencies_.insert(body.to_currency);
        },
        authored.record.body);
  }
}

std::vector<std::string> StateProbe::ask(const ledger::StateView& view) const {
  std::vector<std::string> lines;
  for (const auto& id : members_) lines.push_back("member " + id.value + text_of(view.member(id)));
  for (const auto& id : funds_) lines.push_back("fund " + id.value + text_of(view.fund(id)));
  for (const auto& id : channels_) {
    lines.push_back("channel " + id.value + text_of(view.channel(id)));
  }
  for (const auto& fund : funds_) {
    for (const auto& holder : members_) {
      for (const auto& currency : currencies_) {
        lines.push_back("key " + fund.value + "/" + holder.value + "/" + currency.to_text() + " " +
                        text_of(view.find_account({fund, holder, currency})));
      }
    }
  }
  for (const auto& [author, reference] : references_) {
    lines.push_back("reference " + author.value + " " + reference.value + " " +
                    text_of(view.find_reference(author, reference)));
  }
  for (const auto& id : ids_) {
    const auto entry = view.find_record(id);
    std::string line = "id " + id.hex() + " " + text_of(entry) + " about";
    for (const EntryIndex about : view.statements(id)) line += " " + std::to_string(about.value);
    lines.push_back(std::move(line));
    if (entry) lines.push_back("record " + crypto::to_hex(crypto::encode(view.record(*entry))));
  }
  lines.push_back("accounts " + std::to_string(view.account_count()));
  for (std::uint32_t i = 0; i < view.account_count(); ++i) add_account(view, {i}, lines);
  return lines;
}

std::string StateProbe::difference(const ledger::StateView& left,
                                   const ledger::StateView& right) const {
  const auto one = ask(left);
  const auto other = ask(right);
  const auto [a, b] = std::ranges::mismatch(one, other);
  if (a == one.end() && b == other.end()) return {};
  return (a == one.end() ? "nothing" : *a) + " | " + (b == other.end() ? "nothing" : *b);
}

}  // namespace centime::test
