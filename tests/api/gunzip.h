// What a client reads out of a gzip body; by another library than the one that made it.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <string_view>

namespace centime::api {

// Of one member. Fails the test, and gives nothing, for bytes that are none.
inline std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int gzip_only = 16 + MAX_WBITS;
  EXPECT_EQ(::inflateInit2(&stream, gzip_only), Z_OK);
  std::string in(bytes), out;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  int result = Z_OK;
  while (result == Z_OK) {
    char room[4096];
    stream.next_out = reinterpret_cast<Bytef*>(room);
    stream.avail_out = sizeof(room);
    result = ::inflate(&stream, Z_NO_FLUSH);
    out.append(room, sizeof(room) - stream.avail_out);
  }
  EXPECT_EQ(result, Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U) << "nothing follows";
  ::inflateEnd(&stream);
  return out;
}

}  // namespace centime::api
