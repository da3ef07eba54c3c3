#include "consensus/engine.h"

#include "consensus/core.h"

namespace centime::consensus {

Engine::Engine(EngineOptions options, Durable durable)
    : core_(std::make_unique<Core>(std::move(options), std::move(durable))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Step Engine::start(Now now) { return core_->start(now); }
Step Engine::step(Now now, Input input) { return core_->step(now, std::move(input)); }

const Finalized& Engine::fin() const { return core_->fin(); }
View Engine::view() const { return core_->view(); }
std::uint16_t Engine::leader(View view) const { return core_->leader(view); }
ViewReport Engine::report() const { return core_->report(); }
Status Engine::status(std::uint64_t wall_clock_ms) const { return core_->status(wall_clock_ms); }
bool Engine::halted() const { return core_->alarm().has_value(); }
bool Engine::ended() const { return core_->ended(); }
bool Engine::observing() const { return core_->observing(); }
View Engine::abstains_through() const { return core_->abstains_through(); }
std::optional<Alarm> Engine::alarm() const { return core_->alarm(); }
std::vector<Certificate> Engine::certificates() const { return core_->certificates(); }
View Engine::newest_decided() const { return core_->newest_decided(); }
bool Engine::holds(const crypto::Digest& block) const { return core_->holds(block); }
bool Engine::may_build() const { return core_->may_build(); }
Engine::Use Engine::use() const { return core_->use(); }

}  // namespace centime::consensus
