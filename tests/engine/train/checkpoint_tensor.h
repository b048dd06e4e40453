// A tensor of a checkpoint by its name, for tests that know it is there.
#pragma once

#include <QtGlobal>

#include "engine/train/checkpoint.h"

namespace trainyard::test {

inline const HostTensor &tensorIn(const Checkpoint &checkpoint, const std::string &name)
{
    for (const NamedTensor &one : checkpoint.tensors.tensors)
        if (one.name == name)
            return one.tensor;
    qFatal("no tensor %s", name.c_str());
}

}  // namespace trainyard::test
