#include "node/proof/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <span>

#include "crypto/check.h"
#include "crypto/encoding.h"

namespace centime::proof {
namespace {

constexpr std::string_view network_comment = "# centime-network ";
constexpr std::string_view no_quorum = "none";
constexpr std::string_view validators_group = "validators";

bool is_allowed(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet == '\t' || octet == '\n' || (octet >= 0x20 && octet != 0x7F);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == line.npos) return words;
    const auto end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

// A word of the file for a sentence: who names another file may have words of any length in it.
std::string shown(std::string_view word) {
  constexpr std::size_t bytes_max = 40;
  std::string text(word.substr(0, bytes_max));
  // Where the cut is inside of a letter, without that one.
  for (int i = 0; i < 3 && word.size() > bytes_max && !crypto::is_utf8(text); ++i) text.pop_back();
  if (!crypto::is_utf8(text)) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  return word.size() > bytes_max ? text + "…" : text;
}

class PolicyParser {
 public:
  std::expected<Policy, PolicyFault> run(std::string_view file) {
    if (file.size() > policy_bytes_max) return fault("a policy is at most 64 KiB");
    if (!std::ranges::all_of(file, is_allowed)) {
      return fault("a policy has no control characters but tab and newline");
    }
    if (!file.empty() && !file.ends_with('\n')) return fault("the last line has no end");
    while (!file.empty()) {
      const auto end = file.find('\n');
      ++line_;
      if (auto detail = take_line(file.substr(0, end))) return fault(std::move(*detail));
      file.remove_prefix(end + 1);
    }
    line_ = 0;
    if (policy_.logs.empty()) return fault("a policy names at least one log");
    if (policy_.quorum.empty()) return fault("a policy has one quorum line");
    return std::move(policy_);
  }

 private:
  using Detail = std::optional<std::string>;

  std::unexpected<PolicyFault> fault(std::string detail) const {
    return std::unexpected(PolicyFault{line_, std::move(detail)});
  }

  Detail take_line(std::string_view line) {
    const auto words = words_of(line);
    if (words.empty()) return std::nullopt;
    if (words[0].starts_with('#')) return take_comment(line);
    if (words[0] == "log") return take_log(words);
    if (words[0] == "witness") return take_witness(words);
    if (words[0] == "group") return take_group(words);
    if (words[0] == "quorum") return take_quorum(words);
    return fmt::format("there is no '{}' line", shown(words[0]));
  }

  Detail take_comment(std::string_view line) {
    if (!line.starts_with(network_comment)) return std::nullopt;
    if (policy_.network) return "the network stands here twice";
    const auto bytes = crypto::from_hex(line.substr(network_comment.size()));
    ledger::NetworkId network;
    if (!bytes || bytes->size() != network.bytes.size()) {
      return "a network id is 64 lower-case hexadecimal digits";
    }
    std::ranges::copy(*bytes, network.bytes.begin());
    policy_.network = network;
    return std::nullopt;
  }

  // The words from `first` on: a vkey and perhaps a URL.
  Detail take_key(std::span<const std::string_view> words, crypto::KeyType type,
                  crypto::VerifierKey& key, std::string& url) {
    const auto parsed = crypto::parse_vkey(words[0]);
    if (!parsed) return "this is not a verifier key of a known type";
    if (parsed->type != type) {
      return fmt::format("this line takes a key of type 0x{:02x}", static_cast<unsigned>(type));
    }
    key = *parsed;
    if (words.size() == 2) url = words[1];
    return std::nullopt;
  }

  Detail take_log(std::span<const std::string_view> words) {
    if (words.size() != 2 && words.size() != 3) return "expected: log <vkey> [<url>]";
    if (policy_.logs.size() == policy_names_max) return "too many logs";
    PolicyLog log;
    if (auto detail = take_key(words.subspan(1), crypto::KeyType::ed25519, log.key, log.url)) {
      return detail;
    }
    if (!log_keys_.insert(log.key.key).second) return "this log's key stands here twice";
    policy_.logs.push_back(std::move(log));
    return std::nullopt;
  }

  Detail take_witness(std::span<const std::string_view> words) {
    if (words.size() != 3 && words.size() != 4) return "expected: witness <name> <vkey> [<url>]";
    if (policy_.witnesses.size() == policy_names_max) return "too many witnesses";
    PolicyWitness witness;
    if (auto detail = take_name(words[1], witness.name)) return detail;
    if (auto detail =
            take_key(words.subspan(2), crypto::KeyType::cosignature, witness.key, witness.url)) {
      return detail;
    }
    if (!witness_keys_.insert(witness.key.key).second) {
      return "this witness's key stands here twice";
    }
    policy_.witnesses.push_back(std::move(witness));
    return std::nullopt;
  }

  Detail take_name(std::string_view word, std::string& name) {
    if (word == no_quorum) return "'none' is no name";
    if (!names_.emplace(word).second) return fmt::format("the name '{}' is taken", shown(word));
    name = word;
    return std::nullopt;
  }

  Detail take_group(std::span<const std::string_view> words) {
    if (words.size() < 4) return "expected: group <name> <count|all|any> <name>...";
    if (policy_.groups.size() == policy_names_max) return "too many groups";
    PolicyGroup group;
    for (const auto member : words.subspan(3)) {
      if (!names_.contains(std::string(member))) {
        return fmt::format("'{}' is not defined above", shown(member));
      }
      if (!grouped_.emplace(member).second) {
        return fmt::format("'{}' is in a group already", shown(member));
      }
      group.members.emplace_back(member);
    }
    const auto threshold = threshold_of(words[2], group.members.size());
    if (!threshold) return "a group's count is 1 to the number of its members";
    group.threshold = *threshold;
    if (auto detail = take_name(words[1], group.name)) return detail;
    policy_.groups.push_back(std::move(group));
    return std::nullopt;
  }

  static std::optional<std::size_t> threshold_of(std::string_view word, std::size_t members) {
    if (word == "all") return members;
    if (word == "any") return 1;
    std::size_t count = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), count);
    if (error != std::errc() || stop != word.data() + word.size() || word[0] == '0') {
      return std::nullopt;
    }
    if (count < 1 || count > members) return std::nullopt;
    return count;
  }

  Detail take_quorum(std::span<const std::string_view> words) {
    if (words.size() != 2) return "expected: quorum <name>";
    if (!policy_.quorum.empty()) return "there is one quorum line only";
    if (words[1] == no_quorum) return "a policy without a quorum would trust the log alone";
    if (!names_.contains(std::string(words[1]))) {
      return fmt::format("'{}' is not defined above", shown(words[1]));
    }
    policy_.quorum = words[1];
    return std::nullopt;
  }

  std::size_t line_ = 0;
  Policy policy_;
  std::set<std::string> names_;
  std::set<std::string> grouped_;
  std::set<crypto::PublicKey> log_keys_;
  std::set<crypto::PublicKey> witness_keys_;
};

std::string with_url(const std::string& url) { return url.empty() ? "" : " " + url; }

}  // namespace

std::expected<Policy, PolicyFault> parse_policy(std::string_view file) {
  return PolicyParser().run(file);
}

std::string format_policy(const Policy& policy) {
  std::string file;
  if (policy.network) {
    file += fmt::format("{}{}\n", network_comment, crypto::to_hex(policy.network->bytes));
  }
  for (const PolicyLog& log : policy.logs) {
    file += fmt::format("log {}{}\n", crypto::format_vkey(log.key), with_url(log.url));
  }
  for (const PolicyWitness& witness : policy.witnesses) {
    file += fmt::format("witness {} {}{}\n", witness.name, crypto::format_vkey(witness.key),
                        with_url(witness.url));
  }
  for (const PolicyGroup& group : policy.groups) {
    file +=
        fmt::format("group {} {} {}\n", group.name, group.threshold, fmt::join(group.members, " "));
  }
  return file + fmt::format("quorum {}\n", policy.quorum);
}

Policy policy_of(const ledger::NetworkId& network, const ledger::Origin& origin,
                 const ledger::EpochRecord& epoch) {
  Policy policy;
  policy.network = network;
  PolicyGroup group{std::string(validators_group), epoch.quorum, {}};
  for (const ledger::EpochValidator& validator : epoch.validators.items) {
    const std::string name = cosigner_name(origin, validator.member);
    policy.logs.push_back({{origin.value, crypto::KeyType::ed25519, validator.key}, {}});
    policy.witnesses.push_back({name, {name, crypto::KeyType::cosignature, validator.key}, {}});
    group.members.push_back(name);
  }
  policy.quorum = group.name;
  policy.groups.push_back(std::move(group));
  return policy;
}

Policy policy_of(const ledger::Genesis& genesis) {
  return policy_of(ledger::network_id(genesis), genesis.origin,
                   ledger::governance_of(genesis).epoch);
}

std::string cosigner_name(const ledger::Origin& origin, const ledger::MemberId& member) {
  return origin.value + "/" + member.value;
}

std::string policy_fingerprint(std::string_view file) {
  const std::string digits = crypto::to_hex(crypto::sha256(crypto::as_bytes(file)).bytes);
  std::string groups;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    if (i > 0) groups += ' ';
    groups += digits.substr(i, 4);
  }
  return groups;
}

}  // namespace centime::proof
