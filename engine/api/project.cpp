#include "engine/api/project.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/base/json_text.h"

namespace trainyard {

namespace {

using Json = nlohmann::ordered_json;

// What this program writes into project.json, the keys it does not know left out. The graph and its layout keep their own.
Json knownJson(const Project &project)
{
    return {{"format", kProjectFormat},
            {"name", project.name},
            {"description", project.description},
            {"graph", graphToJson(project.graph)},
            {"data", dataToJson(project.data)},
            {"training", trainingToJson(project.training)}};
}

// Keys of json that known lacks, searched for in objects inside objects too.
Json unknownKeys(const Json &json, const Json &known)
{
    Json unknown = Json::object();
    for (const auto &[key, value] : json.items()) {
        const auto found = known.find(key);
        if (found == known.end()) {
            unknown[key] = value;
        } else if (value.is_object() && found->is_object()) {
            if (Json inside = unknownKeys(value, *found); !inside.empty())
                unknown[key] = std::move(inside);
        }
    }
    return unknown;
}

void addKeys(Json &json, const Json &more)
{
    for (const auto &[key, value] : more.items()) {
        if (!json.contains(key))
            json[key] = value;
        else if (json[key].is_object() && value.is_object())
            addKeys(json[key], value);
    }
}

// The line a parser stopped at, for people with an editor.
std::size_t lineOf(std::string_view text, std::size_t byte)
{
    const auto head = text.substr(0, byte);
    return static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')) + 1;
}

Result<std::string> readText(const Json &json, const char *key)
{
    if (!json.contains(key))
        return std::string{};
    if (!json[key].is_string())
        return fail(ErrorCode::InvalidFile, "\"{}\" in project.json must be text.", key);
    return json[key].get<std::string>();
}

Result<Project> fromJson(const Json &json)
{
    if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer())
        return fail(ErrorCode::InvalidFile, "This is not a project of Trainyard's: \"format\" is missing.");
    if (json["format"].get<std::int64_t>() > kProjectFormat)
        return fail(ErrorCode::Unsupported, "The project has format {}; this program reads up to {}. Update Trainyard to open it.",
                    json["format"].get<std::int64_t>(), kProjectFormat);
    Project project;
    TRAINYARD_TRY(project.name, readText(json, "name"));
    TRAINYARD_TRY(project.description, readText(json, "description"));
    if (json.contains("graph")) {
        TRAINYARD_TRY(project.graph, graphFromJson(json["graph"], json.value("layout", Json::object())));
    }
    if (json.contains("data")) {
        TRAINYARD_TRY(project.data, dataFromJson(json["data"]));
    }
    if (json.contains("training")) {
        TRAINYARD_TRY(project.training, trainingFromJson(json["training"]));
    }
    Json rest = json;
    rest.erase("graph");
    rest.erase("layout");
    if (const Json unknown = unknownKeys(rest, knownJson(project)); !unknown.empty())
        project.unknownJson = unknown.dump();
    return project;
}

bool isFlat(const Json &json)
{
    return std::none_of(json.begin(), json.end(), [](const Json &item) { return item.is_structured(); });
}

std::string oneLine(const Json &object)
{
    std::string text;
    for (const auto &[key, value] : object.items())
        text += (text.empty() ? "" : ", ") + Json(key).dump() + ": " + value.dump();
    return "{" + text + "}";
}

// A list of plain values and an entry of plain values in a list stand on one line, so that a diff shows a wire, a
// position or a column as one change.
void compactLists(const Json &json, int depth, std::string &out)
{
    const std::string indent(static_cast<std::size_t>(depth + 1) * 2, ' ');
    if (json.is_object() && !json.empty()) {
        out += "{\n";
        for (auto item = json.begin(); item != json.end(); ++item) {
            out += indent + Json(item.key()).dump() + ": ";
            compactLists(item.value(), depth + 1, out);
            out += std::next(item) == json.end() ? "\n" : ",\n";
        }
        out += indent.substr(2) + "}";
    } else if (json.is_array() && !json.empty() && json.front().is_structured()) {
        out += "[\n";
        for (std::size_t i = 0; i < json.size(); ++i) {
            out += indent;
            if (json[i].is_object() && isFlat(json[i]))
                out += oneLine(json[i]);
            else
                compactLists(json[i], depth + 1, out);
            out += i + 1 < json.size() ? ",\n" : "\n";
        }
        out += indent.substr(2) + "]";
    } else {
        out += json.dump();
    }
}

}  // namespace

std::string projectToText(const Project &project)
{
    Json json = knownJson(project);
    if (const Json unknown = Json::parse(project.unknownJson, nullptr, false); unknown.is_object())
        addKeys(json, unknown);
    json["layout"] = layoutToJson(project.graph);
    std::string text;
    compactLists(json, 0, text);
    return text + "\n";
}

Result<Project> projectFromText(const std::string &text)
{
    if (nestsTooDeep(text))
        return fail(ErrorCode::InvalidFile, "project.json has lists or objects that stand in one another more than {} deep. Take an earlier copy.",
                    kMostJsonLevels);
    Json json;
    try {
        json = Json::parse(text);
    } catch (const nlohmann::json::parse_error &error) {
        return fail(Error{ErrorCode::InvalidFile,
                          fmt::format("project.json is damaged in line {}: it is not valid JSON there. Mend the line, or take an earlier copy.",
                                      lineOf(text, error.byte)),
                          {},
                          error.what()});
    } catch (const nlohmann::json::out_of_range &error) {
        // The parser names the number, in quotes, but not where it is.
        const std::string_view said = error.what();
        const std::size_t begin = said.find('\'') + 1;
        const std::string_view number = said.substr(begin, said.rfind('\'') - begin);
        return fail(Error{ErrorCode::InvalidFile,
                          fmt::format("project.json has the number {} in line {}, which is too large to compute with. Write a smaller one.", number,
                                      lineOf(text, text.find(number))),
                          {},
                          error.what()});
    }
    try {
        return fromJson(json);
    } catch (const nlohmann::json::exception &error) {
        return fail(Error{ErrorCode::InvalidFile, "project.json has a value of the wrong kind. Take an earlier copy.", {}, error.what()});
    }
}

Result<Project> loadProject(const std::filesystem::path &path)
{
    std::error_code code;
    const bool isFolder = std::filesystem::is_directory(path, code);
    const auto file = isFolder ? path / "project.json" : path;
    TRAINYARD_TRY(const std::string text, readFile(file));
    TRAINYARD_TRY(Project project, projectFromText(text));
    project.folder = std::filesystem::absolute(file, code).parent_path();
    if (project.name.empty())
        project.name = project.folder.filename().string();
    return project;
}

Status saveProject(const Project &project)
{
    if (project.folder.empty())
        return fail(ErrorCode::InvalidArgument, "The project has no folder yet. Choose one with Save as.");
    TRAINYARD_CHECK(makeFolder(project.folder));
    return writeFileAtomically(project.file(), projectToText(project));
}

}  // namespace trainyard
