// A planned convolution inside a step: made executable when the device is there, timed against the other candidates
// where the run asks for that.
#pragma once

#include <optional>

#include "engine/backends/cuda/execute_plan.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

class ConvolutionCall {
public:
    // Keeps the request's choices by reference.
    ConvolutionCall(ConvolutionPlan plan, const StepRequest &request) :
        m_plan(std::move(plan)), m_device(request.device), m_choices(request.choices)
    {
    }

    const Convolution &convolution() const { return m_plan.convolution; }
    std::uint64_t workspaceBytes() const { return m_plan.workspaceBytes(); }

    // The operands are those of the execution to come. With candidates, an engine of the choices is taken, else the
    // fastest on these addresses, which is put into the choices. Errors: Unsupported, Internal.
    Status bind(const ConvolutionOperands &operands, const Libraries &libraries);

    // Errors: Internal; also before bind().
    Status execute(const ConvolutionOperands &operands, cudaStream_t stream) const;

private:
    Status take(const EngineChoice &choice, const Libraries &libraries);
    Status takeFastest(const ConvolutionOperands &operands, const Libraries &libraries);

    ConvolutionPlan m_plan;
    DeviceProperties m_device;
    KernelChoices &m_choices;
    std::optional<ExecutablePlan> m_executable;
};

}  // namespace trainyard::cuda
