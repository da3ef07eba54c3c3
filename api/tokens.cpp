#include "api/tokens.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <sstream>
#include <utility>

#include "crypto/check.h"
#include "crypto/encoding.h"
#include "node/ledger/ids.h"
#include "node/runtime/durable_file.h"

namespace centime::api {
namespace {

constexpr std::string_view secret_prefix = "centime_";
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t file_bytes_max = 1 << 20;

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool valid() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

std::string new_secret() {
  std::array<std::uint8_t, secret_bytes> bytes{};
  const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
  crypto::check(got == static_cast<ssize_t>(bytes.size()), "the system gives random bytes");
  std::string text = crypto::to_base64(bytes);
  text.erase(std::min(text.find('='), text.size()));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return std::string(secret_prefix) + text;
}

// Of the secret as it is sent, prefix and all. The secret has 256 random bits, so no slow hash.
crypto::Digest hash_of(std::string_view secret) {
  return crypto::tagged_hash("token", crypto::as_bytes(secret));
}

// Takes as long for equal digests as for others.
bool same_digest(const crypto::Digest& left, const crypto::Digest& right) {
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < left.bytes.size(); ++i)
    difference = difference | (left.bytes[i] ^ right.bytes[i]);
  return difference == 0;
}

std::optional<Scope> parse_scope(std::string_view word) {
  const auto words = enum_words(Scope{});
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Scope>(found - words.begin());
}

std::optional<std::vector<Scope>> parse_scopes(std::string_view text) {
  std::vector<Scope> scopes;
  while (true) {
    const auto comma = text.find(',');
    const auto scope = parse_scope(text.substr(0, comma));
    if (!scope) return std::nullopt;
    scopes.push_back(*scope);
    if (comma == std::string_view::npos) return scopes;
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What TimeMs::to_iso writes, and nothing else.
std::optional<ledger::TimeMs> parse_iso(std::string_view text) {
  if (text.size() != 24) return std::nullopt;
  const auto day = ledger::Date::from_text(text.substr(0, 10));
  const auto hours = digits(text.substr(11, 2));
  const auto minutes = digits(text.substr(14, 2));
  const auto seconds = digits(text.substr(17, 2));
  const auto milliseconds = digits(text.substr(20, 3));
  if (!day || !hours || !minutes || !seconds || !milliseconds) return std::nullopt;
  const ledger::TimeMs time{
      (((day->value * std::uint64_t{24} + *hours) * 60 + *minutes) * 60 + *seconds) * 1000 +
      *milliseconds};
  return time.to_iso() == text ? std::optional(time) : std::nullopt;
}

std::string format_token(const Token& token) {
  std::string line = token.name + " ";
  for (std::size_t i = 0; i < token.scopes.size(); ++i) {
    if (i > 0) line += ",";
    line += crypto::word_of(token.scopes[i]);
  }
  return line + " " + token.created.to_iso() + " " + crypto::to_hex(token.hash.bytes) + "\n";
}

std::optional<Token> parse_token(const std::string& line) {
  std::istringstream stream(line);
  std::string name, scopes_text, created_text, hash_text, surplus;
  if (!(stream >> name >> scopes_text >> created_text >> hash_text) || stream >> surplus)
    return std::nullopt;
  auto scopes = parse_scopes(scopes_text);
  const auto created = parse_iso(created_text);
  const auto hash_bytes = crypto::from_hex(hash_text);
  const auto hash = hash_bytes ? crypto::Digest::from(*hash_bytes) : std::nullopt;
  if (!ledger::is_slug(name) || !scopes || !created || !hash) return std::nullopt;
  return Token{std::move(name), std::move(*scopes), *created, *hash};
}

std::expected<std::string, TokenError> read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got == 0) return text;
    if (got < 0 || text.size() > file_bytes_max)
      return std::unexpected(TokenError::unreadable_file);
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::expected<std::vector<Token>, TokenError> parse_file(const std::string& text) {
  std::vector<Token> tokens;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    auto token = parse_token(line);
    const auto same = [&](const Token& known) { return token && known.name == token->name; };
    if (!token || std::ranges::any_of(tokens, same))
      return std::unexpected(TokenError::unreadable_file);
    tokens.push_back(std::move(*token));
  }
  return tokens;
}

// Replaces the file in one step: a reader sees the old one or the new one.
bool replace_file(const std::filesystem::path& file, const std::vector<Token>& tokens) {
  std::string text;
  for (const Token& token : tokens) text += format_token(token);
  // Left by a process that died; the lock says that nobody writes it now.
  ::unlink((file.string() + ".new").c_str());
  return runtime::write_durably(file, text, 0600).has_value();
}

// Reads the tokens, lets `change` change them, and writes them, with no other writer in between.
template <class Change>
std::expected<void, TokenError> change_file(const std::filesystem::path& file, Change change) {
  const std::string lock_name = file.string() + ".lock";
  const Descriptor lock(::open(lock_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid() || ::flock(lock.number(), LOCK_EX) != 0)
    return std::unexpected(TokenError::unwritable_file);
  runtime::give_to_owner_of(file.parent_path(), lock.number());
  auto tokens = list_tokens(file);
  if (!tokens) return std::unexpected(tokens.error());
  if (auto changed = change(*tokens); !changed) return changed;
  if (!replace_file(file, *tokens)) return std::unexpected(TokenError::unwritable_file);
  return {};
}

}  // namespace

std::expected<NewToken, TokenError> create_token(const std::filesystem::path& file,
                                                 TokenRequest request) {
  if (!ledger::is_slug(request.name)) return std::unexpected(TokenError::bad_name);
  if (request.scopes.empty()) return std::unexpected(TokenError::bad_scope);
  NewToken made;
  made.secret = new_secret();
  made.token = {std::move(request.name), std::move(request.scopes), request.now,
                hash_of(made.secret)};
  const auto changed = change_file(file, [&](auto& tokens) -> std::expected<void, TokenError> {
    if (std::ranges::find(tokens, made.token.name, &Token::name) != tokens.end())
      return std::unexpected(TokenError::name_taken);
    tokens.push_back(made.token);
    return {};
  });
  if (!changed) return std::unexpected(changed.error());
  return made;
}

std::expected<std::vector<Token>, TokenError> list_tokens(const std::filesystem::path& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) {
    if (errno == ENOENT) return std::vector<Token>{};
    return std::unexpected(TokenError::unreadable_file);
  }
  struct stat status{};
  if (::fstat(in.number(), &status) != 0) return std::unexpected(TokenError::unreadable_file);
  if ((status.st_mode & 077) != 0) return std::unexpected(TokenError::insecure_file);
  const auto text = read_all(in.number());
  if (!text) return std::unexpected(text.error());
  return parse_file(*text);
}

std::expected<void, TokenError> revoke_token(const std::filesystem::path& file,
                                             std::string_view name) {
  return change_file(file, [&](auto& tokens) -> std::expected<void, TokenError> {
    const auto gone = std::ranges::find(tokens, name, &Token::name);
    if (gone == tokens.end()) return std::unexpected(TokenError::unknown_name);
    tokens.erase(gone);
    return {};
  });
}

std::optional<TokenFile::Version> TokenFile::look() const {
  struct stat info{};
  if (::stat(file_.c_str(), &info) != 0) return std::nullopt;
  const auto ns = [](const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; };
  return Version{ns(info.st_mtim), ns(info.st_ctim), info.st_ino,
                 static_cast<std::uint64_t>(info.st_size)};
}

std::expected<void, TokenError> TokenFile::refresh() {
  const auto present = look();
  if (present && present == read_) return {};
  tokens_.clear();
  read_.reset();
  auto tokens = list_tokens(file_);
  if (!tokens) {
    tell({present, tokens.error()});
    return std::unexpected(tokens.error());
  }
  tokens_ = std::move(*tokens);
  read_ = present;
  return {};
}

// Whoever sends tokens does not fill the log.
void TokenFile::tell(const Fault& fault) {
  if (told_ == fault) return;
  told_ = fault;
  if (!log_) return;
  const bool insecure = fault.second == TokenError::insecure_file;
  log_(std::string(crypto::word_of(fault.second)) + ": " +
       (insecure ? "others may read or change " : "there are no tokens to be read in ") +
       file_.string() + "; until that is mended no token is taken");
}

std::expected<std::optional<Token>, TokenError> TokenFile::find(std::string_view secret) {
  const crypto::Digest hash = hash_of(secret);
  const std::lock_guard lock(mutex_);
  if (auto fresh = refresh(); !fresh) return std::unexpected(fresh.error());
  std::optional<Token> found;
  for (const Token& token : tokens_)
    if (same_digest(token.hash, hash)) found = token;
  return found;
}

}  // namespace centime::api
