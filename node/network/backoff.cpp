#include "node/network/backoff.h"

#include <algorithm>

#include "crypto/check.h"

namespace centime::network {

Backoff::Backoff(Options options) : options_(options), wait_(options.first) {
  crypto::check(options.first.count() > 0 && options.first <= options.most,
                "a backoff begins above zero and not above its bound");
}

milliseconds Backoff::next(double random) {
  const auto half = wait_ / 2;
  const auto spread = static_cast<double>((wait_ - half).count()) * random;
  // By comparison, not by shifting: a counter of failures would overflow one day.
  wait_ = wait_ > options_.most / 2 ? options_.most : wait_ * 2;
  return half + milliseconds(static_cast<milliseconds::rep>(spread));
}

void CutOff::strike(Clock::time_point now) {
  if (strikes_ > 0 && now - last_ > options_.forgotten_after) strikes_ = 0;
  auto wait = options_.first;
  for (unsigned i = 0; i < strikes_ && wait < options_.most; ++i) wait *= 2;
  strikes_ = std::min(strikes_ + 1, 64U);
  last_ = now;
  until_ = now + std::min(wait, options_.most);
}

}  // namespace centime::network
