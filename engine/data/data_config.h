// What a project says about its data: the file, the meaning of its columns, the windows, the split and the scaling.
// Plain values, no ownership, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"

namespace trainyard {

enum class DataFormat { Csv, Idx, Text, Series };  // Series: a CSV file whose rows follow each other in time
enum class ColumnRole { Feature, Target, Ignore };
enum class ColumnKind { Numeric, Categorical };
enum class MissingValues { Mean, DropRow, Error };  // Mean: of the training part; categories: the most frequent
enum class Scaling { None, Standardize, MinMax };
enum class TargetKind { ClassIndex, OneHot, Value, None };  // Value: regression; None: the input itself, for autoencoders
enum class HeaderRow { Auto, Yes, No };
enum class TokenKind { Characters, Bytes };  // what a text is cut into

struct ColumnConfig {
    std::string name;
    ColumnRole role = ColumnRole::Feature;
    ColumnKind kind = ColumnKind::Numeric;
    bool operator==(const ColumnConfig &) const = default;
};

struct SplitConfig {
    double validationShare = 0.15;
    double testShare = 0.15;  // without effect where an explicit test file is given
    std::uint64_t seed = 1;
    bool stratified = true;  // class targets only
    bool operator==(const SplitConfig &) const = default;
};

// Random changes to the images a training step sees; validation, test and predictions see them as they are.
struct AugmentConfig {
    bool flipHorizontal = false;  // left to right, with probability one half
    std::int64_t maxShift = 0;    // pixels up, down, left and right at most; what comes in is 0. At most half of the smaller side
    bool any() const { return flipHorizontal || maxShift > 0; }
    bool operator==(const AugmentConfig &) const = default;
};

// How a text or a series is cut into samples. Windows lie wholly inside one part of the split, targets included.
struct WindowConfig {
    std::int64_t length = 64;  // tokens or rows a sample sees
    std::int64_t stride = 32;  // from the start of one window to the start of the next
    std::int64_t horizon = 1;  // Series only: rows after the window that are to be predicted
    TokenKind tokens = TokenKind::Characters;  // Text only
    bool operator==(const WindowConfig &) const = default;
};

struct DataConfig {
    DataFormat format = DataFormat::Csv;
    std::string file;            // relative to the project folder; .csv, .csv.gz; IDX: the images
    std::string labelsFile;      // IDX only: one label per image, or images of labels; not for TargetKind::None
    std::string testFile;        // IDX only, optional: an explicit test part
    std::string testLabelsFile;  // IDX only, with testFile
    HeaderRow header = HeaderRow::Auto;
    char delimiter = 0;                     // 0: found out among , ; and tab
    std::vector<ColumnConfig> columns;      // CSV and series; empty: inferred, the last column is the target
    std::vector<std::int64_t> sampleShape;  // empty: {feature count}, or the image's own shape
    TargetKind target = TargetKind::ClassIndex;
    MissingValues missing = MissingValues::Mean;
    Scaling scaling = Scaling::Standardize;
    Scaling targetScaling = Scaling::Standardize;  // regression only
    SplitConfig split;
    AugmentConfig augment;  // images only: samples of height, width and channels
    WindowConfig window;    // text and series only
    bool operator==(const DataConfig &) const = default;
};

// Keys in a fixed order, every key written; "augment" and "window" only where they do something.
nlohmann::ordered_json dataToJson(const DataConfig &config);

// Absent keys keep their defaults, unknown keys are ignored. Errors: InvalidFile, naming the offending key.
Result<DataConfig> dataFromJson(const nlohmann::ordered_json &json);

// The names used in JSON: "csv", "class_index", "standardize"...
const char *name(DataFormat format);
const char *name(ColumnRole role);
const char *name(ColumnKind kind);
const char *name(MissingValues missing);
const char *name(Scaling scaling);
const char *name(TargetKind kind);
const char *name(HeaderRow header);
const char *name(TokenKind tokens);

}  // namespace trainyard
