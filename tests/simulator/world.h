// What a simulated node finds around it.
#pragma once

#include <memory>

#include "tests/simulator/event_queue.h"
#include "tests/simulator/oracle.h"
#include "tests/simulator/payload.h"
#include "tests/simulator/random.h"
#include "tests/simulator/scenario.h"
#include "tests/simulator/trace.h"

namespace centime::simulator {

class Node;
using MessagePtr = std::shared_ptr<const consensus::Message>;

class World {
 public:
  virtual ~World() = default;

  virtual const Scenario& scenario() const = 0;
  virtual EventQueue& queue() = 0;
  virtual const PayloadKind& kind() const = 0;
  virtual Oracle& oracle() = 0;
  virtual Trace& trace() = 0;

  // Hands a message to the network; it may arrive at the participant once, often or never.
  virtual void carry(const Node& from, std::size_t to, const MessagePtr& message) = 0;
  virtual void carry(const Node& from, std::size_t to, SubmissionId submission) = 0;
  // A node checks a signature.
  virtual void count_check() = 0;
  // Whether the node dies at this durable step; it is started again later.
  virtual bool strikes(Node& node) = 0;
};

}  // namespace centime::simulator
