"""Trainyard's optimizers as PyTorch has them, or as their papers write them: functions of (parameters, settings) that return a
torch.optim.Optimizer."""
import torch


def of(kind, **names):
    """names: PyTorch's keyword for each of Trainyard's keys that matters."""
    def make(parameters, settings):
        keywords = {theirs: settings[ours] for ours, theirs in names.items() if ours in settings}
        betas = tuple(settings[key] for key in ("beta1", "beta2") if key in settings)
        if betas and kind is not torch.optim.SGD:
            keywords["betas"] = betas
        return kind(parameters, lr=settings["learning_rate"], **keywords)
    return make


class Rule(torch.optim.Optimizer):
    """A rule for one tensor: update(w, g, state, settings, t), t counting from 1."""

    def __init__(self, parameters, settings, update):
        super().__init__(parameters, {"lr": settings["learning_rate"]})
        self.settings, self.update, self.steps = settings, update, 0

    @torch.no_grad()
    def step(self):
        self.steps += 1
        for group in self.param_groups:
            for w in group["params"]:
                self.update(w, w.grad, self.state[w], {**self.settings, "learning_rate": group["lr"]}, self.steps)


def lion(w, g, state, settings, t):
    """Chen et al. 2023, algorithm 2."""
    rate, beta1, beta2 = settings["learning_rate"], settings.get("beta1", 0.9), settings.get("lion_beta2", 0.99)
    m = state.setdefault("m", torch.zeros_like(w))
    direction = (beta1 * m + (1 - beta1) * g).sign()
    state["m"] = beta2 * m + (1 - beta2) * g
    w -= rate * (direction + settings["weight_decay"] * w)


def lamb(w, g, state, settings, t):
    """You et al. 2020, algorithm 2, with phi the identity."""
    beta1, beta2 = settings.get("beta1", 0.9), settings.get("beta2", 0.999)
    m = state["m"] = beta1 * state.get("m", torch.zeros_like(w)) + (1 - beta1) * g
    v = state["v"] = beta2 * state.get("v", torch.zeros_like(w)) + (1 - beta2) * g * g
    r = m / (1 - beta1 ** t) / ((v / (1 - beta2 ** t)).sqrt() + settings.get("lamb_epsilon", 1e-6)) + settings["weight_decay"] * w
    sizes = w.norm(), r.norm()
    w -= settings["learning_rate"] * (sizes[0] / sizes[1] if min(sizes) > 0 else 1) * r


class Several:
    """Each has its own parameters."""

    def __init__(self, *optimizers):
        self.optimizers = optimizers

    def zero_grad(self):
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()


def orthogonalized(g, coefficients, steps, eps):
    """Jordan's iteration in the gradient's own precision. PyTorch's is in bfloat16, whose rounding errors every step multiplies by 3.4."""
    a, b, c = coefficients
    x = (g.T if g.shape[0] > g.shape[1] else g) / g.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if g.shape[0] > g.shape[1] else x


def muon(parameters, settings):
    """The matrices between others; the last one and what has one axis go by AdamW."""
    matrices = [value for value in parameters if value.ndim == 2][:-1]
    others = [value for value in parameters if not any(value is matrix for matrix in matrices)]
    hidden = torch.optim.Muon(matrices, lr=settings["learning_rate"], weight_decay=settings["weight_decay"], momentum=settings.get("muon_momentum", 0.95),
                              nesterov=settings.get("muon_nesterov", True), ns_steps=settings.get("muon_iterations", 5), adjust_lr_fn="match_rms_adamw")
    return Several(hidden, torch.optim.AdamW(others, lr=settings["learning_rate"], weight_decay=settings["weight_decay"]))


OPTIMIZERS = {
    "sgd": of(torch.optim.SGD, momentum="momentum", nesterov="nesterov", weight_decay="weight_decay"),
    "nadam": of(torch.optim.NAdam, epsilon="eps", weight_decay="weight_decay", momentum_decay="momentum_decay", decoupled_decay="decoupled_weight_decay"),
    "rmsprop": of(torch.optim.RMSprop, alpha="alpha", epsilon="eps", rmsprop_momentum="momentum", weight_decay="weight_decay", centered="centered"),
    "adagrad": of(torch.optim.Adagrad, adagrad_epsilon="eps", weight_decay="weight_decay", rate_decay="lr_decay"),
    "adam": of(torch.optim.Adam, epsilon="eps", weight_decay="weight_decay"),
    "adamw": of(torch.optim.AdamW, epsilon="eps", weight_decay="weight_decay"),
    "lion": lambda parameters, settings: Rule(parameters, settings, lion),
    "lamb": lambda parameters, settings: Rule(parameters, settings, lamb),
}
if hasattr(torch.optim, "Muon"):  # since PyTorch 2.9
    torch.optim._muon._zeropower_via_newtonschulz = orthogonalized
    OPTIMIZERS["muon"] = muon
