// Where ops compute: an op follows the layer it was emitted for, forward and backward alike.
#include "engine/program/build.h"

namespace trainyard {

void placeOps(Program &program, std::span<const std::int32_t> layerDevices)
{
    for (Op &op : program.list.ops)
        if (op.layer >= 0)
            op.device = layerDevices[static_cast<std::size_t>(op.layer)];
}

}  // namespace trainyard
