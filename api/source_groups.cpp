#include "api/source_groups.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace centime::api {
namespace {

std::string key_of(const ledger::AuthoredRecord& authored, SourceGroup by) {
  const auto& donation = std::get<ledger::Donation>(authored.record.body);
  switch (by) {
    case SourceGroup::fund:
      return donation.fund.value;
    case SourceGroup::day:
      return donation.paid_on.to_text();
    case SourceGroup::author:
      return authored.author.value;
    case SourceGroup::channel:
      return donation.channel.value;
  }
  return {};
}

}  // namespace

std::optional<SourceGroup> source_group_of(std::string_view word) {
  constexpr auto words = enum_words(SourceGroup{});
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<SourceGroup>(found - words.begin());
}

std::vector<SourceGroupRow> group_sources(const storage::Snapshot& snapshot,
                                          const SourcesView& sources, SourceGroup by) {
  std::map<std::pair<std::string, ledger::Currency>, SourceGroupRow> groups;
  for (const SourceView& source : sources.sources) {
    const auto authored = snapshot.record(source.donation).authored;
    const auto& currency = std::get<ledger::Donation>(authored.record.body).currency;
    SourceGroupRow& row = groups[{key_of(authored, by), currency}];
    row.donations += 1;
    row.given += source.given;
    row.became += source.became;
  }
  std::vector<SourceGroupRow> rows;
  rows.reserve(groups.size());
  for (auto& [key, row] : groups) {
    std::tie(row.key, row.gift_currency) = key;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace centime::api
