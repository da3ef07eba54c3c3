// The page that leads to a check: of a donation by its id, here or at another node, or of a file.
#include <algorithm>

#include "api/queries.h"
#include "api/typed_amount.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"
#include "node/proof/policy.h"
#include "node/runtime/epochs.h"

namespace centime::explorer {
namespace {

constexpr std::size_t asked_max = 200;

// As receipts and mails may have it: with blanks, in capitals, as the page's address, or as a page
// shortens it.
std::string bare_id(std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash != std::string_view::npos) text.remove_prefix(slash + 1);
  text = api::without_ellipsis(text.substr(0, text.find_first_of("?#")));
  std::string id;
  for (const char c : text.substr(0, asked_max)) {
    if (c == ' ' || c == '\t' || c == '-') continue;
    id += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return id;
}

// "https://ledger.example.org" of an address that a reader typed; nothing for anything that could
// be more than a host with a port.
std::optional<std::string> node_address(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const auto protocol = text.substr(0, scheme);
  const auto host = text.substr(scheme + 3);
  if ((protocol != "https" && protocol != "http") || host.empty() || text.size() > asked_max)
    return std::nullopt;
  const bool plain = std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-.:[]").contains(c);
  });
  return plain ? std::optional(std::string(text)) : std::nullopt;
}

class VerifyPage {
 public:
  VerifyPage(const api::Request& request, const LedgerNow& now, const ledger::Genesis& genesis)
      : request_(request), now_(now), page_(request, "verify.html") {
    page_.set_title(words().text("verify_page_title"));
    page_.set_state(now);
    auto& body = page_.body();
    body.set(
        "FINGERPRINT",
        proof::policy_fingerprint(proof::format_policy(proof::policy_of(
            ledger::network_id(genesis), genesis.origin, runtime::sealing_epoch(now.snapshot)))));
    body.set("RULE_URL", page_.link("/rule"));
    const auto& files = site().static_files();
    body.set("WORDS_URL", files.url("check." + words().language() + ".js"));
    body.set("NOBLE_URL", files.url("check-noble.js"));
    page_.set_script("check-file.js", Page::Asks::this_node);
  }

  api::Response response() {
    const auto asked = request_.parameter("id").value_or("");
    const auto node = request_.parameter("node").value_or("");
    page_.body().set("ID", asked).set("NODE", node);
    if (asked.empty()) return page_.response();
    const auto id = bare_id(asked);
    if (!node.empty()) return ask_elsewhere(id, node);
    const auto entry = api::find_record(now_.snapshot, id);
    if (!entry) return wrong_id(api::to_word(entry.error()));
    const auto path = record_path(api::describe_record(now_.snapshot, *entry));
    api::Response found;
    found.status = 303;
    return std::move(found).add("Location", page_.link(path + "#verify"));
  }

 private:
  const Catalogue& words() const { return page_.words(); }

  // The reader is told where the link leads, and is never sent there.
  api::Response ask_elsewhere(const std::string& id, std::string_view node) {
    const auto address = node_address(node);
    if (!address) {
      page_.body().show("BAD_NODE");
      page_.body().show("WRONG_NODE");
      return page_.response();
    }
    const auto url = *address + "/d/" + url_encode(id) + "#verify";
    page_.body().add("ELSEWHERE").set("URL", url).set("SHOWN", url);
    return page_.response();
  }

  api::Response wrong_id(std::string_view word) {
    page_.body().show("BAD_ID");
    const auto key = word == "bad_id" ? "verify_bad_id" : "problem_" + std::string(word);
    page_.body().add("WRONG_ID").set("TEXT", words().text(key));
    return page_.response();
  }

  const api::Request& request_;
  const LedgerNow& now_;
  Page page_;
};

}  // namespace

api::Response verify_page(const api::Request& request, const LedgerNow& now,
                          const ledger::Genesis& genesis) {
  return VerifyPage(request, now, genesis).response();
}

}  // namespace centime::explorer
