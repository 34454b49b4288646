"""What is asked by POST: a program, numbers for its inputs, and options beside them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stepgrad.app.errors import ProblemError
from stepgrad.app.options import Options

__all__ = ["GraphRequest"]

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class GraphRequest(BaseModel):
    """One program, the values of some of its inputs, and the options of a picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(strict=True)] = Field(description="The program.", examples=["a = 2\nb = -3\nc = a * b"])
    inputs: dict[str, Number] | None = Field(
        default=None, max_length=1_000, description="Other values for named inputs, by name.", examples=[{"a": 4}]
    )
    options: Options = Options()

    @classmethod
    def read(cls, body: Any) -> GraphRequest:
        """The request of a JSON body, where options stand beside `source`. Raises a 422 problem."""
        if not isinstance(body, dict):
            raise _wrong("The body is not an object.")
        if "source" not in body:
            raise _wrong("`source` is missing.")
        rest = {name: value for name, value in body.items() if name not in ("source", "inputs")}
        try:
            return cls(source=body["source"], inputs=body.get("inputs"), options=Options.read(rest))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise _wrong(f"`{'.'.join(str(part)[:40] for part in first['loc'][:2])}`: {first['msg']}.") from None

    @property
    def spelled(self) -> str:
        """The inputs as an address has them, for links."""
        given = self.inputs or {}
        return ",".join(f"{name}:{given[name]!r}" for name in sorted(given))


def _wrong(detail: str) -> ProblemError:
    hint = 'Send {"source": "…"}, and beside it what options you like.'
    return ProblemError(422, "request", "The request is not as it should be", detail, hint=hint)
