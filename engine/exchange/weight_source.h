// A safetensors file as a list of named tensors to take weights from. Opening reads the header alone; each tensor is read when
// it is asked for, so that a file may be larger than the memory. Used by one thread at a time; movable.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>

#include "engine/exchange/safetensors_header.h"

namespace trainyard {

class WeightSource {
public:
    // Errors: NotFound, Io, InvalidFile (damaged; of another known format, with what to do).
    static Result<WeightSource> open(const std::filesystem::path &path);

    const std::filesystem::path &path() const { return m_path; }
    const SafetensorsHeader &header() const { return m_header; }

    // The tensor as float32, in the order of the file's elements; 16-bit floats exactly, F64 rounded to the nearest.
    // Errors: Unsupported (elements that are no floating-point numbers), InvalidFile, Io.
    Result<std::vector<float>> read(std::size_t tensor) const;

    // Of the whole file, which is read once for it. Errors: Io.
    Result<std::string> sha256() const;

private:
    struct CloseFile {
        void operator()(std::FILE *file) const { std::fclose(file); }
    };

    WeightSource() = default;
    Status readAt(std::uint64_t offset, std::span<std::byte> out) const;

    std::filesystem::path m_path;
    std::unique_ptr<std::FILE, CloseFile> m_file;
    SafetensorsHeader m_header;
    std::uint64_t m_dataBegin = 0, m_fileBytes = 0;
};

// Whether WeightSource::read() can give tensors of this type.
bool isReadableWeight(const std::optional<DType> &type);

}  // namespace trainyard
