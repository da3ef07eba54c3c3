// Reads a link to a page of the explorer, as a person copied it: what it leads to.
//
// Pure. Which node's page it is, is not looked at: all nodes of a network show the same.
#pragma once

#include <optional>
#include <string_view>

namespace centime::api {

struct TypedLink {
  char page;            // 'd', 'r', 'f', 'm' or 'b'.
  std::string_view id;  // As it stands in the link: an id or its beginning, a name, a number.
};

// Of "https://host/d/c33938…?lang=fr", "host.example/f/relief" and "/b/12#entries". Nothing for
// what is no such link; "platform/d/12" is a reference.
std::optional<TypedLink> typed_link(std::string_view text);

}  // namespace centime::api
