#include "api/money_json.h"

#include "crypto/json_archive.h"

namespace centime::api {
namespace {

boost::json::value exact_number(std::uint64_t units) {
  if (units <= crypto::json_integer_max) return units;
  return boost::json::value(std::to_string(units));
}

}  // namespace

boost::json::object money_json(const Money& money) {
  return {{"amount", exact_number(money.amount.value)},
          {"currency", money.currency.text()},
          {"formatted", ledger::format_amount(money.amount, money.currency)}};
}

boost::json::object money_json(std::uint64_t units, const ledger::Currency& currency) {
  return money_json(Money{{units}, currency});
}

std::string decimal_amount(const Money& money) {
  std::string text = ledger::format_amount(money.amount, money.currency);
  text.erase(text.find(' '));
  std::erase(text, ',');
  return text;
}

}  // namespace centime::api
