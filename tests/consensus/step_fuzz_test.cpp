// The fuzz target of the engine's step, on its seeds and on random bytes: what it once found is not
// found again, also where no fuzzer runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/bytes.h"
#include "tests/simulator/random.h"

// Stops the program at whatever must not be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace centime::consensus {
namespace {

TEST(StepFuzz, HoldsOnItsSeeds) {
  std::size_t seeds = 0;
  const std::string folder = std::string(CENTIME_SOURCE_DIR) + "/tests/fuzz/corpus/step";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const crypto::Bytes input(std::istreambuf_iterator<char>(file), {});
    SCOPED_TRACE(entry.path().filename());
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ++seeds;
  }
  EXPECT_GT(seeds, 10U);
}

TEST(StepFuzz, HoldsOnRandomBytes) {
  simulator::Random random(1, "step");
  for (int run = 0; run < 500; ++run) {
    crypto::Bytes input(random.below(600));
    for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(random.next());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
}

}  // namespace
}  // namespace centime::consensus
