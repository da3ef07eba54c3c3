#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <chrono>

#include "crypto/encoding.h"
#include "crypto/note.h"
#include "node/program/files.h"
#include "node/program/genesis_file.h"
#include "node/program/nearest_word.h"
#include "node/program/toml_fault.h"

namespace centime::program {
namespace {

constexpr auto top_keys =
    std::to_array<std::string_view>({"origin", "time", "validators", "member", "policies"});
constexpr auto member_keys = std::to_array<std::string_view>({"name", "title", "role", "key"});
constexpr auto policy_keys =
    std::to_array<std::string_view>({"block_bytes_max", "block_records_max", "days_ahead_max"});

// Thrown while one file is read, and caught where reading began: the file is a tree of small
// parts, and any of them can be wrong.
struct Fault {
  std::uint32_t line;
  std::string detail;
};

[[noreturn]] void wrong(const toml::node& node, std::string detail) {
  throw Fault{node.source().begin.line, std::move(detail)};
}

void check_keys(const toml::table& table, std::span<const std::string_view> known) {
  for (const auto& [name, node] : table) {
    if (std::ranges::find(known, name.str()) != known.end()) continue;
    throw Fault{name.source().begin.line, fmt::format("there is no setting '{}' here{}", name.str(),
                                                      did_you_mean(name.str(), known))};
  }
}

std::string text_of(const toml::table& table, std::string_view name) {
  const toml::node* node = table.get(name);
  if (node == nullptr) wrong(table, fmt::format("{} is missing", name));
  const auto text = node->value_exact<std::string>();
  if (!text) wrong(*node, fmt::format("{} must be text in quotes", name));
  return *text;
}

crypto::PublicKey key_of(const toml::node& node, const std::string& text,
                         const ledger::Origin& origin, const std::string& member) {
  crypto::Bytes bytes;
  if (const auto hex = crypto::from_hex(text)) {
    bytes = *hex;
  } else if (const auto vkey = crypto::parse_vkey(text)) {
    const std::string full = origin.value + "/" + member;
    if (vkey->name != member && vkey->name != full) {
      wrong(node, fmt::format("this is the key of '{}', not of '{}'", vkey->name, full));
    }
    return vkey->key;
  } else {
    wrong(node,
          "key must be 64 hexadecimal digits or a line like NAME+ID+KEY, as "
          "`centime keys show` prints them");
  }
  const auto key = crypto::admit_key(bytes);
  if (!key) wrong(node, "key is not an Ed25519 public key that a ledger may admit");
  return *key;
}

ledger::Role role_of(const toml::table& table) {
  const std::string text = text_of(table, "role");
  constexpr auto words = enum_words(ledger::Role{});
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) {
    wrong(*table.get("role"), fmt::format("role must be platform, ngo or auditor, not '{}'", text));
  }
  return static_cast<ledger::Role>(found - words.begin());
}

void read_member(NetworkDraft& draft, const toml::table& table) {
  check_keys(table, member_keys);
  ledger::Member member;
  member.member.value = text_of(table, "name");
  if (!ledger::MemberId::valid(member.member.value)) {
    wrong(*table.get("name"), "name must be small letters, digits and hyphens, at most 40");
  }
  member.title.value = text_of(table, "title");
  if (!ledger::Line::valid(member.title.value)) {
    wrong(*table.get("title"), "title must be 1 to 120 bytes of text");
  }
  member.role = role_of(table);
  if (const toml::node* key = table.get("key")) {
    member.key = key_of(*key, text_of(table, "key"), draft.genesis.origin, member.member.value);
  } else {
    draft.without_key.push_back(member.member);
  }
  draft.genesis.members.items.push_back(std::move(member));
}

void read_members(NetworkDraft& draft, const toml::table& table) {
  const toml::array* members = table.get_as<toml::array>("member");
  if (members == nullptr) wrong(table, "there is no member; write each as a part [[member]]");
  if (members->size() > ledger::members_max) {
    wrong(*members, fmt::format("a network starts with at most {} members", ledger::members_max));
  }
  for (const toml::node& node : *members) {
    if (!node.is_table()) wrong(node, "write each member as a part [[member]]");
    read_member(draft, *node.as_table());
  }
}

void read_validators(ledger::Genesis& genesis, const toml::table& table) {
  const toml::array* names = table.get_as<toml::array>("validators");
  if (names == nullptr) {
    wrong(table,
          "validators is missing, such as validators = [\"platform\"]; it stands before "
          "the first [[member]]");
  }
  if (names->size() > ledger::validators_max) {
    wrong(*names, fmt::format("a network has at most {} validators", ledger::validators_max));
  }
  for (const toml::node& node : *names) {
    const auto name = node.value_exact<std::string>();
    if (!name || !ledger::MemberId::valid(*name)) wrong(node, "a validator is a member's name");
    genesis.validators.items.push_back({*name});
  }
}

void read_policies(ledger::Policies& policies, const toml::table& table) {
  const toml::node* node = table.get("policies");
  if (node == nullptr) return;
  if (!node->is_table()) wrong(*node, "policies must be a part [policies]");
  check_keys(*node->as_table(), policy_keys);
  const auto read = [&](std::string_view name, std::uint32_t& field) {
    const toml::node* number = node->as_table()->get(name);
    if (number == nullptr) return;
    const auto value = number->value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max()) {
      wrong(*number, fmt::format("{} must be a whole number below 2^32", name));
    }
    field = static_cast<std::uint32_t>(*value);
  };
  read("block_bytes_max", policies.block_bytes_max);
  read("block_records_max", policies.block_records_max);
  read("days_ahead_max", policies.days_ahead_max);
}

// What is recorded is dated behind it, so a slip would make the ledger of another year.
constexpr std::chrono::milliseconds ahead_max = std::chrono::days(1);

ledger::TimeMs time_of(const toml::node& node, ledger::TimeMs now) {
  const auto time = node.value_exact<toml::date_time>();
  if (!time || !time->offset) {
    wrong(node, "time must be an instant such as 2026-11-22T10:00:00Z, without quotes");
  }
  const std::chrono::sys_days day = std::chrono::year_month_day(
      std::chrono::year(time->date.year), std::chrono::month(time->date.month),
      std::chrono::day(time->date.day));
  const auto instant = day + std::chrono::hours(time->time.hour) +
                       std::chrono::minutes(time->time.minute - time->offset->minutes) +
                       std::chrono::seconds(time->time.second) +
                       std::chrono::milliseconds(time->time.nanosecond / 1'000'000);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch());
  if (ms.count() < 0) wrong(node, "time must be 1970 or later");
  const auto ahead = ms - std::chrono::milliseconds(now.value);
  if (ahead > ahead_max) {
    wrong(node,
          fmt::format("time is {} days ahead of this machine's clock: the network can't begin "
                      "in the future",
                      std::chrono::ceil<std::chrono::days>(ahead).count()));
  }
  return {static_cast<std::uint64_t>(ms.count())};
}

// "ledger.example.org/relief" or "localhost:8080/relief"; no scheme.
bool is_host_and_path(std::string_view text) {
  const std::string_view host = text.substr(0, text.find_first_of(":/"));
  const bool is_host = !host.empty() && host.front() != '.' && host.front() != '-' &&
                       host.find('_') == std::string_view::npos;
  return is_host && !text.contains("//") && !text.contains(":/");
}

NetworkDraft read_draft(const toml::table& table, ledger::TimeMs now) {
  check_keys(table, top_keys);
  NetworkDraft draft;
  draft.genesis.origin.value = text_of(table, "origin");
  // The format takes more; but a name with https:// in it would stay for ever.
  if (!ledger::Origin::valid(draft.genesis.origin.value) ||
      !is_host_and_path(draft.genesis.origin.value)) {
    wrong(*table.get("origin"),
          "origin must be a host name and path without https://, such as "
          "\"ledger.example.org/relief\"");
  }
  const toml::node* time = table.get("time");
  draft.genesis.time = time == nullptr ? now : time_of(*time, now);
  read_members(draft, table);
  read_validators(draft.genesis, table);
  read_policies(draft.genesis.policies, table);
  return draft;
}

}  // namespace

Expected<NetworkDraft> read_network_file(const std::filesystem::path& path, ledger::TimeMs now) {
  auto content = read_file(path, std::size_t{1} << 20);
  if (!content) return std::unexpected(content.error());
  const auto bad = [&](std::uint32_t line, std::string_view detail) {
    return fail("bad_network_file", fmt::format("{}, line {}: {}", path.string(), line, detail));
  };
  try {
    return read_draft(toml::parse(*content, path.string()), now);
  } catch (const toml::parse_error& error) {
    return bad(error.source().begin.line, toml_fault(error, *content));
  } catch (const Fault& fault) {
    return bad(fault.line, fault.detail);
  }
}

}  // namespace centime::program
