#include "node/network/tls.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/network/test_node.h"

namespace centime::network {
namespace {

TEST(Tls, CertificateHoldsTheMembersKeyAndItsSignature) {
  const auto key = testing::secret_key(5);
  const auto pkey = make_pkey(key);
  const auto certificate = make_certificate(pkey.get(), {});
  EXPECT_EQ(key_of(certificate.get()), key.public_key());
  EXPECT_EQ(X509_verify(certificate.get(), pkey.get()), 1);
}

TEST(Tls, ACertificateOfAnotherKindOfKeyHasNoKey) {
  const PkeyPtr pkey(EVP_EC_gen("P-256"));
  ASSERT_NE(pkey, nullptr);
  const CertificatePtr certificate(X509_new());
  ASSERT_EQ(X509_set_pubkey(certificate.get(), pkey.get()), 1);
  EXPECT_EQ(key_of(certificate.get()), std::nullopt);
}

TEST(Tls, NamesTheErrorsOfHandshakes) {
  const auto error = [](int reason) { return ERR_PACK(ERR_LIB_SSL, 0, reason); };
  EXPECT_EQ(word_of_error(error(SSL_R_UNSUPPORTED_PROTOCOL)), LinkWord::wrong_tls_version);
  EXPECT_EQ(word_of_error(error(SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)), LinkWord::wrong_tls_version);
  EXPECT_EQ(word_of_error(error(SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE)), LinkWord::refused_by_peer);
  EXPECT_EQ(word_of_error(error(SSL_R_NO_SHARED_CIPHER)), LinkWord::tls_failed);
}

}  // namespace
}  // namespace centime::network
