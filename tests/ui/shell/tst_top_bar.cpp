// The parts of the bar above the pages and the messages under it, each by itself.
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QUndoStack>
#include <QtTest>

#include "ui/bridge/workspace.h"
#include "ui/shell/device_picker.h"
#include "ui/shell/message_bar.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

DeviceInfo deviceOf(const std::string &id, const std::string &name, int threads)
{
    DeviceInfo device;
    device.id = id;
    device.name = name;
    device.threads = threads;
    return device;
}

}  // namespace

class TestTopBar : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void theDeviceIsHiddenUntilItIsKnown()
    {
        Workspace workspace;
        DevicePicker picker(workspace);
        QVERIFY(picker.isHidden());
        picker.setDevices({deviceOf("cpu", "Some CPU", 2)});
        QCOMPARE(picker.text(), QStringLiteral("Some CPU, 2 threads"));
    }

    void oneDeviceIsNoChoice()
    {
        Workspace workspace;
        DevicePicker picker(workspace);
        picker.setDevices({deviceOf("cpu", "Some CPU", 2)});
        QVERIFY(!picker.menu());
        QCOMPARE(picker.focusPolicy(), Qt::NoFocus);
    }

    void theThreadsAreThoseTheProjectAsksFor()
    {
        Workspace workspace;
        DevicePicker picker(workspace);
        picker.setDevices({deviceOf("cpu", "Some CPU", 8)});
        TrainingConfig training = workspace.document().training();
        training.threads = 1;
        workspace.document().setTraining(training, QStringLiteral("Threads"));
        QCOMPARE(picker.text(), QStringLiteral("Some CPU, 1 thread"));
    }

    void amongSeveralTheChosenOneIsSavedWithTheProject()
    {
        Workspace workspace;
        DevicePicker picker(workspace);
        picker.setDevices({deviceOf("cpu", "Some CPU", 2), deviceOf("other:0", "Another", 0)});
        QCOMPARE(picker.text(), QStringLiteral("Another"));
        QVERIFY(picker.menu());
        picker.menu()->actions().front()->trigger();
        QCOMPARE(workspace.document().training().device, std::string("cpu"));
        QCOMPARE(picker.text(), QStringLiteral("Some CPU, 2 threads"));
        workspace.document().undoStack()->undo();
        QCOMPARE(picker.text(), QStringLiteral("Another"));
    }

    void aDeviceThatIsNotThereIsSaid()
    {
        Workspace workspace;
        DevicePicker picker(workspace);
        picker.setDevices({deviceOf("cpu", "Some CPU", 2)});
        TrainingConfig training = workspace.document().training();
        training.device = "cuda:0";
        workspace.document().setTraining(training, QStringLiteral("Device"));
        QCOMPARE(picker.text(), QStringLiteral("cuda:0 is missing"));
        QVERIFY(picker.toolTip().contains(QStringLiteral("The Device page says why.")));
        workspace.document().undoStack()->undo();
        QCOMPARE(picker.text(), QStringLiteral("Some CPU, 2 threads"));
    }

    void aMessageOfTheSameKeyTakesThePlaceOfTheFirst()
    {
        MessageArea area;
        area.show({Message::Kind::Error, QStringLiteral("First"), {}, QStringLiteral("key")});
        area.show({Message::Kind::Error, QStringLiteral("Second"), {}, QStringLiteral("key")});
        area.show({Message::Kind::Info, QStringLiteral("Third"), {}, {}});
        QCOMPARE(area.findChildren<MessageBar *>(QString(), Qt::FindDirectChildrenOnly).size(), 2);
        QCOMPARE(area.find(QStringLiteral("key"))->text(), QStringLiteral("Second"));
        area.dismiss(QStringLiteral("key"));
        QVERIFY(!area.find(QStringLiteral("key")));
    }

    void anAnswerTakesTheQuestionAwayAndIsCarriedOut()
    {
        MessageArea area;
        int answered = 0;
        area.show({Message::Kind::Question, QStringLiteral("Really?"), {{QStringLiteral("Yes"), [&answered] { ++answered; }, true}}, QStringLiteral("key")});
        auto *bar = area.find(QStringLiteral("key"));
        QVERIFY(bar);
        QTest::mouseClick(bar->findChild<QPushButton *>(), Qt::LeftButton);
        QCOMPARE(answered, 1);
        QVERIFY(!area.find(QStringLiteral("key")));
    }

    void anErrorIsShownAsTextNeverAsMarkup()
    {
        MessageArea area;
        area.show({Message::Kind::Error, QStringLiteral("<b>file</b> & more"), {}, QStringLiteral("key")});
        for (const QLabel *label : area.find(QStringLiteral("key"))->findChildren<QLabel *>())
            if (!label->text().isEmpty())
                QCOMPARE(label->textFormat(), Qt::PlainText);
    }
};

QTEST_MAIN(TestTopBar)
#include "tst_top_bar.moc"
