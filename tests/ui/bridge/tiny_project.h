// A project on real files, small enough to train in a test: three classes of points in a plane as a CSV file.
#pragma once

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include <QDir>
#include <QString>
#include <QTemporaryDir>

#include "engine/api/project.h"
#include "engine/base/philox.h"

namespace trainyard::test {

inline std::filesystem::path folderOf(const QTemporaryDir &dir)
{
    return dir.path().toStdString();
}

inline void writePoints(const std::filesystem::path &file, int rows = 1200)
{
    std::ofstream out(file);
    out << "x,y,kind\n";
    PhiloxSequence random(7, RandomStream::Initialize, 1);
    static constexpr const char *kKinds[] = {"left", "top", "right"};
    for (int row = 0; row < rows; ++row) {
        const int kind = row % 3;
        out << kind + random.uniform() << ',' << (kind == 1 ? 1.0f : 0.0f) + random.uniform() << ',' << kKinds[kind] << '\n';
    }
}

// width: of the hidden layers, and so how long an epoch takes.
inline Graph tinyGraph(std::int64_t width = 96)
{
    Graph graph;
    LayerId before = 0;
    const auto add = [&](const char *type, ParameterMap parameters) {
        const LayerId id = graph.add(type);
        graph.edit(id)->parameters = std::move(parameters);
        if (before != 0)
            (void)graph.connect({before, id, 0});
        before = id;
    };
    add("input", {{"shape", std::vector<std::int64_t>{2}}});
    add("dense", {{"units", width}});
    add("relu", {});
    add("dense", {{"units", width}});
    add("relu", {});
    add("dense", {{"units", std::int64_t{3}}});
    add("softmax_cross_entropy", {});
    return graph;
}

// Written into dir; epochs beyond what a test waits for.
inline Project tinyProject(const QTemporaryDir &dir, std::int64_t epochs = 100'000)
{
    Project project;
    project.name = "Points";
    project.folder = folderOf(dir);
    project.graph = tinyGraph();
    writePoints(project.folder / "points.csv");
    project.data.file = "points.csv";
    project.training.epochs = epochs;
    project.training.batchSize = 16;
    project.training.threads = 1;
    project.training.checkpointEveryEpochs = 0;
    project.training.optimizer.learningRate = 0.01;
    (void)saveProject(project);
    return project;
}

}  // namespace trainyard::test
