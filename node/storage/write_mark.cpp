#include "node/storage/write_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace centime::storage {
namespace {

constexpr const char* file_name = "SYNCED";
constexpr std::size_t digits = 20;

// The number twice, so that half a write is seen: "<20 digits> <20 digits>\n".
std::string text_of(std::uint64_t sequence) { return fmt::format("{0:020} {0:020}\n", sequence); }

}  // namespace

std::optional<std::uint64_t> WriteMark::read(const std::filesystem::path& directory) {
  std::ifstream file(directory / file_name, std::ios::binary);
  std::array<char, 2 * digits + 2> bytes{};
  if (!file.read(bytes.data(), bytes.size())) return std::nullopt;
  std::uint64_t sequence = 0;
  std::from_chars(bytes.data(), bytes.data() + digits, sequence);
  if (std::string_view(bytes.data(), bytes.size()) != text_of(sequence)) return std::nullopt;
  return sequence;
}

std::expected<WriteMark, std::string> WriteMark::open(const std::filesystem::path& directory) {
  const auto path = directory / file_name;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    return std::unexpected(fmt::format("{} can't be written: {}", path.string(),
                                       std::generic_category().message(errno)));
  return WriteMark(file);
}

WriteMark::WriteMark(WriteMark&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

WriteMark::~WriteMark() {
  if (file_ >= 0) ::close(file_);
}

bool WriteMark::note(std::uint64_t sequence) {
  const std::string text = text_of(sequence);
  return ::pwrite(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace centime::storage
