// CudaExecutable::guarded(), for the files it is written in.
#pragma once

#include "engine/backends/cuda/cuda_executable.h"

namespace trainyard::cuda {

template <typename Function>
auto CudaExecutable::guarded(Function function) -> decltype(function())
{
    if (!m_session)
        return fail(ErrorCode::Internal, "The run has not taken its memory on the GPU yet.");
    if (Status usable = m_session->use(); !usable)
        return tl::unexpected(std::move(usable.error()));
    auto result = function();
    if (!result)
        return m_session->failed(std::move(result.error()));
    return result;
}

}  // namespace trainyard::cuda
