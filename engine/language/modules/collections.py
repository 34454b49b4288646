"""`collections`: dictionaries that count or begin by themselves, rows with names, lists with two ends."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from stepgrad.engine.language import containers, need
from stepgrad.engine.language.arguments import Arguments, Keywords, check_count, check_keywords, method
from stepgrad.engine.language.objects import Builtin, Class, Counter, DefaultDict, Deque, Module, describe, is_number
from stepgrad.engine.language.sequences import order

if TYPE_CHECKING:
    from stepgrad.engine.language.run import Run

__all__ = ["COLLECTIONS", "COUNTER", "DEQUE"]


def _defaultdict(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> DefaultDict:
    check_count(run, node, "defaultdict", arguments, 0, 2, "defaultdict(list)")
    made = DefaultDict(containers.BUILTINS["dict"].call(run, node, arguments[1:], keywords))
    made.factory = arguments[0] if arguments else None
    if is_number(made.factory, truth=True) or isinstance(made.factory, (str, list, tuple, dict)):
        run.refuse(
            f"`defaultdict` calls what it is given; this is {describe(made.factory)}.", node, "Such as `defaultdict(list)`."
        )
    return made


def _counter(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Counter:
    check_keywords(run, node, "Counter", keywords)
    check_count(run, node, "Counter", arguments, 0, 1, "Counter(xs)")
    made = Counter()
    if arguments and isinstance(arguments[0], dict):
        run.spend(node, len(arguments[0]))
        made.update(arguments[0])
        return made
    for thing in run.listed(need.items(run, arguments[0], node), node) if arguments else ():
        key = containers.key_of(run, thing, node)
        made[key] = made.get(key, 0) + 1
    return made


def _most_common(run: Run, node: ast.AST, holder: Counter, count: Any = None) -> list[Any]:
    pairs = run.listed(holder.items(), node)
    pairs.sort(key=order(run, node, 1), reverse=True)
    return pairs if count is None else pairs[: max(0, need.whole(run, count, node))]


def _namedtuple(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Class:
    """A class whose fields are read by name; of a tuple's other ways only unpacking."""
    check_keywords(run, node, "namedtuple", keywords)
    check_count(run, node, "namedtuple", arguments, 2, 2, "namedtuple('Point', 'x y')")
    name = need.text(run, arguments[0], node, "The name of a class")
    named = arguments[1]
    fields = named.replace(",", " ").split() if isinstance(named, str) else need.items(run, named, node)
    listed = [need.text(run, field, node, "The name of a field") for field in run.listed(fields, node)]
    if len(set(listed)) != len(listed) or not all(field.isidentifier() and not field.startswith("_") for field in listed):
        run.refuse("The fields are names.", node, "Such as `namedtuple('Point', ['x', 'y'])`.")

    def items(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> list[Any]:
        return [arguments[0].fields[field] for field in listed]

    def item(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Any:
        things = items(run, node, arguments, keywords)
        return things[need.index(run, things, arguments[1], node, node)]

    ways = {"__iter__": items, "__getitem__": item, "__len__": lambda run, node, arguments, keywords: len(listed)}
    return Class(name[:60], {way: Builtin(way, call) for way, call in ways.items()}, listed)


def _deque(run: Run, node: ast.Call, arguments: Arguments, keywords: Keywords) -> Deque:
    check_keywords(run, node, "deque", keywords, "maxlen")
    check_count(run, node, "deque", arguments, 0, 2, "deque(xs)")
    made = Deque(run.listed(need.items(run, arguments[0], node), node) if arguments else ())
    most = keywords.get("maxlen", arguments[1] if len(arguments) == 2 else None)
    if most is not None:
        made.most = max(0, need.whole(run, most, node))
        del made[: max(0, len(made) - made.most)]
    return made


def _append(run: Run, node: ast.AST, holder: Deque, thing: Any) -> None:
    holder.append(thing)
    run.check_length(holder, node)
    if holder.most is not None:
        del holder[: len(holder) - holder.most]


def _appendleft(run: Run, node: ast.AST, holder: Deque, thing: Any) -> None:
    run.spend(node, len(holder) // 64)
    holder.insert(0, thing)
    run.check_length(holder, node)
    if holder.most is not None:
        del holder[holder.most :]


def _popleft(run: Run, node: ast.AST, holder: Deque) -> Any:
    run.spend(node, len(holder) // 64)
    return holder.pop(need.index(run, holder, 0, node, node))


DEQUE = {
    "append": method("append", 1, 1, _append),
    "appendleft": method("appendleft", 1, 1, _appendleft),
    "popleft": method("popleft", 0, 0, _popleft),
}
COUNTER = {"most_common": method("most_common", 0, 1, _most_common)}

COLLECTIONS = Module(
    "collections",
    {
        "Counter": Builtin("Counter", _counter),
        "OrderedDict": containers.BUILTINS["dict"],
        "defaultdict": Builtin("defaultdict", _defaultdict),
        "deque": Builtin("deque", _deque),
        "namedtuple": Builtin("namedtuple", _namedtuple),
    },
)
