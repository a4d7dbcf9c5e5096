"""The operation that makes passwords."""

from __future__ import annotations

import string
from typing import Final

from ..errors import invalid_parameter
from .context import Context, Response
from .registry import operation

_DEFAULT_LENGTH: Final = 32


@operation("GetRandomPassword")
def get_random_password(
    context: Context,
    *,
    password_length: int = _DEFAULT_LENGTH,
    exclude_characters: str = "",
    exclude_numbers: bool = False,
    exclude_punctuation: bool = False,
    exclude_uppercase: bool = False,
    exclude_lowercase: bool = False,
    include_space: bool = False,
    require_each_included_type: bool = True,
) -> Response:
    """Answer GetRandomPassword, from the fake's own generator: the same in every run."""
    switched = {
        string.ascii_lowercase: exclude_lowercase,
        string.ascii_uppercase: exclude_uppercase,
        string.digits: exclude_numbers,
        string.punctuation: exclude_punctuation,
    }
    types = [_without(kind, exclude_characters) for kind, off in switched.items() if not off]
    # Never a type that is required: probed against AWS, https://github.com/go-to-k/cdkd
    space = _without(" ", exclude_characters) if include_space else ""
    pool = "".join(types) + space
    required = types if require_each_included_type else []
    _check(pool, required, password_length)
    characters = [context.random.choice(kind) for kind in required]
    characters += context.random.choices(pool, k=password_length - len(characters))
    context.random.shuffle(characters)
    return {"RandomPassword": "".join(characters)}


def _without(kind: str, excluded: str) -> str:
    return "".join(character for character in kind if character not in excluded)


def _check(pool: str, required: list[str], length: int) -> None:
    # Printed in go-to-k/cdkd and badmintoncryer/cdk-preflight; the order is a guess.
    if not pool:
        raise invalid_parameter("All characters have been excluded from selection.")
    if not all(required):
        raise invalid_parameter("All characters of the desired type have been excluded.")
    if length < len(required):
        raise invalid_parameter("Password length is too short based on the required types.")
