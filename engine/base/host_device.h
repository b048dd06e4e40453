// Marks functions that run on the GPU as well: nvcc compiles them for both sides, any other compiler sees nothing.
#pragma once

#if defined(__CUDACC__)
#define TRAINYARD_HOST_DEVICE __host__ __device__
#else
#define TRAINYARD_HOST_DEVICE
#endif
