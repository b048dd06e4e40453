// How the rows are shared out among training, validation and test.
#pragma once

#include <functional>

#include <QWidget>

#include "engine/data/preview.h"

class QCheckBox;
class QLabel;
class QSpinBox;

namespace trainyard::ui {

class DataPageSplitBar;

class DataPageSplit : public QWidget
{
    Q_OBJECT
public:
    explicit DataPageSplit(QWidget *parent = nullptr);

    void setConfig(const DataConfig &config);
    void setLoadedRows(std::int64_t train, std::int64_t validation, std::int64_t test);
    void clearLoadedRows();

signals:
    void configEdited(const trainyard::DataConfig &config, const QString &what);

private:
    void edit(const std::function<void(SplitConfig &)> &change);
    void showShares(double validation, double test);

    DataConfig m_config;
    std::int64_t m_rows = 0;  // of all parts together; 0: not known
    std::int64_t m_fixedTestRows = -1;  // of a test file; -1: none
    DataPageSplitBar *m_bar;
    QLabel *m_trainShare, *m_trainRows, *m_validationRows, *m_testRows;
    QSpinBox *m_validation, *m_test, *m_seed;
    QCheckBox *m_stratified;
};

}  // namespace trainyard::ui
