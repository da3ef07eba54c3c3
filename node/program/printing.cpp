#include "node/program/printing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "node/program/readable_json.h"

namespace centime::program {
namespace {

// Whoever keeps what a command prints has to know that it is not there.
bool is_written() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  fmt::print(stderr,
             "centime: unwritable_file: the command was carried out, but what it prints can't be "
             "written: {}\n",
             std::generic_category().message(errno));
  return false;
}

}  // namespace

std::string for_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((byte < 0x20 && byte != '\n') || byte == 0x7f) {
      out += '?';
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      // U+0080 to U+009F, which terminals take for control characters too.
      out += '?';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string for_line(std::string_view text) {
  std::string out = for_terminal(text);
  std::ranges::replace(out, '\n', '?');
  return out;
}

int print(const Outcome& outcome, bool json) {
  if (outcome) {
    // A command that has spoken for itself, as `run` does, leaves nothing to say.
    const bool silent = outcome->text.empty() && outcome->json.empty();
    if (!silent) {
      fmt::print("{}", json ? readable_json(outcome->json) : for_terminal(outcome->text));
    }
    return is_written() ? outcome->exit_code : exit_failed;
  }
  const Failure& failure = outcome.error();
  if (json) {
    boost::json::object error = failure.more;
    error["code"] = failure.word;
    error["detail"] = failure.detail;
    fmt::print("{}", readable_json(boost::json::object{{"error", std::move(error)}}));
    is_written();
  } else {
    fmt::print(stderr, "centime: {}: {}\n{}", failure.word, for_terminal(failure.detail),
               for_terminal(failure.lines));
  }
  return failure.exit_code;
}

}  // namespace centime::program
