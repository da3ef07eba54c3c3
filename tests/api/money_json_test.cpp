// Money as the API shows it.
#include "api/money_json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "crypto/json_archive.h"

namespace centime::api {
namespace {

// JavaScript reads all numbers as doubles.
TEST(MoneyJson, AnAmountThatADoubleHasNotExactlyIsATextOfItsDigits) {
  const auto euro = *ledger::Currency::from_text("EUR");
  const auto json = [&](std::uint64_t units) {
    return boost::json::serialize(money_json(units, euro).at("amount"));
  };
  EXPECT_EQ(json(0), "0");
  EXPECT_EQ(json(crypto::json_integer_max), "9007199254740991");
  EXPECT_EQ(json(crypto::json_integer_max + 1), "\"9007199254740992\"");
  EXPECT_EQ(json(~std::uint64_t{0}), "\"18446744073709551615\"");
}

}  // namespace
}  // namespace centime::api
