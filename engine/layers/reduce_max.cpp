#include "engine/layers/layer_list.h"
#include "engine/layers/reduce_layer.h"

namespace trainyard {

LayerSpec makeReduceMaxLayer()
{
    LayerSpec spec = reduceLayer("reduce_max", "Reduce max", "The largest value along one dimension.", ReduceKind::Max);
    spec.help = "Along the length of a sequence it says for each channel whether a pattern was there at all, wherever it was. The gradient goes to the largest entry, of equal ones to the first.";
    return spec;
}

}  // namespace trainyard
