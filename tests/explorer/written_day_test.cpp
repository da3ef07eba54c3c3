#include "explorer/written_day.h"

#include <gtest/gtest.h>

#include "explorer/site.h"

namespace centime::explorer {
namespace {

TEST(WrittenDay, IsReadAsTheCatalogueOfAnyLanguageWritesIt) {
  for (const auto& catalogue : site().catalogues()) {
    for (int day = 0; day < 366; ++day) {
      const ledger::Date date{ledger::Date::from_text("2024-01-01")->value + day};
      EXPECT_EQ(with_days_in_digits(catalogue.date(date)), date.to_text()) << catalogue.date(date);
    }
  }
}

TEST(WrittenDay, IsReadInEitherCaseAndBesideOtherWords) {
  EXPECT_EQ(with_days_in_digits("50.00 EUR  28 september 2015"), "50.00 EUR 2015-09-28");
  EXPECT_EQ(with_days_in_digits("28 de SEPTIEMBRE de 2015 12 345,60"), "2015-09-28 12 345,60");
  EXPECT_EQ(with_days_in_digits("1\u00a0FÉVRIER 2015"), "2015-02-01");
  EXPECT_EQ(with_days_in_digits("1er août 2015"), "2015-08-01");
}

TEST(WrittenDay, LeavesAllOtherTextAsItIs) {
  for (const auto* text : {"", " relief  fund", "30 February 2015", "0 May 2015", "32 May 2015",
                           "May 2015", "28 de 2015", "1 May 15", "28 September", "2015-09-28"})
    EXPECT_EQ(with_days_in_digits(text), text);
}

}  // namespace
}  // namespace centime::explorer
