#include "api/problem_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "api/http_message.h"
#include "api/page_cursor.h"
#include "api/queries.h"
#include "crypto/wire_types.h"
#include "node/runtime/node.h"

namespace centime::api {
namespace {

std::set<std::string> table_words() {
  std::set<std::string> words;
  for (const ProblemWord& word : problem_words()) words.emplace(word.word);
  return words;
}

// The rows of docs/errors.md that have a status: word -> the cell with it. Words that nobody is
// answered with stand in tables of three columns.
std::map<std::string, std::string> documented() {
  std::ifstream file(std::string(CENTIME_SOURCE_DIR) + "/docs/errors.md");
  std::map<std::string, std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `") || std::ranges::count(line, '|') != 5) continue;
    const auto end = line.find('`', 3);
    const auto status = line.find("| ", end) + 2;
    const auto fresh = rows.emplace(line.substr(3, end - 3),
                                    line.substr(status, line.find(" |", status) - status));
    EXPECT_TRUE(fresh.second) << line;
  }
  return rows;
}

TEST(ProblemWords, TheLedgersWordsComeFirstAndInOrder) {
  const auto ledger_words = enum_words(ledger::Word{});
  const auto all = problem_words();
  ASSERT_GE(all.size(), ledger_words.size());
  for (std::size_t i = 0; i < ledger_words.size(); ++i) EXPECT_EQ(all[i].word, ledger_words[i]);
}

TEST(ProblemWords, EveryWordStandsOnce) { EXPECT_EQ(table_words().size(), problem_words().size()); }

TEST(ProblemWords, WhatTheServerAndTheNodeAnswerIsInTheTable) {
  const auto words = table_words();
  for (const auto error :
       {TargetError::bad_target, TargetError::bad_encoding, TargetError::too_large})
    EXPECT_TRUE(words.contains(std::string(to_word(error)))) << to_word(error);
  for (const auto error : {PageError::bad_cursor, PageError::bad_limit})
    EXPECT_TRUE(words.contains(std::string(to_word(error)))) << to_word(error);
  for (const auto error :
       {storage::PrefixError::unknown, storage::PrefixError::ambiguous, storage::PrefixError::bad})
    EXPECT_TRUE(words.contains(std::string(to_word(error)))) << to_word(error);
  for (const auto word : enum_words(runtime::Unavailable{}))
    EXPECT_TRUE(words.contains(std::string(word))) << word;
}

// The words that the code under api/ passes to problem() and its like, as literals.
TEST(ProblemWords, EveryLiteralWordOfTheCodeIsInTheTable) {
  const auto words = table_words();
  int found = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(CENTIME_SOURCE_DIR) + "/api")) {
    if (file.path().extension() != ".cpp") continue;
    std::ifstream in(file.path());
    std::ostringstream text;
    text << in.rdbuf();
    const std::string code = text.str();
    for (const std::string_view call : {"problem_of(", "read_problem(", "problem(4", "problem(5"}) {
      for (auto at = code.find(call); at != std::string::npos; at = code.find(call, at + 1)) {
        const auto open = code.find('"', at);
        const auto between = code.substr(at + call.size(), open - at - call.size());
        // Digits, a comma and white space may stand before the literal; else it is a variable.
        if (between.find_first_not_of("0123456789, \n") != std::string::npos) continue;
        const std::string word = code.substr(open + 1, code.find('"', open + 1) - open - 1);
        EXPECT_TRUE(words.contains(word)) << file.path() << ": " << word;
        ++found;
      }
    }
  }
  EXPECT_GT(found, 30);
}

TEST(ProblemWords, DocsListEveryWordWithItsStatuses) {
  const auto rows = documented();
  for (const ProblemWord& word : problem_words()) {
    const auto row = rows.find(std::string(word.word));
    ASSERT_NE(row, rows.end()) << "docs/errors.md lacks " << word.word;
    std::string statuses = std::to_string(word.status);
    if (word.read_status != 0 && word.read_status != word.status)
      statuses += ", " + std::to_string(word.read_status);
    EXPECT_EQ(row->second, statuses) << word.word;
  }
  EXPECT_EQ(rows.size(), problem_words().size()) << "docs/errors.md lists a word that is none";
}

}  // namespace
}  // namespace centime::api
