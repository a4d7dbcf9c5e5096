"""What the questions themselves use."""

from __future__ import annotations

from botocore.exceptions import ClientError


def asks(part):
    """Say which part of a row of docs/explanation/unknowns.md a question answers."""

    def mark(question):
        question.parts = [*getattr(question, "parts", []), part]
        return question

    return mark


def confirms(question):
    """Say that a question is about what AWS was seen to do, but only once."""
    question.confirms = True
    return question


def attempt(call, **parameters):
    """Make a call that may be refused; return the answer, or None."""
    try:
        return call(**parameters)
    except ClientError:
        return None


def starting_with(prefix):
    """Return filters that select the secrets whose names start so."""
    return [{"Key": "name", "Values": [prefix]}]
