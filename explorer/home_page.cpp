#include "crypto/canonical.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"

namespace centime::explorer {
namespace {

constexpr std::size_t latest_records = 10;
constexpr std::uint64_t latest_entries = 500;  // Looked through for them: many may be seals.
constexpr std::size_t home_funds = 12;
constexpr std::size_t listed_funds = 50;

std::vector<api::RecordView> newest_records(const storage::Snapshot& snapshot) {
  std::vector<ledger::EntryIndex> entries;
  const auto size = snapshot.head().size;
  for (std::uint64_t back = 1; back <= std::min(size, latest_entries); ++back) {
    const ledger::EntryIndex entry{size - back};
    const auto bytes = snapshot.entry(entry);
    if (!bytes.empty() && bytes.front() == ledger::record_entry_tag) entries.push_back(entry);
    if (entries.size() == latest_records) break;
  }
  return api::RecordReader(snapshot).describe(entries);
}

void fill_fund_section(Page& page, Names& names, const storage::Snapshot& snapshot,
                       const std::vector<std::shared_ptr<const ledger::Fund>>& funds) {
  if (funds.empty()) return page.body().show("NO_FUNDS");
  auto section = page.body().add("FUNDS");
  set_files(section, "/v1/funds");
  fill_funds(page, section.include("LIST", "fund_list.html"), names, snapshot, funds);
}

}  // namespace

api::Response home_page(const api::Request& request, const LedgerNow& now) {
  const auto& snapshot = now.snapshot;
  Page page(request, "home.html");
  Names names(snapshot);
  page.set_title(page.words().text("home_title"));
  page.set_state(now);
  page.set_json("/v1/status");
  page.set_share(page.words().text("home_lead"));
  page.set_live(snapshot.head(), "");
  page.hide_search();

  const auto totals = api::network_totals(snapshot);
  if (!totals.empty()) fill_totals(page, "/v1/totals", totals);

  auto funds = snapshot.funds({.after = {}, .limit = home_funds + 1});
  if (funds.size() > home_funds) {
    funds.pop_back();
    page.body().add("ALL_FUNDS").set("URL", page.link("/funds"));
  }
  fill_fund_section(page, names, snapshot, funds);

  const auto newest = newest_records(snapshot);
  if (newest.empty()) {
    page.body().show("NOTHING");
  } else {
    auto latest = page.body().add("LATEST");
    latest.set("EXPLORE_URL", page.link("/explore"));
    set_files(latest, "/v1/records");
    fill_records(page, latest.include("LIST", "record_list.html"), names, newest);
  }

  for (const auto& member : snapshot.members()) {
    auto row = page.body().add("MEMBER");
    row.set("URL", page.link("/m/" + member->member.value))
        .set("TITLE", in_sentence(member->title.value));
    row.set("ROLE", page.words().text("role_" + std::string(crypto::word_of(member->role))));
  }
  auto files = page.body().add("MEMBER_FILES");
  set_files(files, "/v1/members");
  return page.response();
}

api::Response funds_page(const api::Request& request, const LedgerNow& now) {
  const auto& snapshot = now.snapshot;
  Page page(request, "funds.html");
  Names names(snapshot);
  page.set_title(page.words().text("funds_title"));
  page.set_state(now);
  page.set_json("/v1/funds");
  storage::ListQuery<ledger::FundId> query{.after = {}, .limit = listed_funds + 1};
  if (const auto after = request.parameter("after"); after && ledger::FundId::valid(*after))
    query.after = ledger::FundId{std::string(*after)};
  auto funds = snapshot.funds(query);
  if (funds.size() > listed_funds) {
    funds.pop_back();
    const auto next = "/funds?after=" + funds.back()->proposal.fund.value;
    page.body().add("NEXT").set("URL", page.link(next));
  }
  fill_fund_section(page, names, snapshot, funds);
  return page.response();
}

api::Response rule_page(const api::Request& request) {
  Page page(request, "rule.html");
  page.set_title(page.words().text("rule_title"));
  return page.response();
}

}  // namespace centime::explorer
