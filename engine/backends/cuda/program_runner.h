// Puts a program's step on a stream: the first time op by op, from the second on as one captured graph, which gives the
// same bits. One thread at a time.
#pragma once

#include <string>
#include <vector>

#include "engine/backends/backend.h"
#include "engine/backends/cuda/compiled_program.h"
#include "engine/backends/cuda/resources.h"
#include "engine/backends/cuda/step_clock.h"

namespace trainyard::cuda {

class ProgramRunner {
public:
    // Both outlive this; the program's addresses are fixed, or forgetGraphs() is called.
    ProgramRunner(const CompiledProgram &program, std::vector<std::string> &notes) : m_program(program), m_notes(notes) {}

    // marks: where the phases' times are taken, or null. Errors: Internal with the op's name.
    Status enqueue(cudaStream_t stream, const PhaseMarks *marks);

    // Op by op with a time for each; waits for the end. Errors: as enqueue(), and those of the steps queued before.
    Status profile(cudaStream_t stream);
    // Op by op, waiting after each; see Executable::runOpByOp(). Errors: as profile(), and look's.
    Status opByOp(cudaStream_t stream, const Executable::LookAtOp &look);
    std::span<const double> opSeconds() const { return m_opSeconds; }

    // The next enqueue(stream, marks) will only launch.
    bool captured(bool marked) const { return static_cast<bool>(marked ? m_markedGraph : m_graph); }
    void forgetGraphs();

private:
    Status enqueueSteps(cudaStream_t stream, const PhaseMarks *marks, unsigned recordFlags);
    Status capture(cudaStream_t stream, const PhaseMarks *marks, GraphExec &exec);

    const CompiledProgram &m_program;
    std::vector<std::string> &m_notes;
    GraphExec m_graph, m_markedGraph;
    bool m_ranOnce = false;  // kernels are loaded at their first start, which a capture forbids
    bool m_refused = false;  // the driver could not capture this step
    std::vector<Event> m_opEvents;
    std::vector<double> m_opSeconds;
};

}  // namespace trainyard::cuda
