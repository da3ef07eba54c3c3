// POST /v1/submissions/check: which records would be refused if these submissions came next.
//
// For importers, before they sign away a batch of their own. Records nothing. The body is a
// sequence of submissions, each as u32 length, big-endian, and that many canonical bytes. They are
// signed for a trial only (trial_submission.h): neither this node nor who listens can have them
// recorded. Anyone may have one submission of any size checked; whole imports need a token.
#include "api/bearer.h"
#include "api/resource.h"
#include "crypto/canonical.h"
#include "node/ledger/trial_submission.h"

namespace centime::api {
namespace {

constexpr std::size_t open_body_bytes_max = std::size_t{2} << 20;  // Without a token.
// What one without a token may make the node read, in the unit of a block's: a second or two.
constexpr std::size_t open_reads_max = 10 * ledger::block_reads_max;
constexpr std::size_t body_bytes_max = std::size_t{256} << 20;
static_assert(open_body_bytes_max > ledger::submission_bytes_max);
constexpr std::chrono::minutes reply_timeout{10};
constexpr std::size_t listed_max = 100'000;  // What is bad and listed; all of it is counted.
// Less than any submission has: its key, its root and its signature.
constexpr std::size_t submission_bytes_min =
    sizeof(crypto::PublicKey) + sizeof(crypto::Digest) + sizeof(crypto::Signature);

// The submissions in the body; nothing if it does not consist of them.
std::optional<std::vector<crypto::BytesView>> split(crypto::BytesView body) {
  constexpr std::size_t prefix = 4;
  std::vector<crypto::BytesView> submissions;
  while (!body.empty()) {
    if (body.size() < prefix) return std::nullopt;
    std::size_t size = 0;
    for (const std::uint8_t byte : body.first(prefix)) size = size << 8 | byte;
    body = body.subspan(prefix);
    if (size < submission_bytes_min || size > body.size()) return std::nullopt;
    submissions.push_back(body.first(size));
    body = body.subspan(size);
  }
  return submissions;
}

class Check {
 public:
  Check(const runtime::Node& node, std::size_t reads_max) : node_(node), reads_max_(reads_max) {}

  boost::json::object run(const std::vector<crypto::BytesView>& submissions) {
    for (std::size_t i = 0; i < submissions.size(); ++i) add(i, submissions[i]);
    const auto refusals = node_.dry_run(checked_, reads_max_);
    complete_ &= refusals.size() == checked_.size();
    for (std::size_t i = 0; i < refusals.size(); ++i)
      if (!refusals[i].empty()) list(numbers_[i], refusals[i]);
    // In the order sent: what was refused before the rules were tried was listed first.
    std::ranges::sort(listed_, {}, [](const boost::json::value& row) {
      return row.at("index").to_number<std::uint64_t>();
    });
    return {{"submissions_checked", submissions.size()},
            {"records_checked", records_},
            {"bad_records", bad_records_},
            {"complete", complete_},
            {"submissions", std::move(listed_)}};
  }

 private:
  void add(std::size_t number, crypto::BytesView bytes) {
    auto submission = ledger::check_for_trial(node_.network(), bytes);
    if (submission) {
      records_ += submission->records.size();
      numbers_.push_back(number);
      checked_.push_back(std::move(*submission));
      return;
    }
    // Refused as a whole, so all its records are bad; how many they are may be past telling.
    const auto decoded = crypto::decode<ledger::Submission>(bytes);
    const std::size_t records =
        decoded ? std::max<std::size_t>(1, decoded->records.items.size()) : 1;
    records_ += records;
    bad_records_ += records;
    if (!take_room()) return;
    const ledger::Refusal& whole = submission.error().whole;
    listed_.push_back(boost::json::object{{"index", number},
                                          {"code", crypto::word_of(whole.word)},
                                          {"detail", whole.detail},
                                          {"records", boost::json::array{}}});
  }

  void list(std::size_t number, const std::vector<ledger::RecordRefusal>& refusals) {
    bad_records_ += refusals.size();
    boost::json::array records;
    for (const ledger::RecordRefusal& refused : refusals) {
      if (!take_room()) break;
      records.push_back(refusal_json(refused));
    }
    if (records.empty()) return;
    const ledger::Refusal& first = refusals.front().refusal;
    listed_.push_back(boost::json::object{{"index", number},
                                          {"code", crypto::word_of(first.word)},
                                          {"detail", first.detail},
                                          {"records", std::move(records)}});
  }

  // For one more that is bad in the answer.
  bool take_room() {
    if (listed_count_ == listed_max) {
      complete_ = false;
      return false;
    }
    ++listed_count_;
    return true;
  }

  const runtime::Node& node_;
  std::size_t reads_max_;
  std::vector<ledger::CheckedSubmission> checked_;
  std::vector<std::size_t> numbers_;  // Of those, in the body.
  boost::json::array listed_;
  std::size_t listed_count_ = 0;  // Records, and submissions that were refused unread.
  std::size_t records_ = 0;
  std::size_t bad_records_ = 0;
  bool complete_ = true;
};

Response check_body(const runtime::Node& node, const std::string& body, std::size_t reads_max) {
  const auto submissions = split(crypto::as_bytes(body));
  if (!submissions) {
    return problem_of("bad_encoding",
                      "The body is not a sequence of submissions, each after its length.");
  }
  return json_response(Check(node, reads_max).run(*submissions));
}

// Whether it comes with a good token. Of any scope: who may record may ask what would come of it.
std::expected<bool, Response> is_trusted(const Request& request, TokenFile& tokens) {
  if (!has_token(request)) return false;
  auto token = find_token(request, tokens);
  if (!token) return std::unexpected(std::move(token.error()));
  return true;
}

std::expected<std::size_t, Response> body_limit(const Request& request, TokenFile& tokens) {
  auto trusted = is_trusted(request, tokens);
  if (!trusted) return std::unexpected(std::move(trusted.error()));
  return *trusted ? body_bytes_max : open_body_bytes_max;
}

// The right to be the one check of its kind that waits or runs; given back when it goes.
class Turn {
 public:
  static std::unique_ptr<Turn> take(std::atomic<bool>& taken) {
    if (taken.exchange(true)) return nullptr;
    return std::make_unique<Turn>(taken);
  }

  explicit Turn(std::atomic<bool>& taken) : taken_(taken) {}
  ~Turn() { taken_ = false; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::atomic<bool>& taken_;
};

void take_check(const SharedContext& context, const Request& request, Reply reply) {
  auto trusted = is_trusted(request, context->tokens);
  if (!trusted) return reply(std::move(trusted.error()));
  // One of a kind at a time: a body may be large, and is held until it has been checked.
  auto turn = Turn::take(*trusted ? context->token_check : context->open_check);
  if (!turn) return reply(busy_problem("Another check is under way."));
  const std::size_t reads_max = *trusted ? ~std::size_t{0} : open_reads_max;
  Worker::Job job = [&node = context->node, turn = std::move(turn), body = request.body, reads_max,
                     reply = std::move(reply)]() mutable {
    Response response = made_or_internal_error([&] { return check_body(node, body, reads_max); });
    turn.reset();  // Before the answer, so that who has it may ask again.
    reply(std::move(response));
  };
  const bool taken = context->checks.take(std::move(job));
  crypto::check(taken, "room for one check of each kind");
}

}  // namespace

void add_check_routes(Router& router, const SharedContext& context) {
  router.post("/v1/submissions/check",
              [context](const Request& request, const PathParams&, Reply reply) {
                if (!request.has_media_type("application/octet-stream")) {
                  return reply(problem_of("unsupported_media_type",
                                          "Content-Type is application/octet-stream."));
                }
                take_check(context, request, std::move(reply));
              },
              {.body_limit = [context](const Request& r) { return body_limit(r, context->tokens); },
               .reply_timeout = reply_timeout});
}

}  // namespace centime::api
