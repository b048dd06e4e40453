// Kernels generated for elementwise chains: NVRTC compiles them for cards that are not here, and on the host, with the C++
// compiler of this machine, the same text gives what the float64 reference gives.
#include <QtTest>

#include <fstream>
#include <set>

#include "engine/backends/cuda/cache_folder.h"
#include "engine/backends/cuda/chain_source.h"
#include "engine/backends/cuda/kernel_cache.h"
#include "engine/backends/cuda/kernel_compiler.h"
#include "engine/base/file.h"
#include "tests/engine/backends/cuda/host_kernels.h"
#include "tests/engine/backends/op_case_table.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

std::vector<OpCase> chainCases()
{
    std::vector<OpCase> cases = allOpCases();
    std::erase_if(cases, [](const OpCase &one) { return one.kind != OpKind::ElementwiseChain; });
    return cases;
}

const ElementwiseChainAttributes &chainOf(const OpCase &one)
{
    return std::get<ElementwiseChainAttributes>(one.attributes);
}

std::vector<DType> inputTypes(const OpCase &one)
{
    std::vector<DType> types;
    for (const Tensor64 &input : one.inputs)
        types.push_back(input.type.dtype);
    return types;
}

// 16-byte aligned, and longer than it need be: what lies behind the last element must stay as it is.
struct Memory {
    static constexpr std::size_t kGuard = 64;
    struct alignas(16) Word {
        std::byte bytes[16];
    };
    std::vector<Word> words;
    std::size_t size;

    explicit Memory(std::size_t bytes) : words(bytes / 16 + 2 + kGuard / 16), size(bytes)
    {
        std::fill_n(data(), words.size() * 16, std::byte{0xAB});
    }
    std::byte *data() { return words.front().bytes; }
    bool guardIntact()
    {
        return std::all_of(data() + size, data() + words.size() * 16, [](std::byte one) { return one == std::byte{0xAB}; });
    }
};

}  // namespace

class TestChainSource : public QObject {
    Q_OBJECT

    using KernelCompiler = cuda::KernelCompiler;

    std::vector<OpCase> m_cases = chainCases();
    HostKernels m_host;
    std::string m_hostFault;
    QTemporaryDir m_cache;

    static const KernelCompiler *compilerOrNull(std::string &reason)
    {
        const auto compiler = cuda::KernelCompiler::find();
        reason = compiler ? "" : compiler.error().message + " " + compiler.error().detail;
        return compiler ? *compiler : nullptr;
    }
private slots:
    void initTestCase()
    {
        qputenv("XDG_CACHE_HOME", m_cache.path().toUtf8());
        std::vector<std::pair<std::string, std::size_t>> sources;
        for (const OpCase &one : m_cases)
            sources.emplace_back(cuda::chainSource(chainOf(one), inputTypes(one)), one.inputs.size() + chainOf(one).results.size());
        m_hostFault = m_host.compile(sources);
        if (m_hostFault.empty())
            m_host.setFloat16(float16ToFloat, floatToFloat16);
    }

    void theGeneratedTextGivesWhatTheReferenceGives_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].name.c_str()) << static_cast<int>(i);
    }

    void theGeneratedTextGivesWhatTheReferenceGives()
    {
        if (m_host.missing)
            QSKIP(m_hostFault.c_str());
        QVERIFY2(m_hostFault.empty(), m_hostFault.c_str());
        QFETCH(int, index);
        const OpCase &one = m_cases[static_cast<std::size_t>(index)];
        const auto made = oneOp(one, Role::Data);
        QVERIFY(made);
        Values64 expected = reference::emptyValues(made->program.list);
        for (std::size_t i = 0; i < one.inputs.size(); ++i)
            expected[static_cast<std::size_t>(made->inputs[i])].data = one.inputs[i].data;
        reference::interpret(made->program.list, expected, one.scalars);
        for (const bool inPlace : {false, true})
            for (const unsigned blocks : {1u, 3u}) {
                std::vector<Memory> memory;
                std::vector<void *> pointers;
                for (const Tensor64 &input : one.inputs) {
                    const HostTensor host = toHost(input);
                    memory.emplace_back(host.data.size());
                    std::copy(host.data.begin(), host.data.end(), memory.back().data());
                }
                for (const ValueId id : made->results)
                    memory.emplace_back(made->program.list.value(id).type.bytes());
                for (Memory &piece : memory)
                    pointers.push_back(piece.data());
                const std::size_t first = one.inputs.size();
                if (inPlace && one.inputs[0].type.bytes() == memory[first].size)
                    pointers[first] = pointers[0];
                m_host.run(static_cast<std::size_t>(index), pointers, static_cast<long long>(one.inputs[0].size()), one.scalars, blocks, 32);
                for (std::size_t k = 0; k < made->results.size(); ++k) {
                    HostTensor host(made->program.list.value(made->results[k]).type);
                    std::memcpy(host.data.data(), pointers[first + k], host.data.size());
                    const double error = relativeError(fromHost(host), expected[static_cast<std::size_t>(made->results[k])]);
                    QVERIFY2(error < 2e-5, qPrintable(QString("output %1 is off by %2, in place: %3").arg(k).arg(error).arg(inPlace)));
                }
                for (Memory &piece : memory)
                    QVERIFY(piece.guardIntact());
            }
    }

    void nvrtcCompilesEveryChainForCardsNewAndOld()
    {
        std::string reason;
        const KernelCompiler *compiler = compilerOrNull(reason);
        if (!compiler)
            QSKIP(reason.c_str());
        std::set<std::string> seen;
        for (const OpCase &one : m_cases) {
            const std::string source = cuda::chainSource(chainOf(one), inputTypes(one));
            if (!seen.insert(source).second)
                continue;
            // All of them for one card, and some for each: it takes its time.
            for (const char *architecture : {"sm_90", "sm_80", "sm_120", "compute_90"}) {
                if (seen.size() % 8 != 1 && architecture != std::string("sm_90"))
                    continue;
                const auto image = compiler->compile(source, architecture);
                QVERIFY2(image, image ? "" : (one.name + ": " + image.error().message + image.error().detail).c_str());
                if (architecture == std::string("compute_90"))
                    QVERIFY2(image->find(cuda::kChainKernelName) != std::string::npos && image->find(".local") == std::string::npos,
                             (one.name + ": not found, or its registers went to memory").c_str());
                else
                    QVERIFY(image->starts_with("\x7F" "ELF"));
            }
        }
        QVERIFY(seen.size() > 20);
    }

    void wholeVectorsAreLoadedAndStored()
    {
        std::string reason;
        const KernelCompiler *compiler = compilerOrNull(reason);
        if (!compiler)
            QSKIP(reason.c_str());
        const ElementwiseChainAttributes sum{{{ElementwiseCode::Add, 0, 1, ActivationKind::Identity, 0, 0}}, {2}, {DType::F32}};
        const ElementwiseChainAttributes low{{{ElementwiseCode::Add, 0, 1, ActivationKind::Identity, 0, 0}}, {2}, {DType::BF16}};
        QCOMPARE(cuda::chainElementsPerThread(sum, std::vector{DType::F32, DType::F32}), 4);
        QCOMPARE(cuda::chainElementsPerThread(sum, std::vector{DType::F32, DType::BF16}), 8);
        for (const auto &[chain, type] : {std::pair{sum, DType::F32}, std::pair{low, DType::BF16}}) {
            const auto text = compiler->compile(cuda::chainSource(chain, std::vector{type, type}), "compute_90");
            QVERIFY(text);
            QVERIFY(QString::fromStdString(*text).count(QRegularExpression("ld\\.global(\\.nc)?\\.v4")) == 2);
            QVERIFY(QString::fromStdString(*text).count(QRegularExpression("st\\.global\\.v4")) == 1);
            QVERIFY2(!QString::fromStdString(*text).contains("ld.local"), "registers went to memory");
        }
    }

    void aCardNvrtcDoesNotKnowGetsTheNewestBelowIt()
    {
        std::string reason;
        const KernelCompiler *compiler = compilerOrNull(reason);
        if (!compiler)
            QSKIP(reason.c_str());
        QCOMPARE(*compiler->architectureFor(90), std::string("sm_90"));
        const auto future = compiler->architectureFor(999);
        QVERIFY(future && future->starts_with("compute_"));
        const auto refused = compiler->architectureFor(20);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        const auto broken = compiler->compile("this is no program", "sm_90");
        QVERIFY(!broken);
        QVERIFY2(broken.error().detail.find("error") != std::string::npos, broken.error().detail.c_str());
    }

    void aKernelOnceCompiledIsFoundOnTheDisk()
    {
        const std::string key = "a key\nof two lines", image("\0\1binary\xFF", 9);
        QVERIFY(!cuda::cachedKernel(key));
        cuda::cacheKernel(key, image);
        QCOMPARE(cuda::cachedKernel(key), std::optional(image));
        cuda::forgetCachedKernels();
        QCOMPARE(cuda::cachedKernel(key), std::optional(image));
        QVERIFY(!cuda::cachedKernel("another key"));
    }

    void aDamagedKernelOnTheDiskIsNoKernel()
    {
        const std::string key = "damaged", image(1000, 'x');
        cuda::cacheKernel(key, image);
        const QString folder = QString::fromStdString((cuda::cacheFolder() / "kernels").string());
        QVERIFY(folder.startsWith(m_cache.path()));
        for (const QString &name : QDir(folder).entryList(QDir::Files)) {
            const std::string path = (folder + "/" + name).toStdString();
            const std::string content = *readFile(path);
            if (content.find(key) == std::string::npos)
                continue;
            for (const std::string &damaged : {content.substr(0, content.size() - 1), content + "x", std::string(), content.substr(0, content.size() - 5) + "yyyyy"}) {
                std::ofstream(path, std::ios::binary) << damaged;
                cuda::forgetCachedKernels();
                QVERIFY(!cuda::cachedKernel(key));
            }
            cuda::cacheKernel(key, image);
            cuda::forgetCachedKernels();
            QCOMPARE(cuda::cachedKernel(key), std::optional(image));
            return;
        }
        QFAIL("no file holds the kernel");
    }
};

QTEST_GUILESS_MAIN(TestChainSource)
#include "tst_chain_source.moc"
