// What group norm and instance norm share.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// The input's shape, where `groups` groups of each sample have more than one value each: otherwise every output is beta.
ShapeResult groupedShape(const std::string &title, const Shape &input, std::int64_t groups, const std::string &key, std::optional<ParameterFix> fix);
Result<ValueId> emitGroupNorm(EmitContext &context, std::int64_t groups);

}  // namespace trainyard
