"""Neurons, layers and MLPs in a program."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from stepgrad.engine.errors import LimitError
from stepgrad.engine.language import need
from stepgrad.engine.language.arithmetic import apply_by_name
from stepgrad.engine.language.objects import Builtin, Parts
from stepgrad.engine.nn import ACTIVATIONS, MLP, Layer, Net, Neuron
from stepgrad.engine.ops import ADD, MUL, OPS
from stepgrad.engine.recorder import EXPLICIT, TOP, Making
from stepgrad.engine.suggest import closest
from stepgrad.engine.trace import GroupKind

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["BUILTINS", "FIELDS", "METHODS", "call", "name_parameters", "part"]

FIELDS = {Neuron: ("w", "b"), Layer: ("neurons",), MLP: ("layers",)}
"""What stands behind a net's dot."""


def part(net: Any, name: str) -> Any:
    """`net.name`. A list of parts is a copy: a net keeps the parts it was made of."""
    found = getattr(net, name)
    return Parts(found) if isinstance(found, list) else found


def call(run: Run, net: Any, arguments: list[Any], node: ast.Call) -> Any:
    """`n(x)`: the same arithmetic as `engine.nn`, through the recorder."""
    if len(arguments) != 1:
        run.refuse(
            f"A net is called with one list of inputs; {len(arguments)} arguments are given.", node, "Such as `n([2.0, 3.0])`."
        )
    x = [need.lift(run, xi, node) for xi in need.items(run, arguments[0], node)]
    kind: GroupKind = "net" if isinstance(net, MLP) else "layer" if isinstance(net, Layer) else "neuron"
    with run.recorder.within(kind, node):
        return _forward(run, net, x, node)


def _forward(run: Run, net: Any, x: Any, node: ast.Call) -> Any:
    if isinstance(net, MLP):
        out = x
        for i, layer in enumerate(net.layers):
            with run.recorder.within("layer", node, f"layers[{i}]"):
                out = _forward(run, layer, out if isinstance(out, list) else [out], node)
        return out
    if isinstance(net, Layer):
        outs = []
        outside = run.recorder.making
        for i, neuron in enumerate(net.neurons):
            run.recorder.making = Making(outside, "neuron", node, f"neurons[{i}]")
            outs.append(_neuron(run, neuron, x, node))
        run.recorder.making = outside
        return outs[0] if len(outs) == 1 else outs
    return _neuron(run, net, x, node)


def _neuron(run: Run, neuron: Neuron, x: Any, node: ast.Call) -> Any:
    if len(x) != neuron.reads:
        run.refuse(f"This net reads {neuron.reads} inputs; {len(x)} are given.", node, "Its first number says how many it reads.")
    run.spend(node, 2 * len(x) + 1)
    record = run.recorder.operation
    total = neuron.b
    for wi, xi in zip(neuron.w, x, strict=True):
        total = record(ADD, (total, record(MUL, (wi, xi), (), node)), (), node)
    if neuron.activation == "linear":
        return total
    activation = OPS[neuron.activation]
    return apply_by_name(run, activation, [total], node, activation.defaults)


def name_parameters(run: Run, net: Net, name: str, place: ast.AST) -> None:
    """The parameters of a net that is bound at the top level are called `n.layers[0].neurons[1].w[2]`; pictures show `w2`.

    By these keys other numbers can be given for them.
    """
    for path, neuron in _neurons(net, name):
        for parameter, of in [*((weight, f".w[{i}]") for i, weight in enumerate(neuron.w)), (neuron.b, ".b")]:
            if not run.recorder.is_bound(parameter):
                run.recorder.name(parameter, path + of, TOP, place)
                key = run.recorder.key(parameter)
                if run.inputs.wants(key, rare=True) and not run.recorder.used(parameter):
                    run.inputs.override(parameter, parameter, key)


def _neurons(net: Any, path: str) -> Iterator[tuple[str, Neuron]]:
    if isinstance(net, Neuron):
        yield path, net
    elif isinstance(net, Layer):
        for i, neuron in enumerate(net.neurons):
            yield f"{path}.neurons[{i}]", neuron
    elif isinstance(net, MLP):
        for i, layer in enumerate(net.layers):
            yield from _neurons(layer, f"{path}.layers[{i}]")


# ── making one ──


def _maker(kind: Callable[..., Net], name: str, example: str) -> Builtin:
    def make(run: Run, node: ast.Call, arguments: list[Any], keywords: dict[str, Any]) -> Net:
        wanted = 1 if kind is Neuron else 2
        if len(arguments) != wanted:
            run.refuse(
                f"`{name}` takes {wanted} argument{'s' if wanted > 1 else ''}; {len(arguments)} given.",
                node,
                f"Such as `{example}`.",
            )
        sizes = [_size(run, arguments[0], node)]
        if kind is MLP:
            sizes += [_size(run, thing, node) for thing in need.items(run, arguments[1], node)]
        elif kind is Layer:
            sizes.append(_size(run, arguments[1], node))
        _check_size(run, sizes if kind is not Neuron else [*sizes, 1], node)
        options = _options(run, name, keywords, node)
        given = [sizes[0], sizes[1:]] if kind is MLP else sizes
        net = kind(*given, make=lambda data: run.recorder.leaf(data, "parameter", node), **options)
        for _, neuron in _neurons(net, ""):
            for i, weight in enumerate(neuron.w):
                run.recorder.name(weight, f"w{i}", EXPLICIT)
            run.recorder.name(neuron.b, "b", EXPLICIT)
        return net

    return Builtin(name, make)


def _size(run: Run, thing: Any, node: ast.AST) -> int:
    size = need.whole(run, thing, node)
    if size < 1:
        run.refuse(f"A net has at least one input and one neuron; this says {size}.", node, "Write `1` or more.")
    return size


def _check_size(run: Run, sizes: list[int], node: ast.AST) -> None:
    """Count before building."""
    parameters = sum((nin + 1) * nout for nin, nout in pairwise(sizes))
    if parameters > (allowed := run.limits.values):
        raise LimitError(
            f"This net would have {parameters:,} parameters; at most {allowed:,} values are made in one run.",
            limit="values", value=allowed, span=run.source.span(node), hint="Use fewer or smaller layers.",
        )  # fmt: skip
    run.spend(node, parameters)


def _options(run: Run, name: str, keywords: dict[str, Any], node: ast.Call) -> dict[str, Any]:
    options: dict[str, Any] = {"draw": run.random.uniform, **run.pasted.get("Neuron", {})}
    if name == "MLP":
        options |= run.pasted.get("MLP", {})
    for keyword, thing in keywords.items():
        if keyword == "seed":
            options["draw"] = random.Random(need.whole(run, thing, node)).uniform
        elif keyword == "nonlin":
            options["nonlin"] = need.truth(thing)
        elif keyword == "bias":
            options["bias"] = float(need.plain(run, thing, node))
        elif keyword == "activation" or (keyword == "last" and name == "MLP"):
            options[keyword] = _activation(run, thing, node)
        else:
            of_last = ", `last=`" if name == "MLP" else ""
            known = f"It takes `seed=`, `activation=`{of_last}, `bias=` and `nonlin=`."
            run.refuse(f"`{name}` takes no `{keyword}=` here.", node, known)
    return options


def _activation(run: Run, thing: Any, node: ast.Call) -> str:
    if isinstance(thing, str) and thing in ACTIVATIONS:
        return thing
    close = closest(thing[:64], ACTIVATIONS) if isinstance(thing, str) else None
    hint = f'Did you mean `"{close}"`?' if close else f"There are {', '.join(ACTIVATIONS)}."
    run.refuse("No activation is called that.", node, hint)


BUILTINS = {
    "Neuron": _maker(Neuron, "Neuron", "Neuron(2)"),
    "Layer": _maker(Layer, "Layer", "Layer(2, 3)"),
    "MLP": _maker(MLP, "MLP", "MLP(3, [4, 4, 1])"),
}


def _parameters(run: Run, node: ast.Call, arguments: list[Any], keywords: dict[str, Any]) -> list[Any]:
    return run.listed(arguments[0].parameters(), node)


def _zero_grad(run: Run, node: ast.Call, arguments: list[Any], keywords: dict[str, Any]) -> None:
    for parameter in run.listed(arguments[0].parameters(), node):
        run.recorder.assign(parameter, "grad", 0.0)


METHODS = {"parameters": Builtin("parameters", _parameters), "zero_grad": Builtin("zero_grad", _zero_grad)}
