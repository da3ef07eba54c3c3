// The answers that one event loop gave and may give again, until the next block.
//
// An answer is found by what it depends on, or recognised by the very bytes of a request's head
// that led to it: then the request need not even be understood once more. All answers are of one
// state of the ledger, and are forgotten when a newer one is asked for. Bounded in bytes, the
// longest unused go first. One thread; what was found may be kept and sent while it is forgotten.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/http_message.h"

namespace centime::api {

// A complete 200 to a GET, but for the lines of its header that each sending has of its own.
struct KeptAnswer {
  std::string fields;             // See response_fields().
  std::size_t body_fields_bytes;  // Of them, at the beginning: what a 304 does without.
  std::string body;
  std::string etag;
};

// A head that was understood before.
struct KnownHead {
  std::shared_ptr<const KeptAnswer> answer;
  bool not_modified;         // The client has the answer: 304.
  std::string method, path;  // As in its Request.
};

class AnswerCache {
 public:
  explicit AnswerCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}  // 0: keeps nothing.
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  // Null when there is none. `state` is the number of the current state, which never goes back.
  std::shared_ptr<const KeptAnswer> find(std::string_view key, std::uint64_t state);
  std::shared_ptr<const KnownHead> recognise(std::string_view head, std::uint64_t state);

  // Keeps the answer that was made from this state, unless that has passed or the answer is large.
  void keep(std::string key, std::uint64_t state, std::shared_ptr<const KeptAnswer> answer);

  // Will recognise the head until the answer of the key is forgotten. Does nothing when that is
  // not this one any more, or is known by many heads already.
  void remember(std::string_view key, std::string_view head, KnownHead known);

  // Held, with the maps' own share; never more than bytes_max. From any thread.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Head {
    std::string bytes;
    std::shared_ptr<const KnownHead> known;
  };
  struct Entry {
    std::string key;
    std::shared_ptr<const KeptAnswer> answer;
    std::list<Head> heads;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;
  struct HeadPlace {
    Entries::iterator entry;
    std::shared_ptr<const KnownHead> known;
  };

  void advance(std::uint64_t state);
  void forget(Entries::iterator entry);
  void shrink(std::size_t bytes);

  const std::size_t bytes_max_;
  std::atomic<std::size_t> bytes_ = 0;
  std::uint64_t state_ = 0;
  Entries entries_;  // The last used first.
  // By the texts in `entries_`.
  std::unordered_map<std::string_view, Entries::iterator> by_key_;
  std::unordered_map<std::string_view, HeadPlace> by_head_;
};

// What an answer that may be kept depends on (Response::made_at); empty for a request whose answer
// is not kept: one that is no GET or HEAD, comes with credentials or asks for something special.
std::string answer_key(const Request& request);

}  // namespace centime::api
