#include "engine/layers/layer_list.h"
#include "engine/layers/reduce_layer.h"

namespace trainyard {

LayerSpec makeReduceMeanLayer()
{
    LayerSpec spec = reduceLayer("reduce_mean", "Reduce mean", "The mean along one dimension.", ReduceKind::Mean);
    spec.help = "Along the length of a sequence it makes one vector of all positions, the simplest way from a sequence to a class; along the channels it makes a grey image.";
    return spec;
}

}  // namespace trainyard
