"""For whoever keeps the service running. Neither asks to be let in, so both answer under any load."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from typing_extensions import TypedDict

from stepgrad import __version__
from stepgrad.app.options import Options
from stepgrad.app.refusals import not_ready
from stepgrad.app.routes.reading import pipeline_of
from stepgrad.app.schemas import shape

__all__ = ["HealthAnswer", "healthy", "router"]

router = APIRouter(tags=["health"])


@shape
class HealthAnswer(TypedDict):
    """Whether this process can do its work."""

    ready: bool
    version: str


def healthy() -> HealthAnswer:
    return {"ready": True, "version": __version__}


@router.get("/healthz", operation_id="get_health", summary="Is the process alive?")
async def healthz() -> Response:
    """Constant time, on the event loop."""
    return JSONResponse(healthy())


@router.get("/readyz", operation_id="get_readiness", summary="Can it draw?")
def readyz(request: Request) -> Response:
    """Lays out a graph, as a request would, and past every cache."""
    try:
        pipeline_of(request).check(Options())
    except Exception as error:
        raise not_ready() from error
    return JSONResponse(healthy())
