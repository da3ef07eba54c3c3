// Reading and writing whole small files, with the permissions and the durability they need.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "node/program/outcome.h"

namespace centime::program {

inline constexpr mode_t mode_secret = 0600;
inline constexpr mode_t mode_public = 0644;

// The whole file, or stdin for "-". Fails with missing_file, unreadable_file or too_large.
Expected<std::string> read_file(const std::filesystem::path& path,
                                std::size_t max_bytes = std::size_t{64} << 20);

// The same for a secret, which others may neither read nor change: else fails with insecure_file.
Expected<std::string> read_secret_file(const std::filesystem::path& path);

// Makes a file that did not exist, durable when it returns. Fails with file_exists or
// unwritable_file; then there is no such file, or still the old one.
Expected<void> write_new_file(const std::filesystem::path& path, std::string_view content,
                              mode_t mode);

// Makes the directory and those above it. Fails with unwritable_file.
Expected<void> make_directories(const std::filesystem::path& path);

// Forces the directory's list of names to the disk.
void sync_directory(const std::filesystem::path& path);

// A descriptor that is closed with its owner.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  bool open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace centime::program
