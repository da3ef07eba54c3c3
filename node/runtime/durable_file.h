// Small files beside the store that a power cut leaves whole: as they were, or as they are to be.
#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace centime::runtime {

// Writes all of it at the open file's position, whatever signals come; false with errno set.
bool write_all(int file, std::string_view content);

// Where root works in a directory that is another user's, as with sudo on the machine of a service:
// gives that user what root has made there, so that the service can still use it. Files of others
// and such with a second name are left alone.
void give_to_owner_of(const std::filesystem::path& place, int file);
// The same of all that is below `tree`, and of itself.
void give_tree_to_owner_of(const std::filesystem::path& place, const std::filesystem::path& tree);

// The errors of both: "unwritable_file: " and a sentence.

// Replaces the file, or makes it, by way of `<file>.new`, which is made with this mode. When it
// returns, content and name are on the disk.
std::expected<void, std::string> write_durably(const std::filesystem::path& file,
                                               std::string_view content, mode_t mode = 0644);

// Renames a file or directory; when it returns, the name is on the disk. Requires one parent.
std::expected<void, std::string> rename_durably(const std::filesystem::path& from,
                                                const std::filesystem::path& to);

}  // namespace centime::runtime
