#include "engine/api/library_probe.h"

#include <dlfcn.h>

#include <initializer_list>

#include <fmt/format.h>

namespace trainyard {

namespace {

template <typename Function>
Function *function(void *library, const char *name)
{
    return reinterpret_cast<Function *>(::dlsym(library, name));
}

// Opens stem.<major>: the one the program's module has loaded already, else the first of the majors that is there.
struct Opened {
    void *library = nullptr;
    int major = 0;
    std::string error;  // of the first
};
Opened open(const char *stem, std::initializer_list<int> majors)
{
    Opened opened;
    for (const int flags : {RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD, RTLD_LAZY | RTLD_LOCAL}) {
        for (const int major : majors) {
            opened.library = ::dlopen(fmt::format("{}.{}", stem, major).c_str(), flags);
            if (opened.library) {
                opened.major = major;
                return opened;
            }
            const char *error = ::dlerror();  // a library that is merely not loaded may give none
            if ((flags & RTLD_NOLOAD) == 0 && opened.error.empty() && error)
                opened.error = error;
        }
    }
    return opened;
}

}  // namespace

LibraryProbe probeCudaRuntime()
{
    const Opened runtime = open("libcudart.so", {13, 12});
    LibraryProbe probe{runtime.library != nullptr, runtime.major, {}, runtime.error};
    if (auto *get = runtime.library ? function<int(int *)>(runtime.library, "cudaRuntimeGetVersion") : nullptr) {
        if (int number = 0; get(&number) == 0)  // 13000 is 13.0
            probe.version = fmt::format("{}.{}", number / 1000, number % 1000 / 10);
    }
    return probe;
}

LibraryProbe probeCudnn()
{
    constexpr int kNeeded = 9;
    const Opened cudnn = open("libcudnn.so", {kNeeded, 10, 8, 7});
    LibraryProbe probe{cudnn.major == kNeeded, cudnn.major, {}, cudnn.error};
    if (auto *get = probe.found ? function<std::size_t()>(cudnn.library, "cudnnGetVersion") : nullptr) {
        const std::size_t number = get();  // 91900 is 9.19.0
        probe.version = fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
    }
    return probe;
}

}  // namespace trainyard
