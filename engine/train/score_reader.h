// Collects the predictions of an evaluation, batch by batch, with the classes they should have met.
#pragma once

#include "engine/backends/backend.h"
#include "engine/data/dataset.h"
#include "engine/metrics/metric.h"

namespace trainyard {

// Numbers of a floating type, widened and put behind what is there.
void appendFloats(DType dtype, std::span<const std::byte> bytes, std::vector<float> &to);

class ScoreReader {
public:
    // Both outlive the reader. The program is one of Mode::Evaluate that judges classes or answers of the data.
    ScoreReader(const Program &program, const Dataset &dataset);

    // After a step over these rows, and padding behind them. Errors: the executable's.
    Status take(Executable &executable, std::size_t program, std::span<const std::int32_t> rows);
    const ScoreTable &table() const { return m_table; }

private:
    void addTargets(std::int32_t row);

    const Program &m_program;
    const Dataset &m_dataset;
    ScoreTable m_table;
    std::vector<std::byte> m_batch;
};

}  // namespace trainyard
