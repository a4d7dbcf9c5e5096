"""The headers of an answer, as botocore gives them to handlers of its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.awsrequest import HeadersDict


class AnswerHeaders(HeadersDict):
    """botocore's headers, whose names have no case, kept by their names in small letters.

    botocore's own class makes an object of each name, for each look at it, which takes a tenth of
    the time of a read.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._named: dict[str, tuple[str, Any]] = {
            name.lower(): (name, value) for name, value in headers.items()
        }

    def __setitem__(self, name: str, value: Any) -> None:
        key = name.lower()
        first_name, _ = self._named.get(key, (name, None))
        self._named[key] = first_name, value

    def __getitem__(self, name: str) -> Any:
        return self._named[name.lower()][1]

    def __delitem__(self, name: str) -> None:
        del self._named[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._named

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._named.values()])

    def __len__(self) -> int:
        return len(self._named)

    def __repr__(self) -> str:
        return repr(dict(self._named.values()))

    def copy(self) -> AnswerHeaders:
        """Return a copy."""
        return AnswerHeaders(dict(self._named.values()))

    def in_lower_case(self) -> dict[str, Any]:
        """Return the values by the names in small letters, as ResponseMetadata has them."""
        return {name: value for name, (_, value) in self._named.items()}
