#include "node/ledger/hashed_submission.h"

#include "crypto/check.h"

namespace centime::ledger {
namespace {

std::unexpected<Rejection> refuse_whole(Word word, std::string detail) {
  return std::unexpected(Rejection{{word, std::move(detail)}, {}});
}

// Most records are shorter than this.
constexpr std::size_t usual_record_bytes = 160;

void append_authored(const MemberId& author, const Record& record, crypto::Bytes& bytes) {
  crypto::encode_to(author, bytes);
  crypto::encode_to(record, bytes);
}

}  // namespace

std::expected<HashedRecords, Rejection> hash_records(const MemberId& author,
                                                     std::vector<Record> records) {
  auto bytes = std::make_shared<crypto::Bytes>();
  bytes->reserve(records.size() * usual_record_bytes);
  std::vector<std::size_t> ends;
  ends.reserve(records.size());
  for (const Record& record : records) {
    append_authored(author, record, *bytes);
    ends.push_back(bytes->size());
    if (bytes->size() > submission_bytes_max) {
      return refuse_whole(Word::too_large, "a submission is at most 1 MiB of records");
    }
  }
  HashedRecords hashed{{{}, {}, bytes}, {}};
  hashed.submission.records.reserve(records.size());
  crypto::CompactRange tree;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const crypto::BytesView authored(bytes->data() + begin, ends[i] - begin);
    begin = ends[i];
    tree.append(crypto::hash_leaf(authored));
    hashed.submission.records.push_back({std::move(records[i]), authored, record_id(authored)});
  }
  hashed.root = tree.root();
  return hashed;
}

std::expected<HashedRecords, Rejection> hash_submission(Submission submission) {
  if (submission.records.items.empty()) {
    return refuse_whole(Word::bad_encoding, "a submission needs at least one record");
  }
  if (submission.head.count != submission.records.items.size()) {
    return refuse_whole(Word::bad_encoding, "the head's count is not the records' count");
  }
  auto hashed = hash_records(submission.head.author, std::move(submission.records.items));
  if (hashed) hashed->submission.head = std::move(submission.head);
  return hashed;
}

std::expected<Submission, Rejection> decode_submission(crypto::BytesView bytes) {
  if (bytes.size() > submission_bytes_max) {
    return refuse_whole(Word::too_large, "a submission is at most 1 MiB");
  }
  auto submission = crypto::decode<Submission>(bytes);
  if (!submission) {
    return refuse_whole(Word::bad_encoding, std::string(crypto::describe(submission.error())));
  }
  return std::move(*submission);
}

Submission unsigned_submission(const MemberId& author, const crypto::PublicKey& key,
                               std::vector<Record> records) {
  crypto::check(!records.empty() && records.size() <= submission_records_max,
                "a submission's number of records");
  crypto::CompactRange tree;
  crypto::Bytes authored;
  for (const Record& record : records) {
    authored.clear();
    append_authored(author, record, authored);
    tree.append(crypto::hash_leaf(authored));
  }
  Submission submission;
  submission.head = {author, key, static_cast<std::uint32_t>(records.size()), tree.root(), {}};
  submission.records.items = std::move(records);
  return submission;
}

crypto::Bytes signed_message(std::string_view domain, const NetworkId& network,
                             const SubmissionHead& head) {
  const crypto::BytesView tag = crypto::as_bytes(domain);
  crypto::Bytes message(tag.begin(), tag.end());
  message.insert(message.end(), network.bytes.begin(), network.bytes.end());
  crypto::encode_to(head.author, message);
  crypto::encode_to(head.count, message);
  crypto::encode_to(head.root, message);
  return message;
}

}  // namespace centime::ledger
