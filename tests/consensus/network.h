// A few engines, a queue of messages and virtual time: enough to see them agree.
//
// Every disk write is an event of its own: a test may lose what comes after it.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "tests/consensus/lone_engine.h"

namespace centime::consensus::test {

class Network {
 public:
  struct Node {
    std::unique_ptr<Engine> engine;
    Disk disk = genesis_disk();
    std::vector<Block> chain;  // Committed; as durable as the disk.
    std::vector<Certificate> finalizations;
    std::set<std::string> pool;  // Outlives a crash, as what clients keep offering.
    std::vector<Evidence> evidence;
    std::vector<Alarm> alarms;
    std::vector<Vote> votes;  // Sent under this key, over all its lives.
    std::optional<Millis> next_tick;
    std::uint64_t life = 0;
    std::uint64_t writes = 0;
  };

  explicit Network(std::uint16_t validators) : nodes(validators) {
    for (std::uint16_t i = 0; i < validators; ++i) start(i);
  }

  void start(std::uint16_t index, bool rejoin = false) {
    Node& node = nodes[index];
    EngineOptions options = options_for(size(), index);
    options.rejoin = rejoin;
    node.engine = std::make_unique<Engine>(std::move(options), read_disk(node.disk));
    ++node.life;
    take(index, node.engine->start(now()));
    tell_work(index);
  }
  void crash(std::uint16_t index) {
    nodes[index].engine.reset();
    nodes[index].next_tick.reset();
    ++nodes[index].life;
  }
  bool up(std::uint16_t index) const { return nodes[index].engine != nullptr; }

  // Submits to every node that is up.
  void submit(const std::string& text) {
    for (std::uint16_t i = 0; i < size(); ++i) submit_at(i, text);
  }
  void submit_at(std::uint16_t index, const std::string& text) {
    nodes[index].pool.insert(text);
    tell_work(index);
  }
  // To every node that is up.
  void tell_ingress(std::optional<std::uint16_t> validator) {
    for (std::uint16_t i = 0; i < size(); ++i) step(i, Ingress{validator});
  }

  // As if this peer had sent it.
  void hear(std::uint16_t to, PeerIndex from, Message message) {
    step(to, Received{from, std::move(message)});
  }

  // Until it holds or the time is over; true if it holds.
  bool run(std::int64_t ms, const std::function<bool()>& done) {
    const std::int64_t end = time + ms;
    while (!done()) {
      const std::int64_t next = next_event();
      if (next > end) {
        time = end;
        return false;
      }
      time = std::max(time, next);
      one_event();
    }
    return true;
  }
  void run(std::int64_t ms) {
    run(ms, [] { return false; });
  }
  bool run_until_final(const std::string& text, std::int64_t ms = 60'000) {
    return run(ms, [&] { return final_everywhere(text); });
  }
  bool final_everywhere(const std::string& text) const {
    for (const Node& node : nodes) {
      if (node.engine && !final_at(node, text)) return false;
    }
    return true;
  }
  static bool final_at(const Node& node, const std::string& text) {
    for (const Block& block : node.chain) {
      if (crypto::as_text(block.body.value).find(text) != std::string_view::npos) return true;
    }
    return false;
  }
  // Every chain is the beginning of the longest.
  bool agrees() const {
    for (const Node& a : nodes) {
      for (const Node& b : nodes) {
        const std::size_t common = std::min(a.chain.size(), b.chain.size());
        if (!std::equal(a.chain.begin(), a.chain.begin() + static_cast<std::ptrdiff_t>(common),
                        b.chain.begin())) {
          return false;
        }
      }
    }
    return true;
  }
  std::uint16_t size() const { return static_cast<std::uint16_t>(nodes.size()); }
  Now now() const { return {Millis{time}, 1'000'000 + static_cast<std::uint64_t>(time)}; }

  std::vector<Node> nodes;
  std::int64_t time = 1'000;
  std::int64_t delay_ms = 10;
  // False: the message is lost.
  std::function<bool(std::uint16_t from, std::uint16_t to, const Message&)> passes =
      [](std::uint16_t, std::uint16_t, const Message&) { return true; };
  // Told of each write that is on the disk, before anything that waits for it is sent.
  std::function<void(std::uint16_t)> on_write = [](std::uint16_t) {};
  std::size_t messages = 0;

 private:
  struct InFlight {
    std::uint16_t from;
    std::uint16_t to;
    std::uint64_t life;
    std::shared_ptr<const Message> message;
  };

  std::int64_t next_event() const {
    std::int64_t next = queue_.empty() ? INT64_MAX : queue_.begin()->first;
    for (const Node& node : nodes) {
      if (node.engine && node.next_tick)
        next = std::min<std::int64_t>(next, node.next_tick->count());
    }
    return next;
  }

  void one_event() {
    if (!queue_.empty() && queue_.begin()->first <= time) {
      const InFlight flight = queue_.begin()->second;
      queue_.erase(queue_.begin());
      if (!up(flight.to) || nodes[flight.to].life != flight.life) return;
      ++messages;
      // Through the wire: what can't be encoded and read again would not arrive.
      auto message = decode_message(encode_message(*flight.message));
      crypto::check(message.has_value(), "a message that can be read");
      step(flight.to, Received{flight.from, std::move(*message)});
      return;
    }
    for (std::uint16_t i = 0; i < size(); ++i) {
      if (up(i) && nodes[i].next_tick && nodes[i].next_tick->count() <= time) {
        return step(i, Tick{});
      }
    }
  }

  void tell_work(std::uint16_t index) {
    if (up(index)) step(index, Work{static_cast<std::uint32_t>(nodes[index].pool.size())});
  }

  void step(std::uint16_t index, Input input) {
    if (up(index)) take(index, nodes[index].engine->step(now(), std::move(input)));
  }

  void take(std::uint16_t index, Step step_in) {
    Node& node = nodes[index];
    const std::uint64_t life = node.life;
    const auto alive = [&] { return nodes[index].life == life && up(index); };
    node.next_tick = step_in.next_tick;
    for (const Effect& effect : step_in.effects) {
      if (const auto* commit = std::get_if<Commit>(&effect)) write_commit(node, *commit);
    }
    const bool writes = !step_in.rows.empty() || !all<Commit>(step_in).empty();
    if (writes) {
      write(step_in, node.disk);
      ++node.writes;
      on_write(index);
      if (!alive()) return;
      step(index, Synced{step_in.batch});
    }
    for (const Effect& effect : step_in.effects) {
      if (!alive()) return;
      perform(index, effect);
    }
    if (alive() && !all<Commit>(step_in).empty()) tell_work(index);
  }

  void write_commit(Node& node, const Commit& commit) {
    for (const BlockPtr& block : commit.blocks) {
      node.chain.push_back(*block);
      node.finalizations.resize(node.chain.size());
      node.pool.erase(crypto::to_text(block->body.value));
    }
    if (!node.chain.empty()) node.finalizations.back() = commit.finalization;
  }

  void perform(std::uint16_t index, const Effect& effect) {
    Node& node = nodes[index];
    if (const auto* sending = std::get_if<Send>(&effect)) {
      if (const auto* vote = std::get_if<Vote>(sending->message.get())) {
        if (vote->signer == index) node.votes.push_back(*vote);
      }
      for (std::uint16_t to = 0; to < size(); ++to) {
        if (to == index || (sending->to && *sending->to != to)) continue;
        if (std::ranges::count(sending->except, to) > 0) continue;
        if (!passes(index, to, *sending->message)) continue;
        queue_.emplace(time + delay_ms, InFlight{index, to, nodes[to].life, sending->message});
      }
    } else if (const auto* execute = std::get_if<Execute>(&effect)) {
      const std::string_view body = crypto::as_text(execute->block->body.value);
      const bool bad = body.find("bad") != std::string_view::npos;
      step(index,
           Executed{execute->block->hash, bad ? BlockVerdict::invalid : BlockVerdict::valid});
    } else if (const auto* build = std::get_if<Build>(&effect)) {
      step(index, Built{build->view, make_block(index, *build)});
    } else if (const auto* report = std::get_if<Report>(&effect)) {
      node.evidence.push_back(report->evidence);
    } else if (const auto* alarm = std::get_if<RaiseAlarm>(&effect)) {
      node.alarms.push_back(alarm->alarm);
    } else if (const auto* chain = std::get_if<ServeChain>(&effect)) {
      serve_chain(index, *chain);
    } else if (const auto* blocks = std::get_if<ServeBlocks>(&effect)) {
      serve_blocks(index, *blocks);
    }
  }

  // One submission for each block; those in the ancestors' bodies are left out.
  std::optional<Block> make_block(std::uint16_t index, const Build& build) {
    std::set<std::string> pool = nodes[index].pool;
    for (auto at = built_.find(build.parent); at != built_.end();
         at = built_.find(at->second.parent)) {
      pool.erase(crypto::to_text(at->second.body.value));
    }
    if (pool.empty()) return std::nullopt;
    Block block = block_on(build.parent, build.height.value, index, *pool.begin(),
                           std::max(build.earliest_ms, now().wall_clock_ms));
    built_[block.hash] = block;
    return block;
  }

  void serve_chain(std::uint16_t index, const ServeChain& request) {
    const Node& node = nodes[index];
    Chain chain;
    for (std::uint64_t height = request.request.from.value; height <= node.chain.size(); ++height) {
      chain.blocks.items.push_back(node.chain[height - 1]);
      const Certificate& finalization = node.finalizations[height - 1];
      if (!finalization.signatures.items.empty()) {
        chain.finalization = finalization;
        return send(index, request.to, chain);
      }
    }
  }

  void serve_blocks(std::uint16_t index, const ServeBlocks& request) {
    Blocks answer;
    const Node& node = nodes[index];
    for (const BlockPtr& block : request.open) answer.blocks.items.push_back(*block);
    for (std::size_t i = 0; i < node.chain.size(); ++i) {
      if (node.chain[i].hash != request.request.block) continue;
      for (std::size_t back = 0; back <= request.request.ancestors && back <= i; ++back) {
        answer.blocks.items.push_back(node.chain[i - back]);
      }
    }
    if (!answer.blocks.items.empty()) send(index, request.to, answer);
  }

  void send(std::uint16_t from, PeerIndex to, Message message) {
    if (!passes(from, to, message)) return;
    queue_.emplace(time + delay_ms, InFlight{from, to, nodes[to].life,
                                             std::make_shared<const Message>(std::move(message))});
  }

  std::multimap<std::int64_t, InFlight> queue_;
  std::map<crypto::Digest, Block> built_;
};

}  // namespace centime::consensus::test
