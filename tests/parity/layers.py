"""What each layer type computes, in PyTorch: functions of (settings, parameters by short name, inputs) on samples of
height x width x channels or length x channels, channels last, as Trainyard has them. parity.py trains networks of these."""
import torch
from torch.nn import functional as F


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


def pair(settings, key, default):
    value = settings.get(key, default)
    return tuple(value)


def same_padding(size, kernel, stride, dilation):
    """Pixels before and after, so that the output has ceil(size / stride) of them; the odd one comes last."""
    extent = (kernel - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2


def padded(x, settings, kernel, stride, dilation, value=0.0):
    """x, channels first, with the explicit zeros that the setting `padding` asks for."""
    mode = settings.get("padding", "valid")
    if mode == "valid":
        return x
    if mode == "explicit":
        height, width = pair(settings, "padding_size", (1, 1))
        sides = [(height, height), (width, width)]
    else:
        sides = [same_padding(size, k, s, d) for size, k, s, d in zip(x.shape[2:], kernel, stride, dilation)]
    (top, bottom), (left, right) = sides
    return F.pad(x, (left, right, top, bottom), value=value)


def dense(settings, parameters, inputs):
    y = inputs[0] @ parameters["weights"]
    return y + parameters["bias"] if "bias" in parameters else y


def conv2d(settings, parameters, inputs):
    settings = {"padding": "same", **settings}
    weights = parameters["weights"].permute(3, 2, 0, 1)
    kernel, stride, dilation = weights.shape[2:], pair(settings, "stride", (1, 1)), pair(settings, "dilation", (1, 1))
    x = padded(channels_first(inputs[0]), settings, kernel, stride, dilation)
    return channels_last(F.conv2d(x, weights, parameters.get("bias"), stride, 0, dilation, settings.get("groups", 1)))


def max_pool2d(settings, parameters, inputs):
    kernel, stride = pair(settings, "kernel", (2, 2)), pair(settings, "stride", (2, 2))
    x = padded(channels_first(inputs[0]), settings, kernel, stride, (1, 1), float("-inf"))
    return channels_last(F.max_pool2d(x, kernel, stride))


def avg_pool2d(settings, parameters, inputs):
    return channels_last(F.avg_pool2d(channels_first(inputs[0]), pair(settings, "kernel", (2, 2)), pair(settings, "stride", (2, 2))))


def batch_norm(settings, parameters, inputs, training):
    y = F.batch_norm(channels_first(inputs[0]), parameters["running_mean"], parameters["running_variance"], parameters["gamma"],
                     parameters["beta"], training, settings.get("momentum", 0.1), settings.get("epsilon", 1e-5))
    return channels_last(y)


def layer_norm(settings, parameters, inputs):
    return F.layer_norm(inputs[0], inputs[0].shape[-1:], parameters["gamma"], parameters["beta"], settings.get("epsilon", 1e-5))


def conv1d(settings, parameters, inputs):
    """A convolution over an image of width 1, as Trainyard has it."""
    kernel, stride, dilation = parameters["weights"].shape[0], settings.get("stride", 1), settings.get("dilation", 1)
    reach = (kernel - 1) * dilation + 1
    sides = {"valid": (0, 0), "causal": (reach - 1, 0)}.get(settings.get("padding", "same")) or same_padding(inputs[0].shape[1], kernel, stride, dilation)
    x = F.pad(channels_first(inputs[0]), sides)
    return channels_last(F.conv1d(x, parameters["weights"][:, 0].permute(2, 1, 0), parameters.get("bias"), stride, 0, dilation, settings.get("groups", 1)))


def conv3d(settings, parameters, inputs):
    weights = parameters["weights"].permute(4, 3, 0, 1, 2)
    stride = settings.get("stride", [1, 1, 1])
    sides = [same_padding(size, kernel, step, 1) for size, kernel, step in zip(inputs[0].shape[1:4], weights.shape[2:], stride)]
    x = F.pad(channels_first(inputs[0]), [side for pair_ in reversed(sides) for side in pair_])
    return channels_last(F.conv3d(x, weights, parameters.get("bias"), stride, groups=settings.get("groups", 1)))


def depthwise_conv2d(settings, parameters, inputs):
    return conv2d({**settings, "groups": inputs[0].shape[-1]}, parameters, inputs)


def separable_conv2d(settings, parameters, inputs):
    patterns = depthwise_conv2d(settings, {"weights": parameters["depthwise_weights"]}, inputs)
    return conv2d({}, {"weights": parameters["pointwise_weights"], "bias": parameters["bias"]}, [patterns])


def conv_transpose2d(settings, parameters, inputs):
    """padding: explicit, as PyTorch's own."""
    y = F.conv_transpose2d(channels_first(inputs[0]), parameters["weights"].permute(3, 2, 0, 1), parameters.get("bias"), pair(settings, "stride", (2, 2)),
                           pair(settings, "padding_size", (1, 1)), pair(settings, "output_padding", (0, 0)), 1, pair(settings, "dilation", (1, 1)))
    return channels_last(y)


def sequence_pool(function):
    return lambda settings, parameters, inputs: channels_last(function(channels_first(inputs[0]), settings.get("kernel", 2), settings.get("stride", 2)))


def rms_norm(settings, parameters, inputs):
    return F.rms_norm(inputs[0], inputs[0].shape[-1:], parameters["gamma"], settings.get("epsilon", 1e-6))


def group_norm(settings, parameters, inputs):
    groups = settings.get("groups", inputs[0].shape[-1])
    return channels_last(F.group_norm(channels_first(inputs[0]), groups, parameters["gamma"], parameters["beta"], settings.get("epsilon", 1e-5)))


def embedding(settings, parameters, inputs):
    return F.embedding(inputs[0], parameters["weights"])


def rotated(x, base):
    """Su et al. 2021, pairs half a head apart; x is [batch, heads, positions, size]."""
    half = x.shape[-1] // 2
    angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * base ** (-torch.arange(half, dtype=x.dtype) / half)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * angle.cos() - second * angle.sin(), second * angle.cos() + first * angle.sin()], -1)


def multi_head_attention(settings, parameters, inputs):
    x, source = inputs[0], inputs[1] if len(inputs) > 1 else inputs[0]
    heads = settings.get("heads", 4)
    key_heads = settings.get("key_heads", 0) or heads

    def projected(name, value, count):
        y = value @ parameters[name + "/weights"] + parameters.get(name + "/bias", 0)
        return y.unflatten(-1, (count, -1)).transpose(1, 2)

    q, k, v = projected("query", x, heads), projected("key", source, key_heads), projected("value", source, key_heads)
    if settings.get("rotary", False):
        q, k = rotated(q, settings.get("rotary_base", 10000.0)), rotated(k, settings.get("rotary_base", 10000.0))
    k, v = (value.repeat_interleave(heads // key_heads, 1) for value in (k, v))
    y = F.scaled_dot_product_attention(q, k, v, is_causal=settings.get("causal", False))
    return y.transpose(1, 2).flatten(2) @ parameters["output/weights"] + parameters.get("output/bias", 0)


def recurrent(kind):
    """PyTorch's own layer with these weights. It has two biases; the input's is ours and the recurrent one nothing, but for the
    GRU's third part."""
    gates = 4 if kind is torch.nn.LSTM else 3

    def run(settings, parameters, inputs):
        units, layers, both = settings["units"], settings.get("layers", 1), settings.get("bidirectional", False)
        network = kind(inputs[0].shape[-1], units, layers, batch_first=True, bidirectional=both).double()
        replaced = {}
        for layer in range(layers):
            for suffix, theirs in (("", ""), ("_reverse", "_reverse"))[:2 if both else 1]:
                own = f"layer{layer + 1}{suffix}"
                zeros = torch.zeros(gates * units, dtype=torch.float64)
                recurrent_bias = parameters.get(f"{own}/recurrent_bias")
                replaced[f"weight_ih_l{layer}{theirs}"] = parameters[f"{own}/input_weights"].T
                replaced[f"weight_hh_l{layer}{theirs}"] = parameters[f"{own}/recurrent_weights"].T
                replaced[f"bias_ih_l{layer}{theirs}"] = parameters[f"{own}/bias"]
                replaced[f"bias_hh_l{layer}{theirs}"] = zeros if recurrent_bias is None else torch.cat([zeros[:2 * units], recurrent_bias])
        states, last = torch.func.functional_call(network, replaced, (inputs[0],))
        if settings.get("output", "last") == "all":
            return states
        last = last[0] if kind is torch.nn.LSTM else last
        return torch.cat([last[-2], last[-1]], -1) if both else last[-1]
    return run


def upsample(settings, parameters, inputs):
    factor = pair(settings, "factor", (2, 2))
    bilinear = settings.get("method", "nearest") == "bilinear"
    keywords = {"mode": "bilinear", "align_corners": False} if bilinear else {"mode": "nearest"}
    return channels_last(F.interpolate(channels_first(inputs[0]), scale_factor=tuple(float(f) for f in factor), **keywords))


def adaptive_image_pool(function):
    return lambda settings, parameters, inputs: channels_last(function(channels_first(inputs[0]), pair(settings, "size", (1, 1))))


def adaptive_sequence_pool(function):
    return lambda settings, parameters, inputs: channels_last(function(channels_first(inputs[0]), settings.get("length", 1)))


def border(x, sides, settings):
    """x, channels first, with a border: left and right, then top and bottom, as F.pad counts them."""
    mode = settings.get("mode", "constant")
    return F.pad(x, sides, value=settings.get("value", 0.0)) if mode == "constant" else F.pad(x, sides, mode=mode)


def pad(settings, parameters, inputs):
    """F.pad mirrors and repeats the last axis of a tensor of three."""
    x = inputs[0].movedim(settings["axis"] + 1, -1)
    y = border(x.flatten(1, -2), (settings["before"], settings["after"]), settings)
    return y.reshape(*x.shape[:-1], -1).movedim(-1, settings["axis"] + 1)


def pad2d(settings, parameters, inputs):
    sides = tuple(settings.get(side, 1) for side in ("left", "right", "top", "bottom"))
    return channels_last(border(channels_first(inputs[0]), sides, settings))


def matmul(settings, parameters, inputs):
    left, right = inputs
    return (left.mT if settings.get("transpose_first", False) else left) @ (right.mT if settings.get("transpose_second", False) else right)


def reduced(function):
    return lambda settings, parameters, inputs: function(inputs[0], settings.get("axis", 0) + 1, keepdim=settings.get("keep", False))


def elementwise(function):
    return lambda settings, parameters, inputs: function(*inputs)


def merged(function):
    def merge(settings, parameters, inputs):
        result = inputs[0]
        for x in inputs[1:]:
            result = function(result, x)
        return result
    return merge


LAYERS = {
    "dense": dense,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool": elementwise(lambda x: x.flatten(1, -2).mean(1)),
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "relu": elementwise(F.relu),
    "leaky_relu": lambda settings, parameters, inputs: F.leaky_relu(inputs[0], settings.get("slope", 0.01)),
    "gelu": lambda settings, parameters, inputs: F.gelu(inputs[0], approximate="tanh" if settings.get("form") == "tanh" else "none"),
    "silu": elementwise(F.silu),
    "tanh": elementwise(torch.tanh),
    "sigmoid": elementwise(torch.sigmoid),
    "softmax": elementwise(lambda x: F.softmax(x, -1)),
    "flatten": elementwise(lambda x: x.flatten(1)),
    "reshape": lambda settings, parameters, inputs: inputs[0].reshape(inputs[0].shape[0], *settings["shape"]),
    "conv1d": conv1d,
    "conv3d": conv3d,
    "depthwise_conv2d": depthwise_conv2d,
    "separable_conv2d": separable_conv2d,
    "conv_transpose2d": conv_transpose2d,
    "max_pool1d": sequence_pool(F.max_pool1d),
    "avg_pool1d": sequence_pool(F.avg_pool1d),
    "max_pool3d": lambda settings, parameters, inputs: channels_last(F.max_pool3d(channels_first(inputs[0]), settings["kernel"], settings["stride"])),
    "avg_pool3d": lambda settings, parameters, inputs: channels_last(F.avg_pool3d(channels_first(inputs[0]), settings["kernel"], settings["stride"])),
    "global_max_pool": elementwise(lambda x: x.flatten(1, -2).amax(1)),
    "rms_norm": rms_norm,
    "group_norm": group_norm,
    "instance_norm": group_norm,
    "elu": lambda settings, parameters, inputs: F.elu(inputs[0], settings.get("alpha", 1.0)),
    "selu": elementwise(F.selu),
    "softplus": elementwise(F.softplus),
    "mish": elementwise(F.mish),
    "hard_swish": elementwise(F.hardswish),
    "hard_sigmoid": elementwise(F.hardsigmoid),
    "prelu": lambda settings, parameters, inputs: channels_last(F.prelu(channels_first(inputs[0]), parameters["alpha"])),
    "log_softmax": elementwise(lambda x: F.log_softmax(x, -1)),
    "embedding": embedding,
    "positional_embedding": lambda settings, parameters, inputs: inputs[0] + parameters["positions"],
    "multi_head_attention": multi_head_attention,
    "lstm": recurrent(torch.nn.LSTM),
    "gru": recurrent(torch.nn.GRU),
    "permute": lambda settings, parameters, inputs: inputs[0].permute(0, *settings["order"]),
    "slice": lambda settings, parameters, inputs: inputs[0].narrow(settings["axis"] + 1, settings["begin"], settings["length"]),
    "split": lambda settings, parameters, inputs: inputs[0].chunk(settings["parts"], settings["axis"] + 1)[settings["part"] - 1],
    "pad": pad,
    "pad2d": pad2d,
    "expand": lambda settings, parameters, inputs: inputs[0].expand(-1, *settings["shape"]),
    "matmul": matmul,
    "adaptive_avg_pool2d": adaptive_image_pool(F.adaptive_avg_pool2d),
    "adaptive_max_pool2d": adaptive_image_pool(F.adaptive_max_pool2d),
    "adaptive_avg_pool1d": adaptive_sequence_pool(F.adaptive_avg_pool1d),
    "adaptive_max_pool1d": adaptive_sequence_pool(F.adaptive_max_pool1d),
    "upsample": upsample,
    "reduce_mean": reduced(torch.mean),
    "reduce_sum": reduced(torch.sum),
    "reduce_max": reduced(torch.amax),
    "subtract": merged(torch.sub),
    "maximum": merged(torch.maximum),
    "add": merged(torch.add),
    "multiply": merged(torch.mul),
    "concat": lambda settings, parameters, inputs: torch.cat(inputs, -1),
}


def one_hot(y, targets):
    return F.one_hot(targets.long(), y.shape[-1]).double() if not targets.is_floating_point() else targets


def softmax_cross_entropy(settings, y, t):
    return F.cross_entropy(y.flatten(0, -2), t.flatten().long(), label_smoothing=settings.get("label_smoothing", 0.0),
                           ignore_index=settings.get("ignore_index", -1))


def focal(settings, y, t):
    """Lin et al. 2017, of several classes."""
    likelihood = (F.log_softmax(y, -1) * one_hot(y, t)).sum(-1)
    return (settings.get("alpha", 0.25) * (1 - likelihood.exp()) ** settings.get("gamma", 2.0) * -likelihood).mean()


# Of predictions and targets.
LOSSES = {
    "softmax_cross_entropy": softmax_cross_entropy,
    "mean_squared_error": lambda settings, y, t: F.mse_loss(y, t),
    "mean_absolute_error": lambda settings, y, t: F.l1_loss(y, t),
    "huber": lambda settings, y, t: F.huber_loss(y, t, delta=settings.get("delta", 1.0)),
    "binary_cross_entropy": lambda settings, y, t: F.binary_cross_entropy_with_logits(
        y, one_hot(y, t), pos_weight=torch.tensor(settings.get("positive_weight", 1.0), dtype=torch.float64)),
    "kl_divergence": lambda settings, y, t: F.kl_div(F.log_softmax(y, -1), one_hot(y, t), reduction="batchmean"),
    "cosine_similarity": lambda settings, y, t: (1 - F.cosine_similarity(y, t, -1)).mean(),
    "focal": focal,
}
