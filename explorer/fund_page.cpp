#include <algorithm>
#include <optional>
#include <span>

#include "crypto/encoding.h"
#include "explorer/doubts.h"
#include "explorer/fund_flow.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"

namespace centime::explorer {
namespace {

constexpr std::size_t listed_missing = 10;
constexpr std::size_t listed_statements = 25;
// A fund whose money was told apart further has whole lists only: a page must not take long.
constexpr std::size_t looked_at_accounts = 500;
constexpr std::uint64_t drawn_flows = 1'000;
// The parameter that asks for a later page of the hand-overs that are not acknowledged.
constexpr const char* older_hand_overs = "unacknowledged";

// The same as files. Requires a list that the API has as CSV too.
void add_files(Section& where, const std::string& path) {
  auto files = where.add("FILES");
  set_files(files, path);
}

// Who holds money, among the first accounts by name.
void fill_holders(Page& page, Names& names, const storage::Snapshot& snapshot,
                  const ledger::FundId& fund) {
  const auto path = "/v1/funds/" + fund.value + "/accounts";
  const auto accounts = snapshot.accounts_of(fund, {.after = {}, .limit = looked_at_accounts});
  const auto count = api::account_count(snapshot, fund);
  std::optional<Section> holders;
  const auto section = [&]() -> Section& {
    if (!holders) {
      holders = page.body().add("HOLDERS");
      set_files(*holders, path);
    }
    return *holders;
  };
  for (const auto& account : accounts) {
    if (account->balance() == 0) continue;
    auto row = section().add("HOLDER");
    const auto& key = account->key();
    row.set("URL", page.link("/m/" + key.holder.value)).set("NAME", names.member(key.holder));
    row.set("AMOUNT", page.words().amount(account->balance(), key.currency));
  }
  if (accounts.size() < count)
    add_rest(page, section().add("MORE"), "holders_rest", count - accounts.size());
}

void fill_flows(Page& page, Names& names, const storage::Snapshot& snapshot,
                const ledger::FundId& fund) {
  const auto& words = page.words();
  const auto path = "/v1/funds/" + fund.value + "/flows";
  const auto flows = api::flow_count(snapshot, fund);
  if (flows == 0) return;
  auto section = page.body().add("FLOWS");
  add_files(section, path);
  if (flows > drawn_flows || api::account_count(snapshot, fund) > looked_at_accounts) {
    section.add("TOO_MANY")
        .set("TEXT", words.text("flows_too_many", {{"count", words.number(flows)}}));
    return;
  }
  section.include("PATTERNS", "patterns.html");
  for (const auto& diagram : fund_flows(words, names, snapshot, fund)) {
    const auto code = diagram.currency.to_text();
    fill_flow(page, section.include("DIAGRAM", "flow.html"), diagram,
              {"flow" + code, words.text("flow_fund_title", {{"currency", code}}), path + ".json"});
  }
}

// An auditor's, that the fund should not be.
std::optional<std::string> rejection_of(const Catalogue& words, ledger::Verdict verdict,
                                        const std::string& auditor) {
  if (verdict != ledger::Verdict::rejected) return std::nullopt;
  return words.text("fund_rejected_by", {{"who", auditor}});
}

// What auditors and others recorded about the fund itself, newest first; it stands under its
// proposal.
void fill_fund_statements(Page& page, Names& names, const storage::Snapshot& snapshot,
                          const ledger::RecordId& proposal) {
  auto statements = api::statements_about(snapshot, proposal);
  if (statements.empty()) return;
  fill_doubts(page, names, snapshot, statements,
              [&](auto verdict, auto& who) { return rejection_of(page.words(), verdict, who); });
  std::ranges::reverse(statements);
  const auto shown = std::span(statements).first(std::min(statements.size(), listed_statements));
  auto section = page.body().add("STATEMENTS");
  fill_records(page, section.include("LIST", "record_list.html"), names,
               api::RecordReader(snapshot).describe(shown));
  set_files(section, "/v1/records/" + proposal.hex() + "/statements");
  if (shown.size() < statements.size())
    add_rest(page, section.add("MORE"), "statements_rest", statements.size() - shown.size());
}

// What the receiver of a hand-over that is not acknowledged said of it.
RecordNote hand_over_note(const Catalogue& words, const storage::Snapshot& snapshot) {
  return [&words, &snapshot](const api::RecordView& sent) {
    const auto state = api::hand_over(api::statements_about(snapshot, sent.id));
    return words.text(state == proof::HandOver::disputed ? "missing_disputed" : "missing_sent");
  };
}

// What its records still wait for: newest first, a few of each; of hand-overs also the older ones,
// page by page.
void fill_missing(Page& page, Names& names, const storage::Snapshot& snapshot,
                  const ledger::FundId& fund, std::optional<ledger::EntryIndex> from) {
  auto section = page.body().add("MISSING");
  struct Part {
    std::string key, path;
    api::RecordList list;
  };
  const auto path_of = [&](const char* list) { return "/v1/funds/" + fund.value + "/" + list; };
  for (const auto& [key, path, list] :
       {Part{"missing_unacknowledged", path_of("unacknowledged"), api::RecordList::unacknowledged},
        Part{"missing_without_evidence", path_of("without-evidence"),
             api::RecordList::without_evidence}}) {
    const bool hand_overs = list == api::RecordList::unacknowledged;
    const auto missing =
        api::records_page(snapshot, list, fund.value,
                          {.from = hand_overs ? from : std::nullopt, .limit = listed_missing});
    auto part = section.add("PART");
    part.set("NAME", page.words().text(key));
    if (missing.records.empty()) {
      part.add("NONE").set("TEXT", page.words().text(key + "_none"));
      continue;
    }
    auto some = part.add("SOME");
    fill_records(page, some.include("LIST", "record_list.html"), names, missing.records,
                 hand_overs ? hand_over_note(page.words(), snapshot) : RecordNote());
    if (missing.next && hand_overs)
      some.add("OLDER").set("URL", page.link("/f/" + fund.value + "?" + older_hand_overs + "=" +
                                             std::to_string(missing.next->value)) +
                                       "#missing");
    else if (missing.next)
      some.show("MORE");
    set_files(some, path);
  }
}

}  // namespace

api::Response fund_page(const api::Request& request, const LedgerNow& now, std::string_view id) {
  const auto& snapshot = now.snapshot;
  const auto fund = ledger::FundId::valid(id) ? snapshot.fund({std::string(id)}) : nullptr;
  if (!fund) return missing("unknown_fund");
  const auto& proposal = fund->proposal;
  Page page(request, "fund.html");
  Names names(snapshot);
  page.set_title(in_sentence(proposal.title.value));
  page.set_state(now);
  page.set_share(in_sentence(proposal.purpose.value));
  page.set_json("/v1/funds/" + proposal.fund.value);
  const auto hand_overs_from = asked_entry(request, older_hand_overs);
  if (!asked_entry(request) && !hand_overs_from)
    page.set_live(snapshot.head(), proposal.fund.value);
  auto& body = page.body();
  body.set("ID", proposal.fund.value).set("TITLE", in_sentence(proposal.title.value));
  body.set("PURPOSE", proposal.purpose.value).set("RULE_URL", page.link("/rule"));
  body.set("STATUS", page.words().text("fund_" + std::string(crypto::word_of(fund->status))));
  body.set("NGO", names.member(fund->ngo)).set("NGO_URL", page.link("/m/" + fund->ngo.value));
  if (proposal.goal)
    body.add("GOAL").set("AMOUNT",
                         page.words().amount(proposal.goal->amount.value, proposal.goal->currency));
  const auto proposed = api::describe_record(snapshot, fund->proposed_in);
  body.add("PROPOSAL").set("URL", page.link(record_path(proposed)));

  const auto totals = api::fund_totals(snapshot, proposal.fund);
  if (totals.empty())
    body.show("NO_MONEY");
  else
    fill_totals(page, "/v1/funds/" + proposal.fund.value + "/totals", totals);
  fill_fund_statements(page, names, snapshot, proposed.id);
  fill_holders(page, names, snapshot, proposal.fund);
  fill_flows(page, names, snapshot, proposal.fund);
  if (!totals.empty()) fill_missing(page, names, snapshot, proposal.fund, hand_overs_from);

  const auto records = api::records_page(snapshot, api::RecordList::of_fund, id,
                                         {.from = asked_entry(request), .limit = listed_records});
  fill_records(page, body.include("RECORDS", "record_list.html"), names, records.records);
  add_files(body, "/v1/funds/" + proposal.fund.value + "/records");
  if (records.next) {
    const auto older = "/f/" + proposal.fund.value + "?from=" + std::to_string(records.next->value);
    body.add("NEXT").set("URL", page.link(older));
  }
  return page.response();
}

}  // namespace centime::explorer
