#include "consensus/message.h"

#include <gtest/gtest.h>

#include "tests/consensus/samples.h"

namespace centime::consensus::message_test {
namespace {

using namespace test;

const Block block = block_on(digest_of("genesis"), 1, 1, "one", 2'000);
const Value value = value_of({0}, block);

std::vector<Message> one_of_each() {
  const Certificate skipped = certificate_of(VoteKind::nullify, {1}, {}, {0, 1, 2});
  const Certificate final = certificate_of(VoteKind::finalize, {2}, value, {0, 1, 2});
  return {
      Proposal{signed_vote(VoteKind::notarize, {2}, value, 2), block, {{skipped}}},
      signed_vote(VoteKind::nullify, {1}, {}, 3),
      skipped,
      Status{1, {2}, {3}, {4}, digest_of("fin"), 5, 6, {7}},
      GetCertificates{1, {{{2}, {3}}}},
      GetBlocks{block.hash, 31},
      GetChain{{7}},
      Blocks{{{block}}},
      Chain{{{block}}, final},
      make_evidence(signed_vote(VoteKind::nullify, {2}, {}, 1),
                    signed_vote(VoteKind::finalize, {2}, value, 1)),
  };
}

TEST(Message, OfEachKindIsReadBackByteForByte) {
  const auto messages = one_of_each();
  ASSERT_EQ(messages.size(), std::variant_size_v<Message>);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kind_of(messages[i])), i);
    const crypto::Bytes bytes = encode_message(messages[i]);
    EXPECT_EQ(bytes[0], i);
    const auto decoded = decode_message(bytes);
    ASSERT_TRUE(decoded) << i;
    EXPECT_EQ(encode_message(*decoded), bytes) << i;
  }
}

TEST(Message, IsRefusedWhenCutAnywhereOrContinued) {
  for (const Message& message : one_of_each()) {
    crypto::Bytes bytes = encode_message(message);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      const auto cut = decode_message(crypto::BytesView(bytes).first(size));
      ASSERT_FALSE(cut) << message.index() << " cut to " << size;
      EXPECT_EQ(cut.error(), MessageError::bad_message);
    }
    bytes.push_back(0);
    EXPECT_FALSE(decode_message(bytes)) << message.index();
  }
}

TEST(Message, OfUnknownKindIsRefused) {
  EXPECT_EQ(decode_message({}).error(), MessageError::unknown_message);
  EXPECT_EQ(decode_message(crypto::Bytes{10}).error(), MessageError::unknown_message);
  EXPECT_EQ(decode_message(crypto::Bytes{255, 1}).error(), MessageError::unknown_message);
}

TEST(Message, LongerThanItsKindIsRefusedBeforeItIsRead) {
  for (std::size_t kind = 0; kind < std::variant_size_v<Message>; ++kind) {
    const std::size_t most = message_bytes_max(static_cast<MessageKind>(kind));
    crypto::Bytes bytes(most + 1, 0xff);
    bytes[0] = static_cast<std::uint8_t>(kind);
    EXPECT_EQ(decode_message(bytes).error(), MessageError::message_too_long) << kind;
  }
}

TEST(Message, WithAForgedCountIsRefused) {
  crypto::Bytes bytes = encode_message(GetCertificates{1, {{{2}, {3}}}});
  bytes[9] = 0xff;  // The count's first byte.
  EXPECT_EQ(decode_message(bytes).error(), MessageError::bad_message);
}

TEST(Message, WithAnUnknownVoteKindIsRefused) {
  crypto::Bytes bytes = encode_message(signed_vote(VoteKind::nullify, {1}, {}, 3));
  bytes[1 + 8] = 3;
  EXPECT_EQ(decode_message(bytes).error(), MessageError::bad_message);
}

TEST(Message, AtItsLargestFits) {
  Block large = block;
  large.body.value.resize(body_bytes_max);
  std::vector<std::uint16_t> everybody(validators_max);
  for (std::uint16_t i = 0; i < validators_max; ++i) everybody[i] = i;
  Certificate widest{0, VoteKind::notarize, {1}, value, {}};
  widest.signatures.items.resize(validators_max);
  Proposal proposal{signed_vote(VoteKind::notarize, {2}, value, 2), large, {}};
  proposal.justification.items.assign(justification_max, widest);
  EXPECT_EQ(encode_message(proposal).size(), message_bytes_max(MessageKind::proposal));
  EXPECT_EQ(encode_message(widest).size(), message_bytes_max(MessageKind::certificate));
  GetCertificates views{1, {}};
  views.views.items.resize(asked_views_max);
  EXPECT_EQ(encode_message(views).size(), message_bytes_max(MessageKind::get_certificates));
  EXPECT_EQ(encode_message(Status{}).size(), message_bytes_max(MessageKind::status));
}

}  // namespace
}  // namespace centime::consensus::message_test
