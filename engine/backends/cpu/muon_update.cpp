// The products are oneDNN's; everything lies in the op's scratch, which the matrices share one after another.
#include <cmath>

#include "engine/backends/cpu/primitive_call.h"
#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/tensor_pieces.h"
#include "engine/backends/cpu/tensor_update.h"

namespace trainyard::cpu {

namespace {

// Jordan et al. 2024: as steep at 0 as it can be while all between 0 and 1 ends near 1.
constexpr float kA = 3.4445f, kB = -4.7750f, kC = 2.0315f;

TRAINYARD_SIMD_CLONES void moveMomentum(const float *g, float *m, float *u, std::size_t count, float momentum, bool nesterov)
{
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        m[i] = momentum * m[i] + (1.0f - momentum) * g[i];
        u[i] = nesterov ? (1.0f - momentum) * g[i] + momentum * m[i] : m[i];
    }
}

TRAINYARD_SIMD_CLONES void scale(float *x, std::size_t begin, std::size_t end, float factor)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        x[i] *= factor;
}

// to = a to + b from
TRAINYARD_SIMD_CLONES void combine(float *to, const float *from, std::size_t begin, std::size_t end, float a, float b)
{
#pragma omp simd
    for (std::size_t i = begin; i < end; ++i)
        to[i] = a * to[i] + b * from[i];
}

// The three products of an iteration for a matrix of one shape; square is A, polynomial is A^2 and then b A + c A^2.
struct Products {
    PrimitiveCall gram, power, apply;
};

class MuonUpdate : public Step {
public:
    explicit MuonUpdate(StepRequest &request) : m_attributes(request.attributes<MuonAttributes>()), m_updated(request), m_threads(request.threads)
    {
        std::uint64_t longest = 0, squares = 0, scratchpad = 0;
        for (std::size_t i = 0; i + 3 <= request.op.inputs.size(); i += 3) {
            Matrix &matrix = m_matrices.emplace_back();
            std::copy_n(request.op.inputs.begin() + static_cast<std::ptrdiff_t>(i), 3, matrix.values.begin());
            matrix.columns = request.inputShape(i).back();
            matrix.rows = request.inputShape(i).elements() / matrix.columns;
            matrix.pieces = piecesOf(std::array{matrix.count()});
            longest = std::max(longest, static_cast<std::uint64_t>(matrix.count()));
            squares = std::max(squares, static_cast<std::uint64_t>(matrix.side() * matrix.side()));
            m_mostPieces = std::max(m_mostPieces, matrix.pieces.size());
            scratchpad = std::max(scratchpad, addProducts(matrix));
        }
        ScratchLayout layout;
        m_sums = layout.take(m_mostPieces * sizeof(double));
        m_x = layout.take(longest * sizeof(float));
        m_next = layout.take(longest * sizeof(float));
        m_square = layout.take(squares * sizeof(float));
        m_polynomial = layout.take(squares * sizeof(float));
        m_scratchpad = layout.take(scratchpad);
        request.scratchBytes = layout.bytes();
    }

    void bind(const StepMemory &memory) override
    {
        for (Matrix &matrix : m_matrices) {
            const auto set = [&](PrimitiveCall &call, std::uint64_t source, std::uint64_t weights, std::uint64_t result) {
                call.setPointer(DNNL_ARG_SRC, memory.scratch + source);
                call.setPointer(DNNL_ARG_WEIGHTS, memory.scratch + weights);
                call.setPointer(DNNL_ARG_DST, memory.scratch + result);
                call.setPointer(DNNL_ARG_SCRATCHPAD, memory.scratch + m_scratchpad);
            };
            set(matrix.products.gram, m_x, m_x, m_square);
            set(matrix.products.power, m_square, m_square, m_polynomial);
            if (matrix.isWide())
                set(matrix.products.apply, m_polynomial, m_x, m_next);
            else
                set(matrix.products.apply, m_x, m_polynomial, m_next);
        }
    }

    void run(const StepMemory &memory) override
    {
        if (m_updated.skipped(memory))
            return;
        for (Matrix &matrix : m_matrices)
            update(matrix, memory);
    }

private:
    struct Matrix {
        std::array<ValueId, 3> values{};  // parameter, gradient, momentum
        std::int64_t rows = 0, columns = 0;
        std::vector<Piece> pieces;
        Products products;

        std::size_t count() const { return static_cast<std::size_t>(rows * columns); }
        bool isWide() const { return rows <= columns; }
        std::int64_t side() const { return std::min(rows, columns); }
    };

    // Returns what the largest of the products needs for itself.
    static std::uint64_t addProducts(Matrix &matrix)
    {
        const auto plain = [](std::int64_t rows, std::int64_t columns) { return MemoryDesc({rows, columns}, kF32, Tag::ab); };
        const auto turned = [](std::int64_t rows, std::int64_t columns) { return MemoryDesc({rows, columns}, kF32, Tag::ba); };
        std::uint64_t scratchpad = 0;
        const auto product = [&](const MemoryDesc &a, const MemoryDesc &b, const MemoryDesc &c) {
            const auto desc = matmulDesc(a, b, MemoryDesc(), c, userScratchpad());
            PrimitiveCall call{dnnl::matmul(desc)};
            call.add(DNNL_ARG_SRC, a);
            call.add(DNNL_ARG_WEIGHTS, b);
            call.add(DNNL_ARG_DST, c);
            if (desc.scratchpad_desc().get_size() > 0)
                call.add(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
            scratchpad = std::max<std::uint64_t>(scratchpad, desc.scratchpad_desc().get_size());
            return call;
        };
        const std::int64_t rows = matrix.rows, columns = matrix.columns, side = matrix.side();
        const MemoryDesc x = plain(rows, columns), square = plain(side, side);
        matrix.products.gram = matrix.isWide() ? product(x, turned(columns, rows), square) : product(turned(columns, rows), x, square);
        matrix.products.power = product(square, square, square);
        matrix.products.apply = matrix.isWide() ? product(square, x, x) : product(x, square, x);
        return scratchpad;
    }

    void update(Matrix &matrix, const StepMemory &memory)
    {
        const MuonAttributes &a = m_attributes;
        float *w = memory.at<float>(matrix.values[0]), *m = memory.at<float>(matrix.values[2]);
        const float *g = memory.at<float>(matrix.values[1]);
        const auto at = [&](std::uint64_t offset) { return reinterpret_cast<float *>(memory.scratch + offset); };
        float *x = at(m_x), *next = at(m_next), *square = at(m_square), *polynomial = at(m_polynomial);
        auto *sums = reinterpret_cast<double *>(memory.scratch + m_sums);
        const std::size_t count = matrix.count(), squares = static_cast<std::size_t>(matrix.side() * matrix.side());
        const auto threads = [&](std::size_t elements) { return elements < kSmallUpdate ? 1 : m_threads; };

        forEachPiece(matrix.pieces, threads(count), [&](std::size_t p) {
            const Piece &piece = matrix.pieces[p];
            moveMomentum(g + piece.begin, m + piece.begin, x + piece.begin, piece.count, a.momentum, a.nesterov);
            sums[p] = sumOfSquares(x + piece.begin, piece.count);
        });
        double total = 0;
        for (std::size_t p = 0; p < matrix.pieces.size(); ++p)
            total += sums[p];
        const auto factor = static_cast<float>(1.0 / (std::sqrt(total) + 1e-7));
        forPieces(count, threads(count), [&](std::size_t begin, std::size_t end) { scale(x, begin, end, factor); });
        for (std::int32_t i = 0; i < a.iterations; ++i) {
            matrix.products.gram.run();
            matrix.products.power.run();
            forPieces(squares, threads(squares), [&](std::size_t begin, std::size_t end) { combine(polynomial, square, begin, end, kC, kB); });
            matrix.products.apply.run();
            forPieces(count, threads(count), [&](std::size_t begin, std::size_t end) { combine(x, next, begin, end, kA, 1.0f); });
        }
        const float rate = memory.scalars->learningRate * a.rateFactor;
        const float size = 0.2f * std::sqrt(static_cast<float>(std::max(matrix.rows, matrix.columns)));
        forPieces(count, threads(count), [&](std::size_t begin, std::size_t end) {
            combine(w, x, begin, end, 1.0f - rate * a.weightDecay, -rate * size);
        });
    }

    MuonAttributes m_attributes;
    UpdatedTensors m_updated;
    std::vector<Matrix> m_matrices;
    std::size_t m_mostPieces = 0;
    std::uint64_t m_sums = 0, m_x = 0, m_next = 0, m_square = 0, m_polynomial = 0, m_scratchpad = 0;  // offsets in the scratch
    int m_threads = 1;
};

}  // namespace

std::unique_ptr<Step> makeMuonUpdate(StepRequest &request)
{
    return std::make_unique<MuonUpdate>(request);
}

}  // namespace trainyard::cpu
