"""Looks into a run: one address for each row of the table of studies, by CODE, by text, and by POST with other inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel

from stepgrad.app.routes import openapi
from stepgrad.app.routes.answering import answer
from stepgrad.app.routes.reading import json_body, pipeline_of, remember, source_of
from stepgrad.app.routes.stream import MEDIA_TYPE, TrainingStream, wants_events
from stepgrad.app.runs import RunKey, Runs
from stepgrad.app.schemas import GraphRequest
from stepgrad.app.studies import STUDIES, Question, Study, Subject
from stepgrad.app.studies.knobs import Training

__all__ = ["router"]

router = APIRouter(tags=["studies"])


def _subject(request: Request, source: str, question: Question, inputs: Mapping[str, float] | None = None) -> Subject:
    pipeline, options = pipeline_of(request), question.options()
    if question.trains:
        return Subject(pipeline.runs.trainable(RunKey.of(source, options, inputs)))
    return Subject(pipeline.moment(source, options, inputs).story)


def _by_address(study: Study, readable: bool) -> Callable[[Request], Response]:
    def by_address(request: Request) -> Response:
        source, pairs = source_of(request, None if readable else request.path_params["code"])
        question = study.question.from_query(pairs)
        identity = (study.file, study.depends(), question.query(), source)
        make = lambda: study.body(_subject(request, source, question), question)  # noqa: E731
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
        subject = _subject(request, program.source, question, program.inputs)
        if program.inputs:  # for the links in the answer
            spelled = ",".join(f"{name}:{program.inputs[name]!r}" for name in sorted(program.inputs))
            question = question.model_copy(update={"inputs": spelled})
        if isinstance(question, Training) and (streamed or wants_events(request.headers.get("accept", ""))):
            return TrainingStream(subject, question, request.app.state.places)
        body = study.body(subject, question)
        return Response(body, headers={"Cache-Control": "no-store"}, media_type=study.media_type)

    return by_post


# What /docs says ---------------------------------------------------------------------------------------------------------


_COMPARED = {
    "version": 1,
    "output": "n4",
    "torch": {"available": True, "version": "2.13.0"},
    "tolerance": {"numeric": 1e-6, "torch": 1e-12},
    "verdict": "agrees",
    "sentence": "All 5 values agree with a central difference and PyTorch.",
    "nodes": [
        {
            "node": "n0", "key": "a", "data": 2.0, "grad": -3.0, "pass_grad": -3.0, "numeric": -3.0000000000,
            "numeric_verdict": "agrees", "torch_data": 2.0, "torch_grad": -3.0, "torch_verdict": "agrees", "verdict": "agrees",
        }
    ],
}  # fmt: skip
_EXAMPLES = {"image/svg+xml": "<svg …>…</svg>", "text/csv": "iteration,loss,w\r\n0,4.0,3.0\r\n1,3.24,2.8\r\n"}


def _described(study: Study) -> dict[str, Any]:
    if study.media_type != "application/json":
        return {"description": study.help, "content": {study.media_type: {"example": _EXAMPLES[study.media_type]}}}
    if study.file == "compare.json":  # not the place to load PyTorch
        return {"description": study.help, "content": {"application/json": {"schema": {"type": "object"}, "example": _COMPARED}}}
    names = study.question.names()
    given: dict[str, Any] = {}
    if "samples" in names:
        given = {"samples": 5}
    elif "node" in names:
        given = {"node": "a"}
    elif "steps" in names and "step" not in names:
        given = {"steps": 3}
    example = study.make(Subject(Runs().get(RunKey(study.program or openapi.PROGRAM))), study.question.read(given))
    return {"description": study.help, "content": {"application/json": {"schema": {"type": "object"}, "example": example}}}


def _documented(study: Study, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "response_class": Response,
        "responses": {
            200: _described(study),
            304: {"description": "The answer that If-None-Match names is still the same."},
            **openapi.problems(400, 414, 422, 429, 431, 503, picture=study.file.endswith(".svg")),
        },
        "openapi_extra": {"parameters": [*parameters, *openapi.parameters_of(study.question, study.question.names())]},
    }


def _documented_post(study: Study) -> dict[str, Any]:
    properties = {**_properties(study.question, study.question.names()), **_properties(GraphRequest, ("source", "inputs"))}
    schema = {"type": "object", "required": ["source"], "properties": properties, "additionalProperties": False}
    example = {"source": study.program or openapi.PROGRAM, "inputs": {"a": 4}}
    content = {"application/json": {"schema": schema, "example": example}}
    return {
        "response_class": Response,
        "responses": {200: _described(study), **openapi.problems(400, 408, 413, 415, 422, 429, 431, 503)},
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }


def _properties(model: type[BaseModel], names: Any) -> dict[str, Any]:
    properties = model.model_json_schema()["properties"]
    return {name: properties[name] for name in names}


for _study in STUDIES.values():
    router.add_api_route(
        f"/g/{{code:path}}/{_study.file}", _by_address(_study, readable=False), methods=["GET"], name=_study.file,
        summary=_study.help, **_documented(_study, [openapi.program_parameter(False, _study.program)]),
    )  # fmt: skip
    router.add_api_route(
        f"/g/{_study.file}", _by_address(_study, readable=True), methods=["GET"], name=f"readable {_study.file}",
        summary=_study.help, **_documented(_study, [openapi.program_parameter(True, _study.program)]),
    )  # fmt: skip
    if _study.media_type == "application/json":
        router.add_api_route(
            f"/api/v1/{_study.name}", _by_post(_study), methods=["POST"], name=f"post {_study.file}",
            summary=_study.help, **_documented_post(_study),
        )  # fmt: skip

_EVENTS = (
    'event: start\ndata: {"steps":3,"affordable":10000,…}\n\n'
    'event: progress\ndata: {"from":0,"iteration":3,"loss":-12.6,"losses":[4.0,-1.2,-12.6],"history":null}\n\n'
    "event: done\ndata: {…the answer of train.json…}\n\n"
)
_STREAMED = _documented_post(STUDIES["train.json"])
_STREAMED["responses"][200] = {"description": "Events while it is trained.", "content": {MEDIA_TYPE: {"example": _EVENTS}}}
router.add_api_route(
    "/api/v1/train/stream", _by_post(STUDIES["train.json"], streamed=True), methods=["POST"], name="post train stream",
    summary="The same as it goes, by server-sent events; POST /api/v1/train does so with `Accept: text/event-stream`.",
    **_STREAMED,
)  # fmt: skip
