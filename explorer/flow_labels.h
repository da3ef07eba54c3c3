// Words beside the boxes of a flow diagram, cut to the room that is there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace centime::explorer {

// One or two lines of at most `letters` letters, broken at blanks where that works; "…" ends what
// was cut. Letters of wide scripts count twice. Requires UTF-8 and letters >= 2.
std::vector<std::string> label_lines(std::string_view text, std::size_t letters);

}  // namespace centime::explorer
