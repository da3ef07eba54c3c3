// Walks canonical bytes with nothing but a wire schema in hand, as a stranger's decoder would.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "crypto/schema.h"

namespace centime::test {

// What a walk found: the values as JSON (integers as numbers or, above 2^53, as text; texts as
// text; bytes as hex), and where the lengths and counts stand.
struct WireWalk {
  struct Count {
    std::size_t offset;  // Of its first byte.
    std::size_t width;   // 2 or 4 bytes.
  };

  crypto::json::value value;
  std::vector<Count> counts;
};

// Or what is wrong in one sentence: the bytes do not fit the schema, or some are left over.
std::expected<WireWalk, std::string> walk_wire(const crypto::json::value& schema,
                                               crypto::BytesView bytes);

// The bytes of a value that a walk by the same schema gave.
crypto::Bytes rebuild_wire(const crypto::json::value& schema, const crypto::json::value& value);

}  // namespace centime::test
