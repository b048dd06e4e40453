// A convolution as a cuDNN graph, the engines cuDNN advises for it on a device, and the plan of one of them. Everything
// is asked of the library alone, with the device described by its properties.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/backends/cuda/convolution_problem.h"
#include "engine/backends/cuda/cudnn_graph.h"
#include "engine/backends/cuda/device_properties.h"

namespace trainyard::cuda {

// The ids of the tensors that have addresses.
inline constexpr std::int64_t kImageTensor = 1, kFilterTensor = 2, kResultTensor = 3, kBiasTensor = 4;

// One of cuDNN's engines with its knobs turned: enough to make the same plan again.
struct EngineChoice {
    std::int64_t engine = -1;
    std::vector<std::pair<std::int64_t, std::int64_t>> knobs;  // type, value

    bool operator==(const EngineChoice &) const = default;
};

std::string engineChoiceText(const EngineChoice &choice);  // "engine 38: 2=5 4=1"
std::optional<EngineChoice> parseEngineChoice(const std::string &text);

// Device for planning: from a description, or (execute_plan.cpp) from a handle.
Result<GraphDescriptor> describeDevice(const DeviceProperties &properties);

class ConvolutionGraph {
public:
    // Errors: Unsupported, where cuDNN cannot even describe it.
    static Result<ConvolutionGraph> make(const Convolution &convolution);

    // What the heuristic advises, best first, without what the house does not take: engines that give other bits from
    // run to run, sum in less than float32, are compiled only when they run, or round factors that must stay float32.
    std::vector<EngineChoice> advised(cudnnBackendHeurMode_t mode, const GraphDescriptor &device) const;

    struct Plan {
        GraphDescriptor engine, config, plan;
        std::vector<GraphDescriptor> knobs;
        std::uint64_t workspaceBytes = 0;
        bool tensorCores = false;
    };
    // Errors: Unsupported, Internal with cuDNN's text.
    Result<Plan> plan(const EngineChoice &choice, const GraphDescriptor &device) const;

    const GraphDescriptor &description() const { return m_graph; }

private:
    explicit ConvolutionGraph(const Convolution &convolution) : m_convolution(convolution) {}
    void addConvolution(bool isVirtualResult);
    void addPointwise(cudnnPointwiseMode_t mode, GraphDescriptor x, GraphDescriptor *b, GraphDescriptor y);
    bool accepted(const GraphDescriptor &engine) const;

    Convolution m_convolution;
    std::vector<GraphDescriptor> m_parts;  // what the graph refers to
    std::vector<GraphDescriptor> m_operations;
    GraphDescriptor m_graph{CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR};
};

}  // namespace trainyard::cuda
