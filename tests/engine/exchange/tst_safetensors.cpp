#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <random>

#include "engine/base/file.h"
#include "engine/exchange/safetensors.h"
#include "tests/engine/exchange/safetensors_bytes.h"

using namespace trainyard;
using trainyard::test::container;
namespace fs = std::filesystem;

namespace {

HostTensor filled(DType type, Shape shape, unsigned char first)
{
    HostTensor tensor({type, std::move(shape)});
    for (std::size_t i = 0; i < tensor.data.size(); ++i)
        tensor.data[i] = static_cast<std::byte>(first + i * 37);
    return tensor;
}

SafetensorsFile sample()
{
    SafetensorsFile file;
    file.tensors = {{"conv1/weights", filled(DType::F32, {3, 3, 1, 4}, 1)}, {"ünicode", filled(DType::U8, {5}, 2)},
                    {"metric", filled(DType::F64, {2}, 3)},                  {"scalar", filled(DType::I32, {}, 4)},
                    {"empty", filled(DType::F32, {0, 7}, 5)},                {"order", filled(DType::I64, {3}, 6)}};
    file.metadata = {{"step", "120"}, {"text", "with \"quotes\" and\nlines"}};
    return file;
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path at(const char *name) const { return fs::path(m_folder.path().toStdString()) / name; }

private slots:
    void whatIsWrittenIsReadBack()
    {
        const SafetensorsFile file = sample();
        QVERIFY(writeSafetensors(at("x.safetensors"), file));
        const auto read = readSafetensors(at("x.safetensors"));
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->tensors.size(), file.tensors.size());
        QVERIFY(read->metadata == file.metadata);
        for (const NamedTensor &one : file.tensors) {
            const auto twin = std::find_if(read->tensors.begin(), read->tensors.end(), [&](const NamedTensor &other) { return other.name == one.name; });
            QVERIFY2(twin != read->tensors.end(), one.name.c_str());
            QVERIFY(twin->tensor.type == one.tensor.type);
            QVERIFY(twin->tensor.data == one.tensor.data);
        }
    }

    void theBytesAreWhatTheSpecificationSays()
    {
        SafetensorsFile file;
        file.tensors = {{"a", HostTensor({DType::F32, Shape{2}})}};
        file.tensors[0].tensor.as<float>()[0] = 1.0f;
        QVERIFY(writeSafetensors(at("y.safetensors"), file));
        const std::string bytes = *readFile(at("y.safetensors"));
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), 8);
        QCOMPARE(length % 8, std::uint64_t{0});
        QCOMPARE(bytes.size(), 8 + length + 8);
        const std::string header = bytes.substr(8, length);
        QCOMPARE(header.substr(0, header.find_last_not_of(' ') + 1),
                 std::string(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})"));
        QCOMPARE(bytes.substr(8 + length), std::string("\0\0\x80\x3f\0\0\0\0", 8));
    }

    void everyTensorLiesAlignedToItsElement()
    {
        QVERIFY(writeSafetensors(at("z.safetensors"), sample()));
        const std::string bytes = *readFile(at("z.safetensors"));
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), 8);
        QCOMPARE((8 + length) % 8, std::uint64_t{0});
        const auto read = parseSafetensors(bytes, "z");
        std::size_t offset = 0;
        for (const NamedTensor &one : read->tensors) {
            QCOMPARE(offset % dtypeBytes(one.tensor.type.dtype), std::size_t{0});
            offset += one.tensor.data.size();
        }
    }

    void aHeaderOfAnotherToolIsReadAsWell()
    {
        const auto read = parseSafetensors(container(R"( {"__metadata__":{"format":"pt"},"b":{"data_offsets":[0,1],"dtype":"U8","shape":[1],"more":1}}  )", "\x07"), "b");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->tensors[0].tensor.data[0], std::byte{7});
        QCOMPARE(read->metadata.at("format"), std::string("pt"));
    }

    void whatCannotBeWrittenIsRefused()
    {
        const auto refused = [&](NamedTensor second, const char *part) {
            SafetensorsFile file;
            file.tensors = {{"a", filled(DType::F32, {1}, 1)}, std::move(second)};
            const Status status = writeSafetensors(at("never.safetensors"), file);
            QVERIFY(!status);
            QCOMPARE(status.error().code, ErrorCode::InvalidArgument);
            QVERIFY2(status.error().message.find(part) != std::string::npos, status.error().message.c_str());
            QVERIFY(!fs::exists(at("never.safetensors")));
        };
        refused({"a", filled(DType::F32, {1}, 1)}, "\"a\"");
        refused({"", filled(DType::F32, {1}, 1)}, "empty");
        refused({"__metadata__", filled(DType::F32, {1}, 1)}, "reserved");
        refused({"\xff\xfe", filled(DType::F32, {1}, 1)}, "UTF-8");
        HostTensor wrong = filled(DType::F32, {2}, 1);
        wrong.data.pop_back();
        refused({"b", std::move(wrong)}, "7 bytes");
        QVERIFY(!writeSafetensors(at("no/folder/x.safetensors"), sample()));
    }

    void everyDamageIsNamed_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<QString>("part");
        const auto row = [](const char *name, std::string bytes, const char *part) { QTest::newRow(name) << std::move(bytes) << QString(part); };
        row("nothing", "", "0 bytes");
        row("half a length", "1234", "4 bytes");
        row("length beyond the file", std::string("\x40\0\0\0\0\0\0\0{}", 10), "64");
        row("length beyond all", std::string(8, '\xff') + "{}", "claims");
        row("no JSON", container("{\"a\":"), "JSON");
        row("not UTF-8", container("{\"\xff\":1}"), "JSON");
        row("a list", container("[]"), "JSON");
        row("no entry", container(R"({"a":3})"), "\"a\"");
        row("no shape", container(R"({"a":{"dtype":"F32","data_offsets":[0,0]}})"), "\"a\"");
        row("negative size", container(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}})"), "\"a\"");
        row("size as text", container(R"({"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}})", "x"), "\"a\"");
        row("one offset", container(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", "x"), "\"a\"");
        row("offsets reversed", container(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", "x"), "bytes 1 to 0");
        row("beyond the end", container(R"({"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}})", "x"), "0 to 9");
        row("shape and bytes differ", container(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "xxxx"), "shape");
        row("overflow", container(R"({"a":{"dtype":"F64","shape":[4611686018427387904,8],"data_offsets":[0,0]}})"), "shape");
        row("overflow behind a zero", container(R"({"a":{"dtype":"F64","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,4]}})", "xxxx"), "shape");
        row("a gap", container(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "xx"), "gap");
        row("an overlap", container(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", "xxx"), "overlap");
        row("something behind", container("{}", "x"), "1 bytes");
        row("a name twice", container(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x"), "twice");
        row("metadata of numbers", container(R"({"__metadata__":{"a":1}})"), "text");
        row("metadata a list", container(R"({"__metadata__":[]})"), "table");
    }

    void everyDamageIsNamed()
    {
        QFETCH(std::string, bytes);
        QFETCH(QString, part);
        const auto read = parseSafetensors(bytes, "some.safetensors");
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidFile);
        QVERIFY2(read.error().message.find(part.toStdString()) != std::string::npos, read.error().message.c_str());
        QVERIFY(read.error().message.find("some.safetensors") != std::string::npos);
    }

    void anElementTypeTheProgramHasNotIsSaid()
    {
        const auto read = parseSafetensors(container(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,2]}})", "xx"), "x");
        QCOMPARE(read.error().code, ErrorCode::Unsupported);
        QVERIFY(read.error().message.find("F8_E4M3") != std::string::npos);
    }

    void aMissingFileIsNotFound() { QCOMPARE(readSafetensors(at("nowhere")).error().code, ErrorCode::NotFound); }

    void noMutatedFileCrashesTheReader()
    {
        QVERIFY(writeSafetensors(at("m.safetensors"), sample()));
        const std::string good = *readFile(at("m.safetensors"));
        std::mt19937 random(1);
        int refused = 0;
        for (int i = 0; i < 20000; ++i) {
            std::string bytes = good;
            const int changes = 1 + static_cast<int>(random() % 4);
            for (int k = 0; k < changes; ++k)
                switch (random() % 4) {
                case 0: bytes[random() % bytes.size()] = static_cast<char>(random()); break;
                case 1: bytes[random() % bytes.size()] ^= static_cast<char>(1u << (random() % 8)); break;
                case 2: bytes.erase(random() % bytes.size(), 1 + random() % 9); break;
                default: bytes.insert(random() % bytes.size(), 1 + random() % 9, static_cast<char>("0123456789[]{},:\""[random() % 17])); break;
                }
            const auto read = parseSafetensors(bytes, "mutated");
            if (!read) {
                ++refused;
                QVERIFY(!read.error().message.empty());
            }
        }
        QVERIFY(refused > 10000);
        for (std::size_t length = 0; length < good.size(); ++length)
            QVERIFY(!parseSafetensors(good.substr(0, length), "cut"));
    }

    void deepNestingIsRefusedWithoutOverflowingTheStack()
    {
        const std::string deep = std::string(2'000'000, '[') + std::string(2'000'000, ']');
        QVERIFY(!parseSafetensors(container("{\"a\":" + deep + "}"), "deep"));
        QVERIFY(!parseSafetensors(container("{\"a\":{\"dtype\":" + deep + "}}"), "deep inside"));
        QVERIFY(!parseSafetensors(container("{\"__metadata__\":{\"a\":" + deep + "}}"), "deep metadata"));
    }
};

QTEST_GUILESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
