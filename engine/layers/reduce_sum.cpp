#include "engine/layers/layer_list.h"
#include "engine/layers/reduce_layer.h"

namespace trainyard {

LayerSpec makeReduceSumLayer()
{
    LayerSpec spec = reduceLayer("reduce_sum", "Reduce sum", "The sum along one dimension.", ReduceKind::Sum);
    spec.help = "Unlike the mean it grows with the length, so the number of positions stays visible in the result.";
    return spec;
}

}  // namespace trainyard
