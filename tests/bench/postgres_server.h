// A PostgreSQL server of the benchmark's own: new data, a Unix socket only, default durability.
#pragma once

#include <filesystem>
#include <string>

namespace centime::bench {

class PostgresServer {
 public:
  // Makes and starts a server in `directory`, which is emptied first; as user postgres when this
  // process is root's, since PostgreSQL refuses to be. Stops the program if that fails.
  explicit PostgresServer(std::filesystem::path directory);
  ~PostgresServer();  // Stops the server and removes the directory.
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  std::string connection() const;  // For PQconnectdb.

 private:
  void run(const std::string& program, const std::string& arguments) const;

  std::filesystem::path directory_;
};

}  // namespace centime::bench
