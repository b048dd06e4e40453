#include "engine/program/precision.h"

namespace trainyard {

namespace {

struct Row {
    Precision precision;
    const char *name;
    DType activations;
};
constexpr Row kPrecisions[] = {{Precision::Float32, "float32", DType::F32},
                               {Precision::BFloat16, "bfloat16", DType::BF16},
                               {Precision::Float16, "float16", DType::F16}};

const Row &rowOf(Precision precision)
{
    for (const Row &row : kPrecisions)
        if (row.precision == precision)
            return row;
    return kPrecisions[0];
}

}  // namespace

const char *precisionName(Precision precision)
{
    return rowOf(precision).name;
}

std::optional<Precision> findPrecision(std::string_view name)
{
    for (const Row &row : kPrecisions)
        if (name == row.name)
            return row.precision;
    return std::nullopt;
}

DType activationType(Precision precision)
{
    return rowOf(precision).activations;
}

}  // namespace trainyard
