#include "explorer/schema_words.h"

#include <boost/json.hpp>

namespace centime::explorer {
namespace {

using boost::json::object;
using boost::json::value;

std::string text_of(const value& word) {
  if (word.is_string()) return std::string(word.get_string());
  return boost::json::serialize(word);
}

std::string joined(const boost::json::array& words) {
  std::string text;
  for (const value& word : words) text += (text.empty() ? "" : ", ") + text_of(word);
  return text;
}

void add_words(std::string& text, std::string_view words) {
  if (!text.empty() && !words.empty()) text += ' ';
  text += words;
}

// "integer from 0 to 9", "date", "string of at most 200 characters".
std::string scalar_words(const object& schema) {
  std::string text;
  if (const auto* type = schema.if_contains("type")) text = text_of(*type);
  if (const auto* format = schema.if_contains("format")) text = text_of(*format);
  if (const auto* least = schema.if_contains("minimum")) text += " from " + text_of(*least);
  if (const auto* most = schema.if_contains("maximum")) text += " to " + text_of(*most);
  if (const auto* most = schema.if_contains("maxLength"))
    text += " of at most " + text_of(*most) + " characters";
  if (const auto* pattern = schema.if_contains("pattern")) text += " like " + text_of(*pattern);
  if (const auto* standard = schema.if_contains("default"))
    text += ", " + text_of(*standard) + " if absent";
  return text;
}

void add_choice(SchemaWords& words, const boost::json::array& choices, const object& named) {
  for (const value& choice : choices) {
    const object& one = choice.get_object();
    const auto other = part_words(one, named);
    if (!other.text.empty()) words.text += (words.text.empty() ? "" : " or ") + other.text;
    words.names.insert(words.names.end(), other.names.begin(), other.names.end());
    words.variants.insert(words.variants.end(), other.variants.begin(), other.variants.end());
    if (other.inside != nullptr) words.variants.push_back(other.inside);
  }
}

// What is not only a word or a number.
bool has_parts(const object& schema) {
  return schema.contains("properties") || schema.contains("oneOf") || schema.contains("anyOf");
}

}  // namespace

SchemaWords part_words(const object& schema, const object& named) {
  if (has_parts(schema)) {
    for (const auto& [name, other] : named) {
      if (!other.is_object() || other.get_object() != schema) continue;
      SchemaWords words;
      words.names.emplace_back(name);
      return words;
    }
  }
  return schema_words(schema, named);
}

std::string schema_name(std::string_view reference) {
  return std::string(reference.substr(reference.rfind('/') + 1));
}

SchemaWords schema_words(const object& schema, const object& named) {
  SchemaWords words;
  if (const auto* reference = schema.if_contains("$ref")) {
    words.names.push_back(schema_name(text_of(*reference)));
  } else if (const auto* word = schema.if_contains("const")) {
    words.text = "“" + text_of(*word) + "”";
  } else if (const auto* list = schema.if_contains("enum")) {
    words.text = "one of: " + joined(list->get_array());
  } else if (const auto* items = schema.if_contains("items"); items && items->is_object()) {
    words = part_words(items->get_object(), named);
    std::string text = "list of";
    add_words(text, words.text);
    words.text = std::move(text);
  } else if (schema.contains("properties")) {
    words.inside = &schema;
  } else {
    for (const auto* key : {"anyOf", "oneOf", "allOf"})
      if (const auto* choices = schema.if_contains(key))
        add_choice(words, choices->get_array(), named);
    if (words.text.empty() && words.names.empty() && words.variants.empty())
      words.text = scalar_words(schema);
  }
  return words;
}

}  // namespace centime::explorer
