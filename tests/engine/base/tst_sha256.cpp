#include <QCryptographicHash>
#include <QtTest>

#include "engine/base/sha256.h"

using namespace trainyard;

class TestSha256 : public QObject {
    Q_OBJECT

    static std::span<const std::byte> bytesOf(const QByteArray &text)
    {
        return std::as_bytes(std::span(text.constData(), static_cast<std::size_t>(text.size())));
    }

private slots:
    void theStandardsExampleComesOut()
    {
        Sha256 hash;
        hash.add(bytesOf("abc"));
        QCOMPARE(hash.hex(), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(Sha256().hex(), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    }

    // Around the edges of blocks, where the padding changes, in pieces of every size.
    void anyLengthInAnyPiecesIsAsAnotherImplementationHasIt()
    {
        for (const int length : {1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000}) {
            QByteArray text;
            for (int i = 0; i < length; ++i)
                text.append(static_cast<char>(i * 7 + length));
            const std::string wanted = QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex().toStdString();
            for (const qsizetype piece : {qsizetype{1}, qsizetype{13}, qsizetype{64}, text.size()}) {
                Sha256 hash;
                for (qsizetype at = 0; at < text.size(); at += piece)
                    hash.add(bytesOf(text.mid(at, piece)));
                QCOMPARE(hash.hex(), wanted);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestSha256)
#include "tst_sha256.moc"
