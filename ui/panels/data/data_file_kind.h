// What kind of data file a name stands for, and which files belong to it.
#pragma once

#include <optional>

#include <QString>

#include "engine/base/result.h"
#include "engine/data/data_config.h"

namespace trainyard::ui {

// By the ending of the name: .csv, .tsv, .txt, .data are tables, -ubyte and .idx are IDX, .md and .text are texts, each also
// with .gz. Absent: none of them.
std::optional<DataFormat> formatOfName(const QString &fileName);

// The settings for another main file: its format (a .txt that is no table is a text; a table stays a series where `before` is
// one), its columns, for IDX the labels and the test files that lie beside it by
// MNIST's names. What does not hang on the file (split, scaling, missing values) is kept from `before`. Blocks on the files.
// Errors: those of inferColumns.
Result<DataConfig> configForFile(const QString &path, const DataConfig &before, const QString &projectFolder);

}  // namespace trainyard::ui
