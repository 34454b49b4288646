"""What /docs says of each address: parameters, answers and errors, each with an example."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel

from stepgrad.app.exporting import FORMATS, Format, which_formats
from stepgrad.app.links import encode
from stepgrad.app.options import NAMES, Options
from stepgrad.app.query import Kind
from stepgrad.app.schemas import GraphAnswer, GraphRequest

__all__ = ["PROGRAM", "embed", "graph", "page", "parameters_of", "picture", "problems", "program_parameter"]

PROGRAM = "a = 2\nb = -3\nc = 10\nd = a * b + c"
BODY = {"source": PROGRAM, "inputs": {"a": 4}, "step": "grad:a", "digits": 2}

_PROBLEMS: dict[int, tuple[str, dict[str, Any]]] = {
    400: (
        "Not readable: a broken CODE, a query or a body that is not what it says.",
        {"title": "This is not the CODE of a program", "detail": "It is cut off, or not base64.", "code": "code"},
    ),
    404: (
        "No such address, or no such format.",
        {"title": "There is no such format", "detail": "", "code": "format", "hint": which_formats()},
    ),
    408: ("The body did not arrive in time.", {"title": "The body did not arrive in time", "detail": "", "code": "slow"}),
    413: (
        "The body, or what a CODE unpacks to, is too long.",
        {"title": "The body is too long", "detail": "It has more than 131,072 bytes.", "code": "body-too-long"},
    ),
    414: (
        "The address is too long.",
        {
            "title": "The address is too long",
            "detail": "It has more than 8,192 bytes.",
            "code": "url-too-long",
            "hint": "Send the program by POST to /api/v1/graphs.",
        },
    ),
    415: (
        "The body is not application/json, or is compressed.",
        {"title": "The body is not JSON", "detail": "", "code": "media-type"},
    ),
    422: (
        "The program is wrong, an option is, or the graph is too large.",
        {
            "title": "A name has no value",
            "detail": "`tahn` is not known.",
            "code": "unknown-name",
            "line": 2,
            "column": 5,
            "length": 4,
            "hint": "Did you mean `tanh`?",
            "source_code": "eNpL…",
        },
    ),
    429: (
        "This client asked for too many new pictures.",
        {"title": "Too many requests", "detail": "One client gets 60 new pictures a minute.", "code": "rate"},
    ),
    431: (
        "The header fields are too long.",
        {
            "title": "The header fields are too long",
            "detail": "16,384 bytes and 64 fields are taken.",
            "code": "headers-too-long",
        },
    ),
    503: (
        "Too much work at once. Retry-After says when to come back.",
        {"title": "The service is busy", "detail": "64 requests are waiting.", "code": "busy"},
    ),
}
_EMPTY = {"line": None, "column": None, "length": None, "hint": None, "source_code": None}
_STEP_HEADERS = {
    "X-Step": {"description": "The step that is shown.", "schema": {"type": "integer"}, "example": 5},
    "X-Step-Count": {"description": "How many steps there are.", "schema": {"type": "integer"}, "example": 7},
}


def picture(*, readable: bool) -> dict[str, Any]:
    """For /g.EXT and /g/CODE.EXT."""
    content = {form.media_type.partition(";")[0]: _shown(form) for form in FORMATS.values()}
    headers = {
        "ETag": {
            "description": "Strong; changes with the program, the options and the version.",
            "schema": {"type": "string"},
            "example": '"5d2c"',
        }
    }
    extension = {
        "name": "extension",
        "in": "path",
        "required": True,
        "description": "The format.",
        "schema": {"type": "string", "enum": list(FORMATS)},
        "example": "svg",
    }
    return {
        "response_class": Response,
        "responses": {
            200: {
                "description": f"{'; '.join(f'{name}: {form.help}' for name, form in FORMATS.items())}.",
                "content": content,
                "headers": {**headers, **_STEP_HEADERS},
            },
            304: {"description": "The picture that If-None-Match names is still the same."},
            **problems(400, 404, 413, 414, 422, 429, 431, 503, picture=True),
        },
        "openapi_extra": {"parameters": [program_parameter(readable), extension, *_options("picture")]},
    }


def _shown(form: Format) -> dict[str, Any]:
    schema = {"schema": {"$ref": f"#/components/schemas/{form.schema}"}} if form.schema else {}
    return {"example": form.example, **schema}


def graph() -> dict[str, Any]:
    """For POST /api/v1/graphs."""
    schema = GraphRequest.model_json_schema()
    options = Options.model_json_schema()["properties"]
    properties = {"source": schema["properties"]["source"], "inputs": schema["properties"]["inputs"], **options}
    body = {"type": "object", "required": ["source"], "properties": properties, "additionalProperties": False}
    return {
        "response_class": Response,
        "responses": {
            200: {
                "description": "The story and the picture.",
                "model": GraphAnswer,
                "headers": _STEP_HEADERS,
                "content": {"application/json": {"example": FORMATS["json"].example}},
            },
            **problems(400, 408, 413, 415, 422, 429, 431, 503),
        },
        "openapi_extra": {"requestBody": {"required": True, "content": {"application/json": {"schema": body, "example": BODY}}}},
    }


def page(*, readable: bool | None) -> dict[str, Any]:
    """For / (None), /?e= and /g/CODE."""
    parameters = [] if readable is None else [program_parameter(readable)]
    return _html("The page with the program open, if need be with its error.", [*parameters, *_options("page")])


def embed(*, readable: bool) -> dict[str, Any]:
    """For /embed."""
    return _html("The player without the editor, to be framed.", [program_parameter(readable), *_options("embed")])


def _html(description: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    content = {"text/html": {"example": "<!doctype html>…"}}
    return {
        "response_class": Response,
        "responses": {
            200: {"description": description, "content": content},
            304: {"description": "The page that If-None-Match names is still the same."},
            **problems(400, 414, 422, 429, 431, 503),
        },
        "openapi_extra": {"parameters": parameters},
    }


def program_parameter(readable: bool, program: str = "") -> dict[str, Any]:
    program = program or PROGRAM
    if readable:
        return {
            "name": "e",
            "in": "query",
            "required": True,
            "description": "The program, form-encoded: a space is `+` or `%20`, a plus `%2B`.",
            "schema": {"type": "string"},
            "example": program,
        }
    return {
        "name": "code",
        "in": "path",
        "required": True,
        "description": "base64url(zlib(UTF-8 text)), with or without padding.",
        "schema": {"type": "string"},
        "example": encode(program),
    }


def _options(kind: Kind) -> list[dict[str, Any]]:
    return parameters_of(Options, NAMES[kind])


def parameters_of(model: type[BaseModel], names: Iterable[str]) -> list[dict[str, Any]]:
    """The fields of a model as parameters of a query."""
    properties = model.model_json_schema()["properties"]
    parameters = []
    for name in names:
        schema = {key: value for key, value in properties[name].items() if key not in ("description", "examples", "title")}
        example = properties[name]["examples"][0] if "examples" in properties[name] else schema["default"]
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": properties[name]["description"],
                "schema": schema,
                "example": example,
            }
        )
    return parameters


def problems(*statuses: int, picture: bool = False) -> dict[int | str, dict[str, Any]]:
    answers: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        description, example = _PROBLEMS[status]
        whole = {"type": f"urn:stepgrad:problem:{example['code']}", "status": status, **_EMPTY, **example}
        content: dict[str, Any] = {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}, "example": whole}
        }
        if picture:
            content["image/svg+xml"] = {"example": "<svg …>the message, the line and a caret</svg>"}
        answers[status] = {"description": description, "content": content}
        if status in (429, 503):
            answers[status]["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}, "example": 2}}
    return answers
