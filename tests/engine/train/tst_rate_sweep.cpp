#include <QtTest>

#include <cmath>

#include "engine/train/rate_sweep.h"
#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

// The learning-rate range test: the curve of a short training, and what is read from it.
class TestRateSweep : public QObject {
    Q_OBJECT

    // Rates from 1e-6 to 1 in 121 points, the loss by their decimal logarithms from -6 to 0.
    static RateSweep curve(const std::function<double(double)> &lossOf)
    {
        RateSweep sweep;
        for (int i = 0; i <= 120; ++i) {
            const double log = -6 + i / 20.0;
            sweep.rates.push_back(std::pow(10, log));
            sweep.smoothed.push_back(lossOf(log));
        }
        sweep.losses = sweep.smoothed;
        return sweep;
    }

    static Result<RateSweep> sweepOf(TrainingConfig config, const RateSweepSettings &settings, const std::function<void(const RateSweep &)> &onStep = {},
                                     const std::stop_token &stop = {})
    {
        return sweepRates(*smallGraph(), pointsInAPlane(), config, settings, onStep, stop);
    }

private slots:
    void theSuggestionIsWhereTheLossFallsSteepest()
    {
        // A fall around 1e-3, the lowest loss at 1e-2, and away from there.
        RateSweep sweep = curve([](double log) { return 2 - std::tanh(2 * (log + 3)) + (log > -2 ? std::pow(log + 2, 2) * 4 : 0.0); });
        sweep.ranAway = true;
        conclude(sweep);
        QVERIFY(sweep.suggestion && sweep.lowest && sweep.steepest);
        QVERIFY2(std::abs(std::log10(*sweep.steepest) + 3) < 0.06, qPrintable(QString::number(*sweep.steepest)));
        QVERIFY2(std::abs(std::log10(*sweep.lowest) + 2) < 0.2, qPrintable(QString::number(*sweep.lowest)));
        QCOMPARE(*sweep.suggestion, 0.001);
        QVERIFY2(sweep.words.find("falls steepest at 0.001 and is lowest at 0.0") != std::string::npos, sweep.words.c_str());
        QVERIFY(sweep.words.find("Try 0.001.") != std::string::npos);
        QVERIFY(sweep.words.find("did not run away") == std::string::npos);
    }

    void aLossThatNeverFallsGivesNoSuggestion()
    {
        RateSweep flat = curve([](double) { return 1.0; }), rising = curve([](double log) { return 8 + log; });
        for (RateSweep *sweep : {&flat, &rising}) {
            conclude(*sweep);
            QVERIFY(!sweep->suggestion && !sweep->lowest);
            QVERIFY2(sweep->words.find("did not fall at any rate up to 1") != std::string::npos, sweep->words.c_str());
        }
        RateSweep nothing;
        conclude(nothing);
        QVERIFY(!nothing.suggestion && nothing.words.find("ran away within a few steps") != std::string::npos);
    }

    void aLossThatStillFallsAtTheEndSaysSo()
    {
        RateSweep sweep = curve([](double log) { return -log; });
        conclude(sweep);
        QVERIFY(sweep.suggestion);
        QVERIFY(sweep.words.find("did not run away up to 1") != std::string::npos);
    }

    void aRealNetworkGetsARateThatTrainsIt()
    {
        TrainingConfig config = smallConfig();
        config.optimizer.type = "sgd";
        int calls = 0;
        const auto sweep = sweepOf(config, {1e-5, 100, 120}, [&](const RateSweep &) { ++calls; });
        QVERIFY2(sweep, sweep ? "" : sweep.error().message.c_str());
        QVERIFY2(sweep->suggestion, sweep->words.c_str());
        QCOMPARE(static_cast<std::size_t>(calls), sweep->rates.size());
        QCOMPARE(sweep->rates.size(), sweep->losses.size());
        QCOMPARE(sweep->rates.front(), 1e-5);
        for (std::size_t i = 1; i < sweep->rates.size(); ++i)
            QVERIFY(sweep->rates[i] > sweep->rates[i - 1]);
        qInfo("%s", sweep->words.c_str());
        config.optimizer.learningRate = *sweep->suggestion;
        config.epochs = 10;
        Listener listener;
        QVERIFY(*listener.run(smallJob(config)).validationMetric > 0.8);
    }

    void theSameSeedGivesTheSameCurve()
    {
        const auto first = sweepOf(smallConfig(), {1e-4, 1, 40}), second = sweepOf(smallConfig(), {1e-4, 1, 40});
        QCOMPARE(first->losses, second->losses);
    }

    void theScheduleOfTheRunDoesNotMatter()
    {
        TrainingConfig config = smallConfig();
        config.schedule = {"one_cycle", {{"warmup", std::int64_t{30}}}};
        config.length = {LengthUnit::Minutes, 1, 1};
        QCOMPARE(sweepOf(config, {1e-4, 1, 40})->losses, sweepOf(smallConfig(), {1e-4, 1, 40})->losses);
    }

    void aStopEndsItWithoutAConclusion()
    {
        std::stop_source stop;
        const auto sweep = sweepOf(smallConfig(), {1e-6, 1, 1000}, [&](const RateSweep &curve) {
            if (curve.rates.size() == 7)
                stop.request_stop();
        }, stop.get_token());
        QCOMPARE(sweep->rates.size(), std::size_t{7});
        QVERIFY(sweep->words.empty() && !sweep->suggestion);
    }

    void badSettingsAreNamed()
    {
        const std::pair<RateSweepSettings, const char *> cases[] = {
            {{0, 1, 100}, "from"},   {{-1, 1, 100}, "from"},       {{HUGE_VAL, 1, 100}, "from"},   {{1, 1, 100}, "to"},
            {{1e-3, 1e9, 100}, "to"}, {{1e-3, std::nan(""), 100}, "to"}, {{1e-3, 1, 5}, "steps"}, {{1e-3, 1, 1'000'000}, "steps"}};
        for (const auto &[settings, key] : cases) {
            const auto sweep = sweepOf(smallConfig(), settings);
            QVERIFY(!sweep);
            QCOMPARE(sweep.error().node, std::string(key));
        }
    }
};

QTEST_GUILESS_MAIN(TestRateSweep)
#include "tst_rate_sweep.moc"
