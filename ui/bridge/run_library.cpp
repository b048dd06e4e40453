#include "ui/bridge/run_library.h"

#include <QPointer>

#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

Result<RunDetails> readDetails(RunStore &store, std::int64_t runId)
{
    RunDetails details;
    TRAINYARD_TRY(details.record, store.run(runId));
    TRAINYARD_TRY(details.events, store.events(runId));
    TRAINYARD_TRY(details.checkpoints, store.checkpoints(runId));
    TRAINYARD_TRY(details.parameters, store.parameters(runId));
    TRAINYARD_TRY(details.samples, store.samples(runId));
    TRAINYARD_TRY(const auto series, store.series(runId));
    for (const StoredSeries &one : series) {
        TRAINYARD_TRY(SeriesData points, store.points(one.id));
        details.curves[QString::fromStdString(one.name)] = {QString::fromStdString(one.unit), std::move(points.step), std::move(points.value),
                                                            {points.timeMs.begin(), points.timeMs.end()},
                                                            std::move(points.segment)};
    }
    return details;
}

}  // namespace

RunLibrary::RunLibrary(QObject *parent) : QObject(parent) {}

RunLibrary::~RunLibrary()
{
    releaseInBackground(std::move(m_store));
}

void RunLibrary::open(const std::filesystem::path &database)
{
    ++m_generation;
    releaseInBackground(std::move(m_store));
    m_store = database.empty() ? nullptr : std::make_shared<StoreThread>(database);
    emit opened();
    refresh();
}

template <typename Ask, typename Answer>
void RunLibrary::request(Ask ask, Answer answer)
{
    if (!m_store)
        return;
    const QPointer<QObject> guard(this);
    const auto reportError = [this, guard, generation = m_generation](const Error &error) {
        onUiThread(guard, [this, generation, message = QString::fromStdString(error.message)] {
            if (generation == m_generation)
                emit failed(message);
        });
    };
    m_store->post(
        [this, guard, ask = std::move(ask), answer = std::move(answer), reportError, generation = m_generation](RunStore &store) {
            auto result = ask(store);
            if (!result) {
                reportError(result.error());
                return;
            }
            using Value = typename decltype(result)::value_type;
            if constexpr (!std::is_void_v<Value>)
                onUiThread(guard, [this, generation, answer, value = std::make_shared<Value>(std::move(*result))] {
                    if (generation == m_generation)
                        answer(std::move(*value));
                });
        },
        reportError);
}

void RunLibrary::refresh()
{
    if (!m_store) {
        emit runsLoaded({});
        return;
    }
    request([](RunStore &store) { return store.runs(); }, [this](std::vector<RunRecord> runs) { emit runsLoaded(runs); });
}

void RunLibrary::loadDetails(const std::vector<qint64> &runIds, QObject *context, std::function<void(std::vector<RunDetails>)> done)
{
    request(
        [runIds](RunStore &store) -> Result<std::vector<RunDetails>> {
            std::vector<RunDetails> all;
            for (const qint64 id : runIds) {
                TRAINYARD_TRY(RunDetails details, readDetails(store, id));
                all.push_back(std::move(details));
            }
            return all;
        },
        [guard = QPointer<QObject>(context), done = std::move(done)](std::vector<RunDetails> all) {
            if (guard)
                done(std::move(all));
        });
}

void RunLibrary::findStart(const StartFrom &start, const std::filesystem::path &folder, QObject *context,
                           std::function<void(const Result<StartFile> &)> done)
{
    if (!m_store)
        return done(findStartFile(start, folder, nullptr));
    const auto answer = [guard = QPointer<QObject>(context), done = std::move(done)](Result<StartFile> file) {
        onUiThread(guard, [done, file = std::move(file)] { done(file); });
    };
    m_store->post([start, folder, answer](RunStore &store) { answer(findStartFile(start, folder, &store)); },
                  [answer](const Error &error) { answer(tl::unexpected(error)); });
}

void RunLibrary::change(std::function<Status(RunStore &)> task)
{
    request(std::move(task), [] {});
    refresh();
}

void RunLibrary::rename(qint64 runId, const QString &name)
{
    change([runId, name = name.toStdString()](RunStore &store) { return store.rename(runId, name); });
}

void RunLibrary::setNotes(qint64 runId, const QString &notes)
{
    change([runId, notes = notes.toStdString()](RunStore &store) { return store.setNotes(runId, notes); });
}

void RunLibrary::setTags(qint64 runId, const QStringList &before, const QStringList &after)
{
    change([runId, before, after](RunStore &store) {
        return store.transact([&]() -> Status {
            for (const QString &tag : before)
                if (!after.contains(tag))
                    TRAINYARD_CHECK(store.removeTag(runId, tag.toStdString()));
            for (const QString &tag : after)
                if (!before.contains(tag))
                    TRAINYARD_CHECK(store.addTag(runId, tag.toStdString()));
            return {};
        });
    });
}

void RunLibrary::setArchived(const std::vector<qint64> &runIds, bool archived)
{
    change([runIds, archived](RunStore &store) {
        return store.transact([&]() -> Status {
            for (const qint64 id : runIds)
                TRAINYARD_CHECK(store.setArchived(id, archived));
            return {};
        });
    });
}

}  // namespace trainyard::ui
