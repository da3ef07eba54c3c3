#include "node/program/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <map>
#include <sstream>
#include <variant>

#include "node/program/files.h"
#include "node/program/nearest_word.h"
#include "node/program/toml_fault.h"

namespace centime::program {
namespace {

using Text = std::string Config::*;
using Number = std::uint64_t Config::*;

struct Key {
  std::string_view name;
  std::variant<Text, Number> field;
  std::uint64_t least = 0;  // Of a number.
  std::uint64_t most = 0;
  std::string_view comment;
};

const std::vector<Key>& keys() {
  static const std::vector<Key> all = {
      {"member", &Config::member, 0, 0, "The member that this node belongs to and signs for."},
      {"key", &Config::key, 0, 0,
       "The member's secret key, from this directory or absolute; mode 0600."},
      {"listen", &Config::listen, 0, 0,
       "Where web pages and API answer, as address:port. Anything but loopback can be reached by\n"
       "others: put a web server with TLS in front of it. Port 0 takes any free one."},
      {"public_url", &Config::public_url, 0, 0,
       "Where readers see this node, such as https://ledger.example.org: in the QR codes of the\n"
       "donors' pages, and where a page is shared or printed. Empty: as the request says, over\n"
       "plain HTTP; set it when a web server with TLS is in front."},
      {"peer_listen", &Config::peer_listen, 0, 0,
       "Where the other members' nodes connect to, as address:port, such as 0.0.0.0:7001. Links "
       "are\n"
       "encrypted and only members' keys get in. Empty: this node only dials."},
      {"peers", &Config::peers, 0, 0,
       "Where the other members' nodes are: member=host:port, with commas between. One side of\n"
       "each pair is enough."},
      {"http_threads", &Config::http_threads, 1, 64, "Threads that answer requests."},
      {"requests_per_second", &Config::requests_per_second, 0, 1'000'000,
       "What one client may ask in the long run, and at once; 0 = no limit. Not for loopback."},
      {"request_burst", &Config::request_burst, 1, 1'000'000, ""},
      {"event_streams", &Config::event_streams, 0, 10'000,
       "Open event streams, of all clients and of one (not for loopback). A stream takes one of\n"
       "the connections, of which there are at most 16384."},
      {"event_streams_per_client", &Config::event_streams_per_client, 1, 10'000, ""},
      {"cache_mb", &Config::cache_mb, 8, 1'048'576, "Memory for reading, in megabytes."},
      {"answer_cache_mb", &Config::answer_cache_mb, 0, 65'536,
       "Memory for pages and answers that are given again until the next block, in megabytes, of\n"
       "all http_threads; 0 = none."},
      {"compress", &Config::compress, 0, 1,
       "Whether answers go out compressed to clients that take it; 0 where a web server in front\n"
       "does that."},
      {"write_buffer_mb", &Config::write_buffer_mb, 1, 4096,
       "Memory for writing, in megabytes; up to four times this is used."},
      {"check_threads", &Config::check_threads, 1, 64, "Threads that check signatures."},
      {"queue_submissions", &Config::queue_submissions, 1, 100'000,
       "Submissions that may wait for a block; more are told `busy`."},
      {"log_level", &Config::log_level, 0, 0, "What is logged: error, warn, info or debug."},
  };
  return all;
}

std::vector<std::string_view> key_names() {
  std::vector<std::string_view> names;
  for (const Key& key : keys()) names.push_back(key.name);
  return names;
}

std::unexpected<Failure> bad_config(std::string detail) {
  return fail("bad_config", std::move(detail));
}

std::string variable_of(const Key& key) {
  std::string name = "CENTIME_";
  for (const char c : key.name) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::string value_of(const Config& config, const Key& key) {
  if (const auto* text = std::get_if<Text>(&key.field)) return config.**text;
  return std::to_string(config.*std::get<Number>(key.field));
}

Expected<void> set_number(Config& config, const Key& key, std::int64_t value,
                          const std::string& where) {
  if (value < 0 || static_cast<std::uint64_t>(value) < key.least ||
      static_cast<std::uint64_t>(value) > key.most) {
    return bad_config(fmt::format("{}: {} must be from {} to {}, not {}", where, key.name,
                                  key.least, key.most, value));
  }
  config.*std::get<Number>(key.field) = static_cast<std::uint64_t>(value);
  return {};
}

Expected<void> set_from_text(Config& config, const Key& key, const std::string& value,
                             const std::string& where) {
  if (const auto* text = std::get_if<Text>(&key.field)) {
    config.** text = value;
    return {};
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    return bad_config(
        fmt::format("{}: {} must be a whole number, not '{}'", where, key.name, value));
  }
  return set_number(config, key, number, where);
}

const Key* find_key(std::string_view name) {
  for (const Key& key : keys()) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

Expected<void> read_key(Config& config, const toml::key& name, const toml::node& node,
                        const std::string& file) {
  const std::string where = fmt::format("{}, line {}", file, name.source().begin.line);
  const Key* key = find_key(name.str());
  if (key == nullptr) {
    return bad_config(fmt::format("{}: there is no setting '{}'{}", where, name.str(),
                                  did_you_mean(name.str(), key_names())));
  }
  if (const auto* text = std::get_if<Text>(&key->field)) {
    const auto value = node.value_exact<std::string>();
    if (!value) return bad_config(fmt::format("{}: {} must be text in quotes", where, key->name));
    config.** text = *value;
    return {};
  }
  const auto value = node.value_exact<std::int64_t>();
  if (!value) return bad_config(fmt::format("{}: {} must be a whole number", where, key->name));
  return set_number(config, *key, *value, where);
}

// An http or https address with a host and perhaps a port, and no more: pages add their paths.
Expected<void> check_public_url(const std::string& text) {
  const auto url = boost::urls::parse_absolute_uri(text);
  const bool good = url && (url->scheme() == "https" || url->scheme() == "http") &&
                    !url->host().empty() && !url->has_userinfo() && url->path().empty() &&
                    !url->has_query() && !url->has_fragment();
  if (good) return {};
  return called_wrongly("bad_value", fmt::format("'{}' is not where a site is, such as "
                                                 "https://ledger.example.org, without a path",
                                                 text));
}

// Where each setting in force was given: "node/centime.toml, line 3" or "CENTIME_LISTEN". Those
// that nobody gave are missing in the file, which stands under no name.
using Places = std::map<std::string_view, std::string>;
constexpr std::string_view file_itself;

std::unexpected<Failure> bad_setting(const Places& places, std::string_view key,
                                     std::string_view detail) {
  const auto place = places.find(key);
  const std::string& where = place == places.end() ? places.at(file_itself) : place->second;
  return bad_config(fmt::format("{}: {}{}", where, key, detail));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// "wells=10.0.0.2:7001".
Expected<PeerAddress> parse_peer(std::string_view item) {
  const auto bad = [&](std::string_view why) {
    return called_wrongly("bad_value", fmt::format("'{}' is not a member and where its node is, "
                                                   "such as wells=10.0.0.2:7001{}",
                                                   item, why));
  };
  if (item.contains(';')) return bad("; between two members stands a comma");
  const std::size_t equals = std::min(item.find('='), item.size());
  const std::size_t colon = item.rfind(':');
  if (colon == std::string_view::npos || colon < equals) return bad("");
  PeerAddress peer{{std::string(item.substr(0, equals))},
                   std::string(item.substr(equals + 1, colon - equals - 1))};
  if (peer.host.contains('/')) return bad("; a host stands without https:// before it");
  if (peer.host.find_first_of("= \t") != std::string::npos)
    return bad("; a host has no blank and no '='");
  if (peer.host.size() > 2 && peer.host.front() == '[' && peer.host.back() == ']')
    peer.host = peer.host.substr(1, peer.host.size() - 2);
  const char* last = item.data() + item.size();
  const auto [stop, fault] = std::from_chars(item.data() + colon + 1, last, peer.port);
  const bool good = fault == std::errc() && stop == last && peer.port > 0 && !peer.host.empty() &&
                    ledger::MemberId::valid(peer.member.value);
  if (!good) return bad("");
  return peer;
}

// Whether one of the two would find its port taken by the other.
bool is_same_place(const ListenAddress& one, const ListenAddress& other) {
  const auto everywhere = [](const ListenAddress& each) {
    return boost::asio::ip::make_address(each.address).is_unspecified();
  };
  return one.port == other.port && one.port != 0 &&
         (one.address == other.address || everywhere(one) || everywhere(other));
}

Expected<void> check_values(const Config& config, const Places& places) {
  const auto wrong = [&](std::string_view key, std::string_view detail) {
    return bad_setting(places, key, detail);
  };
  if (!ledger::MemberId::valid(config.member)) {
    return wrong("member", fmt::format(" must be a member's name, not '{}'", config.member));
  }
  if (config.key.empty()) return wrong("key", " must name the member's key file");
  if (auto listen = parse_listen_address(config.listen); !listen) {
    return wrong("listen", ": " + listen.error().detail);
  }
  if (!config.public_url.empty()) {
    if (auto url = check_public_url(config.public_url); !url) {
      return wrong("public_url", ": " + url.error().detail);
    }
  }
  if (!config.peer_listen.empty()) {
    if (auto listen = parse_listen_address(config.peer_listen); !listen) {
      return wrong("peer_listen", ": " + listen.error().detail);
    }
    if (is_same_place(*parse_listen_address(config.listen),
                      *parse_listen_address(config.peer_listen))) {
      return wrong("peer_listen", " must have another port than listen");
    }
  }
  if (auto peers = parse_peers(config.peers); !peers) {
    return wrong("peers", ": " + peers.error().detail);
  }
  constexpr auto levels = std::to_array<std::string_view>({"error", "warn", "info", "debug"});
  if (std::ranges::find(levels, config.log_level) == levels.end()) {
    return wrong("log_level",
                 fmt::format(" must be error, warn, info or debug, not '{}'", config.log_level));
  }
  return {};
}

Expected<void> lay_over(LoadedConfig& loaded, std::map<std::string_view, std::string>& sources,
                        Places& places, const Environment& environment) {
  std::vector<std::string> names;
  for (const Key& key : keys()) names.push_back(variable_of(key));
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (const auto& [name, value] : environment) {
    // The last is of the commands that sign.
    if (!name.starts_with("CENTIME_") || name == "CENTIME_NETWORK") continue;
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      loaded.warnings.push_back(fmt::format("the environment's {} is no setting and does nothing{}",
                                            name, did_you_mean(name, known)));
      continue;
    }
    const Key& key = keys()[static_cast<std::size_t>(found - names.begin())];
    if (auto set = set_from_text(loaded.config, key, value, name); !set) return set;
    sources[key.name] = name;
    places[key.name] = name;
  }
  return {};
}

}  // namespace

bool ListenAddress::loopback() const {
  return boost::asio::ip::make_address(address).is_loopback();
}

std::string ListenAddress::url() const {
  const bool v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}:{}", v6 ? "[" + address + "]" : address, port);
}

Expected<ListenAddress> parse_listen_address(const std::string& text) {
  const auto bad = [&] {
    return called_wrongly("bad_value", fmt::format("'{}' is not an IP address and a port, such as "
                                                   "127.0.0.1:8080 or [::1]:8080",
                                                   text));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return bad();
  std::string host = text.substr(0, colon);
  const std::string_view port_text = std::string_view(text).substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string::npos)) return bad();

  ListenAddress listen;
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  if (error) return bad();
  listen.address = host;
  const auto [end, fault] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), listen.port);
  if (fault != std::errc() || end != port_text.data() + port_text.size()) return bad();
  return listen;
}

Expected<std::vector<PeerAddress>> parse_peers(const std::string& text) {
  std::vector<PeerAddress> peers;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    auto peer = parse_peer(trimmed(std::string_view(text).substr(begin, end - begin)));
    if (!peer) return std::unexpected(peer.error());
    if (std::ranges::find(peers, peer->member, &PeerAddress::member) != peers.end()) {
      return called_wrongly("bad_value",
                            fmt::format("'{}' is named twice; a member has one node, with one "
                                        "address",
                                        peer->member.value));
    }
    peers.push_back(*std::move(peer));
    begin = end + 1;
  }
  return peers;
}

Environment process_environment() {
  Environment environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Expected<LoadedConfig> load_config(const std::filesystem::path& data_directory,
                                   const Environment& environment) {
  const std::filesystem::path file = data_directory / "centime.toml";
  auto content = read_file(file, std::size_t{1} << 20);
  if (!content) {
    if (content.error().word != "missing_file") return std::unexpected(content.error());
    return fail("missing_file",
                fmt::format("{} holds no node: there is no centime.toml; `centime init` makes one",
                            data_directory.string()));
  }
  toml::table table;
  try {
    table = toml::parse(*content, file.string());
  } catch (const toml::parse_error& error) {
    return bad_config(fmt::format("{}, line {}: {}", file.string(), error.source().begin.line,
                                  toml_fault(error, *content)));
  }
  LoadedConfig loaded;
  std::map<std::string_view, std::string> sources;
  Places places{{file_itself, file.string()}};
  for (const auto& [name, node] : table) {
    if (auto read = read_key(loaded.config, name, node, file.string()); !read) {
      return std::unexpected(read.error());
    }
    const std::string_view key = find_key(name.str())->name;
    sources[key] = "file";
    places[key] = fmt::format("{}, line {}", file.string(), name.source().begin.line);
  }
  if (auto laid = lay_over(loaded, sources, places, environment); !laid) {
    return std::unexpected(laid.error());
  }
  if (auto checked = check_values(loaded.config, places); !checked) {
    return std::unexpected(checked.error());
  }
  for (const Key& key : keys()) {
    const auto source = sources.find(key.name);
    loaded.settings.push_back({std::string(key.name), value_of(loaded.config, key),
                               source == sources.end() ? "default" : source->second});
  }
  return loaded;
}

std::string format_config(const Config& config) {
  std::string out =
      "# A Centime node. `centime config check` checks this file, `centime config show` shows "
      "what\n"
      "# is in force. A variable of the environment goes before a line here: CENTIME_LISTEN "
      "before\n"
      "# listen, and so on. Changes count from the next start on.\n";
  for (const Key& key : keys()) {
    out += '\n';
    std::string_view comment = key.comment;
    while (!comment.empty()) {
      const std::size_t end = std::min(comment.find('\n'), comment.size());
      out += fmt::format("# {}\n", comment.substr(0, end));
      comment.remove_prefix(std::min(end + 1, comment.size()));
    }
    const bool text = std::holds_alternative<Text>(key.field);
    const std::string value = value_of(config, key);
    std::ostringstream quoted;
    if (text) quoted << toml::value<std::string>(value);
    out += fmt::format("{} = {}\n", key.name, text ? quoted.str() : value);
  }
  return out;
}

}  // namespace centime::program
