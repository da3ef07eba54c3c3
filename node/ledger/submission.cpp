#include "node/ledger/submission.h"

#include "crypto/check.h"

namespace centime::ledger {
namespace {

std::unexpected<Rejection> reject(Word word, std::string detail) {
  return std::unexpected(Rejection{{word, std::move(detail)}, {}});
}

void append_authored(const MemberId& author, const Record& record, crypto::Bytes& bytes) {
  crypto::encode_to(author, bytes);
  crypto::encode_to(record, bytes);
}

// Most records are shorter than this.
constexpr std::size_t usual_record_bytes = 160;

struct HashedRecords {
  CheckedSubmission submission;  // But for its head.
  crypto::Digest root;
};

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
      return reject(Word::too_large, "a submission is at most 1 MiB of records");
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

SubmissionHead sign_head(const NetworkId& network, const MemberId& author,
                         const crypto::SecretKey& key, std::size_t count,
                         const crypto::Digest& root) {
  SubmissionHead head{author, key.public_key(), static_cast<std::uint32_t>(count), root, {}};
  head.signature = key.sign(submission_message(network, head));
  return head;
}

}  // namespace

crypto::Bytes submission_message(const NetworkId& network, const SubmissionHead& head) {
  const crypto::BytesView tag = crypto::as_bytes("centime/submission/v1\n");
  crypto::Bytes message(tag.begin(), tag.end());
  message.insert(message.end(), network.bytes.begin(), network.bytes.end());
  crypto::encode_to(head.author, message);
  crypto::encode_to(head.count, message);
  crypto::encode_to(head.root, message);
  return message;
}

Submission sign_submission(const NetworkId& network, const MemberId& author,
                           const crypto::SecretKey& key, std::vector<Record> records) {
  crypto::check(!records.empty() && records.size() <= submission_records_max,
                "a submission's number of records");
  Submission submission;
  crypto::CompactRange tree;
  crypto::Bytes authored;
  for (const Record& record : records) {
    authored.clear();
    append_authored(author, record, authored);
    tree.append(crypto::hash_leaf(authored));
  }
  submission.head = sign_head(network, author, key, records.size(), tree.root());
  submission.records.items = std::move(records);
  return submission;
}

std::expected<CheckedSubmission, Rejection> sign_checked(const NetworkId& network,
                                                         const MemberId& author,
                                                         const crypto::SecretKey& key,
                                                         std::vector<Record> records) {
  crypto::check(!records.empty() && records.size() <= submission_records_max,
                "a submission's number of records");
  auto hashed = hash_records(author, std::move(records));
  if (!hashed) return std::unexpected(std::move(hashed.error()));
  CheckedSubmission& checked = hashed->submission;
  checked.head = sign_head(network, author, key, checked.records.size(), hashed->root);
  return std::move(checked);
}

std::expected<CheckedSubmission, Rejection> check_submission(const NetworkId& network,
                                                             Submission submission) {
  const SubmissionHead& head = submission.head;
  if (submission.records.items.empty()) {
    return reject(Word::bad_encoding, "a submission needs at least one record");
  }
  if (head.count != submission.records.items.size()) {
    return reject(Word::bad_encoding, "the head's count is not the records' count");
  }
  auto hashed = hash_records(head.author, std::move(submission.records.items));
  if (!hashed) return std::unexpected(std::move(hashed.error()));
  if (auto held = check_signature(network, head, hashed->root); !held) {
    return std::unexpected(std::move(held.error()));
  }
  hashed->submission.head = head;
  return std::move(hashed->submission);
}

std::expected<void, Rejection> check_signature(const NetworkId& network, const SubmissionHead& head,
                                               const crypto::Digest& root) {
  if (root != head.root) {
    return reject(Word::bad_signature, "the signed root is not the root of these records");
  }
  // Not admitted here, which costs as much as the signature: execution compares the key with the
  // member's, and that one was admitted when it entered the ledger.
  if (!crypto::verify(head.key, submission_message(network, head), head.signature)) {
    return reject(Word::bad_signature, "the signature does not hold for this key and network");
  }
  return {};
}

std::expected<CheckedSubmission, Rejection> check_submission(const NetworkId& network,
                                                             crypto::BytesView bytes) {
  if (bytes.size() > submission_bytes_max) {
    return reject(Word::too_large, "a submission is at most 1 MiB");
  }
  auto submission = crypto::decode<Submission>(bytes);
  if (!submission) {
    return reject(Word::bad_encoding, std::string(crypto::describe(submission.error())));
  }
  return check_submission(network, std::move(*submission));
}

}  // namespace centime::ledger
