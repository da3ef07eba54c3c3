#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "api/tokens.h"
#include "crypto/wire_types.h"
#include "node/program/commands.h"
#include "node/program/data_directory.h"

namespace centime::program {
namespace {

std::unexpected<Failure> token_failure(api::TokenError error, const TokenOptions& options) {
  const std::filesystem::path file = DataDirectory{options.data}.tokens();
  std::string detail;
  switch (error) {
    case api::TokenError::bad_name:
      detail = fmt::format(
          "'{}' is no name for a token: small letters, digits and hyphens, at "
          "most 40",
          options.name);
      break;
    case api::TokenError::bad_scope:
      detail = "a token needs a scope: record, attest or check";
      break;
    case api::TokenError::name_taken:
      detail = fmt::format("there is a token '{}' already; revoke it or take another name",
                           options.name);
      break;
    case api::TokenError::unknown_name:
      detail = fmt::format("there is no token '{}'; `centime token list` shows them", options.name);
      break;
    case api::TokenError::unreadable_file:
      detail = fmt::format("cannot read the tokens in {}", file.string());
      break;
    case api::TokenError::insecure_file:
      detail = fmt::format("others may read or change the tokens in {0}; run: chmod 600 {0}",
                           file.string());
      break;
    case api::TokenError::unwritable_file:
      detail = fmt::format("cannot write the tokens in {}", file.string());
      break;
  }
  const auto word = std::string(crypto::word_of(error));
  const bool wrong_call = error == api::TokenError::bad_name || error == api::TokenError::bad_scope;
  return wrong_call ? called_wrongly(word, detail) : fail(word, detail);
}

// A token for a directory that holds no node would be one that nothing ever reads.
Expected<void> check_directory(const TokenOptions& options) {
  std::error_code ignored;
  if (std::filesystem::exists(DataDirectory{options.data}.config(), ignored)) return {};
  return fail("missing_file",
              fmt::format("{} holds no node: there is no centime.toml", options.data.string()));
}

std::string words_of(const std::vector<api::Scope>& scopes) {
  std::string words;
  for (const api::Scope scope : scopes) {
    words += fmt::format("{}{}", words.empty() ? "" : ",", crypto::word_of(scope));
  }
  return words;
}

// "record money, …, and attest, … as this node's member".
std::string allowed_by(const std::vector<api::Scope>& scopes) {
  const auto has = [&](api::Scope scope) {
    return std::ranges::find(scopes, scope) != scopes.end();
  };
  const bool records = has(api::Scope::record), attests = has(api::Scope::attest);
  if (!records && !attests) return "have this node check whole imports, and records nothing";
  return fmt::format("{}{}{} as this node's member",
                     records ? "record money, evidence, channels and proposed funds" : "",
                     records && attests ? ", and " : "",
                     attests ? "attest, dispute and approve funds" : "");
}

}  // namespace

Outcome token_new(const TokenOptions& options) {
  if (auto checked = check_directory(options); !checked) return std::unexpected(checked.error());
  constexpr auto words = enum_words(api::Scope{});
  api::TokenRequest request{options.name, {}, {}};
  for (const std::string& scope : options.scopes) {
    const auto found = std::ranges::find(words, scope);
    if (found == words.end()) return token_failure(api::TokenError::bad_scope, options);
    request.scopes.push_back(static_cast<api::Scope>(found - words.begin()));
  }
  request.now.value =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count());
  auto made = api::create_token(DataDirectory{options.data}.tokens(), std::move(request));
  if (!made) return token_failure(made.error(), options);
  Report report;
  report.text = fmt::format(
      "{}\n\nThis is shown once. Who has it can {}; give it to one program only.\n"
      "Send it as: Authorization: Bearer {}...\n",
      made->secret, allowed_by(made->token.scopes), made->secret.substr(0, 12));
  report.json = {
      {"name", options.name}, {"scopes", words_of(made->token.scopes)}, {"token", made->secret}};
  return report;
}

Outcome token_list(const TokenOptions& options) {
  if (auto checked = check_directory(options); !checked) return std::unexpected(checked.error());
  const auto tokens = api::list_tokens(DataDirectory{options.data}.tokens());
  if (!tokens) return token_failure(tokens.error(), options);
  Report report;
  boost::json::array list;
  for (const api::Token& token : *tokens) {
    report.text += fmt::format("{:<24} {:<19} made {}\n", token.name, words_of(token.scopes),
                               token.created.to_iso());
    list.push_back({{"name", token.name},
                    {"scopes", words_of(token.scopes)},
                    {"created", token.created.to_iso()}});
  }
  if (tokens->empty()) report.text = "There are no tokens.\n";
  report.json["tokens"] = std::move(list);
  return report;
}

Outcome token_revoke(const TokenOptions& options) {
  if (auto checked = check_directory(options); !checked) return std::unexpected(checked.error());
  const auto revoked = api::revoke_token(DataDirectory{options.data}.tokens(), options.name);
  if (!revoked) return token_failure(revoked.error(), options);
  Report report;
  report.text =
      fmt::format("Token '{}' is revoked; a running node refuses it from now on.\n", options.name);
  report.json = {{"name", options.name}, {"revoked", true}};
  return report;
}

}  // namespace centime::program
