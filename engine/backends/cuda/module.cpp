// The entry of libtrainyard_cuda.so: the one symbol the program sees.
#include "engine/backends/backend_module.h"

#include "engine/backends/cuda/cuda_backend.h"

extern "C" __attribute__((visibility("default"))) const trainyard::BackendModule *trainyardBackendModule()
{
    static const trainyard::BackendModule module{trainyard::kBackendModuleAbi, TRAINYARD_BUILD, trainyard::cuda::findDevices,
                                                 trainyard::cuda::openDevice, trainyard::cuda::planForDevice};
    return &module;
}
