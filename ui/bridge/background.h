// Work off the UI thread, and the way back to it.
#pragma once

#include <memory>
#include <utility>

#include <QCoreApplication>
#include <QMetaObject>
#include <QObject>
#include <QPointer>
#include <QThreadPool>

namespace trainyard::ui {

// Any thread: call() runs on the UI thread soon, unless guard is gone by then. It goes through the application object,
// which outlives every worker, and the guard is looked at on the UI thread alone.
template <typename Call>
void onUiThread(QPointer<QObject> guard, Call call)
{
    QMetaObject::invokeMethod(
        QCoreApplication::instance(),
        [guard = std::move(guard), call = std::move(call)]() mutable {
            if (guard)
                call();
        },
        Qt::QueuedConnection);
}

// Runs work() on a thread of the pool and then, on the UI thread, done(result), unless context is gone by then. work must
// own everything it uses. A pool of one thread keeps the order of what is asked.
template <typename Work, typename Done>
void inBackground(QThreadPool &pool, QObject *context, Work work, Done done)
{
    pool.start([guard = QPointer<QObject>(context), work = std::move(work), done = std::move(done)]() mutable {
        auto result = std::make_shared<decltype(work())>(work());
        onUiThread(std::move(guard), [done = std::move(done), result = std::move(result)]() mutable { done(std::move(*result)); });
    });
}

template <typename Work, typename Done>
void inBackground(QObject *context, Work work, Done done)
{
    inBackground(*QThreadPool::globalInstance(), context, std::move(work), std::move(done));
}

// Lets go of something whose last owner has to wait, for a thread or for the disk: not on the UI thread.
template <typename T>
void releaseInBackground(std::shared_ptr<T> owned)
{
    if (owned)
        QThreadPool::globalInstance()->start([owned = std::move(owned)]() mutable { owned.reset(); });
}

}  // namespace trainyard::ui
