#include <QtTest>

#include <cmath>
#include <numbers>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/train/schedules/learning_rate.h"

using namespace trainyard;

namespace {

constexpr double kPi = std::numbers::pi;

using List = std::vector<std::int64_t>;

ScheduleConfig schedule(const char *type, ParameterMap settings = {})
{
    return {type, std::move(settings)};
}

LearningRate rateOf(const ScheduleConfig &config, double base = 0.1, std::int64_t perEpoch = 10, std::int64_t total = 100)
{
    return {config, base, perEpoch, total};
}

std::string refusal(const ScheduleConfig &config, SchedulePoint point = {0.1, 0, 10, 100})
{
    const Status status = checkSchedule(config, point);
    return status ? std::string() : status.error().node + ": " + status.error().message;
}

}  // namespace

// Every schedule against its formula, written out anew: those of torch.optim.lr_scheduler, so that the same settings give
// the same rates.
class TestSchedules : public QObject {
    Q_OBJECT

    // Against expected(step) for every step of the run and some behind it.
    static void compare(const LearningRate &rate, const std::function<double(std::int64_t)> &expected, std::int64_t steps)
    {
        for (std::int64_t step = 0; step < steps; ++step) {
            const double got = rate.at(step), want = expected(step);
            QVERIFY2(std::abs(got - want) <= 1e-13 * std::max(1e-3, std::abs(want)),
                     qPrintable(QString("step %1: %2 for %3").arg(step).arg(got, 0, 'g', 17).arg(want, 0, 'g', 17)));
        }
    }

private slots:
    void everyScheduleIsComplete()
    {
        std::set<std::string> types;
        for (const ScheduleSpec &spec : scheduleCatalog()) {
            QVERIFY(types.insert(spec.type).second);
            QVERIFY(!spec.title.empty());
            QVERIFY(spec.summary.size() > 30 && spec.summary.back() == '.');
            QVERIFY(spec.help.size() > spec.summary.size());
            for (const ParameterSpec &setting : spec.settings) {
                QVERIFY(!setting.label.empty() && !setting.help.empty());
                for (const ParameterSpec &shared : warmupSettings())
                    QVERIFY(setting.key != shared.key);
            }
            QCOMPARE(findSchedule(spec.type), &spec);
            QCOMPARE(refusal(schedule(spec.type.c_str())), std::string());
            const LearningRate rate = rateOf(schedule(spec.type.c_str()));
            for (std::int64_t step = 0; step < 200; ++step)
                QVERIFY(std::isfinite(rate.at(step)) && rate.at(step) >= 0 && rate.at(step) <= 0.1);
        }
        QCOMPARE(types.size(), std::size_t{8});
        QVERIFY(!findSchedule("triangular"));
    }

    void constantIsTheRateToTheBit()
    {
        for (std::int64_t step = 0; step < 1000; step += 7)
            QVERIFY(rateOf({}, 0.0125).at(step) == 0.0125);
    }

    // StepLR(step_size=3, gamma=0.5), stepped every epoch or every step.
    void stepFallsEveryFewEpochsOrSteps()
    {
        ParameterMap settings{{"every", std::int64_t{3}}, {"gamma", 0.5}};
        compare(rateOf(schedule("step", settings)), [](std::int64_t step) { return 0.1 * std::pow(0.5, (step / 10) / 3); }, 120);
        settings["unit"] = std::string("steps");
        compare(rateOf(schedule("step", settings)), [](std::int64_t step) { return 0.1 * std::pow(0.5, step / 3); }, 60);
    }

    // MultiStepLR(milestones=[2, 5], gamma=0.1).
    void multiStepFallsAtItsMilestones()
    {
        const auto rate = rateOf(schedule("multi_step", {{"milestones", List{2, 5}}}));
        compare(rate, [](std::int64_t step) { return step < 20 ? 0.1 : step < 50 ? 0.01 : 0.001; }, 120);
    }

    // ExponentialLR(gamma=0.9).
    void exponentialFallsAfterEveryEpoch()
    {
        compare(rateOf(schedule("exponential", {{"gamma", 0.9}})), [](std::int64_t step) { return 0.1 * std::pow(0.9, step / 10); }, 120);
    }

    // PolynomialLR(total_iters=100, power=2), stepped every step; with an end above zero, Keras's PolynomialDecay.
    void polynomialFallsToItsEnd()
    {
        compare(rateOf(schedule("polynomial", {{"power", 2.0}})),
                [](std::int64_t step) { return 0.1 * std::pow(1 - static_cast<double>(std::min<std::int64_t>(step, 100)) / 100, 2); }, 120);
        compare(rateOf(schedule("polynomial", {{"end", 0.02}, {"over_epochs", std::int64_t{5}}})),
                [](std::int64_t step) { return 0.02 + 0.08 * (1 - static_cast<double>(std::min<std::int64_t>(step, 50)) / 50); }, 120);
    }

    // CosineAnnealingLR(T_max=100, eta_min=0.01), stepped every step.
    void cosineFallsOverTheWholeRun()
    {
        compare(rateOf(schedule("cosine", {{"minimum", 0.01}})),
                [](std::int64_t step) { return 0.01 + 0.09 * (1 + std::cos(kPi * static_cast<double>(step) / 100)) / 2; }, 100);
    }

    // CosineAnnealingWarmRestarts(T_0=20, T_mult=2), stepped every step: cycles of 20, 40, 80 steps.
    void cosineRestartsInLongerCycles()
    {
        compare(rateOf(schedule("cosine", {{"cycle_epochs", std::int64_t{2}}, {"cycle_growth", std::int64_t{2}}})),
                [](std::int64_t step) {
                    const auto [within, length] = step < 20 ? std::pair(step, 20) : step < 60 ? std::pair(step - 20, 40) : std::pair(step - 60, 80);
                    return 0.1 * (1 + std::cos(kPi * static_cast<double>(within) / length)) / 2;
                },
                140);
        compare(rateOf(schedule("cosine", {{"cycle_epochs", std::int64_t{2}}})),
                [](std::int64_t step) { return 0.1 * (1 + std::cos(kPi * static_cast<double>(step % 20) / 20)) / 2; }, 120);
    }

    // OneCycleLR(max_lr=0.1, total_steps=100): up to step 29, down to step 99.
    void oneCycleRisesAndFalls()
    {
        const auto expected = [](std::int64_t step) {
            const double first = 0.1 / 25, last = first / 1e4, at = static_cast<double>(step);
            const auto anneal = [](double from, double to, double share) { return to + (from - to) / 2 * (1 + std::cos(kPi * share)); };
            return at <= 29 ? anneal(first, 0.1, at / 29) : anneal(0.1, last, (at - 29) / (99 - 29));
        };
        const auto rate = rateOf(schedule("one_cycle"));
        compare(rate, expected, 100);
        QVERIFY(std::abs(rate.at(29) - 0.1) < 1e-15);
        QCOMPARE(rate.at(500), rate.at(99));
        const auto linear = rateOf(schedule("one_cycle", {{"shape", std::string("linear")}, {"start_divisor", 10.0}, {"rising_share", 0.5}}));
        compare(linear, [](std::int64_t step) {
            const double at = static_cast<double>(step);
            return at <= 49 ? 0.01 + 0.09 * at / 49 : 0.1 + (1e-6 - 0.1) * (at - 49) / 50;
        }, 100);
        const auto noRise = rateOf(schedule("one_cycle", {{"rising_share", 0.0}}), 0.1, 1, 2);
        QVERIFY(std::abs(noRise.at(0) - 0.1) < 1e-15);
    }

    // SequentialLR([LinearLR(start_factor=0.2, total_iters=10), schedule]): the schedule's own count begins behind it.
    void aWarmUpComesBeforeAnySchedule()
    {
        for (const ScheduleSpec &spec : scheduleCatalog()) {
            ScheduleConfig config = schedule(spec.type.c_str(), {{"warmup", std::int64_t{10}}, {"warmup_from", 0.2}});
            const LearningRate warm = rateOf(config), plain = rateOf(schedule(spec.type.c_str()), 0.1, 10, 90);
            for (std::int64_t step = 0; step < 100; ++step) {
                const double expected = step < 10 ? plain.at(0) * (0.2 + 0.08 * static_cast<double>(step)) : plain.at(step - 10);
                QVERIFY2(std::abs(warm.at(step) - expected) < 1e-15, qPrintable(QString("%1 %2").arg(QString::fromStdString(spec.type)).arg(step)));
            }
            config.settings["warmup"] = std::int64_t{1};
            config.settings["warmup_unit"] = std::string("epochs");
            QCOMPARE(rateOf(config).at(7), warm.at(7));
        }
    }

    // ReduceLROnPlateau(factor=0.5, patience=2, threshold=0.1, cooldown=1, min_lr=0.02), traced by hand.
    void aPlateauReducesTheRate()
    {
        LearningRate rate = rateOf(schedule("reduce_on_plateau", {{"gamma", 0.5}, {"patience", std::int64_t{2}}, {"threshold", 0.1},
                                                                  {"cooldown", std::int64_t{1}}, {"minimum", 0.02}}));
        QCOMPARE(rate.metric(), std::string("loss"));
        // 0.95 improves on 1.0 by less than a tenth; 0.85 by more.
        const std::vector<std::pair<double, double>> trace{{1.0, 0.1},  {0.95, 0.1}, {0.85, 0.1}, {0.85, 0.1},  {0.9, 0.1},
                                                           {0.8, 0.05},  // the third without one
                                                           {0.8, 0.05},  // cools down
                                                           {0.8, 0.05}, {0.8, 0.05}, {std::nan(""), 0.025},
                                                           {0.8, 0.025}, {0.8, 0.025}, {0.8, 0.025}, {0.8, 0.02},  // not below the lowest
                                                           {0.8, 0.02}, {0.8, 0.02}, {0.8, 0.02}, {0.8, 0.02}, {0.1, 0.02}};
        std::int64_t steps = 0;
        for (const auto &[value, expected] : trace) {
            const double before = rate.at(steps);
            const bool reduced = rate.observe(steps += 10, value, false);
            QVERIFY2(std::abs(rate.at(steps) - expected) < 1e-15, qPrintable(QString("step %1: %2").arg(steps).arg(rate.at(steps))));
            QCOMPARE(reduced, rate.at(steps) < before);
        }
        QCOMPARE(rate.state().plateau.best, std::optional(0.1));
    }

    void aPlateauOfWhatShouldRiseIsOneToo()
    {
        LearningRate rate = rateOf(schedule("reduce_on_plateau", {{"metric", std::string("accuracy")}, {"patience", std::int64_t{1}}, {"warmup", std::int64_t{5}}}));
        QVERIFY(!rate.observe(4, 0.1, true));  // the warm-up does not count
        QVERIFY(!rate.state().plateau.best);
        QVERIFY(!rate.observe(10, 0.5, true));
        QVERIFY(!rate.observe(20, 0.6, true));
        QVERIFY(!rate.observe(30, 0.6, true));
        QVERIFY(rate.observe(40, 0.55, true));
        QVERIFY(std::abs(rate.at(40) - 0.01) < 1e-15);
    }

    void aRateSetByHandScalesTheSchedule()
    {
        LearningRate constant = rateOf({}, 0.1);
        constant.setByHand(5, 0.0123);
        QVERIFY(constant.at(5) == 0.0123 && constant.at(1000) == 0.0123);
        constant.setByHand(6, 0.2);
        QVERIFY(constant.at(7) == 0.2);

        LearningRate cosine = rateOf(schedule("cosine"));
        const LearningRate plain = cosine;
        cosine.setByHand(40, 3 * plain.at(40));
        for (std::int64_t step = 40; step < 100; ++step)
            QVERIFY(std::abs(cosine.at(step) - 3 * plain.at(step)) < 1e-15);
        cosine.setByHand(60, plain.at(60));
        QVERIFY(std::abs(cosine.at(80) - plain.at(80)) < 1e-15);

        LearningRate ended = rateOf(schedule("polynomial", {{"over_epochs", std::int64_t{2}}}));
        ended.setByHand(50, 0.3);  // where the schedule says zero
        QVERIFY(ended.at(60) == 0.3);
    }

    void theStateIsAllThatIsNeededToGoOn()
    {
        const ScheduleConfig config = schedule("reduce_on_plateau", {{"patience", std::int64_t{1}}});
        LearningRate first = rateOf(config);
        for (std::int64_t epoch = 1; epoch < 4; ++epoch)
            first.observe(10 * epoch, 1.0, false);
        first.setByHand(33, 0.4);
        LearningRate second = rateOf(config);
        second.restore(first.state());
        for (std::int64_t epoch = 4; epoch < 12; ++epoch) {
            QCOMPARE(first.observe(10 * epoch, 1.0, false), second.observe(10 * epoch, 1.0, false));
            QVERIFY(first.at(10 * epoch) == second.at(10 * epoch));
        }
    }

    void badSettingsAreNamed_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("key");
        QTest::newRow("patience of 0") << "reduce_on_plateau" << R"("patience": 0)" << "patience";
        QTest::newRow("factor of 0") << "step" << R"("gamma": 0)" << "gamma";
        QTest::newRow("factor above 1") << "exponential" << R"("gamma": 1.5)" << "gamma";
        QTest::newRow("a factor that reduces nothing") << "reduce_on_plateau" << R"("gamma": 1)" << "gamma";
        QTest::newRow("every 0 epochs") << "step" << R"("every": 0)" << "every";
        QTest::newRow("milestones that fall") << "multi_step" << R"("milestones": [5, 3])" << "milestones";
        QTest::newRow("milestone 0") << "multi_step" << R"("milestones": [0, 3])" << "milestones";
        QTest::newRow("an end above the rate") << "polynomial" << R"("end": 0.2)" << "end";
        QTest::newRow("a minimum above the rate") << "cosine" << R"("minimum": 1)" << "minimum";
        QTest::newRow("no such unit") << "step" << R"("unit": "weeks")" << "unit";
        QTest::newRow("no such shape") << "one_cycle" << R"("shape": "round")" << "shape";
        QTest::newRow("divisor below 1") << "one_cycle" << R"("start_divisor": 0.5)" << "start_divisor";
        QTest::newRow("warm-up below 0") << "constant" << R"("warmup": -1)" << "warmup";
        QTest::newRow("warm-up as long as the run") << "constant" << R"("warmup": 100)" << "warmup";
        QTest::newRow("warm-up of more epochs than there are") << "constant" << R"("warmup": 11, "warmup_unit": "epochs")" << "warmup";
        QTest::newRow("warm-up from beyond") << "constant" << R"("warmup_from": 2)" << "warmup_from";
    }
    void badSettingsAreNamed()
    {
        QFETCH(QString, type);
        QFETCH(QString, json);
        QFETCH(QString, key);
        const auto text = QString(R"({"type": "%1", %2})").arg(type, json).toStdString();
        const auto config = scheduleFromJson(nlohmann::ordered_json::parse(text));
        QVERIFY2(config, config ? "" : config.error().message.c_str());
        const std::string said = refusal(*config);
        QVERIFY2(said.starts_with(key.toStdString() + ": ") && said.back() == '.', said.c_str());
    }

    void aCycleOfOneStepIsRefused()
    {
        QVERIFY(refusal(schedule("one_cycle"), {0.1, 0, 1, 1}).find("2 steps") != std::string::npos);
        QVERIFY(refusal(schedule("triangular")).find("one_cycle") != std::string::npos);
    }

    void settingsSurviveJson()
    {
        for (const ScheduleSpec &spec : scheduleCatalog()) {
            ScheduleConfig config = schedule(spec.type.c_str());
            for (const auto *specs : {&spec.settings, &warmupSettings()})
                for (const ParameterSpec &setting : *specs)
                    config.settings[setting.key] = setting.defaultValue;
            const auto read = scheduleFromJson(nlohmann::ordered_json::parse(scheduleToJson(config).dump()));
            QVERIFY2(read, read ? "" : read.error().message.c_str());
            QVERIFY(*read == config);
        }
        for (const char *wrong : {R"([1])", R"({"type": 3})", R"({"type": "triangular"})", R"({"type": "step", "every": 1.5})",
                                  R"({"type": "step", "gamma": "x"})", R"({"type": "multi_step", "milestones": [1, "2"]})",
                                  R"({"type": "multi_step", "milestones": []})", R"({"type": "step", "every": 18446744073709551615})"}) {
            const auto read = scheduleFromJson(nlohmann::ordered_json::parse(wrong));
            QVERIFY2(!read, wrong);
            QCOMPARE(read.error().code, ErrorCode::InvalidFile);
        }
    }
};

QTEST_GUILESS_MAIN(TestSchedules)
#include "tst_schedules.moc"
