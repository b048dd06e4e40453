#include "engine/optim/optimizer_state.h"

namespace trainyard {

ValueId addOptimizerState(OpBuilder &builder, ValueId parameter, const char *what)
{
    // Copied: adding a value moves the list the parameter's name and type lie in.
    const TensorType type = builder.value(parameter).type;
    std::string name = fmt::format("optimizer/{}/{}", builder.value(parameter).name, what);
    return builder.addValue(type, Role::OptimizerState, std::move(name));
}

}  // namespace trainyard
