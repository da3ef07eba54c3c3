#include "explorer/names.h"

#include <array>

namespace centime::explorer {
namespace {

constexpr std::string_view isolate = "\u2068";
constexpr std::string_view end_isolate = "\u2069";

// U+200E, U+200F, U+202A..U+202E, U+2066..U+2069, all of them three bytes in UTF-8.
bool is_direction_mark(std::string_view three) {
  constexpr std::array<std::string_view, 11> marks{"\u200e", "\u200f", "\u202a", "\u202b",
                                                   "\u202c", "\u202d", "\u202e", "\u2066",
                                                   "\u2067", "\u2068", "\u2069"};
  for (const auto mark : marks)
    if (three == mark) return true;
  return false;
}

}  // namespace

std::string in_sentence(std::string_view text) {
  // Hebrew, the first script that runs from right to left, begins with this byte in UTF-8.
  constexpr unsigned char first_right_to_left = 0xd6;
  std::string out;
  bool foreign = false;
  for (std::size_t at = 0; at < text.size();) {
    if (is_direction_mark(text.substr(at, 3))) {
      at += 3;
      continue;
    }
    foreign = foreign || static_cast<unsigned char>(text[at]) >= first_right_to_left;
    out += text[at++];
  }
  return foreign ? std::string(isolate) + out + std::string(end_isolate) : out;
}

const std::string& Names::member(const ledger::MemberId& id) {
  const auto known = members_.find(id);
  if (known != members_.end()) return known->second;
  const auto member = snapshot_.member(id);
  return members_.emplace(id, in_sentence(member ? member->title.value : id.value)).first->second;
}

const std::string& Names::fund(const ledger::FundId& id) {
  const auto known = funds_.find(id);
  if (known != funds_.end()) return known->second;
  const auto fund = snapshot_.fund(id);
  return funds_.emplace(id, in_sentence(fund ? fund->proposal.title.value : id.value))
      .first->second;
}

std::string Names::channel(const ledger::ChannelId& id) const {
  const auto channel = snapshot_.channel(id);
  return in_sentence(channel ? channel->channel.company.value : id.value);
}

std::string short_id(const ledger::RecordId& id) { return id.hex().substr(0, 16) + "…"; }

}  // namespace centime::explorer
