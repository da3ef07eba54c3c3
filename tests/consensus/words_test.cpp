// Every word of agreement stands in docs/errors.md, once.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "consensus/step.h"

namespace centime::consensus {
namespace {

template <class Enum>
void add_words(std::set<std::string>& words) {
  for (const std::string_view word : enum_words(Enum{})) words.emplace(word);
}

TEST(Words, OfAgreementAreDocumentedOnceEach) {
  std::map<std::string, int> documented;
  std::ifstream file(std::string(CENTIME_SOURCE_DIR) + "/docs/errors.md");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("* `")) ++documented[line.substr(3, line.find('`', 3) - 3)];
  }
  std::set<std::string> words;
  add_words<MessageError>(words);
  add_words<Refusal>(words);
  add_words<CertificateError>(words);
  add_words<EvidenceError>(words);
  add_words<Alarm>(words);
  add_words<RestoreError>(words);
  for (const std::string& word : words) EXPECT_EQ(documented[word], 1) << word;
  EXPECT_EQ(documented.size(), words.size()) << "docs/errors.md lists a word that is none";
}

}  // namespace
}  // namespace centime::consensus
