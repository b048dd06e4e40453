"""The networks that are compared: each layer between two dense or convolution layers, so that its gradient shows in theirs, and
each optimizer and each schedule over several steps."""
import dataclasses

import numpy

SGD = {"type": "sgd", "learning_rate": 0.1, "momentum": 0.0, "weight_decay": 0.0}


@dataclasses.dataclass
class Case:
    name: str
    shape: list        # of one sample
    layers: list       # (type, name, settings, names of inputs; none: the layer before)
    steps: int = 1
    optimizer: dict = dataclasses.field(default_factory=lambda: dict(SGD))
    schedule: dict = dataclasses.field(default_factory=lambda: {"type": "constant"})
    steps_per_epoch: int = 1
    rows: int = 5
    tokens: int = 0    # above 0: samples are whole numbers below this
    classes: int = 3   # 0: the targets are numbers
    target_shape: list = dataclasses.field(default_factory=list)  # of class targets: positions; of numbers: the width
    tolerance: float = 2e-5

    def batch(self, random):
        features = (random.integers(0, self.tokens, [self.rows, *self.shape]).astype(numpy.int32) if self.tokens
                    else random.uniform(-1, 1, [self.rows, *self.shape]).astype(numpy.float32))
        size = [self.rows, *self.target_shape]
        targets = random.integers(0, self.classes, size).astype(numpy.int32) if self.classes else random.uniform(-1, 1, size).astype(numpy.float32)
        return features, targets


def images(name, *layers, shape=(6, 5, 4), **more):
    """The layers between a 1x1 convolution and the scores."""
    return Case(name, list(shape), [("conv2d", "before", {"filters": shape[-1], "kernel": [1, 1], "bias": False}, []), *layers, ("flatten", "flat", {}, []),
                                    ("dense", "scores", {"units": 3}, []), ("softmax_cross_entropy", "loss", {}, [])], **more)


def sequences(name, *layers, shape=(7, 4), **more):
    """The layers between a dense layer and the scores."""
    return Case(name, list(shape), [("dense", "before", {"units": shape[-1], "bias": False}, []), *layers, ("flatten", "flat", {}, []),
                                    ("dense", "scores", {"units": 3}, []), ("softmax_cross_entropy", "loss", {}, [])], **more)


def sequence(kind, settings=None, label="", **more):
    return sequences(f"{kind}{' ' + label if label else ''}", (kind, "layer", settings or {}, []), **more)


def loss(kind, settings=None, label="", **more):
    layers = [("dense", "hidden", {"units": 5}, []), ("tanh", "tanh", {}, []), ("dense", "scores", {"units": 3}, []), (kind, "loss", settings or {}, [])]
    return Case(f"{kind}{' ' + label if label else ''}", [6], layers, **more)


NUMBERS = {"classes": 0, "target_shape": [3]}


def one(kind, settings=None, label="", **more):
    return images(f"{kind}{' ' + label if label else ''}", (kind, "layer", settings or {}, []), **more)


HIDDEN = [("dense", "hidden", {"units": 7}, []), ("tanh", "tanh", {}, []), ("dense", "scores", {"units": 3}, []), ("softmax_cross_entropy", "loss", {}, [])]


def optimizer(kind, label="", **settings):
    return Case(f"{kind} {label}".strip(), [9], HIDDEN, steps=5, optimizer={"type": kind, "learning_rate": 0.01, **settings})


def schedule(kind, label="", **settings):
    """Four epochs of three steps each."""
    return Case(f"{kind} schedule {label}".strip(), [9], HIDDEN, steps=12, steps_per_epoch=3, optimizer={**SGD, "learning_rate": 0.5},
                schedule={"type": kind, **settings})


CASES = [
    one("dense", {"units": 6}),
    one("dense", {"units": 6, "bias": False}, "without bias"),
    one("conv2d", {"filters": 6}),
    one("conv2d", {"filters": 6, "kernel": [3, 2], "stride": [2, 1], "padding": "valid"}, "3x2, stride 2x1"),
    one("conv2d", {"filters": 8, "groups": 4, "dilation": [2, 1]}, "4 groups, dilated"),
    one("max_pool2d"),
    one("max_pool2d", {"kernel": [3, 3], "stride": [2, 2], "padding": "same"}, "3x3 same"),
    one("avg_pool2d"),
    one("global_avg_pool"),
    one("batch_norm", tolerance=1e-4),
    one("layer_norm"),
    one("relu"),
    one("leaky_relu", {"slope": 0.2}),
    one("gelu"),
    one("silu"),
    one("tanh"),
    one("sigmoid"),
    one("softmax"),
    one("gelu", {"form": "tanh"}, "by tanh"),
    one("elu", {"alpha": 0.7}),
    one("selu"),
    one("softplus"),
    one("mish"),
    one("hard_swish"),
    one("hard_sigmoid"),
    one("prelu", {"alpha": 0.25}),
    one("log_softmax"),
    one("rms_norm"),
    one("group_norm", {"groups": 2}),
    one("instance_norm"),
    one("depthwise_conv2d", {"kernel": [3, 3], "multiplier": 2}),
    one("separable_conv2d", {"filters": 6}),
    one("conv_transpose2d", {"filters": 3, "padding": "explicit", "padding_size": [1, 1], "output_padding": [1, 0]}),
    one("global_max_pool"),
    one("upsample"),
    one("upsample", {"factor": [3, 2], "method": "bilinear"}, "bilinear, 3x2"),
    one("permute", {"order": [3, 1, 2]}),
    one("slice", {"axis": 0, "begin": 1, "length": 3}),
    one("split", {"axis": 2, "parts": 2, "part": 2}),
    one("pad", {"axis": 1, "before": 2, "after": 1, "value": 0.5}),
    one("pad", {"axis": 0, "before": 2, "after": 3, "mode": "reflect"}, "mirrored"),
    one("pad", {"axis": 2, "before": 0, "after": 2, "mode": "replicate"}, "repeated"),
    one("pad2d", {"top": 1, "bottom": 2, "left": 0, "right": 3, "value": 0.5}),
    one("pad2d", {"top": 3, "bottom": 1, "left": 2, "right": 4, "mode": "reflect"}, "mirrored"),
    one("pad2d", {"top": 0, "bottom": 2, "left": 3, "right": 1, "mode": "replicate"}, "repeated"),
    one("adaptive_avg_pool2d"),
    one("adaptive_avg_pool2d", {"size": [4, 3]}, "to 4x3"),
    one("adaptive_avg_pool2d", {"size": [9, 2]}, "to 9x2"),
    one("adaptive_max_pool2d", {"size": [4, 3]}, "to 4x3"),
    one("adaptive_max_pool2d", {"size": [7, 5]}, "to 7x5"),
    sequence("adaptive_avg_pool1d", {"length": 3}),
    sequence("adaptive_max_pool1d", {"length": 4}),
    images("expand", ("reduce_mean", "rows", {"axis": 0, "keep": True}, ["before"]), ("expand", "back", {"shape": [6, 5, 4]}, []),
           ("multiply", "product", {}, ["before", "back"])),
    sequences("matmul", ("tanh", "other", {}, ["before"]), ("matmul", "products", {"transpose_second": True}, ["before", "other"]),
              ("softmax", "weights", {}, []), ("matmul", "sums", {}, ["weights", "other"])),
    images("matmul, both transposed", ("tanh", "other", {}, ["before"]), ("permute", "turned", {"order": [1, 3, 2]}, ["other"]),
           ("matmul", "products", {"transpose_first": True, "transpose_second": True}, ["before", "turned"])),
    one("reduce_mean", {"axis": 1}),
    one("reduce_sum", {"axis": 0}),
    one("reduce_max", {"axis": 2}),
    sequence("conv1d", {"filters": 5}),
    sequence("conv1d", {"filters": 5, "padding": "causal", "dilation": 2, "kernel": 2}, "causal, dilated"),
    sequence("max_pool1d"),
    sequence("avg_pool1d", {"kernel": 3, "stride": 1}),
    sequence("conv3d", {"filters": 3, "kernel": [3, 2, 3]}, shape=(3, 4, 5, 2)),
    sequence("max_pool3d", {"kernel": [2, 2, 2], "stride": [1, 2, 2]}, shape=(3, 4, 5, 2)),
    sequence("avg_pool3d", {"kernel": [2, 2, 2], "stride": [1, 2, 2]}, shape=(3, 4, 5, 2)),
    sequence("lstm", {"units": 5}, tolerance=2e-4),  # whose weights hardly move in one step
    sequence("lstm", {"units": 5, "layers": 2, "bidirectional": True, "output": "all"}, "2 layers, both directions, all states", tolerance=2e-4),
    sequence("gru", {"units": 5}),
    sequence("gru", {"units": 5, "layers": 2, "bidirectional": True, "output": "all"}, "2 layers, both directions, all states"),
    sequence("positional_embedding"),
    # Without bias: the gradient of the keys' is nothing but rounding.
    sequence("multi_head_attention", {"heads": 2, "bias": False}, shape=(7, 8)),
    sequence("multi_head_attention", {"heads": 4, "key_heads": 2, "causal": True, "rotary": True, "bias": False}, "causal, rotary, grouped", shape=(7, 16)),
    sequences("multi_head_attention across", ("tanh", "other", {}, ["before"]), ("multi_head_attention", "layer", {"heads": 2, "bias": False}, ["before", "other"]), shape=(7, 8)),
    Case("embedding, a class for each position", [7], [("embedding", "table", {"tokens": 11, "width": 6}, []), ("dense", "scores", {"units": 3}, []),
                                                       ("softmax_cross_entropy", "loss", {}, [])], tokens=11, target_shape=[7], tolerance=2e-4),
    images("subtract and maximum", ("tanh", "a", {}, ["before"]), ("sigmoid", "b", {}, ["before"]), ("subtract", "difference", {}, ["a", "b"]),
           ("maximum", "larger", {}, ["difference", "b"])),
    loss("softmax_cross_entropy", {"label_smoothing": 0.1}, "with label smoothing"),
    loss("softmax_cross_entropy", {"ignore_index": 1}, "without class 1"),
    loss("mean_absolute_error", **NUMBERS),
    loss("huber", {"delta": 0.3}, **NUMBERS),
    loss("binary_cross_entropy", {"positive_weight": 2.0}),
    loss("kl_divergence"),
    loss("focal"),
    loss("cosine_similarity", **NUMBERS),
    one("reshape", {"shape": [3, 10, 4]}),
    images("add, multiply and concat", ("tanh", "a", {}, ["before"]), ("sigmoid", "b", {}, ["before"]), ("add", "sum", {}, ["a", "b"]),
           ("multiply", "product", {}, ["a", "b"]), ("concat", "joined", {}, ["sum", "product"])),
    Case("mean_squared_error", [6], [("dense", "scores", {"units": 4}, []), ("mean_squared_error", "loss", {}, [])], classes=0, target_shape=[4]),
    optimizer("sgd", momentum=0.0, weight_decay=0.01),
    optimizer("sgd", "with momentum", momentum=0.9, weight_decay=0.0),
    optimizer("sgd", "with Nesterov momentum", momentum=0.9, nesterov=True, weight_decay=0.01),
    optimizer("nadam", weight_decay=0.01, beta1=0.8, beta2=0.99, epsilon=1e-6, momentum_decay=0.01),
    optimizer("rmsprop", weight_decay=0.01, alpha=0.9, epsilon=1e-6, rmsprop_momentum=0.5, centered=True),
    optimizer("adagrad", weight_decay=0.01, adagrad_epsilon=1e-8, rate_decay=0.1),
    optimizer("adam", weight_decay=0.01, beta1=0.8, beta2=0.99, epsilon=1e-6),
    optimizer("adamw", weight_decay=0.1),
    optimizer("lion", weight_decay=0.1, beta1=0.8, lion_beta2=0.95),
    optimizer("lamb", weight_decay=0.1, beta1=0.8, beta2=0.99),
    optimizer("muon", weight_decay=0.1, muon_momentum=0.8),
    optimizer("muon", "without Nesterov", weight_decay=0.1, muon_nesterov=False, muon_iterations=3),
    schedule("step", every=2, gamma=0.3),
    schedule("step", "by steps", every=4, gamma=0.3, unit="steps"),
    schedule("multi_step", milestones=[1, 3], gamma=0.4),
    schedule("exponential", gamma=0.7),
    schedule("polynomial", power=0.9),
    schedule("polynomial", "over two epochs", power=2.0, over_epochs=2),
    schedule("cosine", minimum=0.01),
    schedule("cosine", "with restarts", minimum=0.01, cycle_epochs=1, cycle_growth=2),
    schedule("cosine", "after a warm-up", warmup=4, warmup_from=0.1),
    schedule("one_cycle", start_divisor=10.0, end_divisor=100.0),
    schedule("one_cycle", "linear", rising_share=0.5, shape="linear"),
    # Hardly any of its losses is half of the one before.
    schedule("reduce_on_plateau", patience=1, gamma=0.2, threshold=0.5),
]
