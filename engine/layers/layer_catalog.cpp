#include "engine/layers/layer_list.h"

namespace trainyard {

const std::vector<LayerSpec> &layerCatalog()
{
    static const std::vector<LayerSpec> catalog{
#define X(Name) make##Name##Layer(),
        TRAINYARD_LAYERS(X)
#undef X
    };
    return catalog;
}

const LayerSpec *findLayer(std::string_view type)
{
    static const std::vector<LayerSpec> ofBlocks{
#define X(Name) make##Name##Layer(),
        TRAINYARD_BLOCK_LAYERS(X)
#undef X
    };
    for (const auto *specs : {&layerCatalog(), &ofBlocks})
        for (const LayerSpec &spec : *specs)
            if (spec.type == type)
                return &spec;
    return nullptr;
}

tl::unexpected<LayerProblem> problem(std::string message, std::string key, std::optional<ParameterFix> fix)
{
    return tl::unexpected(LayerProblem{std::move(message), std::move(key), std::move(fix)});
}

const char *categoryName(Category category)
{
    switch (category) {
    case Category::Input: return "input";
    case Category::Core: return "core";
    case Category::Convolution: return "convolution";
    case Category::Normalization: return "normalization";
    case Category::Activation: return "activation";
    case Category::Pooling: return "pooling";
    case Category::Shape: return "shape";
    case Category::Merge: return "merge";
    case Category::Loss: return "loss";
    }
    return "";
}

const char *categoryTitle(Category category)
{
    switch (category) {
    case Category::Input: return "Input";
    case Category::Core: return "Core";
    case Category::Convolution: return "Convolution";
    case Category::Normalization: return "Normalization";
    case Category::Activation: return "Activation";
    case Category::Pooling: return "Pooling";
    case Category::Shape: return "Shape";
    case Category::Merge: return "Merge";
    case Category::Loss: return "Loss";
    }
    return "";
}

}  // namespace trainyard
