// Asks one node over HTTP, and turns its problems into failures.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "api/http_client.h"
#include "crypto/bytes.h"
#include "node/ledger/entries.h"
#include "node/program/outcome.h"

namespace centime::program {

class NodeClient {
 public:
  // `url` is the node's: "https://ledger.example.org", with or without a slash at the end.
  explicit NodeClient(std::string url, api::ClientOptions options = {});

  const std::string& url() const { return url_; }

  // The answer's body. A node that can't be asked fails with a word of ClientErrorCode, a problem
  // with its own code. One that says that it has too much to do is asked again for a while.
  Expected<std::string> get(std::string_view path);
  Expected<boost::json::object> get_json(std::string_view path);

  // Sends this bearer token with every post from now on.
  void use_token(std::string token) { token_ = std::move(token); }

  // As get_json. A problem's other members, such as "records", are in Failure::more.
  Expected<boost::json::object> post(std::string_view path, std::string_view content_type,
                                     std::string_view body);

  // Reads the log's first entry. Who serves it can't be wrong about the network without being
  // noticed: its id is the entry's hash.
  Expected<ledger::Genesis> genesis();

 private:
  std::expected<api::ClientResponse, api::ClientError> ask(std::string_view path,
                                                           const api::Fields& headers);
  Expected<std::string> answer(std::expected<api::ClientResponse, api::ClientError> response);

  std::string url_;
  std::string token_;  // Empty: none.
  api::HttpClient client_;
};

}  // namespace centime::program
