#include "api/letter_case.h"

#include <gtest/gtest.h>

namespace centime::api {
namespace {

TEST(LetterCase, FoldsTheLettersOfLatinScripts) {
  EXPECT_EQ(folded("Red AID"), "red aid");
  EXPECT_EQ(folded("ÉCOLE DES PEÑAS"), "école des peñas");
  EXPECT_EQ(folded("ÀÞŸ Łódź ŽIŽKOV ĲSSEL ŊŪĶĹŇ"), "àþÿ łódź žižkov ĳssel ŋūķĺň");
  // Small already, or no letters at all.
  for (const auto* same : {"é", "ß", "ÿ", "×", "÷", "ŉ", "ĸ", "ſ", "ł", "ž", "日本", "…", "\xc3"})
    EXPECT_EQ(folded(same), same);
  EXPECT_NE(folded("ECOLE"), folded("École"));
}

TEST(LetterCase, FoldsBlanksOfAnyKind) {
  EXPECT_EQ(folded("  relief\u00a0\tfund "), "relief fund");
  EXPECT_EQ(folded(" \u202f"), "");
}

}  // namespace
}  // namespace centime::api
