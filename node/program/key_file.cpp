#include "node/program/key_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/encoding.h"
#include "node/program/files.h"

namespace centime::program {
namespace {

constexpr std::string_view form = "centime-secret-key-v1";

std::unexpected<Failure> bad_key_file(const std::filesystem::path& path) {
  return fail("bad_key_file",
              fmt::format("{} is not a key file: it needs one line '{} MEMBER KEY', as made by "
                          "`centime keys new`",
                          path.string(), form));
}

// Overwrites these bytes at its end.
class Wiped {
 public:
  template <class Bytes>
  explicit Wiped(Bytes& secret) : secret_(std::as_writable_bytes(std::span(secret))) {}
  ~Wiped() { explicit_bzero(secret_.data(), secret_.size()); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  std::span<std::byte> secret_;
};

// Of the one line that is no comment, without a copy of any. Empty if there are several.
std::vector<std::string_view> only_words(std::string_view content) {
  std::vector<std::string_view> words;
  while (!content.empty()) {
    const std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));
    if (line.starts_with('#')) continue;
    if (!words.empty() && !line.empty()) return {};
    constexpr std::string_view blanks = " \t\r";
    for (std::size_t begin = line.find_first_not_of(blanks); begin < line.size();) {
      const std::size_t end = std::min(line.find_first_of(blanks, begin), line.size());
      words.push_back(line.substr(begin, end - begin));
      begin = line.find_first_not_of(blanks, end);
    }
  }
  return words;
}

bool is_key(const std::filesystem::path& path) {
  auto content = read_file(path, 64 * 1024);
  if (!content) return false;
  const Wiped wiped(*content);
  const auto words = only_words(*content);
  return !words.empty() && words.front() == form;
}

}  // namespace

Expected<ledger::MemberId> member_id(const std::string& text) {
  if (!ledger::MemberId::valid(text)) {
    return called_wrongly("bad_value",
                          fmt::format("'{}' is not a member's name: small letters, digits and "
                                      "hyphens, at most 40",
                                      text));
  }
  return ledger::MemberId{text};
}

Expected<KeyFile> read_key_file(const std::filesystem::path& path) {
  auto content = read_secret_file(path);
  if (!content) {
    // A public file is not to be hidden only because it was named in a key's place.
    if (content.error().word == "insecure_file" && !is_key(path)) return bad_key_file(path);
    return std::unexpected(content.error());
  }
  const Wiped wiped_content(*content);

  const auto words = only_words(*content);
  if (words.size() != 3 || words[0] != form || !ledger::MemberId::valid(words[1]))
    return bad_key_file(path);
  auto seed = crypto::from_base64(words[2]);
  if (!seed) return bad_key_file(path);
  const Wiped wiped_seed(*seed);
  if (seed->size() != crypto::seed_size) return bad_key_file(path);
  return KeyFile{
      {std::string(words[1])},
      crypto::SecretKey::from_seed(std::span<const std::uint8_t, crypto::seed_size>(*seed))};
}

Expected<KeyFile> read_author_key(const std::filesystem::path& path, const std::string& author) {
  auto key = read_key_file(path);
  if (!key || author.empty()) return key;
  auto member = member_id(author);
  if (!member) return std::unexpected(member.error());
  key->member = *std::move(member);
  return key;
}

Expected<void> write_key_file(const std::filesystem::path& path, const KeyFile& key) {
  const auto seed = key.key.seed();
  std::string content = fmt::format(
      "# Secret key of member {0} on a Centime ledger. Whoever has it can sign as {0}.\n"
      "# Public key: {1}\n{2} {0} {3}\n",
      key.member.value, crypto::to_hex(key.key.public_key().bytes), form,
      crypto::to_base64(crypto::BytesView(seed.data(), seed.size())));
  auto written = write_new_file(path, content, mode_secret);
  explicit_bzero(content.data(), content.size());
  return written;
}

}  // namespace centime::program
