#include "explorer/doubts.h"

#include <ranges>
#include <set>

#include "api/queries.h"
#include "explorer/record_words.h"

namespace centime::explorer {

void fill_doubts(
    Page& page, Names& names, const storage::Snapshot& snapshot,
    const std::vector<storage::ListedStatement>& statements,
    const std::function<std::optional<std::string>(ledger::Verdict, const std::string&)>& words) {
  std::set<ledger::MemberId> heard;
  for (const auto& [entry, kind] : statements | std::views::reverse) {
    if (kind != ledger::RecordKind::attestation) continue;
    auto content = snapshot.record(entry);
    const ledger::MemberId auditor = content.authored.author;
    if (!heard.insert(auditor).second) continue;
    const auto verdict = std::get<ledger::Attestation>(content.authored.record.body).verdict;
    const auto doubt = words(verdict, names.member(auditor));
    if (!doubt) continue;
    auto notice = page.body().add("NOTICE");
    notice.set("TEXT", *doubt);
    const auto record = api::RecordReader(snapshot).describe(entry, std::move(content));
    notice.set("URL", page.link(record_path(record)));
  }
}

}  // namespace centime::explorer
