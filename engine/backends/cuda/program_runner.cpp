#include "engine/backends/cuda/program_runner.h"

namespace trainyard::cuda {

Status ProgramRunner::enqueue(cudaStream_t stream, const PhaseMarks *marks)
{
    if (!m_ranOnce || m_refused) {
        m_ranOnce = true;
        return enqueueSteps(stream, marks, cudaEventRecordDefault);
    }
    GraphExec &graph = marks ? m_markedGraph : m_graph;
    if (!graph) {
        if (const Status captured = capture(stream, marks, graph); !captured) {
            // Nothing has run yet. If the cause is a lost context, the steps themselves tell.
            m_refused = true;
            forgetGraphs();
            m_notes.push_back(fmt::format("The step could not be captured as one graph, so its kernels are started one by one: {}",
                                          captured.error().message));
            return enqueueSteps(stream, marks, cudaEventRecordDefault);
        }
    }
    return check(cudaGraphLaunch(graph.get(), stream), "start a step");
}

Status ProgramRunner::enqueueSteps(cudaStream_t stream, const PhaseMarks *marks, unsigned recordFlags)
{
    const Program &program = m_program.program;
    const auto mark = [&](cudaEvent_t event) {
        return check(cudaEventRecordWithFlags(event, stream, recordFlags), "take the time of a step");
    };
    for (std::size_t i = 0; i <= m_program.steps.size(); ++i) {
        if (marks && i == program.backwardBegin)
            TRAINYARD_CHECK(mark(marks->backward));
        if (marks && i == program.updateBegin)
            TRAINYARD_CHECK(mark(marks->update));
        if (i == m_program.steps.size() || !m_program.steps[i].step)
            continue;
        if (Status status = m_program.steps[i].step->enqueue(m_program.memory(i), stream); !status)
            return fail(inOp(program, i, std::move(status.error())));
    }
    return {};
}

Status ProgramRunner::capture(cudaStream_t stream, const PhaseMarks *marks, GraphExec &exec)
{
    TRAINYARD_CHECK(check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin to capture the step"));
    const Status steps = enqueueSteps(stream, marks, cudaEventRecordExternal);
    cudaGraph_t captured = nullptr;
    const cudaError_t ended = cudaStreamEndCapture(stream, &captured);
    const Graph graph(captured);
    TRAINYARD_CHECK(steps);
    TRAINYARD_CHECK(check(ended, "capture the step"));
    cudaGraphExec_t instance = nullptr;
    TRAINYARD_CHECK(check(cudaGraphInstantiate(&instance, graph.get(), 0), "make a graph of the step"));
    exec.reset(instance);
    if (Status uploaded = check(cudaGraphUpload(instance, stream), "upload the step's graph"); !uploaded) {
        exec.reset();
        return uploaded;
    }
    return {};
}

Status ProgramRunner::profile(cudaStream_t stream)
{
    const std::size_t count = m_program.steps.size();
    while (m_opEvents.size() <= count) {
        TRAINYARD_TRY(Event event, makeTimingEvent());
        m_opEvents.push_back(std::move(event));
    }
    m_ranOnce = true;
    for (std::size_t i = 0; i < count; ++i) {
        TRAINYARD_CHECK(check(cudaEventRecord(m_opEvents[i].get(), stream), "take the time of an op"));
        if (!m_program.steps[i].step)
            continue;
        if (Status status = m_program.steps[i].step->enqueue(m_program.memory(i), stream); !status)
            return fail(inOp(m_program.program, i, std::move(status.error())));
    }
    TRAINYARD_CHECK(check(cudaEventRecord(m_opEvents[count].get(), stream), "take the time of an op"));
    TRAINYARD_CHECK(check(cudaStreamSynchronize(stream), "finish the step"));
    m_opSeconds.assign(count, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
        float milliseconds = 0;
        TRAINYARD_CHECK(check(cudaEventElapsedTime(&milliseconds, m_opEvents[i].get(), m_opEvents[i + 1].get()), "read the time of an op"));
        m_opSeconds[i] = m_program.steps[i].step ? static_cast<double>(milliseconds) * 1e-3 : 0.0;
    }
    return {};
}

Status ProgramRunner::opByOp(cudaStream_t stream, const Executable::LookAtOp &look)
{
    m_ranOnce = true;
    for (std::size_t i = 0; i < m_program.steps.size(); ++i) {
        if (!m_program.steps[i].step)
            continue;
        if (Status status = m_program.steps[i].step->enqueue(m_program.memory(i), stream); !status)
            return fail(inOp(m_program.program, i, std::move(status.error())));
        TRAINYARD_CHECK(check(cudaStreamSynchronize(stream), "finish an op"));
        TRAINYARD_TRY(const bool goOn, look(i));
        if (!goOn)
            return {};
    }
    return {};
}

void ProgramRunner::forgetGraphs()
{
    m_graph.reset();
    m_markedGraph.reset();
}

}  // namespace trainyard::cuda
