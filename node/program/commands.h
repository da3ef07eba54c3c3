// What the program's commands take and do; one file <name>_command.cpp implements each.
//
// The command line (command_line.cpp) fills the options and prints the outcome. A command that asks
// a node takes its URL; one that reads a data directory needs no running node, unless it says so.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node/program/outcome.h"

namespace centime::program {

// Where a command finds the ledger: exactly one of the two.
struct LedgerPlace {
  std::string node;            // URL, such as "http://127.0.0.1:8080".
  std::filesystem::path data;  // Data directory; also of a running node.
};

struct NetworkNewOptions {
  std::filesystem::path file;
  std::filesystem::path out;
  bool generate_keys = false;  // For trials: makes the keys that the file leaves open.
};
Outcome network_new(const NetworkNewOptions& options);

struct NetworkShowOptions {
  std::filesystem::path file;  // Or else the place.
  LedgerPlace place;
};
Outcome network_show(const NetworkShowOptions& options);

struct KeysNewOptions {
  std::string member;
  std::filesystem::path out;
};
Outcome keys_new(const KeysNewOptions& options);

struct KeysShowOptions {
  std::filesystem::path file;
  std::string origin;  // Of the network, for the verifier key; may be empty.
};
Outcome keys_show(const KeysShowOptions& options);

struct InitOptions {
  bool joining = false;  // The ledger knows of the member, or of this key, only after the genesis.
  std::filesystem::path data;
  std::filesystem::path genesis;
  std::filesystem::path key;
  std::string listen;       // Empty: the default.
  std::string peer_listen;  // Both as in the config.
  std::string peers;
};
Outcome init(const InitOptions& options);

struct RunOptions {
  std::filesystem::path data;
  std::string listen;  // Empty: what the config says.
  bool json = false;   // The line that says that the node is ready.
};
// Returns when SIGTERM, SIGINT, or in a terminal SIGHUP has stopped the node.
Outcome run_node(const RunOptions& options);

Outcome status(const LedgerPlace& place);

// Exits with 1 if an alarm is in force; also of a running node.
Outcome alarm_show(const std::filesystem::path& data);

struct ResumeOptions {
  std::filesystem::path data;
  std::uint64_t height = 0;  // Of the store's last block: nobody goes on from one he has not seen.
};
// The word of a person that a stopped node's store lacks nothing that it signed. Fails with
// height_differs or not_permitted.
Outcome resume(const ResumeOptions& options);

struct AlarmClearOptions {
  std::filesystem::path data;
  std::string alarm;            // The one that is in force: nobody clears one that he has not seen.
  bool store_is_whole = false;  // As whoever runs the node vouches.
};
Outcome alarm_clear(const AlarmClearOptions& options);

struct PeersLearnOptions {
  std::filesystem::path data;
  std::string node;  // Any node of the network; what it says is checked.
};
Outcome peers_learn(const PeersLearnOptions& options);

struct DevnetOptions {
  std::size_t members = 4;
  std::filesystem::path network;  // A network file, whose validators run; empty: made-up members.
  std::filesystem::path directory;
  std::uint16_t port = 8080;  // Of the first member's pages; 0: any free ones.
  bool json = false;          // What is printed once all are ready.
};
// Returns when SIGTERM or SIGINT has stopped all nodes.
Outcome devnet(const DevnetOptions& options);

struct SubmitOptions {
  std::string node;
  std::string network;  // The node's; empty: whichever it is.
  std::filesystem::path key;
  std::string member;          // Empty: the key file's.
  std::filesystem::path file;  // "-": stdin.
};
Outcome submit(const SubmitOptions& options);

// What members state about members; each command uses its own part.
struct ProposeOptions {
  std::string node;
  std::string network;        // The node's; empty: whichever it is.
  std::filesystem::path key;  // Of who states it.
  std::string member;         // Who it is about.
  std::string title;
  std::string role;
  std::string public_key;
  std::string proof;                 // That somebody holds the secret half.
  std::filesystem::path agreement;   // Its SHA-256 is recorded; empty: none.
  std::vector<std::string> members;  // The next validators, in leader order.
  std::string reason;
  bool lift = false;
  std::filesystem::path new_key;    // A key file.
  std::string proposal;             // Its id.
  std::filesystem::path statement;  // As agreement.
};
Outcome propose_member(const ProposeOptions& options);
Outcome propose_validators(const ProposeOptions& options);
Outcome propose_suspension(const ProposeOptions& options);
Outcome propose_key(const ProposeOptions& options);
Outcome approve(const ProposeOptions& options);
Outcome proposals(const std::string& node);
// What another member needs to propose this key for its member, whose own is lost.
Outcome keys_prove(const ProposeOptions& options);
// Makes the new key's file if it is not there.
Outcome keys_rotate(const ProposeOptions& options);

struct ImportOptions {
  std::filesystem::path file;
  std::string node;
  std::string network;         // The node's; empty: whichever it is.
  std::filesystem::path keys;  // A directory of key files, or else:
  std::filesystem::path key;
  std::string member;  // With `key`; empty: the key file's.
  bool dry_run = false;
  bool skip_bad = false;
  std::filesystem::path receipts;    // Empty: none.
  std::filesystem::path token_file;  // Of a token of the node's; empty: none.
  std::size_t batch = 1000;
};
Outcome import_csv(const ImportOptions& options);

struct TraceOptions {
  std::string id;
  LedgerPlace place;
};
Outcome trace(const TraceOptions& options);

struct VerifyOptions {
  std::vector<std::filesystem::path> bundles;  // Or else the donation and the node to ask.
  std::string id;
  std::string node;
  std::filesystem::path policy;
  std::filesystem::path save;  // Where to keep the bundle that the node gave; empty: nowhere.
};
Outcome verify(const VerifyOptions& options);

struct AuditCommandOptions {
  LedgerPlace place;
  std::filesystem::path genesis;  // At most one of these two says which network is expected.
  std::string network;
  bool trace_all = false;  // Follow every donation, not a sample.
};
Outcome audit(const AuditCommandOptions& options);

struct TokenOptions {
  std::filesystem::path data;
  std::string name;
  std::vector<std::string> scopes;
};
Outcome token_new(const TokenOptions& options);
Outcome token_list(const TokenOptions& options);
Outcome token_revoke(const TokenOptions& options);

Outcome rebuild(const std::filesystem::path& data);

struct BackupOptions {
  std::filesystem::path data;  // Also of a running node.
  std::filesystem::path target;
};
// Makes the directory, with a copy of the store in it and no secrets. On failure there is none.
Outcome backup(const BackupOptions& options);

Outcome config_check(const std::filesystem::path& data);
Outcome config_show(const std::filesystem::path& data);

}  // namespace centime::program
