"""Looks into a run: one address for each row of the table of studies, by CODE, by text, and by POST with other inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from stepgrad.app.pipeline import Pipeline
from stepgrad.app.request import GraphRequest
from stepgrad.app.routes.answering import answer
from stepgrad.app.routes.reading import json_body, pipeline_of, remember, source_of
from stepgrad.app.routes.stream import TrainingStream, wants_events
from stepgrad.app.runs import RunKey
from stepgrad.app.studies import STUDIES, Question, Study, Subject
from stepgrad.app.studies.knobs import Training

__all__ = ["router", "subject_of"]

router = APIRouter(tags=["studies"])


def subject_of(pipeline: Pipeline, source: str, question: Question, inputs: Mapping[str, float] | None = None) -> Subject:
    """The run that a question is about."""
    options = question.options()
    if question.trains:
        return Subject(pipeline.runs.trainable(RunKey.of(source, options, inputs)))
    return Subject(pipeline.moment(source, options, inputs).story)


def _by_address(study: Study, readable: bool) -> Callable[[Request], Response]:
    def by_address(request: Request) -> Response:
        source, pairs = source_of(request, None if readable else request.path_params["code"])
        question = study.question.from_query(pairs)
        identity = (study.file, study.depends(), question.query(), source)
        make = lambda: study.body(subject_of(pipeline_of(request), source, question), question)  # noqa: E731
        return answer(request, identity, study.media_type, study.file, make)

    return by_address


def _by_post(study: Study, streamed: bool = False) -> Callable[..., Response]:
    async def read(request: Request) -> tuple[GraphRequest, Question]:
        body = await json_body(request)
        if not isinstance(body, dict):
            return GraphRequest.read(body), study.question()
        program = GraphRequest.read({name: body[name] for name in ("source", "inputs") if name in body})
        return program, study.question.read({name: value for name, value in body.items() if name not in ("source", "inputs")})

    def by_post(request: Request, asked: tuple[GraphRequest, Question] = Depends(read)) -> Response:
        program, question = asked
        remember(request, program.source)
        subject = subject_of(pipeline_of(request), program.source, question, program.inputs)
        if program.inputs:  # for the links in the answer
            question = question.model_copy(update={"inputs": program.spelled})
        if isinstance(question, Training) and (streamed or wants_events(request.headers.get("accept", ""))):
            return TrainingStream(subject, question, request.app.state.places)
        body = study.body(subject, question)
        return Response(body, headers={"Cache-Control": "no-store"}, media_type=study.media_type)

    return by_post


for _study in STUDIES.values():
    for _path, _how, _readable in (("/g/{code:path}", "_by_code", False), ("/g", "", True)):
        router.add_api_route(
            f"{_path}/{_study.file}", _by_address(_study, _readable), methods=["GET"], summary=_study.help,
            operation_id=f"get_{_study.identifier}{_how}",
        )  # fmt: skip
    if _study.is_json:
        router.add_api_route(
            f"/api/v1/{_study.name}", _by_post(_study), methods=["POST"], summary=_study.help,
            operation_id=f"post_{_study.identifier}",
        )  # fmt: skip

router.add_api_route(
    "/api/v1/train/stream", _by_post(STUDIES["train.json"], streamed=True), methods=["POST"], operation_id="post_train_stream",
    summary="The same as it goes, by server-sent events; POST /api/v1/train does so with `Accept: text/event-stream`.",
)  # fmt: skip
