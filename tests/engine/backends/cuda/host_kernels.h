// Generated kernels on the host: their text, compiled by the C++ compiler of this machine over a few words that stand for
// CUDA's language, and run thread by thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <QFile>
#include <QLibrary>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "engine/backends/cuda/chain_source.h"

namespace trainyard::tests {

// Stands before the generated text. Conversions of float16 are instructions on the device; here they are the compiler's own,
// through a table the test fills.
inline constexpr const char *kHostPrologue = R"(#include <cmath>
#include <cstring>
#define __global__
#define __device__
#define __launch_bounds__(n)
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) uint4 { unsigned int x, y, z, w; };
struct Index { unsigned int x; };
static Index blockIdx, threadIdx, blockDim, gridDim;
static float __uint_as_float(unsigned int bits) { float x; std::memcpy(&x, &bits, 4); return x; }
static unsigned int __float_as_uint(float x) { unsigned int bits; std::memcpy(&bits, &x, 4); return bits; }
static float __fmul_rn(float x, float y) { return x * y; }
static float __fadd_rn(float x, float y) { return x + y; }
static float __fdiv_rn(float x, float y) { return x / y; }
static float __fsqrt_rn(float x) { return std::sqrt(x); }
static float (*fromFloat16)(unsigned short);
static unsigned short (*toFloat16)(float);
static float fromF16(unsigned short bits) { return fromFloat16(bits); }
static unsigned short toF16(float x) { return toFloat16(x); }
extern "C" void setFloat16(float (*from)(unsigned short), unsigned short (*to)(float)) { fromFloat16 = from; toFloat16 = to; }
)";

class HostKernels {
public:
    // Each source with its number of pointers. Errors: what the compiler said, or that there is none (missing is set then).
    std::string compile(const std::vector<std::pair<std::string, std::size_t>> &sources)
    {
        QString compiler;
        for (const char *name : {"c++", "g++", "clang++"})
            if (compiler.isEmpty())
                compiler = QStandardPaths::findExecutable(name);
        if (compiler.isEmpty()) {
            missing = true;
            return "no C++ compiler on PATH";
        }
        std::string text = kHostPrologue;
        for (std::size_t k = 0; k < sources.size(); ++k)
            text += wrapped(k, sources[k].first, sources[k].second);
        QFile file(m_folder.filePath("kernels.cpp"));
        if (!file.open(QIODevice::WriteOnly) || file.write(text.data(), static_cast<qint64>(text.size())) < 0)
            return "the source could not be written";
        file.close();
        QProcess process;
        process.start(compiler, {"-std=c++17", "-O1", "-w", "-ffp-contract=off", "-shared", "-fPIC", "-o", m_folder.filePath("libkernels.so"), file.fileName()});
        if (!process.waitForFinished(240'000) || process.exitCode() != 0)
            return "the compiler failed: " + process.readAllStandardError().left(2000).toStdString();
        m_library.setFileName(m_folder.filePath("libkernels.so"));
        return m_library.load() ? std::string() : m_library.errorString().toStdString();
    }

    void setFloat16(float (*from)(std::uint16_t), std::uint16_t (*to)(float))
    {
        reinterpret_cast<void (*)(float (*)(std::uint16_t), std::uint16_t (*)(float))>(m_library.resolve("setFloat16"))(from, to);
    }

    void run(std::size_t kernel, const std::vector<void *> &pointers, long long count, const StepScalars &scalars, unsigned blocks, unsigned threads)
    {
        using Call = void (*)(void *const *, long long, const void *, unsigned, unsigned);
        const auto call = reinterpret_cast<Call>(m_library.resolve(("call" + std::to_string(kernel)).c_str()));
        call(pointers.data(), count, &scalars, blocks, threads);
    }

    bool missing = false;

private:
    static std::string wrapped(std::size_t k, const std::string &source, std::size_t pointers)
    {
        const std::string number = std::to_string(k), name = cuda::kChainKernelName;
        std::string text = "namespace case" + number + " {\n#define " + name + " kernel" + number + "\n" + source + "#undef " + name
                           + "\nextern \"C\" void call" + number
                           + "(void *const *p, long long count, const void *scalars, unsigned blocks, unsigned threads)\n{\n"
                             "    gridDim.x = blocks; blockDim.x = threads;\n"
                             "    for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x)\n"
                             "        for (threadIdx.x = 0; threadIdx.x < threads; ++threadIdx.x)\n            kernel"
                           + number + "(";
        for (std::size_t i = 0; i < pointers; ++i)
            text += "p[" + std::to_string(i) + "], ";
        return text + "count, static_cast<const StepScalars *>(scalars));\n}\n}\n";
    }

    QTemporaryDir m_folder;
    QLibrary m_library;
};

}  // namespace trainyard::tests
