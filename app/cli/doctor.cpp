// trainyard-cli doctor: what this machine has, and why a device cannot be used.
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "engine/api/doctor.h"

namespace trainyard::cli {

namespace {

void printAsJson(const std::vector<Finding> &findings)
{
    auto list = nlohmann::ordered_json::array();
    for (const Finding &finding : findings) {
        nlohmann::ordered_json entry{{"what", finding.what}, {"found", finding.found}, {"text", finding.text}, {"advice", finding.advice}};
        for (const DeviceFact &fact : finding.facts)
            entry["facts"][fact.label] = fact.value;
        list.push_back(std::move(entry));
    }
    printJson(list);
}

int doctor(bool json)
{
    const std::vector<Finding> findings = examineMachine();
    if (json) {
        printAsJson(findings);
        return kOk;
    }
    for (const Finding &finding : findings) {
        std::printf("%-16s %s %s\n", finding.what.c_str(), finding.found ? "+" : "-", finding.text.c_str());
        if (!finding.advice.empty())
            std::printf("%-18s %s\n", "", finding.advice.c_str());
        for (const DeviceFact &fact : finding.facts)
            std::printf("%-18s %-20s %s\n", "", fact.label.c_str(), fact.value.c_str());
    }
    return kOk;
}

}  // namespace

Command addDoctor(CLI::App &app)
{
    auto json = std::make_shared<bool>(false);
    auto *command = app.add_subcommand("doctor", "CPU, memory, GPU, driver, CUDA, cuDNN: what is here and what is missing");
    command->add_flag("--json", *json, "JSON for scripts");
    return [json] { return doctor(*json); };
}

}  // namespace trainyard::cli
