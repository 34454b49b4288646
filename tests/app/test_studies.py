"""Looks into a run: every one has an address, an ETag, a hint for what is wrong, and says what the engine found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from stepgrad.app.drawing.diagram.neurons import find_neurons
from stepgrad.app.errors import ProblemAnswer
from stepgrad.app.gallery import gallery
from stepgrad.app.links import encode
from stepgrad.app.runs import RunKey, Runs
from stepgrad.app.schemas import adapter
from stepgrad.app.studies import STUDIES, Subject
from stepgrad.engine.language import run
from stepgrad.engine.limits import STUDY_LIMITS

NEURON = next(example.source for example in gallery() if example.slug == "neuron")
ORDER = next(example.source for example in gallery() if example.slug == "order")
CUBE = "x = 2\ny = x**3"


async def ask(client: httpx.AsyncClient, source: str, what: str) -> Any:
    answer = await client.get(f"/g/{encode(source)}/{what}")
    assert answer.status_code == 200, answer.text
    adapter(STUDIES[what.partition("?")[0]].answer).validate_json(answer.content, strict=True)
    return answer.json()


@pytest.mark.parametrize("file", STUDIES)
async def test_every_study_is_a_picture_like_any_other(client: httpx.AsyncClient, file: str):
    """By CODE or by text, with an ETag, for everybody, and a 304 for who has it."""
    source = STUDIES[file].program or NEURON
    encoded = await client.get(f"/g/{encode(source)}/{file}?utm_source=slides")
    readable = await client.get(f"/g/{file}?e={quote_plus(source)}")
    again = await client.get(f"/g/{encode(source)}/{file}", headers={"If-None-Match": encoded.headers["etag"]})

    assert encoded.status_code == readable.status_code == 200
    assert encoded.content == readable.content
    assert encoded.headers["etag"] == readable.headers["etag"]
    assert encoded.headers["access-control-allow-origin"] == "*"
    assert "max-age" in encoded.headers["cache-control"]
    assert encoded.headers["content-type"].startswith(STUDIES[file].media_type)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("file", STUDIES)
@pytest.mark.parametrize("example", gallery(), ids=lambda example: example.slug)
async def test_every_study_answers_for_the_whole_gallery(client: httpx.AsyncClient, file: str, example: Any):
    answer = await client.get(f"/g/{encode(example.source)}/{file}")

    if file.startswith("diagram.") and not find_neurons(run(example.source)):
        assert answer.status_code == 422
        assert "There is no neuron in this program" in answer.text
        return
    if file.startswith("boundary.") and answer.status_code == 422:
        reasons = ("There are no examples in it", "There is nothing to train", "There is no plane to draw it in")
        assert any(reason in answer.text for reason in reasons)
        return
    assert answer.status_code == 200
    if shape := STUDIES[file].answer:
        json.loads(answer.text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
        adapter(shape).validate_json(answer.content, strict=True)


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("check.json?node=x3", "Did you mean"),
        ("check.json?nod=x1", "Did you mean `node`?"),
        ("check.json?node=", "It is the name of a value"),
        ("paths.json?node=zzz", "There are x1, x2"),
        ("plot.svg?x=q", "There are x1"),
        ("plot.svg?from=5&to=-5", "Swap them"),
        ("plot.svg?from=nan", "It is a number"),
        ("plot.svg?to=1e300", "from -1e+12 to 1e+12"),
        ("plot.svg?samples=2001", "Allowed are 2 to 2,000."),
        ("plot.svg?samples=1", "Allowed are 2 to 2,000."),
        ("plot.svg?theme=drak", "Did you mean `dark`?"),
        ("plot.json?h=a", "It is a number"),
        ("orders.json?node=x1", "Allowed are expand"),
        ("modes.json?expand=mul", "These are: "),
        ("plot.svg?x=x1&x=x2", "Give it once."),
    ],
)
async def test_what_is_wrong_is_said_with_a_hint(client: httpx.AsyncClient, what: str, hint: str):
    answer = await client.get(f"/g/{encode(NEURON)}/{what}", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert hint in (adapter(ProblemAnswer).validate_json(answer.content, strict=True)["hint"] or "")


async def test_a_wrong_plot_is_a_picture_of_what_is_wrong(client: httpx.AsyncClient):
    answer = await client.get(f"/g/{encode(NEURON)}/plot.svg?x=q", headers={"Accept": "image/svg+xml"})

    assert answer.status_code == 422
    assert "No value is called `q`." in answer.text


async def test_a_plot_that_costs_too_much_says_what_is_affordable(client: httpx.AsyncClient):
    source = "x = 1\ny = x\nfor i in range(4000):\n    y = y * 1.0001\ny.backward()"
    refused = await client.get(f"/g/{encode(source)}/plot.json?samples=2000")
    adapted = await client.get(f"/g/{encode(source)}/plot.json")

    assert refused.status_code == 422
    assert refused.json()["limit"] == "evaluations"
    assert len(adapted.json()["xs"]) * 4000 <= 1.2 * STUDY_LIMITS.evaluations


async def test_check_tells_every_named_value_and_the_curve_of_one(client: httpx.AsyncClient):
    whole = await ask(client, NEURON, "check.json")
    one = await ask(client, CUBE, "check.json?node=x")

    assert [row["key"] for row in whole["nodes"]] == ["x1", "x2", "w1", "w2", "b", "x1w1", "x2w2", "n", "o"]
    assert {row["verdict"] for row in whole["nodes"]} == {"agrees"}
    assert whole["sentence"] == "9 of 9 gradients agree with a central difference."
    assert whole["curve"] is None
    assert one["nodes"][0]["sentence"] == "x: measured 12, ours 12. They agree."
    assert [point["h"] for point in one["curve"]][::16] == [1.0, 1e-8, 1e-16]
    assert one["curve"][8]["forward_error"] == pytest.approx(6e-4, rel=0.01)


async def test_a_kink_is_explained_with_the_rule(client: httpx.AsyncClient):
    answer = await ask(client, "x = 0\ny = relu(x)", "check.json?node=x")

    assert answer["verdict"] == "agrees"  # a rule decides, and the rule was followed
    assert answer["nodes"][0]["verdict"] == "differs"
    assert answer["nodes"][0]["sentence"] == (
        "x: the slope is 0 on the left and 1 on the right, for y has a kink here; our rule says 0. "
        "At exactly 0 the slope is taken as 0, as PyTorch does."
    )


async def test_paths_add_up_in_words(client: httpx.AsyncClient):
    row = (await ask(client, ORDER, "paths.json?node=a"))["nodes"][0]

    assert (row["count"], row["total"], row["grad"], row["complete"]) == (4, 25.0, 25.0, True)
    assert sum(path["product"] for path in row["paths"]) == 25.0
    assert row["sentence"] == "4 paths lead from a to y: 15 + 3 + 6 + 1 = 25, its grad."
    assert row["paths"][0]["text"] == "a → d → f → y: 1 × 5 × 3 = 15"


async def test_paths_of_all_are_only_counted(client: httpx.AsyncClient):
    rows = (await ask(client, ORDER, "paths.json"))["nodes"]

    assert {row["key"]: row["count"] for row in rows} == {"a": 4, "b": 4, "c": 2, "d": 2, "e": 1, "f": 1, "y": 1}
    assert not any(row["paths"] for row in rows)


async def test_a_plot_has_its_tangent_and_secant_in_numbers(client: httpx.AsyncClient):
    answer = await ask(client, "x = 3\ny = 3*x**2 - 4*x + 5", "plot.json?from=-5&to=5&h=0.5&samples=41")

    assert (answer["xs"][0], answer["xs"][-1], len(answer["xs"])) == (-5.0, 5.0, 41)
    assert (answer["ys"][0], answer["ys"][-1]) == (100.0, 60.0)
    assert (answer["x"], answer["y"], answer["slope"]) == (3.0, 20.0, 14.0)
    assert answer["secant"] == {"h": 0.5, "x": 3.5, "y": 27.75, "slope": 15.5}
    assert answer["sentence"] == (
        "y as a function of x, from -5 to 5. At x = 3 it is 20, and its slope is the grad, 14."
    )  # fmt: skip


async def test_a_pole_is_a_gap(client: httpx.AsyncClient):
    answer = await ask(client, "x = 1\ny = tan(x)", "plot.json")

    assert answer["ys"].count(None) == len(answer["breaks"]) == 4
    assert answer["breaks"][2] == pytest.approx(1.5707963)
    assert answer["y_to"] < 100


async def test_conditions_are_warned_of(client: httpx.AsyncClient):
    """The graph is replayed, and a graph has no branches."""
    branching = await ask(client, "x = 1\ny = x * 2 if x > 0 else x * 3\ny.backward()", "plot.json")

    assert branching["note"] == "The program has conditions: the plot keeps to the way they went."
    assert (await ask(client, CUBE, "plot.json"))["note"] is None


async def test_an_inner_value_can_run_along_too(client: httpx.AsyncClient):
    answer = await ask(client, NEURON, "plot.json?x=n&samples=3")

    assert answer["ys"] == pytest.approx([-0.9999, 0.0, 0.9999], abs=1e-4)


async def test_orders_say_why_the_first_wrong_number_is_wrong(client: httpx.AsyncClient):
    answer = await ask(client, ORDER, "orders.json")
    right, early, again = answer["walks"]

    assert answer["sentence"] == "Right are a 25, b 19; plain depth-first gives 4, 3 and naive recursion gives 29, 22."
    assert (right["first_wrong"], right["wrong"]) == (None, [])
    assert (
        early["sentence"]
        == "c passes on 1 too early: f had not sent its share, and its grad is to be 7. What comes later stays behind."
    )
    assert again["sentence"] == "c is reached again and passes on 7, of which it had sent 1 before: that part is counted twice."
    assert early["wrong"] == again["wrong"] == ["n0", "n1"]


async def test_modes_count_passes_and_multiplications(client: httpx.AsyncClient):
    answer = await ask(client, NEURON, "modes.json")

    assert answer["forward"] == {"passes": 5, "multiplications": 18}
    assert answer["reverse"] == {"passes": 1, "multiplications": 9}
    assert all(row["output"] == pytest.approx(row["grad"]) for row in answer["tangents"])


async def test_expand_takes_operations_apart_here_as_well(client: httpx.AsyncClient):
    plain = await ask(client, "x = 0.5\ny = tanh(x)", "paths.json?node=x")
    apart = await ask(client, "x = 0.5\ny = tanh(x)", "paths.json?node=x&expand=tanh")

    assert (plain["nodes"][0]["count"], apart["nodes"][0]["count"]) == (1, 2)
    assert plain["nodes"][0]["total"] == pytest.approx(apart["nodes"][0]["total"], rel=1e-12)


@pytest.mark.parametrize("name", sorted({study.name for study in STUDIES.values() if study.file.endswith(".json")}))
async def test_by_post_inputs_can_have_other_numbers(client: httpx.AsyncClient, name: str):
    source = STUDIES[f"{name}.json"].program or "a = 2\ny = tanh(a * 0.5)"
    answer = await client.post(f"/api/v1/{name}", json={"source": source, "inputs": {"a": 3}})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["source"] == source


async def test_a_diagram_by_post_has_other_numbers(client: httpx.AsyncClient):
    source = "x = 1.0\nw = 2.0\nb = -1.0\no = tanh(x*w + b)"
    answer = (await client.post("/api/v1/diagram", json={"source": source, "inputs": {"w": 3}, "step": "end"})).json()

    assert (answer["view"], answer["scales"]["lines"]) == ("neuron", 5.0)
    assert ">3.0000<" in answer["svg"]
    assert "@font-face" not in answer["svg"]


async def test_a_post_takes_the_same_question(client: httpx.AsyncClient):
    good = await client.post("/api/v1/plot", json={"source": CUBE, "inputs": {"x": 3}, "from": -1, "to": 1, "samples": 3})
    bad = await client.post("/api/v1/plot", json={"source": CUBE, "sampels": 3})
    none = await client.post("/api/v1/plot", json=[CUBE])

    assert (good.json()["ys"], good.json()["slope"]) == ([-1.0, 0.0, 1.0], 27.0)
    assert bad.json()["hint"].startswith("Did you mean `samples`?")
    assert none.status_code == 422


async def test_a_program_that_is_wrong_says_where(client: httpx.AsyncClient):
    answer = await client.get(f"/g/{encode('y = tahn(2)')}/check.json")

    assert (answer.status_code, answer.json()["line"]) == (422, 1)


async def test_all_about_one_value(client: httpx.AsyncClient):
    answer = await ask(client, NEURON, "explain.json?node=n")
    node = answer["node"]

    assert node["data_text"] == "0.8813735870195432"
    assert node["operation"]["rule"] == "a + b"
    assert [each["name"] for each in node["inputs"]] == ["x1w1 + x2w2", "b"]
    assert [each["name"] for each in node["users"]] == ["o"]
    assert node["contributions"][0]["text"] == "1 × 0.5 = 0.5"
    assert [step["phase"] for step in answer["steps"]] == ["forward", "backward"]
    assert answer["steps"][0]["formula"]["plain"] == "n = x1w1 + x2w2 + b = -6 + 6.8814 = 0.8814"


async def test_all_about_one_step(client: httpx.AsyncClient):
    answer = await ask(client, NEURON, "explain.json?step=grad:w1")
    start = await ask(client, NEURON, "explain.json?step=0")
    both = await client.get(f"/g/{encode(NEURON)}/explain.json?step=1&node=n")

    assert answer["node"] is None
    assert [step["formula"]["product"] for step in answer["steps"]] == ["0.5 × 2 = 1"]
    assert start["steps"] == []
    assert both.json()["node"]["key"] == "n"
    assert [step["index"] for step in both.json()["steps"]] == [1]


async def test_a_kinks_rule_stands_with_its_operation(client: httpx.AsyncClient):
    answer = await ask(client, "x = -1\nh = relu(x)", "explain.json?node=h")

    assert answer["node"]["operation"]["convention"] == "At exactly 0 the slope is taken as 0, as PyTorch does."
    assert answer["node"]["operation"]["derivatives"] == [r"\left[ a > 0 \right]"]
    assert answer["node"]["badges"] == [
        "h is dead here: its input is -1, not above 0, so its slope is 0 and no gradient gets through."
    ]


async def test_the_graph_answer_explains_itself(client: httpx.AsyncClient):
    answer = (await client.get(f"/g/{encode('x = -1' + chr(10) + 'h = relu(x)')}.json")).json()
    forward, _, backward = answer["steps"]

    assert forward["formula"]["letters"] == r"\operatorname{relu}(x)"
    assert (backward["formula"]["product"], backward["formula"]["sum"]) == ("1 × 0 = 0", "0 → 0 (+0)")
    assert answer["edges"][0]["contribution_text"] == "1 × 0 = 0"
    assert answer["edges"][0]["local_latex"].startswith(r"\frac{\partial h}{\partial x} = ")
    assert list(answer["operations"]) == ["relu"]
    assert [(badge["node"], badge["kind"]) for badge in answer["badges"]] == [("n1", "dead")]


async def test_a_very_long_story_is_explained_on_demand(client: httpx.AsyncClient):
    source = "x = 0.5\ny = x\nfor i in range(200):\n    y = y * x\ny.backward()"
    answer = (await client.get(f"/g/{encode(source)}.json?leaves=split&collapse=none")).json()

    assert len(answer["steps"]) > 400
    assert answer["steps"][0]["formula"] is None
    assert answer["steps"][0]["latex"]
    assert (await ask(client, source, "explain.json?step=1"))["steps"][0]["formula"]["letters"]


def test_the_contract_names_every_study_and_every_field():
    """What can be asked is written down in the contract, what is answered beside it, by its shape or on the page of answers."""
    docs = Path(__file__).parents[2] / "docs"
    contract = (docs / "contract.md").read_text(encoding="utf-8")
    answers = contract + (docs / "answers.md").read_text(encoding="utf-8")
    section = contract[contract.index("## Studies") : contract.index("## The SVG")]
    for study in STUDIES.values():
        assert f"`{study.file}`" in section
        for name in study.question.names():
            assert f"`{name}`" in section, f"{study.file}: {name}"
        if study.name == "compare" or not study.file.endswith(".json"):
            continue
        subject = Subject(Runs().get(RunKey(study.program or NEURON)))
        answer = study.make(subject, study.question.read({"node": "n"} if "node" in study.question.names() else {}))
        assert isinstance(answer, dict)
        rows = [row for value in answer.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
        for field in [*answer, *(name for row in rows for name in row)]:
            assert f"`{field}`" in answers or f"`{field}?`" in answers, f"{study.file}: {field}"


async def test_a_study_and_a_picture_take_other_inputs_from_their_address(client: httpx.AsyncClient):
    asked = {"e": "a = 2\nb = a * a", "inputs": "a:5"}
    paths = (await client.get("/g/paths.json", params={**asked, "node": "a"})).json()
    assert paths["nodes"][0]["total"] == 10.0
    graph = (await client.get("/g.json", params=asked)).json()
    assert [node["data"] for node in graph["nodes"]] == [5.0, 25.0]
    assert "inputs=a:5.0" in graph["links"]["svg"]
    assert (await client.get("/g.json", params={**asked, "inputs": "c:5"})).status_code == 422
