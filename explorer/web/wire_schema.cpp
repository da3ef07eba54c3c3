// Prints what the explorer's scripts share with the node, for their build: the wire schema of what
// they decode, as GET /v1/schema gives it, and the currencies whose minor unit has not two places.
#include <boost/json.hpp>
#include <iostream>

#include "crypto/schema.h"
#include "node/ledger/account.h"
#include "node/proof/epoch_chain.h"

namespace {

boost::json::object odd_exponents() {
  boost::json::object exponents;
  for (unsigned number = 0; number < 26 * 26 * 26; ++number) {
    const auto letter = [](unsigned place) { return static_cast<std::uint8_t>('A' + place % 26); };
    const centime::ledger::Currency currency{
        {letter(number / 676), letter(number / 26), letter(number)}};
    const auto places = currency_exponent(currency);
    if (places && *places != 2) exponents[currency.text()] = *places;
  }
  return exponents;
}

}  // namespace

int main() {
  using centime::crypto::wire_schema;
  const boost::json::object schema{{"entry", wire_schema<centime::ledger::Entry>()},
                                   {"authored", wire_schema<centime::ledger::AuthoredRecord>()},
                                   {"account", wire_schema<centime::ledger::Account>()},
                                   {"epoch_link", wire_schema<centime::proof::EpochLink>()},
                                   {"exponents", odd_exponents()}};
  std::cout << boost::json::serialize(schema) << '\n';
  return std::cout.flush() ? 0 : 1;
}
