// How the store's keys and values are laid out in bytes.
//
// Numbers are big-endian, so that keys sort as what they mean; a name inside a key has its length
// before it, so that no name is the beginning of another. A name that a list is ordered by has a
// zero behind it instead, which is below all characters of names. Knows nothing of a database.
//
//   column        key                                         value
//   entries       u64 index                                   canonical entry
//   tiles         u8 level ‖ u64 index                        256 hashes; only full tiles
//   blocks        u64 height                                  u64 first ‖ u64 seal ‖ certificate
//   seals         u64 seal entry                              u64 height
//   accounts      u32 index                                   canonical account
//   account_keys  fund ‖ holder ‖ 0 ‖ currency                u32 account index
//   registry      u8 kind ‖ slug (to the end of the key)      canonical member, fund or channel;
//                 u8 kind                                     canonical governance
//                 u8 kind ‖ u64 epoch                         canonical epoch start
//   inflows       u32 account ‖ u64 hi                        u64 lo ‖ u64 entry
//   outflows      u32 account ‖ u64 hi                        u64 lo ‖ u64 entry
//   refs          author ‖ reference (to the end of the key)  u64 entry
//   ids           first 8 bytes of the id ‖ u64 entry         nothing
//   by_fund       fund ‖ u64 first entry                      runs: (u64 first ‖ u32 count)...
//   by_member     member ‖ u64 first entry                    the same; one row per block
//   by_day        u32 day ‖ u64 first entry                   the same
//   statements    32 bytes subject id ‖ u64 entry             u8 kind
//   flows         fund ‖ currency ‖ u8 kind ‖ from ‖ 0 ‖ to   u64 amount ‖ u64 to_amount ‖ u64
//                                                             count
//   totals        fund, or an empty name for all ‖ currency   u64 donated ‖ u64 donations ‖ u64
//                                                             exchanged in ‖ u64 spent ‖ u64
//                                                             refunded ‖ u64 exchanged out ‖ u64
//                                                             flows ‖ u64 accounts
//   missing       fund ‖ u8 what ‖ u64 entry                  nothing
//   votes         the consensus' own                          the consensus' own
//   meta          "format", "network" or "head"               u32; 32 bytes; HeadRow
#pragma once

#include <array>
#include <cstring>
#include <optional>

#include "crypto/bytes.h"
#include "crypto/check.h"
#include "node/ledger/changes.h"
#include "node/storage/currency_totals.h"

namespace centime::storage {

// A short key or value, built on the stack.
class Row {
 public:
  Row& number(std::uint8_t value) { return put_number(value); }
  Row& number(std::uint32_t value) { return put_number(value); }
  Row& number(std::uint64_t value) { return put_number(value); }
  Row& raw(crypto::BytesView bytes) {
    crypto::check(bytes.size() <= bytes_.size() - size_, "a row fits its buffer");
    if (!bytes.empty()) std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
    return *this;
  }
  Row& raw(std::string_view text) { return raw(crypto::as_bytes(text)); }
  Row& ordered_name(std::string_view text) { return raw(text).number(std::uint8_t{0}); }
  Row& name(std::string_view text) {
    crypto::check(text.size() <= 255, "a name's length fits one byte");
    return number(static_cast<std::uint8_t>(text.size())).raw(text);
  }

  crypto::BytesView view() const { return {bytes_.data(), size_}; }
  operator crypto::BytesView() const { return view(); }

 private:
  template <class T>
  Row& put_number(T value) {
    std::array<std::uint8_t, sizeof(T)> buffer;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      buffer[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
    return raw(buffer);
  }

  std::array<std::uint8_t, 320> bytes_;  // The first size_ are set.
  std::size_t size_ = 0;
};

// Takes a row apart. Reading past the end gives zeros and is remembered.
class RowReader {
 public:
  explicit RowReader(crypto::BytesView bytes) : rest_(bytes) {}

  std::uint8_t u8() { return take_number<std::uint8_t>(); }
  std::uint32_t u32() { return take_number<std::uint32_t>(); }
  std::uint64_t u64() { return take_number<std::uint64_t>(); }
  crypto::BytesView raw(std::size_t size);
  std::string_view name() { return crypto::as_text(raw(u8())); }
  std::string_view ordered_name();

  crypto::BytesView rest() const { return rest_; }
  // True if nothing was missing so far and nothing is left.
  bool complete() const { return !short_ && rest_.empty(); }
  bool short_of_bytes() const { return short_; }

 private:
  template <class T>
  T take_number() {
    T value = 0;
    for (const std::uint8_t byte : raw(sizeof(T))) value = static_cast<T>(value << 8 | byte);
    return value;
  }

  crypto::BytesView rest_;
  bool short_ = false;
};

enum class RegistryKind : std::uint8_t { member, fund, channel, governance, epoch };

Row entry_key(ledger::EntryIndex index);
Row tile_key(unsigned level, std::uint64_t index);
Row height_key(ledger::Height height);
Row account_key(ledger::AccountIndex index);
Row account_name_key(const ledger::AccountKey& key);
Row registry_key(RegistryKind kind, std::string_view slug);
Row epoch_key(std::uint64_t epoch);
Row position_key(ledger::AccountIndex account, ledger::Position hi);
Row account_prefix(ledger::AccountIndex account);  // What all rows of its positions begin with.
Row reference_key(const ledger::MemberId& author, const ledger::Reference& reference);
Row id_key(const ledger::RecordId& id, ledger::EntryIndex entry);
Row statement_key(const ledger::RecordId& subject, ledger::EntryIndex entry);

Row missing_key(const ledger::FundId& fund, ledger::Missing what, ledger::EntryIndex entry);

// What all rows of a fund, member or day begin with.
Row name_prefix(std::string_view slug);
Row day_prefix(ledger::Date day);

Row flow_key(const ledger::FlowKey& key);
std::optional<ledger::FlowKey> decode_flow_key(crypto::BytesView bytes);
Row flow_value(const ledger::FlowTotal& total);
std::optional<ledger::FlowTotal> decode_flow_value(crypto::BytesView bytes);

// Of one fund, or of all where the name is empty.
Row totals_key(std::string_view fund, ledger::Currency currency);
Row totals_value(const CurrencyTotals& totals);
// From both; the currency is what the key ends with.
std::optional<CurrencyTotals> decode_totals(crypto::BytesView key, crypto::BytesView value);

std::optional<ledger::RecordKind> decode_kind(crypto::BytesView bytes);

void encode_runs(const ledger::EntryRuns& runs, crypto::Bytes& out);  // Replaces `out`.
std::optional<ledger::EntryRuns> decode_runs(crypto::BytesView bytes);

// The end of the log as `meta` records it.
struct HeadRow {
  ledger::Height height;
  ledger::EntryIndex seal_entry;
  crypto::Digest hash;
  auto operator<=>(const HeadRow&) const = default;
};
Row head_value(const HeadRow& head);
std::optional<HeadRow> decode_head(crypto::BytesView bytes);

// The least key above all that begin with `prefix`. Requires a byte below 0xff in it.
crypto::Bytes after_prefix(crypto::BytesView prefix);

}  // namespace centime::storage
