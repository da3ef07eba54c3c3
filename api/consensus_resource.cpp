// GET /v1/consensus: is the network agreeing, and if not, whom is this node waiting for?
// As CSV, the validators.
// GET /v1/evidence: who signed two votes of which no honest validator signs both.
#include <fmt/format.h>

#include "api/checkpoint_signers.h"
#include "api/item_list.h"
#include "api/resource.h"
#include "crypto/canonical.h"
#include "crypto/encoding.h"
#include "crypto/wire_types.h"
#include "node/runtime/epochs.h"

namespace centime::api {
namespace {

boost::json::object peer_json(const runtime::PeerReport& peer) {
  boost::json::object json{{"member", peer.member.value},
                           {"connected", peer.connected},
                           {"notarized", peer.notarized},
                           {"finalized", peer.finalized},
                           {"nullified", peer.nullified}};
  if (peer.heard) {
    json["view"] = peer.view;
    json["height"] = peer.height;
    json["pending"] = peer.pending;
    json["clock_ahead_ms"] = peer.clock_ahead_ms;
  }
  return json;
}

boost::json::object vote_json(const consensus::Vote& vote) {
  boost::json::object json{{"kind", crypto::word_of(vote.kind)},
                           {"signature", crypto::to_hex(vote.signature.bytes)}};
  if (vote.kind != consensus::VoteKind::nullify) {
    json["parent_view"] = vote.value.parent_view.value;
    json["height"] = vote.value.height.value;
    json["block"] = crypto::to_hex(vote.value.block.bytes);
  }
  return json;
}

boost::json::object evidence_json(const runtime::KeptEvidence& proof) {
  const consensus::Evidence& evidence = proof.evidence;
  const auto sin = consensus::contradiction(evidence.first, evidence.second);
  return {{"member", proof.accused.value},
          {"sin", crypto::word_of(*sin)},
          {"epoch", evidence.first.epoch},
          {"view", evidence.first.view.value},
          {"kept_at", proof.kept_at.to_iso()},
          {"first", vote_json(evidence.first)},
          {"second", vote_json(evidence.second)},
          {"canonical", crypto::to_hex(crypto::encode(evidence))}};
}

// {"size", "root", "needed", "signed": [{"member", "at"}]}: whose signatures hold.
boost::json::object checkpoint_json(const CheckpointSigners& signers) {
  boost::json::array who;
  for (const CheckpointSigner& signer : signers.validators) {
    if (!signer.signed_at) continue;
    who.push_back(
        boost::json::object{{"member", signer.member.value}, {"at", signer.signed_at->to_iso()}});
  }
  return {{"size", signers.size},
          {"root", crypto::to_hex(signers.root.bytes)},
          {"needed", signers.needed},
          {"signed", std::move(who)}};
}

// How often each word came, those that never did left out.
boost::json::object words_json(const network::WordCounts& counts) {
  boost::json::object json;
  const auto words = enum_words(network::LinkWord{});
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (counts[i] > 0) json[words[i]] = counts[i];
  }
  return json;
}

// The links to members, and how those that are no more ended.
boost::json::object links_json(const network::Counters& counters) {
  boost::json::array peers;
  for (const network::PeerCounters& peer : counters.peers) {
    boost::json::object shown{{"member", peer.name},
                              {"connected", peer.connected},
                              {"links", peer.links},
                              {"frames_in", peer.frames_in},
                              {"frames_out", peer.frames_out},
                              {"bytes_in", peer.bytes_in},
                              {"bytes_out", peer.bytes_out},
                              {"dropped", peer.dropped},
                              {"refused", peer.refused},
                              {"pauses", peer.pauses},
                              {"ended", words_json(peer.words)}};
    if (peer.heard_ago) shown["heard_ms_ago"] = peer.heard_ago->count();
    peers.push_back(std::move(shown));
  }
  return {{"accepted", counters.accepted},
          {"handshakes", counters.handshakes},
          {"strangers", words_json(counters.strangers)},
          {"peers", std::move(peers)}};
}

// Ascends as the list does.
std::string evidence_key(const runtime::KeptEvidence& proof) {
  const consensus::Vote& vote = proof.evidence.first;
  const auto sin = consensus::contradiction(vote, proof.evidence.second);
  return fmt::format("{}/{:05}/{}/{:03}", number_key(vote.epoch), vote.signer,
                     number_key(vote.view.value), static_cast<unsigned>(*sin));
}

void write_evidence_row(CsvWriter& csv, const runtime::KeptEvidence& proof) {
  const auto& [first, second] = proof.evidence;
  const auto sin = consensus::contradiction(first, second);
  csv.text(proof.accused.value)
      .text(crypto::word_of(*sin))
      .number(first.epoch)
      .number(first.view.value)
      .text(proof.kept_at.to_iso())
      .text(crypto::word_of(first.kind))
      .text(crypto::word_of(second.kind))
      .text(crypto::to_hex(crypto::encode(proof.evidence)))
      .end_row();
}

Response list_evidence(const Request& request, const PathParams&, const ReadView&,
                       ApiContext& context) {
  const auto report = context.node.agreement();
  const std::vector<runtime::KeptEvidence> none;
  auto kept = report->evidence ? *report->evidence : none;
  if (wants_csv(request)) {
    if (auto behind = keep_behind(request, "evidence", kept, evidence_key); !behind)
      return std::move(behind.error());
    return items_csv("evidence.csv",
                     {"member", "sin", "epoch", "view", "kept_at", "first", "second", "canonical"},
                     kept, write_evidence_row);
  }
  // Some for each member at most, so a file is made at once, of one report.
  auto page = wants_whole_json(request)
                  ? all_items_json(request, "evidence", kept, evidence_key, evidence_json)
                  : items_json(request, "evidence", kept, evidence_key, evidence_json);
  return page ? json_response(*page) : std::move(page.error());
}

void write_peer_row(CsvWriter& csv, const runtime::PeerReport& peer) {
  const auto answer = [](bool so) { return so ? "yes" : "no"; };
  csv.text(peer.member.value).text(answer(peer.connected));
  if (peer.heard) {
    csv.number(peer.view).number(peer.height).number(std::uint64_t{peer.pending});
    csv.number(peer.clock_ahead_ms);
  } else {
    csv.blank().blank().blank().blank();
  }
  csv.text(answer(peer.notarized)).text(answer(peer.finalized)).text(answer(peer.nullified));
  csv.end_row();
}

Response consensus_csv(const runtime::ReplicaReport& report) {
  return items_csv("validators.csv",
                   {"member", "connected", "view", "height", "pending", "clock_ahead_ms",
                    "notarized", "finalized", "nullified"},
                   report.validators, write_peer_row);
}

Response show_consensus(const Request& request, const PathParams&, const ReadView&,
                        ApiContext& context) {
  const auto report = context.node.agreement();
  if (wants_csv(request)) return consensus_csv(*report);
  const auto certified = context.node.certified();
  const auto shown = certified ? certified : context.node.published();
  boost::json::array validators;
  for (const runtime::PeerReport& peer : report->validators) validators.push_back(peer_json(peer));
  boost::json::object refused;
  for (const auto& [word, count] : report->refused) refused[word] = count;
  boost::json::object json{{"member", context.node.self().value},
                           {"role", crypto::word_of(report->role)},
                           {"epoch", report->epoch},
                           {"leader", report->leader.value},
                           {"height", report->height},
                           {"quorum", report->quorum},
                           {"pending", report->pending},
                           {"overdue", report->overdue},
                           {"views_nullified", report->views_nullified},
                           {"evidence", report->evidence ? report->evidence->size() : 0},
                           {"validators", std::move(validators)},
                           {"refused", std::move(refused)}};
  if (certified) json["certified_height"] = certified->snapshot->head().height.value;
  // A network of one agrees with itself at once and waits in no view.
  if (report->view > 0) {
    json["view"] = report->view;
    json["in_view_ms"] = report->in_view.count();
  }
  if (report->stuck) json["stuck_ms"] = report->stuck->count();
  if (report->votes_from_view) json["votes_from_view"] = *report->votes_from_view;
  if (report->deadline) json["deadline_in_ms"] = report->deadline->count();
  if (const auto links = context.node.links()) json["links"] = links_json(*links);
  if (report->alarm) json["alarm"] = *report->alarm;
  if (const auto signers =
          checkpoint_signers(context.node.genesis().origin,
                             runtime::sealing_epoch(*shown->snapshot), shown->checkpoint()))
    json["checkpoint"] = checkpoint_json(*signers);
  return json_response(json);
}

}  // namespace

void add_consensus_routes(Router& router, const SharedContext& context) {
  add_read(router, context, "/v1/consensus", show_consensus, {.csv = true});
  add_read(router, context, "/v1/evidence", list_evidence, {.csv = true});
}

}  // namespace centime::api
