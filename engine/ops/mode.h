// What a Program is built for.
#pragma once

#include <cstdint>

namespace trainyard {

enum class Mode : std::uint8_t {
    Train,     // gather, forward, loss, backward, update, metrics
    Evaluate,  // gather, forward in inference form, loss, metrics
    Predict,   // gather, forward in inference form; the predictions are kept for reading
};

}  // namespace trainyard
