// The pages that show the OpenAPI document: the operations in groups, and the schemas.
#include <boost/json.hpp>
#include <map>
#include <set>

#include "api/letter_case.h"
#include "api/openapi.h"
#include "explorer/pages.h"
#include "explorer/schema_words.h"

namespace centime::explorer {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// Deeper structs than these do not exist; a schema that held itself would never end.
constexpr int depth_max = 6;

std::string text_at(const object& json, std::string_view key) {
  const auto* text = json.if_contains(key);
  return text && text->is_string() ? std::string(text->get_string()) : std::string();
}

// Without the marks that the document, which is Markdown, has around names.
std::string plain_text_at(const object& json, std::string_view key) {
  auto text = text_at(json, key);
  std::erase(text, '`');
  return text;
}

// The words that a problem's `code` may be: those of the description's `code`.
std::vector<std::string> codes_of(const object& response) {
  std::vector<std::string> codes;
  const auto* schema = response.at("content").get_object().if_contains("application/problem+json");
  if (!schema) return codes;
  const auto& parts = schema->at("schema").at("allOf").get_array();
  for (const value& code : parts.at(1).at("properties").at("code").at("enum").get_array())
    codes.emplace_back(code.get_string());
  return codes;
}

class ApiPage {
 public:
  ApiPage(const api::Request& request, const object& document)
      : document_(document), page_(request, "api.html") {}

  api::Response response() {
    page_.set_title(words().text("api_title"));
    page_.set_json("/v1/openapi.json");
    body().set("SCHEMAS_URL", page_.link("/api/schemas"));
    body().set("ERRORS_URL", page_.link("/docs/errors"));
    find_common();
    for (const auto& code : common_) add_word(body().add("COMMON"), code);
    for (const value& tag : document_.at("tags").get_array())
      add_group(std::string(tag.at("name").get_string()));
    return page_.response();
  }

 private:
  const Catalogue& words() const { return page_.words(); }
  Section& body() { return page_.body(); }

  template <class Visit>
  void each_operation(const Visit& visit) const {
    for (const auto& [path, operations] : document_.at("paths").get_object())
      for (const auto& [method, operation] : operations.get_object())
        visit(std::string_view(path), std::string_view(method), operation.get_object());
  }

  // What every operation may answer is said once.
  void find_common() {
    std::map<std::string, std::size_t> seen;
    std::size_t operations = 0;
    each_operation([&](std::string_view, std::string_view, const object& operation) {
      ++operations;
      for (const auto& [status, response] : operation.at("responses").get_object())
        for (const auto& code : codes_of(response.get_object())) ++seen[code];
    });
    for (const auto& [code, times] : seen)
      if (times >= operations) common_.insert(code);
  }

  void add_word(Section word, const std::string& code) {
    word.set("NAME", code).set("URL", page_.link("/docs/errors#" + code));
  }

  void add_group(const std::string& tag) {
    auto group = body().add("GROUP");
    group.set("ID", "group-" + tag).set("NAME", words().text("api_group_" + tag));
    each_operation([&](std::string_view path, std::string_view method, const object& operation) {
      if (operation.at("tags").at(0).get_string() == tag)
        add_operation(group.add("OPERATION"), path, method, operation);
    });
  }

  void add_operation(Section shown, std::string_view path, std::string_view method,
                     const object& operation) {
    shown.set("OPERATION_ID", text_at(operation, "operationId"));
    shown.set("METHOD", api::ascii_upper(method)).set("PATH", path);
    shown.set("SUMMARY", plain_text_at(operation, "summary"));
    if (const auto* security = operation.if_contains("security")) {
      const bool needed = security->get_array().size() == 1;
      shown.add("TOKEN").set("TEXT", words().text(needed ? "api_token_needed" : "api_token_helps"));
    }
    add_parameters(shown, operation.at("parameters").get_array());
    if (const auto* sent = operation.if_contains("requestBody")) {
      auto part = shown.add("SENT");
      add_media(part, sent->at("content").get_object());
    }
    for (const auto& [status, response] : operation.at("responses").get_object())
      add_answer(shown, status, response.get_object());
  }

  const object& resolved(const object& parameter) const {
    const auto* reference = parameter.if_contains("$ref");
    if (!reference) return parameter;
    const auto name = schema_name(std::string(reference->get_string()));
    return document_.at("components").at("parameters").at(name).get_object();
  }

  void add_parameters(Section& shown, const array& parameters) {
    if (parameters.empty()) return;
    auto list = shown.add("PARAMETERS");
    for (const value& each : parameters) {
      const object& parameter = resolved(each.get_object());
      auto row = list.add("PARAMETER");
      row.set("NAME", text_at(parameter, "name"));
      row.set("PLACE", words().text("api_in_" + text_at(parameter, "in")));
      row.set("MEANING", plain_text_at(parameter, "description"));
      row.set("TYPE", schema_words(parameter.at("schema").get_object()).text);
    }
  }

  void add_media(Section& part, const object& content) {
    for (const auto& [type, described] : content) {
      auto media = part.add("MEDIA");
      media.set("TYPE", type);
      for (const auto& name : schema_words(described.at("schema").get_object()).names)
        media.add("SCHEMA").set("NAME", name).set("URL", page_.link("/api/schemas#" + name));
    }
  }

  void add_answer(Section& shown, std::string_view status, const object& response) {
    const auto codes = codes_of(response);
    std::vector<std::string> own;
    for (const auto& code : codes)
      if (!common_.contains(code)) own.push_back(code);
    if (!codes.empty() && own.empty()) return;
    auto answer = shown.add("ANSWER");
    answer.set("STATUS", status);
    if (codes.empty()) add_media(answer, response.at("content").get_object());
    for (const auto& code : own) add_word(answer.add("WORD"), code);
  }

  const object& document_;
  Page page_;
  std::set<std::string> common_;
};

// "donation" of {"type": {"const": "donation"}, …}.
std::string variant_name(const object& schema) {
  const auto& properties = schema.at("properties").get_object();
  const auto* type = properties.if_contains("type");
  return type && type->is_object() ? text_at(type->get_object(), "const") : std::string();
}

// Fills template api_fields.html with what stands below a schema's own words.
class FieldsFiller {
 public:
  explicit FieldsFiller(const object& named) : named_(named) {}

  void fill(Section section, const SchemaWords& words, int depth) const {
    if ((words.inside == nullptr && words.variants.empty()) || depth > depth_max) return;
    auto part = section.include("INSIDE", "api_fields.html");
    if (words.inside != nullptr) add_fields(part, *words.inside, depth);
    for (const object* variant : words.variants) {
      auto one = part.add("VARIANT");
      one.set("NAME", variant_name(*variant));
      auto fields = one.include("INSIDE", "api_fields.html");
      add_fields(fields, *variant, depth);
    }
  }

 private:
  void add_fields(Section& section, const object& schema, int depth) const {
    auto fields = section.add("FIELDS");
    std::set<std::string_view> required;
    if (const auto* names = schema.if_contains("required"))
      for (const value& name : names->get_array()) required.insert(name.get_string());
    for (const auto& [name, described] : schema.at("properties").get_object()) {
      auto field = fields.add("FIELD");
      field.set("NAME", name);
      if (!required.contains(std::string_view(name))) field.show("OPTIONAL");
      const auto words = part_words(described.get_object(), named_);
      field.set("TYPE", words.text);
      for (const auto& other : words.names) field.add("LINKED").set("NAME", other);
      fill(field, words, depth + 1);
    }
  }

  const object& named_;
};

}  // namespace

api::Response api_page(const api::Request& request, const object& document) {
  return ApiPage(request, document).response();
}

api::Response api_schemas_page(const api::Request& request, const object& document) {
  Page page(request, "api_schemas.html");
  page.set_title(page.words().text("api_schemas"));
  page.set_json("/v1/openapi.json");
  page.body().set("API_URL", page.link("/api"));
  const auto& named = document.at("components").at("schemas").get_object();
  const FieldsFiller filler(named);
  for (const auto& [name, schema] : named) {
    auto shown = page.body().add("SCHEMA");
    shown.set("NAME", name);
    const auto words = schema_words(schema.get_object(), named);
    if (!words.text.empty() || !words.names.empty()) {
      auto says = shown.add("SAYS");
      says.set("TYPE", words.text);
      for (const auto& other : words.names) says.add("LINKED").set("NAME", other);
    }
    filler.fill(shown, words, 0);
  }
  return page.response();
}

}  // namespace centime::explorer
