// bench_pages DIRECTORY DONATIONS [--pages N] [--again]: what making one donor's page costs.
//
// Different pages of random donations, made as the server makes them for a request that was never
// asked before: the head is parsed and routed, the page made from the newest snapshot, the header
// written. No sockets, so instructions can be counted:
//   valgrind --tool=callgrind --collect-atstart=no --toggle-collect='*make_pages*' \
//     bench_pages DIRECTORY DONATIONS --pages 2000 --again
// Half of the donations went on to be spent, the other half has only been received; each half is
// measured by itself. With --again the store is one that an earlier run left.
#include <fmt/format.h>
#include <time.h>

#include <cstdlib>
#include <random>

#include "api/request_parser.h"
#include "api/response_head.h"
#include "api/routing.h"
#include "explorer/explorer.h"
#include "tests/bench/bench_network.h"

using namespace centime;

namespace {

struct Options {
  std::filesystem::path directory;
  std::uint64_t rounds = 0;
  std::size_t pages = 5'000;
  bool again = false;
};

Options read_options(int argc, char** argv) {
  Options options;
  options.directory = argv[1];
  // Of money that goes on; as many again do not.
  options.rounds =
      std::max(1ULL, std::strtoull(argv[2], nullptr, 10) / bench::donations_a_round / 2);
  for (int i = 3; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--again") options.again = true;
    if (word == "--pages" && i + 1 < argc) options.pages = std::strtoull(argv[++i], nullptr, 10);
  }
  return options;
}

// The heads of requests for pages of donations [from, to).
std::vector<std::string> requests(const storage::Snapshot& snapshot, std::uint64_t from,
                                  std::uint64_t to, std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < count; ++i) {
    const auto reference = bench::donation(from + random() % (to - from)).reference;
    const auto entry = snapshot.find_reference({"platform"}, reference);
    const auto id = ledger::record_id(crypto::encode(snapshot.record(*entry).authored));
    heads.push_back(
        fmt::format("GET /d/{} HTTP/1.1\r\nHost: ledger.example.org\r\n"
                    "Accept: text/html\r\nAccept-Language: en-GB,en;q=0.5\r\n\r\n",
                    id.hex()));
  }
  return heads;
}

std::size_t make_page(const api::Router& router, std::string_view head) {
  api::Request request;
  api::RequestParser parser;
  api::Router::Match match;
  crypto::check(parser.read_head(head, 100, request).has_value(), "a request");
  crypto::check(!api::route_request(router, request, match), "a route");
  std::size_t bytes = 0;
  match.route->handler(request, std::move(match.params), [&](api::Response response) {
    crypto::check(response.status == 200, "a page");
    api::complete_fields(request, response, match.cross_origin);
    bytes = api::response_fields(response).size() + response.body.size();
  });
  return bytes;
}

// Bytes sent.
[[gnu::noinline]] std::size_t make_pages(const api::Router& router,
                                         const std::vector<std::string>& heads) {
  std::size_t bytes = 0;
  for (const auto& head : heads) bytes += make_page(router, head);
  return bytes;
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void report(const api::Router& router, const runtime::Node& node, std::string_view what,
            std::uint64_t from, const Options& options) {
  const auto half = options.rounds * bench::donations_a_round;
  const auto published = node.published();
  const auto heads = requests(*published->snapshot, from, from + half, options.pages);
  make_page(router, heads.front());  // Templates are read once.
  const double start = cpu_seconds();
  const auto bytes = make_pages(router, heads);
  const double us = 1e6 * (cpu_seconds() - start) / static_cast<double>(heads.size());
  fmt::print(
      "{{\"donations\": {}, \"of\": \"{}\", \"pages\": {}, \"cpu_us\": {:.1f}, "
      "\"bytes\": {}}}\n",
      2 * half, what, heads.size(), us, bytes / heads.size());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const Options options = read_options(argc, argv);
  if (!options.again) bench::create_network(options.directory);
  const auto node = bench::open_node(options.directory);
  const auto half = options.rounds * bench::donations_a_round;
  if (!options.again) {
    for (std::uint64_t round = 0; round < options.rounds; ++round)
      bench::record_round(*node, round);
    bench::record_donations(*node, half, 2 * half, 1'000, 4);
  }
  api::Router router;
  explorer::add_pages(router, *node);
  report(router, *node, "spent", 0, options);
  report(router, *node, "received", half, options);
}
