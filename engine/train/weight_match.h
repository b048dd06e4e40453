// Which tensor of a source goes to which parameter of a network, and why the others do not. Pure: headers and shapes alone,
// nothing is read. By name and shape, exactly; of files that are plainly PyTorch's by PyTorch's names and layouts. Only where
// it is asked for, layers that are left over are matched by their order and the shapes of all their tensors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/exchange/safetensors_header.h"
#include "engine/train/network_tensors.h"
#include "engine/train/pytorch_layout.h"
#include "engine/train/start_from.h"

namespace trainyard {

enum class MatchState : std::uint8_t {
    Loaded,
    ShapeDiffers,  // the source has one of that name, of another shape
    Unreadable,    // the source has it, but its elements are no floating-point numbers
    Missing,       // the source has none of that name: it stays as the seed says
    LeftOut,       // a person said so
};
const char *matchStateName(MatchState state);  // "loaded", "shape_differs", ...

enum class SourceLayout : std::uint8_t { Trainyard, PyTorch, Other };
const char *sourceLayoutName(SourceLayout layout);  // "trainyard", "pytorch", "other"

struct TensorMatch {
    NetworkTensor target;
    MatchState state = MatchState::Missing;
    std::optional<std::size_t> source;  // index into the header's tensors; set where the source has something for it
    std::optional<std::size_t> added;   // of the form's second tensor, likewise
    StoredForm form;                    // name and shape looked for, and how what was found is turned
    std::string from;                   // its name in the source; empty: none
    Shape fromShape;
    bool byOrder = false;
    // For people: why it is not loaded, or how it was turned; empty where there is nothing to say.
    std::string note() const;
};

struct UnusedTensor {
    std::string name;
    Shape shape;
};

struct WeightMatch {
    SourceLayout layout = SourceLayout::Other;
    std::vector<TensorMatch> tensors;    // every one of the network, in its order
    std::vector<UnusedTensor> unused;    // of the source; what an optimizer kept is not counted
    std::vector<std::string> notes;      // of the whole: averages taken, a wrapper's prefix, names left out that are no layer's

    std::size_t loadedTensors() const;
    std::int64_t values() const, loadedValues() const;  // scalars, running statistics included
    // Names of the layers all of whose tensors are loaded, as in NetworkTensor::layer, each once.
    std::vector<std::string> loadedLayers() const;
    std::string summary() const;  // "12 of 14 tensors are loaded, 65,120 of 65,770 values."
    // Errors: InvalidArgument, where nothing is loaded, with what the names look like on both sides.
    Status check(const std::string &source) const;
};

WeightMatch matchWeights(const std::vector<NetworkTensor> &network, const SafetensorsHeader &source, const StartFrom &options);

nlohmann::ordered_json weightMatchToJson(const WeightMatch &match);

}  // namespace trainyard
