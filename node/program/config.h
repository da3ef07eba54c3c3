// The node's configuration: one flat TOML file, DIR/centime.toml, and the environment over it.
//
// Every key has a variable of the same name: `listen` is CENTIME_LISTEN. The table of keys in
// config.cpp is the one list of them: the commented file that `init` writes, `config show` and the
// checks all come from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "node/ledger/ids.h"
#include "node/program/outcome.h"

namespace centime::program {

// host:port, where the host is an IP address ("[::1]:8080" for IPv6).
struct ListenAddress {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;

  bool loopback() const;
  std::string url() const;  // "http://127.0.0.1:8080"
};

// Fails with bad_value.
Expected<ListenAddress> parse_listen_address(const std::string& text);

// Where another member's node takes links from members.
struct PeerAddress {
  ledger::MemberId member;
  std::string host;  // An IP address or a name.
  std::uint16_t port = 0;
};

// "wells=10.0.0.2:7001, auditor=node.example.org:7001". Fails with bad_value.
Expected<std::vector<PeerAddress>> parse_peers(const std::string& text);

struct Config {
  std::string member;
  std::string key;  // As written: relative to the data directory.
  std::string listen = "127.0.0.1:8080";
  std::string public_url;   // Empty: as each request calls its host.
  std::string peer_listen;  // Empty: this node only dials.
  std::string peers;
  std::uint64_t http_threads = 2;
  std::uint64_t requests_per_second = 100;
  std::uint64_t request_burst = 200;
  std::uint64_t event_streams = 256;
  std::uint64_t event_streams_per_client = 16;
  std::uint64_t cache_mb = 256;
  std::uint64_t answer_cache_mb = 32;
  std::uint64_t compress = 1;
  std::uint64_t write_buffer_mb = 64;
  std::uint64_t check_threads = 2;
  std::uint64_t queue_submissions = 1000;
  std::string log_level = "info";
};

// Where a setting's value came from, for `config show`.
struct Setting {
  std::string key;
  std::string value;
  std::string source;  // "file", "CENTIME_LISTEN" or "default".
};

struct LoadedConfig {
  Config config;
  std::vector<Setting> settings;      // All, in the order of the file.
  std::vector<std::string> warnings;  // Variables CENTIME_... that no key has.
};

// Name and value of each variable of the environment.
using Environment = std::vector<std::pair<std::string, std::string>>;
Environment process_environment();

// Reads DIR/centime.toml and lays the environment over it. Fails with missing_file or bad_config,
// naming the nearest key for an unknown one.
Expected<LoadedConfig> load_config(const std::filesystem::path& data_directory,
                                   const Environment& environment);

// The commented file, with this config's values.
std::string format_config(const Config& config);

}  // namespace centime::program
