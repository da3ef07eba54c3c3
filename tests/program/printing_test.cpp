#include "node/program/printing.h"

#include <gtest/gtest.h>

#include "node/program/readable_json.h"

namespace centime::program {
namespace {

TEST(Printing, ControlCharactersOfOthersDoNotReachTheTerminal) {
  EXPECT_EQ(for_terminal("plain\nwith \xc3\xa9 and \xe2\x94\x9c"),
            "plain\nwith \xc3\xa9 and \xe2\x94\x9c");
  EXPECT_EQ(for_terminal("\x1b[2J\r\x07\x7f"), "?[2J???");
  EXPECT_EQ(for_terminal("\xc2\x9b"
                         "31m"),
            "?31m");
}

TEST(Printing, WhatHasOneLineStaysOnIt) {
  EXPECT_EQ(for_line("a\nb\x1b[2J \xc3\xa9"), "a?b?[2J \xc3\xa9");
}

TEST(Printing, ReadableJsonIsTheSameDocument) {
  const boost::json::value value{{"a", {1, 2, boost::json::object{}}},
                                 {"text \"quoted\"", "line\n"},
                                 {"empty", boost::json::array{}},
                                 {"none", nullptr}};
  const std::string text = readable_json(value);
  EXPECT_EQ(boost::json::parse(text), value);
  EXPECT_TRUE(text.ends_with("}\n"));
  EXPECT_NE(text.find("\n  \"a\": [\n    1,"), std::string::npos) << text;
}

TEST(Printing, AFailureOfTheRuntimeIsSplitIntoWordAndSentence) {
  EXPECT_EQ(failure_from("store_in_use: another process has it").word, "store_in_use");
  EXPECT_EQ(failure_from("store_in_use: another process has it").detail, "another process has it");
  EXPECT_EQ(failure_from("No word: here").word, "failed");
  EXPECT_EQ(failure_from("No word: here").detail, "No word: here");
}

}  // namespace
}  // namespace centime::program
