"""Where the values of secrets appear in a text, in whatever form."""

from __future__ import annotations

import base64
import glob
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

# Not that of _aws/model/values.py, whose imports end at botocore.
Value = str | bytes

# Four bytes have five characters of base64 to themselves; of fewer, any text is full.
_MIN_BASE64: Final = 5
_URL_SAFE: Final = str.maketrans("+/", "-_")


class Origin(NamedTuple):
    """A secret, and the path of a value in its JSON; no path where it is the whole value."""

    name: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.path})" if self.path else self.name

    @property
    def pattern(self) -> str:
        """What to ignore where it is a false positive."""
        return f"{self.name}:{glob.escape(self.path)}" if self.path else self.name


@dataclass(frozen=True, slots=True)
class Leak:
    """The value of a secret in a text.

    :ivar origins: the secrets that have the value.
    :ivar form: ``URL-encoded``, ``escaped``, ``base64``; empty for the value as it is.
    :ivar lines: the numbers of the lines that it begins on.
    """

    origins: tuple[Origin, ...]
    form: str
    lines: tuple[int, ...]


class LeakFinder:
    """Knows which values are to be looked for, and in which forms.

    :param min_length: how many characters a value has at least; of a binary one, how many bytes.
    :param ignore: patterns of what is not a secret: ``NAME``, or ``NAME:PATH`` for a part of
        its JSON.
    """

    def __init__(self, min_length: int = 8, ignore: Iterable[str] = ()) -> None:
        self._min_length = min_length
        self._ignore = [pattern.partition(":") for pattern in ignore]
        self._parts = lru_cache(maxsize=4096)(_parts)
        self._forms = lru_cache(maxsize=4096)(_forms)
        self._terms = lru_cache(maxsize=8)(self._terms_of)

    def search(self, values: Iterable[tuple[str, Value]]) -> SearchTerms:
        """Return what to look for, given names and values of secrets."""
        return self._terms(frozenset(values))

    def _terms_of(self, values: frozenset[tuple[str, Value]]) -> SearchTerms:
        found: dict[Value, set[Origin]] = defaultdict(set)
        for name, value in values:
            for path, plain in self._parts(value):
                origin = Origin(name, path)
                if _size(plain, value) >= self._min_length and not self._is_ignored(origin):
                    found[plain].add(origin)
        terms: dict[str, _Term] = {}
        for plain, having in found.items():
            origins = tuple(sorted(having))
            for text, form in self._forms(plain).items():
                # What is one value as it is may be another in some form.
                if not form or text not in terms:
                    terms[text] = (origins, form)
        return SearchTerms(terms)

    def _is_ignored(self, origin: Origin) -> bool:
        return any(
            fnmatchcase(origin.name, name) and (not colon or fnmatchcase(origin.path, path))
            for name, colon, path in self._ignore
        )


_Term = tuple[tuple[Origin, ...], str]


class SearchTerms:
    """The texts to look for, each with its origins and its form."""

    def __init__(self, terms: Mapping[str, _Term]) -> None:
        self._terms = terms

    def __bool__(self) -> bool:
        return bool(self._terms)

    def find(self, text: str) -> list[Leak]:
        """Return what is found; what lies within something longer is not told again."""
        lines: dict[_Term, list[int]] = defaultdict(list)
        line, counted, covered = 1, 0, 0
        for start, end, term in self._finds(text):
            if end > covered:
                line += text.count("\n", counted, start)
                counted, covered = start, end
                lines[term].append(line)
        return [Leak(*term, tuple(dict.fromkeys(numbers))) for term, numbers in lines.items()]

    def _finds(self, text: str) -> list[tuple[int, int, _Term]]:
        """Return all finds, the longest of a place first."""
        finds = [
            (start, start + len(term), self._terms[term])
            for term in self._terms
            for start in _starts(term, text)
        ]
        return sorted(finds, key=lambda find: (find[0], -find[1]))


def _starts(term: str, text: str) -> Iterator[int]:
    start = text.find(term)
    while start >= 0:
        yield start
        start = text.find(term, start + len(term))


def _parts(value: Value) -> tuple[tuple[str, Value], ...]:
    """Return a value and the leaves of its JSON, each with its path; as text where it is text."""
    try:
        text = value if isinstance(value, str) else value.decode()
    except UnicodeDecodeError:
        return (("", value),)
    try:
        # Numbers stay as they are written, which is how they are shown.
        parsed = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return (("", text),)
    return (("", text), *_leaves(parsed))


def _size(part: Value, whole: Value) -> int:
    """Return the length of a part of a value: its bytes where the value is binary."""
    if isinstance(part, str) and isinstance(whole, bytes):
        return len(part.encode(errors="surrogatepass"))
    return len(part)


def _leaves(parsed: object) -> Iterator[tuple[str, str]]:
    # No recursion: JSON may be nested deeper than Python calls.
    pending = [("", parsed)]
    while pending:
        path, node = pending.pop()
        if isinstance(node, str):
            yield path, node
        elif isinstance(node, (dict, list)):
            members = node.items() if isinstance(node, dict) else enumerate(node)
            pending += [(f"{path}.{key}" if path else str(key), member) for key, member in members]


def _forms(plain: Value) -> dict[str, str]:
    """Return the texts that show a value, each with the name of the form."""
    if isinstance(plain, str):
        data, forms, escaped = plain.encode(errors="surrogatepass"), {plain: ""}, _escaped(plain)
    else:
        data, forms, escaped = plain, {}, set()
    for text in (quote(data), quote(data, safe=""), quote_plus(data)):
        forms.setdefault(text, "URL-encoded")
    escaped |= _bytes_shown(data)
    # Twice, as JSON is logged in JSON, and both as Python shows them.
    for text in sorted(escaped.union(*map(_escaped, escaped))):
        forms.setdefault(text, "escaped")
    for text in _base64(data):
        if len(text) >= _MIN_BASE64:
            forms.setdefault(text, "base64")
    return forms


def _escaped(text: str) -> set[str]:
    """Return a text as it stands within a string of JSON, or of Python."""
    in_json = {json.dumps(text, ensure_ascii=ensure)[1:-1] for ensure in (True, False)}
    # With both quotes in it, a string shows ' as \'; otherwise it shows both as they are.
    in_python = {show(f"'\"{text}")[len("'\\'\"") : -1] for show in (repr, ascii)}
    return in_json | in_python | {shown.replace("\\'", "'") for shown in in_python}


def _bytes_shown(data: bytes) -> set[str]:
    shown = repr(b"'\"" + data)[len("b'\\'\"") : -1]
    return {shown, shown.replace("\\'", "'")}


def _base64(data: bytes) -> Iterator[str]:
    """Yield what any base64 holds that data is encoded in, at each of the three alignments."""
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data).decode()
        # Only characters without a bit of what stands before or behind.
        own = encoded[-(-8 * shift // 6) : 8 * (shift + len(data)) // 6]
        yield own
        yield own.translate(_URL_SAFE)
