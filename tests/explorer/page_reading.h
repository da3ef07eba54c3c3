// Asks for pages in every language and reads them strictly.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "tests/explorer/explorer_world.h"
#include "tests/explorer/html_reading.h"

namespace centime::explorer {

class PageTest : public ExplorerTest {
 protected:
  // The page in English, once it has been found sound in each language.
  std::string sound_page(const std::string& target) {
    for (const auto* language : {"es", "fr", "en"}) {
      const auto answer = page(target, language);
      EXPECT_EQ(answer.status, 200U) << target << "\n" << answer.body;
      EXPECT_EQ(fault_of_html(answer.body), std::nullopt) << target << "\n" << answer.body;
      EXPECT_THAT(answer.body, testing::HasSubstr("<html lang=\"" + std::string(language) + "\">"));
      if (language == std::string_view("en")) return answer.body;
    }
    return {};
  }
};

}  // namespace centime::explorer
