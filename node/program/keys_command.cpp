#include <fmt/format.h>

#include "crypto/encoding.h"
#include "crypto/note.h"
#include "node/program/commands.h"
#include "node/program/key_file.h"
#include "node/proof/policy.h"

namespace centime::program {
namespace {

Report describe_key(const KeyFile& key, const std::string& origin) {
  const crypto::PublicKey public_key = key.key.public_key();
  const std::string name =
      origin.empty() ? key.member.value : proof::cosigner_name({origin}, key.member);
  const std::string vkey = crypto::format_vkey({name, crypto::KeyType::ed25519, public_key});
  Report report;
  report.text = fmt::format("Member       {}\nPublic key   {}\nVerifier key {}\n", key.member.value,
                            crypto::to_hex(public_key.bytes), vkey);
  report.json = {{"member", key.member.value},
                 {"public_key", crypto::to_hex(public_key.bytes)},
                 {"vkey", vkey}};
  if (!origin.empty()) {
    const std::string cosigner =
        crypto::format_vkey({name, crypto::KeyType::cosignature, public_key});
    report.text += fmt::format("Cosigner key {}\n", cosigner);
    report.json["cosigner_vkey"] = cosigner;
  }
  return report;
}

}  // namespace

Outcome keys_new(const KeysNewOptions& options) {
  auto member = member_id(options.member);
  if (!member) return std::unexpected(member.error());
  const KeyFile key{*member, crypto::SecretKey::generate()};
  if (auto written = write_key_file(options.out, key); !written) {
    return std::unexpected(written.error());
  }
  Report report = describe_key(key, "");
  report.text += fmt::format(
      "\nThe secret key is in {}. Keep a copy offline: nobody can make it again.\n"
      "Send the public key to whoever makes the network.\n",
      options.out.string());
  report.json["file"] = options.out.string();
  return report;
}

Outcome keys_show(const KeysShowOptions& options) {
  if (!options.origin.empty() && !ledger::Origin::valid(options.origin)) {
    return called_wrongly("bad_value", "--origin must be a host name and path without https://");
  }
  auto key = read_key_file(options.file);
  if (!key) return std::unexpected(key.error());
  return describe_key(*key, options.origin);
}

}  // namespace centime::program
