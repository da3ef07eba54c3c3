#include "api/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "api/etag.h"

namespace centime::api {
namespace {

constexpr std::string_view exposed_fields =
    "ETag, Centime-Height, Retry-After, Content-Disposition";

std::string_view reason(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

// By hand, because strftime would write the day in the user's language. Made once a second.
const std::string& http_date() {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t made_for = -1;
  thread_local std::string date;
  const std::time_t now = std::time(nullptr);
  if (now == made_for) return date;
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  date = text.data();
  made_for = now;
  return date;
}

bool is_reading(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

void add_unless_set(Response& response, std::string_view name, std::string_view value) {
  if (!find_field(response.headers, name)) response.add(std::string(name), std::string(value));
}

void drop_body(Response& response) {
  response.body.clear();
  response.stream = nullptr;
  response.live = nullptr;
  response.content_type.clear();
  response.coding = {};
}

bool is_token(std::string_view name) {
  const auto token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !name.empty() && std::ranges::all_of(name, token);
}

bool is_line(std::string_view value) {
  return std::ranges::none_of(value, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

}  // namespace

void render_problem(const Request& request, Response& response, const ProblemPage& page) {
  if (!response.problem) return;
  auto& problem = *response.problem;
  problem.trace_id = request.trace_id;
  response.cache_control = cache_never;
  if (request.format == Format::html && page) {
    if (auto rendered = page(request, problem)) {
      for (auto& field : response.headers) rendered->headers.push_back(std::move(field));
      rendered->status = problem.status;
      rendered->problem = nullptr;
      response = std::move(*rendered);
      return;
    }
  }
  response.status = problem.status;
  response.content_type = "application/problem+json";
  response.body = problem_json(problem);
}

void complete_fields(const Request& request, Response& response, bool cross_origin) {
  const bool reading = is_reading(request);
  if (!response.etag.empty()) response.add("ETag", response.etag);
  if (response.cache_control.empty())
    response.cache_control = response.etag.empty() ? cache_never : cache_revalidate;
  add_unless_set(response, "Cache-Control", response.cache_control);
  if (reading && !request.format_in_path) response.add("Vary", "Accept");
  if (cross_origin) {
    add_unless_set(response, "Access-Control-Allow-Origin", "*");
    add_unless_set(response, "Access-Control-Expose-Headers", exposed_fields);
  }
  add_unless_set(response, "X-Content-Type-Options", "nosniff");
  add_unless_set(response, "Referrer-Policy", "no-referrer");
  // The explorer sends its own, wider one; a page that forgot may load and run nothing.
  if (response.content_type.starts_with("text/html"))
    add_unless_set(response, "Content-Security-Policy",
                   "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
}

bool is_known(const Request& request, std::string_view etag) {
  if (etag.empty() || !is_reading(request)) return false;
  const auto known = request.header("if-none-match");
  return known && etag_matches(*known, etag);
}

void heed_condition(const Request& request, Response& response) {
  if (response.status != 200 || !is_known(request, response.etag)) return;
  response.status = 304;
  drop_body(response);
}

bool well_formed(const Response& response) {
  if (response.status < 200 || response.status > 599 || !is_line(response.content_type))
    return false;
  const auto fits = [](const auto& field) {
    return is_token(field.first) && is_line(field.second);
  };
  if (!std::ranges::all_of(response.headers, fits)) return false;
  return std::ranges::none_of(
      std::array{"content-length", "transfer-encoding", "connection", "date", "content-encoding"},
      [&](const char* name) { return find_field(response.headers, name).has_value(); });
}

std::string response_fields(const Response& response) {
  std::string fields;
  fields.reserve(512);
  if (!response.content_type.empty()) append_field(fields, "Content-Type", response.content_type);
  if (!response.coding.empty()) append_field(fields, "Content-Encoding", response.coding);
  for (const auto& [name, value] : response.headers) append_field(fields, name, value);
  return fields;
}

std::size_t body_fields_bytes(const Response& response, std::string_view fields) {
  std::size_t bytes = 0;
  for (const bool has : {!response.content_type.empty(), !response.coding.empty()})
    if (has) bytes = fields.find('\n', bytes) + 1;
  return bytes;
}

void append_head(std::string& head, unsigned status, std::string_view fields,
                 const Framing& framing) {
  std::array<char, 24> number{};
  const auto digits = [&](std::uint64_t value) {
    const auto end = std::to_chars(number.begin(), number.end(), value).ptr;
    return std::string_view(number.begin(), end);
  };
  head += "HTTP/1.1 ";
  head += digits(status);
  head += ' ';
  head += reason(status);
  head += "\r\n";
  append_field(head, "Date", http_date());
  head += fields;
  if (framing.body == Framing::Body::length)
    append_field(head, "Content-Length", digits(framing.length));
  if (framing.body == Framing::Body::chunked) append_field(head, "Transfer-Encoding", "chunked");
  if (framing.close)
    append_field(head, "Connection", "close");
  else if (framing.http_1_0)
    append_field(head, "Connection", "keep-alive");
  head += "\r\n";
}

std::string in_chunk(const std::string& bytes) {
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + bytes + "\r\n";
}

}  // namespace centime::api
