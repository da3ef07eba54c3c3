// The thread of a replica: takes what comes from the links, from submitters and from the clock.
//
// Everything that the replica touches is touched on this thread only. Submissions come through a
// queue that its caller bounds, frames through the network's own bounded queues.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "node/network/network.h"
#include "node/runtime/block_writer.h"
#include "node/runtime/key_doubt.h"
#include "node/runtime/replica.h"

namespace centime::runtime {

class ReplicaStrand {
 public:
  // All must outlive the strand.
  ReplicaStrand(ReplicaOptions options, const PeerOptions& peers, const ledger::Genesis& genesis,
                const crypto::SecretKey& key, storage::Store& store, consensus::Durable durable);
  ~ReplicaStrand();  // Stops.

  // Listens, dials, and begins. The error is a word, a colon and a sentence.
  std::expected<void, std::string> start();

  // Waits a moment for what is under way, answers the rest with `stopping`, and ends.
  void stop();

  void submit(PendingSubmission submission);

  std::uint16_t port() const { return port_; }  // Where members connect to; 0: nowhere.
  std::shared_ptr<const ReplicaReport> report() const { return report_.load(); }
  MempoolCounts counts() const;
  std::uint64_t blocks() const { return blocks_.load(); }
  network::Counters links() const { return network_.counters(); }

 private:
  // Gives the replica's frames to the links.
  class Links final : public Peers {
   public:
    Links(network::Network& network, const PeerOptions& options)
        : network_(network), addresses_(options.addresses) {}

    void set_peers(const std::vector<ReplicaPeer>& peers) override;
    bool send(consensus::PeerIndex to, const network::Frame& frame) override;
    std::vector<bool> send_to(const std::vector<consensus::PeerIndex>& to,
                              const network::Frame& frame) override;
    void send_all(const network::Frame& frame) override;
    void cut_off(consensus::PeerIndex peer, std::string word) override;

    // The replica's name for a peer; nothing for one that is gone.
    std::optional<consensus::PeerIndex> index_of(network::PeerId peer) const;

   private:
    std::optional<network::PeerId> id_of(consensus::PeerIndex peer) const;

    network::Network& network_;
    std::vector<std::pair<ledger::MemberId, network::Address>> addresses_;
    // The links know a member by its place among all members, which no epoch changes.
    std::map<consensus::PeerIndex, std::uint32_t> places_;
    std::map<std::uint32_t, consensus::PeerIndex> indexes_;
  };

  void run();
  void wake();
  bool take_some();
  void look_at_key();
  void take(network::Event event);
  void tell(bool now);

  network::Network network_;
  Links links_;
  Replica replica_;
  KeyDoubt key_doubt_;
  std::function<void()> key_refused_;
  std::chrono::steady_clock::time_point key_looked_at_{};
  std::uint16_t port_ = 0;

  std::mutex mutex_;  // For the three below.
  std::condition_variable changed_;
  bool woken_ = false;
  std::deque<PendingSubmission> submissions_;
  bool stopping_ = false;

  std::atomic<std::shared_ptr<const ReplicaReport>> report_;
  std::chrono::steady_clock::time_point told_at_{};
  mutable std::mutex counts_mutex_;
  MempoolCounts counts_;
  std::atomic<std::uint64_t> blocks_ = 0;
  std::thread thread_;
};

}  // namespace centime::runtime
