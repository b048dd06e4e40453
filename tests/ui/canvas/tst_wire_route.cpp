// The way of wires past cards, and what lies near them.
#include <QtTest>

#include "ui/canvas/node_geometry.h"
#include "ui/canvas/wire_route.h"

using namespace trainyard::ui;

namespace {

// Cards one below the other, as a column of layers stands.
std::vector<QRectF> column(int count, double x = 0)
{
    std::vector<QRectF> cards;
    for (int i = 0; i < count; ++i)
        cards.push_back(cardRect({x, i * kLayerRowPitch}));
    return cards;
}

QPointF below(const QRectF &card)
{
    return card.topLeft() + outputPort();
}

QPointF above(const QRectF &card, int port = 0, int ports = 1)
{
    return card.topLeft() + inputPort(port, ports);
}

bool touches(const WireRoute &route, const QRectF &card)
{
    const QPainterPath path = wirePath(route);
    for (int step = 0; step <= 200; ++step)
        if (card.adjusted(1, 1, -1, -1).contains(path.pointAtPercent(step / 200.0)))
            return true;
    return false;
}

}  // namespace

class TestWireRoute : public QObject
{
    Q_OBJECT

private slots:
    void aWireToTheNextCardIsOneCurve()
    {
        const auto cards = column(2);
        QCOMPARE(wireRoute(below(cards[0]), above(cards[1]), cards).points.size(), 4U);
    }

    void aShortcutRunsBesideTheCardsItPasses()
    {
        const auto cards = column(5);
        const WireRoute route = wireRoute(below(cards[0]), above(cards[4], 0, 3), cards);
        QCOMPARE(route.points.size(), 10U);
        QCOMPARE(route.points.front(), below(cards[0]));
        QCOMPARE(route.points.back(), above(cards[4], 0, 3));
        for (const QRectF &card : cards)
            QVERIFY(!touches(route, card));
    }

    void aShortcutTakesTheSideOfItsPort()
    {
        const auto cards = column(3);
        QVERIFY(wireRoute(below(cards[0]), above(cards[2], 0, 2), cards).points[3].x() < cards[1].left());
        QVERIFY(wireRoute(below(cards[0]), above(cards[2], 1, 2), cards).points[3].x() > cards[1].right());
    }

    void aLongerShortcutRunsOutsideTheShorterOneInside()
    {
        const auto cards = column(6);
        const double inner = wireRoute(below(cards[1]), above(cards[4], 0, 2), cards).points[3].x();
        const double outer = wireRoute(below(cards[0]), above(cards[5], 0, 2), cards).points[3].x();
        QVERIFY(outer < inner);
    }

    void aLaneGivesWayToACardBesideTheColumn()
    {
        auto cards = column(3);
        cards.push_back(cardRect({-kLayerCardSize.width() - 12, kLayerRowPitch}));  // close to the one in between
        const WireRoute route = wireRoute(below(cards[0]), above(cards[2], 0, 2), cards);
        QVERIFY(route.points[3].x() > cards[1].right());
        for (const QRectF &card : cards)
            QVERIFY(!touches(route, card));
    }

    void cardsThatStandTooCloseAreCrossed()
    {
        const std::vector<QRectF> cards{cardRect({0, 0}), cardRect({0, 50}), cardRect({0, 100})};
        QCOMPARE(wireRoute(below(cards[0]), above(cards[2]), cards).points.size(), 10U);
        const std::vector<QRectF> on{cardRect({0, 0}), cardRect({0, 30}), cardRect({0, 60})};
        QCOMPARE(wireRoute(below(on[0]), above(on[2]), on).points.size(), 4U);
    }

    void aWireUpwardsIsOneCurve()
    {
        const auto cards = column(4);
        QCOMPARE(wireRoute(below(cards[3]), above(cards[0]), cards).points.size(), 4U);
    }

    void theNearestPlaceIsFoundOnTheLaneToo()
    {
        const auto cards = column(5);
        const WireRoute route = wireRoute(below(cards[0]), above(cards[4], 0, 3), cards);
        const QPointF lane = (route.points[3] + route.points[6]) / 2;
        const WireHit on = nearestOnWire(route, lane);
        QVERIFY(on.distance < 0.5);
        QVERIFY(on.along > 0.4 && on.along < 0.6);
        QVERIFY(nearestOnWire(route, cards[2].center()).distance > 80);
        QCOMPARE(nearestOnWire(route, route.points.front()).along, 0.0);
        QCOMPARE(nearestOnWire(route, route.points.back()).along, 1.0);
    }
};

QTEST_GUILESS_MAIN(TestWireRoute)
#include "tst_wire_route.moc"
