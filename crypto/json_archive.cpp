#include "crypto/json_archive.h"

#include <set>

namespace centime::crypto {
namespace {

// Finds what the parser itself would accept: one name twice in an object, or more names than any
// object of ours has, which would take long to be told apart.
class NameChecker {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using error_code = boost::system::error_code;

  std::optional<JsonError> fault;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    names_.pop_back();
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    key_.append(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, error_code& error) {
    key_.append(part);
    if (!names_.back().insert(key_).second)
      return refuse(JsonFault::duplicate_field, "this name stands twice in one object", error);
    if (names_.back().size() > json_names_max)
      return refuse(JsonFault::unknown_field, "no object has so many fields", error);
    key_.clear();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
  bool on_double(double, json::string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  bool refuse(JsonFault what, std::string detail, error_code& error) {
    fault = JsonError{what, key_, std::move(detail)};
    error = json::error::syntax;
    return false;
  }

  std::vector<std::set<std::string>> names_;  // Of each object that is open.
  std::string key_;
};

}  // namespace
}  // namespace centime::crypto

#include <boost/json/basic_parser_impl.hpp>

namespace centime::crypto {

std::expected<json::value, JsonError> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  boost::system::error_code error;
  json::basic_parser<NameChecker> parser(options);
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().fault) return std::unexpected(*parser.handler().fault);
  if (error == json::error::too_deep) {
    return std::unexpected(
        JsonError{JsonFault::too_deep, {}, "objects or lists are nested too deeply"});
  }
  if (!error && parsed < text.size()) error = json::error::extra_data;
  if (error) {
    return std::unexpected(
        JsonError{JsonFault::bad_json, {}, "not valid JSON: " + error.message()});
  }
  json::value value = json::parse(text, error, {}, options);
  if (error) {
    return std::unexpected(
        JsonError{JsonFault::bad_json, {}, "not valid JSON: " + error.message()});
  }
  return value;
}

void JsonReader::finish() const {
  if (taken_ == in_.size()) return;
  for (const auto& field : in_) {
    if (!asked_.contains(field.key())) {
      fail(JsonFault::unknown_field, join(path_, field.key()), "there is no such field here");
    }
  }
}

std::string JsonReader::take_type() {
  const json::value* found = in_.if_contains("type");
  asked_.insert("type");
  if (found == nullptr) fail(JsonFault::missing_field, join(path_, "type"), "a type is required");
  ++taken_;
  return std::string(text_of(*found, join(path_, "type")));
}

std::string JsonReader::join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

void JsonReader::fail(JsonFault fault, std::string path, std::string detail) {
  throw Failure{{fault, std::move(path), std::move(detail)}};
}

std::string_view JsonReader::text_of(const json::value& from, const std::string& path) {
  if (!from.is_string()) fail(JsonFault::wrong_type, path, "expected a text");
  return from.get_string();
}

std::uint64_t JsonReader::integer_of(const json::value& from, std::uint64_t max,
                                     const std::string& path) {
  if (!from.is_int64() && !from.is_uint64()) {
    fail(JsonFault::wrong_type, path, "expected a whole number");
  }
  const bool negative = from.is_int64() && from.get_int64() < 0;
  const std::uint64_t value =
      from.is_uint64() ? from.get_uint64() : static_cast<std::uint64_t>(from.get_int64());
  if (negative || value > max || value > json_integer_max) {
    fail(JsonFault::bad_value, path,
         "expected a whole number from 0 to " + std::to_string(std::min(max, json_integer_max)));
  }
  return value;
}

const json::object& JsonReader::object_of(const json::value& from, const std::string& path) {
  if (!from.is_object()) fail(JsonFault::wrong_type, path, "expected an object");
  return from.get_object();
}

}  // namespace centime::crypto
