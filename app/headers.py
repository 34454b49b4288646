"""What stands over every answer, by the kind of its address. One place, so that no route and no error can forget it.

Only /embed may be framed. Pictures have no script, and their policy says so as well: a browser that opens one
directly runs nothing.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["ASGIHeaders", "Kind", "headers_of", "kind_of"]

Kind = Literal["picture", "page", "embed", "api", "docs", "static", "probe"]
ASGIHeaders = tuple[tuple[bytes, bytes], ...]

_SCRIPTED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self' data:; base-uri 'none'; form-action 'none'"
)
# An embed leaves it out: `*` would shut out slides that are opened as a file.
_UNFRAMED = "; frame-ancestors 'none'"
# A picture brings its letters as data: addresses, and the rule that names them as a style.
_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; sandbox; frame-ancestors 'none'"
_NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
# Swagger's own style sheet sets widths in place.
_DOCS = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_ALL = {"x-content-type-options": "nosniff"}
_OURS = {
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_CLOSED = {"x-frame-options": "DENY", "cross-origin-resource-policy": "same-origin"}
_OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "ETag, Retry-After, X-Step, X-Step-Count, X-Stepgrad-Error, X-Stepgrad-Line, X-Stepgrad-Column"
    ),
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
}
_FOREVER = {"cross-origin-resource-policy": "cross-origin", "referrer-policy": "no-referrer"}

_TABLE: dict[Kind, dict[str, str]] = {
    "picture": {**_OPEN, "x-frame-options": "DENY", "content-security-policy": _PICTURE},
    "api": {**_OPEN, "x-frame-options": "DENY", "content-security-policy": _NOTHING},
    "page": {**_OURS, **_CLOSED, "content-security-policy": _SCRIPTED + _UNFRAMED},
    "embed": {**_OURS, "cross-origin-resource-policy": "cross-origin", "content-security-policy": _SCRIPTED},
    "docs": {**_OURS, **_CLOSED, "content-security-policy": _DOCS},
    "static": {**_FOREVER, "x-frame-options": "DENY", "content-security-policy": _NOTHING},
    "probe": {**_CLOSED, "content-security-policy": _NOTHING, "cache-control": "no-store"},
}
_ENCODED: dict[Kind, ASGIHeaders] = {
    kind: tuple((name.encode(), value.encode()) for name, value in {**_ALL, **table}.items()) for kind, table in _TABLE.items()
}


def kind_of(path: str) -> Kind:
    """The kind of an address, known before any route is found, and for those that have none."""
    first, slash, rest = path[1:].partition("/")
    if first.startswith("g.") or (first == "g" and slash and "." in rest):
        return "picture"
    match first:
        case "embed":
            return "embed"
        case "api" | "openapi.json":
            return "api"
        case "docs":
            return "docs"
        case "static":
            return "static"
        case "healthz" | "readyz":
            return "probe"
    return "page"


def headers_of(kind: Kind) -> ASGIHeaders:
    return _ENCODED[kind]
