#include "engine/program/stretches.h"

#include <set>

namespace trainyard {

namespace {

// Who has to wait for whom: a reader for the writer before it, and a writer for all that read what was there before.
struct Waits {
    explicit Waits(const OpList &list) : followers(list.ops.size()), waiting(list.ops.size(), 0)
    {
        constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
        std::vector<std::size_t> writer(list.values.size(), kNobody);
        std::vector<std::vector<std::size_t>> readers(list.values.size());
        const auto follow = [&](std::size_t first, std::size_t then) {
            if (first == kNobody || first == then)
                return;
            followers[first].push_back(then);
            ++waiting[then];
        };
        for (std::size_t i = 0; i < list.ops.size(); ++i) {
            for (const ValueId input : list.ops[i].inputs) {
                if (input == kNoValue)
                    continue;
                follow(writer[static_cast<std::size_t>(input)], i);
                readers[static_cast<std::size_t>(input)].push_back(i);
            }
            for (const ValueId changed : list.ops[i].mutates) {
                for (const std::size_t reader : readers[static_cast<std::size_t>(changed)])
                    follow(reader, i);
                readers[static_cast<std::size_t>(changed)].clear();
                writer[static_cast<std::size_t>(changed)] = i;
            }
            for (const ValueId output : list.ops[i].outputs)
                if (output != kNoValue)
                    writer[static_cast<std::size_t>(output)] = i;
        }
    }

    std::vector<std::vector<std::size_t>> followers;
    std::vector<int> waiting;
};

}  // namespace

std::vector<Stretch> stretchesOf(const Program &program)
{
    const std::vector<Op> &ops = program.list.ops;
    Waits waits(program.list);
    std::set<std::size_t> ready;
    std::vector<std::set<std::size_t>> readyOn(program.devices.size());
    const auto makeReady = [&](std::size_t op) {
        ready.insert(op);
        readyOn[static_cast<std::size_t>(ops[op].device)].insert(op);
    };
    for (std::size_t i = 0; i < ops.size(); ++i)
        if (waits.waiting[i] == 0)
            makeReady(i);
    std::vector<Stretch> stretches;
    while (!ready.empty()) {
        Stretch stretch;
        stretch.device = ops[*ready.begin()].device;
        auto &own = readyOn[static_cast<std::size_t>(stretch.device)];
        while (!own.empty()) {
            const std::size_t op = *own.begin();
            own.erase(own.begin());
            ready.erase(op);
            stretch.ops.push_back(op);
            for (const std::size_t follower : waits.followers[op])
                if (--waits.waiting[follower] == 0)
                    makeReady(follower);
        }
        stretches.push_back(std::move(stretch));
    }
    return stretches;
}

}  // namespace trainyard
