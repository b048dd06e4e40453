"""Trainyard's schedules as torch.optim.lr_scheduler has them."""
from torch.optim import lr_scheduler


class Schedule:
    """The scheduler of a run, told of every step that is done. every: of how many steps it hears; follows: of the loss as well."""

    def __init__(self, scheduler, every=1, follows=False):
        self.scheduler, self.every, self.follows = scheduler, every, follows

    def done(self, steps, total, loss):
        if self.scheduler and steps % self.every == 0 and steps < total:
            self.scheduler.step(loss) if self.follows else self.scheduler.step()


def schedule(optimizer, settings, steps_per_epoch, total):
    kind, warmup = settings["type"], settings.get("warmup", 0)
    by_epoch = 1 if settings.get("unit") == "steps" else steps_per_epoch
    if kind == "constant":
        return Schedule(None)
    if kind == "step":
        return Schedule(lr_scheduler.StepLR(optimizer, settings["every"], settings["gamma"]), by_epoch)
    if kind == "multi_step":
        return Schedule(lr_scheduler.MultiStepLR(optimizer, settings["milestones"], settings["gamma"]), by_epoch)
    if kind == "exponential":
        return Schedule(lr_scheduler.ExponentialLR(optimizer, settings["gamma"]), by_epoch)
    if kind == "polynomial":
        over = settings.get("over_epochs", 0) * steps_per_epoch or total
        return Schedule(lr_scheduler.PolynomialLR(optimizer, over, settings["power"]))
    if kind == "one_cycle":
        anneal = "linear" if settings.get("shape") == "linear" else "cos"
        return Schedule(lr_scheduler.OneCycleLR(optimizer, optimizer.param_groups[0]["lr"], total, pct_start=settings.get("rising_share", 0.3),
                                                div_factor=settings.get("start_divisor", 25.0), final_div_factor=settings.get("end_divisor", 1e4),
                                                anneal_strategy=anneal, cycle_momentum=False))
    if kind == "reduce_on_plateau":
        return Schedule(lr_scheduler.ReduceLROnPlateau(optimizer, factor=settings["gamma"], patience=settings["patience"], threshold=settings["threshold"]),
                        steps_per_epoch, True)
    lowest, cycle = settings.get("minimum", 0.0), settings.get("cycle_epochs", 0) * steps_per_epoch
    if cycle:
        return Schedule(lr_scheduler.CosineAnnealingWarmRestarts(optimizer, cycle, settings.get("cycle_growth", 1), lowest))
    cosine = lr_scheduler.CosineAnnealingLR(optimizer, total - warmup, lowest)
    if not warmup:
        return Schedule(cosine)
    rising = lr_scheduler.LinearLR(optimizer, settings["warmup_from"], 1.0, warmup)
    return Schedule(lr_scheduler.SequentialLR(optimizer, [rising, cosine], [warmup]))
