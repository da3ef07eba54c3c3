// What a command hands back to the command line: a report to print, or why it failed.
//
// Commands print nothing themselves, so that --json is one document whatever happens. Progress and
// warnings go to stderr (progress.h).
#pragma once

#include <boost/json.hpp>
#include <expected>
#include <string>
#include <utility>

namespace centime::program {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;  // Failed, refused, or found something wrong.
inline constexpr int exit_called_wrongly = 2;
// 3: the disk failed while a node ran (storage/store.h).
inline constexpr int exit_in_the_way = 4;  // Of `run`: it may start once something has ended.

struct Report {
  std::string text;          // For people; ends in a newline, or is empty.
  boost::json::object json;  // The same for programs.
  int exit_code = exit_done;
};

struct Failure {
  std::string word;    // Stable: the ledger's, the API's, or the command line's own.
  std::string detail;  // What is wrong and what to do, for a person.
  int exit_code = exit_failed;
  boost::json::object more = {};  // Further members of the error in JSON.
  std::string lines = {};    // What people are told below the sentence, and programs in `more`.
  bool may_be_done = false;  // A node was asked for something and may have done it, or yet do it.
};

template <class T>
using Expected = std::expected<T, Failure>;
using Outcome = Expected<Report>;

inline std::unexpected<Failure> fail(std::string word, std::string detail) {
  return std::unexpected(Failure{std::move(word), std::move(detail)});
}

inline std::unexpected<Failure> called_wrongly(std::string word, std::string detail) {
  return std::unexpected(Failure{std::move(word), std::move(detail), exit_called_wrongly});
}

// Splits "word: a sentence", as the runtime and the store give their errors.
Failure failure_from(const std::string& word_and_sentence);

}  // namespace centime::program
