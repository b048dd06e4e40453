// trainyard: the desktop. trainyard [PROJECT] [--page NAME]
#include <csignal>

#include <QApplication>
#include <QCommandLineParser>

#include "engine/api/idle_threads.h"
#include "ui/shell/main_window.h"
#include "ui/shell/session.h"
#include "ui/theme/theme.h"

int main(int argc, char **argv)
{
    trainyard::limitSpinning(argv);
    // A file beyond the shell's limit is an error to report, not the end of the program.
    std::signal(SIGXFSZ, SIG_IGN);
    QCoreApplication::setOrganizationName(QStringLiteral("trainyard"));  // the folder of its settings and state
    QCoreApplication::setApplicationName(QStringLiteral("trainyard"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TRAINYARD_VERSION));
    QGuiApplication::setApplicationDisplayName({});  // titles name the program themselves
    QGuiApplication::setDesktopFileName(QStringLiteral("trainyard"));
    QApplication app(argc, argv);

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("A workbench for building and training neural networks."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("project"), QStringLiteral("The project's folder; else the last one is opened."),
                                 QStringLiteral("[project]"));
    const QCommandLineOption page(QStringLiteral("page"), QStringLiteral("The page to show: model, data, train, runs or device."),
                                  QStringLiteral("name"));
    parser.addOption(page);
    parser.process(app);

    trainyard::ui::Theme::instance().apply(trainyard::ui::session::appearance());
    trainyard::ui::MainWindow window;
    window.begin(parser.positionalArguments().value(0), parser.value(page));
    window.show();
    return app.exec();
}
