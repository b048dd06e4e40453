#include "engine/base/json_text.h"

namespace trainyard {

bool nestsTooDeep(std::string_view text)
{
    int level = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i)
        switch (text[i]) {
        case '"': inString = !inString; break;
        case '\\': i += inString; break;
        case '[':
        case '{':
            if (!inString && ++level > kMostJsonLevels)
                return true;
            break;
        case ']':
        case '}': level -= !inString; break;
        }
    return false;
}

}  // namespace trainyard
