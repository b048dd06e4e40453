// What the Data page shows of a file before and after it is loaded. Plain values; the functions block on the
// file, so they are for a worker thread.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/data_config.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

struct ColumnPreview {
    std::string name;
    ColumnKind inferredKind = ColumnKind::Numeric;
    ColumnKind kind = ColumnKind::Numeric;  // as configured
    ColumnRole role = ColumnRole::Feature;
    std::int64_t missing = 0;
};

struct ClassCount {
    std::string name;
    std::int64_t total = 0, train = 0, validation = 0, test = 0;
};

struct SampleImage {
    int width = 0, height = 0, channels = 1;  // 1: grayscale, 3: RGB
    std::vector<std::uint8_t> pixels;         // row-major, interleaved; stretched to 0..255
    std::string label;
    std::vector<std::uint8_t> mask;  // the class of each pixel, 255 for all beyond; empty: the image has one label or none
};

struct TextPreview {
    std::string beginning;  // UTF-8, at most 20,000 bytes
    std::int64_t tokens = 0, vocabulary = 0;
};

struct DataPreview {
    std::vector<ColumnPreview> columns;          // CSV and series only
    std::vector<std::vector<std::string>> rows;  // the first 200, as text, CSV and series only
    std::optional<TextPreview> text;             // text only
    std::vector<ClassCount> classes;             // empty for regression; counts pixels or tokens where each has a class
    std::int64_t rowCount = 0;                   // usable rows, or windows
    std::int64_t droppedRows = 0, filledValues = 0;
    std::int64_t trainRows = 0, validationRows = 0, testRows = 0;
    Shape sampleShape;
    std::vector<SampleImage> images;  // up to 64; where the sample shape is [h,w], [h,w,1] or [h,w,3]
};

// Errors: those of loadDataset.
Result<DataPreview> previewData(const DataConfig &config, const std::filesystem::path &projectFolder);

// A DataConfig for a CSV file: header, delimiter, columns with kinds, the last one the target; Value when that is
// numeric with fractions or more than 100 different values. config.file is the file's name alone.
Result<DataConfig> inferColumns(const std::filesystem::path &file);

// The same for a CSV file that is a series: every column of numbers is seen, the last one predicted.
Result<DataConfig> inferSeries(const std::filesystem::path &file);

}  // namespace trainyard
