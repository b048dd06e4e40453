#include "ui/panels/model/fact_table.h"

#include <algorithm>

#include <QGridLayout>
#include <QLabel>
#include <QPainter>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kBarHeight = 4;

class ShareBar : public QWidget
{
public:
    ShareBar() { setFixedHeight(kBarHeight); }

    void setShare(double share)
    {
        m_share = std::clamp(share, 0.0, 1.0);
        update();
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(themeColor(ColorRole::Grid));
        painter.drawRoundedRect(rect(), kBarHeight / 2.0, kBarHeight / 2.0);
        painter.setBrush(themeColor(ColorRole::Accent));
        if (m_share > 0)
            painter.drawRoundedRect(QRectF(0, 0, std::max<double>(kBarHeight, width() * m_share), kBarHeight), kBarHeight / 2.0,
                                    kBarHeight / 2.0);
    }

private:
    double m_share = 0;
};

}  // namespace

FactTable::FactTable(QWidget *parent) : QWidget(parent), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(kSpaceS);
    m_grid->setVerticalSpacing(kSpaceXs);
    m_grid->setColumnStretch(1, 1);
}

void FactTable::setFacts(const std::vector<Fact> &facts)
{
    while (m_rows.size() < facts.size()) {
        const Row row{new QLabel, new QLabel, new ShareBar};
        row.label->setProperty("muted", true);
        row.value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        row.value->setTextFormat(Qt::PlainText);
        row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        const int at = static_cast<int>(m_rows.size()) * 2;
        m_grid->addWidget(row.label, at, 0);
        m_grid->addWidget(row.value, at, 1);
        m_grid->addWidget(row.bar, at + 1, 0, 1, 2);
        m_rows.push_back(row);
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row &row = m_rows[i];
        const bool used = i < facts.size();
        row.label->setVisible(used);
        row.value->setVisible(used);
        row.bar->setVisible(used && facts[i].share);
        if (!used)
            continue;
        const Fact &fact = facts[i];
        row.label->setText(fact.label);
        row.value->setText(fact.value.isEmpty() ? QStringLiteral("–") : fact.value);
        row.value->setAccessibleName(QStringLiteral("%1 %2").arg(fact.label, fact.value.isEmpty() ? tr("unknown") : fact.value));
        row.label->setToolTip(fact.toolTip);
        row.value->setToolTip(fact.toolTip);
        static_cast<ShareBar *>(row.bar)->setShare(fact.share.value_or(0));
    }
}

}  // namespace trainyard::ui
