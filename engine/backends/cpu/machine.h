// What this machine is, as far as the CPU backend cares.
#pragma once

#include <cstdint>
#include <string>

namespace trainyard::cpu {

std::string processorName();        // "Intel(R) Xeon(R) Processor"; "CPU" where it is not told
int physicalCores();                // that this process may use; at least 1
std::uint64_t totalMemory();        // bytes; 0: unknown
std::uint64_t availableMemory();    // bytes a new allocation could take without swapping; 0: unknown
bool hasBfloat16Products();         // instructions for products of bfloat16 numbers, which oneDNN may use
std::string instructionSetName();   // oneDNN's effective one, "avx512_core_bf16"
std::string libraryName();          // "oneDNN 2.6.3"

// Denormal numbers count as zero on the calling thread and on OpenMP's: they make a product a hundred times slower, and
// no training needs them.
void flushDenormals();

}  // namespace trainyard::cpu
