"""Trainyard's optimizers as PyTorch has them: functions of (parameters, settings) that return a torch.optim.Optimizer."""
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


OPTIMIZERS = {
    "sgd": of(torch.optim.SGD, momentum="momentum", nesterov="nesterov", weight_decay="weight_decay"),
    "nadam": of(torch.optim.NAdam, epsilon="eps", weight_decay="weight_decay", momentum_decay="momentum_decay", decoupled_decay="decoupled_weight_decay"),
    "rmsprop": of(torch.optim.RMSprop, alpha="alpha", epsilon="eps", rmsprop_momentum="momentum", weight_decay="weight_decay", centered="centered"),
    "adagrad": of(torch.optim.Adagrad, adagrad_epsilon="eps", weight_decay="weight_decay", rate_decay="lr_decay"),
    "adam": of(torch.optim.Adam, epsilon="eps", weight_decay="weight_decay"),
    "adamw": of(torch.optim.AdamW, epsilon="eps", weight_decay="weight_decay"),
}
