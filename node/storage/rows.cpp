#include "node/storage/rows.h"

#include <algorithm>

namespace centime::storage {

using crypto::Bytes;
using crypto::BytesView;

BytesView RowReader::raw(std::size_t size) {
  if (size > rest_.size()) {
    short_ = true;
    rest_ = {};
    return {};
  }
  const BytesView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::string_view RowReader::ordered_name() {
  const auto end = std::ranges::find(rest_, std::uint8_t{0});
  const std::string_view name = crypto::as_text(raw(static_cast<std::size_t>(end - rest_.begin())));
  u8();
  return name;
}

Row entry_key(ledger::EntryIndex index) { return Row().number(index.value); }

Row tile_key(unsigned level, std::uint64_t index) {
  return Row().number(static_cast<std::uint8_t>(level)).number(index);
}

Row height_key(ledger::Height height) { return Row().number(height.value); }

Row account_key(ledger::AccountIndex index) { return Row().number(index.value); }

Row account_name_key(const ledger::AccountKey& key) {
  return Row().name(key.fund.value).ordered_name(key.holder.value).raw(key.currency.text());
}

Row registry_key(RegistryKind kind, std::string_view slug) {
  return Row().number(static_cast<std::uint8_t>(kind)).raw(slug);
}

Row epoch_key(std::uint64_t epoch) {
  return Row().number(static_cast<std::uint8_t>(RegistryKind::epoch)).number(epoch);
}

Row position_key(ledger::AccountIndex account, ledger::Position hi) {
  return Row().number(account.value).number(hi.value);
}

Row account_prefix(ledger::AccountIndex account) { return Row().number(account.value); }

Row reference_key(const ledger::MemberId& author, const ledger::Reference& reference) {
  return Row().name(author.value).raw(reference.value);
}

Row id_key(const ledger::RecordId& id, ledger::EntryIndex entry) {
  return Row().raw(BytesView(id.bytes).first(8)).number(entry.value);
}

Row statement_key(const ledger::RecordId& subject, ledger::EntryIndex entry) {
  return Row().raw(subject.bytes).number(entry.value);
}

Row missing_key(const ledger::FundId& fund, ledger::Missing what, ledger::EntryIndex entry) {
  return name_prefix(fund.value).number(static_cast<std::uint8_t>(what)).number(entry.value);
}

Row name_prefix(std::string_view slug) { return Row().name(slug); }

Row day_prefix(ledger::Date day) { return Row().number(day.value); }

Row flow_key(const ledger::FlowKey& key) {
  return Row()
      .name(key.fund.value)
      .raw(key.currency.text())
      .number(static_cast<std::uint8_t>(key.kind))
      .ordered_name(key.from)
      .raw(key.to);
}

std::optional<ledger::FlowKey> decode_flow_key(BytesView bytes) {
  RowReader reader(bytes);
  ledger::FlowKey key;
  key.fund.value = reader.name();
  const auto currency = ledger::Currency::from_text(crypto::as_text(reader.raw(3)));
  const auto kind = reader.u8();
  key.from = reader.ordered_name();
  key.to = crypto::as_text(reader.raw(reader.rest().size()));
  if (!reader.complete() || !currency || kind >= enum_words(ledger::RecordKind{}).size())
    return std::nullopt;
  key.currency = *currency;
  key.kind = static_cast<ledger::RecordKind>(kind);
  return key;
}

Row flow_value(const ledger::FlowTotal& total) {
  return Row().number(total.amount).number(total.to_amount).number(total.count);
}

std::optional<ledger::FlowTotal> decode_flow_value(BytesView bytes) {
  RowReader reader(bytes);
  ledger::FlowTotal total;
  total.amount = reader.u64();
  total.to_amount = reader.u64();
  total.count = reader.u64();
  if (!reader.complete()) return std::nullopt;
  return total;
}

Row totals_key(std::string_view fund, ledger::Currency currency) {
  return Row().name(fund).raw(currency.text());
}

Row totals_value(const CurrencyTotals& totals) {
  return Row()
      .number(totals.donated)
      .number(totals.donations)
      .number(totals.exchanged_in)
      .number(totals.spent)
      .number(totals.refunded)
      .number(totals.exchanged_out)
      .number(totals.flows)
      .number(totals.accounts);
}

std::optional<CurrencyTotals> decode_totals(BytesView key, BytesView value) {
  RowReader name(key);
  name.name();
  const auto currency = ledger::Currency::from_text(crypto::as_text(name.raw(3)));
  if (!name.complete() || !currency) return std::nullopt;
  RowReader reader(value);
  CurrencyTotals totals;
  totals.currency = *currency;
  for (std::uint64_t* field :
       {&totals.donated, &totals.donations, &totals.exchanged_in, &totals.spent, &totals.refunded,
        &totals.exchanged_out, &totals.flows, &totals.accounts})
    *field = reader.u64();
  if (!reader.complete()) return std::nullopt;
  return totals;
}

std::optional<ledger::RecordKind> decode_kind(BytesView bytes) {
  RowReader reader(bytes);
  const std::uint8_t kind = reader.u8();
  if (!reader.complete() || kind >= enum_words(ledger::RecordKind{}).size()) return std::nullopt;
  return static_cast<ledger::RecordKind>(kind);
}

void encode_runs(const ledger::EntryRuns& runs, Bytes& out) {
  out.clear();
  for (const auto& run : runs) {
    const Row row =
        Row().number(run.first.value).number(static_cast<std::uint32_t>(run.last - run.first + 1));
    out.insert(out.end(), row.view().begin(), row.view().end());
  }
}

std::optional<ledger::EntryRuns> decode_runs(BytesView bytes) {
  RowReader reader(bytes);
  ledger::EntryRuns runs;
  while (!reader.rest().empty()) {
    const ledger::EntryIndex first{reader.u64()};
    const std::uint64_t count = reader.u32();
    if (reader.short_of_bytes() || count == 0) return std::nullopt;
    runs.push_back({first, first + (count - 1)});
  }
  if (runs.empty()) return std::nullopt;
  return runs;
}

Row head_value(const HeadRow& head) {
  return Row().number(head.height.value).number(head.seal_entry.value).raw(head.hash.bytes);
}

std::optional<HeadRow> decode_head(BytesView bytes) {
  RowReader reader(bytes);
  HeadRow head;
  head.height.value = reader.u64();
  head.seal_entry.value = reader.u64();
  const auto hash = crypto::Digest::from(reader.raw(32));
  if (!hash || !reader.complete()) return std::nullopt;
  head.hash = *hash;
  return head;
}

Bytes after_prefix(BytesView prefix) {
  Bytes after = crypto::to_bytes(prefix);
  while (!after.empty() && after.back() == 0xff) after.pop_back();
  crypto::check(!after.empty(), "a prefix has a successor");
  ++after.back();
  return after;
}

}  // namespace centime::storage
