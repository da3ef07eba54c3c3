#include "node/program/proposal_text.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <vector>

#include "crypto/encoding.h"
#include "crypto/json_archive.h"

namespace centime::program {
namespace {

// "a, b and c".
std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

struct Sentence {
  std::string operator()(const ledger::MemberProposal& record) const {
    static constexpr std::array<std::string_view, 3> roles{"platform", "NGO", "auditor"};
    const auto role = static_cast<std::size_t>(record.role);
    std::string text =
        fmt::format("Make {} ({}) a member, as {} {}. Its public key is {}.", record.title.value,
                    record.member.value, record.role == ledger::Role::platform ? "a" : "an",
                    roles[role], crypto::to_hex(record.key.bytes));
    if (record.agreement) {
      text += fmt::format(" The agreement that it signed has SHA-256 {}.",
                          crypto::to_hex(record.agreement->bytes));
    }
    return text;
  }

  std::string operator()(const ledger::KeyRotation& record) const {
    return fmt::format("Give {} a new key, in place of one that is lost or stolen: {}.",
                       record.member.value, crypto::to_hex(record.key.bytes));
  }

  std::string operator()(const ledger::MemberSuspension& record) const {
    return fmt::format(
        "{} {}: {}",
        record.status == ledger::MemberStatus::active ? "Lift the suspension of" : "Suspend",
        record.member.value, record.reason.value);
  }

  std::string operator()(const ledger::ValidatorChange& record) const {
    std::vector<std::string> names;
    for (const ledger::MemberId& member : record.validators.items) names.push_back(member.value);
    std::string text =
        fmt::format("From epoch {} on, {} {} on blocks, in this order.", record.epoch + 1,
                    joined(names), names.size() == 1 ? "votes" : "vote");
    if (record.note) text += " " + record.note->value;
    return text;
  }

  // Nothing else is proposed.
  template <class Other>
  std::string operator()(const Other&) const {
    return fmt::format("Record a {}.", Other::name);
  }
};

// "2 more validators, an auditor and wells".
std::string wanted_text(const boost::json::object& wanted) {
  const auto some = [&](std::string_view name, std::string_view one, std::string_view more) {
    const auto number = wanted.at(name).to_number<std::uint32_t>();
    return number == 0 ? "" : fmt::format("{} {}", number, number == 1 ? one : more);
  };
  std::vector<std::string> parts{some("validators", "more validator", "more validators")};
  if (wanted.at("auditor").as_bool()) parts.emplace_back("an auditor");
  for (const auto& each : wanted.at("added").as_array()) parts.emplace_back(each.as_string());
  parts.push_back(
      some("next_validators", "more of the new validators", "more of the new validators"));
  std::erase(parts, "");
  return joined(parts);
}

// Its words, as they would stand in a sentence, on one line.
std::string one_line(std::string text) {
  for (char& each : text) {
    if (each == '\n') each = ' ';
  }
  return text;
}

}  // namespace

std::string proposal_sentence(const ledger::RecordBody& proposal) {
  return one_line(std::visit(Sentence{}, proposal));
}

Expected<std::string> proposal_text(const boost::json::value& item) try {
  const boost::json::object& open = item.as_object();
  const auto record = crypto::from_json<ledger::Record>(open.at("record"));
  if (!record) return fail("bad_answer", "the node's answer has a proposal that is no record");
  std::vector<std::string> approvals;
  for (const auto& each : open.at("approvals").as_array()) approvals.emplace_back(each.as_string());
  return fmt::format(
      "{}\n  {}\n  proposed by {} on {}; void if not approved by {}\n  approved by {}\n"
      "  wanted: {}\n",
      std::string_view(open.at("id").as_string()), proposal_sentence(record->body),
      std::string_view(open.at("author").as_string()),
      std::string_view(open.at("opened_on").as_string()),
      std::string_view(open.at("void_after").as_string()),
      approvals.empty() ? "nobody yet" : joined(approvals),
      wanted_text(open.at("wanted").as_object()));
} catch (const std::exception&) {
  return fail("bad_answer", "the node's answer has a proposal without its id, author or days");
}

}  // namespace centime::program
