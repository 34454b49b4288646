"""Training by URL and by POST: the numbers of the engine, told, linked, limited; a history to scrub; a loss curve."""

from __future__ import annotations

import csv
import struct
import xml.etree.ElementTree as ET
from base64 import b64decode
from typing import Any

import httpx
import pytest

from app.links import encode
from app.schemas import ProblemAnswer
from engine.language import run
from engine.train import train

LOSS = """\
n = MLP(3, [4, 4, 1])
xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
ypred = [n(x) for x in xs]
loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
"""
LINE = "w = 3\nb = 0.5\nx = 2\nloss = (w * x + b - 4)**2"


async def ask(client: httpx.AsyncClient, source: str, **options: Any) -> Any:
    answer = await client.post("/api/v1/train", json={"source": source, **options})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_five_hundred_steps_of_the_lectures_loss(client: httpx.AsyncClient):
    answer = await ask(client, LOSS, steps=500, learning_rate=0.05)
    history = train(run(LOSS), steps=500, learning_rate=0.05)

    assert answer["losses"] == list(history.losses)
    assert answer["loss"] < answer["losses"][-1] < 0.01
    assert [row["initial"] for row in answer["parameters"]] == history.at(0)
    assert [row["final"] for row in answer["parameters"]] == history.at(-1)
    assert answer["parameters"][0]["key"] == "n.layers[0].neurons[0].w[0]"
    assert [row["key"] for row in answer["predictions"]] == ["ypred[0]", "ypred[1]", "ypred[2]", "ypred[3]"]
    assert [row["final"] for row in answer["predictions"]] == pytest.approx([1, -1, -1, 1], abs=0.1)
    assert (answer["stopped"], answer["updates"], answer["affordable"], answer["note"]) == (None, 500, 10_000, None)
    assert answer["sentence"].startswith("500 steps of gradient descent on 41 numbers, learning rate 0.05: loss goes from ")


async def test_the_address_gives_what_the_post_gives(client: httpx.AsyncClient):
    posted = await ask(client, LOSS, steps=20, optimizer="adam", zero_grad=False, train=["n.layers[2]"], iteration=3)
    link = posted["links"]["train"]

    assert link.endswith("/train.json?steps=20&optimizer=adam&zero_grad=false&train=n.layers%5B2%5D&iteration=3")
    assert (await client.get(link)).json() == posted
    assert (await client.get(posted["links"]["loss"])).headers["content-type"].startswith("image/svg+xml")
    assert [row["key"] for row in posted["parameters"]] == [
        f"n.layers[2].neurons[0].{name}" for name in ("w[0]", "w[1]", "w[2]", "w[3]", "b")
    ]


async def test_every_iteration_is_in_the_history(client: httpx.AsyncClient):
    packed = (await ask(client, LOSS, steps=7, history=True))["history"]
    numbers = struct.unpack(f"<{8 * 41}d", b64decode(packed["data"]))

    assert (packed["iterations"], packed["parameters"]) == (8, 41)
    assert list(numbers) == list(train(run(LOSS), steps=7, learning_rate=0.05).rows)
    assert (await ask(client, LOSS, steps=7))["history"] is None


async def test_the_arithmetic_of_one_update(client: httpx.AsyncClient):
    moment = (await ask(client, LINE, steps=3, learning_rate=0.01, train="w,b", iteration=0))["moment"]

    assert moment["loss"] == 6.25
    assert [row["text"] for row in moment["parameters"]] == ["w ← 3 − 0.01 · 10 = 2.9", "b ← 0.5 − 0.01 · 5 = 0.45"]
    last = (await ask(client, LINE, steps=3, iteration=3))["moment"]
    assert [row["next"] for row in last["parameters"]] == [None, None, None]
    assert [row["text"] for row in last["parameters"]] == [None, None, None]


async def test_grads_that_are_never_zeroed_are_told_as_they_had_added_up(client: httpx.AsyncClient):
    options = {"steps": 3, "learning_rate": 0.01, "train": "b", "zero_grad": False}
    rows = [(await ask(client, LINE, **options, iteration=k))["moment"]["parameters"][0] for k in range(3)]

    assert [row["grad"] for row in rows] == pytest.approx([5.0, 9.9, 14.602])
    for row in rows:
        assert row["next"] == pytest.approx(row["data"] - 0.01 * row["grad"])


async def test_the_whole_graph_at_an_iteration_is_that_of_a_run(client: httpx.AsyncClient):
    """The graph of iteration k is the graph of a program that has made k updates."""
    loop = LOSS + "loss.backward()\nfor p in n.parameters():\n    p.data += -0.05 * p.grad\n"
    again = "ypred = [n(x) for x in xs]\nloss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))\n"
    again += "for p in n.parameters():\n    p.grad = 0.0\nloss.backward()"
    moment = (await ask(client, LOSS, steps=2, iteration=1))["moment"]
    trace = run(loop + again)

    assert moment["loss"] == next(node.data for node in trace.nodes if node.id == trace.output)
    grads = {node.key: node.grad for node in trace.nodes if node.kind == "parameter"}
    assert {row["key"]: row["grad"] for row in moment["parameters"]} == grads
    assert len(moment["nodes"]) == len(run(LOSS).nodes)
    assert next(row["grad"] for row in moment["nodes"] if row["node"] == moment["parameters"][0]["node"]) == next(
        iter(grads.values())
    )


async def test_a_run_as_a_table(client: httpx.AsyncClient):
    posted = await ask(client, LINE, steps=3, learning_rate=0.01, train="w,b", iteration=1)
    answer = await client.get(posted["links"]["table"])
    rows = list(csv.reader(answer.text.splitlines()))

    assert answer.headers["content-type"].startswith("text/csv")
    assert rows[:2] == [["iteration", "loss", "w", "b"], ["0", "6.25", "3.0", "0.5"]]
    assert [float(row[1]) for row in rows[1:]] == [*posted["losses"], posted["loss"]]
    assert [float(number) for number in rows[4][2:]] == [row["final"] for row in posted["parameters"]]


async def test_other_numbers_for_inputs(client: httpx.AsyncClient):
    answer = await ask(client, LINE, inputs={"w": 1.0}, train="w")

    assert answer["parameters"][0]["initial"] == 1.0
    assert answer["losses"][0] == 2.25
    assert (await client.get(answer["links"]["train"])).json() == answer


async def test_an_overflow_says_where_it_began(client: httpx.AsyncClient):
    answer = await ask(client, "x = 3\ny = x**4", steps=50, learning_rate=1)

    assert answer["updates"] == 5
    assert answer["losses"][5] == answer["loss"] == "Infinity"
    assert answer["stopped"] == {
        "iteration": 5, "node": "n1", "key": "y", "field": "data", "phase": "forward", "number": "Infinity",
        "sentence": "Training stops at iteration 5: y is inf there.",
    }  # fmt: skip
    assert answer["sentence"].endswith(answer["stopped"]["sentence"])


async def test_conditions_are_noted(client: httpx.AsyncClient):
    assert "conditions" in (await ask(client, "x = 2\ny = x * x if x > 1 else x", steps=1))["note"]


@pytest.mark.parametrize(
    ("options", "detail", "hint"),
    [
        ({"steps": 10_001}, "`steps`", "Allowed are 0 to 10,000."),
        ({"steps": 1.5}, "`steps`", "Allowed are"),
        ({"steps": True}, "`steps`", "Allowed are"),
        ({"learning_rate": -1}, "`learning_rate`", "such as `0.05`"),
        ({"learning_rate": "fast"}, "`learning_rate`", "such as `0.05`"),
        ({"optimizer": "adm"}, "`optimizer`", "Did you mean `adam`?"),
        ({"zero_grad": "maybe"}, "`zero_grad`", "`true`, `false`"),
        ({"train": 7}, "`train`", "such as `w1,b`"),
        ({"train": ["a"] + [f"a{i}" for i in range(100)]}, "`train`", "At most 100"),
        ({"train": "loss"}, "`loss` is computed.", "Trained can be w, b, x."),
        ({"train": "q"}, "`q`", "There are w, "),
        ({"iteration": 101}, "There is no iteration 101.", "0 to 100"),
        ({"rate": 1}, "`rate` is not an option.", "Allowed are"),
    ],
)
async def test_what_is_wrong_is_said_with_a_hint(client: httpx.AsyncClient, options: Any, detail: str, hint: str):
    answer = await client.post("/api/v1/train", json={"source": LINE, **options})
    problem = ProblemAnswer.model_validate(answer.json())

    assert answer.status_code == 422
    assert detail in problem.detail
    assert hint in (problem.hint or "")


async def test_there_may_be_nothing_to_train(client: httpx.AsyncClient):
    answer = await client.post("/api/v1/train", json={"source": "y = Value(2.0) * Value(3.0)"})

    assert (answer.status_code, answer.json()["title"]) == (422, "There is nothing to train")


async def test_limits_are_said_with_what_is_affordable(client: httpx.AsyncClient):
    source = "x = 1\ny = x\nfor i in range(4000):\n    y = y * 0.9999"
    answer = await client.post("/api/v1/train", json={"source": source, "steps": 10_000})
    told = await ask(client, source, steps=10)
    sent = await client.post("/api/v1/train", json={"source": source, "steps": told["affordable"]})

    assert (answer.status_code, answer.json()["limit"], answer.json()["value"]) == (422, "training", told["affordable"])
    assert f"{told['affordable']:,} steps or fewer" in answer.json()["hint"]
    assert sent.status_code == 200


async def test_a_history_that_is_too_long_to_send(client: httpx.AsyncClient):
    source = "n = MLP(3, [40, 40, 1])\nloss = (n([1.0, 2.0, 3.0]) - 1)**2"
    answer = await client.post("/api/v1/train", json={"source": source, "steps": 300, "history": True})

    assert (answer.status_code, answer.json()["limit"]) == (422, "told")
    assert "at most 270 steps" in answer.json()["hint"]
    assert (await ask(client, source, steps=270, history=True))["history"]["iterations"] == 271


async def test_the_loss_curve(client: httpx.AsyncClient):
    code = encode(LOSS)
    for query, scale in (("steps=500", "linear"), ("steps=500&scale=log&iteration=20&theme=dark", "log"), ("steps=0", "linear")):
        answer = await client.get(f"/g/{code}/loss.svg?{query}")
        root = ET.fromstring(answer.content)
        assert (root.get("data-kind"), root.get("data-scale")) == ("loss", scale)
        (curve,) = (each for each in root.iter() if each.get("class") == "curve")
        assert "nan" not in (curve.get("d") or "nan")
        assert any(each.get("class") == "point" for each in root.iter()) is ("iteration" in query)


async def test_a_curve_of_ten_thousand_steps_is_short_and_keeps_its_ends(client: httpx.AsyncClient):
    answer = await client.get(f"/g/{encode(LINE)}/loss.svg?steps=10000&learning_rate=1e-5&font=none")

    assert answer.status_code == 200
    assert len(answer.content) < 60_000


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize(
    "source",
    [
        "x = 3\ny = x**4",
        "x = 1e200\ny = x * x",
        "x = 2\ny = -x",
        "x = 1\ny = x - x",
        "x = 5e-324\ny = x * 1.0",
        "x = 0\ny = -1e308 * x - 1e308",
    ],
)
async def test_strange_losses_are_drawn_too(client: httpx.AsyncClient, source: str, scale: str):
    answer = await client.get(f"/g/{encode(source)}/loss.svg?learning_rate=1&scale={scale}&steps=30")

    assert answer.status_code == 200
    assert not {"nan", "inf"} & set(ET.fromstring(answer.content).itertext())
