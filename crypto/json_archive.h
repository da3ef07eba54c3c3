// JSON of any struct, from the same field list as its canonical bytes.
//
// Strict on the way in: unknown, missing, duplicate and wrongly typed fields are errors that name
// their path. An optional that is empty is left out. A variant becomes its fields beside
// "type": "<alternative's name>"; a variant field with an empty name joins the object around it.
// Fixed bytes are lower-case hex; integers are numbers below 2^53, or an error.
#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <cereal/cereal.hpp>
#include <expected>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "crypto/encoding.h"
#include "crypto/wire_types.h"

namespace centime::crypto {

namespace json = boost::json;

enum class JsonFault {
  bad_json,         // not JSON (RFC 8259), or not UTF-8
  too_deep,         // nested more than json_depth_max levels
  duplicate_field,  // one name twice in an object
  unknown_field,    // or more than json_names_max in an object
  missing_field,
  wrong_type,  // a text where a number belongs, a fraction, …
  bad_value,   // of the right type, but not in the field's range or grammar
};
constexpr auto enum_words(JsonFault) {
  return std::to_array<std::string_view>({"bad_json", "too_deep", "duplicate_field",
                                          "unknown_field", "missing_field", "wrong_type",
                                          "bad_value"});
}

struct JsonError {
  JsonFault fault;
  std::string path;    // Such as "records[3].amount"; empty for the whole document.
  std::string detail;  // One sentence for a person.
};

inline constexpr std::size_t json_depth_max = 16;
inline constexpr std::size_t json_names_max = 64;  // Of one object; no struct has as many.
inline constexpr std::uint64_t json_integer_max = (std::uint64_t{1} << 53) - 1;

// Parses one document. Refuses what Boost.JSON would let through: duplicate names, and more than
// json_names_max in one object.
std::expected<json::value, JsonError> parse_json(std::string_view text);

// A type that JSON shows as text of its own form, such as a date.
template <class T>
concept TextInJson = requires(const T& value, std::string_view text) {
  { value.to_text() } -> std::convertible_to<std::string>;
  { T::from_text(text) } -> std::same_as<std::optional<T>>;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T, std::size_t Max>
inline constexpr bool is_list<List<T, Max>> = true;
template <class T>
inline constexpr bool is_blob = false;
template <std::size_t Max>
inline constexpr bool is_blob<Blob<Max>> = true;

class JsonWriter {
 public:
  explicit JsonWriter(json::object& out) : out_(out) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put_field(fields), ...);
  }

  template <class T>
  static json::value to_value(const T& value);

 private:
  template <class T>
  void put_field(const cereal::NameValuePair<T>& field) {
    using Value = std::remove_cvref_t<T>;
    if constexpr (is_variant<Value>) {
      if (field.name[0] == '\0') return put_variant(field.value);
    }
    if constexpr (is_optional<Value>) {
      if (field.value) out_[field.name] = to_value(*field.value);
    } else {
      out_[field.name] = to_value(field.value);
    }
  }

  template <class V>
  void put_variant(const V& variant) {
    std::visit(
        [&](auto& body) {
          using Body = std::remove_cvref_t<decltype(body)>;
          out_["type"] = Body::name;
          const_cast<Body&>(body).serialize(*this);
        },
        variant);
  }

  json::object& out_;
};

class JsonReader {
 public:
  // Thrown inside the archive only; from_json turns it into its result.
  struct Failure {
    JsonError error;
  };

  JsonReader(const json::object& in, std::string path) : in_(in), path_(std::move(path)) {}

  template <class... Fields>
  void operator()(Fields&&... fields) {
    (take_field(fields), ...);
  }

  // Fails when the object has a field that nobody took.
  void finish() const;

  template <class T>
  static void from_value(const json::value& from, T& value, const std::string& path);

 private:
  template <class T>
  void take_field(cereal::NameValuePair<T>& field) {
    using Value = std::remove_cvref_t<T>;
    if constexpr (is_variant<Value>) {
      if (field.name[0] == '\0') return take_variant(field.value);
    }
    const json::value* found = in_.if_contains(field.name);
    asked_.insert(field.name);
    const std::string path = join(path_, field.name);
    if constexpr (is_optional<Value>) {
      field.value.reset();
      if (found == nullptr) return;
      ++taken_;
      from_value(*found, field.value.emplace(), path);
    } else {
      if (found == nullptr) fail(JsonFault::missing_field, path, "this field is required");
      ++taken_;
      from_value(*found, field.value, path);
    }
  }

  template <class... Ts>
  void take_variant(std::variant<Ts...>& variant) {
    const std::string type = take_type();
    const bool known =
        ((type == Ts::name ? (variant.template emplace<Ts>().serialize(*this), true) : false) ||
         ...);
    if (!known) fail(JsonFault::bad_value, join(path_, "type"), "there is no type '" + type + "'");
  }

  std::string take_type();
  static std::string join(const std::string& path, std::string_view name);
  [[noreturn]] static void fail(JsonFault fault, std::string path, std::string detail);
  static std::string_view text_of(const json::value& from, const std::string& path);
  static std::uint64_t integer_of(const json::value& from, std::uint64_t max,
                                  const std::string& path);
  static const json::object& object_of(const json::value& from, const std::string& path);

  const json::object& in_;
  std::string path_;
  std::size_t taken_ = 0;
  std::set<std::string, std::less<>> asked_;
};

template <class T>
json::value JsonWriter::to_value(const T& value) {
  if constexpr (TextInJson<T>) {
    return json::value(std::string(value.to_text()));
  } else if constexpr (TextLike<T>) {
    return json::value(value.value);
  } else if constexpr (FixedBytes<T>) {
    return json::value(to_hex(value.bytes));
  } else if constexpr (IntegerLike<T>) {
    return json::value(static_cast<std::uint64_t>(value.value));
  } else if constexpr (std::is_same_v<T, bool>) {
    return json::value(value);
  } else if constexpr (std::is_integral_v<T>) {
    return json::value(static_cast<std::uint64_t>(value));
  } else if constexpr (WordEnum<T>) {
    return json::value(word_of(value));
  } else if constexpr (is_blob<T>) {
    return json::value(to_hex(value.value));
  } else if constexpr (is_list<T>) {
    json::array items;
    for (const auto& item : value.items) items.push_back(to_value(item));
    return items;
  } else {
    json::object object;
    JsonWriter writer(object);
    if constexpr (is_variant<T>) {
      writer.put_variant(value);
    } else {
      const_cast<T&>(value).serialize(writer);
    }
    return object;
  }
}

template <class T>
void JsonReader::from_value(const json::value& from, T& value, const std::string& path) {
  if constexpr (TextInJson<T>) {
    const auto parsed = T::from_text(text_of(from, path));
    if (!parsed) fail(JsonFault::bad_value, path, "this is not a valid " + std::string(T::format));
    value = *parsed;
  } else if constexpr (TextLike<T>) {
    const std::string_view text = text_of(from, path);
    if (!T::valid(text)) {
      fail(JsonFault::bad_value, path,
           "this is not a valid " + std::string(T::format) + " of at most " +
               std::to_string(T::max_size) + " bytes");
    }
    value.value.assign(text);
  } else if constexpr (FixedBytes<T>) {
    const auto bytes = from_hex(text_of(from, path));
    if (!bytes || bytes->size() != value.bytes.size()) {
      fail(JsonFault::bad_value, path,
           "expected " + std::to_string(2 * value.bytes.size()) + " lower-case hex digits");
    }
    std::copy(bytes->begin(), bytes->end(), value.bytes.begin());
  } else if constexpr (IntegerLike<T>) {
    using Integer = typename T::integer_type;
    value.value = static_cast<Integer>(integer_of(from, std::numeric_limits<Integer>::max(), path));
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!from.is_bool()) fail(JsonFault::wrong_type, path, "expected true or false");
    value = from.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    value = static_cast<T>(integer_of(from, std::numeric_limits<T>::max(), path));
  } else if constexpr (WordEnum<T>) {
    const std::string_view text = text_of(from, path);
    const auto words = enum_words(value);
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end()) {
      std::string known;
      for (const auto word : words) known += (known.empty() ? "" : ", ") + std::string(word);
      fail(JsonFault::bad_value, path, "expected one of: " + known);
    }
    value = static_cast<T>(found - words.begin());
  } else if constexpr (is_blob<T>) {
    auto bytes = from_hex(text_of(from, path));
    if (!bytes || bytes->size() > T::max_size) {
      fail(JsonFault::bad_value, path, "expected lower-case hex digits within the limit");
    }
    value.value.assign(bytes->begin(), bytes->end());
  } else if constexpr (is_list<T>) {
    if (!from.is_array()) fail(JsonFault::wrong_type, path, "expected a list");
    const json::array& items = from.get_array();
    if (items.size() > T::max_size) {
      fail(JsonFault::bad_value, path,
           "at most " + std::to_string(T::max_size) + " items are allowed");
    }
    value.items.clear();
    value.items.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      from_value(items[i], value.items.emplace_back(), path + "[" + std::to_string(i) + "]");
    }
  } else {
    JsonReader reader(object_of(from, path), path);
    if constexpr (is_variant<T>) {
      reader.take_variant(value);
    } else {
      value.serialize(reader);
    }
    reader.finish();
  }
}

template <class T>
json::value to_json(const T& value) {
  return JsonWriter::to_value(value);
}

// The value that `from` describes. `path` is put before the paths in errors.
template <class T>
std::expected<T, JsonError> from_json(const json::value& from, const std::string& path = {}) {
  try {
    std::expected<T, JsonError> value;
    JsonReader::from_value(from, *value, path);
    return value;
  } catch (const JsonReader::Failure& failure) {
    return std::unexpected(failure.error);
  }
}

}  // namespace centime::crypto
