// How PyTorch names and lays out what Trainyard's layers train: state_dict() of the usual modules.
//
//   Linear [out, in], ConvNd [out, in / groups, kernel...], ConvTranspose2d [in, out, kernel...]; "conv1.weight", "norm.running_var".
//   LSTM and GRU have two biases for each gate, which count as their sum but for the GRU's last gate; "lstm.weight_ih_l0_reverse".
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/exchange/safetensors_header.h"
#include "engine/train/network_tensors.h"

namespace trainyard {

// Whether the file is plainly a module's state: it says so, or every name ends as those of modules do and none has a slash.
bool isPytorchLaidOut(const SafetensorsHeader &header);

// How a tensor lies elsewhere. The stored one, seen as `view` with its axes in the order `axes`, has the network's elements in
// their order; without axes it has them as they are.
struct StoredForm {
    std::string name;  // "conv1.weight"
    Shape stored;
    Shape view;
    std::vector<std::size_t> axes;
    std::int64_t from = 0;    // of a vector: where in the stored one it begins, as long as it is itself
    std::string added;        // a second tensor of the stored shape, whose first `addedCount` elements are added; empty: none
    std::int64_t addedCount = 0;
    std::string words;  // "out x in x height x width turned into height x width x in x out"; empty: as it is
};
StoredForm pytorchForm(const NetworkTensor &tensor);

// The values in the network's order. added: of the second tensor, where the form has one.
std::vector<float> inNetworksOrder(std::span<const float> stored, std::span<const float> added, const StoredForm &form, std::int64_t elements);

// The stretch that some wrappers put before every name ("module.", "_orig_mod."); empty: none of them.
std::string wrapperPrefix(const SafetensorsHeader &header);

// A counter that PyTorch keeps beside its statistics and nothing here needs.
bool isPytorchCounter(std::string_view name);

}  // namespace trainyard
