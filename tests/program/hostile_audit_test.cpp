// `centime audit` of a server that lies: each lie is refused, with the word for it.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "api/server.h"
#include "crypto/tiles.h"
#include "node/program/key_file.h"
#include "node/program/node_client.h"
#include "node/proof/checkpoint.h"
#include "tests/program/network_fixture.h"

namespace centime::program::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Answers with what it was given, and with 404 to everything else.
class LyingServer {
 public:
  LyingServer() {
    api::Router router;
    const auto answer = [this](const std::string& path, api::Reply reply) {
      const std::lock_guard lock(mutex_);
      const auto file = files_.find(path);
      api::Response response;
      response.status = file == files_.end() ? 404 : 200;
      response.content_type = content_type_;
      response.body = file == files_.end() ? everything_else_ : file->second;
      if (!everything_else_.empty()) response.status = 200;
      reply(std::move(response));
    };
    router.get("/checkpoint", [answer](const api::Request&, api::PathParams, api::Reply reply) {
      answer("checkpoint", std::move(reply));
    });
    router.get("/tile/{path...}",
               [answer](const api::Request&, api::PathParams params, api::Reply reply) {
                 answer("tile/" + params["path"], std::move(reply));
               });
    server_ = std::make_unique<api::Server>(std::move(router), api::ServerOptions{});
    const auto started = server_->start();
    EXPECT_TRUE(started) << started.error();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  void serve(std::map<std::string, std::string> files, std::string everything_else = "") {
    const std::lock_guard lock(mutex_);
    files_ = std::move(files);
    everything_else_ = std::move(everything_else);
    content_type_ = everything_else_.empty() ? "application/octet-stream" : "text/html";
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::string everything_else_, content_type_;
  std::unique_ptr<api::Server> server_;  // Last: it answers from the others.
};

// What a node serves of its log, while it is shorter than a bundle.
struct Served {
  std::string note;
  crypto::Checkpoint checkpoint;
  std::vector<crypto::Bytes> entries;

  std::map<std::string, std::string> files() const {
    // The first bundle's path for whoever believes the size.
    const auto width = std::clamp<std::uint64_t>(checkpoint.size, 1, crypto::tile_width);
    std::map<std::string, std::string> files{{"checkpoint", note}};
    if (!entries.empty())
      files[path(static_cast<unsigned>(width))] =
          std::string(crypto::as_text(crypto::encode_bundle(entries)));
    return files;
  }
  static std::string path(unsigned width) { return crypto::bundle_path({0, width}); }

  // The same note, saying another size.
  Served with_size(std::uint64_t size) const {
    Served other = *this;
    other.checkpoint.size = size;
    auto parsed = crypto::parse_note(note);
    parsed->text = crypto::format_checkpoint(other.checkpoint);
    other.note = crypto::format_note(*parsed);
    return other;
  }
};

class HostileAudit : public Network {
 protected:
  void SetUp() override {
    Network::SetUp();
    start();
    const std::vector<Cells> rows = good_rows();
    ASSERT_EQ(import_rows({rows.begin(), rows.begin() + 4}).code, 0);
    old_ = served_now();
    ASSERT_EQ(import_rows(rows).code, 0);
    now_ = served_now();
    ASSERT_GT(now_.entries.size(), old_.entries.size());
    ASSERT_LT(now_.entries.size(), std::size_t{crypto::tile_width});
  }

  Result import_rows(const std::vector<Cells>& rows) {
    return import(csv("rows.csv", rows), {"--receipts", path("receipts.csv")});
  }

  Served served_now() {
    NodeClient node(url());
    Served served;
    served.note = *node.get("/checkpoint");
    served.checkpoint = *crypto::parse_checkpoint(crypto::parse_note(served.note)->text);
    const auto width = static_cast<unsigned>(served.checkpoint.size);
    served.entries =
        *crypto::decode_bundle(crypto::as_bytes(*node.get("/" + Served::path(width))), width);
    return served;
  }

  Result audit(const Served& served) {
    server_.serve(served.files());
    return audit();
  }
  Result audit() {
    return centime(
        {"audit", "--node", server_.url(), "--genesis", path("net/genesis.bin"), "--json"});
  }

  // "word: sentence" of a failure; the exit code is that of one.
  static std::string said(const Result& result) {
    EXPECT_EQ(result.code, 1) << result.out;
    const auto document = json::parse(result.out);
    const auto* error = document.get_object().if_contains("error");
    if (error == nullptr) return "no failure";
    return std::string(error->at("code").as_string()) + ": " +
           std::string(error->at("detail").as_string());
  }

  // The checkpoint of the served log, signed with this key in the platform's name.
  Served signed_by(const crypto::SecretKey& key, Served served) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const ledger::MemberId platform{"platform"};
    served.note = proof::sign_checkpoint(served.checkpoint, {platform, key}, now);
    return served;
  }

  LyingServer server_;
  Served old_, now_;
};

TEST_F(HostileAudit, WhatIsServedUnchangedHolds) {
  EXPECT_EQ(audit(now_).code, 0);
  // An earlier state is one, too: only who remembers a later one can tell.
  const Result earlier = audit(old_);
  EXPECT_EQ(earlier.code, 0) << earlier.out;
  EXPECT_EQ(json::parse(earlier.out).at("entries").to_number<std::uint64_t>(),
            old_.checkpoint.size);
}

TEST_F(HostileAudit, AFlippedBitIsFoundInEachEntry) {
  for (std::size_t i = 0; i < now_.entries.size(); ++i) {
    Served served = now_;
    crypto::Bytes& entry = served.entries[i];
    entry[entry.size() / 2] ^= 1;
    const std::string what = said(audit(served));
    EXPECT_THAT(what, Not(HasSubstr("unreadable"))) << i;
    EXPECT_THAT(what,
                AnyOf(HasSubstr("the log does not hold at entry "), HasSubstr("wrong_network")))
        << i;
  }
}

TEST_F(HostileAudit, ABundleThatIsNoneIsNotTheLogsFault) {
  const std::string path = Served::path(static_cast<unsigned>(now_.checkpoint.size));
  const std::string whole = now_.files().at(path);
  const std::string unread =
      "unreadable: the log could not be read at entry 0; nothing is known of what follows: ";
  const auto with_bundle = [&](const std::string& bundle) {
    auto files = now_.files();
    files[path] = bundle;
    server_.serve(files);
    return said(audit());
  };
  EXPECT_THAT(with_bundle(whole.substr(0, whole.size() - 3)), HasSubstr(unread + "bad_bundle"));
  EXPECT_THAT(with_bundle(whole + "x"), HasSubstr(unread + "bad_bundle"));
  EXPECT_THAT(with_bundle(""), HasSubstr(unread + "bad_bundle"));
  EXPECT_THAT(with_bundle("<html>Welcome</html>"), HasSubstr(unread + "bad_bundle"));
  // One entry less than the path says.
  Served shorter = now_;
  shorter.entries.pop_back();
  EXPECT_THAT(said(audit(shorter)), HasSubstr(unread + "bad_bundle"));
  // None at all.
  Served nothing = now_;
  nothing.entries.clear();
  const std::string absent = said(audit(nothing));
  EXPECT_THAT(absent, HasSubstr(unread));
  EXPECT_THAT(absent, Not(HasSubstr("does not hold")));
}

TEST_F(HostileAudit, AFalseSizeIsFound) {
  const std::uint64_t size = now_.checkpoint.size;
  Served longer = now_.with_size(size + 1);
  longer.entries.push_back(longer.entries[2]);
  EXPECT_THAT(said(audit(longer)), HasSubstr("truncated: "));
  Served cut = now_.with_size(size - 1);
  cut.entries.pop_back();
  EXPECT_THAT(said(audit(cut)), HasSubstr("truncated: "));
  // At the end of an earlier block, where the entries alone hold.
  Served earlier = now_.with_size(old_.checkpoint.size);
  earlier.entries.resize(old_.entries.size());
  EXPECT_THAT(said(audit(earlier)), HasSubstr("bad_checkpoint: the checkpoint of these "));
  // More than anybody has.
  EXPECT_THAT(said(audit(now_.with_size(std::uint64_t{1} << 60))), HasSubstr("unreadable: "));
  EXPECT_THAT(said(audit(now_.with_size(0))), HasSubstr("truncated: "));
}

TEST_F(HostileAudit, AnOldSignatureIsNotOneOfThisLog) {
  Served mixed = now_;
  auto note = crypto::parse_note(now_.note);
  note->signatures = crypto::parse_note(old_.note)->signatures;
  mixed.note = crypto::format_note(*note);
  EXPECT_THAT(said(audit(mixed)), HasSubstr("bad_checkpoint: "));
}

TEST_F(HostileAudit, AFalseSignerIsFoundAndSoIsARealOneWhoSignsAnotherRoot) {
  EXPECT_THAT(said(audit(signed_by(crypto::SecretKey::generate(), now_))),
              HasSubstr("bad_checkpoint: "));
  const auto platform = read_key_file(key("platform"));
  ASSERT_TRUE(platform);
  EXPECT_EQ(audit(signed_by(platform->key, now_)).code, 0);
  Served other = now_;
  other.checkpoint.root.bytes[0] ^= 1;
  EXPECT_THAT(said(audit(signed_by(platform->key, other))),
              HasSubstr("wrong_root: the log does not hold at entry "));
}

TEST_F(HostileAudit, WhatHasNoCheckpointIsNoLog) {
  auto files = now_.files();
  files.erase("checkpoint");
  server_.serve(files);
  EXPECT_THAT(said(audit()), HasSubstr("bad_checkpoint: " + server_.url() + " gave no checkpoint"));
  for (const std::string note : {"", "\n", "<html>Welcome</html>", "origin\n5\n"}) {
    files["checkpoint"] = note;
    server_.serve(files);
    EXPECT_THAT(said(audit()), HasSubstr("bad_checkpoint: ")) << note;
  }
  // A web server that has one page for all.
  server_.serve({}, "<!doctype html><title>Welcome</title>");
  EXPECT_THAT(said(audit()), HasSubstr("bad_checkpoint: "));
}

TEST_F(HostileAudit, ALogOfAnotherNetworkIsSaidToBeOne) {
  server_.serve(now_.files());
  const Result result =
      centime({"audit", "--node", server_.url(), "--network", std::string(64, 'a'), "--json"});
  EXPECT_THAT(said(result), HasSubstr("wrong_network: "));
}

}  // namespace
}  // namespace centime::program::testing
