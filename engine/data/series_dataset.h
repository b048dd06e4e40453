// A table whose rows follow each other in time as a data set: windows of rows, and as targets what comes after each.
#pragma once

#include "engine/base/result.h"
#include "engine/data/csv_reader.h"
#include "engine/data/dataset.h"

namespace trainyard {

// Names and kinds of the table: numbers are features, the last of them the target too; texts (dates, say) are ignored.
std::vector<ColumnConfig> inferSeriesColumns(const CsvTable &table);

// features F32 [windows, length, columns] of every column that is not ignored, targets included: their past is known. targets
// F32 [windows, horizon * targets], the rows right after the window one after another; none for TargetKind::None. Scaling is
// fitted per column on the rows of the training part. Errors: those of bindColumns and cutWindows; InvalidData for a column
// or a value that is no number, a target kind of classes, no target; OutOfMemory.
Result<Dataset> datasetFromSeries(const CsvTable &table, const DataConfig &config);

}  // namespace trainyard
