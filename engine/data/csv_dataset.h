// From a table of texts to a data set.
#pragma once

#include "engine/data/csv_reader.h"
#include "engine/data/dataset.h"

namespace trainyard {

// Errors: InvalidData, with line and column. May throw std::bad_alloc.
Result<Dataset> datasetFromTable(const CsvTable &table, const DataConfig &config);

}  // namespace trainyard
