// lstm and gru: one sample, one position, one unit; odd sizes; both directions; a batch that is split among the threads; gradients
// for all states, for the last ones, and for both. Included by op_case_table.cpp.
#pragma once

namespace trainyard::tests {

inline void addRecurrentCases(OpCaseTable &table)
{
    struct Sizes {
        std::int64_t batch, length, units;
    };
    for (const auto &[batch, length, units] : {Sizes{1, 1, 1}, Sizes{1, 7, 5}, Sizes{3, 4, 1}, Sizes{5, 1, 3}, Sizes{2, 5, 33}, Sizes{19, 3, 16}, Sizes{33, 9, 20}})
        for (const bool reverse : {false, true}) {
            const RecurrentAttributes a{units, reverse};
            const std::string name = fmt::format("{}x{} of {} units{}", batch, length, units, reverse ? " in reverse" : "");
            const Shape states{batch, length, units}, last{batch, units};
            for (const bool lstm : {true, false}) {
                const std::int64_t blocks = lstm ? 4 : 3;
                const Shape gates{batch, length, blocks * units}, weights{units, blocks * units};
                const double scale = 1.5 / std::sqrt(static_cast<double>(units));
                std::vector<Tensor64> inputs{table.random(gates, -2, 2), table.random(weights, -scale, scale)};
                if (!lstm)
                    inputs.push_back(table.random(Shape{units}));
                for (const std::size_t output : {1u, 2u}) {
                    table.add(lstm ? OpKind::Lstm : OpKind::Gru, name + (output == 1 ? "" : ", last states"), a, inputs,
                              lstm ? std::vector<std::size_t>{0, 1} : std::vector<std::size_t>{0, 1, 2});
                    table.last().lossOutput = output;
                }
                for (const bool ofAll : {true, false})
                    for (const bool ofLast : {true, false})
                        if (ofAll || ofLast)
                            table.add(lstm ? OpKind::LstmGrad : OpKind::GruGrad,
                                      name + (ofAll ? ofLast ? ", all and last" : ", all" : ", last"), a,
                                      {table.random(gates, 0.05, 0.95), table.random(states, -1.5, 1.5), table.random(states),
                                       table.random(weights, -scale, scale), ofAll ? table.random(states) : Tensor64(),
                                       ofLast ? table.random(last) : Tensor64()});
            }
        }
}

}  // namespace trainyard::tests
