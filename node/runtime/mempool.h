// Submissions that wait to become final, and who waits for the answer.
//
// They are tried out in the order in which they came, on the newest final state and as far as a
// block has room: what is refused there is answered at once and goes no further. After each block
// they are tried again. Bounded in number and bytes, and for each author; beyond the bounds each
// member of which nothing waits has room for one, so that others cannot keep it out. The strand
// only.
//
// Blocks take them in turns of their authors, so that one author's thousands do not keep another's
// one waiting: each takes the place that it would have if all authors with something waiting sent
// their bytes at one pace. An author's own stay in their order. Source: Goyal, Vin and Cheng,
// Start-time Fair Queueing, SIGCOMM 1996.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <vector>

#include "node/ledger/block.h"
#include "node/runtime/block_body.h"
#include "node/runtime/node.h"
#include "node/runtime/wall_clock.h"
#include "node/runtime/wasted_work.h"

namespace centime::runtime {

struct Waiting {
  SubmissionId id;
  ledger::CheckedSubmission submission;
  crypto::Bytes canonical;
  SubmitCallback done;  // Empty for one that another node sent.
  Sender sender;
  // Its records wait in another submission already; what becomes of that one is its answer.
  bool held = false;
  std::chrono::milliseconds offered{};  // When it was last sent to the validators,
  std::uint32_t offers = 0;             // and how often.

  // When its turn begins, in bytes of each author that waits beside it; then by arrival.
  struct Turn {
    std::uint64_t start = 0;
    std::uint64_t arrival = 0;
    auto operator<=>(const Turn&) const = default;
  };
  Turn turn{};

  // Of one that was told here: final blocks that could have held it and were made without it.
  std::uint32_t passed_over = 0;
  std::vector<std::uint64_t> reached{};  // See Mempool::reached; 0: not yet. By validator.
};

// A submission in a block, and its records' places in the log.
struct Included {
  SubmissionId id;
  std::vector<ledger::EntryIndex> records;
};

struct MempoolCounts {
  std::uint64_t accepted = 0;  // Answered as recorded.
  std::uint64_t rejected = 0;
  std::uint64_t repeated = 0;
  std::uint64_t records = 0;  // Of the accepted ones.
};

class Mempool {
 public:
  struct Limits {
    std::size_t submissions = 20'000;
    std::size_t bytes = std::size_t{64} << 20;
    std::size_t author_share = 4;  // One author may fill this part: 1 / author_share.
  };

  // How often what still waits is sent to the validators again: the links promise nothing, and a
  // leader may have come without hearing of it. Each submission after twice as long as the last
  // time, until there is a new link: the lines may be what it waits for.
  static constexpr std::chrono::milliseconds offer_every{1'000};
  static constexpr std::chrono::milliseconds offer_apart{200};  // At least.

  // `clock`: milliseconds since 1970.
  Mempool(const storage::Store& store, ledger::Policies policies, Limits limits,
          std::function<std::uint64_t()> clock = wall_clock_ms);

  enum class Taken {
    waiting,   // New: to be sent to the validators.
    held,      // See Waiting::held.
    answered,  // Refused, or recorded before; whoever waits has been told.
    known,     // Another node sent it again.
    no_room,   // Whoever waits has been told `busy`.
  };
  // There is no `done` for what another node sent.
  Taken add(ledger::CheckedSubmission submission, crypto::Bytes canonical, SubmitCallback done,
            Way way = {});

  // The node has sent so much that no member has signed, that nothing of it is to be looked at for
  // a while: no honest node sends such on.
  bool is_barred(consensus::PeerIndex peer) const { return wasted_.is_spent({peer, {}}); }
  // What says that it is by this author, and came this way, is not to be tried for a while.
  bool is_spent(const Sender& sender) const { return wasted_.is_spent(sender); }
  // What senders wasted is forgiven every ten seconds.
  void forgive() { wasted_.forgive(clock_()); }
  // As much more of the author's may wait.
  bool has_room(const ledger::MemberId& author, std::size_t bytes) const;

  // The submission, checked before, if it waits here.
  const ledger::CheckedSubmission* find(const SubmissionId& id) const;
  bool contains(const SubmissionId& id) const { return by_id_.contains(id); }

  // In the order in which blocks take them; held ones among them.
  auto waiting() const {
    return turns_ | std::views::values |
           std::views::transform([](Item at) -> const Waiting& { return *at; });
  }
  auto waiting() {
    return turns_ | std::views::values |
           std::views::transform([](Item at) -> Waiting& { return *at; });
  }
  // What was told here and is to be offered again, least recently offered first; at most `most`.
  // Each is offered a second after the first time, and then after twice as long each time, up to
  // 16 s.
  std::vector<Waiting*> to_offer(std::chrono::milliseconds now, std::size_t most);
  Waiting& newest() { return waiting_.back(); }   // Requires that something waits.
  Waiting* find_waiting(const SubmissionId& id);  // Null if it does not wait here.

  // Without those that are held.
  std::uint32_t pending() const { return pending_; }

  // A block of the store's new head, which is durable: answers its submissions.
  void finalized(std::span<const Included> included, ledger::Height height);
  // The item, told here, was sent over a link that holds to this validator now, by the clock. The
  // first time counts, until unreached() or begin_epoch() says that what was sent before may not
  // have come.
  void reached(Waiting& item, std::uint16_t validator);
  void unreached(std::uint16_t validator);
  void begin_epoch();  // The validators are others now, and so are the peers' indexes.

  // What was told here and this validator must have had when it made a block at that time by its
  // own clock, each its author's first; at most `most`. The grace covers clocks that differ, and
  // the way there.
  std::vector<const Waiting*> due(std::uint16_t proposer, std::uint64_t time_ms,
                                  std::size_t most) const;
  // Of these a block that is final now could have held each. With enough such blocks they are
  // overdue: leaders leave them out, or can't execute what this node can.
  void passed(std::span<const SubmissionId> left_out);
  static constexpr std::uint64_t overdue_grace_ms = 20'000;
  static constexpr std::uint32_t overdue_after_blocks = 20;
  std::uint32_t overdue() const { return overdue_; }
  // The first by turn; null if none is.
  const Waiting* first_overdue() const;
  // Tries out anew what waits, on the store's head.
  void retry();
  // The same if nothing waits, or if it is a minute since: what comes is judged by today's date,
  // however long no block has become final.
  void freshen();

  // Answers all that wait here with this.
  void refuse_all(Unavailable why);

  const MempoolCounts& counts() const { return counts_; }

 private:
  using Item = std::list<Waiting>::iterator;

  enum class Trial { fits, held, over, full };  // `over`: answered.
  Trial try_out(Waiting& item);
  // Answers what a stranger to the ledger signed.
  Taken refuse_foreign(Waiting& item);
  Item insert(Waiting item);
  Item erase(Item item);
  void count(const Waiting& item, bool in);
  void new_draft();

  const storage::Store& store_;
  const ledger::Policies policies_;
  const Limits limits_;
  const std::function<std::uint64_t()> clock_;
  std::list<Waiting> waiting_;           // As they came.
  std::map<Waiting::Turn, Item> turns_;  // All of them.
  // Where each author's next turn begins at the earliest. Kept while anybody waits: who sends one
  // after the other must not come before who sent two at once. Members only.
  std::map<ledger::MemberId, std::uint64_t> turn_ends_;
  std::uint64_t arrivals_ = 0;
  std::map<SubmissionId, Item> by_id_;  // Those that are not held.
  struct Share {
    std::size_t submissions = 0;
    std::size_t bytes = 0;
  };
  std::map<ledger::MemberId, Share> shares_;
  Share all_;
  std::uint32_t pending_ = 0;
  std::uint32_t overdue_ = 0;
  MempoolCounts counts_;

  std::shared_ptr<const storage::Snapshot> base_;  // Of the draft.
  std::optional<ledger::Draft> draft_;
  std::uint64_t drafted_at_ = 0;  // By the clock.
  // Something of theirs waits that the draft has no room for.
  std::set<ledger::MemberId> without_room_;
  std::size_t without_room_work_ = 0;
  WastedWork wasted_;
};

}  // namespace centime::runtime
