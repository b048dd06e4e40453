#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <fstream>
#include <random>

#include "engine/base/file.h"
#include "engine/exchange/safetensors.h"
#include "engine/exchange/weight_source.h"
#include "engine/tensor/low_precision.h"
#include "tests/engine/exchange/safetensors_bytes.h"

using namespace trainyard;
using trainyard::test::container;
namespace fs = std::filesystem;

namespace {

template <typename T>
NamedTensor tensorOf(const char *name, DType type, std::vector<T> values)
{
    NamedTensor tensor{name, HostTensor({type, Shape{static_cast<std::int64_t>(values.size())}})};
    std::copy(values.begin(), values.end(), tensor.tensor.as<T>().begin());
    return tensor;
}

}  // namespace

class TestWeightSource : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path at(const char *name) const { return fs::path(m_folder.path().toStdString()) / name; }

    fs::path written(const char *name, const std::string &bytes) const
    {
        std::ofstream(at(name), std::ios::binary) << bytes;
        return at(name);
    }

private slots:
    void everyFloatingPointTypeIsReadAsFloat32()
    {
        const std::vector<float> values{0.0f, 1.0f, -2.5f, 0.09375f};  // exact in all of them
        std::vector<std::uint16_t> half, brain;
        for (const float value : values) {
            half.push_back(floatToFloat16(value));
            brain.push_back(floatToBfloat16(value));
        }
        SafetensorsFile file;
        file.tensors = {tensorOf<float>("f32", DType::F32, values), tensorOf<double>("f64", DType::F64, {values.begin(), values.end()}),
                        tensorOf<std::uint16_t>("f16", DType::F16, half), tensorOf<std::uint16_t>("bf16", DType::BF16, brain)};
        QVERIFY(writeSafetensors(at("all.safetensors"), file));
        const auto source = WeightSource::open(at("all.safetensors"));
        QVERIFY2(source, source ? "" : source.error().message.c_str());
        QCOMPARE(source->header().tensors.size(), std::size_t{4});
        for (std::size_t i = 0; i < 4; ++i) {
            const auto read = source->read(i);
            QVERIFY2(read, source->header().tensors[i].name.c_str());
            QVERIFY2(*read == values, source->header().tensors[i].name.c_str());
        }
    }

    void aTensorOfAnotherTypeIsListedAndRefusedByName()
    {
        const auto source = WeightSource::open(
            written("f8", container(R"({"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"I64","shape":[1],"data_offsets":[2,10]}})", "0123456789")));
        QVERIFY2(source, source ? "" : source.error().message.c_str());
        QVERIFY(!source->header().tensors[0].dtype);
        for (const auto &[tensor, word] : {std::pair(std::size_t{0}, "F8_E4M3"), std::pair(std::size_t{1}, "I64")}) {
            const auto read = source->read(tensor);
            QVERIFY(!read);
            QCOMPARE(read.error().code, ErrorCode::Unsupported);
            QVERIFY2(read.error().message.find(word) != std::string::npos, read.error().message.c_str());
        }
    }

    void theHashIsThatOfTheWholeFile()
    {
        SafetensorsFile file;
        file.tensors = {tensorOf<float>("a", DType::F32, std::vector<float>(600'000, 0.5f))};  // more than is hashed at once
        QVERIFY(writeSafetensors(at("h.safetensors"), file));
        const std::string bytes = *readFile(at("h.safetensors"));
        QCOMPARE(WeightSource::open(at("h.safetensors"))->sha256().value(),
                 QCryptographicHash::hash(QByteArray::fromStdString(bytes), QCryptographicHash::Sha256).toHex().toStdString());
    }

    void whatIsNoSafetensorsFileSaysWhatItIs_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<QString>("part");
        QTest::newRow("empty") << std::string() << "too few";
        QTest::newRow("PyTorch archive") << std::string("PK\x03\x04 and so on and on") << "save_file";
        QTest::newRow("PyTorch pickle") << std::string("\x80\x02\x8a\x0al\xfc\x9c\x46", 8) << "PyTorch";
        QTest::newRow("Keras") << std::string("\x89HDF\r\n\x1a\n more") << "Keras";
        QTest::newRow("text") << std::string("this is some text, long enough") << "claims";
        QTest::newRow("a header beyond the file") << container("{}").substr(0, 9) << "claims";
        QTest::newRow("data cut off") << container(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234") << "there are 4";
    }

    void whatIsNoSafetensorsFileSaysWhatItIs()
    {
        QFETCH(std::string, bytes);
        QFETCH(QString, part);
        const auto source = WeightSource::open(written("bad", bytes));
        QVERIFY(!source);
        QCOMPARE(source.error().code, ErrorCode::InvalidFile);
        QVERIFY2(source.error().message.find(part.toStdString()) != std::string::npos, source.error().message.c_str());
    }

    void whatIsNotThereOrNoFileIsSaid()
    {
        QCOMPARE(WeightSource::open(at("nowhere.safetensors")).error().code, ErrorCode::NotFound);
        QCOMPARE(WeightSource::open(m_folder.path().toStdString()).error().code, ErrorCode::InvalidFile);
        QCOMPARE(WeightSource::open("/dev/zero").error().code, ErrorCode::InvalidFile);
    }

    // 8 TiB by the header, nothing on the disk: refused by its size, and nothing of that size is asked for.
    void aFileThatClaimsToBeHugeTakesNoMemory()
    {
        const auto source = WeightSource::open(written("huge", container(R"({"a":{"dtype":"F32","shape":[2199023255552],"data_offsets":[0,8796093022208]}})")));
        QVERIFY(!source);
        QVERIFY(source.error().message.find("8796093022208") != std::string::npos);
    }

    void aFileThatShrinksAfterItWasOpenedIsAnError()
    {
        SafetensorsFile file;
        file.tensors = {tensorOf<float>("a", DType::F32, std::vector<float>(100'000, 0.5f))};
        QVERIFY(writeSafetensors(at("s.safetensors"), file));
        const auto source = WeightSource::open(at("s.safetensors"));
        QVERIFY(source);
        fs::resize_file(at("s.safetensors"), 200);
        QCOMPARE(source->read(0).error().code, ErrorCode::Io);
        QCOMPARE(source->sha256().error().code, ErrorCode::Io);
    }

    void noMutatedFileCrashesTheReader()
    {
        SafetensorsFile file;
        file.tensors = {tensorOf<float>("a", DType::F32, {1, 2}), tensorOf<std::uint16_t>("b", DType::F16, {3, 4, 5})};
        QVERIFY(writeSafetensors(at("m.safetensors"), file));
        const std::string good = *readFile(at("m.safetensors"));
        std::mt19937 random(1);
        int refused = 0;
        for (int i = 0; i < 2000; ++i) {
            std::string bytes = good;
            for (unsigned k = 0; k <= random() % 3; ++k)
                bytes[random() % bytes.size()] = static_cast<char>(random());
            if (i % 3 == 0)
                bytes.resize(random() % bytes.size());
            const auto source = WeightSource::open(written("mutated", bytes));
            if (!source) {
                ++refused;
                continue;
            }
            for (std::size_t tensor = 0; tensor < source->header().tensors.size(); ++tensor)
                (void)source->read(tensor);
        }
        QVERIFY(refused > 1000);
    }
};

QTEST_GUILESS_MAIN(TestWeightSource)
#include "tst_weight_source.moc"
