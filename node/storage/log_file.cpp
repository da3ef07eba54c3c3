#include "node/storage/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace centime::storage {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// Zeros written at once, and the most that is appended in one piece for them to be worth it.
constexpr std::size_t stretch_bytes = 256 * 1024;
constexpr std::size_t small_bytes = 32 * 1024;
constexpr std::array<char, stretch_bytes> zeros{};

// Writes through a descriptor of its own: the target only appends.
class LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LogFile(std::unique_ptr<rocksdb::FSWritableFile> target, int file)
      : FSWritableFileOwnerWrapper(std::move(target)), file_(file) {}
  ~LogFile() override { ::close(file_); }

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* context) override {
    make_room(data.size());
    return FSWritableFileOwnerWrapper::Append(data, options, context);
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification,
                  IODebugContext* context) override {
    make_room(data.size());
    return FSWritableFileOwnerWrapper::Append(data, options, verification, context);
  }

 private:
  // A full disk or a failed one: appending itself says so.
  void make_room(std::size_t bytes) {
    size_ += bytes;
    if (size_ <= written_) return;
    written_ = size_;
    if (bytes > small_bytes) return;
    const auto from = size_ - bytes;
    const ssize_t filled = ::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>(from));
    written_ = from + static_cast<std::size_t>(std::max<ssize_t>(filled, 0));
    written_ = std::max(written_, size_);
  }

  int file_;
  std::size_t size_ = 0;     // What was appended.
  std::size_t written_ = 0;  // That, or zeros behind it.
};

class LogPreallocation final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  static const char* kClassName() { return "LogPreallocation"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& options,
                                           const rocksdb::DBOptions& db) const override {
    auto optimized = FileSystemWrapper::OptimizeForLogWrite(options, db);
    optimized.fallocate_with_keep_size = false;
    return optimized;
  }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* made,
                           IODebugContext* context) override {
    auto status = FileSystemWrapper::NewWritableFile(path, options, made, context);
    if (!status.ok() || !std::string_view(path).ends_with(".log")) return status;
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file >= 0) *made = std::make_unique<LogFile>(std::move(*made), file);
    return status;
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> log_preallocating(
    const std::shared_ptr<rocksdb::FileSystem>& target) {
  return std::make_shared<LogPreallocation>(target);
}

}  // namespace centime::storage
