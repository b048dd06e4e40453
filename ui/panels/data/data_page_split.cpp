#include "ui/panels/data/data_page_split.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QCheckBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

#include "engine/base/format.h"
#include "ui/panels/data/data_page_split_bar.h"

namespace trainyard::ui {

namespace {

QString rowsText(std::int64_t rows)
{
    return QStringLiteral("%1 rows").arg(QString::fromStdString(formatCount(rows)));
}

QSpinBox *makePercentBox(const QString &name)
{
    auto *box = new QSpinBox;
    box->setRange(0, 90);
    box->setSuffix(QStringLiteral(" %"));
    box->setAccessibleName(name);
    box->setKeyboardTracking(false);
    return box;
}

}  // namespace

DataPageSplit::DataPageSplit(QWidget *parent)
    : QWidget(parent), m_bar(new DataPageSplitBar), m_trainShare(new QLabel), m_trainRows(new QLabel), m_validationRows(new QLabel),
      m_testRows(new QLabel), m_validation(makePercentBox(tr("Validation share"))), m_test(makePercentBox(tr("Test share"))),
      m_seed(new QSpinBox), m_stratified(new QCheckBox(tr("Keep the classes' shares in every part")))
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->addWidget(m_bar, 0, 0, 1, 3);
    const auto addLabel = [grid](const QString &text, int row, QWidget *buddy) {
        auto *label = new QLabel(text);
        label->setBuddy(buddy);
        grid->addWidget(label, row, 0);
    };
    addLabel(tr("Training"), 1, nullptr);
    addLabel(tr("&Validation"), 2, m_validation);
    addLabel(tr("T&est"), 3, m_test);
    addLabel(tr("S&eed"), 4, m_seed);
    grid->addWidget(m_trainShare, 1, 1);
    grid->addWidget(m_validation, 2, 1);
    grid->addWidget(m_test, 3, 1);
    grid->addWidget(m_seed, 4, 1);
    int row = 1;
    for (QLabel *rows : {m_trainRows, m_validationRows, m_testRows}) {
        rows->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        rows->setProperty("muted", true);
        grid->addWidget(rows, row++, 2);
    }
    grid->addWidget(m_stratified, 5, 0, 1, 3);
    grid->setColumnStretch(2, 1);
    m_seed->setRange(0, std::numeric_limits<int>::max());
    m_seed->setKeyboardTracking(false);
    m_seed->setAccessibleName(tr("Seed of the split"));
    m_validation->setObjectName(QStringLiteral("validationShare"));
    m_test->setObjectName(QStringLiteral("testShare"));
    m_seed->setObjectName(QStringLiteral("splitSeed"));
    m_stratified->setObjectName(QStringLiteral("stratified"));

    connect(m_bar, &DataPageSplitBar::sharesMoved, this, &DataPageSplit::showShares);
    connect(m_bar, &DataPageSplitBar::sharesChanged, this, [this](double validation, double test) {
        edit([=](SplitConfig &split) {
            split.validationShare = validation;
            split.testShare = test;
        });
    });
    connect(m_validation, &QSpinBox::valueChanged, this,
            [this](int percent) { edit([percent](SplitConfig &split) { split.validationShare = percent / 100.0; }); });
    connect(m_test, &QSpinBox::valueChanged, this,
            [this](int percent) { edit([percent](SplitConfig &split) { split.testShare = percent / 100.0; }); });
    connect(m_seed, &QSpinBox::valueChanged, this,
            [this](int seed) { edit([seed](SplitConfig &split) { split.seed = static_cast<std::uint64_t>(seed); }); });
    connect(m_stratified, &QCheckBox::clicked, this,
            [this](bool on) { edit([on](SplitConfig &split) { split.stratified = on; }); });
    setConfig({});
}

void DataPageSplit::setConfig(const DataConfig &config)
{
    m_config = config;
    const SplitConfig &split = config.split;
    const QSignalBlocker seedBlocker(m_seed);
    m_seed->setValue(static_cast<int>(std::min<std::uint64_t>(split.seed, static_cast<std::uint64_t>(m_seed->maximum()))));
    m_stratified->setChecked(split.stratified);
    const bool windows = config.format == DataFormat::Text || config.format == DataFormat::Series;
    m_stratified->setEnabled(!windows && config.target != TargetKind::Value && config.target != TargetKind::None);
    m_seed->setEnabled(!windows);
    m_seed->setToolTip(windows ? tr("The parts follow each other as they lie in the file: nothing is drawn.")
                               : tr("The same seed cuts the same rows everywhere."));
    const bool ownTestFile = config.format == DataFormat::Idx && !config.testFile.empty();
    m_test->setEnabled(!ownTestFile);
    m_bar->setEnabled(!ownTestFile);
    m_test->setToolTip(ownTestFile ? tr("The test file is the test part.") : QString());
    m_bar->setShares(split.validationShare, split.testShare);
    showShares(split.validationShare, split.testShare);
}

void DataPageSplit::showShares(double validation, double test)
{
    const QSignalBlocker validationBlocker(m_validation), testBlocker(m_test);
    const auto percent = [](double share) { return static_cast<int>(std::lround(share * 100)); };
    // Together they leave something for training.
    m_validation->setMaximum(std::clamp(95 - percent(test), percent(validation), 95));
    m_test->setMaximum(std::clamp(95 - percent(validation), percent(test), 95));
    m_validation->setValue(percent(validation));
    m_test->setValue(percent(test));
    m_trainShare->setText(QStringLiteral("%1 %").arg(100 - percent(validation) - percent(test)));
    if (m_rows > 0 && m_fixedTestRows < 0) {
        const auto validationRows = std::llround(validation * static_cast<double>(m_rows));
        const auto testRows = std::llround(test * static_cast<double>(m_rows));
        m_trainRows->setText(rowsText(m_rows - validationRows - testRows));
        m_validationRows->setText(rowsText(validationRows));
        m_testRows->setText(rowsText(testRows));
    }
}

void DataPageSplit::setLoadedRows(std::int64_t train, std::int64_t validation, std::int64_t test)
{
    m_rows = train + validation + test;
    const bool ownTestFile = m_config.format == DataFormat::Idx && !m_config.testFile.empty();
    m_fixedTestRows = ownTestFile ? test : -1;
    m_trainRows->setText(rowsText(train));
    m_validationRows->setText(rowsText(validation));
    m_testRows->setText(rowsText(test));
}

void DataPageSplit::clearLoadedRows()
{
    m_rows = 0;
    for (QLabel *label : {m_trainRows, m_validationRows, m_testRows})
        label->clear();
}

void DataPageSplit::edit(const std::function<void(SplitConfig &)> &change)
{
    DataConfig config = m_config;
    change(config.split);
    if (!(config == m_config))
        emit configEdited(config, tr("Change split"));
}

}  // namespace trainyard::ui
