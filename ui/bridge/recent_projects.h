// The projects opened lately, newest first, kept in the settings. Whether they are still there is looked up off the UI
// thread; only those that are come out. UI thread.
#pragma once

#include <vector>

#include <QObject>
#include <QString>

namespace trainyard::ui {

struct RecentProject {
    QString folder, name;
    qint64 openedMs = 0;  // since 1970 UTC
};

class RecentProjects : public QObject
{
    Q_OBJECT
public:
    explicit RecentProjects(QObject *parent = nullptr) : QObject(parent) {}

    const std::vector<RecentProject> &list() const { return m_existing; }  // as of the last changed()
    void refresh();
    void add(const QString &folder, const QString &name);

signals:
    void changed();

private:
    std::vector<RecentProject> m_existing;
    int m_generation = 0;
};

}  // namespace trainyard::ui
