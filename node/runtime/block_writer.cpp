#include "node/runtime/block_writer.h"

#include <optional>

#include "crypto/check.h"
#include "node/runtime/block_body.h"
#include "node/runtime/wall_clock.h"

namespace centime::runtime {
namespace {

using crypto::check;

// A validator that waits for nobody needs no clock: no deadline of its engine ever passes, however
// long the disk takes.
constexpr consensus::Now standing_still{};

template <class Wanted>
const Wanted* find(const consensus::Step& step) {
  for (const consensus::Effect& effect : step.effects) {
    if (const auto* wanted = std::get_if<Wanted>(&effect)) return wanted;
  }
  return nullptr;
}

}  // namespace

consensus::Engine engine_of_one(const ledger::NetworkId& network, const crypto::SecretKey& key,
                                consensus::Durable durable) {
  consensus::EngineOptions options;
  options.validators = {{network.bytes}, {key.public_key()}};
  options.rules.epoch = durable.final.fin.epoch;
  options.self = 0;
  const auto own =
      std::make_shared<const crypto::SecretKey>(crypto::SecretKey::from_seed(key.seed()));
  options.sign = [own](crypto::BytesView message) {
    // Alone, a validator sends its NOTARIZE to nobody and stores none: in the same step it casts
    // the FINALIZE that says as much, and whose signature is the certificate.
    if (consensus::vote_kind(message) == consensus::VoteKind::notarize) return crypto::Signature{};
    return own->sign(message);
  };
  // Blocks come from nowhere but this node.
  options.block_matches = [](const consensus::Block&) { return false; };
  return {std::move(options), std::move(durable)};
}

BlockWriter::BlockWriter(storage::Store& store, const ledger::Genesis& genesis,
                         consensus::Engine engine, ledger::MemberId proposer)
    : store_(store),
      genesis_(genesis),
      engine_(std::move(engine)),
      proposer_(std::move(proposer)),
      tip_(store.snapshot()->head().tip()) {
  engine_.start(standing_still);
  // There is always a block to come, so the engine always waits for one.
  remember_build(engine_.step(standing_still, consensus::Work{1}));
}

void BlockWriter::remember_build(const consensus::Step& step) {
  const auto* build = find<consensus::Build>(step);
  check(build != nullptr && build->parent == tip_.hash, "the engine waits for a block on the tip");
  build_ = *build;
}

BlockWriter::Written BlockWriter::write(std::deque<PendingSubmission>& pending,
                                        const std::function<void()>& publish) {
  Written written;
  std::vector<Answer> answers;
  // What the block is made from goes after the answers: nobody waits for that.
  const auto snapshot = store_.snapshot();
  ledger::Draft draft(*snapshot, tip_, genesis_.policies, next_time());
  std::optional<ledger::Block> block;
  wasted_.forgive(next_time().value);
  execute(draft, pending, written, answers);
  if (!draft.empty()) {
    block.emplace(std::move(draft).seal(proposer_, store_));
    commit(*block);
    publish();
    written.block = true;
  }
  // Only now: what is answered is final and on the disk.
  for (Answer& answer : answers) {
    answer.receipt.height = tip_.height;
    answer.done(std::move(answer.receipt));
  }
  return written;
}

void BlockWriter::execute(ledger::Draft& draft, std::deque<PendingSubmission>& pending,
                          Written& written, std::vector<Answer>& answers) {
  while (!pending.empty()) {
    const Sender sender{pending.front().way, pending.front().submission.head.author};
    if (wasted_.is_spent(sender)) {
      ++written.rejected;
      pending.front().done(std::unexpected(SubmitError(Unavailable::busy)));
      pending.pop_front();
      continue;
    }
    auto outcome = draft.add(pending.front().submission);
    if (!outcome && !outcome.error().rejection) return;
    PendingSubmission next = std::move(pending.front());
    pending.pop_front();
    if (!outcome) {
      wasted_.add(sender, outcome.error().work);
      ++written.rejected;
      next.done(std::unexpected(SubmitError(std::move(*outcome.error().rejection))));
      continue;
    }
    if (outcome->repeat) {
      ++written.repeated;
    } else {
      ++written.accepted;
      written.records += outcome->records.size();
    }
    answers.push_back(
        {std::move(next.done),
         {outcome->repeat, {}, std::move(outcome->records), ids_of(next.submission)}});
  }
}

void BlockWriter::commit(const ledger::Block& block) {
  // Nobody else is asked for a vote, so the engine needs no body to send.
  consensus::Block proposed{block.tip.hash,
                            {block.seal.height.value},
                            block.seal.previous,
                            ledger::closes_epoch(block.seal),
                            0,
                            block.seal.time.value,
                            {}};
  consensus::Step step =
      engine_.step(standing_still, consensus::Built{build_.view, std::move(proposed)});
  const auto* final = find<consensus::Commit>(step);
  check(final != nullptr && final->fin.block == block.tip.hash, "the block is final at once");
  const crypto::Bytes certificate = crypto::encode(BlockCertificate{final->finalization, {}});
  ended_ = final->closing;
  store_.commit(
      {block.state->changes(), block.seal, block.tip.hash, certificate, std::move(step.rows)});
  tip_ = block.tip;
  if (ended_) return;
  engine_.step(standing_still, consensus::Synced{step.batch});
  remember_build(step);
}

ledger::TimeMs BlockWriter::next_time() const {
  return {std::max(wall_clock_ms(), tip_.time.value + 1)};
}

}  // namespace centime::runtime
