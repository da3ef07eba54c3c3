#include "node/runtime/block_stream.h"

#include <algorithm>
#include <iterator>

namespace centime::runtime {
namespace {

using ledger::LogFault;

// Small blocks are handed over together, so that threads meet once in a while and not once a block.
constexpr std::size_t run_entries_min = 512;
// What may wait for the consumer.
constexpr std::size_t runs_max = 64;
constexpr std::size_t waiting_bytes_max = std::size_t{16} << 20;

constexpr std::uint8_t seal_entry_tag = 3;

// Without the seal: a block's records, each in a submission of its own.
std::size_t block_entries_max(const ledger::Policies& policies) {
  return 2 * std::size_t{policies.block_records_max};
}

}  // namespace

BlockStream::BlockStream(EntrySource& source, const AuditOptions& options)
    : source_(source), options_(options) {
  threads_.emplace_back([this] { read(); });
  // The consumer takes a core of its own and reading takes little of one.
  const unsigned cores = std::max(2U, std::thread::hardware_concurrency());
  for (unsigned i = 1; i < cores; ++i) {
    threads_.emplace_back([this] { check_runs(); });
  }
}

BlockStream::~BlockStream() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::optional<ledger::ParsedBlock> BlockStream::next() {
  std::unique_lock lock(mutex_, std::defer_lock);
  while (ready_.empty() && !fault_) {
    if (!lock.owns_lock()) lock.lock();
    if (items_.empty()) {
      if (ended_) {
        fault_ = source_fault_;
        return std::nullopt;
      }
      changed_.wait(lock);
    } else if (Item& item = items_.front(); item.stage == Stage::checked) {
      std::ranges::move(item.blocks, std::back_inserter(ready_));
      fault_ = std::move(item.fault);
      waiting_bytes_ -= item.run.bytes.size();
      items_.pop_front();
      changed_.notify_all();
    } else if (Item* waiting = first_waiting()) {
      check(*waiting, lock);
    } else {
      changed_.wait(lock);
    }
  }
  if (ready_.empty()) return std::nullopt;
  ledger::ParsedBlock block = std::move(ready_.front());
  ready_.pop_front();
  return block;
}

// ---- the reading thread

void BlockStream::read() {
  std::string error;
  if (!source_.read([&](crypto::BytesView entry) { return add(entry); }, error)) {
    stop_at({{done_}, "unreadable: " + error});
  } else if (!source_fault_ && done_ < 2) {
    stop_at({{done_}, "truncated: a log has a genesis and its seal"});
  }
  if (!source_fault_ && !run_.ends.empty()) hand_over();
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

bool BlockStream::add(crypto::BytesView entry) {
  if (stop_) return false;
  const std::uint64_t index = done_++;
  if (options_.progress && index % 16'384 == 0) options_.progress(index, source_.size());
  if (index == 0) return add_genesis(entry);

  run_.bytes.insert(run_.bytes.end(), entry.begin(), entry.end());
  run_.ends.push_back(run_.bytes.size());
  // The genesis block is handed over alone: it is not executed but made anew and compared.
  if (index == 1) return hand_over();
  if (!entry.empty() && entry[0] == seal_entry_tag) {
    open_entries_ = 0;
    return run_.ends.size() < run_entries_min || hand_over();
  }
  if (++open_entries_ <= block_entries_max(genesis_->policies)) return true;
  run_.too_long = true;
  return false;
}

bool BlockStream::add_genesis(crypto::BytesView entry) {
  auto genesis = ledger::read_genesis(entry);
  if (!genesis) return stop_at(std::move(genesis.error()));
  network_ = ledger::network_id(*genesis);
  if (options_.expected_network && *options_.expected_network != network_) {
    return stop_at({{0}, "wrong_network: this is the log of another network"});
  }
  genesis_ = std::move(*genesis);
  return true;
}

bool BlockStream::hand_over() {
  Run run = std::move(run_);
  run_ = {};
  run_.first = run.first + run.ends.size();
  run_.bytes.reserve(run.bytes.size());

  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return stop_ || items_.empty() ||
           (items_.size() < runs_max && waiting_bytes_ + run.bytes.size() <= waiting_bytes_max);
  });
  waiting_bytes_ += run.bytes.size();
  items_.emplace_back().run = std::move(run);
  lock.unlock();
  changed_.notify_all();
  return true;
}

bool BlockStream::stop_at(LogFault fault) {
  source_fault_ = std::move(fault);
  return false;
}

// ---- any thread

void BlockStream::check_runs() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (Item* item = first_waiting()) {
      check(*item, lock);
    } else if (ended_) {
      return;
    } else {
      changed_.wait(lock);
    }
  }
}

BlockStream::Item* BlockStream::first_waiting() {
  const auto found = std::ranges::find(items_, Stage::waiting, &Item::stage);
  return found == items_.end() ? nullptr : &*found;
}

void BlockStream::check(Item& item, std::unique_lock<std::mutex>& lock) {
  item.stage = Stage::taken;
  lock.unlock();
  ledger::BlockParser parser(network_, item.run.first);
  std::size_t begin = 0;
  for (const std::size_t end : item.run.ends) {
    auto block = parser.add(crypto::BytesView(item.run.bytes).subspan(begin, end - begin));
    begin = end;
    if (!block) {
      item.fault = std::move(block.error());
      break;
    }
    if (*block) item.blocks.push_back(std::move(**block));
  }
  if (!item.fault && !parser.at_boundary()) {
    const ledger::EntryIndex at = item.run.first + item.run.ends.size();
    item.fault = item.run.too_long ? LogFault{at, "too_large: the block passes its limits"}
                                   : LogFault{at, "truncated: the log does not end with a seal"};
  }
  lock.lock();
  item.stage = Stage::checked;
  changed_.notify_all();
}

}  // namespace centime::runtime
