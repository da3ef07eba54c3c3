#include "node/program/outcome.h"

#include <algorithm>

namespace centime::program {

Failure failure_from(const std::string& word_and_sentence) {
  const std::size_t colon = word_and_sentence.find(": ");
  const auto is_word = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
  };
  if (colon != std::string::npos && is_word(std::string_view(word_and_sentence).substr(0, colon))) {
    return {word_and_sentence.substr(0, colon), word_and_sentence.substr(colon + 2)};
  }
  return {"failed", word_and_sentence};
}

}  // namespace centime::program
