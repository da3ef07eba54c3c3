// Reads an event stream as a browser does: events one by one, and the id of the last.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/api/raw_client.h"

namespace centime::api {

struct SeenEvent {
  std::uint64_t id = 0;
  std::string name;
  boost::json::object data;
};

class EventReader {
 public:
  // In HTTP/1.0 the stream comes as it is, without chunks.
  EventReader(std::uint16_t port, std::string_view query = "", std::string_view fields = "",
              int receive_buffer = 0)
      : client_(port, receive_buffer) {
    client_.send("GET /v1/events" + std::string(query) + " HTTP/1.0\r\nHost: t\r\n" +
                 std::string(fields) + "\r\n");
  }

  // Status and header of the answer, with its final empty line.
  std::string head() {
    while (received_.find("\r\n\r\n") == std::string::npos)
      if (!more()) return received_;
    const auto end = received_.find("\r\n\r\n") + 4;
    std::string head = received_.substr(0, end);
    received_.erase(0, end);
    head_read_ = true;
    return head;
  }

  // The next event with data; nothing when the stream ends first, or ten seconds pass.
  std::optional<SeenEvent> next() {
    if (!head_read_) head();
    for (;;) {
      const auto end = received_.find("\n\n");
      if (end == std::string::npos) {
        if (!more()) return std::nullopt;
        continue;
      }
      const std::string block = received_.substr(0, end + 1);
      received_.erase(0, end + 2);
      if (auto event = parse(block)) return event;
    }
  }

  // Until so many heartbeats have come; false when an event comes first, or nothing does.
  bool hears(std::size_t heartbeats) {
    if (!head_read_) head();
    while (heartbeats_ < heartbeats) {
      const auto end = received_.find("\n\n");
      if (end == std::string::npos) {
        if (!more()) return false;
        continue;
      }
      const std::string block = received_.substr(0, end + 1);
      received_.erase(0, end + 2);
      if (parse(block)) return false;
    }
    return true;
  }

  std::vector<SeenEvent> take(std::size_t count) {
    std::vector<SeenEvent> events;
    while (events.size() < count) {
      auto event = next();
      if (!event) break;
      events.push_back(std::move(*event));
    }
    return events;
  }

  // Until the server closes; false when it breaks off inside an event.
  bool ends_in_order() {
    while (more()) {
    }
    return received_.empty() || received_.ends_with("\n\n");
  }

  // As the browser's: set by events without data too.
  std::optional<std::uint64_t> last_id() const { return last_id_; }

 private:
  bool more() {
    if (!client_.read_some()) return false;
    received_ += client_.take_received();
    return true;
  }

  std::optional<SeenEvent> parse(std::string_view block) {
    SeenEvent event;
    bool has_data = false;
    while (!block.empty()) {
      const auto end = block.find('\n');
      const auto line = block.substr(0, end);
      block.remove_prefix(end + 1);
      if (line == ":") ++heartbeats_;
      if (line.starts_with("id: ")) last_id_ = event.id = std::stoull(std::string(line.substr(4)));
      if (line.starts_with("event: ")) event.name = line.substr(7);
      if (!line.starts_with("data: ")) continue;
      event.data = boost::json::parse(std::string(line.substr(6))).as_object();
      has_data = true;
    }
    return has_data ? std::optional(std::move(event)) : std::nullopt;
  }

  RawClient client_;
  std::string received_;
  bool head_read_ = false;
  std::size_t heartbeats_ = 0;
  std::optional<std::uint64_t> last_id_;
};

}  // namespace centime::api
