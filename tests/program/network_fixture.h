// A network of three members with one running node, made with the program itself.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "tests/program/process.h"

namespace centime::program::testing {

namespace json = boost::json;

inline constexpr std::string_view network_file = R"(
origin = "ledger.example.org/test"
time = 2026-01-01T00:00:00Z
validators = ["platform"]

[[member]]
name = "platform"
title = "Giving Platform"
role = "platform"

[[member]]
name = "relief"
title = "Relief NGO"
role = "ngo"

[[member]]
name = "checker"
title = "Checker Auditors"
role = "auditor"
)";

// A CSV file from rows of named cells; its header has every name, in the order of first use.
using Cells = std::vector<std::pair<std::string, std::string>>;

inline std::string csv_of(const std::vector<Cells>& rows) {
  std::vector<std::string> names;
  for (const Cells& row : rows) {
    for (const auto& [name, value] : row) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  for (const Cells& row : rows) {
    text += '\n';
    for (const std::string& name : names) {
      if (name != names.front()) text += ',';
      const auto cell = std::ranges::find(row, name, &Cells::value_type::first);
      if (cell != row.end()) text += '"' + cell->second + '"';
    }
  }
  return text + '\n';
}

inline Cells gift(const std::string& reference, const std::string& amount,
                  const std::string& donor = "donor 17") {
  return {{"type", "donation"},   {"author", "platform"}, {"reference", reference},
          {"fund", "water"},      {"amount", amount},     {"currency", "EUR"},
          {"date", "2026-01-05"}, {"channel", "web"},     {"donor", donor}};
}

// The row with some of its cells changed or added.
inline Cells with(Cells row, const Cells& changes) {
  for (const auto& [name, value] : changes) {
    const auto cell = std::ranges::find(row, name, &Cells::value_type::first);
    if (cell == row.end()) {
      row.emplace_back(name, value);
    } else {
      cell->second = value;
    }
  }
  return row;
}

// Opens fund `water` with a channel `web`, and records two gifts, a transfer and a payment.
inline std::vector<Cells> good_rows() {
  return {
      {{"type", "channel"},
       {"author", "platform"},
       {"reference", "web"},
       {"channel", "web"},
       {"kind", "web"},
       {"company", "Example Shop"}},
      {{"type", "fund_proposal"},
       {"author", "relief"},
       {"reference", "water"},
       {"fund", "water"},
       {"title", "Water for all"},
       {"purpose", "Wells and pumps"},
       {"agreement", std::string(64, '1')}},
      {{"type", "fund_approval"},
       {"author", "checker"},
       {"reference", "water-ok"},
       {"fund", "water"},
       {"due_diligence", std::string(64, '2')}},
      gift("gift-1", "50.00"),
      gift("gift-2", "1,000.00", "donor 18"),
      {{"type", "disbursement"},
       {"author", "platform"},
       {"reference", "send-1"},
       {"fund", "water"},
       {"amount", "40.00"},
       {"currency", "EUR"},
       {"date", "2026-01-07"},
       {"to", "relief"},
       {"purpose", "First pump, 2026"}},
      {{"type", "acknowledgement"},
       {"author", "relief"},
       {"reference", "seen-1"},
       {"disbursement", "platform/send-1"},
       {"amount_seen", "40.00"},
       {"date", "2026-01-08"}},
      {{"type", "expenditure"},
       {"author", "relief"},
       {"reference", "pump"},
       {"fund", "water"},
       {"amount", "37.50"},
       {"currency", "EUR"},
       {"date", "2026-01-09"},
       {"payee", "Pump Ltd"},
       {"category", "goods"}},
  };
}

class Network : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(path("network.toml"), std::string(network_file));
    const Result made =
        centime({"network", "new", path("network.toml"), "--out", path("net"), "--generate-keys"});
    ASSERT_EQ(made.code, 0) << made.err;
    const Result node =
        centime({"init", "--data", path("node"), "--genesis", path("net/genesis.bin"), "--key",
                 key("platform"), "--listen", "127.0.0.1:0"});
    ASSERT_EQ(node.code, 0) << node.err;
  }

  void TearDown() override { process_.reset(); }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string key(const std::string& member) const { return path("net/keys/" + member + ".key"); }
  const std::string& url() const { return url_; }
  Process& process() { return *process_; }

  // Starts the node and waits until it says that it is ready.
  void start(const Variables& variables = {}, const std::function<void()>& begin = {}) {
    process_.emplace(Arguments{"run", "--data", path("node"), "--json"}, variables, begin);
    for (int i = 0; i < 6000; ++i) {
      const std::string out = process_->output();
      if (out.ends_with('\n')) {
        url_ = json::parse(out).at("url").as_string();
        return;
      }
      if (process_->ended()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "the node does not start: " << process_->errors();
  }

  // Ends it as an operator would; its exit code.
  int stop() {
    process_->signal(SIGTERM);
    const int code = process_->wait();
    process_.reset();
    return code;
  }

  std::string file(const std::string& name, const std::string& content) {
    write_text(path(name), content);
    return path(name);
  }
  std::string csv(const std::string& name, const std::vector<Cells>& rows) {
    return file(name, csv_of(rows));
  }

  // Imports with all members' keys.
  Result import(const std::string& name, const Arguments& more = {}) {
    Arguments arguments{"import",         "csv",   name, "--node", url_, "--keys",
                        path("net/keys"), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return centime(arguments);
  }

  std::uint64_t entries() {
    const Result status = centime({"status", "--node", url_, "--json"});
    EXPECT_EQ(status.code, 0) << status.out;
    return json::parse(status.out).at("entries").to_number<std::uint64_t>();
  }

 private:
  TemporaryDirectory directory_;
  std::optional<Process> process_;
  std::string url_;
};

}  // namespace centime::program::testing
