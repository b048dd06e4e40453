#include "engine/backends/cuda/convolution_plan.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "engine/backends/cuda/choice_cache.h"

namespace trainyard::cuda {

namespace {

// A forecast plans again on every edit, and for many batch sizes.
constexpr std::size_t kMostRemembered = 8192;

class Memory {
public:
    std::optional<ConvolutionPlan> find(const std::string &key)
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_plans.find(key);
        return found == m_plans.end() ? std::nullopt : std::optional(found->second);
    }

    void keep(const std::string &key, const ConvolutionPlan &plan)
    {
        const std::lock_guard lock(m_mutex);
        if (m_plans.size() >= kMostRemembered)
            m_plans.clear();
        m_plans.insert_or_assign(key, plan);
    }

private:
    std::mutex m_mutex;
    std::unordered_map<std::string, ConvolutionPlan> m_plans;
};

Memory &memory()
{
    static Memory memory;
    return memory;
}

std::string cudnnVersionText()
{
    const std::size_t version = cudnnGetVersion();  // 91900
    return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

class Search {
public:
    Search(const ConvolutionGraph &graph, const GraphDescriptor &device, std::size_t wanted) :
        m_graph(graph), m_device(device), m_wanted(wanted)
    {
    }

    std::vector<EnginePlan> run()
    {
        // The fallback list costs several times the advice, and is needed for unusual shapes alone.
        for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
            if (m_found.empty())
                search(mode);
        if (m_found.empty() && m_smallest)
            m_found.push_back(*m_smallest);
        return std::move(m_found);
    }

private:
    void search(cudnnBackendHeurMode_t mode)
    {
        for (EngineChoice &choice : m_graph.advised(mode, m_device)) {
            if (m_found.size() >= m_wanted)
                return;
            const auto plan = m_graph.plan(choice, m_device);
            if (!plan)
                continue;
            const EnginePlan made{std::move(choice), plan->workspaceBytes, plan->tensorCores};
            const std::uint64_t most =
                m_found.empty() ? kMostWorkspace : std::max(kMostAutotuneWorkspace, m_found.front().workspaceBytes);
            if (made.workspaceBytes <= most)
                m_found.push_back(made);
            else if (!m_smallest || made.workspaceBytes < m_smallest->workspaceBytes)
                m_smallest = made;
        }
    }

    const ConvolutionGraph &m_graph;
    const GraphDescriptor &m_device;
    std::size_t m_wanted;
    std::vector<EnginePlan> m_found;
    std::optional<EnginePlan> m_smallest;
};

tl::unexpected<Error> unsupported(const Convolution &convolution, const DeviceProperties &device, std::string detail)
{
    return fail(Error{ErrorCode::Unsupported,
                      fmt::format("cuDNN {} has no deterministic kernel on {} for the convolution {}. Choose other sizes or fewer groups, or "
                                  "train this network on the CPU.",
                                  cudnnVersionText(), device.name, convolutionText(convolution)),
                      {}, std::move(detail)});
}

Result<ConvolutionPlan> replay(const Convolution &convolution, const DeviceProperties &device, const std::string &text)
{
    const auto choice = parseEngineChoice(text);
    if (!choice)
        return fail(ErrorCode::InvalidFile, "\"{}\" names no engine.", text);
    TRAINYARD_TRY(const auto graph, ConvolutionGraph::make(convolution));
    TRAINYARD_TRY(const auto described, describeDevice(device));
    TRAINYARD_TRY(const auto plan, graph.plan(*choice, described));
    return ConvolutionPlan{convolution, convolutionSignature(convolution, device), {*choice, plan.workspaceBytes, plan.tensorCores}, {}};
}

}  // namespace

std::uint64_t ConvolutionPlan::workspaceBytes() const
{
    std::uint64_t most = taken.workspaceBytes;
    for (const EnginePlan &candidate : candidates)
        most = std::max(most, candidate.workspaceBytes);
    return most;
}

std::string convolutionSignature(const Convolution &convolution, const DeviceProperties &device)
{
    return fmt::format("convolution {} | {} {} SMs {} | cuDNN {}", convolutionText(convolution), device.name, device.multiprocessors,
                       device.capabilityText(), cudnnVersionText());
}

Result<ConvolutionPlan> planConvolution(const Convolution &convolution, const DeviceProperties &device, bool autotune)
{
    // The name does not tell cards of different memory or clocks apart, but the heuristic may.
    const std::string signature = convolutionSignature(convolution, device);
    const std::string key = fmt::format("{} {} {}", signature, autotune, device.cudnnJson());
    if (auto known = memory().find(key))
        return *known;
    auto graph = ConvolutionGraph::make(convolution);
    if (!graph)
        return unsupported(convolution, device, graph.error().detail);
    TRAINYARD_TRY(const auto described, describeDevice(device));
    std::vector<EnginePlan> found = Search(*graph, described, autotune ? kAutotuneCandidates : 1).run();
    if (found.empty())
        return unsupported(convolution, device, {});
    ConvolutionPlan plan{convolution, signature, found.front(), {}};
    if (found.size() > 1)
        plan.candidates = std::move(found);
    memory().keep(key, plan);
    return plan;
}

Result<ConvolutionPlan> takeConvolution(const Convolution &convolution, const DeviceProperties &device, bool autotune,
                                        KernelChoices &choices, std::vector<std::string> &notes)
{
    const std::string signature = convolutionSignature(convolution, device);
    const auto before = choices.find(signature);
    if (before != choices.end()) {
        auto again = replay(convolution, device, before->second);
        if (again)
            return again;
    }
    if (autotune && before == choices.end())
        if (const auto cached = cachedChoice(device, signature))
            if (auto timed = replay(convolution, device, *cached)) {
                choices[signature] = *cached;
                return timed;
            }
    TRAINYARD_TRY(auto plan, planConvolution(convolution, device, autotune));
    if (before != choices.end()) {
        addNote(notes, fmt::format("The kernel this run used for the convolution {} ({}) is no longer possible; {} takes its place, so the "
                                   "last digits may differ from before.",
                                   convolutionText(convolution), before->second, engineChoiceText(plan.taken.choice)));
        choices.erase(before);
    }
    if (plan.candidates.empty())
        choices[signature] = engineChoiceText(plan.taken.choice);
    return plan;
}

void addNote(std::vector<std::string> &notes, std::string note)
{
    if (std::ranges::find(notes, note) == notes.end())
        notes.push_back(std::move(note));
}

}  // namespace trainyard::cuda
