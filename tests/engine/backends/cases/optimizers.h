// Op cases of the optimizers: sizes for one and two threads, filters, one element, states at their start and later.
#pragma once

#include <optional>
#include <tuple>

#include "tests/engine/backends/op_case_table.h"

namespace trainyard::tests {

class OptimizerCases {
public:
    explicit OptimizerCases(OpCaseTable &table) : m_table(table) {}

    void add()
    {
        for (const std::uint64_t done : {std::uint64_t{0}, std::uint64_t{9}}) {
            const bool started = done > 0;
            for (const bool decoupled : {false, true})
                add(OpKind::NadamUpdate, fmt::format("decoupled {}", decoupled), NadamAttributes{0.9f, 0.99f, 1e-6f, 0.1f, 0.004f, decoupled, 0.5f},
                    {true, true}, done, started ? 0.35 : 0.0);
            for (const bool momentum : {false, true})
                for (const bool centered : {false, true})
                    add(OpKind::RmspropUpdate, fmt::format("momentum {} centered {}", momentum, centered),
                        RmspropAttributes{0.9f, 1e-4f, momentum ? 0.9f : 0.0f, 0.1f, centered, 2.0f}, {true, momentum, centered}, done);
            add(OpKind::AdagradUpdate, "rate decay", AdagradAttributes{1e-6f, 0.1f, 0.25f, 0.5f}, {true}, done);
            add(OpKind::LionUpdate, "decay", LionAttributes{0.9f, 0.99f, 0.1f, 0.5f}, {true}, done);
            for (const float decay : {0.0f, 0.1f})
                add(OpKind::LambUpdate, fmt::format("decay {}", decay), LambAttributes{0.9f, 0.99f, 1e-6f, decay, 0.5f}, {true, true}, done);
        }
        addLambWithoutNorms();
        addMuon();
        addManyTensors();
        for (const double flag : {0.0, 1.0})
            addScaled(flag);
        for (const bool last : {false, true})
            addPairs(OpKind::AccumulateGradients, fmt::format("last {}", last), AccumulateAttributes{3, last});
        addPairs(OpKind::EmaUpdate, "early", EmaAttributes{0.999f});
        addPairs(OpKind::EmaUpdate, "later", EmaAttributes{0.5f});
        m_table.step(1000);
    }

private:
    static std::vector<Shape> shapes() { return {Shape{41, 1001}, Shape{7}, Shape{3, 3, 2, 4}, Shape{1, 1}}; }

    static Tensor64 lossScale(double flag)
    {
        Tensor64 state(TensorType{DType::F32, {4}});
        state.data = {1024, 3, flag, 0};
        return state;
    }

    // states: which of the op's there are. Of the second moments, which are never negative, the first begins each group.
    std::vector<Tensor64> groups(OpKind kind, const std::vector<bool> &states, bool started, const std::vector<Shape> &shapes)
    {
        std::vector<Tensor64> inputs;
        for (const Shape &shape : shapes) {
            inputs.push_back(m_table.random(shape));
            inputs.push_back(m_table.random(shape, 0.1, 1));  // away from 0, where Lion's sign is a matter of rounding
            for (std::size_t i = 0; i < states.size(); ++i) {
                const bool squares = i == (kind == OpKind::RmspropUpdate || kind == OpKind::AdagradUpdate ? 0u : 1u);
                const double least = squares ? 1 : kind == OpKind::LionUpdate ? 0.05 : -0.5, most = squares ? 2 : 0.5;
                inputs.push_back(!states[i] ? Tensor64() : started ? m_table.random(shape, least, most) : Tensor64(TensorType{DType::F32, shape}));
            }
        }
        return inputs;
    }

    static std::vector<std::size_t> mutated(const std::vector<Tensor64> &inputs, std::size_t group, std::size_t behind)
    {
        std::vector<std::size_t> mutates;
        for (std::size_t i = 0; i + behind < inputs.size(); ++i)
            if (i % group != 1 || i >= inputs.size() / group * group)
                if (!inputs[i].data.empty())
                    mutates.push_back(i);
        return mutates;
    }

    void add(OpKind kind, const std::string &name, const OpAttributes &attributes, const std::vector<bool> &states, std::uint64_t done,
             std::optional<double> schedule = {})
    {
        auto inputs = groups(kind, states, done > 0, shapes());
        if (schedule) {
            inputs.emplace_back(TensorType{DType::F32, Shape{1}});
            inputs.back()[0] = *schedule;
        }
        const auto mutates = mutated(inputs, states.size() + 2, 0);
        m_table.add(kind, fmt::format("{} step {}", name, done), attributes, std::move(inputs), {}, mutates);
        m_table.step(done);
    }

    // Weights of zero, and a step of zero: the ratio is 1.
    void addLambWithoutNorms()
    {
        auto inputs = groups(OpKind::LambUpdate, {true, true}, false, {Shape{5, 7}, Shape{9}});
        for (const std::size_t zeros : {0u, 5u})
            std::fill(inputs[zeros].data.begin(), inputs[zeros].data.end(), 0.0);
        const auto mutates = mutated(inputs, 4, 0);
        m_table.add(OpKind::LambUpdate, "without norms", LambAttributes{}, std::move(inputs), {}, mutates);
        m_table.step(0);
    }

    void addMuon()
    {
        const std::vector<Shape> matrices{Shape{5, 7}, Shape{17, 3}, Shape{1, 9}, Shape{1, 1}, Shape{3, 3, 2, 5}, Shape{260, 130}};
        for (const MuonAttributes &a : {MuonAttributes{0.95f, 0.1f, true, 5, 0.5f}, MuonAttributes{0.9f, 0.0f, false, 2, 1.0f}}) {
            auto inputs = groups(OpKind::MuonUpdate, {true}, a.nesterov, matrices);
            const auto mutates = mutated(inputs, 3, 0);
            m_table.add(OpKind::MuonUpdate, fmt::format("nesterov {}", a.nesterov), a, std::move(inputs), {}, mutates);
        }
    }

    // More than one table of the GPU's holds.
    void addManyTensors()
    {
        const std::vector<Shape> many(70, Shape{3, 5});
        for (const auto &[kind, attributes, states] :
             {std::tuple(OpKind::LambUpdate, OpAttributes(LambAttributes{}), std::vector<bool>{true, true}),
              std::tuple(OpKind::LionUpdate, OpAttributes(LionAttributes{}), std::vector<bool>{true})}) {
            auto inputs = groups(kind, states, true, many);
            const auto mutates = mutated(inputs, states.size() + 2, 0);
            m_table.add(kind, "many tensors", attributes, std::move(inputs), {}, mutates);
        }
    }

    void addScaled(double flag)
    {
        const std::string name = flag > 0 ? "skipped" : "not skipped";
        const auto one = [&](OpKind kind, const OpAttributes &attributes, const std::vector<bool> &states, bool schedule = false) {
            auto inputs = groups(kind, states, true, kind == OpKind::MuonUpdate ? std::vector<Shape>{Shape{4, 6}} : shapes());
            if (schedule) {
                inputs.emplace_back(TensorType{DType::F32, Shape{1}});
                inputs.back()[0] = 0.5;
            }
            inputs.push_back(lossScale(flag));
            const auto mutates = mutated(inputs, states.size() + 2, 1);
            m_table.add(kind, name, attributes, std::move(inputs), {}, mutates);
        };
        one(OpKind::NadamUpdate, NadamAttributes{}, {true, true}, true);
        one(OpKind::RmspropUpdate, RmspropAttributes{}, {true, false, false});
        one(OpKind::AdagradUpdate, AdagradAttributes{}, {true});
        one(OpKind::LionUpdate, LionAttributes{}, {true});
        one(OpKind::LambUpdate, LambAttributes{}, {true, true});
        one(OpKind::MuonUpdate, MuonAttributes{}, {true});
    }

    // Both of each pair are named as mutated, whichever is.
    void addPairs(OpKind kind, const std::string &name, const OpAttributes &attributes)
    {
        std::vector<Tensor64> inputs;
        std::vector<std::size_t> all;
        for (const Shape &shape : shapes())
            for (int i = 0; i < 2; ++i) {
                all.push_back(inputs.size());
                inputs.push_back(m_table.random(shape));
            }
        m_table.add(kind, name, attributes, std::move(inputs), {}, std::move(all));
    }

    OpCaseTable &m_table;
};

inline void addOptimizerCases(OpCaseTable &table)
{
    OptimizerCases(table).add();
}

}  // namespace trainyard::tests
