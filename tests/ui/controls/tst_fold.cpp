#include <QAccessible>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QVBoxLayout>
#include <QtTest>

#include "ui/controls/fold_card.h"
#include "ui/controls/fold_header.h"
#include "ui/controls/scroll_column.h"
#include "ui/theme/theme.h"

using namespace trainyard::ui;

class TestFold : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void theHeadSaysTheValueWhileOpenAndTheSummaryWhileFolded()
    {
        FoldCard card(QStringLiteral("one"), QStringLiteral("One"));
        auto *edit = new QLineEdit;
        card.content()->addWidget(edit);
        card.setValue(QStringLiteral("value"));
        card.setSummary(QStringLiteral("summary"));
        card.show();
        QVERIFY(card.isOpen() && edit->isVisible());
        QCOMPARE(card.head()->detail(), QStringLiteral("value"));
        card.setOpen(false);
        QVERIFY(!edit->isVisible());
        QCOMPARE(card.head()->detail(), QStringLiteral("summary"));
        card.setMistake(QStringLiteral("too large"));
        QCOMPARE(card.head()->mistake(), QStringLiteral("too large"));
        QCOMPARE(card.head()->toolTip(), QStringLiteral("too large"));
        card.setOpen(true);
        QCOMPARE(card.head()->mistake(), QString());  // it is said where it is
        QVERIFY(edit->isVisible());
    }

    void readersOfTheScreenHearWhetherItIsExpanded()
    {
        FoldHeader head(QStringLiteral("Schedule"));
        head.show();
        QAccessibleInterface *heard = QAccessible::queryAccessibleInterface(&head);
        QVERIFY(heard);
        QCOMPARE(heard->text(QAccessible::Name), QStringLiteral("Schedule"));
        QVERIFY(heard->role() == QAccessible::Button && heard->state().expandable && heard->state().collapsed
                && !heard->state().expanded);
        head.setDetail(QStringLiteral("Cosine"));
        QCOMPARE(heard->text(QAccessible::Description), QStringLiteral("Cosine"));
        heard->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QVERIFY(head.isChecked() && heard->state().expanded && !heard->state().collapsed);
    }

    void aMistakeIsSeenHoweverNarrowTheHeadIs()
    {
        FoldHeader head(QStringLiteral("Evaluation and stopping"));
        head.resize(head.minimumSizeHint());
        const auto reds = [&] {
            const QImage image = head.grab().toImage();
            int count = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    count += image.pixelColor(x, y).red() - image.pixelColor(x, y).green() > 64;  // edges are smoothed
            return count;
        };
        QCOMPARE(reds(), 0);
        head.setMistake(QStringLiteral("The patience of 0 is too small."));
        QVERIFY(reds() > 0);
    }

    void aColumnIsNeverNarrowerThanItsContentAndTheBar()
    {
        auto *content = new QWidget;
        auto *layout = new QVBoxLayout(content);
        auto *wide = new QLabel(QStringLiteral("one"));
        layout->addWidget(wide);
        QSplitter splitter;
        auto *column = new ScrollColumn(content, 100);
        splitter.addWidget(column);
        splitter.addWidget(new QWidget);
        splitter.setChildrenCollapsible(false);
        splitter.resize(800, 200);
        splitter.show();
        QVERIFY(QTest::qWaitForWindowExposed(&splitter));
        splitter.setSizes({0, 800});
        QCOMPARE(column->width(), 100);
        wide->setMinimumWidth(300);  // content that grows takes its place
        QTRY_COMPARE(column->width(), column->minimumSizeHint().width());
        QVERIFY(column->viewport()->width() >= content->minimumSizeHint().width());
        wide->setMinimumWidth(0);
        splitter.setSizes({0, 800});
        QTRY_COMPARE(column->minimumSizeHint().width(), 100);
    }
};

QTEST_MAIN(TestFold)
#include "tst_fold.moc"
