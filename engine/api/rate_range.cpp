#include "engine/api/rate_range.h"

#include <memory>

#include "engine/api/start_file.h"
#include "engine/storage/run_store.h"

namespace trainyard {

Result<RateSweep> testRateRange(const Project &project, const RateSweepSettings &settings, const std::function<void(const RateSweep &)> &onStep,
                                const std::stop_token &stop)
{
    TRAINYARD_CHECK(checkRateSweep(settings));  // before the data are read
    TRAINYARD_TRY(const Dataset dataset, loadDataset(project.data, project.folder));
    const StartFrom &from = project.training.startFrom;
    if (!from.isSet())
        return sweepRates(project.graph, dataset, project.training, settings, onStep, stop);
    std::unique_ptr<RunStore> store;  // looked into once, beside whoever writes it
    if (std::error_code code; from.kind == StartKind::Run && std::filesystem::exists(project.database(), code)) {
        TRAINYARD_TRY(store, RunStore::open(project.database(), OpenMode::ReadOnly));
    }
    TRAINYARD_TRY(const StartFile file, findStartFile(from, project.folder, store.get()));
    TRAINYARD_TRY(const StartSource start, openStart(file));
    return sweepRates(project.graph, dataset, project.training, settings, onStep, stop, &start);
}

}  // namespace trainyard
