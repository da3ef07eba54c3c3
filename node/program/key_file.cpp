#include "node/program/key_file.h"

#include <fmt/format.h>

#include <cstring>
#include <sstream>

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
  if (!content) return std::unexpected(content.error());

  std::istringstream lines(*content);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (!found.empty()) return bad_key_file(path);
    found = line;
  }
  explicit_bzero(content->data(), content->size());
  std::istringstream words(found);
  std::string name, member, seed_text, more;
  if (!(words >> name >> member >> seed_text) || (words >> more) || name != form ||
      !ledger::MemberId::valid(member)) {
    return bad_key_file(path);
  }
  auto seed = crypto::from_base64(seed_text);
  if (!seed || seed->size() != crypto::seed_size) return bad_key_file(path);
  KeyFile key{
      {member},
      crypto::SecretKey::from_seed(std::span<const std::uint8_t, crypto::seed_size>(*seed))};
  explicit_bzero(seed->data(), seed->size());
  explicit_bzero(seed_text.data(), seed_text.size());
  explicit_bzero(found.data(), found.size());
  return key;
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
