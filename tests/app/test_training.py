"""Training by URL and by POST: the numbers of the engine, told, linked, limited; a history to scrub; a loss curve."""

from __future__ import annotations

import csv
import struct
import xml.etree.ElementTree as ET
from base64 import b64decode
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from stepgrad.app import runs
from stepgrad.app.config import Settings
from stepgrad.app.errors import ProblemAnswer
from stepgrad.app.links import encode
from stepgrad.app.main import create_app
from stepgrad.app.schemas import adapter
from stepgrad.app.studies.training import TrainAnswer
from stepgrad.engine.language import record, run
from stepgrad.engine.train import train

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
    adapter(TrainAnswer).validate_json(answer.content, strict=True)
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


async def test_a_loss_that_grows_says_what_to_try(client: httpx.AsyncClient):
    wild = await ask(client, LOSS, steps=20, learning_rate=50)
    calm = await ask(client, LOSS, steps=20, learning_rate=0.05)

    assert wild["sentence"].endswith(" It has grown: try a smaller learning rate.")
    assert "grown" not in calm["sentence"]


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
    problem = adapter(ProblemAnswer).validate_json(answer.content, strict=True)

    assert answer.status_code == 422
    assert detail in problem["detail"]
    assert hint in (problem["hint"] or "")


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


@pytest.mark.parametrize("on", ["1", "true", "yes", "on"])
async def test_switches_of_training_take_every_spelling(client: httpx.AsyncClient, on: str):
    off = {"1": "0", "true": "false", "yes": "no", "on": "off"}[on]
    told = await client.get("/g/train.json", params={"e": LINE, "steps": 2, "history": on, "zero_grad": off})
    posted = await ask(client, LINE, steps=2, history=on, zero_grad=off)
    beside = await ask(client, LINE, steps=2, versus=f"zero_grad:{off}")

    assert told.json()["history"]["iterations"] == posted["history"]["iterations"] == 3
    assert "grads never zeroed" in told.json()["sentence"]
    assert posted["links"]["train"].endswith("/train.json?steps=2&zero_grad=false")
    assert beside["versus"]["knobs"] == {"zero_grad": "false"}


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


# Side by side ----------------------------------------------------------------------------------------------------------------


async def test_two_runs_side_by_side(client: httpx.AsyncClient):
    options = {"steps": 20, "learning_rate": 0.02, "train": "w,b"}
    both = await ask(client, LINE, **options, versus={"learning_rate": 0.1, "zero_grad": False}, history=True, iteration=3)
    one = await ask(client, LINE, **options, history=True, iteration=3)
    two = await ask(client, LINE, **{**options, "learning_rate": 0.1, "zero_grad": False}, history=True, iteration=3)
    other = both.pop("versus")

    assert other.pop("knobs") == {"learning_rate": "0.1", "zero_grad": "false"}
    assert {name: two[name] for name in other} == other
    for answer in (both, one):
        for name in ("links", "versus"):
            answer.pop(name, None)
    assert both == one


async def test_two_runs_have_an_address(client: httpx.AsyncClient):
    both = await ask(client, LINE, steps=20, learning_rate=0.02, train="w,b", versus="optimizer:adam, learning_rate:.5")

    assert both["links"]["train"].endswith("&versus=learning_rate%3A0.5%2Coptimizer%3Aadam")
    assert (await client.get(both["links"]["train"])).json() == both
    assert "versus" not in both["links"]["table"]
    answer = await client.get(both["links"]["loss"])
    root = ET.fromstring(answer.content)
    curves = [each for each in root.iter() if each.get("class") == "curve"]
    words = list(root.itertext())
    assert len({(each.get("stroke"), each.get("stroke-dasharray")) for each in curves}) == 2
    assert any(word.startswith("learning_rate 0.02") for word in words)
    assert any(word.startswith("learning_rate 0.5") for word in words)


async def test_what_explodes_does_not_flatten_what_is_beside_it(client: httpx.AsyncClient):
    code = encode(LINE)
    answer = await client.get(f"/g/{code}/loss.svg?steps=60&learning_rate=0.02&train=w,b&versus=learning_rate:0.3")
    root = ET.fromstring(answer.content)
    ticks = [each.text for each in root.iter() if each.get("class") == "tick"]

    assert "20" in ticks
    assert not any("10" in (tick or "") and "·" in (tick or "") for tick in ticks)
    logarithmic = await client.get(f"/g/{code}/loss.svg?steps=60&learning_rate=0.02&train=w,b&versus=learning_rate:0.3&scale=log")
    assert "10¹" in "".join(ET.fromstring(logarithmic.content).itertext())


@pytest.mark.parametrize(
    ("versus", "hint"),
    [
        ("rate:0.5", "Compared can be `learning_rate`"),
        ("learning_rat:0.5", "Did you mean `learning_rate`?"),
        ("learning_rate:-1", "It is a number from 0"),
        ("learning_rate:1,learning_rate:2", "given twice"),
        ("optimizer:adm", "Did you mean `adam`?"),
        ("train:w", "Compared can be"),
        ({"zero_grad": 3}, "`true`, `false`"),
        (7, "`KNOB:VALUE`"),
    ],
)
async def test_what_cannot_be_compared(client: httpx.AsyncClient, versus: Any, hint: str):
    answer = await client.post("/api/v1/train", json={"source": LINE, "versus": versus})

    assert answer.status_code == 422
    assert hint in answer.json()["hint"]


async def test_links_name_all_that_can_be_had_of_a_run(client: httpx.AsyncClient):
    posted = await ask(client, LOSS, steps=30, learning_rate=0.1, iteration=20)
    links = posted["links"]

    assert links["page"].endswith("?iteration=20&learning_rate=0.1&iterations=30&lab=train")
    assert links["graph"].endswith(".svg?iteration=20&learning_rate=0.1")
    assert links["boundary"] is None  # three inputs
    for link in filter(None, links.values()):
        assert (await client.get(link)).status_code == 200, link
    fit = await ask(client, "w = 2\nb = 1\nloss = (w * 1.5 + b - 1.0)**2 + (w * 2.5 + b - 2.0)**2", steps=3, train="w,b")
    assert fit["links"]["boundary"].endswith("/boundary.svg?iteration=3&train=w,b")
    assert (await client.get(fit["links"]["boundary"])).status_code == 200


async def test_predictions_have_their_targets(client: httpx.AsyncClient):
    assert [row["target"] for row in (await ask(client, LOSS, steps=1))["predictions"]] == [1.0, -1.0, -1.0, 1.0]


# The graph at an iteration ---------------------------------------------------------------------------------------------------


async def graph(client: httpx.AsyncClient, source: str, query: str) -> Any:
    answer = await client.get(f"/g/{encode(source)}.json?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_graph_at_an_iteration_has_its_parameters_and_ends_with_the_update(client: httpx.AsyncClient):
    moment = (await ask(client, LINE, steps=5, learning_rate=0.01, train="w,b", iteration=2))["moment"]
    told = await graph(client, LINE, "iteration=2&learning_rate=0.01&train=w,b")
    own = await graph(client, LINE, "")
    nodes = {node["key"]: node for node in told["nodes"]}

    assert [node["id"] for node in told["nodes"]] == [node["id"] for node in own["nodes"]]
    assert nodes["loss"]["data"] == moment["loss"]
    assert [(row["grad"], row["next"]) for row in moment["parameters"]] == [
        (nodes[name]["grad"], nodes[name]["data"]) for name in "wb"
    ]
    assert [step["phase"] for step in told["steps"]] == ["forward"] * 4 + ["seed"] + ["backward"] * 7 + ["update"] * 2
    assert [step["text"] for step in told["steps"][-2:]] == [
        "Update: w ← w − 0.01 · w.grad = 2.81 − 0.01 · 8.1 = 2.729.",
        "Update: b ← b − 0.01 · b.grad = 0.405 − 0.01 · 4.05 = 0.3645.",
    ]
    formula = told["steps"][-2]["formula"]
    assert formula["latex"] == (
        r"w \leftarrow w - 0.01 \cdot \frac{\partial \mathrm{loss}}{\partial w} = 2.81 - 0.01 \cdot 8.1 = 2.729"
    )
    assert formula["plain"] == "w ← w − 0.01 · w.grad = 2.81 − 0.01 · 8.1 = 2.729"
    assert told["links"]["page"].endswith("?iteration=2&learning_rate=0.01&train=w,b")


async def test_the_finished_picture_of_an_iteration_has_its_parameters(client: httpx.AsyncClient):
    """Its update belongs to the way to the next: the page shows the same numbers, and it is there by its number."""
    code, knobs = encode(LINE), "learning_rate=0.01&train=w,b"
    moment = (await ask(client, LINE, steps=5, learning_rate=0.01, train="w,b", iteration=2))["moment"]
    before, after = moment["parameters"][0]["data"], moment["parameters"][0]["next"]

    def shown(answer: httpx.Response) -> str:
        root = ET.fromstring(answer.content)
        node = next(each for each in root.iter() if each.get("data-key") == "w")
        return next(each.text or "" for each in node.iter() if each.get("data-field") == "data")

    told = await graph(client, LINE, f"iteration=2&{knobs}")
    assert (told["step"], told["end"], len(told["steps"])) == (12, 12, 14)
    assert shown(await client.get(f"/g/{code}.svg?iteration=2&{knobs}")) == f"{before:.4f}"
    assert shown(await client.get(f"/g/{code}.svg?iteration=2&step=-1&{knobs}")) == f"{after:.4f}"
    assert f"data {before:.4f}" in (await client.get(f"/g/{code}.dot?iteration=2&{knobs}")).text


@pytest.mark.parametrize("knobs", ["", "optimizer=adam", "optimizer=momentum&zero_grad=false&learning_rate=0.001"])
async def test_iterations_follow_each_other(client: httpx.AsyncClient, knobs: str):
    """What an iteration ends with is what the next begins with, and what the run says."""
    code = encode(LOSS)
    answers = [(await client.get(f"/g/{code}.json?iteration={k}&{knobs}")).json() for k in (3, 1, 2)]
    third, first, second = [{node["key"]: node for node in answer["nodes"]} for answer in answers]
    posted = await ask(client, LOSS, steps=4, iteration=2, **dict(pair.split("=") for pair in knobs.split("&") if pair))
    begins = {write["node"]: write["before"] for write in answers[0]["steps"][-1]["writes"]}

    for row in posted["moment"]["parameters"]:
        assert second[row["key"]]["data"] == row["next"] == begins[row["node"]]
        assert second[row["key"]]["grad"] == pytest.approx(row["grad"], rel=1e-12, abs=1e-15)
        assert first[row["key"]]["data"] == row["data"]
        assert third[row["key"]]["data"] == next(each["final"] for each in posted["parameters"] if each["key"] == row["key"])
    (last,) = [step for step in answers[2]["steps"] if step["phase"] == "update" and step["writes"][0]["field"] == "data"]
    assert last["text"].startswith("Update of 41 parameters, each w ← w − ")
    assert len(last["writes"]) == 41


async def test_pictures_at_an_iteration_are_the_same_whenever_they_are_asked_for(service: FastAPI, client: httpx.AsyncClient):
    code = encode(LINE)
    for address in (f"/g/{code}.svg?iteration=7&step=-1", f"/g/{code}.dot?iteration=7", f"/g/{code}.py?iteration=7"):
        late = (await client.get(address)).content
        transport = httpx.ASGITransport(app=create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://stepgrad.test") as other:
            assert (await other.get(address)).content == late
    assert b"update" in (await client.get(f"/g/{code}.svg?iteration=7&step=-1")).content


@pytest.mark.parametrize("source", [LINE, LOSS, LOSS + "loss.backward()\nfor p in n.parameters():\n    p.data -= 0.1 * p.grad"])
async def test_a_picture_at_an_iteration_is_the_same_skeleton(client: httpx.AsyncClient, source: str):
    """Scrubbing through a training makes no picture jump, folded or not."""
    boxes = []
    for iteration in (0, 5, 60, 5):
        root = ET.fromstring((await client.get(f"/g/{encode(source)}.svg?iteration={iteration}&learning_rate=0.01")).content)
        boxes.append((root.get("viewBox"), [each.attrib for each in root.iter() if each.get("class") == "box"]))

    assert boxes[0] == boxes[1] == boxes[2] == boxes[3]
    assert len(boxes[0][1]) > 5


async def test_grads_that_are_never_zeroed_are_there_from_the_start(client: httpx.AsyncClient):
    told = await graph(client, LINE, "iteration=1&learning_rate=0.01&train=b&zero_grad=false")

    assert told["steps"][0]["text"] == "The grads were not zeroed: b.grad is 5."
    assert told["steps"][-1]["text"].startswith("Update: b ← b − 0.01 · b.grad = 0.45 − 0.01 · 9.9 = ")


async def test_one_example_alone_is_differentiated(client: httpx.AsyncClient):
    query = "iteration=2&batch=stochastic&seed=5&learning_rate=0.1"
    told = await graph(client, LOSS, query)
    moment = (await ask(client, LOSS, steps=3, iteration=2, batch="stochastic", seed=5, learning_rate=0.1))["moment"]
    backward = [step for step in told["steps"] if step["phase"] == "backward"]
    graded = {node["key"]: node["grad"] for node in told["nodes"]}

    assert [warning["message"] for warning in told["warnings"]] == [
        f"Iteration 2 learns from example {moment['example'] + 1} of 4 alone: its terms are differentiated."
    ]
    assert len(backward) < 200
    assert [graded[f"ypred[{i}]"] is not None for i in range(4)] == [i == moment["example"] for i in range(4)]
    for row in moment["parameters"]:
        assert graded[row["key"]] == pytest.approx(row["grad"], rel=1e-12)


async def test_a_program_that_trains_by_itself_is_trained_from_its_start(client: httpx.AsyncClient):
    """Training replaces the program's own updates."""
    own = (
        "w = 3\nfor i in range(3):\n    loss = (w * 2 - 4)**2\n    w.grad = 0\n    loss.backward()\n    w.data -= 0.01 * w.grad\n"
    )
    told = await graph(client, own, "iteration=0&learning_rate=0.01&train=w")

    assert [step["phase"] for step in told["steps"]].count("seed") == 1
    assert told["steps"][-1]["text"] == "Update: w ← w − 0.01 · w.grad = 3 − 0.01 · 8 = 2.92."


@pytest.mark.parametrize(
    ("query", "detail", "hint"),
    [
        ("iteration=6&learning_rate=1", "There is no iteration 6.", "iterations 0 to 5"),
        ("iteration=10001", "`iteration`", "0 to 10,000"),
        ("iteration=-1", "`iteration`", "0 to 10,000"),
        ("iteration=1&batch=stochastic", "cannot be taken apart", "sum("),
        ("iteration=1&train=y", "`y` is computed.", "Trained can be x."),
    ],
)
async def test_what_is_wrong_with_an_iteration(client: httpx.AsyncClient, query: str, detail: str, hint: str):
    answer = await client.get(f"/g/{encode('x = 3' + chr(10) + 'y = x**4')}.json?{query}")

    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    assert hint in answer.json()["hint"]


async def test_the_iteration_where_it_overflows_has_a_picture_without_an_update(client: httpx.AsyncClient):
    told = await graph(client, "x = 3\ny = x**4", "iteration=5&learning_rate=1")

    assert told["nodes"][1]["data"] == "Infinity"
    assert "update" not in [step["phase"] for step in told["steps"]]


@pytest.mark.parametrize(
    "file", ["check.json", "paths.json?node=w", "plot.json?x=w", "orders.json", "modes.json", "explain.json?node=w"]
)
async def test_studies_look_into_an_iteration(client: httpx.AsyncClient, file: str):
    """What they say of iteration 2 is what they say of a program that begins with its parameters."""
    name, _, query = file.partition("?")
    numbers = {node["key"]: node for node in (await graph(client, LINE, "iteration=2&learning_rate=0.01&train=w,b"))["nodes"]}
    first = {
        row["key"]: row["data"]
        for row in (await ask(client, LINE, steps=2, learning_rate=0.01, train="w,b", iteration=2))["moment"]["parameters"]
    }
    code = encode(LINE)
    told = (await client.get(f"/g/{code}/{name}?{query}&iteration=2&learning_rate=0.01&train=w,b")).json()
    given = (await client.get(f"/g/{code}/{name}?{query}&inputs=" + ",".join(f"{key}:{x!r}" for key, x in first.items()))).json()

    assert numbers["w"]["data"] != 3.0
    if name == "explain.json":  # its steps have the update, too
        assert told["node"]["grad_text"] == given["node"]["grad_text"]
    else:
        assert told == given


async def test_a_run_that_is_too_much_to_keep_has_the_same_answers(monkeypatch: pytest.MonkeyPatch):
    """And one that is kept is run once, for its numbers, its pictures and its curves."""
    ran = []
    monkeypatch.setattr(runs, "record", lambda *given, **named: ran.append(1) or record(*given, **named))
    source = LOSS.replace("MLP(3, [4, 4, 1])", "MLP(3, [4, 4, 1], seed=1)") + "more = loss * 2\nmore.backward()\nloss.backward()"
    code = encode(source)
    small, large = (
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_app(Settings(trace_cache=size, training_cache=0))),
            base_url="http://stepgrad.test",
        )
        for size in (8_000, 1 << 30)
    )
    addresses = [
        *(f"/g/{code}.json?{query}" for query in ("iteration=3", "iteration=2&batch=stochastic", "iteration=2&collapse=none")),
        f"/g/{code}/train.json?iteration=4&batch=stochastic",
        f"/g/{code}/loss.svg",
        f"/g/{code}/train.csv?steps=3",
    ]
    async with small, large:
        kept = [(await large.get(address)).content for address in addresses]
        assert len(ran) == 1
        assert [(await small.get(address)).content for address in addresses] == kept


async def test_a_program_that_trains_by_itself_has_predictions(client: httpx.AsyncClient):
    """The last of those that its loop makes: `ypred[0]#3`."""
    loop = "for k in range(2):\n    ypred = [n(x) for x in xs]\n    loss = sum((a - b)**2 for a, b in zip(ypred, ys))\n"
    loop += "    loss.backward()\n"
    loop += "    for p in n.parameters():\n        p.data += -0.05 * p.grad\n"
    answer = await ask(client, f"{LOSS}\n{loop}", steps=1)
    assert [row["key"].split("#")[0] for row in answer["predictions"]] == ["ypred[0]", "ypred[1]", "ypred[2]", "ypred[3]"]
    assert [row["target"] for row in answer["predictions"]] == [1.0, -1.0, -1.0, 1.0]
