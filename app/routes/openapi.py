"""/openapi.json: every address, what it takes, what it answers, what may go wrong.

The document is made when it is first asked for, and its examples by running: each is what the address in its summary answers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from stepgrad.app.admission import Admission
from stepgrad.app.answers import GraphAnswer
from stepgrad.app.config import Settings
from stepgrad.app.errors import ProblemAnswer, as_problem
from stepgrad.app.exporting import FORMATS, unknown_format
from stepgrad.app.links import decode, encode
from stepgrad.app.options import NAMES, Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.query import Kind
from stepgrad.app.refusals import body_too_long, headers_too_long, not_json, too_slow, url_too_long
from stepgrad.app.request import GraphRequest
from stepgrad.app.routes import graphs, health, pages, studies
from stepgrad.app.routes.health import HealthAnswer, healthy
from stepgrad.app.routes.stream import EVENTS, MEDIA_TYPE, Places, TrainingStream
from stepgrad.app.routes.studies import subject_of
from stepgrad.app.schemas import schemas
from stepgrad.app.studies import STUDIES, Study
from stepgrad.app.studies.knobs import Training
from stepgrad.engine.language import run

__all__ = ["PROGRAM", "ROUTERS", "document", "shapes"]

ROUTERS = (graphs.router, studies.router, pages.router, health.router)
"""The addresses that are told of: all but this document's own."""

Made = dict[str, Any]

PROGRAM = "a = 2\nb = -3\nc = 10\nd = a * b + c"
ASKED = {"inputs": "a:4", "step": "grad:a", "digits": "2", "font": "none"}


def document(app: FastAPI) -> Made:
    """The whole document. It runs some programs: for a thread of its own."""
    parts = _Parts(app.state.settings, app.state.pipeline)
    paths: dict[str, Made] = {}
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        for method in route.methods or ():
            paths.setdefault(route.path_format, {})[method.lower()] = {
                "operationId": route.operation_id,
                "tags": route.tags,
                "summary": route.summary,
                **({"description": route.description} if route.description else {}),
                **parts.operation(route.operation_id or ""),
            }
    info = {"title": app.title, "summary": app.summary, "version": app.version}
    return {"openapi": "3.1.0", "info": info, "servers": app.servers, "paths": paths, "components": parts.components}


def shapes() -> dict[str, type]:
    """The shapes of all answers, by name."""
    of_studies = (study.answer for study in STUDIES.values() if study.answer)
    return {shape.__name__: shape for shape in (GraphAnswer, ProblemAnswer, HealthAnswer, *of_studies, *EVENTS.values())}


class _Parts:
    """What operations share, each once: `components` of the document, filled as operations are told."""

    def __init__(self, settings: Settings, pipeline: Pipeline) -> None:
        self._settings = settings
        self._pipeline = pipeline
        self.components: dict[str, Made] = {
            "schemas": schemas(shapes().values()),
            "parameters": {},
            "responses": {},
            "headers": _HEADERS,
            "examples": {},
        }
        self._operations: dict[str, Callable[[], Made]] = {
            "get_picture": partial(self._picture, "e"),
            "get_picture_by_code": partial(self._picture, "code"),
            "post_graph": self._graph,
            "get_start": partial(self._page, "page", None),
            "get_page": partial(self._page, "page", "code"),
            "get_embed": partial(self._page, "embed", "e"),
            "get_embed_by_code": partial(self._page, "embed", "code"),
            "get_health": partial(self._health, "It is."),
            "get_readiness": partial(self._health, "It can.", 503),
            "post_train_stream": self._stream,
        }
        for study in STUDIES.values():
            self._operations |= {
                f"get_{study.identifier}": partial(self._study, study, "e"),
                f"get_{study.identifier}_by_code": partial(self._study, study, "code"),
                f"post_{study.identifier}": partial(self._posted, study),
            }

    def operation(self, name: str) -> Made:
        return self._operations[name]()

    # Addresses -----------------------------------------------------------------------------------------------------------

    def _picture(self, program: str) -> Made:
        extension = {"description": "The format.", "schema": {"type": "string", "enum": list(FORMATS)}, "example": "svg"}
        parameters = [
            self._program(program),
            self._parameter("extension", "path", extension),
            *self._options(Options, NAMES["picture"], "picture"),
        ]
        content = {form.media_type.partition(";")[0]: self._graph_in(form.extension) for form in FORMATS.values()}
        told = "; ".join(f"{name}: {form.help}" for name, form in FORMATS.items())
        answer = {"description": f"{told}.", "content": content, "headers": _headers("ETag", "X-Step", "X-Step-Count")}
        return {"parameters": parameters, "responses": self._responses(answer, *_GET, 404, 413, known=True, picture=True)}

    def _graph(self) -> Made:
        answer = {
            "description": "The story and the picture.",
            "content": {"application/json": self._graph_in("json")},
            "headers": _headers("X-Step", "X-Step-Count"),
        }
        body = self._body("GraphRequest", _properties(Options, Options.model_fields), {**ASKED, "inputs": {"a": 4}}, PROGRAM)
        return {"requestBody": body, "responses": self._responses(answer, *_POST)}

    def _page(self, kind: Kind, program: str | None) -> Made:
        told = "The page with the program open, if need be with its error." if kind == "page" else "The player, to be framed."
        parameters = self._options(Options, NAMES[kind], kind)
        answer = {"description": told, "content": {"text/html": {"schema": {"type": "string"}}}}
        if program:
            parameters.insert(0, self._program(program))
        return {"parameters": parameters, "responses": self._responses(answer, *_GET, known=True)}

    def _health(self, told: str, *statuses: int) -> Made:
        example = self._example("health", "/healthz", healthy)
        content = {"application/json": {"schema": _ref("schemas", "HealthAnswer"), **example}}
        return {"responses": self._responses({"description": told, "content": content}, *statuses)}

    def _study(self, study: Study, program: str) -> Made:
        parameters = [
            self._program(program, study.program, study.name),
            *self._options(study.question, study.question.names(), study.name),
        ]
        answer = self._answer(study) | {"headers": _headers("ETag")}
        responses = self._responses(answer, *_GET, 413, known=True, picture=study.file.endswith(".svg"))
        return {"parameters": parameters, "responses": responses}

    def _posted(self, study: Study) -> Made:
        return {"requestBody": self._asked(study), "responses": self._responses(self._answer(study), *_POST)}

    def _stream(self) -> Made:
        study = STUDIES["train.json"]
        events = "; ".join(f"`{name}`: {shape.__name__}" for name, shape in EVENTS.items())
        told = f"Events while it is trained, each with a JSON object: {events}."
        example = self._example("events", "POST /api/v1/train/stream", lambda: self._events(study))
        answer = {"description": told, "content": {MEDIA_TYPE: {"schema": {"type": "string"}, **example}}}
        return {"requestBody": self._asked(study), "responses": self._responses(answer, *_POST)}

    # What is asked -------------------------------------------------------------------------------------------------------

    def _program(self, name: str, program: str = "", of: str = "") -> Made:
        program = program or PROGRAM
        if name == "e":
            told, example = "The program, form-encoded: a space is `+` or `%20`, a plus `%2B`.", program
        else:
            told, example = "base64url(zlib(UTF-8 text)), with or without padding.", encode(program)
        parameter = {"description": told, "schema": {"type": "string"}, "example": example}
        return self._parameter(name, "query" if name == "e" else "path", parameter, of)

    def _options(self, model: type[BaseModel], names: Iterable[str], of: str) -> list[Made]:
        """The fields of a model as parameters of a query."""
        parameters = []
        for name, schema in _properties(model, names).items():
            told, examples = schema.pop("description"), schema.pop("examples", None)
            example = examples[0] if examples else schema["default"]
            parameters.append(self._parameter(name, "query", {"description": told, "schema": schema, "example": example}, of))
        return parameters

    def _parameter(self, name: str, where: str, told: Made, of: str = "") -> Made:
        """`name`; where it means something else than elsewhere, `name.of`."""
        parameter = {"name": name, "in": where, "required": where == "path" or name == "e", **told}
        known = self.components["parameters"]
        same = (key for key in known if known[key] == parameter)
        key = next(same, f"{name}.{of}" if name in known else name)
        known[key] = parameter
        return _ref("parameters", key)

    def _body(self, name: str, properties: Made, given: Mapping[str, Any], program: str) -> Made:
        whole = {**_properties(GraphRequest, ("source", "inputs")), **properties}
        whole["inputs"] = _properties(GraphRequest, ("inputs",))["inputs"]
        schema = {"type": "object", "required": ["source"], "properties": whole, "additionalProperties": False}
        self.components["schemas"][name] = schema
        content = {"schema": _ref("schemas", name), "example": {"source": program, **given}}
        return {"required": True, "content": {"application/json": content}}

    def _asked(self, study: Study) -> Made:
        properties = _properties(study.question, study.question.names())
        return self._body(f"{study.name.title()}Request", properties, _given(study), study.program or PROGRAM)

    # What is answered ----------------------------------------------------------------------------------------------------

    def _graph_in(self, extension: str) -> Made:
        form = FORMATS[extension]

        def make() -> bytes:
            return form.make(self._pipeline, self._pipeline.moment(PROGRAM, Options.read(ASKED)))

        example = self._example(f"graph.{extension}", f"/g.{extension}?{urlencode({'e': PROGRAM, **ASKED})}", make)
        return {"schema": _ref("schemas", "GraphAnswer") if extension == "json" else {"type": "string"}, **example}

    def _answer(self, study: Study) -> Made:
        program, given = study.program or PROGRAM, _given(study)

        def make() -> bytes:
            question = study.question.read(given)
            return study.body(subject_of(self._pipeline, program, question), question)

        schema = _ref("schemas", study.answer.__name__) if study.answer else {"type": "object" if study.is_json else "string"}
        example = self._example(study.file, f"/g/{study.file}?{urlencode({'e': program, **given})}", make)
        return {"description": study.help, "content": {study.media_type: {"schema": schema, **example}}}

    def _events(self, study: Study) -> bytes:
        question = Training.read(_given(study))
        subject = subject_of(self._pipeline, PROGRAM, question)
        subject.story.course(question).history(
            question.steps
        )  # made by now, it is told in one event, however busy the machine is
        stream = TrainingStream(subject, question, Places(1, 60.0))

        async def told() -> bytes:
            return b"".join([event async for event in stream.events()])

        return asyncio.run(told())

    def _example(self, name: str, address: str, make: Callable[[], Any]) -> Made:
        if name not in self.components["examples"]:
            made = make()
            if isinstance(made, bytes):
                made = json.loads(made) if made.startswith(b"{") else made.decode()
            self.components["examples"][name] = {"summary": address, "value": made}
        return {"examples": {name: _ref("examples", name)}}

    def _responses(self, answer: Made, *statuses: int, known: bool = False, picture: bool = False) -> Made:
        """The answer, that it is known already, and what may go wrong."""
        responses: Made = {"200": answer}
        if known:
            responses["304"] = {"description": "The answer that If-None-Match names is still the same."}
        return responses | {str(status): self._problem(status, picture) for status in sorted(statuses)}

    def _problem(self, status: int, picture: bool) -> Made:
        name = f"Problem{status}{'OrPicture' if picture else ''}"
        if name not in self.components["responses"]:
            told, refuse = _PROBLEMS[status]
            example = self._example(f"problem.{status}", told, lambda: _problem_of(refuse, self._settings))
            content: Made = {"application/problem+json": {"schema": _ref("schemas", "ProblemAnswer"), **example}}
            if picture:
                content["image/svg+xml"] = {"schema": {"type": "string", "description": "The message, the line and a caret."}}
            response: Made = {"description": told, "content": content}
            if status in (429, 503):
                response["headers"] = _headers("Retry-After")
            self.components["responses"][name] = response
        return _ref("responses", name)


def _ref(kind: str, name: str) -> Made:
    return {"$ref": f"#/components/{kind}/{name}"}


def _properties(model: type[BaseModel], names: Iterable[str]) -> dict[str, Made]:
    """Schemas of fields, by name."""
    properties = model.model_json_schema()["properties"]
    return {name: {key: value for key, value in properties[name].items() if key != "title"} for name in names}


def _given(study: Study) -> dict[str, Any]:
    """What the example of a study asks: little, so that the answer is short."""
    names = study.question.names()
    few: dict[str, Any] = {"samples": 5, "node": "a", "steps": 3, "font": "none"}
    if "step" in names:  # there `steps` says which
        few["steps"] = "edge"
    return {name: value for name, value in few.items() if name in names}


def _headers(*names: str) -> Made:
    return {name: _ref("headers", name) for name in names}


_HEADERS = {
    "ETag": {"description": "Strong; changes with the program, the options and the version.", "schema": {"type": "string"}},
    "X-Step": {"description": "The step that is shown.", "schema": {"type": "integer"}},
    "X-Step-Count": {"description": "How many steps there are.", "schema": {"type": "integer"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
}

# What may go wrong -------------------------------------------------------------------------------------------------------

_GET = (400, 414, 422, 429, 431, 503)
_POST = (400, 408, 413, 415, 422, 429, 431, 503)

WRONG = "a = 2\nb = tahn(a)"


def _knock(door: Admission, times: int) -> None:
    for _ in range(times):
        with door.enter("somebody"):
            pass


def _refused(error: Exception) -> None:
    raise error


_PROBLEMS: dict[int, tuple[str, Callable[[Settings], object]]] = {
    400: ("Not readable: a broken CODE, a query or a body that is not what it says.", lambda _: decode("eN")),
    404: ("No such address, or no such format.", lambda _: _refused(unknown_format())),
    408: ("The body did not arrive in time.", lambda _: _refused(too_slow("body"))),
    413: ("The body, or what a CODE unpacks to, is too long.", lambda limits: _refused(body_too_long(limits.body_limit))),
    414: ("The address is too long.", lambda limits: _refused(url_too_long(limits.url_limit))),
    415: ("The body is not application/json, or is compressed.", lambda _: _refused(not_json())),
    422: ("The program is wrong, an option is, or the graph is too large.", lambda _: run(WRONG)),
    429: ("This client asked for too many new pictures.", lambda limits: _knock(Admission(1, limits.rate_limit or 60), 1_000)),
    431: ("The header fields are too long.", lambda limits: _refused(headers_too_long(limits.header_limit))),
    503: ("It cannot now. Retry-After says when to come back.", lambda _: _knock(Admission(0, None, spread=1), 1)),
}


def _problem_of(refuse: Callable[[Settings], object], settings: Settings) -> ProblemAnswer:
    try:
        refuse(settings)
    except Exception as error:
        problem = as_problem(error)
        return problem.body(encode(WRONG) if problem.span else None)
    raise AssertionError("It was let in.")
