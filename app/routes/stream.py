"""Training as it goes: server-sent events while the work is done in slices, so that nobody else waits for it.

    start     what is trained, and how far it may go
    progress  the iterations that were made since the last: losses, and with `history` the parameters
    done      the answer of train.json
    problem   in place of `done`: what went wrong on the way, as application/problem+json has it

Whoever closes the connection ends the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field
from starlette.responses import StreamingResponse
from typing_extensions import TypedDict

from stepgrad.app import wire
from stepgrad.app.errors import ProblemAnswer, ProblemError, as_problem
from stepgrad.app.schemas import shape
from stepgrad.app.studies.knobs import Training
from stepgrad.app.studies.runs import check_size, packed
from stepgrad.app.studies.telling import Head, Subject
from stepgrad.app.studies.training import TrainAnswer, training
from stepgrad.app.training import no_iteration
from stepgrad.app.wire import Num, number

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from stepgrad.app.training import Course

__all__ = ["EVENTS", "HEADERS", "MEDIA_TYPE", "Places", "TrainingStream", "wants_events"]

MEDIA_TYPE = "text/event-stream"

HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
"""Nothing on the way may keep, squeeze or hold back the events."""

SLICE_SECONDS = 0.01
"""Work until the event loop and other threads have their turn."""

EVERY_SECONDS = 0.1
"""Between two events of progress."""

ALIVE_SECONDS = 10.0
"""Between two signs of life, where a slice takes long."""


def wants_events(accept: str) -> bool:
    return MEDIA_TYPE in accept


class Places:
    """How many runs are streamed at once, and for how long each. Used from the event loop only."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self.most:
            raise ProblemError(
                503, "busy", "The service is busy", f"{self.most} trainings are being followed.",
                hint="Try again in a few seconds, or ask without `Accept: text/event-stream`.", headers={"Retry-After": "3"},
            )  # fmt: skip
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        self.taken -= 1


class TrainingStream(Response):
    """The answer. All that can be refused is refused before it begins."""

    def __init__(self, subject: Subject, question: Training, places: Places) -> None:
        super().__init__()
        self._subject = subject
        self._question = question
        self._places = places
        self._course = subject.story.course(question)
        self._course.run.check(question.steps)
        if question.iteration is not None and question.iteration > question.steps:
            raise no_iteration(question.iteration, question.steps)
        if question.history:
            check_size(self._course.model, question.steps, ", or without `history`")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Before 2.4 it is the server's custom to say that a client has gone, and StreamingResponse listens for that.
        scope = {**scope, "asgi": {**scope.get("asgi", {}), "spec_version": "2.3"}}
        with self._places:
            await StreamingResponse(self.events(), 200, HEADERS, MEDIA_TYPE)(scope, receive, send)

    async def events(self) -> AsyncIterator[bytes]:
        subject, question, course = self._subject, self._question, self._course
        try:
            yield _event("start", await run_in_threadpool(_start, subject, question, course))
            told, until, shown = 0, monotonic() + self._places.seconds, 0.0
            while True:
                work = asyncio.ensure_future(run_in_threadpool(course.advance, question.steps, SLICE_SECONDS))
                while not (await asyncio.wait({work}, timeout=ALIVE_SECONDS))[0]:
                    yield b": still at it\n\n"
                finished = work.result()
                made = min(course.run.updates, question.steps)
                if finished or (made > told and monotonic() > shown + EVERY_SECONDS):
                    yield _event("progress", _progress(course, told, made, question.history))
                    told, shown = made, monotonic()
                if finished or monotonic() >= until:  # a slice is worked on in any case
                    break
            yield _event("done", await run_in_threadpool(self._done, finished))
        except Exception as error:  # it is too late for a status
            yield _event("problem", as_problem(error).body(None))

    def _done(self, finished: bool) -> TrainAnswer:
        question = self._question
        if not finished:
            question = question.model_copy(update={"steps": self._course.run.updates})
        answer = training(self._subject, question)
        if not finished:
            answer["note"] = f"After {self._places.seconds:g} s it ends here: {question.steps:,} steps were made."
        return answer


@shape
class StartedParameter(TypedDict):
    """A number that is trained."""

    node: str
    key: str
    label: str
    initial: Num


@shape
class StartEvent(Head):
    """What is trained."""

    name: str
    """What the loss is called in sentences."""
    steps: int
    """Updates that were asked for."""
    affordable: int
    """Updates that may be asked for."""
    parameters: list[StartedParameter]


def _start(subject: Subject, question: Training, course: Course) -> StartEvent:
    model = course.model
    return {
        **subject.head(),
        "name": subject.name(model.root),
        "steps": question.steps,
        "affordable": model.affordable(question.batch),
        "parameters": [
            {"node": node.id, "key": node.key, "label": node.label, "initial": number(initial)}
            for node, initial in zip(model.parameters, model.start, strict=True)
        ],
    }


@shape
class ProgressEvent(
    TypedDict("_Since", {"from": Annotated[int, Field(description="The first iteration that is told; `iteration` is not.")]})
):
    """What was made since the last event, some ten times a second."""

    iteration: int
    """Updates made by now."""
    loss: Num
    """The last of `losses`."""
    losses: list[Num]
    history: str | None
    """With `history=true` the parameters of these iterations: little-endian doubles in base64."""


def _progress(course: Course, told: int, made: int, history: bool) -> ProgressEvent:
    """The iterations from `told` on, `made` not included: it has no loss yet."""
    losses = [number(loss) for loss in course.run.losses[told:made]]
    count = len(course.model.parameters)
    rows = course.run.rows[told * count : made * count]
    return {
        "from": told,
        "iteration": made,
        "loss": losses[-1] if losses else None,
        "losses": losses,
        "history": packed(rows) if history else None,
    }


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + wire.dump(data) + b"\n\n"


EVENTS: dict[str, type] = {"start": StartEvent, "progress": ProgressEvent, "done": TrainAnswer, "problem": ProblemAnswer}
