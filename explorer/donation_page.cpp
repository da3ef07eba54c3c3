#include <algorithm>
#include <cmath>
#include <span>

#include "api/donation_trace.h"
#include "api/typed_amount.h"
#include "crypto/digest.h"
#include "crypto/encoding.h"
#include "explorer/gift_flow.h"
#include "explorer/gift_shares.h"
#include "explorer/pages.h"
#include "explorer/qr_code.h"
#include "explorer/record_words.h"
#include "explorer/stages.h"

namespace centime::explorer {
namespace {

using api::DonationTrace;

struct Gift {
  ledger::RecordId id;
  ledger::MemberId author;
  ledger::Donation donation;
};

constexpr std::size_t shown_stages = 40;
constexpr std::size_t shown_shares = 24;
// A sentence that can be read in one breath.
constexpr std::size_t told_parts = 3;
// More than anyone reads; the API follows money further than this.
constexpr std::size_t followed_moves = 5'000;

std::string share_label(const Catalogue& words, Names& names, const Share& share) {
  const auto key = "part_" + std::string(crypto::word_of(share.kind));
  if (share.holder.value.empty()) return words.text(key);
  return words.text(key, {{"who", names.member(share.holder)}});
}

// One part of the answer, ready to be shown.
struct Part {
  std::string_view fill;  // Of the patterns in patterns.html.
  std::string_view kind;  // Of ShareKind, or "rest".
  std::string holder;     // Empty if the part is with no single member.
  std::string label;
  std::uint64_t given = 0;
  std::vector<api::Money> money;  // As in Share.
  bool told = false;              // In the sentence.
  std::string who;                // The holder's name, as in the label.
  std::size_t places = 1;
};

std::string_view fill_of(ShareKind kind) {
  return kind == ShareKind::rounded ? "rest" : crypto::word_of(kind);
}

// The largest go into the sentence, in the order of the table.
void tell_largest(std::vector<Part>& parts) {
  std::vector<std::pair<std::uint64_t, std::size_t>> ranked;  // Descending; equals as they stand.
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i].kind != "rest") ranked.emplace_back(parts[i].given, parts.size() - i);
  std::ranges::sort(ranked, std::greater{});
  if (ranked.size() > told_parts) ranked.resize(told_parts);
  for (const auto& [given, place] : ranked) parts[parts.size() - place].told = true;
}

std::vector<Part> parts_of(const Catalogue& words, Names& names, const std::vector<Share>& shares) {
  std::vector<Part> parts;
  for (const auto& share : shares) {
    if (parts.size() < shown_shares || shares.size() <= shown_shares + 1) {
      parts.push_back({fill_of(share.kind), crypto::word_of(share.kind), share.holder.value,
                       share_label(words, names, share), share.given, share.money, false,
                       share.holder.value.empty() ? "" : names.member(share.holder)});
      continue;
    }
    if (parts.size() == shown_shares)
      parts.push_back({"rest", "rest", "", words.text("part_rest"), 0, {}, false, "", 0});
    parts.back().given += share.given;
    ++parts.back().places;
  }
  tell_largest(parts);
  return parts;
}

std::string status_key(const DonationTrace& trace) {
  using proof::PartKind;
  const auto& summary = trace.summary;
  const auto has = [&](PartKind kind) {
    return std::ranges::any_of(summary.parts, [&](const auto& part) { return part.kind == kind; });
  };
  if (summary.disputed) return "status_disputed";
  if (summary.steps.size() == 1) return "status_received";
  if (has(PartKind::held)) return "status_underway";
  const bool spent = has(PartKind::spent) || has(PartKind::fees);
  if (has(PartKind::refunded)) return spent ? "status_spent_and_refunded" : "status_refunded";
  return spent ? "status_complete" : "status_rounded";
}

// "50.00 EUR given: 37.50 EUR spent … · and 10 more places: 2.50 EUR".
std::string answer_of(const Catalogue& words, const ledger::Donation& gift,
                      const std::vector<Part>& parts, std::size_t places) {
  std::string list;
  std::uint64_t rest = 0;
  for (const auto& part : parts) {
    if (!part.told) {
      rest += part.given;
      continue;
    }
    --places;
    if (!list.empty()) list += " · ";
    list += words.text("answer_part",
                       {{"amount", words.amount(part.given, gift.currency)}, {"part", part.label}});
  }
  if (places > 0) {
    const auto key = places == 1 ? "answer_one_more" : "answer_more";
    list += " · " + words.text(key, {{"count", words.number(places)},
                                     {"amount", words.amount(rest, gift.currency)}});
  }
  return words.text("answer",
                    {{"gift", words.amount(gift.amount.value, gift.currency)}, {"parts", list}});
}

// Widths in hundredths of a percent, for drawing only: the figures stand in the table.
std::string percent(std::uint64_t part, std::uint64_t whole) {
  const auto hundredths =
      std::llround(static_cast<double>(part) / static_cast<double>(whole) * 10'000);
  const auto rest = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
}

// What came in equals what went out and what is held, in the gift's currency. What is nothing is
// left out, but for what everybody asks after.
std::string fund_line(const Catalogue& words, const storage::Snapshot& snapshot,
                      const ledger::Donation& gift) {
  struct Figure {
    std::string_view key;
    std::uint64_t units;
    bool always = false;
  };
  for (const auto& total : api::fund_totals(snapshot, gift.fund)) {
    if (total.currency != gift.currency) continue;
    std::string parts;
    for (const auto& [key, units, always] : std::to_array<Figure>({
             {"fund_line_donated", total.donated, true},
             {"fund_line_exchanged_in", total.exchanged_in},
             {"fund_line_spent", total.spent, true},
             {"fund_line_refunded", total.refunded},
             {"fund_line_exchanged_out", total.exchanged_out},
             {"fund_line_held", total.held, true},
         })) {
      if (units == 0 && !always) continue;
      if (!parts.empty()) parts += ", ";
      parts += words.text(key, {{"amount", words.amount(units, total.currency)}});
    }
    return words.text("fund_line", {{"parts", parts}});
  }
  return {};
}

void fill_parts(Page& page, Section& where, const std::vector<Part>& parts,
                const ledger::Donation& gift) {
  const auto whole = gift.amount.value;
  std::uint64_t before = 0;
  for (const auto& part : parts) {
    where.add("SEGMENT")
        .set("X", percent(before, whole))
        .set("WIDTH", percent(part.given, whole))
        .set("FILL", part.fill);
    if (before > 0) where.add("EDGE").set("X", percent(before, whole));
    before += part.given;
    auto row = where.add("PART");
    row.set("FILL", part.fill).set("LABEL", part.label);
    row.set("KIND", part.kind).set("HOLDER", part.holder).set("TOLD", part.told ? "yes" : "no");
    if (!part.who.empty()) row.add("WHO").set("WHO_NAME", part.who);
    if (part.places > 1) row.add("PLACES").set("COUNT", std::to_string(part.places));
    row.set("AMOUNT", page.words().amount(part.given, gift.currency));
    for (const auto& money : part.money)
      row.add("AS").set("AS_TEXT",
                        page.words().text("part_as", {{"amount", page.words().amount(money)}}));
  }
  // Of the parts, not of the gift: what is on screen adds up, or the page shows that it does not.
  where.set("GIFT", page.words().amount(before, gift.currency));
}

void add_notice(Page& page, const std::string& text, const ledger::RecordId& id) {
  page.body().add("NOTICE").set("NOTICE_TEXT", text).set("NOTICE_URL", page.link("/r/" + id.hex()));
}

// Disputes, returns, refunds and auditors' doubts that still stand, newest first, before anything
// else is told.
void add_notices(Page& page, const std::vector<StageWords>& stages) {
  for (const auto& stage : stages)
    if (stage.mood == StageMood::trouble && !stage.settled)
      add_notice(page, stage.title + (stage.about ? " (" + stage.about->text + ")." : "."),
                 *stage.id);
}

// A statement without a day of its own has that of its block.
void fill_day(const Catalogue& words, Section& row, const StageWords& stage,
              api::RecordReader& records) {
  if (stage.day) {
    row.add("WHEN").set("ISO", stage.day->to_text()).set("DAY", words.date(*stage.day));
  } else if (stage.id) {
    const auto time = records.describe(stage.entry).time;
    row.add("RECORDED")
        .set("ISO", time.to_iso())
        .set("TEXT", words.text("recorded_on", {{"day", words.date(time.day())}}));
  }
}

void fill_stage(Page& page, Section row, const StageWords& stage, api::RecordReader& records) {
  const auto& words = page.words();
  const auto mood = stage.mood == StageMood::waiting   ? "waiting"
                    : stage.mood == StageMood::trouble ? "trouble"
                                                       : "done";
  row.set("CLASS", mood).set("MARK", words.text("mark_" + std::string(mood)));
  row.set("TITLE", stage.title);
  row.show(stage.undone ? "UNDONE" : "PLAIN");
  fill_day(words, row, stage, records);
  if (stage.about)
    row.add("ABOUT")
        .set("TEXT", stage.about->text)
        .set("URL", page.link((stage.about->donation ? "/d/" : "/r/") + stage.about->id.hex()));
  for (const auto& line : stage.lines) row.add("LINE").set("TEXT", line);
  if (!stage.quote.empty()) row.add("QUOTE").set("TEXT", stage.quote);
  if (stage.id)
    row.add("LINK").set("URL", page.link("/r/" + stage.id->hex())).set("ID", short_id(*stage.id));
}

// What happened, and below it what has not.
void fill_stages(Page& page, const storage::Snapshot& snapshot,
                 const std::vector<StageWords>& stages, const std::string& json) {
  api::RecordReader records(snapshot);
  const auto first = std::ranges::find_if(
      stages, [](const StageWords& stage) { return stage.mood != StageMood::waiting; });
  const std::span coming(stages.begin(), first), happened(first, stages.end());
  auto section = page.body().add("HAPPENED");
  auto list = section.include("LIST", "stage_list.html");
  // One more than fits takes no more room than a line for the rest.
  const auto shown =
      happened.first(happened.size() <= shown_stages + 1 ? happened.size() : shown_stages);
  for (const auto& stage : shown) fill_stage(page, list.add("STAGE"), stage, records);
  if (shown.size() < happened.size()) {
    const auto more = page.words().number(happened.size() - shown.size());
    section.add("MORE_STAGES")
        .set("MORE_TEXT", page.words().text("stages_more", {{"count", more}}))
        .set("URL", json);
  }
  if (coming.empty()) return;
  auto waiting = page.body().add("COMING").include("LIST", "stage_list.html");
  for (const auto& stage : coming) fill_stage(page, waiting.add("STAGE"), stage, records);
}

void fill_gift(Page& page, Names& names, const Gift& given) {
  const auto& words = page.words();
  auto& body = page.body();
  const auto& files = site().static_files();
  const auto& gift = given.donation;
  const auto id = given.id.hex();
  body.include("PATTERNS", "patterns.html");
  body.set("ID", id).set("SHORT_ID", short_id(given.id)).set("RULE_URL", page.link("/rule"));
  body.set("FUND", names.fund(gift.fund)).set("FUND_URL", page.link("/f/" + gift.fund.value));
  body.set("RECEIVED", words.text("received_line", {{"who", names.member(given.author)},
                                                    {"day", words.date(gift.paid_on)},
                                                    {"channel", names.channel(gift.channel)}}));
  if (gift.earmark) body.add("EARMARK").set("EARMARK_TEXT", gift.earmark->value);
  body.set("WORDS_URL", files.url("check." + words.language() + ".js"));
  body.set("RUN_URL", files.url("check-run.js"));
  body.set("NOBLE_URL", files.url("check-noble.js"));
  body.set("PROOF_URL", "/v1/donations/" + id + "/proof");
  body.set("PROOF_FILE", "centime-" + id.substr(0, 16) + ".trace.json");
}

// For paper: what the holder needs to find the gift again, and to notice other signers or another
// log than there was when it was printed.
void fill_receipt(Page& page, const Gift& given, const storage::Head& head,
                  const std::string& policy_print, const std::string& url) {
  // Its modules are drawn once and shown twice: on the screen when asked for, and on paper.
  const auto code = url.empty() ? std::nullopt : qr_code(url);
  const auto side = code ? std::to_string(code->size + 2 * qr_quiet_zone) : std::string();
  if (code) page.body().add("CODE").set("SIDE", side).set("MODULES", qr_path(*code));
  auto receipt = page.body().add("RECEIPT");
  if (code) receipt.add("PAPER_CODE").set("SIDE", side);
  receipt.set("ID", given.id.hex());
  receipt.set("COMMITMENT", crypto::to_hex(given.donation.commitment.bytes));
  receipt.set("POLICY", policy_print);
  receipt.set("CHECKPOINT", page.words().text("receipt_checkpoint_of",
                                              {{"size", page.words().number(head.size)}}));
  receipt.set("PRINT", checkpoint_print(head));
}

void fill_trace(Page& page, Names& names, const storage::Snapshot& snapshot,
                const DonationTrace& trace, const std::string& json) {
  const auto& words = page.words();
  const auto& gift = trace.summary.gift;
  const auto shares = gift_shares(trace);
  const auto parts = parts_of(words, names, shares);
  const auto answer = answer_of(words, gift, parts, shares.size());
  page.set_title(answer);
  page.body().set("ANSWER", answer).set("STATUS", words.text(status_key(trace)));
  auto where = page.body().add("WHERE");
  fill_parts(page, where, parts, gift);
  set_files(where, "/v1/donations/" + trace.summary.id.hex() + "/parts");
  where.set("FUND_TOTALS", fund_line(words, snapshot, gift));
  const auto stages = stages_of(words, names, trace.summary);
  add_notices(page, stages);
  auto way = page.body().add("WAY");
  fill_flow(page, way.include("DIAGRAM", "flow.html"), gift_flow(words, names, trace),
            {"way", words.text("flow_gift_title"), json});
  fill_stages(page, snapshot, stages, json);
}

// Another one when anything happened to the money: by the entries of the trace and about it.
std::string state_of(const DonationTrace& trace) {
  std::string entries;
  const auto add = [&](ledger::EntryIndex entry) { entries += std::to_string(entry.value) + " "; };
  for (const auto& step : trace.summary.steps) {
    add(step.entry);
    for (const auto& statement : step.statements) add(statement.entry);
    for (const auto& item : step.evidence) add(item.entry);
  }
  return crypto::to_hex(crypto::sha256(crypto::as_bytes(entries)).bytes).substr(0, 16);
}

std::expected<DonationTrace, ledger::TraceError> follow(const storage::Snapshot& snapshot,
                                                        ledger::EntryIndex donation,
                                                        Effort effort) {
  if (effort == Effort::little)
    return api::trace_donation(snapshot, donation, little_records, little_records);
  return api::trace_donation(snapshot, donation, followed_moves);
}

// Nothing if it is another kind of record.
std::optional<Gift> read_gift(const storage::Snapshot& snapshot, ledger::EntryIndex entry) {
  auto authored = snapshot.record(entry).authored;
  auto* donation = std::get_if<ledger::Donation>(&authored.record.body);
  if (donation == nullptr) return std::nullopt;
  const auto id = ledger::record_id(crypto::encode(authored));
  return Gift{id, std::move(authored.author), std::move(*donation)};
}

}  // namespace

std::optional<api::Response> donation_page(const api::Request& request, const LedgerNow& now,
                                           std::string_view id, const std::string& policy_print,
                                           Effort effort) {
  const auto& snapshot = now.snapshot;
  if (auto elsewhere = by_small_letters(request, "/d/", id)) return *std::move(elsewhere);
  const auto entry = api::find_record(snapshot, api::without_ellipsis(id));
  if (!entry)
    return missing(entry.error() == storage::PrefixError::ambiguous ? "ambiguous_id"
                                                                    : "unknown_donation");
  const auto gift = read_gift(snapshot, *entry);
  if (!gift) return record_page(request, now, id, effort);
  const auto trace = follow(snapshot, *entry, effort);
  if (!trace && effort == Effort::little) return std::nullopt;

  Page page(request, "donation.html");
  Names names(snapshot);
  const auto json = "/v1/donations/" + gift->id.hex() + "/trace";
  page.set_private();
  page.set_state(now);
  page.set_determined();
  page.set_json(json);
  set_files(page.body(), json);
  page.set_script("check.js", Page::Asks::any_node);
  page.body().set("HEIGHT", std::to_string(snapshot.head().height.value));
  page.body().set("SIZE", std::to_string(snapshot.head().size));
  fill_gift(page, names, *gift);
  if (trace) {
    fill_trace(page, names, snapshot, *trace, json);
    page.set_live(snapshot.head(), gift->donation.fund.value, state_of(*trace));
  } else {
    const auto answer = page.words().text(
        "answer_unfollowed",
        {{"gift", page.words().amount(gift->donation.amount.value, gift->donation.currency)}});
    page.set_title(answer);
    page.body().set("ANSWER", answer).set("STATUS", page.words().text("status_unfollowed"));
    page.body().show("TOO_LONG");
  }
  page.set_share(page.words().text("share_gift", {{"fund", names.fund(gift->donation.fund)}}));
  fill_receipt(page, *gift, snapshot.head(), policy_print,
               now.origin.empty() ? now.origin : now.origin + "/d/" + gift->id.hex());
  return page.response();
}

}  // namespace centime::explorer
