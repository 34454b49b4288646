"""ETags: what an answer depends on → its tag, in each coding; and what a client knows already (RFC 9110 §8.8.3, §13.1.2)."""

from __future__ import annotations

from hashlib import blake2b

__all__ = ["etag_of", "in_coding", "known_as", "matches", "plain"]


def etag_of(*identity: str) -> str:
    """Strong and quoted, of all that an answer depends on."""
    return f'"{blake2b(chr(0).join(identity).encode(), digest_size=15).hexdigest()}"'


def in_coding(etag: str, coding: str) -> str:
    """The tag of the same answer in a content coding: other bytes, another tag."""
    return f'{etag[:-1]}-{coding}"' if coding else etag


def known_as(if_none_match: str, etag: str, codings: tuple[str, ...] = ("",)) -> str | None:
    """The tag by which a client names what it has, in one of the codings that it takes, the best first; `*` names any."""
    tags = _tags(if_none_match)
    forms = [in_coding(etag, coding) for coding in codings]
    return forms[0] if tags == ["*"] else next((form for form in forms if form in tags), None)


def matches(if_none_match: str, etag: str) -> bool:
    return known_as(if_none_match, etag) is not None


def plain(if_none_match: str, codings: tuple[str, ...]) -> str:
    """What a client knows, whatever coding it has it in: as those who make answers read it, who know of none."""
    endings = tuple(f'-{coding}"' for coding in codings)
    return ", ".join(f'{tag.rpartition("-")[0]}"' if tag.endswith(endings) else tag for tag in _tags(if_none_match))


def _tags(if_none_match: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
