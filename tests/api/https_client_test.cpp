// The client against a server that speaks TLS, with certificates made for the test.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "api/http_client.h"
#include "tests/runtime/temporary_directory.h"

namespace centime::api {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

struct Certificate {
  std::shared_ptr<EVP_PKEY> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
  std::shared_ptr<X509> x509{X509_new(), X509_free};
};

// Signed by itself, for this name: "IP:127.0.0.1" or "DNS:localhost".
Certificate certificate_for(const std::string& name, long valid_seconds = 3'600) {
  Certificate made;
  X509* x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -7'200);
  X509_gmtime_adj(X509_getm_notAfter(x509), valid_seconds);
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(x509, subject);
  X509_set_pubkey(x509, made.key.get());
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
  X509_add_ext(x509, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x509, made.key.get(), nullptr);
  return made;
}

// Answers every request on every connection, one connection after the other.
class TlsServer {
 public:
  explicit TlsServer(const Certificate& certificate) {
    context_.set_options(asio::ssl::context::default_workarounds);
    SSL_CTX_use_certificate(context_.native_handle(), certificate.x509.get());
    SSL_CTX_use_PrivateKey(context_.native_handle(), certificate.key.get());
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    over_ = true;
    // Wakes accept(), which nothing else does.
    asio::ip::tcp::socket last(io_);
    error_code ignored;
    last.connect(acceptor_.local_endpoint(), ignored);
    last.close(ignored);
    thread_.join();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int handshakes() const { return handshakes_; }
  std::string name_asked() const { return name_asked_; }

 private:
  void serve() {
    while (!over_) {
      asio::ssl::stream<asio::ip::tcp::socket> stream(io_, context_);
      error_code error;
      acceptor_.accept(stream.lowest_layer(), error);
      if (!error) stream.handshake(asio::ssl::stream_base::server, error);
      if (error) continue;
      ++handshakes_;
      const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
      name_asked_ = name == nullptr ? "" : name;
      for (std::string request; !error;) {
        const auto size =
            asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", error);
        if (error) break;
        request.erase(0, size);
        asio::write(stream,
                    asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")),
                    error);
      }
    }
  }

  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::atomic<bool> over_ = false;
  std::atomic<int> handshakes_ = 0;
  std::string name_asked_;
  std::thread thread_;
};

class HttpsClientTest : public testing::Test {
 protected:
  // From now on clients of this process trust this one and no other.
  void trust(const Certificate& certificate) {
    const auto path = directory_.path() / "authorities.pem";
    std::FILE* file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    PEM_write_X509(file, certificate.x509.get());
    std::fclose(file);
    ::setenv("SSL_CERT_FILE", path.c_str(), 1);
  }
  ~HttpsClientTest() override { ::unsetenv("SSL_CERT_FILE"); }

  static std::string url(const TlsServer& server, const std::string& host = "127.0.0.1") {
    return "https://" + host + ":" + std::to_string(server.port()) + "/";
  }

 private:
  test::TemporaryDirectory directory_;
};

TEST_F(HttpsClientTest, ReadsAndKeepsItsConnection) {
  const Certificate certificate = certificate_for("IP:127.0.0.1");
  TlsServer server(certificate);
  trust(certificate);
  HttpClient client;
  for (int i = 0; i < 3; ++i) {
    const auto response = client.get(url(server));
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->body, "hello");
  }
  EXPECT_EQ(server.handshakes(), 1);
  EXPECT_EQ(server.name_asked(), "") << "an address is no name";
}

TEST_F(HttpsClientTest, TellsTheServerWhichNameItAskedFor) {
  const Certificate certificate = certificate_for("DNS:localhost");
  TlsServer server(certificate);
  trust(certificate);
  HttpClient client;
  const auto response = client.get(url(server, "localhost"));
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(server.name_asked(), "localhost");
}

TEST_F(HttpsClientTest, TrustsNoCertificateOfAnotherAuthorityOrHostOrTime) {
  const Certificate good = certificate_for("IP:127.0.0.1");
  const auto refusal = [&](const Certificate& used) {
    TlsServer server(used);
    HttpClient client;
    const auto response = client.get(url(server));
    EXPECT_FALSE(response);
    if (response) return std::string();
    EXPECT_EQ(response.error().code, ClientErrorCode::tls_failed);
    return response.error().detail;
  };
  trust(good);
  EXPECT_NE(refusal(certificate_for("IP:127.0.0.1")).find("not trusted"), std::string::npos);
  const Certificate other_host = certificate_for("DNS:elsewhere.example");
  trust(other_host);
  EXPECT_NE(refusal(other_host).find("not trusted"), std::string::npos);
  const Certificate expired = certificate_for("IP:127.0.0.1", -60);
  trust(expired);
  EXPECT_NE(refusal(expired).find("expired"), std::string::npos);
}

TEST_F(HttpsClientTest, SaysThatAServerSpeaksNoTls) {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
  std::thread server([&] {
    asio::ip::tcp::socket socket(io);
    acceptor.accept(socket);
    error_code ignored;
    asio::write(socket, asio::buffer(std::string("HTTP/1.1 400 Bad Request\r\n\r\n")), ignored);
  });
  HttpClient client;
  const auto response =
      client.get("https://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/");
  server.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ClientErrorCode::tls_failed);
}

}  // namespace
}  // namespace centime::api
