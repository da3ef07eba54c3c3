// The page of a member: who it is, the money that it had in hand, and how it answers for it.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "api/hand_overs.h"
#include "crypto/encoding.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"

namespace centime::explorer {
namespace {

constexpr std::size_t listed_flows = 12;  // Each way and currency.
constexpr std::size_t listed_open = 10;

// Whether it has a vote or is suspended, and the keys that it had before.
void fill_standing(Page& page, const ledger::Governance& governance,
                   const ledger::MemberId& member) {
  auto& body = page.body();
  const ledger::Standing* standing = ledger::find_standing(governance, member);
  if (standing == nullptr) return;
  const bool suspended = standing->status == ledger::MemberStatus::suspended;
  const bool votes = ledger::validator_index(governance.epoch, member).has_value();
  body.set("STANDING", page.words().text(suspended ? "member_is_suspended"
                                         : votes   ? "member_has_vote"
                                                   : "member_has_no_vote"));
  const auto& keys = standing->keys.items;
  if (keys.size() < 2) return;
  auto past = body.add("PAST_KEYS");
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    past.add("PAST_KEY")
        .set("KEY", crypto::to_hex(keys[i].key.bytes))
        .set("UNTIL", page.words().text("key_until",
                                        {{"entry", page.words().number(keys[i + 1].since.value)}}));
  }
}

// What this member signed against itself, as a validator.
void fill_evidence(Page& page, const ledger::MemberId& member,
                   const std::vector<runtime::KeptEvidence>& evidence) {
  std::optional<Section> section;
  for (const runtime::KeptEvidence& proof : evidence) {
    if (proof.accused != member) continue;
    if (!section) section = page.body().add("EVIDENCE");
    const auto sin = consensus::contradiction(proof.evidence.first, proof.evidence.second);
    section->add("PROOF").set(
        "SAYS", page.words().text("sin_" + std::string(crypto::word_of(*sin)),
                                  {{"view", std::to_string(proof.evidence.first.view.value)},
                                   {"when", page.words().date(proof.kept_at.day())}}));
  }
}

// One way of a member's money in one currency, of all funds together.
struct MemberFlow {
  ledger::RecordKind kind{};
  std::string other;  // The member, category or currency on the other side.
  std::uint64_t amount = 0;
  std::uint64_t count = 0;
};

bool larger_first(const MemberFlow& left, const MemberFlow& right) {
  return std::tie(right.amount, left.kind, left.other) <
         std::tie(left.amount, right.kind, right.other);
}

// In one currency, the largest first.
struct MemberFlows {
  std::vector<MemberFlow> in, out;
};

std::map<ledger::Currency, MemberFlows> by_currency(const std::vector<storage::Flow>& flows,
                                                    const ledger::MemberId& member) {
  using ledger::RecordKind;
  std::map<std::tuple<ledger::Currency, bool, RecordKind, std::string>, MemberFlow> sums;
  const auto add = [&](ledger::Currency currency, bool in, RecordKind kind,
                       const std::string& other, std::uint64_t amount, std::uint64_t count) {
    auto& sum = sums[{currency, in, kind, other}];
    sum.kind = kind;
    sum.other = other;
    sum.amount += amount;
    sum.count += count;
  };
  for (const auto& [key, total] : flows) {
    const bool leaves = key.from == member.value;
    if (leaves) add(key.currency, false, key.kind, key.to, total.amount, total.count);
    const auto target = ledger::Currency::from_text(key.to);
    if (key.kind == RecordKind::exchange && target)
      add(*target, true, key.kind, key.currency.to_text(), total.to_amount, total.count);
    else if (!leaves)
      add(key.currency, true, key.kind, key.from, total.amount, total.count);
  }
  std::map<ledger::Currency, MemberFlows> flows_of;
  for (auto& [key, sum] : sums) {
    auto& both = flows_of[std::get<0>(key)];
    (std::get<1>(key) ? both.in : both.out).push_back(std::move(sum));
  }
  for (auto& [currency, both] : flows_of) {
    std::ranges::sort(both.in, larger_first);
    std::ranges::sort(both.out, larger_first);
  }
  return flows_of;
}

// "Wells for All", "Paid out: transport", "Exchanged from USD": where it came from, or went.
std::string flow_name(const Catalogue& words, Names& names, const MemberFlow& flow, bool in) {
  using ledger::RecordKind;
  switch (flow.kind) {
    case RecordKind::donation:
      return words.text("flow_donors");
    case RecordKind::refund:
      return words.text("flow_refunded");
    case RecordKind::expenditure:
      return words.text("flow_paid", {{"category", words.text("category_" + flow.other)}});
    case RecordKind::exchange:
      return in ? words.text("flow_exchanged_in", {{"from", flow.other}})
                : words.text("flow_exchanged", {{"to", flow.other}});
    case RecordKind::return_:
      return words.text("flow_returned", {{"to", names.member({flow.other})}});
    default:
      return names.member({flow.other});
  }
}

void fill_way(Page& page, Section& table, Names& names, const std::vector<MemberFlow>& flows,
              const ledger::Currency& currency, bool in) {
  if (flows.empty()) return;
  const auto& words = page.words();
  auto group = table.add("WAY");
  group.set("NAME", words.text(in ? "flow_group_in" : "member_flows_out"));
  const auto add = [&](const std::string& name, std::uint64_t count, std::uint64_t amount) {
    group.add("ROW")
        .set("NAME", name)
        .set("COUNT", words.text("flow_count", {{"count", words.number(count)}}))
        .set("AMOUNT", words.amount(amount, currency));
  };
  std::uint64_t sum = 0, rest_amount = 0, rest_count = 0;
  // One more is no longer than a line that says so.
  const auto shown = flows.size() <= listed_flows + 1 ? flows.size() : listed_flows;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    sum += flows[i].amount;
    if (i < shown) {
      add(flow_name(words, names, flows[i], in), flows[i].count, flows[i].amount);
    } else {
      rest_amount += flows[i].amount;
      rest_count += flows[i].count;
    }
  }
  if (shown < flows.size())
    add(words.text("flow_others", {{"count", words.number(flows.size() - shown)}}), rest_count,
        rest_amount);
  group.set("SUM", words.amount(sum, currency));
}

void fill_money(Page& page, Names& names, const std::vector<storage::Flow>& flows,
                const ledger::MemberId& member) {
  auto section = page.body().add("FLOWS");
  set_files(section, "/v1/members/" + member.value + "/flows");
  for (const auto& [currency, both] : by_currency(flows, member)) {
    auto table = section.add("CURRENCY");
    table.set("TITLE", page.words().text("member_flows_in", {{"currency", currency.to_text()}}));
    fill_way(page, table, names, both.in, currency, true);
    fill_way(page, table, names, both.out, currency, false);
  }
}

void fill_hand_overs(Page& page, Names& names, const storage::Snapshot& snapshot,
                     const ledger::MemberId& member) {
  const auto& words = page.words();
  const auto found = api::hand_overs_to(snapshot, member, {});
  if (found.items.empty() && !found.next) return;
  auto section = page.body().add("HAND_OVERS");
  const auto bound = found.next             ? "lag_bound"
                     : found.looked_at == 1 ? "lag_bound_all_one"
                                            : "lag_bound_all";
  section.set("BOUND", words.text(bound, {{"count", words.number(found.looked_at)}}));
  set_files(section, "/v1/members/" + member.value + "/hand-overs");
  if (found.items.empty()) return section.show("NO_LAG");
  const auto figures = api::figures_of(found.items);
  auto some = section.add("LAG");
  const auto add = [&](std::string_view key, const std::string& value) {
    some.add("FIGURE").set("NAME", words.text(key)).set("VALUE", value);
  };
  add("lag_acknowledged", words.number(figures.acknowledged));
  if (figures.median) add("lag_median", words.duration(*figures.median));
  if (figures.longest) add("lag_longest", words.duration(*figures.longest));
  const auto waiting = words.number(figures.waiting);
  add("lag_waiting",
      figures.waiting_since
          ? words.text("lag_since",
                       {{"count", waiting}, {"day", words.date(figures.waiting_since->day())}})
          : waiting);
  add("lag_disputed", words.number(figures.disputed));
  if (figures.returned > 0) add("lag_returned", words.number(figures.returned));
  std::vector<api::RecordView> open;
  for (const auto& each : found.items) {
    const bool is_open =
        each.state == api::HandOverState::waiting || each.state == api::HandOverState::disputed;
    if (is_open && open.size() < listed_open) open.push_back(each.sent);
  }
  if (open.empty()) return;
  auto list = some.add("OPEN");
  fill_records(page, list.include("LIST", "record_list.html"), names, open);
  if (open.size() < figures.waiting + figures.disputed) list.show("MORE");
}

}  // namespace

api::Response member_page(const api::Request& request, const LedgerNow& now, std::string_view id,
                          const runtime::EvidenceBook::List& evidence) {
  const auto& snapshot = now.snapshot;
  const auto member = ledger::MemberId::valid(id) ? snapshot.member({std::string(id)}) : nullptr;
  if (!member) return missing("unknown_member");
  Page page(request, "member.html");
  Names names(snapshot);
  page.set_title(in_sentence(member->title.value));
  page.set_state(now);
  page.set_json("/v1/members/" + member->member.value);
  auto& body = page.body();
  body.set("ID", member->member.value).set("TITLE", in_sentence(member->title.value));
  body.set("ROLE", page.words().text("role_" + std::string(crypto::word_of(member->role))));
  body.set("KEY", crypto::to_hex(member->key.bytes));
  body.set("PROPOSALS_URL", page.link("/proposals"));
  fill_standing(page, *snapshot.governance(), member->member);
  if (evidence) fill_evidence(page, member->member, *evidence);
  const auto flows = api::member_flows(snapshot, member->member);
  const auto totals = api::member_totals(flows, member->member);
  if (!totals.empty()) fill_totals(page, "/v1/members/" + member->member.value + "/totals", totals);
  if (!flows.empty()) fill_money(page, names, flows, member->member);
  fill_hand_overs(page, names, snapshot, member->member);
  const auto records = api::records_page(snapshot, api::RecordList::of_member, id,
                                         {.from = asked_entry(request), .limit = listed_records});
  if (!records.records.empty()) {
    auto files = body.add("FILES");
    set_files(files, "/v1/members/" + member->member.value + "/records");
  }
  if (records.records.empty())
    body.show("NONE");
  else
    fill_records(page, body.add("SOME").include("RECORDS", "record_list.html"), names,
                 records.records);
  if (records.next) {
    const auto older =
        "/m/" + member->member.value + "?from=" + std::to_string(records.next->value);
    body.add("NEXT").set("URL", page.link(older));
  }
  return page.response();
}

}  // namespace centime::explorer
