// One value of every structure that has a canonical encoding, full and bare, with its codecs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/schema.h"
#include "tests/support/ledger_world.h"

namespace centime::test {

struct Sample {
  std::string name;
  crypto::Bytes bytes;  // Canonical.
  crypto::json::value json;
  crypto::json::value wire_schema;
  crypto::json::value json_schema;

  // The value of these bytes encoded again, or why they have none.
  std::function<std::expected<crypto::Bytes, crypto::DecodeError>(crypto::BytesView)> recode;
  // The canonical bytes of the value that the JSON describes, or what is wrong with it.
  std::function<std::expected<crypto::Bytes, crypto::JsonError>(const crypto::json::value&)>
      from_json;
};

template <class T>
Sample sample_of(std::string name, const T& value) {
  return {std::move(name),
          crypto::encode(value),
          crypto::to_json(value),
          crypto::wire_schema<T>(),
          crypto::json_schema<T>(),
          [](crypto::BytesView bytes) -> std::expected<crypto::Bytes, crypto::DecodeError> {
            const auto decoded = crypto::decode<T>(bytes);
            if (!decoded) return std::unexpected(decoded.error());
            return crypto::encode(*decoded);
          },
          [](const crypto::json::value& json) -> std::expected<crypto::Bytes, crypto::JsonError> {
            const auto parsed = crypto::from_json<T>(json);
            if (!parsed) return std::unexpected(parsed.error());
            return crypto::encode(*parsed);
          }};
}

// Records of every kind, each with all of its optional fields and ("…_bare") with none.
std::vector<std::pair<std::string, ledger::Record>> sample_records();

// All structures: records, entries, and the parts and rows that are stored or sent.
const std::vector<Sample>& samples();

}  // namespace centime::test
