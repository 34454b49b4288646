"""A folded graph is the same graph in every format, address and command, at every step and iteration."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import httpx
import pytest

from stepgrad.app.cli import main
from stepgrad.app.gallery import gallery
from stepgrad.app.links import encode
from stepgrad.app.studies import STUDIES

NET = next(example.source for example in gallery() if example.slug == "four-examples")
HAND = next(example.source for example in gallery() if example.slug == "two-layers")
LOOP = next(example.source for example in gallery() if example.slug == "training-loop")
LAYER, NEURON = "ypred/n#2/layers[0]", "ypred/n/layers[1]/neurons[2]"
FOLDS = [
    (NET, {"collapse": "layer"}),
    (NET, {"collapse": "layer", "open": LAYER}),
    (NET, {"collapse": "function", "open": f"{LAYER},{NEURON}"}),
    (NET, {"collapse": "none", "open": "-ypred/n#3"}),
    (NET, {"collapse": "neuron"}),
    (NET, {"collapse": "statement"}),
    (NET, {"collapse": "layer", "example": "2"}),
    (HAND, {"collapse": "function"}),
    (LOOP, {"collapse": "turn", "open": "for/turn"}),
]
every_fold = pytest.mark.parametrize(("source", "fold"), FOLDS, ids=["-".join(fold.values()) for _, fold in FOLDS])
Story = dict[str, Any]


def address(source: str, end: str, **options: str) -> str:
    return f"/g/{encode(source)}{end}?{urlencode(options)}"


async def story(client: httpx.AsyncClient, source: str, **options: str) -> Story:
    answer = await client.get(address(source, ".json", **options))
    assert answer.status_code == 200, answer.text
    told: Story = answer.json()
    return told


def boxes(told: Story) -> set[str]:
    """What is drawn: all but what is told inside a folded part."""
    return {node["id"] for node in told["nodes"] if node["inside"] is None}


def drawn(svg: str) -> set[str]:
    return {node.get("data-node", "") for node in ET.fromstring(svg).iter() if "node" in node.get("class", "").split()}


@every_fold
async def test_json_dot_and_svg_have_the_same_boxes(client: httpx.AsyncClient, source: str, fold: dict[str, str]):
    folded, whole = await story(client, source, **fold), await story(client, source, collapse="none")
    known = {node["id"]: node for node in whole["nodes"]}
    parts = [node for node in folded["nodes"] if node["folds"]]

    assert parts, "something is folded"
    assert len(boxes(folded)) < len(known)
    for node in folded["nodes"]:
        if node["id"] in known:
            assert (node["data"], node["grad"]) == (known[node["id"]]["data"], known[node["id"]]["grad"])
    assert len(folded["steps"]) < len(whole["steps"])
    assert all(step["covers"] for step in folded["steps"])

    if "open" in fold:
        assert boxes(folded) != boxes(await story(client, source, collapse=fold["collapse"]))

    svg = (await client.get(address(source, ".svg", **fold))).text
    assert drawn(svg) == boxes(folded)
    assert f'data-steps="{len(folded["steps"])}"' in svg
    dot = (await client.get(address(source, ".dot", **fold))).text
    assert set(re.findall(r"^\s*(\w+) \[label=\"\{", dot, re.MULTILINE)) == boxes(folded)


@every_fold
@pytest.mark.parametrize("extension", ["svg", "dot", "json"])
async def test_every_address_and_post_give_it(client: httpx.AsyncClient, source: str, fold: dict[str, str], extension: str):
    encoded = await client.get(address(source, f".{extension}", **fold, step="3"))
    readable = await client.get(f"/g.{extension}?{urlencode({'e': source, **fold, 'step': '3'}, quote_via=quote)}")

    assert (encoded.status_code, encoded.headers["x-step"]) == (200, "3")
    assert readable.content == encoded.content
    assert readable.headers["etag"] == encoded.headers["etag"]
    if extension == "json":
        posted = (await client.post("/api/v1/graphs", json={"source": source, **fold, "step": 3})).json()
        assert posted == encoded.json()
        links = posted["links"]
        for name in ("page", "svg", "dot", "json", "embed"):
            query = dict(pair.split("=", 1) for pair in links[name].partition("?")[2].split("&"))
            assert {key: unquote(query[key]) for key in fold} == fold, f"the link to {name} keeps the fold"
            assert (await client.get(links[name])).status_code == 200


@every_fold
async def test_each_step_marks_what_it_is_about(client: httpx.AsyncClient, source: str, fold: dict[str, str]):
    """Forward the box that is computed; backward the edges that are gone along, and the boxes at their ends."""
    told = await story(client, source, **fold)
    parts = {node["id"] for node in told["nodes"] if node["folds"]}
    seen_at = {node["id"]: node["inside"] or node["id"] for node in told["nodes"]}
    ends = {edge["id"]: edge["from"] for edge in told["edges"]}
    of_parts = [step for step in told["steps"] if step["node"] in parts and (step["phase"] == "forward" or step["edges"])]
    assert {step["phase"] for step in of_parts} == {"forward", "backward"}
    for step in of_parts[:3] + of_parts[-3:]:
        svg = ET.fromstring((await client.get(address(source, ".svg", **fold, step=str(step["index"])))).text)
        active = [each for each in svg.iter() if {"is-active", f"is-{step['phase']}"} <= set(each.get("class", "").split())]
        marked = {each.get("data-node") for each in active} - {None}
        edges = {each.get("data-edge") for each in active} - {None}
        if step["phase"] == "forward":
            assert marked == {seen_at[step["node"]]}
        else:
            assert edges == set(step["edges"])
            assert marked >= {seen_at[ends[edge]] for edge in step["edges"]}


@pytest.mark.parametrize("fold", [fold for source, fold in FOLDS if source == NET and "example" not in fold], ids=str)
async def test_an_iteration_is_folded_as_the_run_is(client: httpx.AsyncClient, fold: dict[str, str]):
    """In svg, dot and json; its numbers are those of the iteration."""
    run, later = await story(client, NET, **fold), await story(client, NET, **fold, iteration="3")
    at = {"iteration": "3", "collapse": fold["collapse"]} | fold
    whole = await story(client, NET, collapse="none", iteration="3")
    known = {node["id"]: node["data"] for node in whole["nodes"]}

    assert boxes(later) == boxes(run)
    assert all(known[node["id"]] == node["data"] for node in later["nodes"] if node["id"] in known)
    assert [node["data"] for node in later["nodes"]] != [node["data"] for node in run["nodes"]]
    assert drawn((await client.get(address(NET, ".svg", **at))).text) == boxes(run)
    dot = (await client.get(address(NET, ".dot", **at))).text
    assert set(re.findall(r"^\s*(\w+) \[label=\"\{", dot, re.MULTILINE)) == boxes(run)


@pytest.mark.parametrize("end", [".svg", ".dot", ".json", ".py", ""])
async def test_a_list_that_nobody_reads_is_drawn_as_one_box(client: httpx.AsyncClient, end: str):
    answer = await client.get(address("X = [0.1*i for i in range(61)]\nw = 0.0\n", end))

    assert answer.status_code == 200
    if end == ".svg":
        assert drawn(answer.text) == {"g0", "n61"}
        assert "61 numbers" in answer.text


@every_fold
@pytest.mark.parametrize("dialect", ["torch", "micrograd"])
async def test_code_is_the_whole_program_however_it_is_folded(
    client: httpx.AsyncClient, source: str, fold: dict[str, str], dialect: str
):
    folded = await client.get(address(source, ".py", **fold, dialect=dialect))
    whole = await client.get(address(source, ".py", collapse="none", dialect=dialect))

    assert folded.status_code == 200
    assert folded.text == whole.text
    compile(folded.text, "<generated>", "exec")


@pytest.mark.parametrize("fold", [fold for source, fold in FOLDS if source == NET and "example" not in fold], ids=str)
async def test_a_diagram_counts_the_steps_of_the_folded_story(client: httpx.AsyncClient, fold: dict[str, str]):
    told = await story(client, NET, **fold)
    middle = str(len(told["steps"]) // 2)
    diagram = (await client.get(address(NET, "/diagram.json", **fold, step=middle))).json()
    svg = (await client.get(address(NET, "/diagram.svg", **fold, step=middle))).text

    assert (diagram["step"], diagram["steps"]) == (int(middle), len(told["steps"]))
    assert f'data-step="{middle}" data-steps="{len(told["steps"])}"' in svg
    assert told["steps"][int(middle) - 1]["text"] in ET.fromstring(svg).findtext("{http://www.w3.org/2000/svg}desc", "")


@every_fold
@pytest.mark.parametrize("path", ["/g/", "/embed/"])
async def test_page_and_embed_open_folded(client: httpx.AsyncClient, source: str, fold: dict[str, str], path: str):
    """The embed has the story in it; the page asks for it with the very options that it was opened with."""
    html = (await client.get(f"{path}{encode(source)}?{urlencode(fold)}")).text
    found = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    opened = json.loads(found[1])

    assert {key: str(opened["options"][key]) for key in fold} == fold
    if path == "/embed/":
        assert boxes(opened["trace"]) == boxes(await story(client, source, **fold))


@every_fold
async def test_the_command_line_draws_and_tells_it(
    client: httpx.AsyncClient, source: str, fold: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    program = tmp_path / "program.txt"
    program.write_text(source, encoding="utf-8")
    options = [f"--{name}={value}" for name, value in fold.items()]
    told = await story(client, source, **fold)

    assert main(["steps", str(program), *options]) == 0
    lines = capsys.readouterr().out.splitlines()[len(told["printed"]) :]
    assert [line.split(maxsplit=2)[2] for line in lines] == [step["text"] for step in told["steps"]]
    for extension in ("svg", "dot", "json"):
        out = tmp_path / f"graph.{extension}"
        assert main(["draw", str(program), "-o", str(out), *options]) == 0
        assert out.read_bytes() == (await client.get(address(source, f".{extension}", **fold))).content


@pytest.mark.parametrize("study", sorted(set(STUDIES) - {"diagram.svg", "diagram.json"}))
async def test_studies_are_of_the_whole_run_and_say_so(client: httpx.AsyncClient, study: str):
    """Where folding would change nothing it is no option, and nobody is left to think that it was one."""
    answer = await client.get(address(NET, f"/{study}", collapse="layer"), headers={"Accept": "application/problem+json"})

    assert answer.status_code == 422
    assert "`collapse` is not an option." in answer.text


async def test_a_misspelt_fold_is_refused_and_a_part_that_is_gone_changes_nothing(client: httpx.AsyncClient):
    """After an edit a link may name a part that there was: it still opens."""
    for extension in ("svg", "dot", "json", "py"):
        wrong = await client.get(address(NET, f".{extension}", collapse="layers"))
        assert (wrong.status_code, "`layer`" in wrong.text) == (422, True)
        gone = await client.get(address(NET, f".{extension}", collapse="layer", open="ypred/m,-nothing"))
        assert gone.status_code == 200
    assert boxes(await story(client, NET, collapse="layer", open="ypred/m,-nothing")) == boxes(
        await story(client, NET, collapse="layer")
    )
