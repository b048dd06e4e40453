#include "engine/api/rate_range.h"

namespace trainyard {

Result<RateSweep> testRateRange(const Project &project, const RateSweepSettings &settings, const std::function<void(const RateSweep &)> &onStep,
                                const std::stop_token &stop)
{
    TRAINYARD_CHECK(checkRateSweep(settings));  // before the data are read
    TRAINYARD_TRY(const Dataset dataset, loadDataset(project.data, project.folder));
    return sweepRates(project.graph, dataset, project.training, settings, onStep, stop);
}

}  // namespace trainyard
