// How a layer travels by drag and drop: the palette's items carry its type as UTF-8 text under this MIME type.
#pragma once

namespace trainyard::ui {

inline constexpr const char *kLayerMimeType = "application/x-trainyard-layer";
// Copied layers on the clipboard: the text of ProjectDocument::copy().
inline constexpr const char *kLayersMimeType = "application/x-trainyard-layers";

}  // namespace trainyard::ui
