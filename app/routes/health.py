"""For whoever keeps the service running. Neither asks to be let in, so both answer under any load."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from stepgrad import __version__
from stepgrad.app.errors import ProblemError
from stepgrad.app.options import Options
from stepgrad.app.routes.reading import pipeline_of
from stepgrad.app.schemas import Ready

__all__ = ["router"]

router = APIRouter(tags=["health"])

_HEALTHY = {"ready": True, "version": __version__}
_BROKEN = {
    503: {
        "description": "It cannot.",
        "content": {"application/problem+json": {"example": {"title": "Not ready", "status": 503}}},
    }
}


@router.get(
    "/healthz", summary="Is the process alive?", responses={200: {"content": {"application/json": {"example": _HEALTHY}}}}
)
async def healthz() -> Ready:
    """Constant time, on the event loop."""
    return Ready(ready=True, version=__version__)


@router.get(
    "/readyz",
    summary="Can it draw?",
    response_class=Response,
    responses={200: {"model": Ready, "content": {"application/json": {"example": _HEALTHY}}}, **_BROKEN},  # type: ignore[dict-item]
)
def readyz(request: Request) -> Response:
    """Lays out a graph, as a request would, and past every cache."""
    try:
        pipeline_of(request).check(Options())
    except Exception as error:
        raise ProblemError(
            503, "not-ready", "Not ready", "A small graph could not be drawn.", headers={"Retry-After": "5"}
        ) from error
    return JSONResponse(_HEALTHY)
