// The race as a picture: a track for each contestant, as long as what it has trained so far, second by second; the faster
// one stretches the scale of both. Grows live.
#pragma once

#include <vector>

#include <QWidget>

#include "engine/api/race.h"

namespace trainyard::ui {

class RaceTracks : public QWidget
{
    Q_OBJECT
public:
    explicit RaceTracks(QWidget *parent = nullptr);

    // Names beside the state's lanes, for people. A state without lanes shows the tracks empty, under these names.
    void setRace(const RaceState &state, const QStringList &names);

    // Where a sample count lies on a track, 0 to 1; what tests and the painting agree on.
    double shareOf(double samples) const;

    int heightForWidth(int) const override { return sizeHint().height(); }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Lane {
        QString name, status, rate, rateUnit, facts;
        bool wrong = false;
    };
    void drawLane(QPainter &painter, std::size_t lane, const QRect &place) const;
    void drawBar(QPainter &painter, std::size_t lane, const QRectF &track) const;
    void drawAxis(QPainter &painter, const QRect &place) const;

    RaceState m_state;
    std::vector<Lane> m_lanes;
    double m_scale = 0;  // samples at the right end; 0: not known yet
};

}  // namespace trainyard::ui
