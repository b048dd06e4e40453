#include "ui/panels/device/flow_grid.h"

#include <algorithm>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kGap = kSpaceS;

}  // namespace

FlowGrid::FlowGrid(int leastWidth, QWidget *parent) : QWidget(parent), m_leastWidth(leastWidth)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void FlowGrid::setCells(std::vector<QWidget *> cells)
{
    for (QWidget *gone : m_cells)
        delete gone;
    m_cells = std::move(cells);
    for (QWidget *cell : m_cells) {
        cell->setParent(this);
        cell->show();
    }
    updateGeometry();
    arrange();
}

int FlowGrid::columnsFor(int width) const
{
    const int most = std::max(1, static_cast<int>(m_cells.size()));
    return std::clamp((width + kGap) / (m_leastWidth + kGap), 1, most);
}

int FlowGrid::heightForWidth(int width) const
{
    const int columns = columnsFor(width), count = static_cast<int>(m_cells.size());
    const int rows = (count + columns - 1) / columns;
    return rows == 0 ? 0 : rows * (m_cells.front()->sizeHint().height() + kGap) - kGap;
}

QSize FlowGrid::sizeHint() const
{
    return {m_leastWidth * 3, heightForWidth(std::max(width(), m_leastWidth))};
}

QSize FlowGrid::minimumSizeHint() const
{
    return {m_leastWidth, heightForWidth(std::max(width(), m_leastWidth))};
}

void FlowGrid::resizeEvent(QResizeEvent *)
{
    arrange();
    updateGeometry();
}

void FlowGrid::arrange()
{
    const int columns = columnsFor(width());
    for (std::size_t i = 0; i < m_cells.size(); ++i) {
        const int row = static_cast<int>(i) / columns, column = static_cast<int>(i) % columns;
        // From edge to edge, so that what does not divide is spread.
        const int left = column * (width() + kGap) / columns, right = (column + 1) * (width() + kGap) / columns - kGap;
        const int height = m_cells[i]->sizeHint().height();
        m_cells[i]->setGeometry(left, row * (height + kGap), right - left, height);
    }
}

}  // namespace trainyard::ui
