#include "tests/support/wire_walk.h"

#include <cstdlib>

#include "crypto/encoding.h"

namespace centime::test {

namespace json = boost::json;
using crypto::Bytes;
using crypto::BytesView;

namespace {

struct Misfit {
  std::string why;
};

std::size_t width_of(const json::value& integer) {
  return std::strtoul(integer.as_string().c_str() + 1, nullptr, 10) / 8;
}

// The single key of a type such as {"text": 40, "format": …} that says what it is.
std::string kind_of(const json::value& type) {
  if (type.is_string()) return std::string(type.as_string());
  for (const char* kind :
       {"struct", "text", "bytes", "integer", "enum", "blob", "list", "optional", "variant"}) {
    if (type.as_object().contains(kind)) return kind;
  }
  throw Misfit{"an unknown kind of type"};
}

class Walker {
 public:
  explicit Walker(BytesView bytes) : bytes_(bytes) {}

  json::value value_of(const json::value& type) {
    const std::string kind = kind_of(type);
    if (kind == "bool") return choice(2) == 1;
    const json::object& form = type.as_object();
    if (kind == "struct") return struct_of(form.at("struct").as_array());
    if (kind == "integer") return integer_of(width_of(form.at("integer")));
    if (kind == "bytes") return json::value(crypto::to_hex(take(size_of(form.at("bytes")))));
    if (kind == "enum")
      return form.at("enum").as_array()[choice(form.at("enum").as_array().size())];
    if (kind == "text") return json::value(crypto::to_text(counted(2, size_of(form.at("text")))));
    if (kind == "blob") return json::value(crypto::to_hex(counted(4, size_of(form.at("blob")))));
    if (kind == "optional")
      return choice(2) == 0 ? json::value(nullptr) : value_of(form.at("optional"));
    if (kind == "list") return list_of(form);
    const json::array& alternatives = form.at("variant").as_array();
    const json::object& chosen = alternatives[choice(alternatives.size())].as_object();
    return json::object{{"name", chosen.at("name")}, {"body", value_of(chosen.at("body"))}};
  }

  bool at_end() const { return at_ == bytes_.size(); }
  std::vector<WireWalk::Count> counts;

 private:
  static std::size_t size_of(const json::value& number) { return number.to_number<std::size_t>(); }

  BytesView take(std::size_t size) {
    if (bytes_.size() - at_ < size) throw Misfit{"the bytes end too early"};
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }

  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(width)) value = value << 8 | byte;
    return value;
  }

  std::size_t choice(std::size_t choices) {
    const std::uint64_t chosen = number(1);
    if (chosen >= choices) throw Misfit{"an alternative that there is not"};
    return chosen;
  }

  std::uint64_t count(std::size_t width, std::size_t max) {
    counts.push_back({at_, width});
    const std::uint64_t count = number(width);
    if (count > max) throw Misfit{"a count above its limit"};
    return count;
  }

  BytesView counted(std::size_t width, std::size_t max) { return take(count(width, max)); }

  json::value integer_of(std::size_t width) {
    const std::uint64_t value = number(width);
    if (value > crypto::json_integer_max) return json::value(std::to_string(value));
    return json::value(value);
  }

  json::value struct_of(const json::array& fields) {
    json::object object;
    for (const json::value& field : fields) {
      object[field.at("name").as_string()] = value_of(field.at("type"));
    }
    return object;
  }

  json::value list_of(const json::object& form) {
    json::array items;
    const std::uint64_t size = count(4, size_of(form.at("max")));
    for (std::uint64_t i = 0; i < size; ++i) items.push_back(value_of(form.at("list")));
    return items;
  }

  BytesView bytes_;
  std::size_t at_ = 0;
};

void put_number(std::uint64_t value, std::size_t width, Bytes& out) {
  for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_counted(BytesView bytes, std::size_t width, Bytes& out) {
  put_number(bytes.size(), width, out);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_value(const json::value& type, const json::value& value, Bytes& out) {
  const std::string kind = kind_of(type);
  if (kind == "bool") return put_number(value.as_bool() ? 1 : 0, 1, out);
  const json::object& form = type.as_object();
  if (kind == "struct") {
    for (const json::value& field : form.at("struct").as_array()) {
      put_value(field.at("type"), value.at(field.at("name").as_string()), out);
    }
  } else if (kind == "integer") {
    const std::uint64_t number = value.is_string()
                                     ? std::strtoull(value.as_string().c_str(), nullptr, 10)
                                     : value.to_number<std::uint64_t>();
    put_number(number, width_of(form.at("integer")), out);
  } else if (kind == "bytes") {
    const Bytes bytes = *crypto::from_hex(value.as_string());
    out.insert(out.end(), bytes.begin(), bytes.end());
  } else if (kind == "enum") {
    const json::array& words = form.at("enum").as_array();
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == value) put_number(i, 1, out);
    }
  } else if (kind == "text") {
    put_counted(crypto::as_bytes(value.as_string()), 2, out);
  } else if (kind == "blob") {
    put_counted(*crypto::from_hex(value.as_string()), 4, out);
  } else if (kind == "optional") {
    put_number(value.is_null() ? 0 : 1, 1, out);
    if (!value.is_null()) put_value(form.at("optional"), value, out);
  } else if (kind == "list") {
    put_number(value.as_array().size(), 4, out);
    for (const json::value& item : value.as_array()) put_value(form.at("list"), item, out);
  } else {
    const json::array& alternatives = form.at("variant").as_array();
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      if (alternatives[i].at("name") != value.at("name")) continue;
      put_number(i, 1, out);
      put_value(alternatives[i].at("body"), value.at("body"), out);
    }
  }
}

}  // namespace

std::expected<WireWalk, std::string> walk_wire(const json::value& schema, BytesView bytes) {
  try {
    Walker walker(bytes);
    json::value value = walker.value_of(schema);
    if (!walker.at_end()) return std::unexpected("bytes are left over");
    return WireWalk{std::move(value), std::move(walker.counts)};
  } catch (const Misfit& misfit) {
    return std::unexpected(misfit.why);
  }
}

Bytes rebuild_wire(const json::value& schema, const json::value& value) {
  Bytes bytes;
  put_value(schema, value, bytes);
  return bytes;
}

}  // namespace centime::test
