#include "ui/panels/model/layer_ghost.h"

#include <QPainter>
#include <QPainterPath>

#include "ui/models/auto_layout.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kRadius = 6, kStripe = 3, kOpacity = 0.9;

}  // namespace

QPixmap layerGhost(const LayerChoice &choice, const QFont &font, double devicePixelRatio)
{
    const LayerSpec &spec = choice.spec();
    QPixmap pixmap((kLayerCardSize * devicePixelRatio).toSize());
    pixmap.setDevicePixelRatio(devicePixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setOpacity(kOpacity);

    const QRectF card = QRectF(QPointF(), kLayerCardSize).adjusted(1, 1, -1, -1);
    QPainterPath outline;
    outline.addRoundedRect(card, kRadius, kRadius);
    painter.fillPath(outline, themeColor(ColorRole::Raised));
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(QRectF(card.left(), card.top(), kStripe, card.height()), Theme::instance().categoryColor(spec.category));
    painter.restore();
    painter.setPen(QPen(themeColor(ColorRole::Accent), 2));
    painter.drawPath(outline);

    const ParameterMap none;
    const QString label = QString::fromStdString(spec.label(LayerSettings(spec.parameters, none)));
    const QRectF text = card.adjusted(kSpaceM, kSpaceXs, -kSpaceS, -kSpaceXs);
    QFont strong = font;
    strong.setWeight(QFont::Medium);
    painter.setFont(strong);
    painter.setPen(themeColor(ColorRole::Text));
    painter.drawText(text, Qt::AlignLeft | (label.isEmpty() ? Qt::AlignVCenter : Qt::AlignTop), choice.title());
    if (!label.isEmpty()) {
        painter.setFont(font);
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(text, Qt::AlignLeft | Qt::AlignBottom, label);
    }
    return pixmap;
}

}  // namespace trainyard::ui
