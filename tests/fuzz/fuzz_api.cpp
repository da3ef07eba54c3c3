// Every endpoint of a real node, with any target, header and body: an answer of the documented
// kind, and after a refusal the same log as before.
//
// Input: the first line is "METHOD TARGET", the second a header "name: value" or empty, the rest
// the body. Requests carry a good token, so that what stands behind it is reached too.
#include "tests/fuzz/node_world.h"

using namespace centime;

namespace {

fuzz::NodeWorld& the_world() {
  static fuzz::NodeWorld world;
  return world;
}

}  // namespace

// Not within the time of the first input: it waits for the disk.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  the_world();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::NodeWorld& world = the_world();
  std::string_view text = fuzz::text_of(data, size);
  const std::string_view line = fuzz::take_line(text);
  const std::string_view field = fuzz::take_line(text);
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;

  auto request = fuzz::request_of(line.substr(blank + 1));
  if (!request) return 0;
  request->method = line.substr(0, blank);
  request->headers.emplace_back("authorization", world.bearer());
  if (const std::size_t colon = field.find(": "); colon != std::string_view::npos)
    request->headers.emplace_back(field.substr(0, colon), field.substr(colon + 2));
  request->body = text;

  const std::uint64_t before = world.log_size();
  api::Response response = fuzz::answer(world.router(), *request);
  crypto::check(response.status >= 200 && response.status < 500, "no request breaks the node");
  if (response.status >= 400) {
    crypto::check(response.problem != nullptr, "a refusal has its word");
    fuzz::check_problem(*response.problem);
    crypto::check(world.log_size() == before, "a refusal changes nothing");
  }
  fuzz::read_body(response);
  if (response.content_type == "application/json" && !response.stream)
    boost::json::parse(response.body);
  return 0;
}
