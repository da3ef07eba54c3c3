// Bearer tokens for writing with the node's own key: made once, kept as hashes, revocable.
//
// A token is "centime_" and 32 random bytes in base64url; it is shown when it is made and never
// again. The file holds one line a token, LF-ended, newest last:
//   <name> <scope>[,<scope>...] <created, YYYY-MM-DDTHH:MM:SS.mmmZ> <hash of the token, hex>
// where the hash is SHA-256 of "centime/token/v1\n" and the token. A running node reads the file
// again when it has changed, so that revoking works at once.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/digest.h"
#include "node/ledger/date.h"

namespace centime::api {

enum class Scope : std::uint8_t {
  record,  // POST /v1/records, of what an office does day by day (record_scopes.h).
  attest,  // POST /v1/records, of what a member says as auditor, approver or receiver in doubt.
  check,   // Large bodies to POST /v1/submissions/check, which any other scope allows too.
};
constexpr auto enum_words(Scope) {
  return std::to_array<std::string_view>({"record", "attest", "check"});
}

struct Token {
  std::string name;  // [a-z0-9][a-z0-9-]{0,39}, unique in its file.
  std::vector<Scope> scopes;
  ledger::TimeMs created;
  crypto::Digest hash;
};

enum class TokenError {
  bad_name,
  bad_scope,
  name_taken,
  unknown_name,
  unreadable_file,  // Present and not readable, or not in the format above.
  unwritable_file,
  insecure_file,  // Others may read or change it.
};
constexpr auto enum_words(TokenError) {
  return std::to_array<std::string_view>({"bad_name", "bad_scope", "name_taken", "unknown_name",
                                          "unreadable_file", "unwritable_file", "insecure_file"});
}

struct NewToken {
  Token token;
  std::string secret;  // To be shown once.
};

struct TokenRequest {
  std::string name;
  std::vector<Scope> scopes;  // At least one.
  ledger::TimeMs now;
};

// The file, for the command line. One that does not exist has no tokens. Writing replaces it in one
// step, with mode 0600; two processes that write at once are kept apart by a lock file beside it.
std::expected<NewToken, TokenError> create_token(const std::filesystem::path& file,
                                                 TokenRequest request);
std::expected<std::vector<Token>, TokenError> list_tokens(const std::filesystem::path& file);
std::expected<void, TokenError> revoke_token(const std::filesystem::path& file,
                                             std::string_view name);

// The file as a running node sees it. Any thread.
class TokenFile {
 public:
  // `log` gets a line, a word and a sentence, when the file can't be used: once, until it changes.
  explicit TokenFile(std::filesystem::path file, std::function<void(std::string_view)> log = {})
      : file_(std::move(file)), log_(std::move(log)) {}

  // The token with this secret, compared in constant time. The error is unreadable_file or
  // insecure_file.
  std::expected<std::optional<Token>, TokenError> find(std::string_view secret);

 private:
  struct Version {
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;  // Of its mode or owner, too.
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    bool operator==(const Version&) const = default;
  };

  using Fault = std::pair<std::optional<Version>, TokenError>;

  std::optional<Version> look() const;
  std::expected<void, TokenError> refresh();
  void tell(const Fault& fault);

  const std::filesystem::path file_;
  const std::function<void(std::string_view)> log_;
  std::mutex mutex_;  // For all below.
  std::optional<Version> read_;
  std::optional<Fault> told_;
  std::vector<Token> tokens_;
};

}  // namespace centime::api
