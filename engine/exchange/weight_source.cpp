#include "engine/exchange/weight_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/sha256.h"
#include "engine/tensor/low_precision.h"

namespace trainyard {

namespace {

constexpr std::size_t kHashedAtOnce = std::size_t{1} << 20;

// Formats that people try in good faith, by their first bytes.
std::string foreignFormat(std::string_view first)
{
    if (first.starts_with("PK\x03\x04") || first.starts_with("\x80\x02"))
        return "PyTorch's own format, or another archive, not safetensors. In Python: safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\")";
    if (first.starts_with("\x89HDF"))
        return "an HDF5 file as Keras writes them, not safetensors. In Python: safetensors.numpy.save_file({w.path: w.numpy() for w in model.weights}, "
               "\"weights.safetensors\")";
    return {};
}

}  // namespace

bool isReadableWeight(const std::optional<DType> &type)
{
    return type == DType::F32 || type == DType::F64 || type == DType::F16 || type == DType::BF16;
}

Result<WeightSource> WeightSource::open(const std::filesystem::path &path)
{
    WeightSource source;
    source.m_path = path;
    std::error_code code;
    if (const auto status = std::filesystem::status(path, code); std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return fail(ErrorCode::InvalidFile, "{} is no ordinary file. Choose a .safetensors file.", path.string());
    source.m_file.reset(std::fopen(path.c_str(), "rb"));
    if (!source.m_file)
        return fail(Error{errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                          fmt::format("The weights {} cannot be opened: {}.", path.string(), std::strerror(errno)), {}, {}});
    source.m_fileBytes = std::filesystem::file_size(path, code);
    if (code)
        return fail(ErrorCode::Io, "The weights {} cannot be read: {}.", path.string(), code.message());
    std::string text(std::min<std::uint64_t>(kSafetensorsLengthBytes, source.m_fileBytes), '\0');
    TRAINYARD_CHECK(source.readAt(0, std::as_writable_bytes(std::span(text))));
    if (const std::string foreign = foreignFormat(text); !foreign.empty())
        return fail(ErrorCode::InvalidFile, "{} is {}.", path.string(), foreign);
    TRAINYARD_TRY(const std::uint64_t length, safetensorsHeaderLength(text, source.m_fileBytes, path.string()));
    text.resize(length);
    TRAINYARD_CHECK(source.readAt(kSafetensorsLengthBytes, std::as_writable_bytes(std::span(text))));
    source.m_dataBegin = kSafetensorsLengthBytes + length;
    TRAINYARD_TRY(source.m_header, parseSafetensorsHeader(text, source.m_fileBytes - source.m_dataBegin, path.string()));
    return source;
}

// Not mapped into memory: a file that another program makes shorter is an error to tell here, and would end the program there.
Status WeightSource::readAt(std::uint64_t offset, std::span<std::byte> out) const
{
    if (out.empty())
        return {};
    if (fseeko(m_file.get(), static_cast<off_t>(offset), SEEK_SET) != 0 || std::fread(out.data(), 1, out.size(), m_file.get()) != out.size())
        return fail(ErrorCode::Io, "{} ended or could not be read at byte {} to {}. It may have been changed meanwhile.", m_path.string(), offset,
                    offset + out.size());
    return {};
}

Result<std::vector<float>> WeightSource::read(std::size_t tensor) const
{
    const TensorEntry &entry = m_header.tensors.at(tensor);
    if (!isReadableWeight(entry.dtype))
        return fail(ErrorCode::Unsupported, "{}: the tensor \"{}\" holds elements of type {}; weights are read from F32, F64, F16 and BF16. Save it as F32.",
                    m_path.string(), entry.name, entry.dtypeText);
    HostTensor stored({*entry.dtype, entry.shape});
    TRAINYARD_CHECK(readAt(m_dataBegin + entry.begin, stored.data));
    std::vector<float> values(static_cast<std::size_t>(entry.shape.elements()));
    switch (*entry.dtype) {
    case DType::F32: std::copy_n(stored.as<float>().begin(), values.size(), values.begin()); break;
    case DType::F64: std::transform(stored.as<double>().begin(), stored.as<double>().end(), values.begin(), [](double x) { return static_cast<float>(x); }); break;
    case DType::F16: std::transform(stored.as<std::uint16_t>().begin(), stored.as<std::uint16_t>().end(), values.begin(), float16ToFloat); break;
    default: std::transform(stored.as<std::uint16_t>().begin(), stored.as<std::uint16_t>().end(), values.begin(), bfloat16ToFloat); break;
    }
    return values;
}

Result<std::string> WeightSource::sha256() const
{
    Sha256 hash;
    std::vector<std::byte> piece;
    for (std::uint64_t at = 0; at < m_fileBytes; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kHashedAtOnce, m_fileBytes - at)));
        TRAINYARD_CHECK(readAt(at, piece));
        hash.add(piece);
    }
    return hash.hex();
}

}  // namespace trainyard
