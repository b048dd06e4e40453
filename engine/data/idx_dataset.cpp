#include "engine/data/idx_dataset.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/format.h"
#include "engine/data/assemble.h"
#include "engine/data/idx_reader.h"

namespace trainyard {

namespace {

constexpr std::size_t kMostClasses = 10'000;

double valueAt(const HostTensor &tensor, std::size_t i)
{
    return tensor.type.dtype == DType::U8 ? tensor.as<std::uint8_t>()[i] : static_cast<double>(tensor.as<float>()[i]);
}

Status append(HostTensor &images, const HostTensor &more, const std::string &name)
{
    if (images.type.dtype != more.type.dtype || images.type.shape.withoutBatch() != more.type.shape.withoutBatch())
        return fail(ErrorCode::InvalidData, "The test file {} holds samples of {} {}, the training file {} {}. They must be alike.", name,
                    more.type.shape.withoutBatch().text(), dtypeName(more.type.dtype), images.type.shape.withoutBatch().text(),
                    dtypeName(images.type.dtype));
    images.data.insert(images.data.end(), more.data.begin(), more.data.end());
    images.type.shape = images.type.shape.withoutBatch().withBatch(images.type.shape[0] + more.type.shape[0]);
    return {};
}

struct IdxPart {
    HostTensor images, labels;  // labels: [N], [N, height, width], or nothing
};

Result<IdxPart> readPart(const std::filesystem::path &folder, const std::string &file, const std::string &labelsFile, TargetKind target)
{
    const bool labelled = target != TargetKind::None;
    if (file.empty() || (labelled && labelsFile.empty()))
        return fail(ErrorCode::InvalidData, "IDX data needs two files, one with samples and one with labels. Choose both.");
    IdxPart part;
    TRAINYARD_TRY(part.images, readIdx(folder / file));
    const Shape &images = part.images.type.shape;
    if (images.rank() < 2)
        return fail(ErrorCode::InvalidData, "{} holds single numbers, not samples. Is it the labels file?", file);
    if (!labelled)
        return part;
    TRAINYARD_TRY(part.labels, readIdx(folder / labelsFile));
    const Shape &labels = part.labels.type.shape;
    if (labels.rank() != 1 && (labels.rank() != 3 || images.rank() < 3))
        return fail(ErrorCode::InvalidData, "{} has the shape {}, but labels are one number per row, or images of them. Is it the images file?",
                    labelsFile, labels.text());
    if (labels[0] != images[0])
        return fail(ErrorCode::InvalidData, "{} holds {} samples, {} holds {} labels. The files do not belong together.", file,
                    formatCount(images[0]), labelsFile, formatCount(labels[0]));
    if (labels.rank() == 3 && (labels[1] != images[1] || labels[2] != images[2]))
        return fail(ErrorCode::InvalidData, "{} holds images of {}x{}, the labels of {} are {}x{}. Both must have the same height and width.", file,
                    images[1], images[2], labelsFile, labels[1], labels[2]);
    if (labels.rank() == 3 && target != TargetKind::ClassIndex)
        return fail(ErrorCode::InvalidData, "{} holds a label for every pixel, and these are class indices. Choose class indices as the target.",
                    labelsFile);
    return part;
}

// The whole numbers that occur become classes in their order.
struct Classes {
    std::vector<std::string> names;
    HostTensor indices;
};

Result<Classes> classesOf(const HostTensor &labels, const std::string &file)
{
    const auto count = static_cast<std::size_t>(labels.type.shape.elements());
    std::vector<double> distinct;  // ascending
    for (std::size_t i = 0; i < count; ++i) {
        const double value = valueAt(labels, i);
        const auto at = std::lower_bound(distinct.begin(), distinct.end(), value);
        if (at != distinct.end() && *at == value)
            continue;
        if (value != std::floor(value))
            return fail(ErrorCode::InvalidData, "{}: label {} is {}, not a whole number. Predict values instead of classes.", file,
                        formatCount(static_cast<std::int64_t>(i)), formatSignificant(value));
        if (distinct.size() == kMostClasses)
            return fail(ErrorCode::InvalidData, "{} holds more than 10,000 classes. Predict values instead.", file);
        distinct.insert(at, value);
    }
    Classes classes{{}, HostTensor({DType::I32, labels.type.shape})};
    for (const double value : distinct)
        classes.names.push_back(fmt::format("{:.0f}", value));
    const auto out = classes.indices.as<std::int32_t>();
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<std::int32_t>(std::lower_bound(distinct.begin(), distinct.end(), valueAt(labels, i)) - distinct.begin());
    return classes;
}

}  // namespace

Result<Dataset> loadIdx(const DataConfig &config, const std::filesystem::path &folder)
{
    TRAINYARD_TRY(IdxPart part, readPart(folder, config.file, config.labelsFile, config.target));
    const bool labelled = config.target != TargetKind::None;
    std::int64_t testRows = 0;
    if (!config.testFile.empty() || (labelled && !config.testLabelsFile.empty())) {
        TRAINYARD_TRY(const IdxPart test, readPart(folder, config.testFile, config.testLabelsFile, config.target));
        testRows = test.images.type.shape[0];
        TRAINYARD_CHECK(append(part.images, test.images, config.testFile));
        if (labelled)
            TRAINYARD_CHECK(append(part.labels, test.labels, config.testLabelsFile));
    }
    const std::int64_t rows = part.images.type.shape[0];
    if (rows > std::numeric_limits<std::int32_t>::max())
        return fail(ErrorCode::InvalidData, "The files hold {} rows. At most 2,147,483,647 can be used.", formatCount(rows));
    if (part.images.type.shape.rank() == 3) {  // grayscale images: one channel
        auto sizes = part.images.type.shape.sizes();
        sizes.push_back(1);
        part.images.type.shape = Shape(sizes);
    }
    if (!labelled)
        return assembleArrays(std::move(part.images), {}, config, {}, testRows);
    if (config.target == TargetKind::Value) {
        HostTensor values({DType::F32, Shape{rows}});
        for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i)
            values.as<float>()[i] = static_cast<float>(valueAt(part.labels, i));
        return assembleArrays(std::move(part.images), std::move(values), config, {}, testRows);
    }
    TRAINYARD_TRY(Classes classes, classesOf(part.labels, config.labelsFile));
    return assembleArrays(std::move(part.images), std::move(classes.indices), config, std::move(classes.names), testRows);
}

}  // namespace trainyard
