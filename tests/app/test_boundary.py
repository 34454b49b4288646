"""Decision boundaries and fits: the model's own answers, at any iteration, drawn with the examples."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest

from stepgrad.app.links import encode
from stepgrad.app.schemas import adapter
from stepgrad.app.studies.boundaries import BoundaryAnswer
from stepgrad.engine.language import run
from stepgrad.engine.model import Model
from stepgrad.engine.predictions import predictor
from stepgrad.engine.train import train
from tests.app.test_training import LOSS

XOR = """\
n = MLP(2, [4, 1], seed=1)
xs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
ys = [0.0, 1.0, 1.0, 0.0]
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
"""
FIT = XOR.replace("MLP(2,", "MLP(1,").replace("[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]", "[[0.0], [0.5], [1.0], [2.0]]")


async def asked(client: httpx.AsyncClient, source: str, query: str = "") -> Any:
    answer = await client.get(f"/g/{encode(source)}/boundary.json?{query}")
    assert answer.status_code == 200, answer.text
    adapter(BoundaryAnswer).validate_json(answer.content, strict=True)
    return answer.json()


async def test_a_boundary_is_what_the_trained_model_says(client: httpx.AsyncClient):
    told = await asked(client, XOR, "iteration=300&learning_rate=0.2")
    history = train(run(XOR), steps=300, learning_rate=0.2)
    parameters, says = history.at(300), predictor(Model(run(XOR))).at

    assert (told["kind"], told["name"], told["level"], told["span"]) == ("boundary", "ypred", 0.5, 0.5)
    assert told["loss"] == history.loss(300)
    assert len(told["values"]) == len(told["ys"])
    for row, y in list(zip(told["values"], told["ys"], strict=True))[::7]:
        assert row[::9] == [says(parameters, x, y) for x in told["xs"][::9]]
    assert [each["inputs"] for each in told["examples"]] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [each["target"] for each in told["examples"]] == [0, 1, 1, 0]
    assert [each["prediction"] > 0.5 for each in told["examples"]] == [False, True, True, False]
    assert told["sentence"].endswith("and 4 of 4 examples are on their side of the boundary.")


async def test_without_an_iteration_the_parameters_are_as_the_run_left_them(client: httpx.AsyncClient):
    own = XOR + "loss.backward()\nfor p in n.parameters():\n    p.data += -0.2 * p.grad\n"
    one, left, start = (
        await asked(client, XOR, "iteration=1&learning_rate=0.2"),
        await asked(client, own),
        await asked(client, XOR),
    )

    assert left["iteration"] is None
    assert left["values"] == one["values"] != start["values"]


async def test_one_input_has_a_fit(client: httpx.AsyncClient):
    told = await asked(client, FIT, "iteration=20")

    assert (told["kind"], told["level"], told["values"]) == ("fit", None, None)
    assert len(told["xs"]) == len(told["ys"]) == 201
    assert told["xs"][0] < 0.0 < 2.0 < told["xs"][-1]


async def test_the_picture_of_a_boundary(client: httpx.AsyncClient):
    for theme in ("light", "dark", "print"):
        answer = await client.get(f"/g/{encode(XOR)}/boundary.svg?iteration=300&learning_rate=0.2&theme={theme}")
        root = ET.fromstring(answer.content)
        shapes = [each.tag.rpartition("}")[2] for each in root.iter() if each.get("class") == "example"]

        assert root.get("data-kind") == "boundary"
        assert shapes == ["path", "circle", "circle", "path"]
        (line,) = (each.get("d", "") for each in root.iter() if each.get("class") == "boundary")
        assert line.count("M") == line.count("L") > 40
        cells = [each for each in root.iter() if each.get("class") == "cell"]
        assert len({each.get("fill") for each in cells}) == len(cells) > 8
        words = " ".join(root.itertext())
        assert "ypred = 0.5" in words
        assert "target 1" in words
        assert len(answer.content) < 60_000


async def test_the_picture_of_a_fit(client: httpx.AsyncClient):
    root = ET.fromstring((await client.get(f"/g/{encode(FIT)}/boundary.svg?iteration=20")).content)
    kinds = [each.get("class") for each in root.iter()]

    assert root.get("data-kind") == "fit"
    assert (kinds.count("example"), kinds.count("curve"), kinds.count("residual")) == (4, 1, 1)


@pytest.mark.parametrize(
    ("source", "detail", "hint"),
    [
        (LOSS, "3 inputs differ", "MLP(2, [4, 1])"),
        ("n = MLP(2, [3, 1])\nloss = (n([1.0, 2.0]) - 1)**2", "no examples", "loss = sum("),
        (XOR.replace("[1.0, 0.0], [1.0, 1.0]]", "[1e308, 0.0], [-1e308, 1.0]]"), "too far apart", "Scale them"),
        (
            XOR.replace("[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]", "[0.0, 1.0], [0.0, 5e-324], [5e-324, 1.0]]"),
            "too close",
            "Scale them",
        ),
        (XOR.replace("ys = [0.0,", "ys = [1e308,"), "too far apart", "Scale them"),
        (XOR.replace("[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]", "[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]"), "0 inputs differ", "MLP(2"),
    ],
)
async def test_what_has_no_boundary_says_what_would(client: httpx.AsyncClient, source: str, detail: str, hint: str):
    for file in ("boundary.json", "boundary.svg"):
        answer = await client.get(f"/g/{encode(source)}/{file}?iteration=1", headers={"accept": "application/json"})
        assert answer.status_code == 422
        assert detail in answer.json()["detail"]
        assert hint in answer.json()["hint"]


@pytest.mark.parametrize(
    "change",
    [
        ("ys = [0.0, 1.0, 1.0, 0.0]", "ys = [1.0, 1.0, 1.0, 1.0]"),  # no targets
        ("ys = [0.0, 1.0, 1.0, 0.0]", "ys = [0.3, 1.7, 2.5, -4.0]"),
        ("[1.0, 0.0], [1.0, 1.0]]", "[1e12, 0.0], [-1e12, 1.0]]"),
        ("[1.0, 0.0], [1.0, 1.0]]", "[1e-11, 0.0], [2e-11, 1.0]]"),
        ("n(x) for", "exp(exp(exp(5.0 * n(x)))) for"),  # inf here and there
        ("n(x) for", "log(n(x)) for"),
    ],
)
async def test_strange_data_is_drawn_too(client: httpx.AsyncClient, change: tuple[str, str]):
    answer = await client.get(f"/g/{encode(XOR.replace(*change))}/boundary.svg")

    assert answer.status_code == 200, answer.text
    assert not {"nan", "inf"} & set(ET.fromstring(answer.content).itertext())
    assert b"nan" not in answer.content.split(b"</style>")[-1].split(b"<desc")[0]
