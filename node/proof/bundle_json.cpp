#include <fmt/format.h>

#include <set>

#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "crypto/merkle.h"
#include "node/proof/bundle.h"

namespace centime::proof {
namespace {

namespace json = boost::json;

constexpr std::size_t checkpoint_bytes_max = 65'536;

json::object json_of(const ProvenLeaf& leaf) {
  json::array proof;
  for (const crypto::Digest& hash : leaf.proof) proof.emplace_back(crypto::to_base64(hash.bytes));
  return {
      {"index", leaf.index}, {"bytes", crypto::to_base64(leaf.bytes)}, {"proof", std::move(proof)}};
}

json::array json_of(const std::vector<ProvenLeaf>& leaves) {
  json::array array;
  for (const ProvenLeaf& leaf : leaves) array.push_back(json_of(leaf));
  return array;
}

// Thrown inside the reader only.
struct Refused {
  BundleFault fault;
};

[[noreturn]] void refuse(std::string path, std::string detail) {
  throw Refused{{std::move(path), std::move(detail)}};
}

// The fields of one object, each of which must be taken once and all of which must be.
class Fields {
 public:
  Fields(const json::value& value, std::string path) : path_(std::move(path)) {
    if (!value.is_object()) refuse(path_, "expected an object");
    object_ = &value.get_object();
  }

  const json::value& take(std::string_view name) {
    const json::value* found = object_->if_contains(name);
    if (found == nullptr) refuse(at(name), "this field is required");
    taken_.insert(name);
    return *found;
  }

  // Null if it is left out.
  const json::value* take_if_there(std::string_view name) {
    const json::value* found = object_->if_contains(name);
    if (found != nullptr) taken_.insert(name);
    return found;
  }

  std::string at(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }

  void finish() const {
    for (const auto& field : *object_) {
      if (!taken_.contains(field.key())) refuse(at(field.key()), "there is no such field here");
    }
  }

 private:
  const json::object* object_ = nullptr;
  std::string path_;
  std::set<std::string_view> taken_;
};

std::string_view text_of(const json::value& value, const std::string& path, std::size_t size_max) {
  if (!value.is_string()) refuse(path, "expected a text");
  const std::string_view text = value.get_string();
  if (text.size() > size_max) refuse(path, fmt::format("at most {} bytes are allowed", size_max));
  return text;
}

std::uint64_t integer_of(const json::value& value, const std::string& path) {
  std::optional<std::uint64_t> number;
  if (value.is_uint64()) number = value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) {
    number = static_cast<std::uint64_t>(value.get_int64());
  }
  if (!number || *number > crypto::json_integer_max) {
    refuse(path, fmt::format("expected a whole number from 0 to {}", crypto::json_integer_max));
  }
  return *number;
}

const json::array& array_of(const json::value& value, const std::string& path,
                            std::size_t items_max) {
  if (!value.is_array()) refuse(path, "expected a list");
  if (value.get_array().size() > items_max) {
    refuse(path, fmt::format("at most {} items are allowed", items_max));
  }
  return value.get_array();
}

crypto::Bytes base64_of(const json::value& value, const std::string& path, std::size_t size_max) {
  const std::string_view text = text_of(value, path, (size_max + 2) / 3 * 4);
  auto bytes = crypto::from_base64(text);
  if (!bytes) refuse(path, "expected base64 with its padding");
  if (bytes->size() > size_max) refuse(path, fmt::format("at most {} bytes are allowed", size_max));
  return std::move(*bytes);
}

template <class Id>
Id id_of(const json::value& value, const std::string& path) {
  Id id;
  const auto bytes = crypto::from_hex(text_of(value, path, 2 * id.bytes.size()));
  if (!bytes || bytes->size() != id.bytes.size()) {
    refuse(path, "expected 64 lower-case hexadecimal digits");
  }
  std::ranges::copy(*bytes, id.bytes.begin());
  return id;
}

ProvenLeaf leaf_of(const json::value& value, const std::string& path) {
  Fields fields(value, path);
  ProvenLeaf leaf;
  leaf.index = integer_of(fields.take("index"), fields.at("index"));
  leaf.bytes = base64_of(fields.take("bytes"), fields.at("bytes"), bundle_leaf_bytes_max);
  const std::string proof_path = fields.at("proof");
  for (const json::value& item :
       array_of(fields.take("proof"), proof_path, crypto::proof_hashes_max)) {
    const auto hash = crypto::Digest::from(base64_of(item, proof_path, 32));
    if (!hash) refuse(proof_path, "a hash is 32 bytes");
    leaf.proof.push_back(*hash);
  }
  fields.finish();
  return leaf;
}

std::vector<ProvenLeaf> leaves_of(const json::value& value, const std::string& path,
                                  std::size_t items_max) {
  const json::array& items = array_of(value, path, items_max);
  std::vector<ProvenLeaf> leaves;
  leaves.reserve(items.size());
  for (const json::value& item : items) {
    leaves.push_back(leaf_of(item, fmt::format("{}[{}]", path, leaves.size())));
  }
  return leaves;
}

std::vector<crypto::Bytes> links_of(const json::value& value, const std::string& path) {
  const json::array& items = array_of(value, path, bundle_links_max);
  if (items.empty()) refuse(path, "an empty list is left out");
  std::vector<crypto::Bytes> links;
  for (const json::value& item : items) {
    const std::string at = fmt::format("{}[{}]", path, links.size());
    links.push_back(base64_of(item, at, bundle_link_bytes_max));
  }
  return links;
}

TraceBundle bundle_of(const json::value& value) {
  Fields fields(value, {});
  TraceBundle bundle;
  bundle.version = integer_of(fields.take("version"), "version");
  if (bundle.version != bundle_version) {
    throw Refused{
        {"version", fmt::format("this program reads version {} only", bundle_version), true}};
  }
  bundle.network = id_of<ledger::NetworkId>(fields.take("network"), "network");
  bundle.donation = id_of<ledger::RecordId>(fields.take("donation"), "donation");
  bundle.checkpoint = text_of(fields.take("checkpoint"), "checkpoint", checkpoint_bytes_max);
  bundle.genesis = leaf_of(fields.take("genesis"), "genesis");
  bundle.seal = leaf_of(fields.take("seal"), "seal");
  bundle.entries = leaves_of(fields.take("entries"), "entries", bundle_entries_max);
  bundle.accounts = leaves_of(fields.take("accounts"), "accounts", bundle_accounts_max);
  if (const json::value* epochs = fields.take_if_there("epochs"))
    bundle.epochs = links_of(*epochs, "epochs");
  fields.finish();
  return bundle;
}

}  // namespace

std::string format_bundle(const TraceBundle& bundle) {
  json::object object = {
      {"version", bundle.version},          {"network", crypto::to_hex(bundle.network.bytes)},
      {"donation", bundle.donation.hex()},  {"checkpoint", bundle.checkpoint},
      {"genesis", json_of(bundle.genesis)}, {"seal", json_of(bundle.seal)},
      {"entries", json_of(bundle.entries)}, {"accounts", json_of(bundle.accounts)}};
  if (!bundle.epochs.empty()) {
    json::array& epochs = object["epochs"].emplace_array();
    for (const crypto::Bytes& link : bundle.epochs) epochs.emplace_back(crypto::to_base64(link));
  }
  return json::serialize(object);
}

std::expected<TraceBundle, BundleFault> parse_bundle(std::string_view text) {
  if (text.size() > bundle_bytes_max) {
    return std::unexpected(BundleFault{{}, "a bundle is at most 32 MiB"});
  }
  const auto value = crypto::parse_json(text);
  if (!value) return std::unexpected(BundleFault{value.error().path, value.error().detail});
  try {
    return bundle_of(*value);
  } catch (Refused& refused) {
    return std::unexpected(std::move(refused.fault));
  }
}

}  // namespace centime::proof
