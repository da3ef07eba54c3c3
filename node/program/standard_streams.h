// Keeps the numbers 0, 1 and 2 to stdin, stdout and stderr.
#pragma once

namespace centime::program {

// Opens /dev/null in place of each of them that the program was started without: else the first
// file or socket that is opened gets the number, and takes what is logged. Requires that nothing
// was opened yet. False if /dev/null can't be opened either.
bool open_standard_streams();

}  // namespace centime::program
