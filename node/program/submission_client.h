// Sends signed submissions to a node: for a check that records nothing, or to be recorded.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "node/ledger/submission.h"
#include "node/program/node_client.h"

namespace centime::program {

struct BadRecord {
  std::size_t submission = 0;         // Index among those checked.
  std::optional<std::size_t> record;  // Nothing: the whole submission is refused.
  std::string word;
  std::string detail;
};

struct CheckResult {
  std::vector<BadRecord> bad;  // In order.
  std::size_t bad_count = 0;   // May be more than are listed.
};

struct SubmitResult {
  bool repeat = false;  // All of it had been recorded before.
  std::uint64_t height = 0;
  std::vector<std::string> ids;  // Hexadecimal, in the order of the submission.
};

// Submissions as POST /v1/submissions/check takes them.
class CheckBody {
 public:
  void add(const ledger::Submission& submission);
  std::string_view bytes() const { return crypto::as_text(bytes_); }

 private:
  crypto::Bytes bytes_;
};

// The node's own answer after a minute says more than that there was none.
inline constexpr std::chrono::seconds final_timeout{75};

inline constexpr std::string_view sending_again_is_safe =
    "Sending the same again is safe: what is recorded by then answers as a repeat";

class SubmissionClient {
 public:
  // The node must outlive the client. `if_recorded`: what whoever was told nothing is to do, who
  // must not make the record a second time under another reference.
  explicit SubmissionClient(NodeClient& node, std::string_view if_recorded = sending_again_is_safe)
      : node_(node), if_recorded_(if_recorded) {}

  // Which records would be refused if these submissions came next. Waits for other checks.
  Expected<CheckResult> check(const CheckBody& body);

  // Records it. Waits and tries again while the node is busy; sending a submission twice is safe,
  // since the ledger knows it by its references. A refusal's bad records are in Failure::more.
  Expected<SubmitResult> submit(const ledger::Submission& submission);

 private:
  Expected<boost::json::object> post_patiently(std::string_view path, std::string_view body);

  NodeClient& node_;
  std::string_view if_recorded_;
};

// The "records" of a refusal, each with the index in its submission; empty if it has none.
std::vector<BadRecord> bad_records_of(const boost::json::object& refusal);

}  // namespace centime::program
