// Money as the API shows it: whole minor units, a currency, and a text for people.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "api/queries.h"

namespace centime::api {

// {"amount": 5000, "currency": "EUR", "formatted": "50.00 EUR"}. A sum of several accounts may be
// above 2^53 - 1, which JavaScript reads as another number: then the amount is a text of its
// digits.
boost::json::object money_json(const Money& money);
boost::json::object money_json(std::uint64_t units, const ledger::Currency& currency);

// Major units without separators, such as "12345.60", for CSV.
std::string decimal_amount(const Money& money);

}  // namespace centime::api
