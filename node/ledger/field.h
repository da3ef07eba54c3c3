// What the fields of records are made of, and how a struct lists them.
//
// A struct's `serialize` is the one list of its fields; canonical bytes, JSON and schema come from
// it.
#pragma once

#include <cereal/cereal.hpp>
#include <optional>

#include "crypto/canonical.h"

#define CENTIME_FIELD(field) cereal::make_nvp(#field, field)

namespace centime::ledger {

using Line = crypto::Text<1, 120>;  // A name or a title.
using Note = crypto::Text<1, 500>;  // A sentence or two.
using OptionalNote = std::optional<Note>;

}  // namespace centime::ledger
