// The CPU backend: oneDNN primitives and a few loops of our own.
#pragma once

#include <memory>

#include "engine/backends/backend.h"

namespace trainyard::cpu {

std::unique_ptr<Backend> makeBackend();

}  // namespace trainyard::cpu
