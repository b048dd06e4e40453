#include "ui/bridge/recent_projects.h"

#include <algorithm>
#include <filesystem>

#include <QDateTime>
#include <QSettings>

#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

constexpr int kMost = 12;
const QString kArray = QStringLiteral("recent");

std::vector<RecentProject> readAll()
{
    std::vector<RecentProject> all;
    QSettings settings;
    const int count = settings.beginReadArray(kArray);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        all.push_back({settings.value(QStringLiteral("folder")).toString(), settings.value(QStringLiteral("name")).toString(),
                       settings.value(QStringLiteral("opened")).toLongLong()});
    }
    settings.endArray();
    return all;
}

void writeAll(const std::vector<RecentProject> &all)
{
    QSettings settings;
    settings.beginWriteArray(kArray, static_cast<int>(all.size()));
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
        settings.setArrayIndex(i);
        settings.setValue(QStringLiteral("folder"), all[static_cast<std::size_t>(i)].folder);
        settings.setValue(QStringLiteral("name"), all[static_cast<std::size_t>(i)].name);
        settings.setValue(QStringLiteral("opened"), all[static_cast<std::size_t>(i)].openedMs);
    }
    settings.endArray();
}

}  // namespace

void RecentProjects::refresh()
{
    inBackground(
        this,
        [all = readAll()]() mutable {
            std::erase_if(all, [](const RecentProject &project) {
                std::error_code code;
                return !std::filesystem::exists(std::filesystem::path(project.folder.toStdString()) / "project.json", code);
            });
            return all;
        },
        [this, generation = ++m_generation](std::vector<RecentProject> existing) {
            if (generation != m_generation)
                return;
            m_existing = std::move(existing);
            emit changed();
        });
}

void RecentProjects::add(const QString &folder, const QString &name)
{
    auto all = readAll();
    std::erase_if(all, [&folder](const RecentProject &project) { return project.folder == folder; });
    all.insert(all.begin(), {folder, name, QDateTime::currentMSecsSinceEpoch()});
    if (all.size() > kMost)
        all.resize(kMost);
    writeAll(all);
    refresh();
}

}  // namespace trainyard::ui
