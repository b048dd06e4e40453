#include <QtTest>

#include <cmath>
#include <limits>
#include <set>

#include "engine/optim/optimizer.h"

using namespace trainyard;

class TestOptimizers : public QObject {
    Q_OBJECT

    static OpList emitted(const OptimizerConfig &config)
    {
        OpList list;
        OpBuilder builder(list);
        std::vector<std::pair<ValueId, ValueId>> pairs;
        for (const char *name : {"a", "b"})
            pairs.emplace_back(builder.addParameter(name, Shape{3}, {}), builder.addValue({DType::F32, Shape{3}}, Role::Gradient));
        if (!findOptimizer(config.type)->emitOps(builder, config, pairs))
            throw std::runtime_error(config.type);
        return list;
    }
    static int states(const OpList &list)
    {
        return static_cast<int>(std::count_if(list.values.begin(), list.values.end(), [](const Value &value) { return value.role == Role::OptimizerState; }));
    }

private slots:
    void everyOptimizerIsComplete()
    {
        const std::set<std::string> members{"learningRate", "momentum", "nesterov", "beta1", "beta2", "epsilon", "weightDecay"};
        std::set<std::string> types;
        for (const OptimizerSpec &spec : optimizerCatalog()) {
            QVERIFY(types.insert(spec.type).second);
            QVERIFY(!spec.title.empty());
            QVERIFY(spec.summary.size() > 30 && spec.summary.back() == '.');
            for (const std::string &use : spec.uses)
                QVERIFY2(members.contains(use), use.c_str());
            QCOMPARE(findOptimizer(spec.type), &spec);
        }
        QVERIFY((types == std::set<std::string>{"sgd", "adam", "adamw"}));
        QVERIFY(!findOptimizer("rmsprop"));
    }

    void theUpdateIsOneOpForAllParameters()
    {
        for (const char *type : {"sgd", "adam", "adamw"}) {
            OptimizerConfig config;
            config.type = type;
            const OpList list = emitted(config);
            QCOMPARE(list.ops.size(), std::size_t{1});
            QCOMPARE(states(list), config.type == "sgd" ? 2 : 4);
            QCOMPARE(list.ops[0].mutates.size(), config.type == "sgd" ? std::size_t{4} : std::size_t{6});
            for (const Value &value : list.values)
                if (value.role == Role::OptimizerState)
                    QVERIFY2(value.name.starts_with("optimizer/"), value.name.c_str());
        }
    }

    void withoutMomentumThereIsNoVelocityToKeep()
    {
        OptimizerConfig config;
        config.type = "sgd";
        config.momentum = 0;
        QCOMPARE(states(emitted(config)), 0);
    }

    void settingsReachTheOp()
    {
        OptimizerConfig config;
        config.type = "sgd";
        config.nesterov = true;
        config.momentum = 0.5;
        config.weightDecay = 0.25;
        QVERIFY((std::get<SgdAttributes>(emitted(config).ops[0].attributes) == SgdAttributes{0.5f, 0.25f, true}));
        config.type = "adamw";
        config.beta1 = 0.5;
        config.beta2 = 0.75;
        config.epsilon = 0.125;
        QVERIFY((std::get<AdamAttributes>(emitted(config).ops[0].attributes) == AdamAttributes{0.5f, 0.75f, 0.125f, 0.25f, true}));
        config.type = "adam";
        QVERIFY((std::get<AdamAttributes>(emitted(config).ops[0].attributes) == AdamAttributes{0.5f, 0.75f, 0.125f, 0.25f, false}));
    }

    void settingsOutOfRangeAreRefusedByName()
    {
        QVERIFY(checkOptimizer({}));
        const auto refused = [](const char *part, auto change) {
            OptimizerConfig config;
            change(config);
            const Status status = checkOptimizer(config);
            QVERIFY2(!status, part);
            QCOMPARE(status.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(status.error().message.find(part) != std::string::npos, status.error().message.c_str());
        };
        const double nan = std::nan(""), infinite = std::numeric_limits<double>::infinity();
        for (const double bad : {0.0, -1.0, nan, infinite}) {
            refused("learning rate", [=](OptimizerConfig &c) { c.learningRate = bad; });
            refused("epsilon", [=](OptimizerConfig &c) { c.epsilon = bad; });
        }
        for (const double bad : {-0.1, 1.0, nan}) {
            refused("momentum", [=](OptimizerConfig &c) { c.momentum = bad; });
            refused("beta 1", [=](OptimizerConfig &c) { c.beta1 = bad; });
            refused("beta 2", [=](OptimizerConfig &c) { c.beta2 = bad; });
        }
        for (const double bad : {-0.1, nan, infinite})
            refused("weight decay", [=](OptimizerConfig &c) { c.weightDecay = bad; });
        for (const double bad : {-1.0, nan, infinite, 1e31, 1e-31}) {
            refused("clip norm", [=](OptimizerConfig &c) { c.clipNorm = bad; });
            refused("clip value", [=](OptimizerConfig &c) { c.clipValue = bad; });
        }
        OptimizerConfig clipped;
        clipped.clipNorm = 1;
        clipped.clipValue = 1e-30;
        QVERIFY(checkOptimizer(clipped));
        refused("magic", [](OptimizerConfig &c) { c.type = "magic"; });
        refused("Nesterov", [](OptimizerConfig &c) { c.type = "sgd", c.nesterov = true, c.momentum = 0; });
    }
};

QTEST_GUILESS_MAIN(TestOptimizers)
#include "tst_optimizers.moc"
