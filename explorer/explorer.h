// The web pages: one search box, a donation followed to the last cent, and the records behind it.
//
// Rendered by the node from templates that are part of the program; escaping is automatic by
// context. Complete without a script; the donation's page has one, which checks the proof in the
// browser, and verify.html is that check in one file. No request goes to anyone whom the reader did
// not name. The only door of this folder.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/problem.h"
#include "api/router.h"
#include "node/runtime/node.h"

namespace centime::explorer {

struct PagesOptions {
  // Where readers see this node, "https://ledger.example.org", for links that leave the page: QR
  // codes and previews. Empty: what each request calls its host.
  std::string public_url = {};
  std::string version = {};  // Of the program, for the API's description.
};

// Adds `/`, `/d/{id}`, `/f/{fund}`, `/m/{member}`, `/r/{record}`, `/b/{height}`, `/funds`,
// `/search`, `/explore`, `/status`, `/verify`, `/api`, `/rule`, `/docs/errors`, `/verify.html` and
// `/assets/{file}`. The node must outlive the server.
void add_pages(api::Router& router, const runtime::Node& node, PagesOptions options = {});

// For ServerHooks::state: as api::ledger_state, and none while pages say more than the ledger does,
// which is that this node may not show the newest.
std::function<std::optional<std::uint64_t>()> page_state(const runtime::Node& node);

// For ServerHooks::problem_page. Always a page, in the reader's language.
std::optional<api::Response> problem_page(const api::Request& request, const api::Problem& problem);

}  // namespace centime::explorer
