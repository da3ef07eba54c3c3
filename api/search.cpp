#include "api/search.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "api/letter_case.h"
#include "api/record_filter.h"
#include "api/typed_amount.h"
#include "api/typed_link.h"
#include "crypto/check.h"

namespace centime::api {
namespace {

using storage::Snapshot;

constexpr std::size_t shown_max = 20;           // Of each kind.
constexpr std::size_t titles_max = 2'000;       // Funds whose titles are looked through.
constexpr std::size_t day_entries_max = 5'000;  // Records of one day that are looked through.
constexpr std::size_t id_prefix_min = 16;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// A day, an amount or both, and perhaps a currency: nothing else may stand beside them.
struct DayQuery {
  std::optional<ledger::Date> day;
  std::optional<ledger::Currency> currency;
  std::string amount;  // As plain_amount writes it, or empty.
  // What else it may mean, in a currency of three places: "12,345 KWD" is 12.345 in French.
  std::string thousandths;

  bool matches(const RecordView& record) const {
    if (!record.money) return amount.empty() && !currency;
    if (currency && *currency != record.money->currency) return false;
    const auto is = [&](const std::string& typed) {
      return ledger::parse_amount(typed, record.money->currency) == record.money->amount;
    };
    return amount.empty() || is(amount) || (!thousandths.empty() && is(thousandths));
  }
};

struct Sign {
  std::string_view text;
  std::string_view currency;
};
constexpr auto signs = std::to_array<Sign>({{"€", "EUR"}, {"£", "GBP"}});

// Takes the sign from either end of "50.00€", which says the currency.
void take_sign(std::string_view& word, std::optional<ledger::Currency>& currency) {
  for (const Sign& sign : signs) {
    const bool before = word.starts_with(sign.text);
    if (!before && !word.ends_with(sign.text)) continue;
    currency = ledger::Currency::from_text(sign.currency);
    if (before)
      word.remove_prefix(sign.text.size());
    else
      word.remove_suffix(sign.text.size());
  }
}

// "1234,567" is an amount in a currency of three places only, which may be named behind it.
std::optional<std::string> either_amount(std::string_view word) {
  const auto amount = plain_amount(word);
  return amount ? amount : thousandths_by_comma(word);
}

std::optional<DayQuery> parse_day_query(std::string_view text) {
  DayQuery query;
  std::string typed;
  for (const std::string& typed_word : typed_words(text)) {
    std::string_view word = typed_word;
    if (const auto day = ledger::Date::from_text(word); day && !query.day) {
      query.day = day;
      continue;
    }
    take_sign(word, query.currency);
    if (const auto currency = ledger::Currency::from_text(ascii_upper(word));
        currency && !query.currency) {
      query.currency = currency;
    } else if (const auto amount = either_amount(word); amount && query.amount.empty()) {
      query.amount = *amount;
      typed = word;
    } else if (!word.empty()) {
      return std::nullopt;
    }
  }
  if (query.day == std::nullopt && query.amount.empty()) return std::nullopt;
  if (query.currency && ledger::currency_exponent(*query.currency) == 3)
    query.thousandths = thousandths_by_comma(typed).value_or("");
  else if (!typed.empty() && !plain_amount(typed))
    return std::nullopt;
  // "12.345 JPY" has no part of a yen.
  if (query.currency && !ledger::parse_amount(query.amount, *query.currency))
    query.amount = grouped_by_point(typed).value_or(query.amount);
  return query;
}

Fields filter_of(const DayQuery& query) {
  Fields filter;
  if (query.currency) filter.emplace_back("currency", query.currency->to_text());
  for (const auto* name : {"from", "to"})
    if (query.day) filter.emplace_back(name, query.day->to_text());
  if (!MajorAmount::from_text(query.amount)) return filter;
  const auto& least = query.thousandths.empty() ? query.amount : query.thousandths;
  // Of one day both that it may mean and what lies between; of all days what a page writes so.
  const auto& most = query.day ? query.amount : least;
  filter.emplace_back("min", unmistakable(least));
  filter.emplace_back("max", unmistakable(most));
  return filter;
}

// The ways in which a reference is usually written, the typed one first.
std::vector<std::string> usual_cases(std::string_view reference) {
  std::string words = ascii_lower(reference);
  bool begins = true;
  for (char& c : words) {
    const bool letter = c >= 'a' && c <= 'z';
    if (begins && letter) c = static_cast<char>(c - 'a' + 'A');
    begins = !letter;
  }
  std::vector<std::string> cases;
  for (auto& way : {std::string(reference), ascii_lower(reference), ascii_upper(reference), words})
    if (std::ranges::find(cases, way) == cases.end()) cases.push_back(way);
  return cases;
}

class Search {
 public:
  Search(const Snapshot& snapshot, std::string_view text, std::uint64_t tiles_max)
      : snapshot_(snapshot),
        reader_(snapshot),
        tiles_max_(tiles_max),
        text_(text),
        folded_(folded(text)) {}

  SearchResults run() {
    if (text_.empty()) return {};
    if (const auto link = typed_link(text_)) {
      find_linked(*link);
      // Else it only looks like one, as a reference may.
      if (!results_.empty() || !results_.complete) return std::move(results_);
    }
    find_id(text_);
    find_names();
    find_reference();
    if (const auto query = parse_day_query(text_)) {
      results_.filter = filter_of(*query);
      if (query->day) find_day(*query);
    }
    // Last, so that an entry that is there as a record is not there twice.
    find_number();
    return std::move(results_);
  }

 private:
  void find_linked(const TypedLink& link) {
    if (link.page == 'd' || link.page == 'r') return find_id(link.id);
    if (link.page == 'b') {
      const auto number = parse_number(link.id);
      if (number) add_block(*number);
      return;
    }
    const std::string name = ascii_lower(link.id);
    if (!ledger::is_slug(name)) return;
    if (link.page == 'f') {
      if (const auto fund = snapshot_.fund(ledger::FundId{name})) results_.funds.push_back(fund);
    } else if (const auto member = snapshot_.member(ledger::MemberId{name})) {
      results_.members.push_back(member);
    }
  }

  void find_id(std::string_view text) {
    // Codes are printed in groups, and typed or copied so.
    std::string lower = ascii_lower(text);
    std::erase(lower, ' ');
    const auto id = without_ellipsis(lower);
    if (id.size() < id_prefix_min || id.size() > 64 || !is_hex(id)) return;
    const auto entry = find_record(snapshot_, id);
    if (entry) return add_record(*entry);
    if (entry.error() == storage::PrefixError::ambiguous) results_.complete = false;
    find_hash(id);
  }

  void find_hash(std::string_view hex) {
    const auto prefix = HashPrefix::from_hex(hex);
    crypto::check(prefix.has_value(), "16 to 64 digits begin a hash");
    const LeafHits hits = find_leaves(snapshot_, *prefix, tiles_max_);
    if (!hits.complete || hits.entries.size() > shown_max) results_.complete = false;
    results_.older_hashes = !hits.complete && hits.entries.empty();
    for (const ledger::EntryIndex entry : hits.entries | std::views::take(shown_max)) {
      // A seal's leaf hash is its block's.
      const auto block = describe_block(snapshot_, snapshot_.block_of(entry));
      if (block && block->seal_entry == entry)
        results_.blocks.push_back(*block);
      else
        results_.entries.push_back(entry);
    }
  }

  void find_number() {
    const auto number = whole_number(text_);
    if (!number) return;
    add_block(*number);
    if (*number >= snapshot_.head().size) return;
    const ledger::EntryIndex entry{*number};
    if (std::ranges::find(results_.records, entry, &RecordView::entry) == results_.records.end())
      results_.entries.push_back(entry);
  }

  void add_block(std::uint64_t height) {
    if (auto block = describe_block(snapshot_, {height}))
      results_.blocks.push_back(std::move(*block));
  }

  void add_record(ledger::EntryIndex entry) {
    const auto known = std::ranges::find(results_.records, entry, &RecordView::entry);
    if (known == results_.records.end()) results_.records.push_back(reader_.describe(entry));
  }

  bool holds(std::string_view name, std::string_view title) const {
    return name.starts_with(folded_) || folded(title).contains(folded_);
  }

  template <class Item>
  void add_named(std::vector<Item>& to, const Item& item) {
    if (to.size() < shown_max) {
      to.push_back(item);
    } else {
      results_.complete = false;
    }
  }

  void find_names() {
    for (const auto& member : snapshot_.members())
      if (holds(member->member.value, member->title.value)) add_named(results_.members, member);

    storage::ListQuery<ledger::FundId> funds;
    funds.limit = titles_max + 1;
    std::size_t seen = 0;
    for (const auto& fund : snapshot_.funds(funds)) {
      if (++seen > titles_max) break;
      if (holds(fund->proposal.fund.value, fund->proposal.title.value))
        add_named(results_.funds, fund);
    }
    if (seen > titles_max) find_later_fund();

    storage::ListQuery<ledger::ChannelId> channels;
    channels.limit = titles_max;
    const auto known = snapshot_.channels(channels);
    for (const auto& channel : known)
      if (holds(channel->channel.channel.value, channel->channel.company.value))
        add_named(results_.channels, channel);
    if (known.size() == titles_max) results_.complete = false;
  }

  // Among more funds than are looked through, one is still found by its whole name.
  void find_later_fund() {
    results_.complete = false;
    if (!ledger::is_slug(folded_)) return;
    const auto fund = snapshot_.fund(ledger::FundId{folded_});
    const auto same = [&](const auto& found) { return found->proposal.fund.value == folded_; };
    if (fund && std::ranges::none_of(results_.funds, same)) results_.funds.push_back(fund);
  }

  void find_reference() {
    // A reference may itself hold a slash, so both readings are tried.
    const auto slash = text_.find('/');
    const auto author = ascii_lower(text_.substr(0, slash));
    if (slash != std::string_view::npos && ledger::is_slug(author))
      try_references(author, usual_cases(text_.substr(slash + 1)));
    const auto cases = usual_cases(text_);
    for (const auto& member : snapshot_.members()) try_references(member->member.value, cases);
  }

  void try_references(const std::string& author, const std::vector<std::string>& references) {
    for (const std::string& reference : references) {
      if (!ledger::Reference::valid(reference)) continue;
      const auto entry =
          snapshot_.find_reference(ledger::MemberId{author}, ledger::Reference{reference});
      if (entry) add_record(*entry);
    }
  }

  void find_day(const DayQuery& wanted) {
    storage::EntryQuery query;
    query.limit = day_entries_max;
    const auto entries = snapshot_.entries_by_day(*wanted.day, query);
    if (entries.size() == day_entries_max) results_.complete = false;
    for (const ledger::EntryIndex entry : entries) {
      // By its reference or id it may be there already.
      if (std::ranges::find(results_.records, entry, &RecordView::entry) != results_.records.end())
        continue;
      const RecordView record = reader_.describe(entry);
      if (!wanted.matches(record)) continue;
      if (results_.records.size() == shown_max) {
        results_.complete = false;
        return;
      }
      results_.records.push_back(record);
    }
  }

  const Snapshot& snapshot_;
  RecordReader reader_;
  std::uint64_t tiles_max_;
  std::string_view text_;
  std::string folded_;
  SearchResults results_;
};

}  // namespace

SearchResults search(const Snapshot& snapshot, std::string_view text, std::uint64_t tiles_max) {
  crypto::check(text.size() <= search_text_max, "a search text within its limit");
  return Search(snapshot, trim_blanks(text), tiles_max).run();
}

}  // namespace centime::api
