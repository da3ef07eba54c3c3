#include "crypto/schema.h"

namespace centime::crypto {

json::object SchemaWriter::finish() const {
  if (form_ == SchemaForm::wire) return {{"struct", wire_fields_}};
  json::object whole{{"type", "object"},
                     {"properties", properties_},
                     {"required", required_},
                     {"additionalProperties", false}};
  if (joined_.empty()) return whole;

  // A joined variant: each alternative is one whole object with the fields around it.
  json::array alternatives;
  for (const json::value& alternative : joined_) {
    json::object merged = alternative.as_object();
    for (const auto& property : properties_) {
      merged["properties"].as_object()[property.key()] = property.value();
    }
    for (const json::value& name : required_) merged["required"].as_array().push_back(name);
    alternatives.push_back(std::move(merged));
  }
  return {{"oneOf", alternatives}};
}

json::value SchemaWriter::named_alternative(json::object body, std::string_view name) {
  body["title"] = name;
  body["properties"].as_object()["type"] = json::object{{"const", name}};
  body["required"].as_array().push_back("type");
  return body;
}

json::object text_schema(SchemaForm form, TextLimits limits, std::string_view format) {
  if (form == SchemaForm::wire) {
    json::object schema{{"text", limits.max}, {"format", format}};
    if (limits.min != 0) schema["min"] = limits.min;
    return schema;
  }
  json::object schema{{"type", "string"}, {"description", format}};
  if (limits.max != 0) schema["maxLength"] = limits.max;
  return schema;
}

json::object bytes_schema(SchemaForm form, std::size_t size, std::string_view format) {
  if (form == SchemaForm::wire) {
    json::object schema{{"bytes", size}};
    if (!format.empty()) schema["format"] = format;
    return schema;
  }
  return {{"type", "string"}, {"pattern", "^[0-9a-f]{" + std::to_string(2 * size) + "}$"}};
}

json::object integer_schema(SchemaForm form, std::size_t width, bool is_signed) {
  if (form == SchemaForm::wire) {
    return {{"integer", (is_signed ? "i" : "u") + std::to_string(8 * width)}};
  }
  // JSON takes no negative number and none that a reader could not hold exactly.
  const std::size_t bits = 8 * width - (is_signed ? 1 : 0);
  const std::uint64_t max = bits < 53 ? (std::uint64_t{1} << bits) - 1 : json_integer_max;
  return {{"type", "integer"}, {"minimum", 0}, {"maximum", max}};
}

}  // namespace centime::crypto
