// A message in a few words, for the trace.
#pragma once

#include <string>

#include "consensus/message.h"

namespace centime::simulator {

std::string text_of(const consensus::Message& message);

}  // namespace centime::simulator
