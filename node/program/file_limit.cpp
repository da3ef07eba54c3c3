#include "node/program/file_limit.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

namespace centime::program {
namespace {

// With fewer, one browser more or less decides whether anybody else is answered.
constexpr std::size_t readers_min = 64;
constexpr std::size_t readers_enough = 1'024;
constexpr std::size_t readers_max = 16'384;

}  // namespace

std::size_t raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return files_kept + readers_enough;
  const rlimit all{files.rlim_max, files.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &all) == 0) files = all;
  return files.rlim_cur;
}

Expected<ReaderConnections> reader_connections(std::size_t files) {
  if (files < files_kept + readers_min) {
    return fail("too_few_files",
                fmt::format("the system lets this process open {} files and sockets, and a node "
                            "needs {}: raise the hard limit, in its systemd unit by "
                            "LimitNOFILE=65536, in a shell by ulimit -Hn 65536",
                            files, files_kept + readers_min));
  }
  const std::size_t left = files - files_kept;
  return ReaderConnections{std::min(left, readers_max), left < readers_enough};
}

}  // namespace centime::program
