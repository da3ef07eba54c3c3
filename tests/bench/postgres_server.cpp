#include "tests/bench/postgres_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace centime::bench {
namespace {

constexpr const char* programs = "/usr/lib/postgresql/15/bin";

// As much memory for its pages as the node has for its caches; the rest are PostgreSQL's defaults,
// among them fsync, synchronous_commit and full_page_writes, all on.
constexpr const char* settings = "-c listen_addresses='' -c shared_buffers=512MB";

}  // namespace

PostgresServer::PostgresServer(std::filesystem::path directory)
    : directory_(std::filesystem::absolute(std::move(directory))) {
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  std::filesystem::permissions(directory_, std::filesystem::perms::all);
  const std::string data = (directory_ / "data").string();
  run("initdb", fmt::format("-D {} -U postgres --auth=trust -E UTF8 --locale=C", data));
  run("pg_ctl", fmt::format("-D {} -w -l {}/log -o \"{} -k {}\" start", data, directory_.string(),
                            settings, directory_.string()));
}

PostgresServer::~PostgresServer() {
  run("pg_ctl", fmt::format("-D {}/data -w -m fast stop", directory_.string()));
  std::filesystem::remove_all(directory_);
}

std::string PostgresServer::connection() const {
  return fmt::format("host={} user=postgres dbname=postgres", directory_.string());
}

void PostgresServer::run(const std::string& program, const std::string& arguments) const {
  const char* user = ::geteuid() == 0 ? "runuser -u postgres -- " : "";
  const std::string command =
      fmt::format("cd {} && {}{}/{} {} > {}/output 2>&1", directory_.string(), user, programs,
                  program, arguments, directory_.string());
  if (std::system(command.c_str()) == 0) return;
  fmt::print(stderr, "{} failed, see {}/output\n", program, directory_.string());
  std::_Exit(1);
}

}  // namespace centime::bench
