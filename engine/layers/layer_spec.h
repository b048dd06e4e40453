// What a layer is, for the canvas, the inspector, the reference, project files and the Program alike: one LayerSpec
// per file engine/layers/<type>.cpp, collected by the list in layer_list.h. A layer knows no device and no gradient.
//
// Shapes here are per sample: an image is HxWxC.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/ops/op_spec.h"
#include "engine/ops/mode.h"

namespace trainyard {

enum class Category : std::uint8_t { Input, Core, Convolution, Normalization, Activation, Pooling, Shape, Merge, Loss };
inline constexpr int kCategoryCount = 9;
const char *categoryName(Category category);   // "convolution": for theme roles and JSON
const char *categoryTitle(Category category);  // "Convolution"

enum class ParameterKind : std::uint8_t {
    Integer,
    Real,
    Boolean,
    Choice,       // one of ParameterSpec::choices
    Pair,         // two integers, height and width: [3, 3], typed "3" or "3x3"
    IntegerList,  // a shape, typed "8x8x1"
    Text,         // one line, such as a formula; ParameterSpec::check says what is wrong with it
};

using ParameterValue = std::variant<std::int64_t, double, bool, std::string, std::vector<std::int64_t>>;
using ParameterMap = std::map<std::string, ParameterValue>;

struct ParameterSpec {
    std::string key;    // "filters": the name in project files
    std::string label;  // "Filters"
    ParameterKind kind;
    ParameterValue defaultValue;
    double minimum = -std::numeric_limits<double>::infinity();  // of each number in it
    double maximum = std::numeric_limits<double>::infinity();
    std::string unit;  // "px"; often empty
    std::vector<std::string> choices;
    std::string help;
    // Of a text: nothing, or a sentence for people. Null: any text is good.
    std::function<std::optional<std::string>(std::string_view)> check;
    // Only meaningful while another parameter has this value; empty key: always.
    std::string onlyWhenKey;
    std::string onlyWhenValue;
    std::size_t mostEntries = 6;  // of a list
};

// A typed, complete view of a layer's settings: what is not set has its default. Keeps references.
class LayerSettings {
public:
    LayerSettings(const std::vector<ParameterSpec> &specs, const ParameterMap &values) : m_specs(specs), m_values(values) {}

    const ParameterValue &value(const std::string &key) const;
    std::int64_t integer(const std::string &key) const { return std::get<std::int64_t>(value(key)); }
    double real(const std::string &key) const { return std::get<double>(value(key)); }
    bool boolean(const std::string &key) const { return std::get<bool>(value(key)); }
    const std::string &choice(const std::string &key) const { return std::get<std::string>(value(key)); }
    const std::string &text(const std::string &key) const { return std::get<std::string>(value(key)); }
    const std::vector<std::int64_t> &list(const std::string &key) const { return std::get<std::vector<std::int64_t>>(value(key)); }

private:
    const std::vector<ParameterSpec> &m_specs;
    const ParameterMap &m_values;
};

// A change of one setting of the same layer that would mend a problem.
struct ParameterFix {
    std::string key;
    ParameterValue value;
    std::string label;  // "Set padding to same"
};

// Why a layer does not fit what comes in: what was expected, what came, what to do.
struct LayerProblem {
    std::string message;
    std::string key;  // the setting at fault, where there is one
    std::optional<ParameterFix> fix;
};

using ShapeResult = tl::expected<Shape, LayerProblem>;
tl::unexpected<LayerProblem> problem(std::string message, std::string key = {}, std::optional<ParameterFix> fix = {});

// How a loss reads the predictions, and so which metrics can judge them.
enum class Scores : std::uint8_t {
    Nothing,  // no metric reads them so
    Classes,  // one for each class: the largest wins
    Answers,  // each by itself is a yes above 0, else a no
    Numbers,
};

// What a loss layer says of itself while it emits.
struct LossReport {
    ValueId loss = kNoValue;     // F32 [1], times the layer's weight; kNoValue: none was emitted
    ValueId targets = kNoValue;  // what the predictions were compared with
    double weight = 1;
    Scores scores = Scores::Nothing;
    std::int32_t ignoreIndex = -1;  // class whose positions do not count; below 0: none
    bool isLogLikelihood = false;   // a mean of -log probability, so that its exponential is a perplexity
    bool isOverlap = false;         // of areas
};

// What a layer's emit rule works with.
struct EmitContext {
    OpBuilder &builder;
    const LayerSettings &settings;
    std::string name;                // "conv1": parameters are named "conv1/weights"
    std::vector<ValueId> inputs;     // one per connected input port, in port order
    Shape outputShape;               // per sample, from inferShape
    Mode mode = Mode::Train;
    std::uint32_t randomKey = 0;     // this layer's own number for Philox counters; stable for one graph
    ValueId batchFeatures = kNoValue;  // the gathered batch, for input layers
    ValueId batchTargets = kNoValue;   // for loss layers; kNoValue in Mode::Predict
    ValueId batchSamples = kNoValue;   // for loss layers: the gathered batch again, in float32, where one compares with it
    std::span<const std::int64_t> classCounts;  // for loss layers: training rows, or positions, of each class; empty: not known
    LossReport report;                 // set by a loss layer
    bool frozen = false;               // its parameters are not trained, nor its statistics moved
};

// What a loss layer asks of the targets.
struct LossTargets {
    bool classes = false;  // classes, with one prediction for each...
    bool oneColumn = false;  // ...or, where there are two, a single one
    bool numbers = false;  // numbers, with one prediction for each
};

struct LayerSpec {
    std::string type;   // "conv2d": the name in project files
    std::string title;  // "Conv 2D"
    Category category;
    std::string summary;  // one sentence
    std::string help;     // a short paragraph: what it does, when to use it, the formula
    std::vector<ParameterSpec> parameters;
    int minInputs = 1;
    int maxInputs = 1;  // more than minInputs: the layer takes any number up to this, on one port
    bool hasOutput = true;
    // Set where the inputs are whole numbers (tokens, categories), which an input layer alone has: the setting that says how many
    // of them there are. All other layers take measured numbers.
    std::string indexCountKey;
    bool takesIndices() const { return !indexCountKey.empty(); }

    std::function<ShapeResult(const LayerSettings &, std::span<const Shape>)> inferShape;  // of the output; loss layers return their input's
    std::function<Result<ValueId>(EmitContext &)> emitOps;  // the output value; loss layers return their input
    std::function<std::string(const LayerSettings &)> label;  // the telling setting for the node, "16 · 3x3"; may be empty
    LossTargets lossTargets;  // of loss layers
};

// The layer that stands for a block, and those by which its definition meets the outside; see graph/flatten.h.
inline constexpr const char *kBlockType = "block", *kBlockInputType = "block_input", *kBlockOutputType = "block_output";
inline constexpr int kMaxBlockInputs = 8;

// All layers a network is made of, in palette order; built once, then read-only; any thread.
const std::vector<LayerSpec> &layerCatalog();
// One of them, or of those that blocks are made with; null: unknown.
const LayerSpec *findLayer(std::string_view type);

// Parses what a person typed; prints what they can type. Errors name the label, the range and what came.
tl::expected<ParameterValue, std::string> parseParameter(const ParameterSpec &spec, std::string_view text);
std::string parameterText(const ParameterSpec &spec, const ParameterValue &value);

// Whether value has the right kind and lies in its range; the message otherwise.
std::optional<std::string> checkParameter(const ParameterSpec &spec, const ParameterValue &value);

}  // namespace trainyard
