// Every page, with any path, query and header: sound HTML, whatever is asked, or a refusal that can
// be shown as a page.
//
// Input: the first line is the target, the others are headers "name: value". "@1@" in the target is
// the id of the first record there is, and so on.
#include "explorer/explorer.h"
#include "tests/explorer/html_reading.h"
#include "tests/fuzz/node_world.h"

using namespace centime;

namespace {

class Pages {
 public:
  Pages() { explorer::add_pages(world_.router(), world_.node(), {}); }

  api::Response answer(api::Request& request) { return fuzz::answer(world_.router(), request); }

  std::string with_ids(std::string_view target) const {
    std::string whole;
    while (!target.empty()) {
      const bool named = target.size() >= 3 && target[0] == '@' && target[2] == '@';
      const auto number = named ? static_cast<std::size_t>(target[1] - '1') : world_.ids().size();
      if (number < world_.ids().size()) {
        whole += world_.ids()[number];
        target.remove_prefix(3);
      } else {
        whole += target.front();
        target.remove_prefix(1);
      }
    }
    return whole;
  }

 private:
  fuzz::NodeWorld world_;
};

Pages& the_pages() {
  static Pages pages;
  return pages;
}

void check_page(const api::Response& response) {
  const auto fault = explorer::fault_of_html(response.body);
  crypto::check(!fault, fault.value_or("").c_str());
  const auto policy = api::find_field(response.headers, "Content-Security-Policy");
  crypto::check(policy && policy->starts_with("default-src 'none'"), "a page says what it may do");
}

}  // namespace

// Not within the time of the first input: it waits for the disk.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  the_pages();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Pages& pages = the_pages();
  std::string_view text = fuzz::text_of(data, size);
  auto request = fuzz::request_of(pages.with_ids(fuzz::take_line(text)));
  if (!request) return 0;
  while (!text.empty()) {
    const auto field = fuzz::take_line(text);
    const auto colon = field.find(": ");
    if (colon != std::string_view::npos)
      request->headers.emplace_back(field.substr(0, colon), field.substr(colon + 2));
  }
  if (!request->header("accept")) request->headers.emplace_back("accept", "text/html");

  api::Response response = pages.answer(*request);
  crypto::check(response.status >= 200 && response.status < 500, "no request breaks the node");
  if (response.status >= 400) {
    crypto::check(response.problem != nullptr, "a refusal has its word");
    fuzz::check_problem(*response.problem);
    const auto page = explorer::problem_page(*request, *response.problem);
    crypto::check(page.has_value(), "a refusal can be shown");
    check_page(*page);
  }
  fuzz::read_body(response);
  const bool ours =
      !request->path.starts_with("/verify.html") && !request->path.starts_with("/assets/");
  if (response.status == 200 && ours && response.content_type.starts_with("text/html"))
    check_page(response);
  return 0;
}
