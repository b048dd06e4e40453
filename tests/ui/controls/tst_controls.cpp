#include <QLabel>
#include <QPushButton>
#include <QtTest>

#include "ui/controls/card.h"
#include "ui/controls/empty_state.h"
#include "ui/controls/notice_bar.h"
#include "ui/theme/theme.h"

using namespace trainyard::ui;

namespace {

QLabel *labelWith(QWidget &widget, const QString &text)
{
    for (QLabel *label : widget.findChildren<QLabel *>())
        if (label->text() == text)
            return label;
    return nullptr;
}

}  // namespace

class TestControls : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void aCardNamesItselfAndShowsItsValueOnlyWhereThereIsOne()
    {
        Card card(QStringLiteral("Loss"));
        card.show();
        QCOMPARE(card.accessibleName(), QStringLiteral("Loss"));
        card.setValue(QStringLiteral("0.083"));
        QLabel *value = labelWith(card, QStringLiteral("0.083"));
        QVERIFY(value && value->isVisible());
        card.setValue({});
        QVERIFY(!value->isVisible());
    }

    void anEmptyStateBeginsByClickAndByKey()
    {
        EmptyState state(QStringLiteral("data"), QStringLiteral("Nothing here yet."), QStringLiteral("Choose a file"));
        QSignalSpy begun(&state, &EmptyState::begun);
        state.show();
        auto *button = state.findChild<QPushButton *>();
        QTest::mouseClick(button, Qt::LeftButton);
        QTest::keyClick(button, Qt::Key_Space);
        QCOMPARE(begun.count(), 2);
    }

    void withoutAWordThereIsNoButton()
    {
        EmptyState state(QStringLiteral("data"), QStringLiteral("Nothing here yet."), {});
        QVERIFY(!state.findChild<QPushButton *>());
    }

    void aNoticeIsHiddenUntilThereIsSomethingToSay()
    {
        QWidget parent;
        NoticeBar notice(&parent);
        parent.show();
        QVERIFY(!notice.isVisible());
        notice.showMessage(NoticeBar::Kind::Error, QStringLiteral("It failed."), QStringLiteral("Try again"));
        QVERIFY(notice.isVisible());
        QCOMPARE(notice.text(), QStringLiteral("It failed."));
        QSignalSpy pressed(&notice, &NoticeBar::actionTriggered);
        QTest::mouseClick(notice.findChild<QPushButton *>(), Qt::LeftButton);
        QCOMPARE(pressed.count(), 1);
        notice.clear();
        QVERIFY(!notice.isVisible());
    }
};

QTEST_MAIN(TestControls)
#include "tst_controls.moc"
