// Which cuDNN engine computes a convolution, decided by the library itself for a card that is only described. No GPU.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <future>

#include "engine/backends/cuda/convolution_route.h"
#include "engine/ops/op_spec.h"

using namespace trainyard;
using namespace trainyard::cuda;

namespace {

struct Layer {
    const char *name;
    std::int64_t batch, height, width, in, out, kernel, stride;
    std::int64_t groups = 1, dilation = 1;
    std::int64_t padBefore = -1, padAfter = -1;  // -1: half the kernel
};

// ResNet-18, ResNet-50, a ResNet for 32x32 images, LeNet, and shapes nobody has tuned for.
const std::vector<Layer> kLayers{
    {"resnet stem", 64, 224, 224, 3, 64, 7, 2},
    {"resnet18 conv2", 64, 56, 56, 64, 64, 3, 1},
    {"resnet18 conv3 first", 64, 56, 56, 64, 128, 3, 2},
    {"resnet18 conv3 shortcut", 64, 56, 56, 64, 128, 1, 2},
    {"resnet18 conv4", 64, 14, 14, 256, 256, 3, 1},
    {"resnet18 conv5", 64, 7, 7, 512, 512, 3, 1},
    {"resnet50 reduce", 128, 56, 56, 256, 64, 1, 1},
    {"resnet50 expand", 128, 56, 56, 64, 256, 1, 1},
    {"resnet50 conv5 first", 128, 14, 14, 512, 512, 3, 2},
    {"resnet50 conv5 expand", 128, 7, 7, 512, 2048, 1, 1},
    {"small images", 512, 32, 32, 3, 64, 3, 1},
    {"lenet conv1", 128, 28, 28, 1, 6, 5, 1},
    {"lenet conv2", 128, 14, 14, 6, 16, 5, 1, 1, 1, 0, 0},
    {"batch 1", 1, 8, 8, 1, 8, 3, 1},
    {"batch 1 odd", 1, 13, 17, 5, 7, 3, 2},
    {"one pixel", 3, 1, 1, 9, 10, 1, 1},
    {"dilation", 8, 28, 28, 32, 32, 3, 1, 1, 2, 2, 2},
    {"more behind than before", 8, 29, 29, 64, 64, 3, 2, 1, 1, 0, 1},
    {"even kernel", 8, 28, 28, 16, 24, 4, 1, 1, 1, 1, 2},
    {"stride above kernel", 8, 30, 30, 16, 24, 1, 3},
    {"large kernel", 4, 40, 40, 8, 8, 31, 1},
    {"groups", 16, 28, 28, 64, 64, 3, 1, 4},
    {"odd groups", 16, 14, 14, 9, 6, 3, 1, 3},
    {"depthwise", 16, 28, 28, 96, 96, 3, 1, 96},
    {"depthwise twice as wide", 16, 28, 28, 32, 64, 5, 2, 32},
};

Convolution convolutionOf(const Layer &layer, ConvolutionDirection direction, DType dtype)
{
    Convolution made;
    made.direction = direction;
    made.dtype = dtype;
    ConvolutionShape &shape = made.shape;
    shape.batch = layer.batch;
    shape.imageH = layer.height;
    shape.imageW = layer.width;
    shape.imageChannels = layer.in;
    shape.resultChannels = layer.out;
    shape.groups = layer.groups;
    Window2d &window = shape.window;
    window.kernelH = window.kernelW = layer.kernel;
    window.strideH = window.strideW = layer.stride;
    window.dilationH = window.dilationW = layer.dilation;
    window.padTop = window.padLeft = layer.padBefore < 0 ? layer.kernel / 2 : layer.padBefore;
    window.padBottom = window.padRight = layer.padAfter < 0 ? layer.kernel / 2 : layer.padAfter;
    shape.resultH = window.outputH(layer.height);
    shape.resultW = window.outputW(layer.width);
    return made;
}

const Layer &layerNamed(const char *name)
{
    return *std::find_if(kLayers.begin(), kLayers.end(), [&](const Layer &layer) { return std::string(layer.name) == name; });
}

Convolution convolutionNamed(const char *name, ConvolutionDirection direction, DType dtype)
{
    return convolutionOf(layerNamed(name), direction, dtype);
}

DeviceProperties deviceNamed(const char *file)
{
    QFile in(QStringLiteral(TRAINYARD_PROJECTS_DIR "/../tests/gpu/devices/") + QLatin1String(file));
    if (!in.open(QIODevice::ReadOnly))
        qFatal("%s is missing", file);
    const auto properties = parseDeviceProperties(in.readAll().toStdString());
    if (!properties)
        qFatal("%s: %s", file, properties.error().message.c_str());
    return *properties;
}

// The engine's numerical notes, asked of cuDNN without our filter.
std::vector<cudnnBackendNumericalNote_t> notesOf(const ConvolutionGraph &graph, std::int64_t engine, const GraphDescriptor &device)
{
    GraphDescriptor made(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    made.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, graph.description())
        .set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, engine)
        .set(CUDNN_ATTR_ENGINE_DEVICEPROP, device);
    if (!made.finalized())
        return {};
    return made.values<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                                    CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
}

bool contains(const std::vector<cudnnBackendNumericalNote_t> &notes, cudnnBackendNumericalNote_t note)
{
    return std::find(notes.begin(), notes.end(), note) != notes.end();
}

std::int64_t engineCount(const ConvolutionGraph &graph)
{
    return graph.description().number(CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT, 0);
}

std::string wordsOf(const Error &error)
{
    return error.message + " " + error.detail;
}

constexpr ConvolutionDirection kDirections[] = {ConvolutionDirection::Forward, ConvolutionDirection::GradData,
                                                ConvolutionDirection::GradWeights};
constexpr DType kTypes[] = {DType::F32, DType::BF16, DType::F16};

}  // namespace

class ConvolutionPlanTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        qputenv("XDG_CACHE_HOME", QFile::encodeName(m_cache.path()));  // nothing timed before counts
        m_h200 = deviceNamed("h200.json");
        if (const auto described = describeDevice(m_h200); !described)
            QSKIP(("cuDNN cannot be used here: " + wordsOf(described.error())).c_str());
        const auto plan = planConvolution(convolutionNamed("batch 1", ConvolutionDirection::Forward, DType::F32), m_h200);
        if (!plan)
            QSKIP(("cuDNN's parts are not all here: " + wordsOf(plan.error())).c_str());
    }

    void everyLayerHasAPlan_data()
    {
        QTest::addColumn<int>("layer");
        for (std::size_t i = 0; i < kLayers.size(); ++i)
            QTest::newRow(kLayers[i].name) << static_cast<int>(i);
    }
    void everyLayerHasAPlan()
    {
        QFETCH(int, layer);
        const auto device = describeDevice(m_h200);
        QVERIFY(device);
        for (const ConvolutionDirection direction : kDirections)
            for (const DType dtype : kTypes) {
                const Convolution convolution = convolutionOf(kLayers[static_cast<std::size_t>(layer)], direction, dtype);
                const std::string text = convolutionText(convolution);
                const auto plan = planConvolution(convolution, m_h200);
                QVERIFY2(plan, (text + ": " + (plan ? "" : wordsOf(plan.error()))).c_str());
                QVERIFY2(plan->workspaceBytes() <= kMostWorkspace, text.c_str());
                // What is planned is what cuDNN makes.
                const auto graph = ConvolutionGraph::make(convolution);
                QVERIFY(graph);
                const auto made = graph->plan(plan->taken.choice, *device);
                QVERIFY2(made, (text + ": " + (made ? "" : wordsOf(made.error()))).c_str());
                QCOMPARE(made->workspaceBytes, plan->taken.workspaceBytes);
            }
    }

    void biasAndReluAreFusedForEveryForwardLayer()
    {
        for (const Layer &layer : kLayers)
            for (const DType dtype : kTypes)
                for (const ConvolutionEpilogue epilogue : {ConvolutionEpilogue::Bias, ConvolutionEpilogue::BiasRelu}) {
                    Convolution convolution = convolutionOf(layer, ConvolutionDirection::Forward, dtype);
                    convolution.epilogue = epilogue;
                    const auto plan = planConvolution(convolution, m_h200);
                    QVERIFY2(plan, (convolutionText(convolution) + ": " + (plan ? "" : wordsOf(plan.error()))).c_str());
                }
    }

    void otherCardsArePlannedForToo()
    {
        for (const char *file : {"a100.json", "rtx4090.json"}) {
            const DeviceProperties device = deviceNamed(file);
            for (const Layer &layer : kLayers)
                for (const ConvolutionDirection direction : kDirections) {
                    const Convolution convolution = convolutionOf(layer, direction, DType::F16);
                    const auto plan = planConvolution(convolution, device);
                    QVERIFY2(plan, (device.name + " " + convolutionText(convolution)).c_str());
                    QVERIFY(QString::fromStdString(plan->signature).contains(QString::fromStdString(device.name)));
                }
        }
    }

    void enginesThatGiveOtherBitsFromRunToRunAreRefused()
    {
        const auto device = describeDevice(m_h200);
        int refused = 0, taken = 0;
        for (const ConvolutionDirection direction : kDirections)
            for (const DType dtype : kTypes) {
                const Convolution convolution = convolutionNamed("resnet18 conv2", direction, dtype);
                const auto graph = ConvolutionGraph::make(convolution);
                QVERIFY(graph);
                for (std::int64_t engine = 0; engine < engineCount(*graph); ++engine)
                    if (contains(notesOf(*graph, engine, *device), CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) {
                        QVERIFY(!graph->plan({engine, {}}, *device));
                        ++refused;
                    }
                for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
                    for (const EngineChoice &choice : graph->advised(mode, *device)) {
                        QVERIFY(!contains(notesOf(*graph, choice.engine, *device), CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC));
                        ++taken;
                    }
            }
        QVERIFY2(refused > 0, "cuDNN has no such engine any more: this test says nothing");
        QVERIFY(taken > 50);
    }

    void float32KeepsItsMantissaUnlessTf32IsAllowed()
    {
        const auto device = describeDevice(m_h200);
        for (const ConvolutionDirection direction : kDirections) {
            Convolution convolution = convolutionNamed("resnet18 conv4", direction, DType::F32);
            const auto exact = planConvolution(convolution, m_h200, true);
            QVERIFY(exact);
            const auto graph = ConvolutionGraph::make(convolution);
            std::vector<EnginePlan> all = exact->candidates;
            all.push_back(exact->taken);
            for (const EnginePlan &plan : all) {
                QVERIFY(!plan.tensorCores);
                const auto notes = notesOf(*graph, plan.choice.engine, *device);
                QVERIFY(!contains(notes, CUDNN_NUMERICAL_NOTE_TENSOR_CORE) && !contains(notes, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS));
            }
            convolution.tf32 = true;
            const auto rounded = planConvolution(convolution, m_h200);
            QVERIFY(rounded);
            QVERIFY(rounded->taken.tensorCores);
            QVERIFY(rounded->signature != exact->signature);
        }
    }

    void largeLayersOf16BitsRunOnTensorCoresWithoutMuchWorkspace()
    {
        for (const DType dtype : {DType::BF16, DType::F16})
            for (const ConvolutionDirection direction : kDirections)
                for (const char *name : {"resnet18 conv2", "resnet50 reduce", "resnet50 conv5 expand"}) {
                    const auto plan = planConvolution(convolutionNamed(name, direction, dtype), m_h200);
                    QVERIFY(plan);
                    QVERIFY(plan->taken.tensorCores);
                    QVERIFY(plan->workspaceBytes() < 8u << 20);
                }
    }

    void aChoiceReadsBackAsItWasWritten()
    {
        const EngineChoice choice{38, {{2, 5}, {13, 0}, {28, -1}}};
        QCOMPARE(engineChoiceText(choice), std::string("engine 38: 2=5 13=0 28=-1"));
        QVERIFY(parseEngineChoice(engineChoiceText(choice)) == choice);
        QVERIFY(parseEngineChoice("engine 0:") == (EngineChoice{0, {}}));
        for (const char *damaged : {"", "engine", "engine 3", "engine x:", "engine -1:", "engine 3: 2", "engine 3: 2=", "engine 3: 2=5 x", "3: 2=5"})
            QVERIFY2(!parseEngineChoice(damaged), damaged);
    }

    void whatIsTakenIsWrittenDown()
    {
        const Convolution convolution = convolutionNamed("lenet conv2", ConvolutionDirection::GradWeights, DType::BF16);
        KernelChoices choices;
        std::vector<std::string> notes;
        const auto plan = takeConvolution(convolution, m_h200, false, choices, notes);
        QVERIFY(plan);
        QCOMPARE(choices.size(), std::size_t{1});
        QCOMPARE(choices.at(convolutionSignature(convolution, m_h200)), engineChoiceText(plan->taken.choice));
        QVERIFY(notes.empty());
    }

    void aRecordedChoiceIsTakenExactly()
    {
        for (const ConvolutionDirection direction : kDirections)
            for (const DType dtype : kTypes) {
                const Convolution convolution = convolutionNamed("resnet18 conv3 first", direction, dtype);
                const auto offered = planConvolution(convolution, m_h200, true);
                QVERIFY(offered);
                for (const EnginePlan &other : offered->candidates) {
                    KernelChoices choices{{offered->signature, engineChoiceText(other.choice)}};
                    const KernelChoices before = choices;
                    std::vector<std::string> notes;
                    // Whether it is autotuned or not: a choice ends the search.
                    for (const bool autotune : {false, true}) {
                        const auto plan = takeConvolution(convolution, m_h200, autotune, choices, notes);
                        QVERIFY(plan);
                        QVERIFY(plan->taken.choice == other.choice);
                        QCOMPARE(plan->workspaceBytes(), other.workspaceBytes);
                        QVERIFY(plan->candidates.empty());
                        QVERIFY(choices == before);
                        QVERIFY2(notes.empty(), notes.empty() ? "" : notes.front().c_str());
                    }
                }
            }
    }

    void aPlanHasTheKnobsOfItsChoice()
    {
        const auto device = describeDevice(m_h200);
        const Convolution convolution = convolutionNamed("resnet18 conv2", ConvolutionDirection::GradWeights, DType::BF16);
        const auto graph = ConvolutionGraph::make(convolution);
        const auto offered = planConvolution(convolution, m_h200, true);
        QVERIFY(device && graph && offered);
        for (const EnginePlan &one : offered->candidates) {
            const auto plan = graph->plan(one.choice, *device);
            QVERIFY(plan);
            std::vector<std::pair<std::int64_t, std::int64_t>> knobs;
            for (const GraphDescriptor &knob :
                 plan->config.descriptors(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, 48))
                knobs.emplace_back(knob.values<cudnnBackendKnobType_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1).at(0),
                                   knob.number(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, -1));
            std::vector<std::pair<std::int64_t, std::int64_t>> wanted = one.choice.knobs;
            std::sort(knobs.begin(), knobs.end());
            std::sort(wanted.begin(), wanted.end());
            QVERIFY(!wanted.empty());
            QVERIFY(knobs == wanted);
        }
    }

    void aChoiceThatIsNoLongerPossibleIsReplacedAndSaidSo()
    {
        const Convolution convolution = convolutionNamed("resnet18 conv4", ConvolutionDirection::Forward, DType::BF16);
        const auto usual = planConvolution(convolution, m_h200);
        QVERIFY(usual);
        for (const char *gone : {"engine 99999: 2=5", "engine 62: 2=99999", "not a choice"}) {
            KernelChoices choices{{usual->signature, gone}};
            std::vector<std::string> notes;
            const auto plan = takeConvolution(convolution, m_h200, false, choices, notes);
            QVERIFY(plan);
            QVERIFY(plan->taken.choice == usual->taken.choice);
            QCOMPARE(choices.at(usual->signature), engineChoiceText(usual->taken.choice));
            QCOMPARE(notes.size(), std::size_t{1});
            QVERIFY(QString::fromStdString(notes.front()).contains(gone));
        }
    }

    void candidatesToTimeFitTheWorkspacePlannedForThem()
    {
        for (const ConvolutionDirection direction : kDirections)
            for (const DType dtype : kTypes) {
                const Convolution convolution = convolutionNamed("resnet50 reduce", direction, dtype);
                KernelChoices choices;
                std::vector<std::string> notes;
                const auto plan = takeConvolution(convolution, m_h200, true, choices, notes);
                const auto usual = planConvolution(convolution, m_h200);
                QVERIFY(plan && usual);
                QVERIFY(plan->taken.choice == usual->taken.choice);
                QVERIFY(plan->candidates.size() <= kAutotuneCandidates);
                QCOMPARE(choices.empty(), !plan->candidates.empty());  // still to be timed
                for (const EnginePlan &candidate : plan->candidates)
                    QVERIFY(candidate.workspaceBytes <= std::max(kMostAutotuneWorkspace, plan->taken.workspaceBytes));
                if (dtype != DType::F32)
                    QVERIFY(plan->candidates.size() > 1);
            }
    }

    void planningIsTheSameEveryTime()
    {
        // Batch sizes no other test asks for, from several threads at once: half the answers come from the memory.
        std::vector<std::future<std::string>> answers;
        for (int thread = 0; thread < 4; ++thread)
            answers.push_back(std::async(std::launch::async, [this] {
                std::string all;
                for (std::int64_t batch = 33; batch < 41; ++batch) {
                    Layer layer = layerNamed("resnet18 conv3 first");
                    layer.batch = batch;
                    const auto plan = planConvolution(convolutionOf(layer, ConvolutionDirection::GradWeights, DType::BF16), m_h200);
                    all += plan ? engineChoiceText(plan->taken.choice) + "\n" : plan.error().message;
                }
                return all;
            }));
        const std::string first = answers.front().get();
        QVERIFY(first.find("engine") != std::string::npos);
        for (std::size_t i = 1; i < answers.size(); ++i)
            QCOMPARE(answers[i].get(), first);
    }

    void whatCudnnCannotDoIsAnErrorWithItsNumbers()
    {
        Convolution convolution = convolutionNamed("groups", ConvolutionDirection::Forward, DType::BF16);
        convolution.shape.groups = 3;  // 64 channels do not divide by 3
        const auto plan = planConvolution(convolution, m_h200);
        QVERIFY(!plan);
        QCOMPARE(plan.error().code, ErrorCode::Unsupported);
        const QString message = QString::fromStdString(plan.error().message);
        for (const char *part : {"NVIDIA H200", "16x28x28x64", "groups 3", "cuDNN 9."})
            QVERIFY2(message.contains(part), qPrintable(message));
    }

    void threeColourChannelsArePaddedToEight()
    {
        const auto channels = [&](const char *name, DType dtype) {
            return paddedChannels(convolutionNamed(name, ConvolutionDirection::Forward, dtype), m_h200);
        };
        QCOMPARE(channels("resnet stem", DType::BF16), std::int64_t{8});
        QCOMPARE(channels("resnet stem", DType::F32), std::int64_t{3});    // tensor cores are not for float32
        QCOMPARE(channels("lenet conv1", DType::BF16), std::int64_t{1});   // too little work to pay for the copy
        QCOMPARE(channels("odd groups", DType::BF16), std::int64_t{9});    // groups stay where they are
        QCOMPARE(channels("resnet18 conv2", DType::F16), std::int64_t{64});
    }

    void theRouteSaysWhichLayerIsPadded()
    {
        OpList list;
        OpBuilder builder(list);
        builder.setLayer(0);
        const ValueId x = builder.addValue({DType::BF16, Shape{64, 224, 224, 3}}, Role::Activation);
        builder.addParameter("stem/weights", Shape{7, 7, 3, 64}, {});
        const ValueId weights = builder.addValue({DType::BF16, Shape{7, 7, 3, 64}}, Role::Activation);
        Conv2dAttributes attributes;
        attributes.window = convolutionNamed("resnet stem", ConvolutionDirection::Forward, DType::BF16).shape.window;
        attributes.filters = 64;
        attributes.bias = false;
        attributes.post.kind = ActivationKind::Relu;
        QVERIFY(builder.addOne(OpKind::Conv2d, attributes, {x, weights, kNoValue}));
        const DeviceSettings settings;
        const std::vector<ValueLayout> layouts(list.values.size(), ValueLayout::FilterKrsc);
        KernelChoices choices;
        std::vector<std::string> notes;
        StepRequest request{list, list.ops.front(), m_h200, settings, layouts, choices, notes};
        const Convolution asked{ConvolutionDirection::Forward,
                                convolutionShape(attributes, request.inputShape(0), request.outputShape()), DType::BF16};
        for (int twice = 0; twice < 2; ++twice) {
            const auto route = routeConvolution(asked, false, attributes.post, request);
            QVERIFY(route);
            QVERIFY(route->padsChannels);
            QCOMPARE(route->plan.convolution.shape.imageChannels, std::int64_t{8});
            QVERIFY(route->plan.convolution.epilogue == ConvolutionEpilogue::BiasRelu);
            QVERIFY(!route->separateEpilogue);
        }
        QCOMPARE(notes.size(), std::size_t{1});
        QCOMPARE(notes.front(), std::string("stem: 3 input channels are padded to 8 for the tensor cores."));

        ActivationAttributes gelu{ActivationKind::Gelu};
        const auto apart = routeConvolution(asked, true, gelu, request);
        QVERIFY(apart);
        QVERIFY(apart->plan.convolution.epilogue == ConvolutionEpilogue::None);
        QVERIFY(apart->separateEpilogue);
    }

private:
    QTemporaryDir m_cache;
    DeviceProperties m_h200;
};

QTEST_GUILESS_MAIN(ConvolutionPlanTest)
#include "tst_convolution_plan.moc"
