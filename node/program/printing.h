// Prints a command's outcome: text for people, or one JSON document, and says the exit code.
#pragma once

#include <string>
#include <string_view>

#include "node/program/outcome.h"

namespace centime::program {

// Reports go to stdout. A failure goes to stderr as "centime: word: sentence", or with `json` to
// stdout as {"error": {"code", "detail", ...}}. Returns the exit code.
int print(const Outcome& outcome, bool json);

// The text with '?' for each control character but line feeds: a terminal must not obey what some
// server sent.
std::string for_terminal(std::string_view text);

// As for_terminal, with '?' for line feeds too: the text has one line, and must stay on it.
std::string for_line(std::string_view text);

}  // namespace centime::program
