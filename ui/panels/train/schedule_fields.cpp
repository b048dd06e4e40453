// Rows from the table of schedules: every setting of every schedule comes from its spec.
#include <QCoreApplication>

#include "ui/panels/train/course_fields.h"

namespace trainyard::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("ScheduleFields", text);
}

QString text(const std::string &text)
{
    return QString::fromStdString(text);
}

QString capitalized(QString word)
{
    if (!word.isEmpty())
        word[0] = word[0].toUpper();
    return word;
}

// type: of the schedule it belongs to; empty: of every one's warm-up.
TrainingField fieldOf(const ParameterSpec &setting, const std::string &type)
{
    TrainingField field;
    field.key = type.empty() ? QStringLiteral("schedule/%1").arg(text(setting.key)) : QStringLiteral("schedule/%1/%2").arg(text(type), text(setting.key));
    field.label = text(setting.label);
    field.help = text(setting.help);
    field.node = QStringLiteral("schedule.%1").arg(text(setting.key));
    field.text = [setting](const TrainingConfig &config) {
        const auto found = config.schedule.settings.find(setting.key);
        const bool isSet = found != config.schedule.settings.end() && found->second.index() == setting.defaultValue.index();
        return text(scheduleSettingText(setting, isSet ? found->second : setting.defaultValue));
    };
    field.take = [setting](TrainingConfig &config, const QString &typed) {
        // A number of the right kind is taken whatever its size: checkTraining() says what is wrong with it.
        ParameterSpec anySize = setting;
        anySize.minimum = -std::numeric_limits<double>::infinity();
        anySize.maximum = std::numeric_limits<double>::infinity();
        const auto value = parseScheduleSetting(anySize, typed.toStdString());
        if (!value)
            return false;
        if (*value == setting.defaultValue)
            config.schedule.settings.erase(setting.key);
        else
            config.schedule.settings[setting.key] = *value;
        return true;
    };
    if (!type.empty())
        field.isUsed = [type](const TrainingConfig &config) { return config.schedule.type == type; };
    if (setting.kind == ParameterKind::Choice && setting.choices.empty()) {
        field.choices = metricChoices;
    } else if (setting.kind == ParameterKind::Choice) {
        field.choices = [setting](const Graph &) {
            std::vector<FieldChoice> choices;
            for (const std::string &choice : setting.choices)
                choices.push_back({capitalized(text(choice)), text(choice), {}});
            return choices;
        };
    }
    return field;
}

}  // namespace

TrainingField scheduleChoiceField()
{
    TrainingField field;
    field.key = QStringLiteral("schedule");
    field.label = tr("Schedule");
    field.help = tr("How the learning rate changes during the run.");
    field.node = QStringLiteral("schedule.type");
    field.text = [](const TrainingConfig &config) { return text(config.schedule.type); };
    field.take = [](TrainingConfig &config, const QString &type) {
        // The warm-up goes with any schedule; settings of the one before are none of the new one's.
        ParameterMap kept;
        for (const ParameterSpec &setting : warmupSettings())
            if (const auto found = config.schedule.settings.find(setting.key); found != config.schedule.settings.end())
                kept.insert(*found);
        config.schedule = {type.toStdString(), std::move(kept)};
        return findSchedule(config.schedule.type) != nullptr;
    };
    field.choices = [](const Graph &) {
        std::vector<FieldChoice> choices;
        for (const ScheduleSpec &spec : scheduleCatalog())
            choices.push_back({text(spec.title), text(spec.type), text(spec.summary)});
        return choices;
    };
    return field;
}

std::vector<TrainingField> scheduleFields()
{
    std::vector<TrainingField> fields;
    for (const ScheduleSpec &spec : scheduleCatalog())
        for (const ParameterSpec &setting : spec.settings)
            fields.push_back(fieldOf(setting, spec.type));
    return fields;
}

std::vector<TrainingField> warmupFields()
{
    std::vector<TrainingField> fields;
    for (const ParameterSpec &setting : warmupSettings()) {
        fields.push_back(fieldOf(setting, {}));
        if (setting.key != "warmup")  // the rest means nothing while there is none
            fields.back().isUsed = [](const TrainingConfig &config) { return warmupSteps(config.schedule, 1) != 0; };
    }
    return fields;
}

}  // namespace trainyard::ui
