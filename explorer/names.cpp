#include "explorer/names.h"

#include <array>

namespace centime::explorer {
namespace {

constexpr std::string_view isolate = "\u2068";
constexpr std::string_view end_isolate = "\u2069";

// Marks of direction, and characters that nobody sees: a name with one looks like another name.
// Joiners stay, which letters of some scripts and pictures need.
constexpr std::array<std::string_view, 15> unseen_marks{
    "\u061c", "\u200b", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
    "\u202e", "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff"};

// How long the mark is that the text begins with; 0 if it begins with none.
std::size_t unseen_mark(std::string_view text) {
  for (const auto mark : unseen_marks)
    if (text.starts_with(mark)) return mark.size();
  return 0;
}

}  // namespace

std::string in_sentence(std::string_view text) {
  // Hebrew, the first script that runs from right to left, begins with this byte in UTF-8.
  constexpr unsigned char first_right_to_left = 0xd6;
  std::string out;
  bool foreign = false;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t mark = unseen_mark(text.substr(at)); mark > 0) {
      at += mark;
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
