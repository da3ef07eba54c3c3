// One HTTP request and its answer as plain structs, and the decoding of a request target.
//
// Knows nothing of sockets, so that the resources build without the HTTP library: only
// request_parser.cpp and http_client.cpp include that. Sources: RFC 9110, RFC 9112, RFC 3986.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace centime::api {

struct Problem;

// What the client wants to read: the `.json` or `.csv` at the end of the path, or else the Accept
// header, or else the route's default.
enum class Format { json, csv, html };

using Fields = std::vector<std::pair<std::string, std::string>>;

// The first value of the field, compared without regard to case; nullopt when it is absent.
std::optional<std::string_view> find_field(const Fields& fields, std::string_view name);

struct Request {
  std::string method;                 // As sent: "GET". HEAD reaches a GET handler as "HEAD".
  std::string target;                 // As sent: "/v1/search?q=a%20b"; see RouteOptions, though.
  std::string path;                   // Decoded, for display; route by `segments`.
  std::vector<std::string> segments;  // Of the path, each decoded by itself, format suffix and all.
  Fields query;                       // Decoded, in the order sent.
  Fields headers;                     // Names in lower case.
  std::string body;
  std::string peer;              // The client's address without port: "127.0.0.1", "2001:db8::1".
  Format format = Format::json;  // See Format.
  bool format_in_path = false;   // The path ends with the format: nothing depends on Accept.
  std::string trace_id;          // 16 hex digits, for logs and problems; new for each request.

  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;  // Of the query.
  // What Content-Type names, without its parameters: RFC 9110, 8.3.1.
  bool has_media_type(std::string_view name) const;
};

// Receives the next chunk of a live stream, from any thread and at any time; nullopt ends the
// stream, and so does dropping it.
using NextChunk = std::move_only_function<void(std::optional<std::string>)>;

struct Response {
  unsigned status = 200;
  std::string content_type;  // Empty: no body and no Content-Type.
  Fields headers;            // Never Content-Length, Content-Encoding, Transfer-Encoding,
                             // Connection or Date.
  std::string body;

  // Instead of `body`: called on the connection's thread for one chunk at a time, and not before
  // the client took the one before; nullopt is the end. Keep a chunk near 64 KiB and quick to
  // make. An exception cuts the connection, so that the client sees that the answer is not whole.
  std::function<std::optional<std::string>()> stream;

  // After `body`, for events that come when they come: asked for the next chunk on the
  // connection's thread, answers later. While none comes, `keep_alive` is sent every 15 s, which
  // is also how a client that went away is noticed. The function is destroyed with the connection.
  std::function<void(NextChunk)> live;
  std::string keep_alive;
  // Of `live`: it has an end, which is nullopt. When it stops in any other way the connection is
  // reset, so that nobody takes a part for the whole. Needs no `keep_alive`.
  bool finite = false;
  // Of `live`: asked once the function for the next chunk was dropped, why, for the operator; may
  // be empty, or not there.
  std::function<std::string()> live_fault;

  // `body` in a coding that many clients take, where it was made beforehand; empty where not. What
  // they view must stay for ever.
  std::string_view body_gzip, body_brotli;
  // The coding that the body is sent in, as in Content-Encoding: chosen by the server (see
  // content_coding.h), never by a handler. Empty: as it is.
  std::string_view coding;

  std::string etag;           // Quoted, strong (etag.h). On GET it makes If-None-Match work.
  std::string cache_control;  // Empty: "no-cache" with an etag, "no-store" without.

  // It says what was done, and is never longer than a receipt: sent however much room other answers
  // take, where others would be refused with a word that means that nothing was done.
  bool tells_what_was_done = false;

  // The number of the ledger's state (ServerHooks::state) that it was made from. Only for a 200
  // with a plain body that depends on nothing else but, of the request, target, format, Host and
  // Accept-Language: until there is a newer state, the server may give it to whoever asks the same.
  std::optional<std::uint64_t> made_at;

  // Rendered by the server as problem+json or as a page; see problem.h.
  std::shared_ptr<Problem> problem;
  std::string cause;  // Of an internal error: for the operator's log, never sent.

  Response& add(std::string name, std::string value) &;
  Response&& add(std::string name, std::string value) &&;
};

Response text_response(std::string content_type, std::string body, unsigned status = 200);
Response json_response(const boost::json::value& value, unsigned status = 200);

// Answers one request, once, from any thread. Dropped without an answer it answers 500; when the
// connection or the server has gone it does nothing.
using Reply = std::move_only_function<void(Response)>;

enum class TargetError { bad_target, bad_encoding, too_large };
std::string_view to_word(TargetError error);  // "bad_request", "bad_encoding", "too_large".

struct ParsedTarget {
  std::string path;
  std::vector<std::string> segments;  // At least one; "/" has one empty segment.
  Fields query;

  bool operator==(const ParsedTarget&) const = default;
};

inline constexpr std::size_t segments_max = 32;
inline constexpr std::size_t parameters_max = 64;

// Splits and decodes a request target in origin form ("/a/b?c=d"), absolute form or "*". What it
// gives is UTF-8 without NUL; the path has no control characters and no "." or ".." segments.
// `+` is a blank in the query only.
std::expected<ParsedTarget, TargetError> parse_target(std::string_view target);

// The codings of ours that an Accept-Encoding header takes, with its q values. Which of them it
// likes better does not matter.
struct AcceptedCodings {
  bool gzip = false;
  bool brotli = false;

  bool operator==(const AcceptedCodings&) const = default;
};
AcceptedCodings accepted_codings(std::string_view accept_encoding);

// The format that an Accept header likes best, with its q values; nullopt when it names none of
// ours or has no preference (absent, "*/*").
std::optional<Format> preferred_format(std::string_view accept);

}  // namespace centime::api
