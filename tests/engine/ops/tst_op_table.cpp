#include <QRegularExpression>
#include <QtTest>

#include <set>

#include "engine/ops/op_spec.h"

using namespace trainyard;

class TestOpTable : public QObject {
    Q_OBJECT

    static std::string outputs(OpKind kind, const OpAttributes &attributes, const std::vector<TensorType> &inputs)
    {
        const auto types = opSpec(kind).inferOutputs(attributes, inputs);
        if (!types)
            return "refused: " + types.error().message;
        std::string text;
        for (const OutputType &output : *types)
            text += (text.empty() ? "" : ", ") + output.type.shape.text();
        return text;
    }
    static TensorType f32(Shape shape) { return {DType::F32, std::move(shape)}; }

    static void expectRefusal(OpKind kind, const OpAttributes &attributes, const std::vector<TensorType> &inputs)
    {
        const auto types = opSpec(kind).inferOutputs(attributes, inputs);
        QVERIFY2(!types, opSpec(kind).name);
        QCOMPARE(types.error().code, ErrorCode::InvalidGraph);
        QVERIFY2(types.error().message.size() > 20, types.error().message.c_str());
    }

private slots:
    void everyOpHasANameAndAShapeRule()
    {
        const QRegularExpression snake("^[a-z][a-z0-9]*(_[a-z0-9]+)*$");
        std::set<std::string> names;
        for (int kind = 0; kind < kOpKindCount; ++kind) {
            const OpSpec &spec = opSpec(static_cast<OpKind>(kind));
            QVERIFY2(snake.match(spec.name).hasMatch(), spec.name);
            QVERIFY2(names.insert(spec.name).second, spec.name);
            QVERIFY2(spec.inferOutputs, spec.name);
        }
#define X(Name, file) QCOMPARE(std::string(opSpec(OpKind::Name).name), std::string(#file));
        TRAINYARD_OPS(X)
#undef X
    }

    void shapesComeOutAsTheRulesSay()
    {
        QCOMPARE(outputs(OpKind::Dense, DenseAttributes{7, false, {}}, {f32({5, 2, 3}), f32({3, 7}), absentType()}), std::string("5x2x7"));
        QCOMPARE(outputs(OpKind::Conv2d, Conv2dAttributes{{3, 3, 2, 1, 0, 1, 0, 1}, 8, 1, false, {}, 0, 0}, {f32({2, 7, 5, 3}), f32({3, 3, 3, 8})}), std::string("2x3x5x8"));
        QCOMPARE(outputs(OpKind::MaxPool2d, Pool2dAttributes{{2, 2, 2, 2}, false, 0, 0}, {f32({2, 7, 5, 3})}), std::string("2x3x2x3, 2x3x2x3"));
        QCOMPARE(outputs(OpKind::Concat, ConcatAttributes{-1}, {f32({2, 3, 4}), f32({2, 3, 1})}), std::string("2x3x5"));
        QCOMPARE(outputs(OpKind::Slice, SliceAttributes{1, 1, 2}, {f32({2, 3, 4})}), std::string("2x2x4"));
        QCOMPARE(outputs(OpKind::Reshape, ReshapeAttributes{{4, 3}}, {f32({5, 12})}), std::string("5x4x3"));
        QCOMPARE(outputs(OpKind::SoftmaxCrossEntropy, LossAttributes{}, {f32({5, 3}), {DType::I32, {5}}}), std::string("1, 5x3"));
        QCOMPARE(outputs(OpKind::SoftmaxCrossEntropyWithGrad, LossAttributes{}, {f32({5, 3}), {DType::I32, {5}}, f32({4})}), std::string("1, 5x3"));
        QCOMPARE(outputs(OpKind::Cast, CastAttributes{DType::BF16}, {f32({5, 3}), f32({7})}), std::string("5x3, 7"));
        QCOMPARE(outputs(OpKind::Embedding, EmbeddingAttributes{9, 4}, {{DType::I32, {5, 3}}, f32({9, 4})}), std::string("5x3x4"));
        QCOMPARE(outputs(OpKind::Attention, AttentionAttributes{4, 2, false, 1}, {f32({2, 5, 8}), f32({2, 7, 4}), f32({2, 7, 4}), f32({2, 7})}), std::string("2x5x8, 2x4x5"));
        QCOMPARE(outputs(OpKind::RmsNorm, LayerNormAttributes{}, {f32({2, 5, 8}), f32({8})}), std::string("2x5x8, 10"));
        QCOMPARE(outputs(OpKind::GroupNorm, GroupNormAttributes{4}, {f32({2, 5, 8}), f32({8}), f32({8})}), std::string("2x5x8, 2x4, 2x4"));
        QCOMPARE(outputs(OpKind::UnscaleGradients, NoAttributes{}, {f32({4}), f32({5, 3})}), std::string());
        QCOMPARE(outputs(OpKind::ElementwiseChain, ElementwiseChainAttributes{{{ElementwiseCode::Multiply, 0, 1}, {ElementwiseCode::Scale, 2}}, {3, 2}, {DType::F32, DType::F16}},
                         {f32({5, 3}), f32({15})}), std::string("5x3, 5x3"));
    }

    void activationsComeOutInTheTypeTheyWentIn()
    {
        for (const DType low : {DType::BF16, DType::F16, DType::F32}) {
            const auto typed = [&](Shape shape) { return TensorType{low, std::move(shape)}; };
            const auto first = [](OpKind kind, const OpAttributes &attributes, const std::vector<TensorType> &inputs) {
                return opSpec(kind).inferOutputs(attributes, inputs)->front().type.dtype;
            };
            QCOMPARE(first(OpKind::Dense, DenseAttributes{7, false, {}}, {typed({5, 3}), typed({3, 7}), absentType()}), low);
            QCOMPARE(first(OpKind::DenseGradData, DenseAttributes{7, false, {}}, {typed({5, 7}), typed({3, 7})}), low);
            QCOMPARE(first(OpKind::DenseGradWeights, DenseAttributes{7, false, {}}, {typed({5, 3}), typed({5, 7})}), DType::F32);
            QCOMPARE(first(OpKind::Add, NoAttributes{}, {typed({5, 3}), typed({5, 3})}), low);
            QCOMPARE(first(OpKind::MaxPool2d, Pool2dAttributes{{2, 2}, false, 0, 0}, {typed({2, 7, 5, 3})}), low);
            QCOMPARE(first(OpKind::Reshape, ReshapeAttributes{{3}}, {typed({5, 3})}), low);
            QCOMPARE(first(OpKind::SoftmaxCrossEntropy, LossAttributes{}, {typed({5, 3}), {DType::I32, {5}}}), DType::F32);
            const auto losses = opSpec(OpKind::SoftmaxCrossEntropyWithGrad).inferOutputs(LossAttributes{}, std::vector<TensorType>{typed({5, 3}), {DType::I32, {5}}});
            QCOMPARE((*losses)[1].type.dtype, low);
            QCOMPARE(first(OpKind::ScaleGradient, CastAttributes{low}, {f32({5, 3}), f32({4})}), low);
        }
    }

    void inputsThatDoNotFitAreRefusedWithNumbers()
    {
        expectRefusal(OpKind::Dense, DenseAttributes{7, false, {}}, {f32({5, 2}), f32({3, 7})});
        expectRefusal(OpKind::Dense, DenseAttributes{7, false, {}}, {f32({3}), f32({3, 7})});
        expectRefusal(OpKind::Conv2d, Conv2dAttributes{{9, 9}, 8, 1, false, {}, 0, 0}, {f32({2, 7, 5, 3}), f32({9, 9, 3, 8})});
        expectRefusal(OpKind::Conv2d, Conv2dAttributes{{1, 1}, 8, 1, false, {}, 0, 0}, {f32({2, 7}), f32({1, 1, 7, 8})});
        expectRefusal(OpKind::MaxPool2d, Pool2dAttributes{{2, 2}, false, 0, 0}, {f32({2, 7, 5})});
        expectRefusal(OpKind::AvgPool2d, Pool2dAttributes{{8, 1}, false, 0, 0}, {f32({2, 7, 5, 1})});
        expectRefusal(OpKind::Add, NoAttributes{}, {f32({2, 3}), f32({3, 2})});
        expectRefusal(OpKind::Multiply, NoAttributes{}, {f32({2, 3}), f32({2, 3, 1})});
        expectRefusal(OpKind::Concat, ConcatAttributes{0}, {f32({2, 3}), f32({2, 3})});
        expectRefusal(OpKind::Concat, ConcatAttributes{5}, {f32({2, 3}), f32({2, 3})});
        expectRefusal(OpKind::Concat, ConcatAttributes{-3}, {f32({2, 3}), f32({2, 3})});
        expectRefusal(OpKind::Concat, ConcatAttributes{-1}, {f32({2, 3, 4}), f32({2, 2, 4})});
        expectRefusal(OpKind::Concat, ConcatAttributes{-1}, {f32({2, 3, 4}), f32({2, 3})});
        for (const SliceAttributes &bad : {SliceAttributes{1, 2, 2}, SliceAttributes{1, -1, 2}, SliceAttributes{1, 0, 0}, SliceAttributes{4, 0, 1}, SliceAttributes{-4, 0, 1}})
            expectRefusal(OpKind::Slice, bad, {f32({2, 3, 4})});
        expectRefusal(OpKind::Reshape, ReshapeAttributes{{5}}, {f32({2, 3})});
        expectRefusal(OpKind::SoftmaxCrossEntropy, LossAttributes{}, {f32({5, 3}), {DType::I32, {5, 3}}});
        expectRefusal(OpKind::SoftmaxCrossEntropy, LossAttributes{}, {f32({5, 3}), f32({5, 4})});
        expectRefusal(OpKind::MeanSquaredError, LossAttributes{}, {f32({5, 3}), {DType::I32, {5}}});
        expectRefusal(OpKind::MeanSquaredError, LossAttributes{}, {f32({5, 3}), f32({5, 1})});
        expectRefusal(OpKind::SoftmaxCrossEntropyWithGrad, LossAttributes{}, {f32({5, 3}), f32({5, 4})});
        expectRefusal(OpKind::SoftmaxCrossEntropyWithGrad, LossAttributes{}, {f32({5, 3}), {DType::I32, {5}}, f32({1})});
        expectRefusal(OpKind::Cast, CastAttributes{DType::I32}, {f32({5, 3})});
        expectRefusal(OpKind::Cast, CastAttributes{DType::BF16}, {f32({5, 3}), {DType::U8, {5}}});
        expectRefusal(OpKind::ScaleGradient, CastAttributes{DType::F16}, {f32({5, 3}), f32({3})});
        expectRefusal(OpKind::UnscaleGradients, NoAttributes{}, {f32({5, 3}), f32({4})});
        expectRefusal(OpKind::ClipGradients, ClipAttributes{1, 0}, {f32({5, 3}), {DType::BF16, {5}}});
        expectRefusal(OpKind::UpdateLossScale, LossScaleAttributes{}, {{DType::F64, {4}}});
        const TensorType tokens{DType::I32, {5, 3}};
        expectRefusal(OpKind::Embedding, EmbeddingAttributes{7, 2}, {f32({5, 3}), f32({7, 2})});
        expectRefusal(OpKind::Embedding, EmbeddingAttributes{7, 2}, {tokens, f32({2, 7})});
        expectRefusal(OpKind::Rotary, RotaryAttributes{3}, {f32({2, 5, 6})});
        expectRefusal(OpKind::Rotary, RotaryAttributes{4}, {f32({2, 5, 6})});
        expectRefusal(OpKind::Rotary, RotaryAttributes{2}, {f32({5, 6})});
        expectRefusal(OpKind::GroupNorm, GroupNormAttributes{4}, {f32({2, 5, 6}), f32({6}), f32({6})});
        const AttentionAttributes grouped{4, 2, false, 1};
        const TensorType q = f32({2, 5, 8}), k = f32({2, 7, 4});
        expectRefusal(OpKind::Attention, grouped, {q, k, f32({2, 6, 4})});            // values for other keys
        expectRefusal(OpKind::Attention, grouped, {q, f32({3, 7, 4}), f32({3, 7, 4})});  // other samples
        expectRefusal(OpKind::Attention, grouped, {q, f32({2, 7, 8}), f32({2, 7, 8})});  // heads of another size
        expectRefusal(OpKind::Attention, grouped, {f32({2, 5, 7}), k, k});
        expectRefusal(OpKind::Attention, grouped, {f32({10, 8}), k, k});
        expectRefusal(OpKind::Attention, AttentionAttributes{4, 3, false, 1}, {q, k, k});
        expectRefusal(OpKind::Attention, grouped, {q, k, k, f32({2, 5})});
    }

    void aChainThatReadsWhatIsNotThereIsRefused()
    {
        const ElementwiseInstruction sum{ElementwiseCode::Add, 0, 1};
        const auto refused = [](ElementwiseChainAttributes chain, const std::vector<TensorType> &inputs) { expectRefusal(OpKind::ElementwiseChain, chain, inputs); };
        refused({{sum}, {2}, {DType::F32}}, {f32({5, 3}), f32({5, 4})});                                   // of two sizes
        refused({{sum}, {2}, {DType::F32}}, {f32({5, 3}), {DType::I32, {5, 3}}});                          // no numbers
        refused({{{ElementwiseCode::Add, 0, 2}, sum}, {2}, {DType::F32}}, {f32({5, 3}), f32({5, 3})});     // its own result
        refused({{sum}, {3}, {DType::F32}}, {f32({5, 3}), f32({5, 3})});                                   // no such register
        refused({{sum}, {2}, {}}, {f32({5, 3}), f32({5, 3})});                                             // no type
        refused({{sum}, {}, {}}, {f32({5, 3}), f32({5, 3})});                                              // no output
        refused({{sum}, {2}, {DType::F32}}, std::vector<TensorType>(kMaxChainInputs + 1, f32({2})));       // too many inputs
        refused({std::vector(kMaxChainInstructions + 1, ElementwiseInstruction{ElementwiseCode::Scale, 0}), {1}, {DType::F32}}, {f32({2})});
    }

    void costsAreCountedAsTheBooksCountThem()
    {
        OpList list;
        OpBuilder builder(list);
        const ValueId x = builder.addValue(f32({2, 7, 7, 3}), Role::Activation), w = builder.addValue(f32({3, 3, 3, 8}), Role::Parameter);
        QVERIFY(builder.addOne(OpKind::Conv2d, Conv2dAttributes{{3, 3}, 8, 1, false, {}, 0, 0}, {x, w, kNoValue}));
        QCOMPARE(opFlops(list, list.ops.back()), 2.0 * (2 * 5 * 5 * 8) * (3 * 3 * 3));
        const ValueId a = builder.addValue(f32({4, 10}), Role::Activation), b = builder.addValue(f32({10, 6}), Role::Parameter);
        QVERIFY(builder.addOne(OpKind::Dense, DenseAttributes{6, false, {}}, {a, b, kNoValue}));
        QCOMPARE(opFlops(list, list.ops.back()), 2.0 * 4 * 10 * 6);
        QVERIFY(builder.addOne(OpKind::Reshape, ReshapeAttributes{{5, 2}}, {a}));
        QCOMPARE(opFlops(list, list.ops.back()), 0.0);
    }
};

QTEST_GUILESS_MAIN(TestOpTable)
#include "tst_op_table.moc"
