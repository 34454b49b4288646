"""The names of steps: one moment each, whoever asks. The server resolves, the page obeys."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

import httpx
import pytest

from stepgrad.app.errors import ProblemError
from stepgrad.app.gallery import Example, gallery
from stepgrad.app.links import encode
from stepgrad.app.steps import resolve
from stepgrad.engine.folding import Collapse
from stepgrad.engine.trace import Trace
from tests.stories import folded as fold

ROOT = Path(__file__).resolve().parents[2]
TWICE = "a = 2.0\nb = a * 3.0\nb.backward()\nb.backward()"


def keyed(trace: Trace) -> Iterator[str]:
    """The names of steps that every value has, or at least may have."""
    for node in trace.nodes:
        yield f"forward:{node.key}"
        yield f"grad:{node.key}"


def names(trace: Trace) -> dict[str, int]:
    """Every name of a step there is in a story, and which it is."""
    last = len(trace.steps)
    given = ["end", "start", "forward", "seed", *keyed(trace), *map(str, range(-last - 1, last + 1))]
    found = {}
    for name in given:
        try:
            found[name] = resolve(trace, name)
        except ProblemError:  # no gradient comes there, or there is no backward pass
            assert name == "seed" or name.startswith("grad:")
    return found


def boot(page: httpx.Response) -> Any:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', page.text, re.DOTALL)
    assert found
    return json.loads(found[1])


def opened(boots: list[Any]) -> list[Any]:
    """What the page's own code makes of what the server wrote into it: the step it shows, and how its address calls that."""
    lines = "\n".join(json.dumps(each) for each in boots)
    script = ROOT / "tests/js/opened.js"
    done = subprocess.run(["node", script], input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.slug)
async def test_every_name_means_one_moment(client: httpx.AsyncClient, example: Example):
    """In the picture, the JSON, the page and the embed; the last two are made in one way, and have half of the names each."""
    expected = names(fold(example.source))
    code = encode(example.source)
    boots = {}
    for name, step in expected.items():
        query = urlencode({"step": name})
        picture = await client.get(f"/g/{code}.svg?{query}")
        assert (picture.status_code, picture.headers["x-step"]) == (200, str(step)), name
        if re.fullmatch(r"-?\d+", name) and name not in ("0", "1", "-1", str(expected["end"])):
            continue  # one number is as good as another
        boots[name] = boot(await client.get(f"/{'embed' if len(boots) % 2 else 'g'}/{code}?{query}"))
        assert (boots[name]["options"], boots[name]["trace"]["step"]) == ({"step": name}, step), name
    for (name, asked), shown in zip(boots.items(), opened([slim(each) for each in boots.values()]), strict=True):
        at_end = name.isdecimal() and asked["trace"]["step"] == asked["trace"]["end"]
        assert shown == {"step": expected[name], "written": "end" if at_end else name}, name


def slim(boot: Any) -> Any:
    """What of it says where to begin; a story of which nothing is known but its length."""
    trace = boot["trace"]
    steps = [{"writes": []} for _ in trace["steps"]]
    return {**boot, "trace": {"source": "", "nodes": [], "steps": steps, "step": trace["step"], "end": trace["end"]}}


async def test_a_grad_is_whole_after_its_last_contribution(client: httpx.AsyncClient):
    """Of all passes: a link that asks for it shows what the value's grad has become."""
    for place in ("g", "embed"):
        page = boot(await client.get(f"/{place}/{encode(TWICE)}?step=grad:a"))
        assert page["trace"]["step"] == 6
        assert opened([page]) == [{"step": 6, "written": "grad:a"}]
    picture = await client.get(f"/g/{encode(TWICE)}.svg?step=grad:a")
    assert picture.headers["x-step"] == "6"
    posted = (await client.post("/api/v1/graphs", json={"source": TWICE, "step": "grad:a"})).json()
    assert posted["step"] == 6


NET = "n = MLP(2, [4, 1], seed=1)\nx = [1.0, -2.0]\no = n(x)\no.backward()\nn.zero_grad()\no.backward()"


def test_the_forward_step_of_a_folded_part_with_several_results():
    trace = fold(NET, "layer")
    assert len(next(node for node in trace.nodes if node.key == "n#2/layers[0]").folds.results) == 4  # type: ignore[union-attr]
    assert resolve(trace, "forward:n#2/layers[0]") == 1


@pytest.mark.parametrize("collapse", get_args(Collapse))
def test_the_steps_of_folded_parts(collapse: Collapse):
    """The gallery folded every way: what computes a part, and what last adds to a grad in it, are steps of that part."""
    for source in (*(example.source for example in gallery()), NET):
        trace = fold(source, collapse)
        steps = names(trace)
        for node in trace.nodes:
            ids = node.folds.results if node.folds else (node.id,)
            forward = [step for step in trace.steps if step.phase == "forward"]
            here = [step for step in forward if step.node == node.id or writes(step, ids, "data")]
            assert steps[f"forward:{node.key}"] == max((step.index for step in here), default=0), node.key
            added = [step for step in trace.steps if step.phase in ("seed", "backward") and writes(step, ids, "grad")]
            assert steps.get(f"grad:{node.key}") == max((step.index for step in added), default=None), node.key
            if node.folds and node.folds.operations:
                assert here, node.key


def writes(step: Any, ids: tuple[str, ...], field: str) -> bool:
    return any(write.node in ids and write.field == field and write.after is not None for write in step.writes)
