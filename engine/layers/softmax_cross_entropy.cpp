#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

LayerSpec makeSoftmaxCrossEntropyLayer()
{
    return {.type = "softmax_cross_entropy",
            .title = "Softmax cross-entropy",
            .category = Category::Loss,
            .summary = "The loss of a classifier: how surprised it is by the right class.",
            .help = "loss = -log softmax(x)[target], averaged over the batch. For choosing one of several classes. The layer "
                    "before it puts out one value per class, without softmax: that is part of the loss, where it is exact. "
                    "A network that knows nothing has a loss of log(classes), 2.3 for ten.",
            .parameters = {},
            .hasOutput = false,
            .inferShape = sameAsInput,
            .emitOps = lossEmit(OpKind::SoftmaxCrossEntropy),
            .label = noLabel};
}

}  // namespace trainyard
