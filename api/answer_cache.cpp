#include "api/answer_cache.h"

#include <utility>

namespace centime::api {
namespace {

// What a row costs beside its texts, rounded up: nodes of a list and of a map, a hash table's
// bucket, blocks of shared pointers and the allocator's own.
constexpr std::size_t entry_overhead = 384;
constexpr std::size_t head_overhead = 384;
// Visitors of one page send a few dozen different heads; a stranger can send any number.
constexpr std::size_t heads_max = 64;
constexpr std::size_t head_bytes_max = 2048;
// So that one long answer does not push out all others.
constexpr std::size_t largest_share = 8;

void append_part(std::string& key, std::string_view part) {
  key += '\n';  // In no target and no field.
  key += part;
}

}  // namespace

void AnswerCache::advance(std::uint64_t state) {
  if (state <= state_) return;
  state_ = state;
  by_head_.clear();
  by_key_.clear();
  entries_.clear();
  bytes_ = 0;
}

std::shared_ptr<const KeptAnswer> AnswerCache::find(std::string_view key, std::uint64_t state) {
  advance(state);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->answer;
}

std::shared_ptr<const KnownHead> AnswerCache::recognise(std::string_view head,
                                                        std::uint64_t state) {
  advance(state);
  if (by_head_.empty() || head.size() > head_bytes_max) return nullptr;
  const auto found = by_head_.find(head);
  if (found == by_head_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second.entry);
  return found->second.known;
}

void AnswerCache::keep(std::string key, std::uint64_t state,
                       std::shared_ptr<const KeptAnswer> answer) {
  const auto size = key.capacity() + answer->fields.capacity() + answer->body.capacity() +
                    answer->etag.size() + entry_overhead;
  if (state < state_ || size > bytes_max_ / largest_share) return;
  advance(state);
  if (const auto known = by_key_.find(key); known != by_key_.end()) forget(known->second);
  shrink(bytes_max_ - size);
  entries_.push_front({std::move(key), std::move(answer), {}, size});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += size;
}

void AnswerCache::remember(std::string_view key, std::string_view head, KnownHead known) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->answer != known.answer) return;
  const auto entry = found->second;
  const auto size = head.size() + known.path.size() + head_overhead;
  if (head.size() > head_bytes_max || entry->heads.size() == heads_max ||
      entry->bytes + size > bytes_max_ / largest_share || by_head_.contains(head))
    return;
  entries_.splice(entries_.begin(), entries_, entry);
  shrink(bytes_max_ - size);  // Not this one, which is the last used and smaller than the rest.
  entry->heads.push_back({std::string(head), std::make_shared<const KnownHead>(std::move(known))});
  by_head_.emplace(entry->heads.back().bytes, HeadPlace{entry, entry->heads.back().known});
  entry->bytes += size;
  bytes_ += size;
}

void AnswerCache::forget(Entries::iterator entry) {
  for (const auto& head : entry->heads) by_head_.erase(head.bytes);
  by_key_.erase(entry->key);
  bytes_ -= entry->bytes;
  entries_.erase(entry);
}

void AnswerCache::shrink(std::size_t bytes) {
  while (bytes_ > bytes) forget(std::prev(entries_.end()));
}

std::string answer_key(const Request& request) {
  if ((request.method != "GET" && request.method != "HEAD") || !request.body.empty()) return {};
  // Answers to those are not made to be kept; if one were, it must still not reach anyone else.
  for (const std::string_view field : {"authorization", "cookie", "range", "last-event-id"})
    if (request.header(field)) return {};
  const auto host = request.header("host").value_or("");
  const auto language = request.header("accept-language").value_or("");
  std::string key;
  key.reserve(request.target.size() + host.size() + language.size() + 5);
  key += request.format == Format::html ? 'h' : request.format == Format::csv ? 'c' : 'j';
  const auto codings = accepted_codings(request.header("accept-encoding").value_or(""));
  key += static_cast<char>('0' + (codings.gzip ? 1 : 0) + (codings.brotli ? 2 : 0));
  key += request.target;
  append_part(key, host);
  append_part(key, language);
  return key;
}

}  // namespace centime::api
