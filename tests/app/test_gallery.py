"""The gallery is menu, documentation and golden test: an example that breaks cannot ship."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from stepgrad.app.answers import GraphAnswer
from stepgrad.app.gallery import Example, gallery
from stepgrad.app.links import encode
from stepgrad.app.schemas import adapter

EXAMPLES = [pytest.param(example, id=example.slug) for example in gallery()]


def test_the_gallery_has_what_was_promised():
    slugs = [example.slug for example in gallery()]

    assert len(slugs) == len(set(slugs)) >= 12
    assert {"parabola", "first-look", "neuron", "neuron-exp", "square", "readme", "order"} <= set(slugs)
    assert {"logistic", "softmax", "saturated", "dead-relu", "slope"} <= set(slugs)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_has_a_title_and_one_sentence(example: Example):
    assert 3 <= len(example.title) <= 40
    assert example.sentence.endswith(".")
    assert len(example.sentence) <= 130
    assert not example.source.startswith(("#!", "\n"))


@pytest.mark.parametrize("example", EXAMPLES)
async def test_the_story_of_an_example(client: httpx.AsyncClient, example: Example, golden: Callable[[str, str], None]):
    answer = await client.get(f"/g/{encode(example.source)}.json")
    story = answer.json()

    assert answer.status_code == 200
    adapter(GraphAnswer).validate_json(answer.content, strict=True)
    # What goes wrong in that one is what it is about.
    assert bool(story["warnings"]) == (example.slug == "first-nan")
    assert story["svg"].startswith("<svg")
    del story["svg"]  # its coordinates have golden files of their own
    golden(f"gallery/{example.slug}.json", json.dumps(story, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("example", EXAMPLES)
async def test_the_dot_of_an_example(client: httpx.AsyncClient, example: Example, golden: Callable[[str, str], None]):
    golden(f"gallery/{example.slug}.dot", (await client.get(f"/g/{encode(example.source)}.dot")).text)


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize(
    "query", ["style=compact", "dir=TB&theme=dark", "expand=all", "expand=micrograd&leaves=split", "step=0", "step=seed"]
)
async def test_every_view_of_an_example_is_drawn(client: httpx.AsyncClient, example: Example, query: str):
    answer = await client.get(f"/g/{encode(example.source)}.svg?{query}")

    assert answer.status_code == 200
    assert answer.text.startswith("<svg")


async def test_the_numbers_that_the_sentences_promise(client: httpx.AsyncClient):
    async def story(slug: str) -> dict[str, dict[str, float]]:
        source = next(example.source for example in gallery() if example.slug == slug)
        answer = (await client.post("/api/v1/graphs", json={"source": source})).json()
        return {node["label"] or node["key"]: node for node in answer["nodes"]}

    order = await story("order")
    assert (order["a"]["grad"], order["b"]["grad"]) == (25.0, 19.0)
    assert (await story("square"))["x"]["grad"] == 6.0
    dead = await story("dead-relu")
    assert dead["w1"]["grad"] == dead["w2"]["grad"] == 0.0
    assert abs((await story("saturated"))["w"]["grad"]) < 1e-3
    nan = await story("first-nan")
    assert (nan["entropy/0/0/1"]["data"], nan["entropy"]["data"], nan["p"]["grad"]) == ("-Infinity", "NaN", "NaN")
    tie = await story("max-tie")
    assert tie["a"]["grad"] == tie["b"]["grad"] == 1.5
