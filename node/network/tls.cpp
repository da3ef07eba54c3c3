#include "node/network/tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "crypto/check.h"

namespace centime::network {
namespace {

// Of the other side's certificate message. Ours has about 300 bytes.
constexpr long certificate_bytes_max = 4096;

// Where a connection keeps its judge. Not SSL_set_app_data: Asio deletes what it finds there.
int judge_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// Takes the place of OpenSSL's whole chain building: the key is all that counts. That the other
// side holds it is proved by the handshake's own signature.
int ask_judge(X509_STORE_CTX* store, void*) {
  auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* judge = static_cast<KeyJudge*>(SSL_get_ex_data(connection, judge_index()));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  const bool admitted =
      judge != nullptr && certificate != nullptr && judge->admits(key_of(certificate));
  X509_STORE_CTX_set_error(store, admitted ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return admitted ? 1 : 0;
}

}  // namespace

PkeyPtr make_pkey(const crypto::SecretKey& key) {
  const auto seed = key.seed();
  PkeyPtr pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  crypto::check(pkey != nullptr, "OpenSSL takes an Ed25519 seed");
  return pkey;
}

CertificatePtr make_certificate(EVP_PKEY* key, const Validity& validity) {
  CertificatePtr certificate(X509_new());
  X509* x509 = certificate.get();
  crypto::check(x509 != nullptr, "OpenSSL makes a certificate");
  X509_NAME* name = X509_get_subject_name(x509);
  const auto* common_name = reinterpret_cast<const unsigned char*>("centime member");
  const bool made =
      X509_set_version(x509, X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(x509), validity.from.count()) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(x509), validity.to.count()) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
      X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
      X509_sign(x509, key, nullptr) > 0;
  crypto::check(made, "OpenSSL signs a certificate");
  return certificate;
}

std::optional<crypto::PublicKey> key_of(const X509* certificate) {
  EVP_PKEY* pkey = X509_get0_pubkey(certificate);
  if (pkey == nullptr || EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519) return std::nullopt;
  crypto::PublicKey key;
  std::size_t size = key.bytes.size();
  if (EVP_PKEY_get_raw_public_key(pkey, key.bytes.data(), &size) != 1 || size != key.bytes.size())
    return std::nullopt;
  return key;
}

void set_up(SSL_CTX* context, const crypto::SecretKey& key) {
  const PkeyPtr pkey = make_pkey(key);
  const CertificatePtr certificate = make_certificate(pkey.get(), {});
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, certificate_bytes_max);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, ask_judge, nullptr);
  const bool ready = SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
                     SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
                     SSL_CTX_set_num_tickets(context, 0) == 1 &&
                     SSL_CTX_set_max_early_data(context, 0) == 1 &&
                     SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 &&
                     SSL_CTX_set1_groups_list(context, "X25519") == 1 &&
                     SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
                     SSL_CTX_use_PrivateKey(context, pkey.get()) == 1;
  crypto::check(ready, "OpenSSL takes the settings of links between members");
}

void set_judge(SSL* connection, KeyJudge* judge) {
  crypto::check(SSL_set_ex_data(connection, judge_index(), judge) == 1, "a connection has a judge");
}

LinkWord word_of_error(unsigned long openssl_error) {
  const int reason = ERR_GET_REASON(openssl_error);
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)
    return LinkWord::wrong_tls_version;
  // Above this number are the alerts that the other side sent.
  if (reason > SSL_AD_REASON_OFFSET) return LinkWord::refused_by_peer;
  return LinkWord::tls_failed;
}

}  // namespace centime::network
