// The whole HTTP API of a node: every route under /v1, the log's tiles and its checkpoint.
//
// Reads are answered from the last finished block's snapshot on the server's threads; writes go to
// the node and are answered when it calls back. /v1/openapi.json is the reference, docs/errors.md
// the words.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "api/event_hub.h"
#include "api/router.h"
#include "api/server.h"
#include "node/runtime/node.h"

namespace centime::api {

struct ApiOptions {
  runtime::Node& node;                // Must outlive the server.
  std::filesystem::path tokens_file;  // See tokens.h; need not exist.
  std::string version = {};           // Of the program, for /v1/status.
  EventLimits events = {};
  // Lines for the operator, each a word and a sentence. Called on the server's threads.
  std::function<void(std::string_view)> log = {};
};

// Requires a router without routes under /v1, /tile or /checkpoint.
void add_api(Router& router, const ApiOptions& options);

// For ServerHooks::state: the height of the last finished block.
std::function<std::uint64_t()> ledger_state(const runtime::Node& node);

// For ServerHooks::decorate: says in Centime-Height which block an answer that does not say so
// itself was made at.
std::function<void(const Request&, Response&)> height_decorator(runtime::Node& node);

}  // namespace centime::api
