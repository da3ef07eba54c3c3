// A real node with the API and the pages on a free port, and histories for pages to tell.
#pragma once

#include "explorer/explorer.h"
#include "tests/api/node_fixture.h"

namespace centime::explorer {

class ExplorerTest : public api::NodeTest {
 protected:
  ExplorerTest() {
    server.reset();
    api::Router router;
    api::add_api(router, {*node, tokens_file});
    add_pages(router, *node);
    api::ServerOptions options;
    options.threads = 2;
    options.hooks.state = api::ledger_state(*node);
    options.hooks.decorate = api::height_decorator(*node);
    options.hooks.problem_page = problem_page;
    server = std::make_unique<api::Server>(std::move(router), std::move(options));
    const auto started = server->start();
    if (!started) throw std::runtime_error(started.error());
  }

  // As a browser asks.
  api::ClientResponse page(std::string_view target, std::string_view languages = "en") {
    return get(target, {{"Accept", "text/html"}, {"Accept-Language", std::string(languages)}});
  }

  std::string donate(std::uint64_t amount = 5000, std::string_view code = "EUR") {
    return state_record(test::open_giving, test::donation_of(amount, code));
  }
  std::string disburse(const ledger::MemberId& from, const ledger::MemberId& to,
                       std::uint64_t amount) {
    return state_record(from, test::disbursement_of(to, amount));
  }
  std::string pay(const ledger::MemberId& holder, std::uint64_t amount,
                  ledger::Category category = ledger::Category::goods,
                  std::string_view code = "EUR") {
    auto expenditure = test::expenditure_of(amount, code);
    expenditure.category = category;
    return state_record(holder, expenditure);
  }
  void acknowledge(const ledger::MemberId& receiver, const std::string& disbursement,
                   std::uint64_t amount) {
    state_record(receiver, test::acknowledgement_of(id_of(disbursement), amount));
  }

  // 50.00 EUR: 37.50 spent on goods with an invoice, 1.50 in fees, 11.00 held by Field Crew.
  std::string partly_spent_gift() {
    const auto gift = donate();
    const auto sent = disburse(test::open_giving, test::red_aid, 5000);
    acknowledge(test::red_aid, sent, 5000);
    pay(test::red_aid, 150, ledger::Category::bank_fee);
    const auto paid = pay(test::red_aid, 3750);
    state_record(test::red_aid, test::evidence_of(ledger::RecordSubject{id_of(paid)}));
    acknowledge(test::field_crew, disburse(test::red_aid, test::field_crew, 1100), 1100);
    return gift;
  }
};

}  // namespace centime::explorer
