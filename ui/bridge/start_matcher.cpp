#include "ui/bridge/start_matcher.h"

#include <chrono>

#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kDelay = 60ms;  // several keystrokes are one look

}  // namespace

StartMatcher::StartMatcher(ProjectDocument &document, DataLoader &loader, RunLibrary &library, QObject *parent)
    : QObject(parent), m_document(document), m_loader(loader), m_library(library)
{
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelay);
    connect(&m_delay, &QTimer::timeout, this, &StartMatcher::look);
    for (const auto edited : {&ProjectDocument::analysisChanged, &ProjectDocument::trainingChanged, &ProjectDocument::projectReset})
        connect(&document, edited, this, &StartMatcher::lookAgain);
    connect(&loader, &DataLoader::loaded, this, &StartMatcher::lookAgain);
    connect(&library, &RunLibrary::opened, this, &StartMatcher::lookAgain);
}

void StartMatcher::lookAgain()
{
    ++m_generation;  // what is being looked at is not of this project any more
    if (!m_document.training().startFrom.isSet()) {
        m_delay.stop();
        return conclude({}, {}, {});
    }
    m_current = false;
    m_delay.start();
    emit changed();
}

void StartMatcher::conclude(std::optional<WeightMatch> match, const QString &mistake, const QString &reason)
{
    m_match = std::move(match);
    m_mistake = mistake;
    m_reason = reason;
    m_current = true;
    if (!m_document.training().startFrom.isSet())
        m_source.clear();
    emit changed();
}

void StartMatcher::look()
{
    const int generation = ++m_generation;
    const StartFrom &start = m_document.training().startFrom;
    if (const Status named = checkStartFrom(start); !named)
        return conclude({}, {}, QString::fromStdString(named.error().message));
    if (start.kind == StartKind::File) {
        const auto file = findStartFile(start, m_document.project().folder, nullptr);  // a name, nothing is read
        return file ? matchFile(generation, *file) : conclude({}, QString::fromStdString(file.error().message), {});
    }
    m_library.findStart(start, m_document.project().folder, this, [this, generation](const Result<StartFile> &file) {
        if (generation != m_generation)
            return;
        file ? matchFile(generation, *file) : conclude({}, QString::fromStdString(file.error().message), {});
    });
}

void StartMatcher::matchFile(int generation, const StartFile &file)
{
    m_source = QString::fromStdString(file.what);
    if (m_document.graph().layers().empty())
        return conclude({}, {}, tr("The network is empty."));
    if (!m_loader.types())
        return conclude({}, {}, m_loader.error() ? tr("The data cannot be loaded.") : tr("What fits is known once there is a data set."));
    inBackground(
        this,
        [graph = m_document.graph(), types = *m_loader.types(), training = m_document.training(), file] { return matchStart(graph, types, training, file); },
        [this, generation, what = file.what](Result<WeightMatch> match) {
            if (generation != m_generation)
                return;
            if (!match) {
                const QString message = QString::fromStdString(match.error().message);
                // A network with problems says so itself, on its own page.
                return match.error().code == ErrorCode::InvalidGraph ? conclude({}, {}, tr("The network has problems: %1").arg(message)) : conclude({}, message, {});
            }
            const Status fits = match->check(what);
            conclude(std::move(*match), fits ? QString() : QString::fromStdString(fits.error().message), {});
        });
}

}  // namespace trainyard::ui
