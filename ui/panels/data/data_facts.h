// What the loaded data are, in one line of figures: rows, shape of a sample, classes, rows left out, values filled.
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "engine/data/preview.h"

class QLabel;

namespace trainyard::ui {

class DataFacts : public QWidget
{
    Q_OBJECT
public:
    explicit DataFacts(QWidget *parent = nullptr);

    // Absent: nothing is known, each figure is "-".
    void setPreview(const std::optional<DataPreview> &preview);
    void setLoading(bool loading, const QString &file);
    QString text() const;  // "Rows 1,797, Sample 8x8x1, ...", as assistive technology reads it

private:
    struct Figure {
        QString title;
        QLabel *value;
    };
    std::vector<Figure> m_figures;
    QLabel *m_loading;
};

}  // namespace trainyard::ui
