// Machine-readable descriptions of a struct, from the same field list as its canonical bytes.
//
// wire_schema is what a decoder in another language reads to walk canonical bytes; json_schema is
// the JSON Schema (draft 2020-12) of what to_json writes, for OpenAPI.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "crypto/json_archive.h"

namespace centime::crypto {

enum class SchemaForm { wire, json };

class SchemaWriter {
 public:
  explicit SchemaWriter(SchemaForm form) : form_(form) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put_field(fields), ...);
  }

  template <class T>
  static json::value describe(SchemaForm form);

 private:
  template <class T>
  void put_field(const cereal::NameValuePair<T>& field) {
    using Value = std::remove_cvref_t<T>;
    if (form_ == SchemaForm::wire) {
      wire_fields_.push_back({{"name", field.name}, {"type", describe<Value>(form_)}});
      return;
    }
    if constexpr (is_variant<Value>) {
      if (field.name[0] == '\0') {
        joined_ = describe<Value>(form_).as_object()["oneOf"].as_array();
        return;
      }
    }
    if constexpr (is_optional<Value>) {
      properties_[field.name] = describe<typename Value::value_type>(form_);
    } else {
      properties_[field.name] = describe<Value>(form_);
      required_.emplace_back(field.name);
    }
  }

  json::object finish() const;
  static json::value named_alternative(json::object body, std::string_view name);

  SchemaForm form_;
  json::array wire_fields_;
  json::object properties_;
  json::array required_;
  json::array joined_;
};

// Small pieces that need no template; in schema.cpp.
struct TextLimits {
  std::size_t min;
  std::size_t max;
};
json::object text_schema(SchemaForm form, TextLimits limits, std::string_view format);
json::object bytes_schema(SchemaForm form, std::size_t size, std::string_view format);
json::object integer_schema(SchemaForm form, std::size_t width, bool is_signed);

template <class T>
json::value SchemaWriter::describe(SchemaForm form) {
  const bool wire = form == SchemaForm::wire;
  if constexpr (TextInJson<T>) {
    if (!wire) return text_schema(form, {0, 0}, T::format);
  }
  if constexpr (TextLike<T>) {
    std::size_t min = 0;
    if constexpr (requires { T::min_size; }) min = T::min_size;
    return text_schema(form, {min, T::max_size}, T::format);
  } else if constexpr (FixedBytes<T>) {
    std::string_view format;
    if constexpr (requires { T::format; }) format = T::format;
    return bytes_schema(form, T{}.bytes.size(), format);
  } else if constexpr (IntegerLike<T>) {
    return integer_schema(form, sizeof(typename T::integer_type),
                          std::is_signed_v<typename T::integer_type>);
  } else if constexpr (std::is_same_v<T, bool>) {
    return wire ? json::value("bool") : json::value{{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return integer_schema(form, sizeof(T), std::is_signed_v<T>);
  } else if constexpr (WordEnum<T>) {
    json::array words;
    for (const auto word : enum_words(T{})) words.emplace_back(word);
    return wire ? json::value{{"enum", words}} : json::value{{"type", "string"}, {"enum", words}};
  } else if constexpr (is_blob<T>) {
    return wire ? json::value{{"blob", T::max_size}}
                : json::value{{"type", "string"}, {"maxLength", 2 * T::max_size}};
  } else if constexpr (is_list<T>) {
    return wire ? json::value{{"list", describe<typename T::item_type>(form)}, {"max", T::max_size}}
                : json::value{{"type", "array"},
                              {"maxItems", T::max_size},
                              {"items", describe<typename T::item_type>(form)}};
  } else if constexpr (is_optional<T>) {
    return wire ? json::value{{"optional", describe<typename T::value_type>(form)}}
                : describe<typename T::value_type>(form);
  } else if constexpr (is_variant<T>) {
    json::array alternatives;
    const auto add = [&]<class Body>(std::type_identity<Body>) {
      json::object body = describe<Body>(form).as_object();
      alternatives.push_back(wire ? json::value{{"name", Body::name}, {"body", body}}
                                  : named_alternative(std::move(body), Body::name));
    };
    [&]<class... Ts>(std::type_identity<std::variant<Ts...>>) {
      (add(std::type_identity<Ts>{}), ...);
    }(std::type_identity<T>{});
    return wire ? json::value{{"variant", alternatives}} : json::value{{"oneOf", alternatives}};
  } else {
    SchemaWriter writer(form);
    T value{};
    value.serialize(writer);
    return writer.finish();
  }
}

template <class T>
json::value wire_schema() {
  return SchemaWriter::describe<T>(SchemaForm::wire);
}

template <class T>
json::value json_schema() {
  return SchemaWriter::describe<T>(SchemaForm::json);
}

}  // namespace centime::crypto
