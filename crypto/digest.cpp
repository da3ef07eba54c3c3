#include "crypto/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "crypto/check.h"

namespace centime::crypto {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const EVP_MD* algorithm() {
  // Never freed: threads may still hash while static objects die.
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

void begin(EVP_MD_CTX* context) {
  // Without a type OpenSSL keeps the context's own, and skips looking at the two.
  check(EVP_DigestInit_ex(context, nullptr, nullptr) == 1, "SHA-256 can begin");
}

Context new_context() {
  Context context(EVP_MD_CTX_new());
  check(context && EVP_DigestInit_ex(context.get(), algorithm(), nullptr) == 1,
        "OpenSSL offers SHA-256");
  return context;
}

void add(EVP_MD_CTX* context, const void* data, std::size_t size) {
  check(EVP_DigestUpdate(context, data, size) == 1, "SHA-256 takes bytes");
}

Digest end(EVP_MD_CTX* context) {
  Digest digest;
  unsigned length = 0;
  check(EVP_DigestFinal_ex(context, digest.bytes.data(), &length) == 1 &&
            length == digest.bytes.size(),
        "SHA-256 gives 32 bytes");
  return digest;
}

// For hashing at one go, which nothing can interrupt.
EVP_MD_CTX* own_context() {
  thread_local const Context context = new_context();
  return context.get();
}

// For Sha256 objects, of which several may live in a thread.
std::vector<Context>& spare_contexts() {
  thread_local std::vector<Context> spare;
  return spare;
}

template <class Parts>
Digest hash_parts(const Parts& parts) {
  auto* const context = own_context();
  begin(context);
  for (const BytesView part : parts) add(context, part.data(), part.size());
  return end(context);
}

}  // namespace

std::optional<Digest> Digest::from(BytesView bytes) {
  Digest digest;
  if (bytes.size() != digest.bytes.size()) return std::nullopt;
  std::ranges::copy(bytes, digest.bytes.begin());
  return digest;
}

Sha256::Sha256() : context_(nullptr) {
  auto& spare = spare_contexts();
  if (spare.empty()) {
    context_ = new_context().release();
  } else {
    context_ = spare.back().release();
    spare.pop_back();
  }
  begin(static_cast<EVP_MD_CTX*>(context_));
}

Sha256::~Sha256() { spare_contexts().emplace_back(static_cast<EVP_MD_CTX*>(context_)); }

Sha256& Sha256::update(BytesView bytes) {
  add(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size());
  return *this;
}

Digest Sha256::finish() {
  auto* const context = static_cast<EVP_MD_CTX*>(context_);
  const Digest digest = end(context);
  begin(context);
  return digest;
}

Digest sha256(BytesView bytes) { return hash_parts(std::initializer_list<BytesView>{bytes}); }

Digest sha256(std::initializer_list<BytesView> parts) { return hash_parts(parts); }

Digest hash_leaf(BytesView entry) {
  static constexpr std::uint8_t prefix[] = {0x00};
  return sha256({prefix, entry});
}

Digest hash_children(const Digest& left, const Digest& right) {
  // One call of 65 bytes costs less than three.
  std::array<std::uint8_t, 65> node;
  node[0] = 0x01;
  std::ranges::copy(left.bytes, node.begin() + 1);
  std::ranges::copy(right.bytes, node.begin() + 33);
  return sha256(node);
}

Digest tagged_hash(std::string_view tag, std::initializer_list<BytesView> parts) {
  auto* const context = own_context();
  begin(context);
  for (const std::string_view piece :
       {std::string_view("centime/"), tag, std::string_view("/v1\n")})
    add(context, piece.data(), piece.size());
  for (const BytesView part : parts) add(context, part.data(), part.size());
  return end(context);
}

}  // namespace centime::crypto
