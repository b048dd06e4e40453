#include "engine/backends/cuda/device_data.h"

#include <algorithm>

namespace trainyard::cuda {

namespace {

bool sameMemory(std::span<const std::byte> a, std::span<const std::byte> b)
{
    return a.data() == b.data() && a.size() == b.size();
}

}  // namespace

DeviceData::DeviceData(DataPlan plan, std::byte *block) : m_plan(std::move(plan)), m_block(block), m_copies(m_plan.parts.size()) {}

std::size_t DeviceData::partOf(DataUser user) const
{
    for (std::size_t i = 0; i < m_plan.parts.size(); ++i)
        if (std::ranges::find(m_plan.parts[i].users, user) != m_plan.parts[i].users.end())
            return i;
    return m_plan.parts.size();
}

std::byte *DeviceData::planned(DataUser user) const
{
    const std::size_t part = partOf(user);
    return part < m_plan.parts.size() ? m_block + m_plan.parts[part].offset : nullptr;
}

Result<std::byte *> DeviceData::bind(DataUser user, std::span<const std::byte> host, cudaStream_t stream)
{
    const std::size_t index = partOf(user);
    if (index == m_plan.parts.size())
        return fail(ErrorCode::Internal, "Value {} of program {} is no part of the data set.", user.value, user.program);
    const DataPart &part = m_plan.parts[index];
    if (m_plan.placement == DataPlacement::Streamed && part.gathered) {
        std::erase_if(m_bound, [&](const Bound &bound) { return bound.user == user; });
        m_bound.push_back({user, host});
        return m_block + part.offset;
    }
    bool fresh = false;
    TRAINYARD_TRY(Copy *const copy, copyFor(index, user, host, fresh));
    if (fresh && !host.empty()) {
        TRAINYARD_CHECK(check(cudaMemcpyAsync(copy->device, host.data(), std::min<std::uint64_t>(host.size(), part.bytes),
                                              cudaMemcpyHostToDevice, stream),
                              "copy the data set"));
        TRAINYARD_CHECK(check(cudaStreamSynchronize(stream), "copy the data set"));
    }
    return copy->device;
}

// fresh: the host memory has to be copied. A user who binds the same memory again means that it has changed.
Result<DeviceData::Copy *> DeviceData::copyFor(std::size_t part, DataUser user, std::span<const std::byte> host, bool &fresh)
{
    std::vector<Copy> &copies = m_copies[part];
    fresh = false;
    for (Copy &copy : copies)
        if (std::erase(copy.users, user) > 0 && sameMemory(copy.host, host))
            fresh = true;
    for (Copy &copy : copies)
        if (sameMemory(copy.host, host) && (fresh || !copy.users.empty())) {
            copy.users.push_back(user);
            return &copy;
        }
    fresh = true;
    for (Copy &copy : copies)
        if (copy.users.empty()) {
            copy.host = host;
            copy.users.push_back(user);
            return &copy;
        }
    Copy copy{.host = host, .device = m_block + m_plan.parts[part].offset, .users = {user}, .own = nullptr};
    if (!copies.empty()) {
        TRAINYARD_TRY(copy.own, takeDeviceMemory(m_plan.parts[part].bytes));
        copy.device = copy.own.get();
    }
    copies.push_back(std::move(copy));
    return &copies.back();
}

std::vector<DeviceData::StreamedPart> DeviceData::streamedParts(std::size_t program) const
{
    std::vector<StreamedPart> parts;
    for (const DataPart &part : m_plan.parts) {
        if (!part.gathered)
            continue;
        for (const DataUser &user : part.users) {
            if (user.program != program)
                continue;
            StreamedPart streamed{.host = {}, .rowBytes = part.rowBytes, .device = m_block + part.offset};
            for (const Bound &bound : m_bound)
                if (bound.user == user)
                    streamed.host = bound.host;
            parts.push_back(streamed);
        }
    }
    return parts;
}

}  // namespace trainyard::cuda
