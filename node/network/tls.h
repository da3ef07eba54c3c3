// TLS between members: version 1.3 only, both sides with a certificate, and the certificate is
// nothing but an envelope for the Ed25519 key that the ledger knows.
//
// There is no certificate authority: names, dates and issuers are not looked at, so nothing expires
// (docs/decisions/0009). No session is resumed and no early data taken: each link proves both keys.
// OpenSSL is included here and in the files that move bytes, nowhere else. Source: RFC 8446, RFC
// 8410 (Ed25519 in certificates).
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <optional>

#include "crypto/ed25519.h"
#include "node/network/link_word.h"

namespace centime::network {

struct X509Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct PkeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using CertificatePtr = std::unique_ptr<X509, X509Free>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, PkeyFree>;

// From when to when a certificate claims to hold, counted from now. For the form only.
struct Validity {
  std::chrono::seconds from{-std::chrono::hours(24)};
  std::chrono::seconds to{std::chrono::hours(24 * 3650)};
};

PkeyPtr make_pkey(const crypto::SecretKey& key);

// Signed by the key itself. Stops the program if OpenSSL cannot make it.
CertificatePtr make_certificate(EVP_PKEY* key, const Validity& validity);

// The certificate's raw Ed25519 key; nothing if it holds another kind of key.
std::optional<crypto::PublicKey> key_of(const X509* certificate);

// Who decides about the other side's key while a handshake is under way.
class KeyJudge {
 public:
  virtual ~KeyJudge() = default;
  virtual bool admits(const std::optional<crypto::PublicKey>& key) = 0;
};

// Makes a fresh context what the top of this file says, with our key and certificate. Each
// connection of the context needs a judge before its handshake.
void set_up(SSL_CTX* context, const crypto::SecretKey& key);
void set_judge(SSL* connection, KeyJudge* judge);  // The judge outlives the handshake.

// The word for a handshake or a link that OpenSSL ended with this error code.
LinkWord word_of_error(unsigned long openssl_error);

}  // namespace centime::network
