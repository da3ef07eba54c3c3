// Strong entity tags and Cache-Control: what a client may keep and when it must ask again.
//
// The server applies them to every GET answer that carries an etag. Source: RFC 9110, 8.8 and 13.
#pragma once

#include <string>
#include <string_view>

namespace centime::api {

// For what can never change: a record, an entry, a full tile, a hashed asset.
inline constexpr std::string_view cache_immutable = "public, max-age=31536000, immutable";
// For what grows: kept, but asked about each time.
inline constexpr std::string_view cache_revalidate = "no-cache";
// For answers to writes and for problems.
inline constexpr std::string_view cache_never = "no-store";

// The tag of a body that `version` determines together with the URL: hex or any other text of
// visible ASCII without quotes, such as a digest or "h42". Requires that; give each format its own.
std::string strong_etag(std::string_view version);

// Visible ASCII, another in each process: part of the tag of what the program determines along with
// the ledger, so that no client keeps what a program before an update made.
const std::string& this_process();

// The tag of these bytes, by half of their SHA-256.
std::string content_etag(std::string_view body);

// Whether an If-None-Match header names the tag, so that the answer is 304. Weak comparison, as
// the RFC wants here; a malformed header matches nothing.
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace centime::api
