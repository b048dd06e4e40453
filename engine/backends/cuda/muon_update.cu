// The products are cuBLASLt's; everything lies in the op's scratch, which the matrices share one after another. Filters in
// cuDNN's order are the transposed matrix with its columns in another order, and what Muon makes of a matrix turns with it.
#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/sum_squares.h"

namespace trainyard::cuda {

namespace {

// Jordan et al. 2024: as steep at 0 as it can be while all between 0 and 1 ends near 1.
constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;

// Values: gradient, momentum, and what of them goes on.
struct MomentumRule {
    static constexpr int kArrays = 3, kWritten = 0b110;
    float momentum;
    bool nesterov;

    __device__ MomentumRule begin() const { return *this; }
    __device__ void operator()(float (&values)[kArrays]) const
    {
        const float fresh = (1.0f - momentum) * values[0];
        values[1] = momentum * values[1] + fresh;
        values[2] = nesterov ? fresh + momentum * values[1] : values[1];
    }
};

struct InverseNorm {
    float *inverse;
    __device__ void operator()(double total, const StepScalars &) const { *inverse = static_cast<float>(1.0 / (sqrt(total) + 1e-7)); }
};

struct ScaleBy {
    const float *from;
    float factor = 1;
    __device__ ScaleBy begin() const { return {from, *from}; }
    __device__ float operator()(std::int64_t, float x) const { return x * factor; }
};

// a x + b y
struct Combine {
    float a, b;
    __device__ float operator()(std::int64_t, float x, float y) const { return a * x + b * y; }
};

// The step itself; nothing changes where the flag is set.
struct TakeStep {
    const StepScalars *scalars;
    const float *skip;
    float rateFactor, decay, size;
    float shrink = 1, rate = 0;

    __device__ TakeStep begin() const
    {
        TakeStep ready = *this;
        if (skip && *skip != 0.0f)
            return ready;
        const float step = scalars->learningRate * rateFactor;
        ready.shrink = 1.0f - step * decay;
        ready.rate = step * size;
        return ready;
    }
    // Without a rate, x may be anything.
    __device__ float operator()(std::int64_t, float w, float x) const { return rate == 0.0f ? shrink * w : shrink * w - rate * x; }
};

struct Matrix {
    ValueId parameter, gradient, momentum;
    std::int64_t rows, columns;
    MatmulCall gram, power, apply;  // A, A^2 and the polynomial of A times X

    std::int64_t count() const { return rows * columns; }
    std::int64_t side() const { return std::min(rows, columns); }
    bool isWide() const { return rows <= columns; }
};

class MuonStep : public Step {
public:
    MuonStep(StepRequest &request, const UpdatedTensors &tensors) : m_attributes(request.attributes<MuonAttributes>()), m_lossScale(lossScaleOf(request))
    {
        std::int64_t longest = 0, squares = 0;
        std::uint64_t workspace = 0;
        std::size_t chunks = 0;
        for (std::size_t i = 0; i < tensors.counts.size(); ++i) {
            const ValueId parameter = tensors.values[3 * i];
            const std::int64_t last = request.list.value(parameter).type.shape.back(), rest = tensors.counts[i] / last;
            const bool filter = request.layouts[static_cast<std::size_t>(parameter)] == ValueLayout::FilterKrsc;
            addMatrix(request, tensors, i, filter ? last : rest, filter ? rest : last);
            const Matrix &matrix = *m_matrices.back();
            longest = std::max(longest, matrix.count());
            squares = std::max(squares, matrix.side() * matrix.side());
            chunks = std::max(chunks, chunksOf(std::span(tensors.counts).subspan(i, 1)));
            for (const MatmulCall *call : {&matrix.gram, &matrix.power, &matrix.apply})
                workspace = std::max(workspace, call->workspaceBytes());
        }
        ScratchLayout layout;
        m_x = layout.take(static_cast<std::uint64_t>(longest) * sizeof(float));
        m_next = layout.take(static_cast<std::uint64_t>(longest) * sizeof(float));
        m_square = layout.take(static_cast<std::uint64_t>(squares) * sizeof(float));
        m_polynomial = layout.take(static_cast<std::uint64_t>(squares) * sizeof(float));
        m_partials = layout.take(chunks * sizeof(double));
        m_inverse = layout.take(sizeof(float));
        m_workspace = layout.take(workspace);
        request.scratchBytes = layout.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override
    {
        for (const auto &matrix : m_matrices) {
            TRAINYARD_CHECK(matrix->gram.bind(gramOperands(memory), libraries));
            TRAINYARD_CHECK(matrix->power.bind(powerOperands(memory), libraries));
            TRAINYARD_CHECK(matrix->apply.bind(applyOperands(memory, *matrix), libraries));
        }
        return {};
    }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        for (const auto &matrix : m_matrices)
            TRAINYARD_CHECK(update(*matrix, memory, stream));
        return {};
    }

private:
    void addMatrix(StepRequest &request, const UpdatedTensors &tensors, std::size_t i, std::int64_t rows, std::int64_t columns)
    {
        const bool tf32 = request.settings.tf32, wide = rows <= columns;
        const std::int64_t side = std::min(rows, columns), longer = std::max(rows, columns);
        const Matmul gram{.rows = side, .columns = side, .inner = longer, .leftTransposed = !wide, .rightTransposed = wide, .tf32 = tf32};
        const Matmul power{.rows = side, .columns = side, .inner = side, .tf32 = tf32};
        const Matmul apply{.rows = rows, .columns = columns, .inner = side, .tf32 = tf32};
        m_matrices.push_back(std::make_unique<Matrix>(Matrix{tensors.values[3 * i], tensors.values[3 * i + 1], tensors.values[3 * i + 2], rows, columns,
                                                             MatmulCall(gram, request), MatmulCall(power, request), MatmulCall(apply, request)}));
    }

    static float *at(const StepMemory &memory, std::uint64_t offset) { return reinterpret_cast<float *>(memory.scratch + offset); }
    MatmulOperands gramOperands(const StepMemory &memory) const
    {
        return {at(memory, m_x), at(memory, m_x), at(memory, m_square), nullptr, memory.scratch + m_workspace};
    }
    MatmulOperands powerOperands(const StepMemory &memory) const
    {
        return {at(memory, m_square), at(memory, m_square), at(memory, m_polynomial), nullptr, memory.scratch + m_workspace};
    }
    MatmulOperands applyOperands(const StepMemory &memory, const Matrix &matrix) const
    {
        const float *x = at(memory, m_x), *polynomial = at(memory, m_polynomial);
        return {matrix.isWide() ? polynomial : x, matrix.isWide() ? x : polynomial, at(memory, m_next), nullptr, memory.scratch + m_workspace};
    }

    Status update(const Matrix &matrix, const StepMemory &memory, cudaStream_t stream) const
    {
        const MuonAttributes &a = m_attributes;
        const float *skip = skipFlag(memory, m_lossScale);
        float *x = at(memory, m_x), *next = at(memory, m_next), *square = at(memory, m_square), *polynomial = at(memory, m_polynomial);
        float *inverse = at(memory, m_inverse), *w = memory.at<float>(matrix.parameter);
        auto *partials = reinterpret_cast<double *>(memory.scratch + m_partials);
        void *const arrays[] = {memory.at<void>(matrix.gradient), memory.at<void>(matrix.momentum), x};
        const std::int64_t count = matrix.count(), squares = matrix.side() * matrix.side();
        TRAINYARD_CHECK(forTensorChunks<3>(
            std::span(&count, 1), [&](std::size_t, int k) { return arrays[k]; },
            [&](const TensorChunks<3> &chunks, unsigned blocks) -> Status {
                TRAINYARD_CHECK(launch(stream, updateTensors<MomentumRule>, blocks, kBlockThreads, chunks, MomentumRule{a.momentum, a.nesterov}, skip));
                TRAINYARD_CHECK(launch(stream, sumSquares<3>, blocks, kBlockThreads, chunks, 2, partials));
                return launch(stream, sumPartials<InverseNorm>, 1u, kBlockThreads, partials, static_cast<int>(blocks), InverseNorm{inverse}, memory.scalars);
            }));
        TRAINYARD_CHECK(launchElementwise(stream, ScaleBy{inverse}, count, x, static_cast<const float *>(x)));
        for (std::int32_t i = 0; i < a.iterations; ++i) {
            TRAINYARD_CHECK(matrix.gram.execute(gramOperands(memory), stream));
            TRAINYARD_CHECK(matrix.power.execute(powerOperands(memory), stream));
            TRAINYARD_CHECK(launchElementwise(stream, Combine{kC, kB}, squares, polynomial, static_cast<const float *>(polynomial),
                                              static_cast<const float *>(square)));
            TRAINYARD_CHECK(matrix.apply.execute(applyOperands(memory, matrix), stream));
            TRAINYARD_CHECK(launchElementwise(stream, Combine{kA, 1.0f}, count, x, static_cast<const float *>(x), static_cast<const float *>(next)));
        }
        const float size = 0.2f * std::sqrt(static_cast<float>(std::max(matrix.rows, matrix.columns)));
        return launchElementwise(stream, TakeStep{memory.scalars, skip, a.rateFactor, a.weightDecay, size}, count, w,
                                 static_cast<const float *>(w), static_cast<const float *>(x));
    }

    MuonAttributes m_attributes;
    ValueId m_lossScale = kNoValue;
    std::vector<std::unique_ptr<Matrix>> m_matrices;
    std::uint64_t m_x = 0, m_next = 0, m_square = 0, m_polynomial = 0, m_partials = 0, m_inverse = 0, m_workspace = 0;  // offsets in the scratch
};

}  // namespace

StepResult makeMuonUpdate(StepRequest &request)
{
    TRAINYARD_TRY(const auto tensors, updatedTensors(request, 0, 3, 3));
    return std::make_unique<MuonStep>(request, tensors);
}

}  // namespace trainyard::cuda
