#include "ui/panels/data/data_page_preparation.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QStyle>

#include "ui/controls/form.h"

namespace trainyard::ui {

namespace {

QString shapeText(const std::vector<std::int64_t> &shape)
{
    QStringList parts;
    for (const std::int64_t size : shape)
        parts.append(QString::number(size));
    return parts.join(QLatin1Char('x'));
}

// A box may be narrower than its widest choice: the popup shows them whole.
void letShrink(QComboBox *box)
{
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(12);
}

void select(QComboBox *box, int value)
{
    box->setCurrentIndex(box->findData(value));
}

}  // namespace

std::optional<std::vector<std::int64_t>> sampleShapeFromText(const QString &text)
{
    static const QRegularExpression kSeparator(QStringLiteral("[x×,*\\s]+"), QRegularExpression::CaseInsensitiveOption);
    std::vector<std::int64_t> shape;
    for (const QString &part : text.trimmed().split(kSeparator, Qt::SkipEmptyParts)) {
        bool isNumber = false;
        const qlonglong size = part.toLongLong(&isNumber);
        if (!isNumber || size < 1 || size > (1LL << 31))
            return std::nullopt;
        shape.push_back(size);
    }
    return shape;
}

DataPagePreparation::DataPagePreparation(QWidget *parent)
    : QWidget(parent), m_form(makeForm(this)), m_target(new QComboBox), m_shape(new QLineEdit), m_shapeProblem(new QLabel),
      m_missing(new QComboBox), m_scaling(new QComboBox), m_targetScaling(new QComboBox)
{
    m_target->addItem(tr("Class, as an index"), static_cast<int>(TargetKind::ClassIndex));
    m_target->addItem(tr("Class, one-hot"), static_cast<int>(TargetKind::OneHot));
    m_target->addItem(tr("Number (regression)"), static_cast<int>(TargetKind::Value));
    m_target->addItem(tr("None: the sample itself"), static_cast<int>(TargetKind::None));
    m_missing->addItem(tr("Fill with the mean"), static_cast<int>(MissingValues::Mean));
    m_missing->addItem(tr("Leave the row out"), static_cast<int>(MissingValues::DropRow));
    m_missing->addItem(tr("Refuse the file"), static_cast<int>(MissingValues::Error));
    for (QComboBox *box : {m_scaling, m_targetScaling}) {
        box->addItem(tr("Standardize (mean 0, deviation 1)"), static_cast<int>(Scaling::Standardize));
        box->addItem(tr("Range 0 to 1"), static_cast<int>(Scaling::MinMax));
        box->addItem(tr("None"), static_cast<int>(Scaling::None));
    }
    for (QComboBox *box : {m_target, m_missing, m_scaling, m_targetScaling})
        letShrink(box);
    m_target->setObjectName(QStringLiteral("target"));
    m_shape->setObjectName(QStringLiteral("sampleShape"));
    m_missing->setObjectName(QStringLiteral("missing"));
    m_scaling->setObjectName(QStringLiteral("scaling"));
    m_targetScaling->setObjectName(QStringLiteral("targetScaling"));
    m_missing->setToolTip(tr("Means and the most frequent categories are those of the training part."));
    m_scaling->setToolTip(tr("Fitted on the training part only."));
    m_targetScaling->setToolTip(tr("Fitted on the training part only."));
    m_shape->setToolTip(tr("The shape the network gets, for example 8x8x1 for images of 8 rows, 8 columns and 1 channel."));
    m_shapeProblem->setWordWrap(true);
    m_shapeProblem->setProperty("error", true);
    m_shapeProblem->hide();

    m_form->addRow(tr("&Target"), m_target);
    m_form->addRow(tr("Sample &shape"), m_shape);
    m_form->addRow(m_shapeProblem);
    m_form->addRow(tr("&Missing values"), m_missing);
    m_form->addRow(tr("S&caling"), m_scaling);
    m_form->addRow(tr("Target scaling"), m_targetScaling);
    centerLabels(m_form);

    connect(m_target, &QComboBox::activated, this, [this] {
        const auto kind = static_cast<TargetKind>(m_target->currentData().toInt());
        edit([kind](DataConfig &config) { config.target = kind; }, tr("Change target"));
    });
    connect(m_missing, &QComboBox::activated, this, [this] {
        const auto missing = static_cast<MissingValues>(m_missing->currentData().toInt());
        edit([missing](DataConfig &config) { config.missing = missing; }, tr("Change missing values"));
    });
    connect(m_scaling, &QComboBox::activated, this, [this] {
        const auto scaling = static_cast<Scaling>(m_scaling->currentData().toInt());
        edit([scaling](DataConfig &config) { config.scaling = scaling; }, tr("Change scaling"));
    });
    connect(m_targetScaling, &QComboBox::activated, this, [this] {
        const auto scaling = static_cast<Scaling>(m_targetScaling->currentData().toInt());
        edit([scaling](DataConfig &config) { config.targetScaling = scaling; }, tr("Change target scaling"));
    });
    connect(m_shape, &QLineEdit::editingFinished, this, &DataPagePreparation::shapeEdited);
    setConfig({});
    setLoadedShape({});
}

void DataPagePreparation::setConfig(const DataConfig &config)
{
    m_config = config;
    select(m_target, static_cast<int>(config.target));
    select(m_missing, static_cast<int>(config.missing));
    select(m_scaling, static_cast<int>(config.scaling));
    select(m_targetScaling, static_cast<int>(config.targetScaling));
    if (!m_shape->hasFocus() || sampleShapeFromText(m_shape->text()) != config.sampleShape)
        m_shape->setText(shapeText(config.sampleShape));
    m_shapeProblem->hide();
    showValid(true);
    const auto setRowVisible = [this](QWidget *field, bool visible) {
        field->setVisible(visible);
        m_form->labelForField(field)->setVisible(visible);
    };
    setRowVisible(m_targetScaling, config.target == TargetKind::Value);
}

void DataPagePreparation::setLoadedShape(const Shape &shape)
{
    m_shape->setPlaceholderText(shape.rank() == 0 ? tr("As the file has it")
                                                  : tr("As the file has it: %1").arg(shapeText(shape.sizes())));
}

void DataPagePreparation::showValid(bool valid)
{
    m_shape->setProperty("invalid", !valid);
    m_shape->style()->unpolish(m_shape);
    m_shape->style()->polish(m_shape);
}

void DataPagePreparation::shapeEdited()
{
    const auto shape = sampleShapeFromText(m_shape->text());
    m_shapeProblem->setVisible(!shape);
    showValid(shape.has_value());
    if (!shape) {
        m_shapeProblem->setText(tr("\"%1\" is no shape. Type sizes with x between them, such as 8x8x1, or nothing.").arg(m_shape->text()));
        return;
    }
    edit([&shape](DataConfig &config) { config.sampleShape = *shape; }, tr("Change sample shape"));
}

void DataPagePreparation::edit(const std::function<void(DataConfig &)> &change, const QString &what)
{
    DataConfig config = m_config;
    change(config);
    if (!(config == m_config))
        emit configEdited(config, what);
}

}  // namespace trainyard::ui
