// A disk that fails, for LD_PRELOAD: after a number of writes to files below a "/db/" directory,
// every further one fails, the first of them half done as on a disk that fills up.
//
// DISK_FAULT="<call> <errno> <after>", such as "write 28 400", "sync 5 40", or "names 5 2" for
// syncs of directories that are no store's. And one that is nearly full: DISK_FREE_MB says how much
// of it is free.
#include <dlfcn.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Fault {
  char call[16] = "";
  int error = 0;
  long after = 0;

  Fault() {
    const char* text = std::getenv("DISK_FAULT");
    if (text != nullptr) std::sscanf(text, "%15s %d %ld", call, &error, &after);
  }
};

const Fault fault;
std::atomic<long> calls = 0;

// Whether the call is one of those that `call` means.
bool is_meant(const char* call, int file) {
  char link[64];
  char path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return false;
  path[size] = '\0';
  // A note is a line that is written over where it stands, which needs no room and is not cut
  // short.
  const bool is_note =
      std::strstr(path, "/SYNCED") != nullptr || std::strstr(path, "/LISTED") != nullptr;
  if (std::strcmp(call, "names") != 0) return std::strstr(path, "/db/") != nullptr && !is_note;
  struct stat status{};
  return fstat(file, &status) == 0 && S_ISDIR(status.st_mode) &&
         std::strstr(path, "/db") == nullptr;
}

// How many calls past the limit this one is; 0 while all is well.
long failing(const char* call, int file) {
  if (std::strcmp(fault.call, call) != 0 || !is_meant(call, file)) return 0;
  const long past = ++calls - fault.after;
  return past > 0 ? past : 0;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  const long past = failing("write", file);
  if (past == 1 && size > 1) return real(file, bytes, size / 2);
  if (past > 0) return errno = fault.error, -1;
  return real(file, bytes, size);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  const long past = failing("write", file);
  if (past == 1 && size > 1) return real(file, bytes, size / 2, offset);
  if (past > 0) return errno = fault.error, -1;
  return real(file, bytes, size, offset);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return pwrite64(file, bytes, size, offset);
}

int fdatasync(int file) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return failing("sync", file) > 0 ? (errno = fault.error, -1) : real(file);
}

int fsync(int file) {
  static const auto real = next<int (*)(int)>("fsync");
  if (failing("sync", file) > 0 || failing("names", file) > 0) return errno = fault.error, -1;
  return real(file);
}

int statvfs(const char* path, struct statvfs* found) {
  static const auto real = next<int (*)(const char*, struct statvfs*)>("statvfs");
  const int result = real(path, found);
  const char* free_mb = std::getenv("DISK_FREE_MB");
  if (result == 0 && free_mb != nullptr)
    found->f_bavail = (std::strtoul(free_mb, nullptr, 10) << 20) / found->f_frsize;
  return result;
}

}  // extern "C"
