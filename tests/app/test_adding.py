"""What docs/adding.md promises: each thing here is added as one row, and the whole service has it."""

from __future__ import annotations

import math

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
