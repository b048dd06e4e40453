// Which of cuDNN's engines computes a convolution, and the workspace it takes: decided without a device, from its
// properties, always the same for the same library and properties. Any thread; answers are kept for the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/backends/backend.h"
#include "engine/backends/cuda/convolution_graph.h"

namespace trainyard::cuda {

inline constexpr std::uint64_t kMostWorkspace = 256ull << 20;          // bytes an engine may ask for while others ask for less
inline constexpr std::uint64_t kMostAutotuneWorkspace = 64ull << 20;   // the same for engines that are only tried
inline constexpr std::size_t kAutotuneCandidates = 10;

struct EnginePlan {
    EngineChoice choice;
    std::uint64_t workspaceBytes = 0;
    bool tensorCores = false;
};

struct ConvolutionPlan {
    Convolution convolution;
    std::string signature;               // the key in KernelChoices
    EnginePlan taken;
    std::vector<EnginePlan> candidates;  // to time on the device, `taken` first; empty when that is not wanted

    std::uint64_t workspaceBytes() const;  // enough for all of them
};

// Everything the choice depends on: the convolution, the device's name and cuDNN's version.
std::string convolutionSignature(const Convolution &convolution, const DeviceProperties &device);

// The heuristic's first engine whose plan cuDNN makes within kMostWorkspace, else the one with the smallest workspace.
// Errors: Unsupported with the convolution's numbers.
Result<ConvolutionPlan> planConvolution(const Convolution &convolution, const DeviceProperties &device, bool autotune = false);

// The same, but what `choices` holds is taken exactly; without a choice there, what is taken is put there, unless it is
// still to be timed. A note is left where the choice is no longer possible. Errors: those of planConvolution().
Result<ConvolutionPlan> takeConvolution(const Convolution &convolution, const DeviceProperties &device, bool autotune,
                                        KernelChoices &choices, std::vector<std::string> &notes);

void addNote(std::vector<std::string> &notes, std::string note);  // once each

}  // namespace trainyard::cuda
