// centime propose ..., approve, proposals, keys rotate: how members decide about members.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "crypto/encoding.h"
#include "crypto/json_archive.h"
#include "crypto/note.h"
#include "node/ledger/governance.h"
#include "node/program/commands.h"
#include "node/program/files.h"
#include "node/program/json_text.h"
#include "node/program/key_file.h"
#include "node/program/proposal_text.h"
#include "node/program/signing_network.h"
#include "node/program/submission_client.h"
#include "node/runtime/durable_file.h"

namespace centime::program {
namespace {

// There are never more open than this page has room for.
constexpr std::string_view all_proposals = "/v1/proposals?limit=200";
static_assert(ledger::open_proposals_max <= 200);

// A reference that the author has not used: what it is about, and the moment. The same may be
// proposed again once it was decided.
ledger::Reference new_reference(std::string_view about) {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  return {fmt::format("{}-{}", about, now)};
}

Outcome record_one(const ProposeOptions& options, ledger::Reference reference,
                   ledger::RecordBody body, std::string_view if_recorded) {
  const auto key = read_author_key(options.key, "");
  if (!key) return std::unexpected(key.error());
  NodeClient node(options.node);
  const auto network = signing_network(node, options.network);
  if (!network) return std::unexpected(network.error());
  const auto result =
      SubmissionClient(node, if_recorded)
          .submit(ledger::sign_submission(*network, key->member, key->key,
                                          {{std::move(reference), std::move(body)}}));
  if (!result) {
    Failure failure = result.error();
    for (const BadRecord& bad : bad_records_of(failure.more)) failure.detail = bad.detail;
    return std::unexpected(std::move(failure));
  }
  Report report;
  report.text = fmt::format("{}\nRecorded in block {}.\n", result->ids.front(), result->height);
  report.json = {{"id", result->ids.front()}, {"height", result->height}};
  return report;
}

// The command that others run next, if the proposal still needs them.
Outcome propose(const ProposeOptions& options, ledger::RecordBody body) {
  auto report = record_one(
      options, new_reference("proposal"), std::move(body),
      "Look with `centime proposals` before you propose it again: that makes a second proposal");
  if (!report) return report;
  NodeClient node(options.node);
  const std::string id = std::string(report->json["id"].as_string());
  const auto open = node.get(all_proposals);
  if (!open) {
    report->text += fmt::format(
        "The node did not say whether it wants more approvals ({}); see:\n"
        "  centime proposals --node {}\n",
        open.error().detail, options.node);
    return report;
  }
  report->json["open"] = open->contains(id);
  if (open->contains(id)) {
    report->text += fmt::format(
        "It takes effect when enough members have approved it, each with:\n"
        "  centime approve {} --node URL --key KEY\n"
        "where URL is of that member's own node, or of any other.\n",
        id);
  } else {
    report->text += "It has taken effect: no more approvals are needed.\n";
  }
  return report;
}

// A text that may stand in a record.
template <class Text>
Expected<Text> text_of(std::string_view option, const std::string& value) {
  if (value.size() <= Text::max_size && Text::valid(value)) return Text{value};
  return called_wrongly("bad_value", fmt::format("{} is 1 to {} bytes of text without line breaks",
                                                 option, Text::max_size));
}

Expected<crypto::PublicKey> read_public_key(const std::string& text) {
  std::optional<crypto::PublicKey> key;
  if (const auto vkey = crypto::parse_vkey(text)) key = vkey->key;
  if (const auto bytes = crypto::from_hex(text); !key && bytes) {
    if (const auto admitted = crypto::admit_key(*bytes)) key = *admitted;
  }
  if (!key) {
    return called_wrongly("bad_value",
                          "--public-key must be a public key as `centime keys show` prints it");
  }
  return *key;
}

Expected<std::optional<crypto::Digest>> digest_of_file(const std::filesystem::path& file) {
  if (file.empty()) return std::nullopt;
  const auto content = read_file(file);
  if (!content) return std::unexpected(content.error());
  return crypto::sha256(crypto::as_bytes(*content));
}

ledger::KeyRotation rotation_to(const ledger::NetworkId& network, const ledger::MemberId& member,
                                const crypto::SecretKey& key) {
  return {member, key.public_key(),
          key.sign(ledger::key_proof_message(network, member, key.public_key()))};
}

}  // namespace

Outcome propose_member(const ProposeOptions& options) {
  const auto member = member_id(options.member);
  if (!member) return std::unexpected(member.error());
  const auto words = enum_words(ledger::Role{});
  const auto role = std::ranges::find(words, options.role);
  if (role == words.end()) {
    return called_wrongly("bad_value", "--role is platform, ngo or auditor");
  }
  const auto title = text_of<ledger::Line>("--title", options.title);
  if (!title) return std::unexpected(title.error());
  const auto key = read_public_key(options.public_key);
  if (!key) return std::unexpected(key.error());
  const auto agreement = digest_of_file(options.agreement);
  if (!agreement) return std::unexpected(agreement.error());
  return propose(options, ledger::MemberProposal{*member, *title,
                                                 static_cast<ledger::Role>(role - words.begin()),
                                                 *key, *agreement});
}

namespace {

// Of those that vote now; nothing where the node does not say.
std::vector<std::string> leaving_validators(NodeClient& node,
                                            const ledger::ValidatorChange& change) {
  std::vector<std::string> leaving;
  const auto state = node.get_json("/v1/consensus");
  const auto* now = state ? state->if_contains("validators") : nullptr;
  if (now == nullptr || !now->is_array()) return leaving;
  for (const auto& each : now->get_array()) {
    const auto* member = each.is_object() ? each.get_object().if_contains("member") : nullptr;
    if (member == nullptr || !member->is_string()) continue;
    std::string name(member->get_string());
    if (std::ranges::find(change.validators.items, ledger::MemberId{name}) ==
        change.validators.items.end())
      leaving.push_back(std::move(name));
  }
  return leaving;
}

}  // namespace

Outcome propose_validators(const ProposeOptions& options) {
  NodeClient node(options.node);
  const auto status = node.get_json("/v1/status");
  if (!status) return std::unexpected(status.error());
  const auto* epoch = status->if_contains("epoch");
  if (epoch == nullptr || !epoch->is_int64()) {
    return fail("bad_answer", "the node does not say which epoch is under way");
  }
  ledger::ValidatorChange change;
  change.epoch = static_cast<std::uint64_t>(epoch->get_int64());
  for (const std::string& name : options.members) {
    const auto member = member_id(name);
    if (!member) return std::unexpected(member.error());
    change.validators.items.push_back(*member);
  }
  if (change.validators.items.size() > ledger::validators_max) {
    return called_wrongly(
        "bad_value", fmt::format("a network has at most {} validators", ledger::validators_max));
  }
  if (!options.reason.empty()) {
    const auto reason = text_of<ledger::Note>("--note", options.reason);
    if (!reason) return std::unexpected(reason.error());
    change.note = *reason;
  }
  std::string consequences;
  if (const auto leaving = leaving_validators(node, change); !leaving.empty())
    consequences += fmt::format("These lose their vote by it: {}.\n", fmt::join(leaving, ", "));
  if (change.validators.items.size() == 2) {
    consequences +=
        "Of two validators neither can go on without the other: a lost disk stops the network for "
        "good.\n";
  }
  auto report = propose(options, std::move(change));
  if (report) report->text += consequences;
  return report;
}

Outcome propose_suspension(const ProposeOptions& options) {
  const auto member = member_id(options.member);
  if (!member) return std::unexpected(member.error());
  const auto reason = text_of<ledger::Note>("--reason", options.reason);
  if (!reason) return std::unexpected(reason.error());
  return propose(options, ledger::MemberSuspension{*member,
                                                   options.lift ? ledger::MemberStatus::active
                                                                : ledger::MemberStatus::suspended,
                                                   *reason});
}

Outcome propose_key(const ProposeOptions& options) {
  const auto member = member_id(options.member);
  if (!member) return std::unexpected(member.error());
  const auto key = read_public_key(options.public_key);
  if (!key) return std::unexpected(key.error());
  const auto proof = crypto::from_hex(options.proof);
  ledger::KeyRotation rotation{*member, *key, {}};
  if (!proof || proof->size() != rotation.proof.bytes.size()) {
    return called_wrongly("bad_value",
                          "--proof is 128 hexadecimal digits, as `centime keys prove` prints it");
  }
  std::ranges::copy(*proof, rotation.proof.bytes.begin());
  return propose(options, std::move(rotation));
}

Outcome keys_prove(const ProposeOptions& options) {
  const auto fresh = read_key_file(options.key);
  if (!fresh) return std::unexpected(fresh.error());
  NodeClient node(options.node);
  const auto network = signing_network(node, options.network);
  if (!network) return std::unexpected(network.error());
  const ledger::KeyRotation rotation = rotation_to(*network, fresh->member, fresh->key);
  const std::string key = crypto::to_hex(rotation.key.bytes);
  const std::string proof = crypto::to_hex(rotation.proof.bytes);
  Report report;
  report.text = fmt::format(
      "Member     {0}\nPublic key {1}\nProof      {2}\n\n"
      "Another member proposes the key with:\n"
      "  centime propose key {0} --public-key {1} --proof {2} --node {3} --key KEY\n",
      fresh->member.value, key, proof, options.node);
  report.json = {{"member", fresh->member.value}, {"public_key", key}, {"proof", proof}};
  return report;
}

Outcome approve(const ProposeOptions& options) {
  const auto bytes = crypto::from_hex(options.proposal);
  ledger::RecordId id;
  if (!bytes || bytes->size() != id.bytes.size()) {
    return called_wrongly("bad_id",
                          "a proposal is named by its whole id, 64 hexadecimal digits, "
                          "as `centime proposals` shows it");
  }
  std::ranges::copy(*bytes, id.bytes.begin());
  const auto statement = digest_of_file(options.statement);
  if (!statement) return std::unexpected(statement.error());
  return record_one(options, new_reference("approval"), ledger::Approval{id, *statement},
                    "Doing it again is safe: it is refused (already_approved) if it is recorded");
}

Outcome keys_rotate(const ProposeOptions& options) {
  const auto old = read_key_file(options.key);
  if (!old) return std::unexpected(old.error());
  NodeClient node(options.node);
  const auto network = signing_network(node, options.network);
  if (!network) return std::unexpected(network.error());
  // An earlier try may have made it, and not have had it recorded.
  std::error_code ignored;
  if (!std::filesystem::exists(options.new_key, ignored)) {
    const KeyFile fresh{old->member, crypto::SecretKey::generate()};
    if (auto written = write_key_file(options.new_key, fresh); !written)
      return std::unexpected(written.error());
    // Of whoever has the old one, which may be the node's user.
    runtime::give_tree_to_owner_of(options.key, options.new_key);
  }
  const auto fresh = read_key_file(options.new_key);
  if (!fresh) return std::unexpected(fresh.error());
  // The member's node would pass over such a file, and sign nothing any more.
  if (fresh->member != old->member) {
    return called_wrongly("bad_value",
                          fmt::format("{} is a key of '{}', and {} one of '{}': --new-key takes a "
                                      "key file of the same member, or a name that no file has yet",
                                      options.new_key.string(), fresh->member.value,
                                      options.key.string(), old->member.value));
  }
  const std::string key = crypto::to_hex(fresh->key.public_key().bytes);
  Outcome report;
  // An earlier try was recorded, and nobody was told: the old key is good for nothing any more.
  const auto member = node.get_json("/v1/members/" + old->member.value);
  if (member && text_at(*member, "key") == key) {
    report->text = fmt::format("{} has this key already.\n", old->member.value);
  } else {
    report =
        record_one(options, new_reference("key"), rotation_to(*network, old->member, fresh->key),
                   "Run this again: it says so if the key is the member's already");
    if (!report) return report;
  }
  report->text += fmt::format(
      "{} signs with the key in {} from now on. Keep a copy of it offline.\n"
      "A node of the member finds it among the key files in its data directory, DATA/keys/.\n",
      old->member.value, options.new_key.string());
  report->json["public_key"] = key;
  return report;
}

Outcome proposals(const std::string& url) {
  NodeClient node(url);
  auto page = node.get_json(all_proposals);
  if (!page) return std::unexpected(page.error());
  Report report;
  const auto* items = page->if_contains("items");
  if (items == nullptr || !items->is_array()) {
    return fail("bad_answer", "the node's answer has no list of proposals");
  }
  for (const auto& item : items->get_array()) {
    const auto text = proposal_text(item);
    if (!text) return std::unexpected(text.error());
    report.text += *text;
  }
  if (!report.text.empty())
    report.text += "\nWho agrees records it: centime approve ID --node URL --key KEY\n";
  if (report.text.empty()) report.text = "No proposal is open.\n";
  report.json = std::move(*page);
  return report;
}

}  // namespace centime::program
