#include "engine/backends/cuda/convolution_call.h"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/backends/cuda/choice_cache.h"
#include "engine/backends/cuda/resources.h"

namespace trainyard::cuda {

namespace {

constexpr int kTimedRuns = 5;

// The median time of one execution, in milliseconds.
Result<float> timeExecution(const ExecutablePlan &plan, const ConvolutionOperands &operands, cudaStream_t stream)
{
    TRAINYARD_TRY(const Event begin, makeTimingEvent());
    TRAINYARD_TRY(const Event end, makeTimingEvent());
    TRAINYARD_CHECK(plan.execute(operands, stream));  // loads the kernel
    std::array<float, kTimedRuns> times{};
    for (float &time : times) {
        TRAINYARD_CHECK(check(cudaEventRecord(begin.get(), stream), "time a convolution"));
        TRAINYARD_CHECK(plan.execute(operands, stream));
        TRAINYARD_CHECK(check(cudaEventRecord(end.get(), stream), "time a convolution"));
        TRAINYARD_CHECK(check(cudaEventSynchronize(end.get()), "time a convolution"));
        TRAINYARD_CHECK(check(cudaEventElapsedTime(&time, begin.get(), end.get()), "time a convolution"));
    }
    std::ranges::nth_element(times, times.begin() + kTimedRuns / 2);
    return times[kTimedRuns / 2];
}

}  // namespace

Status ConvolutionCall::take(const EngineChoice &choice, const Libraries &libraries)
{
    TRAINYARD_TRY(auto plan, ExecutablePlan::make(m_plan.convolution, choice, m_device, libraries));
    if (plan.workspaceBytes() > workspaceBytes())
        return fail(ErrorCode::Unsupported, "{} needs {} bytes of workspace on this device, but {} were planned from its description.",
                    engineChoiceText(choice), plan.workspaceBytes(), workspaceBytes());
    m_executable = std::move(plan);
    return {};
}

Status ConvolutionCall::takeFastest(const ConvolutionOperands &operands, const Libraries &libraries)
{
    TRAINYARD_CHECK(check(cudaDeviceSynchronize(), "finish what is queued"));
    TRAINYARD_TRY(const Stream stream, makeStream());
    std::optional<ExecutablePlan> fastest;
    const EngineChoice *choice = nullptr;
    float least = std::numeric_limits<float>::infinity();
    for (const EnginePlan &candidate : m_plan.candidates) {
        if (auto possible = take(candidate.choice, libraries); !possible)
            continue;
        TRAINYARD_TRY(const float time, timeExecution(*m_executable, operands, stream.get()));
        if (time < least) {
            least = time;
            fastest = m_executable;
            choice = &candidate.choice;
        }
    }
    if (!choice)
        return take(m_plan.taken.choice, libraries);  // for its error
    m_executable = std::move(fastest);
    m_choices[m_plan.signature] = engineChoiceText(*choice);
    cacheChoice(m_device, m_plan.signature, engineChoiceText(*choice));
    return {};
}

Status ConvolutionCall::bind(const ConvolutionOperands &operands, const Libraries &libraries)
{
    if (m_plan.candidates.empty())
        return take(m_plan.taken.choice, libraries);
    // The same convolution elsewhere in the program has been timed: one signature stands for one engine.
    if (const auto known = m_choices.find(m_plan.signature); known != m_choices.end())
        if (const auto choice = parseEngineChoice(known->second))
            return take(*choice, libraries);
    return takeFastest(operands, libraries);
}

Status ConvolutionCall::execute(const ConvolutionOperands &operands, cudaStream_t stream) const
{
    if (!m_executable)
        return fail(ErrorCode::Internal, "A convolution was started before it was bound to a device.");
    return m_executable->execute(operands, stream);
}

}  // namespace trainyard::cuda
