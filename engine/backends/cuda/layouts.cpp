#include "engine/backends/cuda/layouts.h"

#include <cstdint>
#include <set>
#include <string_view>

namespace trainyard::cuda {

namespace {

bool isConvolution(OpKind kind)
{
    return kind == OpKind::Conv2d || kind == OpKind::Conv2dGradData || kind == OpKind::Conv2dGradWeights || kind == OpKind::Conv3d
           || kind == OpKind::Conv3dGradData || kind == OpKind::Conv3dGradWeights;
}

// Whether programs that have a value of this name share its memory.
bool isShared(const Value &value)
{
    return value.kept || value.role == Role::Parameter || value.role == Role::State || value.role == Role::OptimizerState;
}

class Spread {
public:
    explicit Spread(std::span<const Program *const> programs) : m_programs(programs)
    {
        for (const Program *program : programs)
            m_layouts.emplace_back(program->list.values.size(), ValueLayout::Canonical);
    }

    std::vector<std::vector<ValueLayout>> run()
    {
        while (m_changed) {
            m_changed = false;
            for (m_at = 0; m_at < m_programs.size(); ++m_at)
                for (const Op &op : list().ops)
                    spread(op);
            spreadByName();
        }
        return std::move(m_layouts);
    }

private:
    const OpList &list() const { return m_programs[m_at]->list; }
    bool isFilter(ValueId id) const
    {
        return id != kNoValue && m_layouts[m_at][static_cast<std::size_t>(id)] == ValueLayout::FilterKrsc;
    }
    void mark(ValueId id)
    {
        if (id == kNoValue || isFilter(id))
            return;
        m_layouts[m_at][static_cast<std::size_t>(id)] = ValueLayout::FilterKrsc;
        m_changed = true;
    }

    void spread(const Op &op)
    {
        switch (op.kind) {
        case OpKind::Conv2d:
        case OpKind::Conv2dGradData:
        case OpKind::Conv3d:
        case OpKind::Conv3dGradData: return mark(op.inputs[1]);
        case OpKind::Conv2dGradWeights:
        case OpKind::Conv3dGradWeights: return mark(op.outputs[0]);
        default: break;
        }
        if (const std::size_t group = opSpec(op.kind).inputsPerTensor) {
            for (std::size_t begin = 0; begin + group <= op.inputs.size(); begin += group)
                spreadAmong(std::span(op.inputs).subspan(begin, group), {});
        } else if (op.kind == OpKind::Cast) {
            for (std::size_t i = 0; i < op.inputs.size(); ++i)
                spreadAmong(std::span(op.inputs).subspan(i, 1), std::span(op.outputs).subspan(i, 1));
        } else {
            spreadAmong(op.inputs, op.outputs);  // what another op makes of filters is elementwise: sums, factors
        }
    }

    void spreadAmong(std::span<const ValueId> inputs, std::span<const ValueId> outputs)
    {
        const Shape *shape = nullptr;
        for (const auto ids : {inputs, outputs})
            for (const ValueId id : ids)
                if (isFilter(id))
                    shape = &list().value(id).type.shape;
        if (!shape)
            return;
        for (const auto ids : {inputs, outputs})
            for (const ValueId id : ids)
                if (id != kNoValue && list().value(id).type.shape == *shape)
                    mark(id);
    }

    void spreadByName()
    {
        std::set<std::string_view> filters;
        const auto forShared = [&](auto visit) {
            for (m_at = 0; m_at < m_programs.size(); ++m_at)
                for (std::size_t i = 0; i < list().values.size(); ++i)
                    if (isShared(list().values[i]))
                        visit(static_cast<ValueId>(i), list().values[i].name);
        };
        forShared([&](ValueId id, const std::string &name) {
            if (isFilter(id))
                filters.insert(name);
        });
        forShared([&](ValueId id, const std::string &name) {
            if (filters.contains(name))
                mark(id);
        });
    }

    std::span<const Program *const> m_programs;
    std::vector<std::vector<ValueLayout>> m_layouts;
    std::size_t m_at = 0;  // the program that is looked at
    bool m_changed = true;
};

// Rows and columns change places: [rows, columns] -> [columns, rows], with rows = kernelH * kernelW * in.
template <typename Element>
void transpose(std::span<const std::byte> from, std::span<std::byte> to, std::size_t rows, std::size_t columns)
{
    const auto *source = reinterpret_cast<const Element *>(from.data());
    auto *target = reinterpret_cast<Element *>(to.data());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            target[c * rows + r] = source[r * columns + c];
}

void transposeBytes(std::size_t elementBytes, std::span<const std::byte> from, std::span<std::byte> to, std::size_t rows,
                    std::size_t columns)
{
    switch (elementBytes) {
    case 2: return transpose<std::uint16_t>(from, to, rows, columns);
    case 8: return transpose<std::uint64_t>(from, to, rows, columns);
    default: return transpose<std::uint32_t>(from, to, rows, columns);
    }
}

}  // namespace

std::vector<std::vector<ValueLayout>> chooseLayouts(std::span<const Program *const> programs)
{
    return Spread(programs).run();
}

void hwioToKrsc(const Shape &hwio, std::size_t elementBytes, std::span<const std::byte> from, std::span<std::byte> to)
{
    const auto out = static_cast<std::size_t>(hwio.back());
    transposeBytes(elementBytes, from, to, static_cast<std::size_t>(hwio.elements()) / out, out);
}

void krscToHwio(const Shape &hwio, std::size_t elementBytes, std::span<const std::byte> from, std::span<std::byte> to)
{
    const auto out = static_cast<std::size_t>(hwio.back());
    transposeBytes(elementBytes, from, to, out, static_cast<std::size_t>(hwio.elements()) / out);
}

}  // namespace trainyard::cuda
