// Members with slow lines: blocks that take longer to send than a view lasts must not halt them.
#include <gtest/gtest.h>

#include "node/network/send_queue.h"
#include "tests/runtime/replicas.h"

namespace centime::runtime {
namespace {

// The lines between the replicas: whatever one sends to all others together goes at one pace, from
// the queues that the node has. A frame that has begun goes to its end.
class ThinLines {
 public:
  ThinLines(Replicas& net, std::size_t bytes_each_ms) : net_(net), bytes_each_ms_(bytes_each_ms) {
    for (const network::FrameRule& rule : peer_frame_rules()) rules_.emplace(rule.kind, rule);
  }

  // What waits at this instant is queued; submissions are at all nodes at once.
  void load() {
    for (bool moved = true; moved;) {
      net_.settle(all_);
      const auto held = net_.take_held();
      moved = !held.empty();
      for (const Sent& sent : held) {
        if (sent.frame.kind == submission_frame) {
          net_.deliver(sent);
        } else {
          push(sent);
        }
      }
    }
  }

  void pass(milliseconds time) {
    for (; time.count() > 0; time -= step) {
      now_ += step;
      net_.pass(step, all_);
      for (const Sent& sent : net_.take_held()) push(sent);
      for (PeerIndex from = 0; from < validators; ++from) carry(from);
    }
  }

  // Until it holds; false if it does not within the time.
  bool pass_until(const std::function<bool()>& holds, milliseconds most) {
    for (; !holds(); most -= step) {
      if (most.count() <= 0) return false;
      pass(step);
    }
    return true;
  }

  milliseconds now() const { return now_; }
  // The longest that a vote or certificate took since this was asked last.
  milliseconds take_slowest_vote() { return std::exchange(slowest_vote_, milliseconds{0}); }

 private:
  static constexpr milliseconds step{5};

  struct Line {
    network::SendQueue queue{peer_queue_limits().out};
    std::optional<network::Outgoing> under_way;
    std::size_t left = 0;
  };

  void push(const Sent& sent) {
    const network::FrameRule& rule = rules_.at(sent.frame.kind);
    const network::Outgoing frame{sent.frame.kind,
                                  std::make_shared<const crypto::Bytes>(sent.frame.bytes)};
    if (is_vote(sent.frame.kind)) queued_at_.emplace(frame.bytes.get(), std::pair(frame, now_));
    lines_[{sent.from, sent.to}].queue.push(rule.class_of(frame.bytes->size()), frame);
  }

  // The lines of one node share its pace.
  void carry(PeerIndex from) {
    std::size_t budget = bytes_each_ms_ * static_cast<std::size_t>(step.count());
    for (bool busy = true; busy && budget > 0;) {
      std::vector<PeerIndex> active;
      for (PeerIndex to = 0; to < validators; ++to) {
        if (fill(lines_[{from, to}])) active.push_back(to);
      }
      busy = !active.empty();
      for (const PeerIndex to : active) {
        Line& line = lines_[{from, to}];
        const std::size_t part =
            std::min(line.left, std::max<std::size_t>(budget / active.size(), 1));
        line.left -= part;
        budget -= std::min(budget, part);
        if (line.left == 0) arrive(from, to, *std::exchange(line.under_way, std::nullopt));
      }
    }
  }

  static bool fill(Line& line) {
    if (line.under_way) return true;
    line.queue.written();
    line.under_way = line.queue.pop();
    if (line.under_way) line.left = line.under_way->bytes->size() + network::frame_header_size;
    return line.under_way.has_value();
  }

  void arrive(PeerIndex from, PeerIndex to, const network::Outgoing& frame) {
    if (const auto queued = queued_at_.find(frame.bytes.get()); queued != queued_at_.end()) {
      slowest_vote_ = std::max(slowest_vote_, now_ - queued->second.second);
      queued_at_.erase(queued);
    }
    net_.deliver({from, to, {frame.kind, *frame.bytes}});
  }

  static bool is_vote(std::uint8_t kind) {
    const auto number = static_cast<consensus::MessageKind>(kind - first_message_frame);
    return number == consensus::MessageKind::vote || number == consensus::MessageKind::certificate;
  }

  Replicas& net_;
  std::size_t bytes_each_ms_;
  std::map<std::uint8_t, network::FrameRule> rules_;
  std::map<std::pair<PeerIndex, PeerIndex>, Line> lines_;
  std::map<const crypto::Bytes*, std::pair<network::Outgoing, milliseconds>> queued_at_;
  milliseconds now_{0};
  milliseconds slowest_vote_{0};
  const std::function<bool(const Sent&)> all_ = [](const Sent&) { return true; };
};

// A payment of one cent with as many papers as a record may name: 5 KB.
ledger::Record long_payment(std::uint64_t number) {
  ledger::Disbursement payment;
  payment.fund = {"wells"};
  payment.to = {Replicas::name(1)};
  payment.amount = {1};
  payment.currency = *ledger::Currency::from_text("EUR");
  payment.sent_on = {19'700};
  payment.purpose = {std::string(400, '.')};
  for (std::uint64_t file = 0; file < 16; ++file) {
    const std::string name = std::to_string(number * 16 + file);
    ledger::EvidenceFile paper;
    paper.media_type = {"application/pdf"};
    paper.digest = crypto::sha256(crypto::as_bytes(name));
    paper.caption = {name + std::string(200 - name.size(), '.')};
    payment.evidence.items.push_back(std::move(paper));
  }
  return {{"payment-" + std::to_string(number)}, std::move(payment)};
}

class OverThinLines : public testing::Test {
 protected:
  OverThinLines() {
    net_.open_fund();
    net_.tell(0, "platform", test::crash_donation(899));  // 999 cents.
    net_.live();
  }

  // Told to the first node, and heard by all.
  void wait_with(std::size_t submissions) {
    std::size_t bytes = 0;
    for (std::uint64_t i = 0; i < submissions; ++i) {
      std::vector<ledger::Record> records;
      for (std::uint64_t j = 0; j < 10; ++j) records.push_back(long_payment(i * 10 + j));
      for (const auto& record : records) bytes += crypto::encode(record).size();
      told_.push_back(net_.tell(0, "platform", std::move(records)));
    }
    EXPECT_GT(bytes, std::size_t{4} << 20) << "more than a block takes";
    lines_.load();
  }

  std::size_t final() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        told_, [](const auto& each) { return each->has_value() && (*each)->has_value(); }));
  }

  Replicas net_{validators};
  ThinLines lines_{net_, 1'000};  // 8 Mbit/s: a full block is with the others after 12 s.
  std::vector<std::shared_ptr<std::optional<SubmitResult>>> told_;
};

TEST_F(OverThinLines, FullBlocksBecomeFinalAndVotesGoOn) {
  wait_with(99);
  EXPECT_TRUE(lines_.pass_until([&] { return final() == told_.size(); }, std::chrono::minutes(5)))
      << final() << " of " << told_.size();
  EXPECT_LE(lines_.take_slowest_vote(), milliseconds(15'000));
}

}  // namespace
}  // namespace centime::runtime
