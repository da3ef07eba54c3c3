#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "node/program/commands.h"
#include "node/program/files.h"
#include "node/program/genesis_file.h"
#include "node/program/key_file.h"
#include "node/program/ledger_place.h"
#include "node/program/network_text.h"
#include "node/program/readable_json.h"
#include "node/proof/policy.h"

namespace centime::program {
namespace {

ledger::TimeMs now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time).count())};
}

// Makes the keys that the file leaves open; nothing is written yet.
std::vector<KeyFile> generate_keys(NetworkDraft& draft) {
  std::vector<KeyFile> keys;
  for (const ledger::MemberId& member : draft.without_key) {
    keys.push_back({member, crypto::SecretKey::generate()});
    std::ranges::find(draft.genesis.members.items, member, &ledger::Member::member)->key =
        keys.back().key.public_key();
  }
  return keys;
}

Expected<void> write_keys(const std::vector<KeyFile>& keys, const std::filesystem::path& out) {
  if (keys.empty()) return {};
  if (auto made = make_directories(out / "keys"); !made) return made;
  for (const KeyFile& key : keys) {
    if (auto written = write_key_file(out / "keys" / (key.member.value + ".key"), key); !written) {
      return written;
    }
  }
  return {};
}

Expected<void> write_network(const ledger::Genesis& genesis, const std::filesystem::path& out) {
  const crypto::Bytes bytes = crypto::encode(ledger::Entry(genesis));
  auto written = write_new_file(out / "genesis.bin", crypto::as_text(bytes), mode_public);
  if (!written) return written;
  const std::string json = readable_json(crypto::to_json(genesis));
  if (written = write_new_file(out / "genesis.json", json, mode_public); !written) return written;
  return write_new_file(out / "policy.txt", proof::format_policy(proof::policy_of(genesis)),
                        mode_public);
}

}  // namespace

std::string network_hex(const ledger::Genesis& genesis) {
  return crypto::to_hex(ledger::network_id(genesis).bytes);
}

Report describe_network(const ledger::Genesis& genesis) {
  const std::string fingerprint =
      proof::policy_fingerprint(proof::format_policy(proof::policy_of(genesis)));
  Report report;
  report.text =
      fmt::format("Network      {}\nOrigin       {}\nStarted      {}\nPolicy       {}\nMembers\n",
                  network_hex(genesis), genesis.origin.value, genesis.time.to_iso(), fingerprint);
  boost::json::array members;
  std::size_t width = 0;
  for (const ledger::Member& member : genesis.members.items)
    width = std::max(width, member.member.value.size());
  for (const ledger::Member& member : genesis.members.items) {
    const auto& validators = genesis.validators.items;
    const bool votes = std::ranges::find(validators, member.member) != validators.end();
    report.text +=
        fmt::format("  {:<{}} {:<9} {:<10} {}\n", member.member.value, width,
                    crypto::word_of(member.role), votes ? "validator" : "", member.title.value);
    boost::json::object shown = crypto::to_json(member).as_object();
    shown["validator"] = votes;
    members.push_back(std::move(shown));
  }
  report.json = {{"network", network_hex(genesis)},
                 {"origin", genesis.origin.value},
                 {"time", genesis.time.to_iso()},
                 {"policy_fingerprint", fingerprint},
                 {"members", std::move(members)}};
  return report;
}

Outcome network_new(const NetworkNewOptions& options) {
  auto draft = read_network_file(options.file, now());
  if (!draft) return std::unexpected(draft.error());
  if (!draft->without_key.empty() && !options.generate_keys) {
    return fail("missing_key",
                fmt::format("member '{}' has no key in {}. Each member makes its own with `centime "
                            "keys new` and sends the public part; --generate-keys makes them here, "
                            "for trials",
                            draft->without_key.front().value, options.file.string()));
  }
  if (std::filesystem::exists(options.out / "genesis.bin")) {
    return fail("file_exists", fmt::format("{} holds a network already; a network is made once",
                                           options.out.string()));
  }
  const std::vector<KeyFile> keys = generate_keys(*draft);
  if (const auto wrong = ledger::fault_of(draft->genesis)) {
    return fail("bad_network_file", fmt::format("{}: {}", options.file.string(), *wrong));
  }
  if (auto made = make_directories(options.out); !made) return std::unexpected(made.error());
  if (auto written = write_keys(keys, options.out); !written) {
    return std::unexpected(written.error());
  }
  if (auto written = write_network(draft->genesis, options.out); !written) {
    return std::unexpected(written.error());
  }
  Report report = describe_network(draft->genesis);
  report.text += fmt::format(
      "\nWritten to {}: genesis.bin and genesis.json for the members' nodes, policy.txt for\n"
      "everyone who verifies.\n",
      options.out.string());
  boost::json::array warnings;
  const auto warn = [&](std::string_view warning) {
    report.text += fmt::format("warning: {}\n", warning);
    warnings.emplace_back(warning);
  };
  if (draft->genesis.validators.items.size() == 2) {
    warn(
        "of two validators neither can go on without the other: a lost disk stops the network for "
        "good, and so does any outage while it lasts; one has followers instead, four bear the "
        "loss of one");
  }
  if (std::ranges::find(draft->genesis.members.items, ledger::Role::auditor,
                        &ledger::Member::role) == draft->genesis.members.items.end()) {
    warn(
        "no member is an auditor, and only an auditor can approve a fund: without one this network "
        "can open none");
  }
  report.json["warnings"] = std::move(warnings);
  if (!keys.empty()) {
    report.text += fmt::format("Made {} secret key{} in {}: for trials only.\n", keys.size(),
                               keys.size() == 1 ? "" : "s", (options.out / "keys").string());
  }
  report.json["directory"] = options.out.string();
  report.json["keys_generated"] = keys.size();
  return report;
}

Outcome network_show(const NetworkShowOptions& options) {
  auto genesis = options.file.empty() ? genesis_at(options.place) : read_genesis_file(options.file);
  if (!genesis) return std::unexpected(genesis.error());
  Report report = describe_network(*genesis);
  report.text.insert(0,
                     "At the genesis; /members and /v1/policy of a node show who is a member and "
                     "who signs today.\n\n");
  report.json["as_of"] = "genesis";
  report.json["policy"] = proof::format_policy(proof::policy_of(*genesis));
  return report;
}

}  // namespace centime::program
