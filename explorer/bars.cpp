#include "explorer/bars.h"

#include <algorithm>
#include <set>
#include <span>

namespace centime::explorer {
namespace {

using api::TotalsBy;
using api::TotalsRow;
using ledger::RecordKind;

constexpr std::size_t shown_currencies = 3;
constexpr std::size_t shown_months = 24;
constexpr std::size_t shown_others = 12;

std::string_view fill_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::expenditure:
      return "spent";
    case RecordKind::donation:
      return "held";
    default:
      return "muted";
  }
}

// "37.5" of 375 thousandths of the greatest; what is there is seen.
std::string width_percent(std::uint64_t amount, std::uint64_t greatest) {
  __extension__ using Wide = unsigned __int128;
  if (greatest == 0 || amount == 0) return "0";
  const auto tenths = std::max<std::uint64_t>(
      4, static_cast<std::uint64_t>(static_cast<Wide>(amount) * 1'000 / greatest));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

class BarsFiller {
 public:
  BarsFiller(Page& page, Section section, Names& names, const BarsOptions& options)
      : page_(page), section_(section), names_(names), options_(options) {}

  // Of one currency and kind.
  void add_table(std::span<const TotalsRow> rows) {
    const auto& first = rows.front();
    auto table = section_.add("TABLE");
    const std::string kind(crypto::word_of(first.kind));
    table.set("CAPTION", words().text("totals_" + kind, {{"currency", first.currency.to_text()}}));
    table.set("KEY_NAME", words().text("explore_by_" + std::string(crypto::word_of(options_.by))));
    std::vector<TotalsRow> ordered(rows.begin(), rows.end());
    if (options_.by == TotalsBy::month) {
      std::ranges::sort(ordered, std::ranges::greater{}, &TotalsRow::key);
    } else {
      std::ranges::sort(ordered, [](const TotalsRow& a, const TotalsRow& b) {
        return a.amount != b.amount ? a.amount > b.amount : a.key < b.key;
      });
    }
    add_rows(table, ordered);
  }

 private:
  const Catalogue& words() const { return page_.words(); }

  void add_rows(Section& table, const std::vector<TotalsRow>& rows) {
    const auto limit = options_.by == TotalsBy::month ? shown_months : shown_others;
    // One more than fits takes no more room than a row for the rest.
    const auto shown = rows.size() <= limit + 1 ? rows.size() : limit;
    std::uint64_t greatest = 0, sum = 0, rest = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      sum += rows[i].amount;
      if (i < shown)
        greatest = std::max(greatest, rows[i].amount);
      else
        rest += rows[i].amount;
    }
    for (std::size_t i = 0; i < shown; ++i) {
      auto row = add_row(table, rows[i], rows[i].amount, std::max(greatest, rest));
      row.add("LINKED")
          .set("URL", page_.link(options_.path(rows[i].key, rows[i].kind)))
          .set("NAME", name_of(rows[i].key));
    }
    if (shown < rows.size()) {
      const auto key = options_.by == TotalsBy::month ? "explore_earlier" : "flow_others";
      auto row = add_row(table, rows.front(), rest, std::max(greatest, rest));
      row.add("PLAIN").set("NAME",
                           words().text(key, {{"count", words().number(rows.size() - shown)}}));
    }
    if (rows.size() > 1) table.add("SUM").set("AMOUNT", words().amount(sum, rows.front().currency));
  }

  Section add_row(Section& table, const TotalsRow& like, std::uint64_t amount,
                  std::uint64_t greatest) {
    auto row = table.add("ROW");
    row.set("AMOUNT", words().amount(amount, like.currency));
    return row.set("FILL", fill_of(like.kind)).set("WIDTH", width_percent(amount, greatest));
  }

  std::string name_of(const std::string& key) {
    switch (options_.by) {
      case TotalsBy::fund:
        return names_.fund({key});
      case TotalsBy::category:
        return words().text("category_" + key);
      case TotalsBy::month:
        break;
    }
    // "2026-02" without the nought that a catalogue's key has not.
    const auto month = key.substr(key[5] == '0' ? 6 : 5);
    return words().text("month_of",
                        {{"month", words().text("month_" + month)}, {"year", key.substr(0, 4)}});
  }

  Page& page_;
  Section section_;
  Names& names_;
  const BarsOptions& options_;
};

}  // namespace

std::size_t fill_bars(Page& page, Section section, Names& names, const std::vector<TotalsRow>& rows,
                      const BarsOptions& options) {
  BarsFiller filler(page, section, names, options);
  std::set<ledger::Currency> currencies;
  for (auto begin = rows.begin(); begin != rows.end();) {
    const auto end = std::find_if(begin, rows.end(), [&](const TotalsRow& row) {
      return row.currency != begin->currency || row.kind != begin->kind;
    });
    currencies.insert(begin->currency);
    if (currencies.size() <= shown_currencies) filler.add_table({begin, end});
    begin = end;
  }
  return currencies.size() - std::min(currencies.size(), shown_currencies);
}

}  // namespace centime::explorer
