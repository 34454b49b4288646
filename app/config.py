"""Settings: every knob of the service, with its default, unit and help.

One frozen model, made once by whoever starts the service; nothing is read from the environment when a module is imported.
`STEPGRAD_RATE_LIMIT=60` sets `rate_limit`; `stepgrad serve --rate-limit 60` does the same.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from stepgrad.engine.suggest import closest

__all__ = ["PREFIX", "Settings", "SettingsError"]

PREFIX = "STEPGRAD_"


class SettingsError(ValueError):
    """A knob that does not exist, or a value it cannot take."""


def _off(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip().lower() in {"off", "none", "no"} else value


def _command(value: Any) -> Any:
    return tuple(shlex.split(value)) if isinstance(value, str) else value


OrOff = BeforeValidator(_off)


class Settings(BaseModel):
    """How one instance of the service behaves. Sizes are bytes, times are seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(default=1, ge=1, le=64, description="Server processes. Each has its own caches.")
    public_url: str = Field(
        default="", description="Base of the links in answers, like https://example.org/stepgrad. Empty: links without a host."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-For is believed, with commas; * for all."
    )
    docs: bool = Field(default=True, description="Serve /docs and /openapi.json.")
    access_log: bool = Field(default=False, description="Write a line for each request.")

    dot: Annotated[tuple[str, ...], BeforeValidator(_command)] = Field(
        default=(), description="Graphviz command, like `dot`. Empty: the one that came with the package."
    )
    layout_seconds: float = Field(default=4.0, gt=0, le=60, description="Processor time one layout may take.")
    layout_processes: int = Field(default=2, ge=1, le=64, description="Large layouts at once; half of the small ones.")
    layout_memory: int = Field(default=512 << 20, ge=64 << 20, description="Address space of one layout, bytes.")

    answer_cache: int = Field(default=64 << 20, ge=0, description="Ready answers kept, bytes.")
    trace_cache: int = Field(default=32 << 20, ge=0, description="Programs that were run, bytes (estimated).")
    skeleton_cache: int = Field(default=64 << 20, ge=0, description="Laid-out graphs kept, bytes (estimated).")
    training_cache: int = Field(default=192 << 20, ge=0, description="Training runs kept, bytes (estimated).")

    # 8,192 is what nginx and most proxies let through in one line, and the longest program fits as a CODE.
    url_limit: int = Field(default=8_192, ge=256, description="Longest path and query, bytes; more is a 414.")
    body_limit: int = Field(default=131_072, ge=1_024, description="Longest request body, bytes; more is a 413.")
    header_limit: int = Field(default=16_384, ge=1_024, description="All header fields together, bytes; more is a 431.")
    receive_seconds: float = Field(
        default=10.0, gt=0, description="Time a client has to send a head, and again a body; more is a 408."
    )
    pending: int = Field(default=64, ge=1, description="Uncached requests that may be in the house at once; more get a 503.")
    threads: int = Field(default=40, ge=1, le=256, description="Threads that make answers.")
    heavy: int = Field(default=2, ge=1, le=64, description="Programs of more than a few milliseconds that run at once.")
    streams: int = Field(default=4, ge=1, le=64, description="Trainings that are followed at once; more get a 503.")
    stream_seconds: float = Field(default=60.0, gt=0, description="Time one of them may take; it answers with what was made.")
    rate_limit: Annotated[int | None, OrOff] = Field(
        default=None, ge=1, description="Uncached answers one client gets per minute, or off. What is cached is free."
    )

    @field_validator("public_url")
    @classmethod
    def _is_a_base(cls, value: str) -> str:
        value = value.rstrip("/")
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment or not value.isascii():
            raise ValueError("must look like https://example.org or https://example.org/stepgrad")
        return value

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """The settings of this process. `given` (a command line) goes before the environment.

        Raises SettingsError for a value out of range, and for a variable that is one letter off a knob's name.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for variable, value in environment.items():
            if not variable.startswith(PREFIX):
                continue
            name = variable.removeprefix(PREFIX).lower()
            if name in cls.model_fields:
                values[name] = value
            elif near := closest(name, cls.model_fields):  # others are dev.py's and the tests'
                raise SettingsError(f"{variable} is not a setting. Did you mean {PREFIX}{near.upper()}?")
        try:
            return cls.model_validate(values | given)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            name = str(first["loc"][0]) if first["loc"] else ""
            raise SettingsError(f"{PREFIX}{name.upper()}: {first['msg']}") from error
