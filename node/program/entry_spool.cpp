#include "node/program/entry_spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "crypto/check.h"
#include "node/runtime/durable_file.h"
#include "node/storage/storage_failure.h"

namespace centime::program {

Expected<EntrySpool> EntrySpool::open() {
  const char* directory = std::getenv("TMPDIR");
  std::string path =
      fmt::format("{}/centime-audit-XXXXXX", directory == nullptr ? "/tmp" : directory);
  FileDescriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.open()) {
    return fail("unwritable_file", fmt::format("cannot make a temporary file {}: {}", path,
                                               std::generic_category().message(errno)));
  }
  ::unlink(path.c_str());
  return EntrySpool(std::move(file));
}

EntrySpool::EntrySpool(EntrySpool&& other) noexcept
    : file_(std::move(other.file_)), ends_(std::move(other.ends_)) {}

bool EntrySpool::append(crypto::BytesView entry) {
  if (!runtime::write_all(file_.get(), crypto::as_text(entry))) return false;
  const std::lock_guard lock(mutex_);
  ends_.push_back((ends_.empty() ? 0 : ends_.back()) + entry.size());
  return true;
}

crypto::Bytes EntrySpool::entry(std::uint64_t index) const {
  std::uint64_t begin = 0, end = 0;
  {
    const std::lock_guard lock(mutex_);
    crypto::check(index < ends_.size(), "an entry that was spooled");
    begin = index == 0 ? 0 : ends_[index - 1];
    end = ends_[index];
  }
  crypto::Bytes bytes(end - begin);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(file_.get(), bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw storage::StorageFailure(
          fmt::format("disk_failed: the audit's temporary file can't be read: {}",
                      got < 0 ? std::generic_category().message(errno) : "it is too short"));
    }
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace centime::program
