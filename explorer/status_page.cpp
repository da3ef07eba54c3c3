// The page that says whether the members' nodes agree, as this node sees it.
#include <algorithm>

#include "api/checkpoint_signers.h"
#include "crypto/encoding.h"
#include "explorer/pages.h"
#include "explorer/record_words.h"

namespace centime::explorer {
namespace {

// Nodes that agree hear each other several times a second, and idle ones every few.
constexpr std::chrono::seconds seen_now(10);

class StatusPage {
 public:
  StatusPage(const api::Request& request, const LedgerNow& now, const StatusSources& sources)
      : now_(now),
        sources_(sources),
        report_(*sources.report),
        signers_(api::checkpoint_signers(sources.origin, sources.epoch, sources.checkpoint)),
        page_(request, "status.html"),
        names_(now.snapshot) {}

  api::Response response() {
    page_.set_title(words().text("status_title"));
    page_.set_json("/v1/consensus");
    // What a notice would say, the page says itself.
    page_.set_state({now_.snapshot, {}, now_.origin});
    const bool away = now_.standing.word == Standing::current && !all_connected();
    const auto state = away ? "away" : std::string(crypto::word_of(now_.standing.word));
    body().set("STATE", state).set("WORD", words().text("standing_" + state + "_title"));
    // Of a node that is well, the next block is always on its way.
    const bool well = state == "current" || state == "learning";
    body().set("SAYS",
               page_.standing_text("standing_" + state, well ? 0 : now_.standing.blocks_behind));
    body().set("PROPOSALS_URL", page_.link("/proposals"));
    fill_validators();
    fill_checkpoint();
    fill_node();
    fill_followers();
    auto response = page_.response();
    // It changes without a new block.
    response.etag.clear();
    return response;
  }

 private:
  const Catalogue& words() const { return page_.words(); }
  Section& body() { return page_.body(); }
  std::string number(std::uint64_t value) const { return words().number(value); }
  std::string blocks(std::uint64_t count) const {
    if (count == 0) return words().text("status_blocks_none");
    return words().text(count == 1 ? "status_block" : "status_blocks", {{"count", number(count)}});
  }

  bool all_connected() const {
    return std::ranges::all_of(report_.validators, &runtime::PeerReport::connected);
  }

  void fill_validators() {
    const auto connected =
        std::ranges::count(report_.validators, true, &runtime::PeerReport::connected);
    body().set("COUNTS", words().text("status_counts",
                                      {{"there", number(static_cast<std::uint64_t>(connected))},
                                       {"count", number(report_.validators.size())},
                                       {"needed", number(report_.quorum)}}));
    for (const auto* column : {"connected", "seen", "height", "lag", "signed"})
      body().add("COLUMN").set("NAME", words().text("status_" + std::string(column)));
    const std::uint64_t newest = api::newest_height(report_, now_.snapshot.head().height.value);
    for (const auto& peer : report_.validators) add_validator(peer, newest);
  }

  void add_validator(const runtime::PeerReport& peer, std::uint64_t newest) {
    auto row = body().add("ROW");
    row.set("URL", page_.link("/m/" + peer.member.value)).set("MEMBER", names_.member(peer.member));
    const auto cell = [&](std::string_view column, std::string_view value, bool good) {
      row.add("CELL")
          .set("NAME", words().text("status_" + std::string(column)))
          .set("VALUE", value)
          .set("STATE", good ? "well" : "bad");
    };
    const bool self = peer.member == sources_.self;
    cell("connected",
         words().text(self             ? "status_self"
                      : peer.connected ? "status_yes"
                                       : "status_no"),
         peer.connected);
    cell("seen", self ? words().text("status_self") : seen(peer.member), self || peer.connected);
    // The own height is that of what this page shows.
    const auto height = self ? now_.snapshot.head().height.value : peer.height;
    const bool known = self || peer.heard;
    const auto lag = newest - std::min(newest, height);
    cell("height", known ? number(height) : words().text("status_unknown"), known);
    cell("lag", known ? blocks(lag) : words().text("status_unknown"),
         known && lag <= api::blocks_behind_max);
    const auto time = signed_at(peer.member);
    cell("signed", time ? words().instant(*time) : unsigned_words(), true);
  }

  // Whose signature comes after a quorum's is not in the checkpoint, and is no dissent.
  std::string unsigned_words() const {
    if (!signers_ || signers_->count < signers_->needed) return words().text("status_unsigned");
    return words().text("status_not_needed", {{"count", number(signers_->count)}});
  }

  // When its node was last heard.
  std::string seen(const ledger::MemberId& member) const {
    if (!sources_.heard) return words().text("status_unknown");
    const auto found = sources_.heard->find(member);
    if (found == sources_.heard->end()) return words().text("status_never_seen");
    if (found->second < seen_now) return words().text("status_seen_now");
    return words().text("status_seen_ago", {{"time", words().duration(found->second)}});
  }

  std::optional<ledger::TimeMs> signed_at(const ledger::MemberId& member) const {
    if (!signers_) return std::nullopt;
    const auto found =
        std::ranges::find(signers_->validators, member, &api::CheckpointSigner::member);
    return found == signers_->validators.end() ? std::nullopt : found->signed_at;
  }

  void fill_checkpoint() {
    if (!signers_) return;
    auto section = body().add("CHECKPOINT");
    const bool enough = signers_->count >= signers_->needed;
    section.set("SAYS", words().text(enough ? "status_agreed" : "status_not_agreed",
                                     {{"signed", number(signers_->count)},
                                      {"count", number(signers_->validators.size())},
                                      {"needed", number(signers_->needed)}}));
    section.set("SIZE", number(signers_->size));
    section.set("ROOT", crypto::to_base64(signers_->root.bytes));
  }

  void fill_node() {
    body().set("SELF", names_.member(sources_.self));
    body().set("SELF_URL", page_.link("/m/" + sources_.self.value));
    body().set("ROLE", words().text("node_role_" + std::string(crypto::word_of(report_.role))));
    const auto height = now_.snapshot.head().height.value;
    body().set("BLOCK", number(height));
    body().set("BLOCK_URL", page_.link("/b/" + std::to_string(height)));
    body().set("PENDING", number(report_.pending));
    // A network of one waits in no view.
    if (report_.view > 0)
      body().add("VIEW").set(
          "VALUE", words().text("status_view_of", {{"view", number(report_.view)},
                                                   {"who", names_.member(report_.leader)}}));
    const auto proofs = report_.evidence ? report_.evidence->size() : 0;
    if (proofs > 0)
      body().add("PROOFS").set("COUNT", number(proofs));
    else
      body().show("NO_PROOFS");
  }

  void fill_followers() {
    std::optional<Section> list;
    for (const auto& member : now_.snapshot.members()) {
      const auto& voting = report_.validators;
      if (std::ranges::find(voting, member->member, &runtime::PeerReport::member) != voting.end())
        continue;
      if (!list) list = body().add("FOLLOWERS");
      auto row = list->add("MEMBER");
      row.set("URL", page_.link("/m/" + member->member.value))
          .set("TITLE", in_sentence(member->title.value));
      row.set("ROLE", words().text("role_" + std::string(crypto::word_of(member->role))));
      if (sources_.heard && member->member != sources_.self)
        row.add("SEEN").set("TEXT",
                            words().text("status_follower_seen", {{"seen", seen(member->member)}}));
    }
  }

  const LedgerNow& now_;
  const StatusSources& sources_;
  const runtime::ReplicaReport& report_;
  const std::optional<api::CheckpointSigners> signers_;
  Page page_;
  Names names_;
};

}  // namespace

api::Response status_page(const api::Request& request, const LedgerNow& now,
                          const StatusSources& sources) {
  return StatusPage(request, now, sources).response();
}

}  // namespace centime::explorer
