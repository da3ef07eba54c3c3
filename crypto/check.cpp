#include "crypto/check.h"

#include <cstdio>
#include <cstdlib>

namespace centime::crypto {

void check_failed(std::string_view what, const std::source_location& where) {
  std::fprintf(stderr, "centime: internal error: %.*s (%s:%u). Stopping before anything is lost.\n",
               static_cast<int>(what.size()), what.data(), where.file_name(), where.line());
  std::abort();
}

}  // namespace centime::crypto
