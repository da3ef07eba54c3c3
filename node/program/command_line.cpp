#include "node/program/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/program/commands.h"
#include "node/program/file_limit.h"
#include "node/program/ledger_place.h"
#include "node/program/nearest_word.h"
#include "node/program/printing.h"
#include "node/program/standard_streams.h"
#include "node/storage/storage_failure.h"

namespace centime::program {
namespace {

// Of what the ledger is held against: an unset variable of a shell would take the check away.
std::string has_value(const std::string& value) {
  return value.empty() ? "an empty value names no network" : "";
}

// What the arguments ask for. The options live here, since parsing fills them through pointers.
class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_version_flag("--version", "centime " CENTIME_VERSION);
    app_.add_flag("--json", json_, "Print one JSON document instead of text");
    app_.footer(
        "Exit codes: 0 done, 1 failed or refused, 2 called wrongly; of `run` also 3, the disk "
        "failed, and 4, it may start later.\n"
        "Example:\n  centime status --node http://127.0.0.1:8080\n"
        "`centime COMMAND --help` shows an example of each command.");
    add_network();
    add_keys();
    add_init();
    add_run();
    add_devnet();
    add_status();
    add_submit();
    add_propose();
    add_import();
    add_trace();
    add_verify();
    add_audit();
    add_token();
    add_backup();
    add_rebuild();
    add_resume();
    add_alarm();
    add_peers();
    add_config();
  }

  int run(int argc, char** argv) {
    // `centime help`, `centime help trace` and `centime import help`, as people try.
    std::string help = "--help";
    if (argc > 1 && std::string_view(argv[1]) == "help") {
      std::rotate(argv + 1, argv + 2, argv + argc);
      argv[argc - 1] = help.data();
    } else if (ends_with_help(argc, argv)) {
      argv[argc - 1] = help.data();
    }
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& done) {
      // Help of a command that there is not would be that of another.
      if (const auto unknown = app_.remaining(true); !unknown.empty())
        return report_wrong_call(CLI::ExtrasError(unknown), argc, argv);
      app_.exit(done);
      return exit_done;
    } catch (const CLI::ParseError& error) {
      return report_wrong_call(error, argc, argv);
    }
    try {
      return print(command_(), json_);
    } catch (const storage::StorageFailure& failure) {
      return print(std::unexpected(storage_failure(failure.what())), json_);
    } catch (const std::exception& error) {
      // Such as memory that is not there. What a command can foresee, it returns.
      return print(fail("failed", error.what()), json_);
    }
  }

 private:
  static std::string footer(const std::string& example) {
    return "With --json it prints one JSON document instead of text, also when it fails.\n"
           "Example:\n  " +
           example;
  }

  // A command that does something by itself.
  CLI::App* command(CLI::App* parent, const std::string& name, const std::string& what,
                    const std::string& example, std::function<Outcome()> run) {
    CLI::App* sub = parent->add_subcommand(name, what);
    sub->footer(footer(example));
    sub->callback([this, run = std::move(run)] { command_ = run; });
    return sub;
  }

  // One that only holds others.
  CLI::App* group(const std::string& name, const std::string& what, const std::string& example) {
    CLI::App* sub = app_.add_subcommand(name, what);
    sub->require_subcommand(1);
    sub->footer(footer(example));
    return sub;
  }

  static void add_place(CLI::App* sub, LedgerPlace& place) {
    sub->add_option("--node", place.node, "URL of a node, such as http://127.0.0.1:8080");
    sub->add_option("--data", place.data, "Data directory of a node");
  }

  static const CLI::App* command_named(const CLI::App& parent, std::string_view name) {
    for (const CLI::App* sub : parent.get_subcommands([](const CLI::App*) { return true; })) {
      if (sub->get_name() == name) return sub;
    }
    return nullptr;
  }

  // Whether "help" is the last word, and all before it are the names of a command.
  bool ends_with_help(int argc, char** argv) const {
    if (argc < 3 || std::string_view(argv[argc - 1]) != "help") return false;
    const CLI::App* asked = &app_;
    for (int i = 1; i < argc - 1 && asked != nullptr; ++i) asked = command_named(*asked, argv[i]);
    return asked != nullptr;
  }

  int report_wrong_call(const CLI::ParseError& error, int argc, char** argv) {
    for (int i = 1; i < argc; ++i) json_ = json_ || std::string_view(argv[i]) == "--json";
    return print(called_wrongly("bad_usage",
                                fmt::format("{}\nRun with --help for more.", what_is_wrong(error))),
                 json_);
  }

  // A missing command is told with those that there are, an unknown one with the one that is meant;
  // an unknown option before one that is missing, since it may be that one.
  std::string what_is_wrong(const CLI::ParseError& error) const {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::RequiredError) &&
        error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError)) {
      return error.what();
    }
    if (const auto option = unknown_option()) return *option;
    const CLI::App* asked = &app_;
    std::string words = "centime";
    while (!asked->get_subcommands().empty()) {
      asked = asked->get_subcommands().front();
      words += " " + asked->get_name();
    }
    std::vector<std::string> names;
    for (const CLI::App* sub : asked->get_subcommands({})) names.push_back(sub->get_name());
    if (names.empty()) return error.what();
    const auto unknown = app_.remaining(true);
    if (unknown.empty())
      return fmt::format("{} wants a command: {}", words, fmt::join(names, ", "));
    const std::vector<std::string_view> known(names.begin(), names.end());
    return fmt::format("{} has no command '{}'{}", words, unknown.front(),
                       did_you_mean(unknown.front(), known));
  }

  std::optional<std::string> unknown_option() const {
    const auto unknown = app_.remaining(true);
    const auto option =
        std::ranges::find_if(unknown, [](const auto& each) { return each.starts_with('-'); });
    if (option == unknown.end()) return std::nullopt;
    std::vector<std::string> names{"--json", "--help"};
    const CLI::App* asked = &app_;
    while (!asked->get_subcommands().empty()) asked = asked->get_subcommands().front();
    for (const CLI::Option* each : asked->get_options()) names.push_back(each->get_name());
    const std::string name = option->substr(0, option->find('='));
    const std::vector<std::string_view> known(names.begin(), names.end());
    return fmt::format("there is no option {}{}", name, did_you_mean(name, known));
  }

  void add_network() {
    CLI::App* network =
        group("network", "Make or show a network", "centime network new relief.toml --out relief");
    CLI::App* sub = command(network, "new", "Make the genesis of a network from a TOML file",
                            "centime network new relief.toml --out relief --generate-keys",
                            [this] { return network_new(network_new_); });
    sub->add_option("FILE", network_new_.file, "TOML file: origin, validators, members")
        ->required();
    sub->add_option("--out", network_new_.out, "Directory for genesis and policy")->required();
    sub->add_flag("--generate-keys", network_new_.generate_keys,
                  "Make the keys that the file leaves open, in OUT/keys; for trials only");
    sub = command(network, "show", "Show members, network id and policy fingerprint",
                  "centime network show relief/genesis.bin",
                  [this] { return network_show(network_show_); });
    sub->add_option(
        "FILE", network_show_.file,
        "A genesis file, or the directory that `network new` made; or else --node or --data");
    add_place(sub, network_show_.place);
  }

  void add_keys() {
    CLI::App* keys = group("keys", "Make or show a member's key",
                           "centime keys new --member relief --out relief.key");
    CLI::App* sub = command(keys, "new", "Make a member's secret key",
                            "centime keys new --member relief --out relief.key",
                            [this] { return keys_new(keys_new_); });
    sub->add_option("--member", keys_new_.member, "The member's name on the ledger")->required();
    sub->add_option("--out", keys_new_.out, "File for the secret key")->required();
    sub = command(keys, "show", "Show the public key of a key file",
                  "centime keys show relief.key --origin ledger.example.org/relief",
                  [this] { return keys_show(keys_show_); });
    sub->add_option("FILE", keys_show_.file, "Key file")->required();
    sub->add_option("--origin", keys_show_.origin, "Origin of the network, for the verifier keys");
    sub = command(keys, "prove", "Show what others need to propose this key for its member",
                  "centime keys prove wells-2.key --node http://127.0.0.1:8080",
                  [this] { return keys_prove(propose_); });
    sub->add_option("FILE", propose_.key, "The new key's file")->required();
    add_signing_node(sub, propose_.node, propose_.network);
    sub = command(keys, "rotate", "Take a new key, and have the ledger know it",
                  "centime keys rotate --key node/keys/relief.key --new-key "
                  "node/keys/relief-2.key --node http://127.0.0.1:8080",
                  [this] { return keys_rotate(propose_); });
    add_author(sub);
    sub->add_option("--new-key", propose_.new_key, "File for the new key; made if there is none")
        ->required();
  }

  void add_init() {
    CLI::App* sub =
        command(&app_, "init", "Make a node's data directory",
                "centime init --data node --genesis relief/genesis.bin --key platform.key",
                [this] { return init(init_); });
    sub->add_option("--data", init_.data, "Directory to make; must not exist")->required();
    sub->add_option("--genesis", init_.genesis, "Genesis of the network")->required();
    sub->add_option("--key", init_.key, "The member's key file, which is copied")->required();
    sub->add_flag("--joining", init_.joining,
                  "The network knows of the member, or of this key, only since its genesis");
    sub->add_option("--listen", init_.listen, "Address and port of pages and API");
    sub->add_option("--peer-listen", init_.peer_listen,
                    "Address and port for other members' nodes");
    sub->add_option("--peers", init_.peers, "Other members' nodes: member=host:port,...");
  }

  void add_run() {
    CLI::App* sub = command(&app_, "run", "Run a node until SIGTERM or SIGINT",
                            "centime run --data node", [this] {
                              run_.json = json_;
                              return run_node(run_);
                            });
    sub->add_option("--data", run_.data, "Data directory")->required();
    sub->add_option("--listen", run_.listen, "Address and port, instead of the config's");
  }

  void add_devnet() {
    CLI::App* sub = command(&app_, "devnet", "Run a network of several members on this machine",
                            "centime devnet --members 4 --dir devnet", [this] {
                              devnet_.json = json_;
                              return devnet(devnet_);
                            });
    sub->add_option("--members", devnet_.members, "Members, each a process; all of them vote")
        ->capture_default_str()
        ->check(CLI::Range(1, 16));
    sub->add_option("--network", devnet_.network,
                    "Found this network instead: a file as for `network new`; its validators run")
        ->excludes(sub->get_option("--members"));
    sub->add_option("--dir", devnet_.directory,
                    "Directory for keys, genesis and nodes; one that is there is started again")
        ->required();
    sub->add_option("--port", devnet_.port,
                    "Port of the first member's pages, the others follow; 0 for any free ones")
        ->capture_default_str();
  }

  void add_status() {
    CLI::App* sub =
        command(&app_, "status", "Show on one screen how a node is doing",
                "centime status --node http://127.0.0.1:8080", [this] { return status(status_); });
    add_place(sub, status_);
  }

  void add_submit() {
    CLI::App* sub =
        command(&app_, "submit", "Sign records in JSON here, and have a node record them",
                "centime submit gift.json --node http://127.0.0.1:8080 --key platform.key",
                [this] { return submit(submit_); });
    sub->add_option("FILE", submit_.file, "One record, or {\"records\": [...]}; - for stdin")
        ->required();
    add_signing_node(sub, submit_.node, submit_.network);
    sub->add_option("--key", submit_.key, "Key file to sign with")->required();
    sub->add_option("--member", submit_.member, "Author, if not the key file's member");
  }

  // A node that what is signed is sent to.
  static void add_signing_node(CLI::App* sub, std::string& node, std::string& network) {
    sub->add_option("--node", node, "URL of a node")->required();
    sub->add_option(
           "--network", network,
           "Sign only if the node is of this network, whose id `centime network show` tells")
        ->envname("CENTIME_NETWORK")
        ->check(has_value);
  }

  void add_author(CLI::App* sub) {
    add_signing_node(sub, propose_.node, propose_.network);
    sub->add_option("--key", propose_.key, "Key file to sign with")->required();
  }

  void add_propose() {
    const std::string end = " --node http://127.0.0.1:8080 --key platform.key";
    CLI::App* propose = group("propose", "Propose who is a member, and who votes",
                              "centime propose validators platform,relief,auditor" + end);
    CLI::App* sub = command(propose, "member", "Propose an organisation as a member",
                            "centime propose member wells --title \"Wells for All\" --role ngo "
                            "--public-key 3b6a… --agreement signed.pdf" +
                                end,
                            [this] { return propose_member(propose_); });
    sub->add_option("NAME", propose_.member, "Its name on the ledger")->required();
    sub->add_option("--title", propose_.title, "Its name for people")->required();
    sub->add_option("--role", propose_.role, "platform, ngo or auditor")->required();
    sub->add_option("--public-key", propose_.public_key, "As `centime keys show` prints it")
        ->required();
    sub->add_option("--agreement", propose_.agreement,
                    "The signed agreement, whose SHA-256 is recorded; an NGO needs one");
    add_author(sub);
    sub = command(propose, "validators", "Propose who votes on blocks from the next epoch on",
                  "centime propose validators platform,relief,auditor" + end,
                  [this] { return propose_validators(propose_); });
    sub->add_option("NAMES", propose_.members, "All of them, in leader order, with commas between")
        ->required()
        ->delimiter(',');
    sub->add_option("--note", propose_.reason, "A sentence or two");
    add_author(sub);
    sub = command(propose, "suspension", "Propose that a member records and votes no more",
                  "centime propose suspension wells --reason \"It does not answer\"" + end,
                  [this] { return propose_suspension(propose_); });
    sub->add_option("NAME", propose_.member, "The member")->required();
    sub->add_option("--reason", propose_.reason, "A sentence or two")->required();
    sub->add_flag("--lift", propose_.lift, "Propose to lift its suspension instead");
    add_author(sub);
    sub = command(propose, "key", "Propose a new key for a member that has lost its own",
                  "centime propose key wells --public-key 3b6a… --proof 90f1…" + end,
                  [this] { return propose_key(propose_); });
    sub->add_option("NAME", propose_.member, "The member")->required();
    sub->add_option("--public-key", propose_.public_key, "As `centime keys prove` prints it")
        ->required();
    sub->add_option("--proof", propose_.proof, "As `centime keys prove` prints it")->required();
    add_author(sub);

    sub = command(&app_, "approve", "Approve a proposal", "centime approve 7f3a…" + end,
                  [this] { return approve(propose_); });
    sub->add_option("ID", propose_.proposal, "As `centime proposals` shows it")->required();
    sub->add_option("--statement", propose_.statement,
                    "A file that says why, such as a report; its SHA-256 is recorded");
    add_author(sub);
    sub = command(&app_, "proposals", "List what is proposed and not decided",
                  "centime proposals --node http://127.0.0.1:8080",
                  [this] { return proposals(propose_.node); });
    sub->add_option("--node", propose_.node, "URL of a node")->required();
  }

  void add_import() {
    CLI::App* import =
        group("import", "Record a file of many records",
              "centime import csv gifts.csv --node http://127.0.0.1:8080 --key platform.key "
              "--receipts receipts.csv --dry-run");
    CLI::App* sub =
        command(import, "csv", "Record the rows of a CSV file: all of them, or none if one is bad",
                "centime import csv gifts.csv --node http://127.0.0.1:8080 --key platform.key "
                "--receipts receipts.csv --dry-run",
                [this] { return import_csv(import_); });
    sub->add_option("FILE", import_.file, "CSV file; docs/csv.md has its columns")->required();
    add_signing_node(sub, import_.node, import_.network);
    sub->add_option("--keys", import_.keys, "Directory of key files, to sign as several authors");
    sub->add_option("--key", import_.key, "Key file, to sign as one author");
    sub->add_option("--member", import_.member, "Author, if not the key file's member");
    sub->add_flag("--dry-run", import_.dry_run, "Check everything, show what would be recorded");
    sub->add_flag("--skip-bad", import_.skip_bad, "Record the good rows even if some are bad");
    sub->add_option("--receipts", import_.receipts,
                    "CSV file that keeps what opens the donors' commitments; made if it is not "
                    "there, never sent to anyone");
    sub->add_option("--token-file", import_.token_file,
                    "File with a token of the node's, which a large import needs to be checked");
    sub->add_option("--batch", import_.batch, "Records that are signed together")
        ->capture_default_str();
  }

  void add_trace() {
    CLI::App* sub = command(&app_, "trace", "Follow a donation to the last cent",
                            "centime trace platform/gift-1 --node http://127.0.0.1:8080",
                            [this] { return trace(trace_); });
    sub->add_option("ID", trace_.id, "Record id, 16 digits of it or more, or AUTHOR/REFERENCE")
        ->required();
    add_place(sub, trace_.place);
  }

  void add_verify() {
    CLI::App* sub = command(&app_, "verify",
                            "Check the proof of a donation's path, or of a record, against the "
                            "validators' keys",
                            "centime verify gift.trace.json --policy relief/policy.txt",
                            [this] { return verify(verify_); });
    sub->add_option("BUNDLE", verify_.bundles,
                    "Proof of a donation (.trace.json) or a record (.tlog-proof), or several, each "
                    "of which is told a line; or --id and --node");
    sub->add_option("--id", verify_.id, "Record id or AUTHOR/REFERENCE of the donation");
    sub->add_option("--node", verify_.node, "URL of the node to fetch the proof from");
    sub->add_option("--policy", verify_.policy, "The network's policy file: whom to trust")
        ->required();
    sub->add_option("--save", verify_.save,
                    "Keep in this file the proof that --id and --node fetch");
  }

  void add_audit() {
    CLI::App* sub =
        command(&app_, "audit", "Check the whole log: each signature, each rule, each root",
                "centime audit --node http://127.0.0.1:8080 --genesis relief/genesis.bin",
                [this] { return audit(audit_); });
    add_place(sub, audit_.place);
    sub->add_option("--genesis", audit_.genesis, "Genesis of the network that it must be")
        ->check(has_value);
    sub->add_option("--network", audit_.network, "Id of the network that it must be")
        ->check(has_value);
    sub->add_flag("--trace-all", audit_.trace_all,
                  "Follow every donation forwards and backwards, not a few hundred; may take long");
  }

  void add_token() {
    CLI::App* token = group("token", "Manage the tokens of programs that record through the API",
                            "centime token new --data node --name shop --scope record");
    CLI::App* sub = command(token, "new", "Make a token; it is shown once",
                            "centime token new --data node --name shop --scope record",
                            [this] { return token_new(token_); });
    sub->add_option("--data", token_.data, "Data directory")->required();
    sub->add_option("--name", token_.name, "The token's name")->required();
    sub->add_option(
           "--scope", token_.scopes,
           "What it allows. record: money records, evidence, channels, proposed funds; "
           "attest: attestations, disputes, fund approvals; check: only to have large "
           "imports checked. Members, keys, validators and closing funds need the key file")
        ->required()
        ->delimiter(',');
    sub = command(token, "list", "List the tokens", "centime token list --data node",
                  [this] { return token_list(token_); });
    sub->add_option("--data", token_.data, "Data directory")->required();
    sub = command(token, "revoke", "Make a token worthless, at once",
                  "centime token revoke --data node --name shop",
                  [this] { return token_revoke(token_); });
    sub->add_option("--data", token_.data, "Data directory")->required();
    sub->add_option("--name", token_.name, "The token's name")->required();
  }

  void add_backup() {
    CLI::App* sub = command(&app_, "backup",
                            "Copy a node's ledger, while it runs or when it is stopped; no secrets",
                            "centime backup --data node /mnt/stick/centime-2026-11-30",
                            [this] { return backup(backup_); });
    sub->add_option("--data", backup_.data, "Data directory")->required();
    sub->add_option("TARGET", backup_.target, "Directory to make for the copy; must not exist")
        ->required();
  }

  void add_rebuild() {
    CLI::App* sub = command(&app_, "rebuild",
                            "Make a stopped node's indexes anew from its log, checking all of it",
                            "centime rebuild --data node", [this] { return rebuild(data_); });
    sub->add_option("--data", data_, "Data directory")->required();
  }

  void add_resume() {
    CLI::App* sub = command(
        &app_, "resume", "Say that a stopped node's store lacks nothing that the node ever signed",
        "centime resume --data node --height 90", [this] { return resume(resume_); });
    sub->add_option("--data", resume_.data, "Data directory")->required();
    sub->add_option("--height", resume_.height, "Of the store's last block")->required();
  }

  void add_alarm() {
    CLI::App* alarm = group("alarm", "Show or clear what stopped a node from signing",
                            "centime alarm show --data node");
    CLI::App* sub = command(alarm, "show", "Show the alarm that is in force",
                            "centime alarm show --data node", [this] { return alarm_show(data_); });
    sub->add_option("--data", data_, "Data directory")->required();
    sub = command(alarm, "clear", "Clear a stopped node's alarm, once its cause is known",
                  "centime alarm clear --data node --alarm unknown_own_vote",
                  [this] { return alarm_clear(alarm_clear_); });
    sub->add_option("--data", alarm_clear_.data, "Data directory")->required();
    sub->add_option("--alarm", alarm_clear_.alarm, "The alarm that is in force")->required();
    sub->add_flag("--store-is-whole", alarm_clear_.store_is_whole,
                  "With one or two validators: this store holds all that the key ever signed");
  }

  void add_peers() {
    CLI::App* peers = group("peers", "Find the other members' nodes again",
                            "centime peers learn --data node --node https://ledger.example.org");
    CLI::App* sub = command(peers, "learn", "Learn and check the keys of those who vote now",
                            "centime peers learn --data node --node https://ledger.example.org",
                            [this] { return peers_learn(peers_learn_); });
    sub->add_option("--data", peers_learn_.data, "Data directory")->required();
    sub->add_option("--node", peers_learn_.node, "URL of any node of the network")->required();
  }

  void add_config() {
    CLI::App* config =
        group("config", "Check or show a node's config", "centime config check --data node");
    CLI::App* sub =
        command(config, "check", "Check the config and the key file",
                "centime config check --data node", [this] { return config_check(data_); });
    sub->add_option("--data", data_, "Data directory")->required();
    sub = command(config, "show", "Show every setting and where it comes from",
                  "CENTIME_LISTEN=127.0.0.1:9090 centime config show --data node",
                  [this] { return config_show(data_); });
    sub->add_option("--data", data_, "Data directory")->required();
  }

  CLI::App app_{"Centime: a transparency ledger node. Donations, followed to the last cent.",
                "centime"};
  bool json_ = false;
  std::function<Outcome()> command_;
  NetworkNewOptions network_new_;
  NetworkShowOptions network_show_;
  KeysNewOptions keys_new_;
  KeysShowOptions keys_show_;
  InitOptions init_;
  RunOptions run_;
  DevnetOptions devnet_;
  LedgerPlace status_;
  SubmitOptions submit_;
  ProposeOptions propose_;
  ImportOptions import_;
  TraceOptions trace_;
  VerifyOptions verify_;
  AuditCommandOptions audit_;
  TokenOptions token_;
  BackupOptions backup_;
  ResumeOptions resume_;
  AlarmClearOptions alarm_clear_;
  PeersLearnOptions peers_learn_;
  std::filesystem::path data_;
};

}  // namespace

int run(int argc, char** argv) {
  // Nobody could be told why.
  if (!open_standard_streams()) return exit_failed;
  raise_file_limit();
  return CommandLine().run(argc, argv);
}

}  // namespace centime::program
