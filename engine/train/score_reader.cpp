#include "engine/train/score_reader.h"

#include <algorithm>

#include "engine/tensor/low_precision.h"

namespace trainyard {

void appendFloats(DType dtype, std::span<const std::byte> bytes, std::vector<float> &to)
{
    const std::size_t count = bytes.size() / dtypeBytes(dtype), before = to.size();
    to.resize(before + count);
    const auto *bits = reinterpret_cast<const std::uint16_t *>(bytes.data());
    for (std::size_t i = 0; i < count; ++i)
        to[before + i] = dtype == DType::BF16  ? bfloat16ToFloat(bits[i])
                         : dtype == DType::F16 ? float16ToFloat(bits[i])
                                               : reinterpret_cast<const float *>(bytes.data())[i];
}

ScoreReader::ScoreReader(const Program &program, const Dataset &dataset) : m_program(program), m_dataset(dataset)
{
    const TensorType &type = program.list.value(program.predictions).type;
    m_table.scores = program.scores;
    m_table.columns = static_cast<std::size_t>(type.shape.back());
    m_batch.resize(static_cast<std::size_t>(type.shape.elements()) * dtypeBytes(type.dtype));
}

Status ScoreReader::take(Executable &executable, std::size_t program, std::span<const std::int32_t> rows)
{
    const TensorType &type = m_program.list.value(m_program.predictions).type;
    TRAINYARD_CHECK(executable.read(program, m_program.predictions, m_batch));
    const std::size_t count = static_cast<std::size_t>(type.shape.elements() / type.shape[0]) * rows.size();
    appendFloats(type.dtype, std::span(m_batch).first(count * dtypeBytes(type.dtype)), m_table.predictions);
    for (const std::int32_t row : rows)
        addTargets(row);
    return {};
}

void ScoreReader::addTargets(std::int32_t row)
{
    const TensorType &type = m_dataset.targets.type;
    const std::size_t perRow = static_cast<std::size_t>(type.shape.elements() / type.shape[0]), begin = static_cast<std::size_t>(row) * perRow;
    const bool answers = m_table.scores == Scores::Answers;
    if (type.dtype == DType::I32) {
        const auto *classes = reinterpret_cast<const std::int32_t *>(m_dataset.targets.data.data()) + begin;
        for (std::size_t p = 0; p < perRow; ++p) {
            const std::int32_t target = classes[p];
            if (!answers)
                m_table.classes.push_back(target == m_program.ignoreIndex ? -1 : target);
            for (std::size_t c = 0; answers && c < m_table.columns; ++c)  // one column: the class itself is the answer
                m_table.classes.push_back(m_table.columns == 1 ? target : target == static_cast<std::int32_t>(c) ? 1 : 0);
        }
        return;
    }
    const auto *numbers = reinterpret_cast<const float *>(m_dataset.targets.data.data()) + begin;
    for (std::size_t p = 0; p < perRow; p += answers ? 1 : m_table.columns)
        m_table.classes.push_back(answers ? (numbers[p] > 0.5f ? 1 : 0)
                                          : static_cast<std::int32_t>(std::max_element(numbers + p, numbers + p + m_table.columns) - (numbers + p)));
}

}  // namespace trainyard
