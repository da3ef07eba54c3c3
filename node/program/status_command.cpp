#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <expected>
#include <optional>
#include <vector>

#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "crypto/note.h"
#include "node/program/commands.h"
#include "node/program/data_directory.h"
#include "node/program/ledger_place.h"
#include "node/program/node_client.h"
#include "node/proof/checkpoint.h"
#include "node/runtime/alarm_record.h"

namespace centime::program {
namespace {

// A tenth of the queue that a node has unless told otherwise: it is falling behind.
constexpr std::uint64_t waiting_worth_a_warning = 100;
constexpr std::int64_t clock_ms_worth_a_warning = 1'000;
// Since the start. Two that dial each other at once make one now and then.
constexpr std::uint64_t doubled_worth_a_warning = 50;
constexpr std::chrono::minutes future_worth_a_warning{1};
// Of the disk: to make room in time, and while the node can still write.
constexpr std::uint64_t free_bytes_worth_a_warning = std::uint64_t{1} << 30;
constexpr std::uint64_t free_bytes_worth_a_problem = std::uint64_t{100} << 20;

// One screen: the worst thing found decides the first line.
class Screen {
 public:
  void line(std::string_view name, std::string text) {
    lines_ += fmt::format("{:<12} {}\n", name, text);
  }
  void warn(std::string sentence) { warnings_.push_back(std::move(sentence)); }
  void problem(std::string sentence) { problems_.push_back(std::move(sentence)); }

  Report report(boost::json::object json) const {
    const bool problem = !problems_.empty();
    const std::string_view word = problem ? "PROBLEM" : warnings_.empty() ? "OK" : "WARN";
    const auto& reasons = problem ? problems_ : warnings_;
    Report report;
    report.text = fmt::format("{}{}{}\n", word, reasons.empty() ? "" : ": ",
                              reasons.empty() ? "" : reasons.front());
    for (std::size_t i = 1; i < reasons.size(); ++i)
      report.text += fmt::format("  {}\n", reasons[i]);
    if (problem) {
      for (const std::string& warning : warnings_) report.text += fmt::format("  {}\n", warning);
    }
    report.text += lines_;
    json["state"] = word;
    json["problems"] = boost::json::value_from(problems_);
    json["warnings"] = boost::json::value_from(warnings_);
    report.json = std::move(json);
    report.exit_code = problem ? exit_failed : exit_done;
    return report;
  }

 private:
  std::vector<std::string> problems_, warnings_;
  std::string lines_;
};

// A string as it is, anything else as JSON.
std::string shown_at(const boost::json::object& json, std::string_view name) {
  const auto* value = json.if_contains(name);
  if (value == nullptr) return "";
  return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

// Whether the row has this money and none of it.
bool is_zero(const boost::json::object& row, std::string_view name) {
  const auto* money = row.if_contains(name);
  if (money == nullptr || !money->is_object()) return true;
  return shown_at(money->get_object(), "amount") == "0";
}

void add_totals(Screen& screen, const boost::json::object& status) {
  const auto* totals = status.if_contains("totals");
  if (totals == nullptr || !totals->is_array()) return;
  for (const auto& row : totals->get_array()) {
    if (!row.is_object()) continue;
    const auto amount = [&](std::string_view name) {
      const auto* money = row.get_object().if_contains(name);
      if (money == nullptr || !money->is_object()) return std::string("unknown");
      return shown_at(money->get_object(), "formatted");
    };
    // What adds up to what is held; parts that most ledgers don't have only where there are some.
    std::string text = fmt::format("{} donated", amount("donated"));
    const auto add = [&](std::string_view name, std::string_view words) {
      if (!is_zero(row.get_object(), name)) text += fmt::format(", {} {}", amount(name), words);
    };
    add("exchanged_in", "from other currencies");
    text += fmt::format(", {} spent", amount("spent"));
    add("refunded", "refunded");
    add("exchanged_out", "exchanged to other currencies");
    screen.line("Money", text + fmt::format(", {} held", amount("held")));
  }
}

std::optional<ledger::EpochRecord> read_epoch(const boost::json::value& item) {
  if (!item.is_object()) return std::nullopt;
  boost::json::object record;
  for (const auto* name : {"epoch", "validators", "quorum"}) {
    if (const auto* field = item.get_object().if_contains(name)) record[name] = *field;
  }
  auto epoch = crypto::from_json<ledger::EpochRecord>(record);
  if (!epoch) return std::nullopt;
  return std::move(*epoch);
}

// Of 200 epochs each: so many that only a node that never ends its list has more.
constexpr std::size_t epoch_pages_max = 500;

// Who votes, newest epoch first, as the node says: this screen proves nothing.
std::vector<ledger::EpochRecord> read_epochs(NodeClient& node) {
  std::vector<ledger::EpochRecord> epochs;
  std::string cursor;
  for (std::size_t page_number = 0; page_number < epoch_pages_max; ++page_number) {
    const auto page = node.get_json("/v1/epochs?limit=200&cursor=" + cursor);
    const auto* items = page ? page->if_contains("items") : nullptr;
    if (items == nullptr || !items->is_array()) break;
    for (const auto& item : items->get_array()) {
      if (auto epoch = read_epoch(item)) epochs.push_back(std::move(*epoch));
    }
    cursor = shown_at(*page, "next");
    if (cursor.empty()) break;
  }
  std::ranges::reverse(epochs);
  return epochs;
}

// Holds what the node says of itself against what its validators have signed. Of a `halted` one it
// has been said that it signs nothing more; it may have none. Not `certified`: it says itself that
// no quorum has signed what it has.
void check_checkpoint(Screen& screen, NodeClient& node, const ledger::Genesis& genesis, bool halted,
                      bool certified) {
  const auto note = node.get("/checkpoint");
  if (!note && halted) return;
  if (!note) return screen.problem("no checkpoint: " + note.error().detail);
  std::expected<proof::VerifiedCheckpoint, proof::CheckpointFault> checkpoint =
      std::unexpected(proof::CheckpointFault{{}, "the node does not say who votes"});
  // The last block of an epoch is signed by those who voted in it.
  for (const ledger::EpochRecord& epoch : read_epochs(node)) {
    checkpoint = proof::verify_checkpoint(
        *note, proof::policy_of(ledger::network_id(genesis), genesis.origin, epoch));
    if (checkpoint) break;
  }
  if (!checkpoint && !certified)
    return screen.warn("this node knows of no checkpoint yet that a quorum has signed");
  if (!checkpoint) {
    return screen.problem("the checkpoint does not hold: " + checkpoint.error().detail);
  }
  screen.line("Checkpoint",
              fmt::format("{} entries, signed by {} of {} validators", checkpoint->checkpoint.size,
                          checkpoint->cosigners.size(), checkpoint->known));
}

// Whose clock is far from this node's. What tells of one alone may be this node's own.
void check_clocks(Screen& screen, const boost::json::array& validators) {
  for (const auto& each : validators) {
    const auto* ahead =
        each.is_object() ? each.get_object().if_contains("clock_ahead_ms") : nullptr;
    boost::system::error_code error;
    const auto ms = ahead == nullptr ? 0 : ahead->to_number<std::int64_t>(error);
    if (error || std::abs(ms) <= clock_ms_worth_a_warning) continue;
    screen.warn(fmt::format(
        "the clock of {} is {:.1f} s {} this node's", shown_at(each.get_object(), "member"),
        static_cast<double>(std::abs(ms)) / 1000, ms > 0 ? "ahead of" : "behind"));
  }
}

// A view that does not end although there is work, as the node's log says it: a node that is
// frozen or halted is connected all the same.
void check_stuck(Screen& screen, const boost::json::object& state,
                 const boost::json::array& validators) {
  const auto* stuck = state.if_contains("stuck_ms");
  if (stuck == nullptr) return;
  boost::system::error_code error;
  const auto ms = stuck->to_number<std::uint64_t>(error);
  std::string away;
  std::string silent;
  for (const auto& each : validators) {
    if (!each.is_object()) continue;
    const auto is = [&](std::string_view name) {
      return shown_at(each.get_object(), name) == "true";
    };
    std::string* list = nullptr;
    if (!is("connected")) {
      list = &away;
    } else if (!is("notarized") && !is("nullified")) {
      list = &silent;
    }
    if (list != nullptr)
      *list += (list->empty() ? "" : ", ") + shown_at(each.get_object(), "member");
  }
  const std::string pending = shown_at(state, "pending");
  screen.problem(fmt::format(
      "stuck: no block becomes final though {} {}: view {} of leader {} does not end since {} "
      "s{}{}",
      pending, pending == "1" ? "submission waits" : "submissions wait", shown_at(state, "view"),
      shown_at(state, "leader"), ms / 1000, away.empty() ? "" : "; not connected: " + away,
      silent.empty() ? "" : "; no vote from: " + silent));
}

// Why there is no link to some, where that is known and somebody can mend it.
void check_links(Screen& screen, const boost::json::object& state) {
  const auto* links = state.if_contains("links");
  const auto* peers =
      links && links->is_object() ? links->get_object().if_contains("peers") : nullptr;
  if (peers == nullptr || !peers->is_array()) return;
  std::vector<std::string> other_key;  // Answer with another key than this ledger knows.
  std::vector<std::string> refusing;   // Know another key of this node's member, or none.
  std::vector<std::string> doubled;
  for (const auto& each : peers->get_array()) {
    if (!each.is_object()) continue;
    const auto& peer = each.get_object();
    const auto* ended = peer.if_contains("ended");
    if (ended == nullptr || !ended->is_object()) continue;
    const auto count = [&](std::string_view word) {
      const auto* found = ended->get_object().if_contains(word);
      boost::system::error_code error;
      const auto times = found == nullptr ? 0 : found->to_number<std::uint64_t>(error);
      return error ? 0 : times;
    };
    const std::string member = shown_at(peer, "member");
    if (count("duplicate_link") >= doubled_worth_a_warning) doubled.push_back(member);
    if (shown_at(peer, "connected") == "true") continue;
    if (count("wrong_key") > 0) other_key.push_back(member);
    if (count("refused_by_peer") > 0) refusing.push_back(member);
  }
  if (!refusing.empty()) {
    screen.warn(fmt::format(
        "key_refused: {} refused this node's key: if its member has a new one, put that file into "
        "the data directory, under keys/; if it is to join, its proposal is not approved yet",
        fmt::join(refusing, ", ")));
  }
  if (!other_key.empty()) {
    screen.warn(fmt::format(
        "wrong_key: where this node expects {} another key answers; if they have changed their "
        "keys since: centime peers learn",
        fmt::join(other_key, ", ")));
  }
  if (!doubled.empty()) {
    screen.warn(fmt::format(
        "two nodes may run with the key of {}: their links take each other's place again and "
        "again; ask that member at once",
        fmt::join(doubled, ", ")));
  }
}

// A block is dated after the one before, so one that was made by a wrong clock dates all that
// follow until its time has come. `time` begins with YYYY-MM-DDThh:mm:ss.
void check_date(Screen& screen, const std::string& time) {
  std::tm parts{};
  if (::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return;
  const auto block = std::chrono::system_clock::from_time_t(::timegm(&parts));
  const auto ahead = block - std::chrono::system_clock::now();
  if (ahead < future_worth_a_warning) return;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(ahead).count();
  screen.problem(fmt::format(
      "the newest block is dated {}, {} ahead of this machine's clock: one of the two clocks is or "
      "was wrong, and what is recorded is dated behind that block until its time has come",
      time,
      minutes < 2 * 24 * 60 ? fmt::format("{} minutes", minutes)
                            : fmt::format("{} days", minutes / (24 * 60))));
}

// `disk` as /v1/status has it; nodes of earlier versions don't say.
void check_disk(Screen& screen, const boost::json::object& status) {
  const auto* disk = status.if_contains("disk");
  const auto* free =
      disk && disk->is_object() ? disk->get_object().if_contains("free_bytes") : nullptr;
  if (free == nullptr) return;
  boost::system::error_code error;
  const auto bytes = free->to_number<std::uint64_t>(error);
  if (error || bytes >= free_bytes_worth_a_warning) return;
  const auto text = fmt::format("only {} MB of the disk are free", bytes >> 20);
  if (bytes >= free_bytes_worth_a_problem) return screen.warn(text);
  screen.problem(text + ": make room, as a node whose disk is full stops");
}

// Who of the others is there, in a network of several validators.
void check_agreement(Screen& screen, const boost::json::object& state, std::string_view own) {
  const std::string role = shown_at(state, "role");
  if (role == "halted") {
    screen.problem("this node signs nothing more: " + shown_at(state, "alarm"));
  } else if (role == "waiting") {
    screen.warn(
        state.contains("votes_from_view")
            ? "this node counts as away for some seconds more, until the others have passed "
              "the views that it may have voted in: remake or clear no other node before"
            : "this node does not vote yet, as it is learning what it may have signed "
              "before: remake or clear no other node before it votes");
  }
  const auto* validators = state.if_contains("validators");
  if (validators == nullptr || !validators->is_array() || validators->get_array().size() < 2)
    return;
  std::string away;
  std::size_t there = 0, others = 0;
  for (const auto& each : validators->get_array()) {
    if (!each.is_object()) continue;
    const std::string member = shown_at(each.get_object(), "member");
    const bool connected = shown_at(each.get_object(), "connected") == "true";
    if (connected) ++there;
    if (connected && member != own) ++others;
    if (!connected) away += (away.empty() ? "" : ", ") + member;
    if (member == own && role == "follower") {
      screen.problem(
          "this node's member votes, but the node does not have the key that the ledger knows, so "
          "it signs nothing: put the file of that key into the data directory, under keys/, where "
          "the node's user can read it (`unknown_key` in its log)");
    }
  }
  if (const auto* overdue = state.if_contains("overdue"); overdue != nullptr) {
    const std::string count = boost::json::serialize(*overdue);
    if (count != "0") {
      screen.warn(count +
                  " submissions told to this node are in no block although there was room: see "
                  "`overdue` in its log");
    }
  }
  const auto* needed = state.if_contains("quorum");
  boost::system::error_code error;
  const auto quorum = needed == nullptr ? 0 : needed->to_number<std::size_t>(error);
  screen.line("Validators",
              fmt::format("{} of {} connected, {} needed{}", there, validators->get_array().size(),
                          quorum, away.empty() ? "" : "; away: " + away));
  if (role == "follower" && others > 0) {
    // One link is enough to follow.
  } else if (there < quorum) {
    screen.problem(role == "follower"
                       ? "no validator is connected, so this node learns of no new block"
                       : "too few validators are connected for any block to become final");
  } else if (!away.empty()) {
    screen.warn("not connected: " + away);
  }
  check_links(screen, state);
  check_stuck(screen, state, validators->get_array());
  check_clocks(screen, validators->get_array());
}

void check_membership(Screen& screen, NodeClient& node, const std::string& member) {
  const auto own = node.get_json("/v1/members/" + member);
  if (!own && own.error().word == "unknown_member") {
    return screen.warn(member +
                       " is no member yet, as far as this node's ledger goes: what it submits is "
                       "refused");
  }
  if (own && shown_at(*own, "status") == "suspended") {
    screen.warn(member +
                " is suspended by the other members: it has no vote, and what it submits is "
                "refused");
  }
}

Outcome status_of_node(const std::string& url) {
  NodeClient node(url, {.timeout = std::chrono::seconds(10)});
  Screen screen;
  auto status = node.get_json("/v1/status");
  if (!status) {
    if (status.error().exit_code == exit_called_wrongly) return std::unexpected(status.error());
    screen.problem(fmt::format("{}: {}", status.error().word, status.error().detail));
    return screen.report({{"node", url}});
  }
  screen.line("Node", fmt::format("{} of {}, version {}", url, shown_at(*status, "member"),
                                  shown_at(*status, "version")));
  screen.line("Network", fmt::format("{} {}", shown_at(*status, "origin"),
                                     shown_at(*status, "network").substr(0, 16)));
  screen.line("Block",
              fmt::format("{} of {}", shown_at(*status, "height"), shown_at(*status, "time")));
  screen.line("Entries", fmt::format("{}, {} accounts", shown_at(*status, "entries"),
                                     shown_at(*status, "accounts")));
  check_date(screen, shown_at(*status, "time"));
  const auto state = node.get_json("/v1/consensus");
  const bool halted = state && shown_at(*state, "role") == "halted";
  if (state) {
    check_agreement(screen, *state, shown_at(*status, "member"));
  } else {
    screen.warn("no word of the agreement: " + state.error().detail);
  }
  check_membership(screen, node, shown_at(*status, "member"));
  const auto genesis = node.genesis();
  if (genesis) {
    const bool certified = !state || state->contains("certified_height");
    check_checkpoint(screen, node, *genesis, halted, certified);
  } else {
    screen.problem(genesis.error().detail);
  }
  if (shown_at(*status, "status") == "behind") {
    screen.problem(fmt::format("this node is {} blocks behind its network",
                               shown_at(*status, "blocks_behind")));
  }
  check_disk(screen, *status);
  add_totals(screen, *status);
  if (const auto* since = status->if_contains("since_start"); since != nullptr) {
    const auto* waiting = since->is_object() ? since->get_object().if_contains("waiting") : nullptr;
    boost::system::error_code error;
    const auto count = waiting == nullptr ? 0 : waiting->to_number<std::uint64_t>(error);
    if (!error && count >= waiting_worth_a_warning) {
      screen.warn(fmt::format("{} submissions are waiting for a block", count));
    }
  }
  return screen.report(*std::move(status));
}

Outcome status_of_directory(const std::filesystem::path& data) {
  const DataDirectory directory{data};
  Screen screen;
  boost::json::object json{{"directory", data.string()}};
  std::optional<KeyFile> key;
  const auto loaded = load_config(data, process_environment());
  if (!loaded) {
    screen.problem(loaded.error().detail);
  } else {
    for (const std::string& warning : loaded->warnings) screen.warn(warning);
    if (auto found = read_node_key(directory, loaded->config)) {
      key = std::move(*found);
    } else {
      screen.problem(found.error().detail);
    }
    screen.line("Member", loaded->config.member);
    json["member"] = loaded->config.member;
  }
  const auto store = open_for_reading(data);
  if (!store) {
    screen.problem(fmt::format("{}: {}", store.error().word, store.error().detail));
    return screen.report(std::move(json));
  }
  if (const auto raised = runtime::read_alarm(**store)) {
    const auto word = std::string(crypto::word_of(raised->alarm));
    screen.problem("this node signs nothing more: " + word);
    json["alarm"] = word;
  }
  const auto snapshot = (*store)->snapshot();
  if (key) {
    if (const auto doubt = doubt_of_key(*snapshot, *key)) screen.warn(*doubt);
  }
  const storage::Head head = snapshot->head();
  screen.line("Network", crypto::to_hex(head.network.bytes).substr(0, 16));
  screen.line("Block", fmt::format("{} of {}", head.height.value, head.seal.time.to_iso()));
  check_date(screen, head.seal.time.to_iso());
  screen.line("Entries", fmt::format("{}, {} accounts", head.size, head.account_count));
  json["network"] = crypto::to_hex(head.network.bytes);
  json["height"] = head.height.value;
  json["entries"] = head.size;
  json["accounts"] = head.account_count;
  std::error_code error;
  const auto space = std::filesystem::space(directory.store(), error);
  if (!error) {
    json["disk"] = {{"free_bytes", std::uint64_t{space.available}},
                    {"total_bytes", std::uint64_t{space.capacity}}};
  }
  check_disk(screen, json);
  return screen.report(std::move(json));
}

}  // namespace

Outcome status(const LedgerPlace& place) {
  if (auto checked = check_place(place); !checked) return std::unexpected(checked.error());
  return place.node.empty() ? status_of_directory(place.data) : status_of_node(place.node);
}

}  // namespace centime::program
