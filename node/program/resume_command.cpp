#include <fmt/format.h>

#include "node/program/commands.h"
#include "node/program/config.h"
#include "node/program/data_directory.h"
#include "node/program/ledger_place.h"
#include "node/runtime/accepted_store.h"
#include "node/runtime/durable_file.h"

namespace centime::program {

Outcome resume(const ResumeOptions& options) {
  auto loaded = load_config(options.data, process_environment());
  if (!loaded) return std::unexpected(loaded.error());
  const std::string& member = loaded->config.member;
  auto accepted = runtime::accept_store(options.data, {member}, {options.height});
  runtime::give_tree_to_owner_of(options.data, DataDirectory{options.data}.store());
  if (!accepted) return std::unexpected(storage_failure(accepted.error()));
  return Report{fmt::format("When it runs again, the node of {} signs what follows block {}.\n"
                            "Before it does, the other members start their nodes anew: they may "
                            "remember signatures under blocks that are lost.\n",
                            member, options.height),
                {{"member", member}, {"height", options.height}}};
}

}  // namespace centime::program
