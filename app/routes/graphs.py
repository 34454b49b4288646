"""The picture of a program at one step, in every format; and the same by POST, for programs too long for an address."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.convertors import Convertor, register_url_convertor

from stepgrad.app import wire
from stepgrad.app.etags import etag_of, matches
from stepgrad.app.exporting import FORMATS, Format, unknown_format
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline
from stepgrad.app.request import GraphRequest
from stepgrad.app.routes.answering import CACHE
from stepgrad.app.routes.reading import json_body, pipeline_of, program, remember
from stepgrad.app.story import Moment
from stepgrad.app.studies import STUDIES

__all__ = ["CodeConvertor", "router"]


class CodeConvertor(Convertor[str]):
    """A CODE in a path: whatever is not the address of a study. So pictures can be looked for first, before two dozen studies."""

    regex = rf"(?!(?:[^.]*/)?(?:{'|'.join(sorted({file.partition('.')[0] for file in STUDIES}))})\.)[^.]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("code", CodeConvertor())
router = APIRouter(tags=["graphs"])


@router.get("/g.{extension}", operation_id="get_picture", summary="A picture, from the program as it is")
async def readable(request: Request) -> Response:
    """`/g.svg?e=a = 2%0Ab = a*a`: the same answer, byte for byte, as `/g/CODE.svg`."""
    return await _picture(request, None)


@router.get("/g/{code:code}.{extension}", operation_id="get_picture_by_code", summary="A picture, from the CODE of a program")
async def encoded(request: Request) -> Response:
    """CODE is base64url(zlib(UTF-8 text)), as in Kroki."""
    return await _picture(request, request.path_params["code"])


async def graph_request(request: Request) -> GraphRequest:
    return GraphRequest.read(await json_body(request))


@router.post("/api/v1/graphs", operation_id="post_graph", summary="A program's graph, steps, numbers and picture")
def graph(request: Request, body: Annotated[GraphRequest, Depends(graph_request)]) -> Response:
    """Run a program, differentiate it, draw it. `inputs` gives named inputs other values; options of a picture go beside it."""
    pipeline = pipeline_of(request)
    remember(request, body.source)
    moment = pipeline.moment(body.source, body.options, body.inputs)
    if body.inputs:  # for the links in the answer
        moment = replace(moment, options=body.options.model_copy(update={"inputs": body.spelled}))
    headers = {"Cache-Control": "no-store", "X-Step": str(moment.index), "X-Step-Count": str(len(moment.told.steps))}
    return Response(wire.dump(pipeline.json(moment)), headers=headers, media_type="application/json")


async def _picture(request: Request, code: str | None) -> Response:
    """A short program whose structure is known is drawn right here: handing it to a thread would cost as much again."""
    extension: str = request.path_params["extension"]
    if (form := FORMATS.get(extension)) is None:
        raise unknown_format()
    source, options = program(request, code, "picture")
    etag = etag_of(request.app.state.fingerprint, extension, options.query("picture"), source)
    headers = {"ETag": etag, "Cache-Control": CACHE}
    known = request.headers.get("if-none-match", "")
    # `*` asks whether there is an answer at all, and only running the program can tell.
    if known.strip() != "*" and matches(known, etag):
        return Response(status_code=304, headers=headers)
    pipeline = pipeline_of(request)
    light = pipeline.moment_at_once(source, options)
    if light is not None:
        moment, body = light, form.make(pipeline, light)
    else:
        moment, body = await run_in_threadpool(_make, pipeline, form, source, options)
    headers |= {"X-Step": str(moment.index), "X-Step-Count": str(len(moment.told.steps))}
    if matches(known, etag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="graph.{extension}"'
    return Response(body, headers=headers, media_type=form.media_type)


def _make(pipeline: Pipeline, form: Format, source: str, options: Options) -> tuple[Moment, bytes]:
    moment = pipeline.moment(source, options)
    return moment, form.make(pipeline, moment)
