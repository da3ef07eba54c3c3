// The page that filters all records: a form, what they add up to, and the list.
#include <algorithm>
#include <span>

#include "api/page_cursor.h"
#include "api/record_walk.h"
#include "api/typed_amount.h"
#include "explorer/bars.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"

namespace centime::explorer {
namespace {

using api::Fields;
using api::ParsedFilter;
using storage::Snapshot;

constexpr std::size_t listed_funds = 60;  // More make the field a text.

template <class E>
std::string word(E value) {
  return std::string(crypto::word_of(value));
}

// The last day of "2026-02".
std::string last_day(const std::string& month) {
  for (const auto* day : {"-31", "-30", "-29"})
    if (ledger::Date::from_text(month + day)) return month + day;
  return month + "-28";
}

// `min` and `max` as the page's language writes them, or else as the API does.
api::Request with_plain_amounts(const api::Request& request, const Catalogue& words) {
  api::Request plain;
  plain.query = request.query;
  const api::AmountMarks marks{words.text("number_group"), words.text("number_decimal")};
  for (auto& [name, value] : plain.query) {
    if (name != "min" && name != "max") continue;
    auto amount = api::amount_with_marks(value, marks);
    if (!amount) amount = api::amount_with_marks(value, {",", "."});
    if (amount) value = *amount;
  }
  return plain;
}

class ExplorePage {
 public:
  ExplorePage(const api::Request& request, const LedgerNow& now)
      : request_(request),
        now_(now),
        snapshot_(now.snapshot),
        page_(request, "explore.html"),
        names_(snapshot_),
        plain_(with_plain_amounts(request, page_.words())),
        parsed_(api::parse_record_filter(plain_)),
        by_(api::totals_by(request.parameter("by").value_or("")).value_or(api::TotalsBy::month)) {}

  api::Response response() {
    // So that the address means the same in every language.
    if (plain_.query != request_.query && parsed_.bad.empty()) return at_plain_address();
    page_.set_title(words().text("explore_title"));
    page_.set_state(now_);
    page_.set_private();
    const auto place = asked_place();
    fill_form();
    fill_chosen();
    fill_results(place);
    return page_.response();
  }

 private:
  const Catalogue& words() const { return page_.words(); }
  Section& body() { return page_.body(); }
  std::string cursor(const api::WalkPlace& place) const {
    return api::encode_cursor(api::records_list_name(parsed_), place.text());
  }

  // What an old or foreign cursor leads to is the beginning.
  std::optional<api::WalkPlace> asked_place() const {
    const auto asked = request_.parameter("cursor").value_or("");
    if (asked.empty()) return std::nullopt;
    const auto key = api::decode_cursor(api::records_list_name(parsed_), asked);
    return key ? api::WalkPlace::from_text(*key) : std::nullopt;
  }

  // "/explore.csv?kind=donation&…": the filter with these parameters instead of its own, where an
  // empty value leaves one out. The parameter `but` is left out of several of its name.
  std::string path(std::string_view suffix, const Fields& others = {},
                   const std::pair<std::string, std::string>* but = nullptr) const {
    std::string query;
    const auto add = [&](std::string_view name, std::string_view value) {
      query += query.empty() ? "?" : "&";
      query += std::string(name) + "=" + url_encode(value);
    };
    for (const auto& field : parsed_.given) {
      const bool other = std::ranges::any_of(
          others, [&](const auto& instead) { return instead.first == field.first; });
      if (!other && &field != but) add(field.first, field.second);
    }
    for (const auto& [name, value] : others)
      if (!value.empty()) add(name, value);
    return "/explore" + std::string(suffix) + query;
  }

  Fields by_field() const {
    if (by_ == api::TotalsBy::month) return {};
    return {{"by", word(by_)}};
  }

  std::string own_path(Fields others = {},
                       const std::pair<std::string, std::string>* but = nullptr) const {
    for (auto& field : by_field()) others.push_back(std::move(field));
    return path("", others, but);
  }

  api::Response at_plain_address() const {
    api::Response moved;
    moved.status = 303;
    const auto url = own_path({{"cursor", std::string(request_.parameter("cursor").value_or(""))}});
    return std::move(moved).add("Location", page_.link(url));
  }

  // ---- the form

  template <class E>
  void fill_options(std::string_view section, std::string_view prefix, std::optional<E> chosen) {
    for (const auto value : enum_words(E{})) {
      auto option = body().add(section);
      option.set("VALUE", value);
      option.set("NAME", words().text(std::string(prefix) + std::string(value)));
      if (chosen && word(*chosen) == value) option.show("SELECTED");
    }
  }

  void fill_fund_field() {
    const auto& chosen = parsed_.filter.fund;
    const auto funds = snapshot_.funds({.after = {}, .limit = listed_funds + 1});
    if (funds.size() > listed_funds) {
      auto input = body().add("FUND_INPUT");
      input.set("VALUE", request_.parameter("fund").value_or(""));
      if (is_bad("fund")) input.show("BAD");
    } else {
      auto list = body().add("FUND_LIST");
      bool seen = false;
      const auto add = [&](const ledger::FundId& id) {
        auto option = list.add("OPTION");
        option.set("VALUE", id.value).set("NAME", names_.fund(id));
        if (chosen == id) option.show("SELECTED");
        seen = seen || chosen == id;
      };
      for (const auto& fund : funds) add(fund->proposal.fund);
      if (chosen && !seen) add(*chosen);
    }
    if (is_bad("fund")) body().show("BAD_FUND");
  }

  void fill_member_field() {
    const auto& chosen = parsed_.filter.member;
    bool seen = false;
    const auto add = [&](const ledger::MemberId& id) {
      auto option = body().add("MEMBER");
      option.set("VALUE", id.value).set("NAME", names_.member(id));
      if (chosen == id) option.show("SELECTED");
      seen = seen || chosen == id;
    };
    for (const auto& member : snapshot_.members()) add(member->member);
    if (chosen && !seen) add(*chosen);
  }

  bool is_bad(std::string_view name) const {
    return std::ranges::find(parsed_.bad, name) != parsed_.bad.end();
  }

  void add_input(std::string_view name, std::string_view rule, std::string_view mode) {
    auto input = body().add("INPUT");
    input.set("NAME", name).set("VALUE", request_.parameter(name).value_or(""));
    input.set("LABEL", words().text("explore_" + std::string(name)));
    if (rule == "day" && !is_bad(name)) {
      input.show("DATE");
    } else {
      input.add("PLAIN").set("MODE", mode).set("MAX", std::to_string(api::filter_text_max));
    }
    if (!is_bad(name)) return;
    input.add("BAD").set("BAD_NAME", name);
    input.add("WRONG")
        .set("BAD_NAME", name)
        .set("TEXT", words().text("explore_bad_" + std::string(rule)));
  }

  void fill_form() {
    const auto& filter = parsed_.filter;
    fill_options<ledger::RecordKind>(
        "KIND", "kind_", filter.kinds.empty() ? std::nullopt : std::optional(filter.kinds.front()));
    for (std::size_t i = 1; i < filter.kinds.size(); ++i)
      body().add("KEEP").set("NAME", "kind").set("VALUE", word(filter.kinds[i]));
    for (const auto& [name, value] : by_field())
      body().add("KEEP").set("NAME", name).set("VALUE", value);
    fill_fund_field();
    fill_member_field();
    fill_options("CATEGORY", "category_", filter.category);
    if (is_bad("kind")) body().show("BAD_KIND");
    if (is_bad("member")) body().show("BAD_MEMBER");
    if (is_bad("category")) body().show("BAD_CATEGORY");
    add_input("from", "day", "text");
    add_input("to", "day", "text");
    add_input("min", "amount", "decimal");
    add_input("max", "amount", "decimal");
    add_input("currency", "currency", "text");
    add_input("text", "text", "text");
  }

  // ---- what was chosen

  std::string name_of(const std::string& parameter) const {
    if (parameter == "fund" || parameter == "member" || parameter == "currency")
      return words().text(parameter);
    if (parameter == "category") return words().text("field_category");
    return words().text("explore_" + parameter);
  }

  std::string value_of(const std::string& parameter, const std::string& value) {
    if (parameter == "fund") return names_.fund({value});
    if (parameter == "member") return names_.member({value});
    if (parameter == "kind" || parameter == "category")
      return words().text(parameter + "_" + value);
    if (parameter == "from" || parameter == "to")
      return words().date(*ledger::Date::from_text(value));
    return in_sentence(value);
  }

  void fill_chosen() {
    if (parsed_.given.empty()) return;
    auto list = body().add("CHOSEN");
    for (const auto& field : parsed_.given) {
      list.add("ONE")
          .set("NAME", name_of(field.first))
          .set("VALUE", value_of(field.first, field.second))
          .set("URL", page_.link(own_path({}, &field)));
    }
  }

  // ---- results

  void fill_results(const std::optional<api::WalkPlace>& place) {
    api::RecordWalk walk(snapshot_, parsed_.filter, place, api::record_looks_max);
    api::RecordTotals totals(by_);
    std::vector<api::RecordView> shown;
    std::optional<api::WalkPlace> next;
    std::size_t count = 0;
    for (;; ++count) {
      const auto behind = walk.place();
      auto record = walk.next();
      if (!record) break;
      totals.add(*record);
      if (shown.size() < listed_records) {
        shown.push_back(std::move(*record));
      } else if (!next) {
        next = behind;
      }
    }
    const auto stopped = walk.place();
    fill_totals(totals.rows(), place, stopped.has_value());
    fill_list(shown, count, place.has_value(), stopped.has_value());
    fill_pages(place, next, stopped, walk.looked_at());
    fill_files(place);
  }

  void fill_totals(const std::vector<api::TotalsRow>& rows,
                   const std::optional<api::WalkPlace>& place, bool stopped) {
    auto section = body().add("TOTALS");
    const bool part = place || stopped;
    section.set("TITLE", words().text(part ? "explore_totals_part" : "totals_title"));
    for (const auto value : enum_words(api::TotalsBy{})) {
      auto choice = section.add("CHOICE");
      Fields others;
      if (value != word(api::TotalsBy::month)) others.emplace_back("by", value);
      if (place) others.emplace_back("cursor", cursor(*place));
      choice.add(value == word(by_) ? "CURRENT" : "OTHER")
          .set("NAME", words().text("explore_by_" + std::string(value)))
          .set("URL", page_.link(path("", others)));
    }
    if (rows.empty()) section.show("NOTHING");
    const auto left_out = fill_bars(page_, section, names_, rows, {by_, bar_path()});
    if (left_out > 0)
      section.add("MORE_CURRENCIES")
          .set("TEXT", words().text("explore_currencies", {{"count", words().number(left_out)}}));
    Fields more{{"by", word(by_)}};
    if (place) more.emplace_back("cursor", cursor(*place));
    const auto query = path("", more).substr(std::string_view("/explore").size());
    set_files(section, "/v1/records/totals", query);
  }

  std::function<std::string(const std::string&, ledger::RecordKind)> bar_path() const {
    return [this](const std::string& key, ledger::RecordKind kind) {
      Fields others{{"kind", word(kind)}};
      if (by_ == api::TotalsBy::month) {
        // Never more than the filter has already.
        const auto from = request_.parameter("from").value_or("");
        const auto to = request_.parameter("to").value_or("");
        const auto begin = key + "-01", end = last_day(key);
        others.emplace_back("from", parsed_.filter.from && begin < from ? from : begin);
        others.emplace_back("to", parsed_.filter.to && to < end ? to : end);
      } else {
        others.emplace_back(word(by_), key);
      }
      return path("", others);
    };
  }

  // `later`: behind a place, from which the records found are counted.
  void fill_list(const std::vector<api::RecordView>& shown, std::size_t count, bool later,
                 bool stopped) {
    if (shown.empty()) {
      if (!stopped) body().show(later ? "NO_MORE" : parsed_.given.empty() ? "EMPTY" : "NONE");
      return;
    }
    auto some = body().add("SOME");
    const std::string key = shown.size() == count ? "explore_all" : "explore_some";
    some.set("COUNT",
             words().text(later ? key + "_on" : key, {{"shown", words().number(shown.size())},
                                                      {"count", words().number(count)}}));
    fill_records(page_, some.include("LIST", "record_list.html"), names_, shown);
  }

  void fill_pages(const std::optional<api::WalkPlace>& place,
                  const std::optional<api::WalkPlace>& next,
                  const std::optional<api::WalkPlace>& stopped, std::size_t looked_at) {
    const auto url = [&](const api::WalkPlace& to) {
      return page_.link(own_path({{"cursor", cursor(to)}}));
    };
    if (stopped)
      body()
          .add("STOPPED")
          .set("TEXT", words().text("explore_stopped", {{"count", words().number(looked_at)}}))
          .set("URL", url(*stopped));
    if (!place && !next) return;
    auto pages = body().add("PAGES");
    if (place) pages.add("FIRST").set("URL", page_.link(own_path()));
    if (next) pages.add("NEXT").set("URL", url(*next));
  }

  void fill_files(const std::optional<api::WalkPlace>& place) {
    Fields more;
    if (place) more.emplace_back("cursor", cursor(*place));
    body().set("CSV_URL", path(".csv", more)).set("JSON_URL", path(".json", more));
    more.emplace_back("limit", std::to_string(listed_records));
    page_.set_json(path(".json", more));
  }

  const api::Request& request_;
  const LedgerNow& now_;
  const Snapshot& snapshot_;
  Page page_;
  Names names_;
  const api::Request plain_;
  const ParsedFilter parsed_;
  const api::TotalsBy by_;
};

}  // namespace

api::Response explore_page(const api::Request& request, const LedgerNow& now) {
  return ExplorePage(request, now).response();
}

}  // namespace centime::explorer
