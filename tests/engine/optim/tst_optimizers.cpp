#include <QtTest>

#include <cmath>
#include <limits>
#include <set>

#include "engine/optim/optimizer.h"

using namespace trainyard;

class TestOptimizers : public QObject {
    Q_OBJECT

    static OptimizerConfig ofType(const std::string &type)
    {
        OptimizerConfig config;
        config.type = type;
        return config;
    }

    // Two hidden matrices and a vector.
    static OpList emitted(const OptimizerConfig &config, float rateFactor = 1)
    {
        OpList list;
        OpBuilder builder(list);
        UpdateGroup group{{}, rateFactor, static_cast<float>(config.weightDecay)};
        for (const auto &[name, shape] : {std::pair("a", Shape{3, 2}), std::pair("b", Shape{2, 3}), std::pair("c", Shape{3})}) {
            const ValueId parameter = builder.addParameter(name, shape, {});
            group.tensors.push_back({parameter, builder.addValue({DType::F32, shape}, Role::Gradient), shape.rank() == 2});
        }
        if (!emitUpdate(builder, config, group))
            throw std::runtime_error(config.type);
        return list;
    }
    static int states(const OpList &list)
    {
        return static_cast<int>(std::count_if(list.values.begin(), list.values.end(), [](const Value &value) { return value.role == Role::OptimizerState; }));
    }
    template <typename T>
    static T attributes(const OptimizerConfig &config, float rateFactor = 1)
    {
        return std::get<T>(emitted(config, rateFactor).ops[0].attributes);
    }

private slots:
    void everyOptimizerIsComplete()
    {
        std::set<std::string> types;
        std::map<std::string, ParameterSpec> settings;
        for (const OptimizerSpec &spec : optimizerCatalog()) {
            QVERIFY(types.insert(spec.type).second);
            QVERIFY(!spec.title.empty());
            QVERIFY(spec.summary.size() > 30 && spec.summary.back() == '.');
            for (const ParameterSpec &setting : spec.settings) {
                QVERIFY2(!setting.label.empty() && setting.help.size() > 15 && setting.help.back() == '.', setting.key.c_str());
                QVERIFY2(!checkParameter(setting, setting.defaultValue), setting.key.c_str());
                // One key is one setting, whoever lists it: it has one place in files and on the page.
                const auto [known, fresh] = settings.try_emplace(setting.key, setting);
                QVERIFY2(fresh || (known->second.label == setting.label && known->second.defaultValue == setting.defaultValue && known->second.kind == setting.kind),
                         setting.key.c_str());
            }
            QCOMPARE(findOptimizer(spec.type), &spec);
            QVERIFY2(checkOptimizer(ofType(spec.type)), spec.type.c_str());
        }
        QCOMPARE(optimizerSettings().size(), settings.size());
        QVERIFY((types == std::set<std::string>{"sgd", "adam", "adamw", "nadam", "rmsprop", "adagrad", "lion", "lamb", "muon"}));
        QVERIFY(!findOptimizer("magic"));
    }

    void theUpdateIsOneOpForAllParameters()
    {
        const std::map<std::string, int> statesEach{{"sgd", 1}, {"adam", 2}, {"adamw", 2}, {"nadam", 2}, {"rmsprop", 1}, {"adagrad", 1}, {"lion", 1}, {"lamb", 2}};
        for (const auto &[type, each] : statesEach) {
            const OpList list = emitted(ofType(type));
            const int common = type == "nadam" ? 1 : 0;
            QCOMPARE(list.ops.size(), std::size_t{1});
            QCOMPARE(states(list), 3 * each + common);
            QCOMPARE(static_cast<int>(list.ops[0].mutates.size()), 3 * (1 + each) + common);
            const OpSpec &spec = opSpec(list.ops[0].kind);
            QVERIFY2(spec.isUpdate, spec.name);
            QCOMPARE(list.ops[0].inputs.size() / spec.inputsPerTensor, std::size_t{3});
            QCOMPARE(static_cast<int>(list.ops[0].inputs.size() % spec.inputsPerTensor), common);
            for (const Value &value : list.values)
                if (value.role == Role::OptimizerState)
                    QVERIFY2(value.name.starts_with("optimizer/"), value.name.c_str());
        }
    }

    void muonTakesTheHiddenMatricesAndAdamWTheRest()
    {
        OptimizerConfig config = ofType("muon");
        config.weightDecay = 0.25;
        config.set("muon_momentum", 0.5);
        config.set("muon_iterations", 3);
        config.set("beta1", 0.75);
        const OpList list = emitted(config, 2);
        QCOMPARE(list.ops.size(), std::size_t{2});
        QCOMPARE(list.ops[0].kind, OpKind::MuonUpdate);
        QVERIFY((std::get<MuonAttributes>(list.ops[0].attributes) == MuonAttributes{0.5f, 0.25f, true, 3, 2}));
        QCOMPARE(list.ops[0].inputs.size(), std::size_t{6});
        QCOMPARE(list.ops[1].kind, OpKind::AdamUpdate);
        QVERIFY((std::get<AdamAttributes>(list.ops[1].attributes) == AdamAttributes{0.75f, 0.999f, 1e-8f, 0.25f, true, 2}));
        QCOMPARE(list.ops[1].inputs.size(), std::size_t{4});
        QCOMPARE(list.value(list.ops[1].inputs[0]).name, std::string("c"));
    }

    void whatIsNotNeededIsNotKept()
    {
        OptimizerConfig config = ofType("sgd");
        config.set("momentum", 0);
        QCOMPARE(states(emitted(config)), 0);
        config.type = "rmsprop";
        QCOMPARE(states(emitted(config)), 3);
        config.set("centered", true);
        QCOMPARE(states(emitted(config)), 6);
        config.set("rmsprop_momentum", 0.9);
        QCOMPARE(states(emitted(config)), 9);
    }

    void settingsReachTheOp()
    {
        OptimizerConfig config = ofType("sgd");
        config.weightDecay = 0.25;
        config.set("nesterov", true);
        config.set("momentum", 0.5);
        QVERIFY((attributes<SgdAttributes>(config, 2) == SgdAttributes{0.5f, 0.25f, true, 2}));
        config.type = "adamw";
        config.set("beta1", 0.5);
        config.set("beta2", 0.75);
        config.set("epsilon", 0.125);
        QVERIFY((attributes<AdamAttributes>(config) == AdamAttributes{0.5f, 0.75f, 0.125f, 0.25f, true, 1}));
        config.type = "adam";
        QVERIFY((attributes<AdamAttributes>(config, 3) == AdamAttributes{0.5f, 0.75f, 0.125f, 0.25f, false, 3}));
        config.type = "nadam";
        config.set("momentum_decay", 0.5);
        config.set("decoupled_decay", true);
        QVERIFY((attributes<NadamAttributes>(config, 3) == NadamAttributes{0.5f, 0.75f, 0.125f, 0.25f, 0.5f, true, 3}));
        config.type = "rmsprop";
        config.set("alpha", 0.625);
        config.set("rmsprop_momentum", 0.25);
        config.set("centered", true);
        QVERIFY((attributes<RmspropAttributes>(config, 3) == RmspropAttributes{0.625f, 0.125f, 0.25f, 0.25f, true, 3}));
        config.type = "adagrad";
        config.set("adagrad_epsilon", 0.5);
        config.set("rate_decay", 0.75);
        QVERIFY((attributes<AdagradAttributes>(config, 3) == AdagradAttributes{0.5f, 0.25f, 0.75f, 3}));
        config.type = "lion";
        config.set("lion_beta2", 0.625);
        QVERIFY((attributes<LionAttributes>(config, 3) == LionAttributes{0.5f, 0.625f, 0.25f, 3}));
        config.type = "lamb";
        config.set("lamb_epsilon", 0.375);
        QVERIFY((attributes<LambAttributes>(config, 3) == LambAttributes{0.5f, 0.75f, 0.375f, 0.25f, 3}));
    }

    void aSettingSetToItsDefaultIsNotSet()
    {
        OptimizerConfig config;
        config.set("momentum", 0.5);
        QVERIFY(config != OptimizerConfig());
        QCOMPARE(std::get<double>(config.value("momentum")), 0.5);
        config.set("momentum", 0.9);
        QVERIFY(config == OptimizerConfig());
        QCOMPARE(std::get<double>(config.value("momentum")), 0.9);
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
            refused("Epsilon", [=](OptimizerConfig &c) { c.set("epsilon", bad); });
        }
        for (const double bad : {-0.1, 1.0, nan}) {
            refused("Momentum", [=](OptimizerConfig &c) { c.set("momentum", bad); });
            refused("Beta 1", [=](OptimizerConfig &c) { c.set("beta1", bad); });
            refused("Beta 2", [=](OptimizerConfig &c) { c.set("beta2", bad); });
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
        refused("magic", [](OptimizerConfig &c) { c.set("magic", 1.0); });
        refused("Iterations", [](OptimizerConfig &c) { c.set("muon_iterations", 0); });
        refused("Iterations", [](OptimizerConfig &c) { c.set("muon_iterations", 2.5); });
        refused("Nesterov", [](OptimizerConfig &c) { c.type = "sgd", c.set("nesterov", true), c.set("momentum", 0); });
    }
};

QTEST_GUILESS_MAIN(TestOptimizers)
#include "tst_optimizers.moc"
