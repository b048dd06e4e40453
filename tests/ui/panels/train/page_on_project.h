// The Train page as the window would hold it, over a project on real files, for tests.
#pragma once

#include <QTemporaryDir>
#include <QThreadPool>
#include <QtTest>

#include "ui/panels/train/train_page.h"

namespace trainyard::test {

inline constexpr int kLong = 20'000;  // ms

struct PageOnProject {
    QTemporaryDir dir;
    ui::ProjectDocument document;
    ui::DataLoader loader{document};
    ui::Forecaster forecaster{document, loader};
    ui::RunLibrary library;
    ui::StartMatcher matcher{document, loader, library};
    ui::LiveRun run;
    ui::TrainPage page{document, loader, forecaster, library, matcher, run};

    void open(const Project &project)
    {
        library.open(project.database());
        document.reset(project);
        page.resize(1232, 728);
        page.show();
        (void)QTest::qWaitForWindowExposed(&page);
    }
    ~PageOnProject()
    {
        run.stop();
        (void)QTest::qWaitFor([this] { return !run.isActive(); }, kLong);
        library.open({});
        QThreadPool::globalInstance()->waitForDone();  // the store writes its last before its folder goes
    }
};

}  // namespace trainyard::test
