// A JSON schema in a few words, as people read it: "list of", "integer from 0", "one of: a, b".
//
// Understands what api/openapi_schemas.h and crypto/schema.h make. English, as the document is.
// Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace centime::explorer {

struct SchemaWords {
  std::string text;                                  // May be empty beside links.
  std::vector<std::string> names;                    // Of the schemas that it refers to.
  const boost::json::object* inside = nullptr;       // With fields of its own, to be shown below.
  std::vector<const boost::json::object*> variants;  // One of them, each with fields of its own.
};

// What it says points into the schema. Parts of it that are the same as one of the schemas in
// `named` are told by that one's name, and not again.
SchemaWords schema_words(const boost::json::object& schema, const boost::json::object& named = {});

// The same for a part of a schema, which may be a named one as a whole.
SchemaWords part_words(const boost::json::object& schema, const boost::json::object& named);

// "Money" of "#/components/schemas/Money".
std::string schema_name(std::string_view reference);

}  // namespace centime::explorer
