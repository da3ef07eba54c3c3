// Reads the public test vectors, for the tests that need them.
//
// They lie outside the tree, in CENTIME_SHARED_DIR; a test of class SharedVectors is skipped where
// they are absent.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "crypto/bytes.h"
#include "crypto/encoding.h"

namespace centime::crypto {

inline std::filesystem::path vectors_folder() {
  return std::filesystem::path(CENTIME_SHARED_DIR) / "vectors";
}

inline std::string read_vector(const std::filesystem::path& path) {
  std::ifstream file(vectors_folder() / path, std::ios::binary);
  if (!file) throw std::runtime_error("no test vector " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline boost::json::value read_json_vector(const std::filesystem::path& path) {
  return boost::json::parse(read_vector(path));
}

inline std::string text_of(const boost::json::value& value) {
  return std::string(value.as_string().c_str(), value.as_string().size());
}

inline Bytes hex_of(const boost::json::value& value) { return from_hex(text_of(value)).value(); }

inline Bytes base64_of(const boost::json::value& value) {
  return from_base64(text_of(value)).value();
}

class SharedVectors : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(vectors_folder())) GTEST_SKIP() << "no " << vectors_folder();
  }
};

}  // namespace centime::crypto
