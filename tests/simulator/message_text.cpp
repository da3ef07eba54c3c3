#include "tests/simulator/message_text.h"

#include <fmt/format.h>

namespace centime::simulator {
namespace {

std::string text_of(const consensus::Value& value) {
  return fmt::format("({}, {}, {:02x}{:02x})", value.parent_view.value, value.height.value,
                     value.block.bytes[0], value.block.bytes[1]);
}

std::string text_of(const consensus::Vote& vote) {
  const std::string word(enum_words(vote.kind)[static_cast<std::size_t>(vote.kind)]);
  return fmt::format("{} {}.{} {} by {}", word, vote.epoch, vote.view.value, text_of(vote.value),
                     vote.signer);
}

struct Words {
  std::string operator()(const consensus::Proposal& proposal) const {
    return fmt::format("PROPOSAL{} {} with {} certificates", proposal.block ? "" : " again",
                       text_of(proposal.vote), proposal.justification.items.size());
  }
  std::string operator()(const consensus::Vote& vote) const { return "VOTE " + text_of(vote); }
  std::string operator()(const consensus::Certificate& by) const {
    return "CERT " + text_of(consensus::Vote{by.epoch, by.kind, by.view, by.value, 0, {}});
  }
  std::string operator()(const consensus::Status& status) const {
    return fmt::format("STATUS epoch {} view {} final {} pending {}", status.epoch,
                       status.view.value, status.fin_view.value, status.pending);
  }
  std::string operator()(const consensus::GetCertificates& request) const {
    std::string views;
    for (const consensus::View view : request.views.items) views += fmt::format(" {}", view.value);
    return "GET_CERTS" + views;
  }
  std::string operator()(const consensus::GetBlocks& request) const {
    return fmt::format("GET_BLOCKS {:02x}{:02x}", request.block.bytes[0], request.block.bytes[1]);
  }
  std::string operator()(const consensus::GetChain& request) const {
    return fmt::format("GET_CHAIN from {}", request.from.value);
  }
  std::string operator()(const consensus::Blocks& blocks) const {
    return fmt::format("BLOCKS {}", blocks.blocks.items.size());
  }
  std::string operator()(const consensus::Chain& chain) const {
    return fmt::format("CHAIN {}", chain.blocks.items.size());
  }
  std::string operator()(const consensus::Evidence& evidence) const {
    return fmt::format("EVIDENCE {} and {}", text_of(evidence.first), text_of(evidence.second));
  }
};

}  // namespace

std::string text_of(const consensus::Message& message) { return std::visit(Words{}, message); }

}  // namespace centime::simulator
