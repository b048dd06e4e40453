// Every parameter of the network and what it starts with: first those that stay as the seed says, with the reason, then those
// that are loaded, then what the source has and nobody uses.
#pragma once

#include <QTableView>

#include "engine/api/start_file.h"

class QStandardItemModel;

namespace trainyard::ui {

class MatchTable : public QTableView
{
    Q_OBJECT
public:
    explicit MatchTable(QWidget *parent = nullptr);

    void setMatch(const WeightMatch &match);
    QString text(int row, int column) const;
    int rows() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

private:
    QStandardItemModel *m_model;
};

}  // namespace trainyard::ui
