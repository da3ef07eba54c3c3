// Which records of the whole ledger are wanted, as a query names them: /v1/records and /explore.
//
// Pure. A parameter that is there and empty, or blank, counts as absent, since forms send all their
// fields; blanks around a value are no part of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_message.h"
#include "api/queries.h"

namespace centime::api {

inline constexpr std::size_t filter_text_max = 100;  // Bytes.

// An amount in major units as people write it, before it has a currency: whole ten-thousandths,
// which every currency's minor unit is a multiple of.
struct MajorAmount {
  std::uint64_t whole = 0;  // At most 10^16.
  std::uint32_t ten_thousandths = 0;

  // "50", "50.00", "12,345.60" and "50,00". Nothing for what is none of these.
  static std::optional<MajorAmount> from_text(std::string_view text);
  static MajorAmount of(const Money& money);
  auto operator<=>(const MajorAmount&) const = default;
};

// A record is wanted when it fits all that is stated.
struct RecordFilter {
  std::vector<ledger::RecordKind> kinds;  // One of these; empty: any.
  std::optional<ledger::FundId> fund;
  std::optional<ledger::MemberId> member;  // Its author, its receiver, or whose record it is about.
  std::optional<ledger::Currency> currency;
  std::optional<ledger::Category> category;  // Of an expenditure.
  std::optional<ledger::Date> from, to;      // Both are wanted too.
  std::optional<MajorAmount> min, max;       // Both are wanted too.
  // Part of any text in it, letters of ASCII in either case; or at least 16 digits, in either case,
  // that the commitment of a donation's receipt begins with.
  std::string text;

  bool by_day() const { return from || to; }

  // What the content by itself tells; true may still turn out false in `fits`.
  bool may_fit(const ledger::AuthoredRecord& authored) const;
  // All but `member`, which only an index knows (record_walk.h).
  bool fits(const RecordView& record) const;
};

// The day under which lists have a record: the one that it states, or else that of its block.
ledger::Date filed_day(const RecordView& record);

// The parameters of a filter, in the order of a form.
inline constexpr auto filter_parameters = std::to_array<std::string_view>(
    {"kind", "fund", "member", "currency", "category", "from", "to", "min", "max", "text"});

struct ParsedFilter {
  RecordFilter filter;                // Without what was not understood.
  Fields given;                       // What was understood, in the order above.
  std::vector<std::string_view> bad;  // Parameters that were not understood.

  // "kind=donation&fund=relief": the same for the same filter. What cursors are bound to.
  std::string name() const;
};

// `kind` may be repeated. Funds and members need not exist.
ParsedFilter parse_record_filter(const Request& request);

// What a parameter has to look like: "from is a day such as 2026-11-22".
std::string_view filter_rule(std::string_view parameter);

}  // namespace centime::api
