"""Modules, containers, hooks, state and nn.utils: the same small programs under both libraries."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.parity

import tensorlite as tl  # noqa: E402
import tensorlite.nn.utils  # noqa: E402
from tests.parity.layers import draw  # noqa: E402


def numbers(value: Any) -> Any:
    """What can be compared: lists of rounded numbers for tensors, names of errors for errors."""
    if isinstance(value, (torch.Tensor, tl.Tensor)):
        return np.round(value.detach().numpy().astype(float), 5).tolist()
    if isinstance(value, dict):
        return {k: numbers(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [numbers(v) for v in value]
    return value


def tried(action: Callable[[], Any]) -> Any:
    """The result, or which built-in kind of error it was."""
    try:
        return action()
    except Exception as error:
        kinds = (AttributeError, KeyError, IndexError, TypeError, NotImplementedError)
        kinds += (ValueError, RuntimeError)
        return next((kind.__name__ for kind in kinds if isinstance(error, kind)), "Exception")


def net(lib: Any) -> Any:
    class Block(lib.nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.fc = lib.nn.Linear(width, width)
            self.act = lib.nn.ReLU()
            self.shortcut = None
            self.register_buffer("scale", lib.ones(width))
            self.register_buffer("hidden", lib.zeros(1), persistent=False)
            self.register_buffer("nothing", None)
            self.register_parameter("absent", None)

        def forward(self, x: Any, gain: float = 1.0) -> Any:
            return self.act(self.fc(x)) * self.scale * gain

        def extra_repr(self) -> str:
            return "a block"

    class Net(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = lib.nn.Linear(3, 2)
            self.body = lib.nn.Sequential(Block(2), Block(2))
            self.extra = lib.nn.ModuleDict({"a": lib.nn.Tanh(), "b": lib.nn.Identity()})
            self.list = lib.nn.ModuleList([lib.nn.ReLU(), lib.nn.ReLU(), lib.nn.Tanh()])
            self.tied = self.stem
            self.free = lib.nn.Parameter(lib.ones(2))

        def forward(self, x: Any) -> Any:
            return self.body(self.stem(x)) + self.free

    made = Net()
    for i, p in enumerate(made.parameters()):
        p.data.copy_(lib.tensor(draw(*p.shape, seed=i, dtype="float32")))
    return made


def programs(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    PROGRAMS.append(function)
    return function


PROGRAMS: list[Callable[[Any], Any]] = []


@programs
def names(lib: Any) -> Any:
    m = net(lib)
    return [
        [n for n, _ in m.named_parameters()],
        [n for n, _ in m.named_parameters(prefix="x", recurse=False)],
        [n for n, _ in m.named_parameters(remove_duplicate=False)],
        [n for n, _ in m.named_buffers()],
        [n for n, _ in m.body[0].named_buffers(prefix="p")],
        [n for n, _ in m.named_modules()],
        [n for n, _ in m.named_modules(prefix="top", remove_duplicate=False)],
        [n for n, _ in m.named_children()],
        [type(c).__name__ for c in m.modules()],
        list(m.state_dict()),
        list(m.state_dict(prefix="net.")),
        list(m._modules),
        list(m._parameters),
        list(m.body[0]._buffers),
        "stem" in m._modules,
        len(list(m.children())),
    ]


@programs
def printing(lib: Any) -> Any:
    m = net(lib)
    m.list.append(lib.nn.Sequential(lib.nn.Linear(1, 1)))
    m.list.extend([lib.nn.Sequential(lib.nn.Linear(1, 1)), lib.nn.ReLU(inplace=True)])
    m.gone = m.stem
    m.gone = None
    lists = lib.nn.ModuleList(), lib.nn.Sequential(), lib.nn.ModuleDict()
    return [repr(m), str(m.body), *map(repr, lists)]


@programs
def assignment(lib: Any) -> Any:
    m = net(lib)
    m.late = None
    out = [
        tried(lambda: setattr(m.stem, "weight", lib.ones(2, 3))),
        tried(lambda: setattr(m.stem, "weight", 3)),
        tried(lambda: setattr(m, "stem", 3)),
        tried(lambda: setattr(m.body[0], "scale", 3)),
        tried(lambda: setattr(m.body[0], "scale", lib.zeros(2))),
        tried(lambda: setattr(m.body[0], "nothing", lib.zeros(2))),
        tried(lambda: setattr(m.stem, "bias", None)),
        tried(lambda: m.register_parameter("a.b", None)),
        tried(lambda: m.register_parameter("", None)),
        tried(lambda: m.register_parameter("stem", None)),
        tried(lambda: m.register_parameter("new", lib.ones(1))),
        tried(lambda: m.register_buffer("free", lib.ones(1))),
        tried(lambda: m.register_buffer("new", 3)),
        tried(lambda: m.register_buffer("forward", lib.ones(1))),
        tried(lambda: m.add_module("new", 3)),
        tried(lambda: m.add_module("a.b", lib.nn.ReLU())),
        tried(lambda: m.add_module("late", lib.nn.ReLU())),
        tried(lambda: m.nowhere),
        tried(lambda: delattr(m, "nowhere")),
        tried(lambda: delattr(m, "free")),
        tried(lambda: m.free),
    ]
    m.late = lib.nn.Linear(1, 1)
    m.free = lib.nn.Parameter(lib.zeros(1))
    m.list = lib.nn.Parameter(lib.zeros(1))
    m._modules["extra"] = lib.nn.Identity()
    m._modules.pop("tied")
    del m.body
    kept = type(m.extra).__name__, hasattr(m, "tied")
    return [out, kept, list(m.state_dict()), [n for n, _ in m.named_modules()]]


@programs
def without_init(lib: Any) -> Any:
    class Hasty(lib.nn.Module):
        def __init__(self) -> None:
            self.fc = lib.nn.Linear(1, 1)

    class Hidden(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            object.__setattr__(self, "fc", lib.nn.Linear(1, 1))
            self.held = [lib.nn.Linear(1, 1)]

    return [tried(Hasty), len(list(Hidden().parameters())), tried(lambda: Hidden()(1))]


@programs
def looking_up(lib: Any) -> Any:
    m = net(lib)
    return [
        type(m.get_submodule("body.1.fc")).__name__,
        m.get_submodule("") is m,
        m.get_parameter("body.0.fc.bias") is m.body[0].fc.bias,
        m.get_buffer("body.0.scale") is m.body[0].scale,
        tried(lambda: m.get_submodule("body.7")),
        tried(lambda: m.get_submodule("free")),
        tried(lambda: m.get_parameter("body.0.scale")),
        tried(lambda: m.get_buffer("body.0.fc.bias")),
        tried(lambda: m.get_parameter("nowhere.x")),
    ]


@programs
def modes(lib: Any) -> Any:
    m, seen = net(lib), []
    m.apply(lambda module: seen.append(type(module).__name__))
    m.body.eval()
    out = [[mod.training for mod in m.modules()]]
    out.append([mod.training for mod in m.train(False).modules()])
    out.append(tried(lambda: m.train("yes")))
    m.requires_grad_(False)
    out.append([p.requires_grad for p in m.parameters()])
    return [seen, out]


@programs
def overridden_train(lib: Any) -> Any:
    class Stubborn(lib.nn.Linear):
        def train(self, mode: bool = True) -> Any:
            return super().train(False)

    m = lib.nn.Sequential(Stubborn(1, 1), lib.nn.ReLU()).train()
    return [mod.training for mod in m.modules()]


@programs
def gradients(lib: Any) -> Any:
    m = net(lib)
    m(lib.ones(2, 3)).sum().backward()
    out = [p.grad for p in m.parameters()]
    m.zero_grad(set_to_none=False)
    out += [p.grad for p in m.parameters()]
    m.zero_grad()
    return [out, [p.grad is None for p in m.parameters()]]


@programs
def state(lib: Any) -> Any:
    m, other = net(lib), net(lib)
    sd = {k: v * 2 for k, v in m.state_dict().items()}
    out: list[Any] = [tuple(other.load_state_dict(sd)), other.state_dict()]
    short = OrderedDict((k, v) for k, v in sd.items() if "0" not in k)
    short["strange"] = lib.zeros(1)
    out.append(tuple(map(list, other.load_state_dict(short, strict=False))))
    out.append(tried(lambda: other.load_state_dict(short)))
    short["free"] = lib.zeros(7)
    out.append(tried(lambda: other.load_state_dict(short, strict=False)))
    out.append(tried(lambda: other.load_state_dict(3)))
    text = ""
    try:
        other.load_state_dict(short)
    except RuntimeError as error:
        text = str(error)
    words = 'Missing key(s) in state_dict: "body.0.', 'Unexpected key(s) in state_dict: "strange"'
    out.append([word in text for word in (*words, "size mismatch for free")])
    kept = m.state_dict(keep_vars=True)
    out.append([kept["free"] is m.free, m.state_dict()["free"].requires_grad])
    m.state_dict()["free"].zero_()
    return [*out, m.free]


@programs
def assigned_state(lib: Any) -> Any:
    m = lib.nn.Linear(2, 1)
    given = {"weight": lib.zeros(1, 2, dtype=lib.float64), "bias": lib.ones(1, dtype=lib.float64)}
    m.load_state_dict(given, assign=True)
    kind = str(m.weight.dtype).removeprefix("torch.")
    return [kind, m.weight.requires_grad, isinstance(m.weight, lib.nn.Parameter), m.bias]


@programs
def casting(lib: Any) -> Any:
    m = net(lib)
    m(lib.ones(1, 3)).sum().backward()
    before, buffer = m.free, m.body[0].scale
    m.body[0].register_buffer("count", lib.tensor(3))
    out = [
        str(t.dtype).removeprefix("torch.")
        for how in (m.double, m.half, m.float, lambda: m.to(lib.float64))
        for t in [*how().parameters(), *m.buffers(), m.free.grad]
    ]
    out += [m.free is before, m.body[0].scale is buffer, tried(lambda: m.to(lib.int64))]
    return [*out, m.cpu() is m]


@programs
def copying(lib: Any) -> Any:
    m = net(lib)
    m(lib.ones(1, 3)).sum().backward()
    twin = copy.deepcopy(m)
    assert all(p.grad is None for p in twin.parameters())
    twin.stem.weight.data.zero_()
    return [m.stem.weight, twin.tied is twin.stem, twin.tied.weight, repr(twin) == repr(m)]


# --- hooks ----------------------------------------------------------------------------------------


@programs
def forward_hooks(lib: Any) -> Any:
    m, seen = lib.nn.Linear(2, 1, bias=False), []
    m.weight.data.fill_(1.0)
    m.register_forward_pre_hook(lambda mod, args: seen.append(("pre", len(args))))
    m.register_forward_pre_hook(lambda mod, args: args[0] * 2)
    one = m.register_forward_hook(lambda mod, args, out: seen.append(("post", out.item())))
    m.register_forward_hook(lambda mod, args, out: out + 100, prepend=True)
    out = [m(lib.ones(1, 2))]
    one.remove()
    out.append(m(lib.ones(1, 2)))
    with m.register_forward_hook(lambda mod, args, out: out * 0):
        out.append(m(lib.ones(1, 2)))
    out.append(m(lib.ones(1, 2)))
    return [out, seen, len(m._forward_hooks), len(m._forward_pre_hooks)]


@programs
def hooks_with_keywords(lib: Any) -> Any:
    m, seen = net(lib).body[0], []

    def pre(mod: Any, args: Any, kwargs: Any) -> Any:
        return args, {**kwargs, "gain": kwargs["gain"] * 3}

    m.register_forward_pre_hook(pre, with_kwargs=True)
    m.register_forward_hook(lambda mod, a, k, out: seen.append(k), with_kwargs=True)
    return [m(lib.ones(1, 2), gain=2.0), seen]


@programs
def hooks_that_always_run(lib: Any) -> Any:
    m, seen = lib.nn.Linear(2, 1), []
    m.register_forward_hook(lambda *a: seen.append("late"))
    m.register_forward_hook(lambda *a: seen.append("always"), always_call=True)
    return [tried(lambda: m(lib.ones(1, 5))) != "", seen]


@programs
def backward_hooks(lib: Any) -> Any:
    m, seen = net(lib), []

    def note(mod: Any, grad_input: Any, grad_output: Any) -> None:
        seen.append([type(mod).__name__, numbers(grad_input), numbers(grad_output)])

    for module in m.modules():
        if not isinstance(module, (lib.nn.ModuleList, lib.nn.ModuleDict)):
            module.register_full_backward_hook(note)
    x = lib.ones(2, 3, requires_grad=True)
    (m(x) ** 2).sum().backward()
    inner = [x.grad, m.stem.weight.grad]
    m.zero_grad()
    m(lib.ones(2, 3)).sum().backward()  # an input without a gradient
    return [seen, inner, m.stem.weight.grad]


@programs
def backward_hooks_that_change(lib: Any) -> Any:
    class Two(lib.nn.Module):
        def forward(self, a: Any, b: Any, c: Any) -> Any:
            return a * 2, b * 3

    m, seen = Two(), []
    m.register_full_backward_pre_hook(lambda mod, out: tuple(g * 10 for g in out))
    m.register_full_backward_hook(lambda mod, i, o: seen.append([numbers(i), numbers(o)]))
    m.register_full_backward_hook(lambda mod, i, o: tuple(None if g is None else g + 1 for g in i))
    a, b = lib.ones(2, requires_grad=True), lib.ones(2, requires_grad=True)
    x, y = m(a, b, 7)
    (x.sum() + (y * y).sum()).backward()
    bad = Two()
    bad.register_full_backward_hook(lambda mod, i, o: (None,) * 5)
    wrong = tried(lambda: bad(a, b, 7)[0].sum().backward())
    return [a.grad, b.grad, seen, wrong]


@programs
def one_output_unused(lib: Any) -> Any:
    class Two(lib.nn.Module):
        def forward(self, a: Any, b: Any) -> Any:
            return a * 2, b * 3

    m, seen = Two(), []
    m.register_full_backward_hook(
        lambda mod, i, o: seen.append([[g is None or g.tolist() for g in i]])
    )
    a, b = lib.ones(1, requires_grad=True), lib.ones(1, requires_grad=True)
    m(a, b)[1].sum().backward()
    return [b.grad, len(seen)]


@programs
def state_hooks(lib: Any) -> Any:
    m, seen = lib.nn.Sequential(lib.nn.Linear(1, 1)), []
    m[0].register_state_dict_pre_hook(lambda mod, prefix, keep: seen.append(["pre", prefix, keep]))

    def drop(mod: Any, sd: Any, prefix: str, meta: Any) -> None:
        del sd[prefix + "bias"]

    m[0].register_state_dict_post_hook(drop)
    out = [list(m.state_dict())]
    m[0].register_load_state_dict_post_hook(lambda mod, keys: keys.missing_keys.clear())
    m.register_load_state_dict_pre_hook(lambda mod, sd, *rest: sd.pop("odd"))
    given = {"0.weight": lib.zeros(1, 1), "odd": lib.zeros(1)}
    out.append(tuple(map(list, m.load_state_dict(given, strict=False))))
    return [out, seen, list(given)]


# --- containers -----------------------------------------------------------------------------------


@programs
def sequential(lib: Any) -> Any:
    nn = lib.nn
    s = nn.Sequential(OrderedDict([("a", nn.ReLU()), ("b", nn.Tanh()), ("c", nn.Sigmoid())]))
    out = [repr(s[1:]), repr(s[-1]), repr(s + nn.Sequential(nn.ReLU())), len(s), repr(s * 2)]
    out += [tried(lambda: s[3]), tried(lambda: s[-4]), tried(lambda: s * 0), tried(lambda: s * 1.5)]
    s.append(nn.ReLU6())
    s[1] = nn.Identity()
    out.append(repr(s))
    del s[0]
    out.append(repr(s))
    s.insert(1, nn.ELU())
    s.extend([nn.GELU(), nn.SiLU()])
    out += [repr(s), repr(s.pop(0)), repr(s), [type(m).__name__ for m in s]]
    out += [tried(lambda: nn.Sequential(3)), tried(lambda: s.append(3))]
    del s[1:3]
    s += nn.Sequential(nn.ReLU())
    return [*out, repr(s), nn.Sequential()(lib.ones(1))]


@programs
def module_list(lib: Any) -> Any:
    nn = lib.nn
    m = nn.ModuleList([nn.ReLU(), nn.Tanh()])
    m += [nn.Sigmoid()]
    m.insert(0, nn.Identity())
    out = [repr(m), repr(m[1:]), repr(m + [nn.ReLU()]), len(m), m[0] in m, nn.ReLU() in m]
    m[1] = nn.ELU()
    out.append(repr(m.pop(-1)))
    del m[0]
    out += [repr(m), tried(lambda: m(1)), tried(lambda: m[5]), tried(lambda: nn.ModuleList(3))]
    out += [tried(lambda: m.append(3)), tried(lambda: m.__setitem__(0, 3)), dict(m._modules) != {}]
    return out


@programs
def module_dict(lib: Any) -> Any:
    nn = lib.nn
    m = nn.ModuleDict([["x", nn.ReLU()], ["y", nn.Tanh()]])
    m["z"] = nn.Sigmoid()
    m.update({"x": nn.ELU()})
    out = [list(m), list(m.keys()), repr(m), len(m), "x" in m, repr(m.pop("y"))]
    out += [[type(v).__name__ for v in m.values()], [k for k, _ in m.items()]]
    out += [tried(lambda: m["q"]), tried(lambda: m.update(3)), tried(lambda: m.pop("q"))]
    del m["x"]
    m.clear()
    return [*out, len(m)]


@programs
def parameter_list(lib: Any) -> Any:
    nn = lib.nn
    p = nn.ParameterList([lib.ones(2), nn.Parameter(lib.zeros(1, 2))])
    p.append(lib.ones(1))
    p += [lib.zeros(3)]
    p[0] = lib.zeros(5)
    out = [len(p), list(p.state_dict()), p[-1], [isinstance(v, nn.Parameter) for v in p]]
    out += [len(p[1:3]), tried(lambda: p[9]), tried(lambda: p.extend(3))]
    return [*out, [tuple(v.shape) for v in p]]


@programs
def parameter_dict(lib: Any) -> Any:
    nn = lib.nn
    p = nn.ParameterDict({"a": lib.ones(2), "b": lib.zeros(1)})
    p["c"] = nn.Parameter(lib.ones(1))
    out = [list(p), list(p.state_dict()), "a" in p, p.pop("b"), len(p), p.get("q", 3)]
    other = p | {"d": lib.ones(1)}
    out += [list(other), list(reversed(other)), tried(lambda: p["q"]), p.setdefault("a")]
    p.clear()
    return [*out, len(p), [isinstance(v, nn.Parameter) for v in other.values()]]


# --- nn.utils -------------------------------------------------------------------------------------


@programs
def clipping(lib: Any) -> Any:
    out = []
    for norm in (2, 1, 2.0, 3.0, float("inf")):
        m = net(lib)
        m(lib.ones(2, 3)).sum().backward()
        out.append(lib.nn.utils.clip_grad_norm_(m.parameters(), 1.5, norm_type=norm))
        out += [p.grad for p in m.parameters()]
    lib.nn.utils.clip_grad_value_(m.parameters(), 0.1)
    out += [p.grad for p in m.parameters()]
    out.append(lib.nn.utils.get_total_norm([p.grad for p in m.parameters()]))
    out.append(lib.nn.utils.clip_grad_norm_([], 1.0))
    m.free.grad.fill_(float("nan"))
    clip = lib.nn.utils.clip_grad_norm_
    out.append(tried(lambda: clip(m.free, 1.0, error_if_nonfinite=True)))
    return out


@programs
def vectors(lib: Any) -> Any:
    m = net(lib)
    v = lib.nn.utils.parameters_to_vector(m.parameters())
    lib.nn.utils.vector_to_parameters(v * 2, m.parameters())
    return [v, list(m.parameters()), v.requires_grad]


def layers(lib: Any) -> list[Any]:
    made = lib.nn.Linear(3, 2), lib.nn.Conv2d(2, 3, 2)
    for layer in made:
        for p in layer.parameters():
            p.data.copy_(lib.tensor(draw(*p.shape, dtype="float32")))
    return [(made[0], lib.ones(1, 3)), (made[1], lib.ones(1, 2, 3, 3))]


@programs
def weight_norm(lib: Any) -> Any:
    out = []
    for dim in (0, 1, None):
        for layer, x in layers(lib):
            norm = lib.nn.utils.weight_norm(layer, dim=dim)
            norm(x).sum().backward()
            out += [sorted(norm.state_dict()), norm.weight, norm.weight_g.grad, norm.weight_v.grad]
            plain = lib.nn.utils.remove_weight_norm(norm)
            out += [sorted(plain.state_dict()), plain(x), len(plain._forward_pre_hooks)]
    return out


@programs
def parametrized_weight_norm(lib: Any) -> Any:
    out, parametrize = [], lib.nn.utils.parametrize
    for layer, x in layers(lib):
        lib.nn.utils.parametrizations.weight_norm(layer)
        layer(x).sum().backward()
        out += [list(layer.state_dict()), layer.weight, [p.grad for p in layer.parameters()]]
        out += [repr(layer)[:18], parametrize.is_parametrized(layer, "weight"), layer(x)]
        twin = copy.deepcopy(layer)
        twin.weight = twin.weight * 2
        out += [twin.weight, layer.weight]
        parametrize.remove_parametrizations(layer, "weight")
        out += [list(layer.state_dict()), type(layer).__name__, layer(x)]
    return out


@programs
def parametrization(lib: Any) -> Any:
    class Symmetric(lib.nn.Module):
        def forward(self, x: Any) -> Any:
            return (x + x.T) / 2

    class Shrink(lib.nn.Module):
        def forward(self, x: Any) -> Any:
            return x[:1]

    parametrize = lib.nn.utils.parametrize
    m = lib.nn.Linear(2, 2)
    m.weight.data.copy_(lib.tensor([[1.0, 2.0], [4.0, 3.0]]))
    parametrize.register_parametrization(m, "weight", Symmetric())
    out = [m.weight, list(m.state_dict()), tried(lambda: setattr(m, "weight", lib.ones(2, 2)))]
    out.append(tried(lambda: parametrize.register_parametrization(m, "nothing", Symmetric())))
    out.append(tried(lambda: parametrize.register_parametrization(m, "bias", Shrink())))
    m.bias.data.zero_()
    parametrize.register_parametrization(m, "weight", lib.nn.ReLU())
    out += [repr(m), m(lib.ones(1, 2)), m.parametrizations.weight.original]
    parametrize.remove_parametrizations(m, "weight", leave_parametrized=False)
    return [*out, m.weight]


@programs
def spectral_norm(lib: Any) -> Any:
    out = []
    for layer, x in layers(lib):
        norm = lib.nn.utils.spectral_norm(layer)
        norm.weight_u.copy_(lib.tensor([0.6, 0.8, 0.0][: norm.weight_u.shape[0]]))
        norm.weight_v.zero_()
        norm(x).sum().backward()
        out += [sorted(norm.state_dict()), norm.weight, norm.weight_orig.grad, norm.weight_u]
        out += [norm.eval()(x), norm.weight_v]
        plain = lib.nn.utils.remove_spectral_norm(norm)
        out += [sorted(plain.state_dict()), plain(x)]
    for layer, x in layers(lib):
        lib.nn.utils.parametrizations.spectral_norm(layer)
        made = layer.parametrizations.weight[0]
        made._u.copy_(lib.tensor([0.6, 0.8, 0.0][: made._u.shape[0]]))
        made._v.copy_(lib.ones(made._v.shape[0]))
        layer(x).sum().backward()
        out += [sorted(layer.state_dict()), layer.parametrizations.weight.original.grad, made._v]
        out += [repr(layer)[:18], layer.eval()(x)]
    return out


@programs
def sequences(lib: Any) -> Any:
    pad = lib.nn.utils.rnn.pad_sequence
    parts = [lib.ones(3, 2), lib.ones(1, 2) * 2, lib.ones(2, 2) * 3]
    out = [pad(parts), pad(parts, True, 9.0), pad(parts, padding_side="left")]
    filled = pad(parts, True)
    return [*out, lib.nn.utils.rnn.unpad_sequence(filled, lib.tensor([3, 1, 2]), True)]


@programs
def fused(lib: Any) -> Any:
    (_, (conv, x)), norm = layers(lib), lib.nn.BatchNorm2d(3)
    norm.running_mean.copy_(lib.tensor([1.0, 2.0, 3.0]))
    norm.running_var.copy_(lib.tensor([1.5, 2.5, 0.5]))
    norm.weight.data.copy_(lib.tensor([2.0, 3.0, 4.0]))
    fuse = lib.nn.utils.fuse_conv_bn_eval
    one = fuse(conv.eval(), norm.eval())
    return [one(x), norm(conv(x))]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_same_program_does_the_same(program: Callable[[Any], Any]) -> None:
    mine, other = numbers(program(tl)), numbers(program(torch))
    compare(mine, other, program.__name__)


def compare(mine: Any, other: Any, where: str) -> None:
    if isinstance(other, list) and isinstance(mine, list) and len(mine) == len(other):
        for i, (a, b) in enumerate(zip(mine, other, strict=True)):
            compare(a, b, f"{where}[{i}]")
    elif isinstance(other, dict) and isinstance(mine, dict) and list(mine) == list(other):
        for key in other:
            compare(mine[key], other[key], f"{where}[{key}]")
    elif isinstance(other, float) and isinstance(mine, (int, float)):
        assert mine == pytest.approx(other, rel=1e-4, abs=2e-5, nan_ok=True), where
    else:
        assert mine == other, where
