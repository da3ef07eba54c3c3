// What a liar does with its node: lets messages through, changes them, and adds its own.
//
// Behind it is the real engine, so that a liar knows where the others are. It has its own key and
// nobody else's.
#pragma once

#include <memory>
#include <vector>

#include "tests/simulator/disk.h"
#include "tests/simulator/random.h"
#include "tests/simulator/scenario.h"
#include "tests/simulator/world.h"

namespace centime::simulator {

class Node;

class Sinner {
 public:
  explicit Sinner(Node& node);

  void started();
  // After a crash of its node.
  void crashed(Disk& disk);
  // The engine of its node does nothing more: it is started again.
  void halted();

  // What a peer sends. True if the engine is to get it too.
  bool hears(std::size_t from, const consensus::Message& message);
  // What the engine sends to a participant.
  void says(std::size_t to, const MessagePtr& message);

 private:
  void act();  // Every now and then.
  void sign_everything(const consensus::Vote& seen);
  void nullify_and_finalize();
  void forge();
  void spam();
  void boast();
  consensus::Chain made_up_chain(consensus::View parent, consensus::View view);
  void repeat_old();
  void propose_two(std::size_t to, const consensus::Proposal& proposal);

  consensus::Vote vote(consensus::VoteKind kind, consensus::View view,
                       const consensus::Value& value);
  void tell(std::size_t to, consensus::Message message);
  void tell_some(const consensus::Message& message, std::uint64_t percent);
  std::size_t participants() const;

  Node& node_;
  Random random_;
  bool put_back_ = false;        // Its disk was.
  std::vector<MessagePtr> old_;  // Own messages, to be said again.
  std::optional<consensus::Value> seen_;
  std::optional<consensus::Block> other_block_;  // Second proposal of the view.
  consensus::View other_view_;
};

}  // namespace centime::simulator
