// The web pages: one search box, a donation followed to the last cent, and the records behind it.
//
// Rendered by the node from templates that are part of the program, without a script and without a
// request to anyone else; escaping is automatic by context. The only door of this folder.
#pragma once

#include <optional>

#include "api/problem.h"
#include "api/router.h"
#include "node/runtime/node.h"

namespace centime::explorer {

// Adds `/`, `/d/{id}`, `/f/{fund}`, `/m/{member}`, `/r/{record}`, `/funds`, `/search`, `/rule`,
// `/docs/errors` and
// `/assets/{file}`. The node must outlive the server.
void add_pages(api::Router& router, const runtime::Node& node);

// For ServerHooks::problem_page. Always a page, in the reader's language.
std::optional<api::Response> problem_page(const api::Request& request, const api::Problem& problem);

}  // namespace centime::explorer
