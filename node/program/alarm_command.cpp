#include <fmt/format.h>

#include <algorithm>

#include "crypto/wire_types.h"
#include "node/program/commands.h"
#include "node/program/data_directory.h"
#include "node/program/ledger_place.h"
#include "node/runtime/alarm_record.h"
#include "node/runtime/durable_file.h"

namespace centime::program {
namespace {

boost::json::object json_of(const consensus::RaisedAlarm& raised) {
  return {{"alarm", crypto::word_of(raised.alarm)},
          {"epoch", raised.epoch},
          {"view", raised.view.value},
          {"at", ledger::TimeMs{raised.wall_clock_ms}.to_iso()}};
}

// What `nobody_to_ask` means for whoever has to decide.
constexpr std::string_view what_to_do =
    ". Find out whether it ran from an older copy of its data, or elsewhere with the same key; "
    "compare its newest block with those of all other nodes. If this store holds all that the key "
    "ever signed, say so with --store-is-whole; if not, docs/operating.md, \"An alarm\", says what "
    "is left";

Report no_alarm() { return {"No alarm is in force.\n", {{"alarm", nullptr}}}; }

}  // namespace

Outcome alarm_show(const std::filesystem::path& data) {
  const auto store = open_for_reading(data);
  if (!store) return std::unexpected(store.error());
  const auto raised = runtime::read_alarm(**store);
  if (!raised) return no_alarm();
  return Report{
      fmt::format("{} since {} (epoch {}, view {}): this node signs nothing more.\n"
                  "docs/operating.md says what it means and what to do.\n",
                  crypto::word_of(raised->alarm), ledger::TimeMs{raised->wall_clock_ms}.to_iso(),
                  raised->epoch, raised->view.value),
      json_of(*raised), exit_failed};
}

Outcome alarm_clear(const AlarmClearOptions& options) {
  const auto words = enum_words(consensus::Alarm{});
  const auto found = std::ranges::find(words, options.alarm);
  if (found == words.end()) {
    return called_wrongly("bad_value",
                          fmt::format("'{}' is no alarm; `centime alarm show` says which one is in "
                                      "force",
                                      options.alarm));
  }
  const auto alarm = static_cast<consensus::Alarm>(found - words.begin());
  const auto cleared = runtime::clear_alarm(
      options.data, alarm,
      options.store_is_whole ? runtime::StoredVotes::whole : runtime::StoredVotes::doubted);
  runtime::give_tree_to_owner_of(options.data, DataDirectory{options.data}.store());
  if (!cleared) {
    std::string why = cleared.error();
    if (why.starts_with("nobody_to_ask: ")) why += what_to_do;
    return std::unexpected(failure_from(why));
  }
  if (!*cleared) return no_alarm();
  boost::json::object json = json_of(**cleared);
  json["cleared"] = true;
  const bool asks = runtime::doubts_votes(alarm) && !options.store_is_whole;
  return Report{
      fmt::format("Cleared {}. When it runs again, this node {}.\n", options.alarm,
                  asks ? "votes some seconds after enough others have told where they are: remake "
                         "or clear no other node before"
                       : "goes on from what its store says that it signed"),
      std::move(json)};
}

}  // namespace centime::program
