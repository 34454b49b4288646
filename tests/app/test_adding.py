"""What docs/adding.md promises: each thing here is added as one row, and the whole service has it."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import httpx
import pytest

from stepgrad.app.config import Settings
from stepgrad.app.main import create_app
from stepgrad.app.studies.knobs import Training
from stepgrad.app.tables import tables
from stepgrad.engine.optimizers import OPTIMIZERS, Optimizer, Update

LINE = "w = 3\nloss = (w * 2 - 4)**2"


def started() -> httpx.AsyncClient:
    """Requests to a service that starts now."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(Settings())), base_url="http://stepgrad.test")


# An option: the table is a class, and so the row stands in its source before it is loaded

OPTION = """
import asyncio, contextlib, importlib.util, io, json, sys
import httpx

spec = importlib.util.find_spec("stepgrad.app.options")
source = spec.loader.get_source(spec.name)
row = '''    wind: Annotated[Literal["calm", "gale"], Row("view", ("structure",), unsaid=("embed",))] = Field(
        default="calm", description="How much it blows."
    )
'''
place = "    hide: Annotated"
assert source.count(place) == 1
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
exec(compile(source.replace(place, row + place), spec.origin, "exec"), module.__dict__)

from stepgrad.app.cli import main
from stepgrad.app.config import Settings
from stepgrad.app.main import create_app
from stepgrad.app.options import Options

async def told():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(Settings())), base_url="http://x") as client:
        program = {"e": "a = 3"}
        calm = await client.get("/g.svg", params=program)
        gale = await client.get("/g.svg", params=program | {"wind": "gale"})
        wrong = await client.get("/g.json", params=program | {"wind": "gael"})
        links = (await client.get("/g.json", params=program | {"wind": "gale"})).json()["links"]
        page = (await client.get("/", params=program | {"wind": "gale"})).text
        api = (await client.get("/openapi.json")).json()["components"]["parameters"]
        return {
            "made": gale.status_code,
            "tags": calm.headers["etag"] != gale.headers["etag"],
            "hint": wrong.json()["hint"],
            "links": {name: "wind=gale" in link for name, link in links.items()},
            "boot": [row for row in json.loads(page.partition('id="boot">')[2].partition("</script>")[0])["tables"]["options"]
                     if row["name"] == "wind"],
            "documented": api["wind"]["schema"]["enum"],
            "structure": Options(wind="gale").structure != Options().structure,
        }

result = asyncio.run(told())
with contextlib.redirect_stdout(io.StringIO()) as help, contextlib.suppress(SystemExit):
    main(["draw", "--help"])
result["help"] = " ".join(help.getvalue().partition("view:")[2].split())
print(json.dumps(result))
"""


def test_an_option_is_a_row():
    done = subprocess.run([sys.executable, "-c", OPTION], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)

    assert (told["made"], told["tags"], told["structure"]) == (200, True, True)
    assert told["hint"] == "Did you mean `gale`? Allowed are `calm`, `gale`."
    assert told["links"] == {"page": True, "svg": True, "dot": True, "json": True, "py": True, "embed": False}
    assert told["boot"] == [
        {"name": "wind", "default": "calm", "type": "word", "affects": ["structure"], "links": ["picture", "page"],
         "words": ["calm", "gale"]}
    ]  # fmt: skip
    assert told["documented"] == ["calm", "gale"]
    assert "--wind calm|gale How much it blows. [calm]" in told["help"]


# A format: the documentation is made when the service is loaded, and so the row must be there before

FORMAT = """
import asyncio, contextlib, io, json
import httpx
from stepgrad.app.exporting import FORMATS, Format

FORMATS["txt"] = Format(
    "txt", "text/plain; charset=utf-8", lambda line, moment: moment.sentence.encode(), "the sentence"
)

from stepgrad.app.cli import main
from stepgrad.app.config import Settings
from stepgrad.app.main import create_app

async def told():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(Settings())), base_url="http://x") as client:
        made = await client.get("/g.txt", params={"e": "a = 3\\nb = a * a", "step": 1})
        wrong = await client.get("/g.txt", params={"e": "a = tahn(1)"}, headers={"Accept": "text/html"})
        none = await client.get("/g.exe", params={"e": "a = 3"}, headers={"Accept": "application/json"})
        api = (await client.get("/openapi.json")).json()
        parts, answer = api["components"], api["paths"]["/g/{code}.{extension}"]["get"]["responses"]["200"]
        return {
            "made": [made.text, made.headers["content-type"]],
            "wrong": [wrong.status_code, wrong.headers["content-type"]],
            "none": none.json()["hint"],
            "parameter": parts["parameters"]["extension"]["schema"]["enum"],
            "example": [*answer["content"]["text/plain"]["examples"], parts["examples"]["graph.txt"]["value"]],
            "hint": parts["examples"]["problem.404"]["value"]["hint"],
        }

result = asyncio.run(told())
with contextlib.redirect_stdout(io.StringIO()) as help, contextlib.suppress(SystemExit):
    main(["draw", "--help"])
result["help"] = " ".join(help.getvalue().split())
print(json.dumps(result))
"""


def test_a_format_is_a_row():
    done = subprocess.run([sys.executable, "-c", FORMAT], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)

    assert told["made"] == ["b = a × a = 3 × 3 = 9.", "text/plain; charset=utf-8"]
    assert told["wrong"] == [422, "application/problem+json"]
    assert told["none"] == told["hint"] == "There are svg, dot, json, py, txt."
    assert told["parameter"] == ["svg", "dot", "json", "py", "txt"]
    assert told["example"] == ["graph.txt", "`×` sends back 1 × (-3) = -3: a.grad goes from 0 to -3."]
    assert "txt: the sentence" in told["help"]


# A study with a lab: addresses are made when the service is loaded

STUDY = """
import asyncio, json
import httpx
from stepgrad.app.labs import LABS, Lab, Offer
from typing_extensions import TypedDict
from stepgrad.app.schemas import shape
from stepgrad.app.studies import STUDIES, Study
from stepgrad.app.studies.questions import About

@shape
class LengthAnswer(TypedDict):
    steps: int

def length(subject, question) -> LengthAnswer:
    return {"steps": len(subject.trace.steps)}

STUDIES["length.json"] = Study("length.json", About, length, "How long the story is.")
LABS["length"] = Lab("length", "How long?", study="length", offer=Offer("square", "How long?", "Steps, counted."))

from stepgrad.app.config import Settings
from stepgrad.app.main import create_app

async def told():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(Settings())), base_url="http://x") as client:
        page = await client.get("/", params={"e": "a = 3", "lab": "length"})
        boot = json.loads(page.text.partition('id="boot">')[2].partition("</script>")[0])
        wrong = await client.get("/", params={"e": "a = 3", "lab": "lenght"})
        api = (await client.get("/openapi.json")).json()
        return {
            "asked": (await client.get("/g/length.json", params={"e": "a = 3; b = a * a"})).json(),
            "posted": (await client.post("/api/v1/length", json={"source": "a = 3; b = a * a"})).json(),
            "documented": [path for path in api["paths"] if "length" in path],
            "shape": api["components"]["schemas"]["LengthAnswer"]["properties"],
            "example": api["components"]["examples"]["length.json"]["value"],
            "open": boot["options"],
            "lab": boot["tables"]["labs"][-1],
            "wrong": "Did you mean `length`?" in wrong.text,
        }

print(json.dumps(asyncio.run(told())))
"""


def test_a_study_and_its_lab_are_a_row_each():
    done = subprocess.run([sys.executable, "-c", STUDY], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)

    assert told["asked"] == told["posted"] == {"steps": 4}
    assert told["documented"] == ["/g/{code}/length.json", "/g/length.json", "/api/v1/length"]
    assert told["shape"] == {"steps": {"type": "integer"}}
    assert told["example"] == {"steps": 7}
    assert told["open"] == {"lab": "length"}
    assert told["lab"] == {
        "name": "length",
        "title": "How long?",
        "offer": {"slug": "square", "title": "How long?", "sentence": "Steps, counted.", "source": ""},
    }
    assert told["wrong"]


# An optimizer


def signed(rate: float, count: int, size: float) -> Update:
    return lambda parameters, grads: [w - rate * math.copysign(size, g) for w, g in zip(parameters, grads, strict=True)]


@pytest.fixture
def signs(monkeypatch: pytest.MonkeyPatch) -> Optimizer:
    row = Optimizer(
        "signed", label="signs", words="descent by signs", help="steps of one size", rule=signed, torch="",
        constants={"size": 2.0}, direction="sign", latex=r"\operatorname{sgn}",
    )  # fmt: skip
    monkeypatch.setitem(OPTIMIZERS, "signed", row)
    return row


async def test_an_optimizer_is_a_row(signs: Optimizer):
    async with started() as client:
        asked = {"source": LINE, "optimizer": "signed", "steps": 1, "learning_rate": 0.1}
        trained = (await client.post("/api/v1/train", json=asked)).json()
        story = (await client.get("/g.json", params={"e": LINE, "iteration": 0, "optimizer": "signed"})).json()
        wrong = (await client.get("/g.json", params={"e": LINE, "iteration": 0, "optimizer": "sined"})).json()
        page = (await client.get("/", params={"e": LINE, "optimizer": "signed"})).text
    update = story["steps"][-1]

    assert trained["parameters"][0]["final"] == 3 - 0.1 * 2.0
    assert trained["sentence"].startswith("1 step of descent by signs on 1 number, learning rate 0.1")
    assert update["text"] == "Update: w ← w − 0.05 · sign = 3 − 0.05 · 2 = 2.9."
    assert r"w - 0.05 \cdot \operatorname{sgn}" in update["latex"]
    assert wrong["hint"] == "Did you mean `signed`? Allowed are " + ", ".join(f"`{name}`" for name in OPTIMIZERS) + "."
    assert '"label":"signs"' in page
    assert "signed" in Training.model_json_schema()["properties"]["optimizer"]["enum"]
    assert tables()["optimizers"][-1] == {"name": "signed", "label": "signs", "follows_grad": False}
