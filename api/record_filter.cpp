#include "api/record_filter.h"

#include <algorithm>

#include "api/letter_case.h"
#include "api/typed_amount.h"
#include "crypto/encoding.h"

namespace centime::api {
namespace {

constexpr std::uint64_t whole_max = 10'000'000'000'000'000;
constexpr std::size_t places_max = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds(std::string_view text, std::string_view wanted) {
  return !std::ranges::search(text, wanted, [](char a, char b) {
            return lower(a) == lower(b);
          }).empty();
}

// Three digits behind each comma, and one to three before the first.
bool groups_are_right(std::string_view whole) {
  auto comma = whole.find(',');
  if (comma == std::string_view::npos) return true;
  if (comma == 0 || comma > 3) return false;
  for (; comma != std::string_view::npos; comma = whole.find(',')) {
    whole.remove_prefix(comma + 1);
    if (std::min(whole.find(','), whole.size()) != 3) return false;
  }
  return true;
}

// Where the decimals begin: at a point, or at the one comma that can't part thousands.
std::size_t decimal_mark(std::string_view text) {
  const auto point = text.find('.');
  if (point != std::string_view::npos || std::ranges::count(text, ',') != 1) return point;
  const auto comma = text.find(',');
  const auto behind = text.size() - comma - 1;
  return behind == 1 || behind == 2 ? comma : std::string_view::npos;
}

// Calls found(text) for each text in the record, until one is true.
template <class Found>
class AnyText {
 public:
  explicit AnyText(const Found& found) : found_(found) {}

  template <class Body>
  bool operator()(const Body& body) const {
    if constexpr (requires { body.purpose; })
      if (found_(body.purpose.value)) return true;
    if constexpr (requires { body.reason; })
      if (found_(body.reason.value)) return true;
    if constexpr (requires { body.title; })
      if (found_(body.title.value)) return true;
    if constexpr (requires { body.company; })
      if (found_(body.company.value)) return true;
    if constexpr (requires { body.rate_source; })
      if (found_(body.rate_source.value)) return true;
    if constexpr (requires { body.description; })
      if (in(body.description)) return true;
    if constexpr (requires { body.note; })
      if (in(body.note)) return true;
    if constexpr (requires { body.earmark; })
      if (in(body.earmark)) return true;
    if constexpr (requires { body.payee; })
      if (body.payee && (found_(body.payee->name.value) || in(body.payee->org_id))) return true;
    if constexpr (requires { body.file; })
      if (in(body.file.caption)) return true;
    if constexpr (requires { body.evidence.items; })
      return std::ranges::any_of(body.evidence.items,
                                 [this](const auto& file) { return this->in(file.caption); });
    return false;
  }

 private:
  template <class Text>
  bool in(const std::optional<Text>& text) const {
    return text && found_(text->value);
  }

  const Found& found_;
};

// Digits that may be the beginning of a hash: fewer stand in texts by chance.
constexpr std::size_t hash_digits_min = 16;

bool holds_text(const ledger::Record& record, std::string_view wanted) {
  if (holds(record.reference.value, wanted)) return true;
  const auto* donation = std::get_if<ledger::Donation>(&record.body);
  if (donation != nullptr && wanted.size() >= hash_digits_min &&
      crypto::to_hex(donation->commitment.bytes).starts_with(ascii_lower(wanted)))
    return true;
  const auto found = [&](std::string_view text) { return holds(text, wanted); };
  return std::visit(AnyText(found), record.body);
}

template <class E>
std::optional<E> enumerator(std::string_view word) {
  const auto words = enum_words(E{});
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<E>(found - words.begin());
}

template <class Slug>
std::optional<Slug> slug(std::string_view text) {
  if (!ledger::is_slug(text)) return std::nullopt;
  return Slug{std::string(text)};
}

std::optional<ledger::Currency> currency_of(std::string_view text) {
  const auto currency = ledger::Currency::from_text(ascii_upper(text));
  if (!currency || !ledger::currency_exponent(*currency)) return std::nullopt;
  return currency;
}

// True when the value is understood.
bool take(RecordFilter& filter, std::string_view name, std::string_view value) {
  if (name == "kind") {
    const auto kind = enumerator<ledger::RecordKind>(value);
    if (kind) filter.kinds.push_back(*kind);
    return kind.has_value();
  }
  if (name == "fund") return (filter.fund = slug<ledger::FundId>(value)).has_value();
  if (name == "member") return (filter.member = slug<ledger::MemberId>(value)).has_value();
  if (name == "currency") return (filter.currency = currency_of(value)).has_value();
  if (name == "category")
    return (filter.category = enumerator<ledger::Category>(value)).has_value();
  if (name == "from") return (filter.from = ledger::Date::from_text(value)).has_value();
  if (name == "to") return (filter.to = ledger::Date::from_text(value)).has_value();
  if (name == "min") return (filter.min = MajorAmount::from_text(value)).has_value();
  if (name == "max") return (filter.max = MajorAmount::from_text(value)).has_value();
  if (value.size() > filter_text_max) return false;
  filter.text = without_ellipsis(value);
  return true;
}

}  // namespace

std::optional<MajorAmount> MajorAmount::from_text(std::string_view text) {
  const auto mark = decimal_mark(text);
  const auto whole = text.substr(0, mark);
  const auto places = mark == std::string_view::npos ? "" : text.substr(mark + 1);
  if (whole.empty() || whole.size() > 30 || !groups_are_right(whole)) return std::nullopt;
  if (places.size() > places_max || (places.empty() && mark != std::string_view::npos))
    return std::nullopt;
  MajorAmount amount;
  for (const char c : whole) {
    if (c == ',') continue;
    if (!is_digit(c)) return std::nullopt;
    amount.whole = amount.whole * 10 + static_cast<std::uint64_t>(c - '0');
    if (amount.whole > whole_max) return std::nullopt;
  }
  for (std::size_t i = 0; i < places_max; ++i) {
    const char c = i < places.size() ? places[i] : '0';
    if (!is_digit(c)) return std::nullopt;
    amount.ten_thousandths = amount.ten_thousandths * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return amount;
}

MajorAmount MajorAmount::of(const Money& money) {
  std::uint64_t unit = 1;
  std::uint32_t part = 10'000;
  for (int i = ledger::currency_exponent(money.currency).value_or(0); i > 0; --i) {
    unit *= 10;
    part /= 10;
  }
  return {money.amount.value / unit, static_cast<std::uint32_t>(money.amount.value % unit) * part};
}

bool RecordFilter::may_fit(const ledger::AuthoredRecord& authored) const {
  const ledger::Record& record = authored.record;
  if (!kinds.empty() && std::ranges::find(kinds, record.kind()) == kinds.end()) return false;
  if (category) {
    const auto* expenditure = std::get_if<ledger::Expenditure>(&record.body);
    if (!expenditure || expenditure->category != *category) return false;
  }
  return text.empty() || holds_text(record, text);
}

bool RecordFilter::fits(const RecordView& record) const {
  if (fund && record.fund != fund) return false;
  if (currency || min || max) {
    if (!record.money) return false;
    const bool became = record.became && currency == record.became->currency;
    const Money& money = became ? *record.became : *record.money;
    if (currency && money.currency != *currency) return false;
    if (min && MajorAmount::of(money) < *min) return false;
    if (max && *max < MajorAmount::of(money)) return false;
  }
  const auto day = filed_day(record);
  if ((from && day < *from) || (to && *to < day)) return false;
  return may_fit(record.content.authored);
}

ledger::Date filed_day(const RecordView& record) { return record.day.value_or(record.time.day()); }

std::string ParsedFilter::name() const {
  std::string name;
  for (const auto& [parameter, value] : given) {
    if (!name.empty()) name += '&';
    name += parameter;
    name += '=';
    name += value;
  }
  return name;
}

ParsedFilter parse_record_filter(const Request& request) {
  ParsedFilter parsed;
  for (const auto parameter : filter_parameters) {
    bool seen = false;
    for (const auto& [name, sent] : request.query) {
      const auto value = trim_blanks(sent);
      if (name != parameter || value.empty()) continue;
      // Only a kind may be one of several.
      const bool understood =
          (!seen || parameter == "kind") && take(parsed.filter, parameter, value);
      seen = true;
      if (understood) parsed.given.emplace_back(name, value);
      if (!understood && std::ranges::find(parsed.bad, parameter) == parsed.bad.end())
        parsed.bad.push_back(parameter);
    }
  }
  return parsed;
}

std::string_view filter_rule(std::string_view parameter) {
  if (parameter == "kind") return "kind is a kind of record, such as donation";
  if (parameter == "fund") return "fund is a fund's name, such as well-2026";
  if (parameter == "member") return "member is a member's name, such as red-cross";
  if (parameter == "currency") return "currency is an ISO 4217 code, such as EUR";
  if (parameter == "category") return "category is that of an expenditure, such as goods";
  if (parameter == "from") return "from is a day such as 2026-11-22";
  if (parameter == "to") return "to is a day such as 2026-11-22";
  if (parameter == "min") return "min is an amount in major units, such as 50.00";
  if (parameter == "max") return "max is an amount in major units, such as 50.00";
  return "text is at most 100 bytes";
}

}  // namespace centime::api
