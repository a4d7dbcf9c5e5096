"""Takes out of an answer what is not the same in every account and at every time."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "222222222222"
REGION = "us-east-1"
OTHER_REGION = "us-west-2"
SUFFIX = "AbCdEf"
# What a question sends in the place of a token that AWS has given.
NO_TOKEN = "no-token"

UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
# The root of an account, and a user that does not exist, are in the policies of the questions.
CALLER = re.compile(r"arn:aws[\w-]*:(?:iam|sts)::\d{12}:(?!root\b|user/fakesecrets-)[^\s\"',]+")
USER = re.compile(r"\bUser: \S+")
DAY = timedelta(days=1)


class Scrubber:
    """Writes the requests and answers of one question in the order in which they came.

    :param placeholders: texts that are the maintainer's own, and what stands for each.
    :param used: the names of secrets that the question has used.
    :param beginnings: from when on a date belongs to each call.
    """

    def __init__(self, placeholders, used, beginnings):
        self._placeholders = {text: stand_in for text, stand_in in placeholders.items() if text}
        longest_first = sorted(self._placeholders, key=len, reverse=True)
        # A Region is not part of another word: us-east-1 is in us-east-10 and in us-east-1a.
        alternatives = "|".join(map(re.escape, longest_first))
        self._own = re.compile(rf"(?<![A-Za-z0-9])(?:{alternatives})(?![A-Za-z0-9])")
        names = sorted(map(self._with_placeholders, used), key=len, reverse=True)
        named = "|".join(map(re.escape, names))
        self._arn = re.compile(rf"(:({named})-)([A-Za-z0-9]{{6}})(?![A-Za-z0-9])")
        self._used = used
        self._beginnings = beginnings
        self._ids = {}
        self._tokens = {}
        self._suffixes = {}

    def call(self, call):
        """Return one call as it is written to a file."""
        written = {"operation": call.operation, "request": self._value(call.request)}
        if call.error is not None:
            return {**written, "error": self._value(call.error)}
        return {**written, "response": self._value(call.response)}

    def _value(self, value, member=""):
        if isinstance(value, dict):
            return {self._text(key): self._value(item, key) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._value(item) for item in self._own_secrets(value, member)]
        if isinstance(value, datetime):
            return self._date(value)
        if isinstance(value, (bytes, bytearray)):
            return {"base64": base64.b64encode(value).decode()}
        return self._text(value, member) if isinstance(value, str) else value

    def _own_secrets(self, items, member):
        """Leave out what no question has made, in case AWS lists more than it was asked for."""
        if member not in {"SecretList", "SecretValues"}:
            return items
        own = [item for item in items if item.get("Name") in self._used]
        return own if len(own) == len(items) else [*own, "<other secrets>"]

    def _text(self, text, member=""):
        if member == "RandomPassword":
            return f"<password of {len(text)} characters>"
        if member == "NextToken" and text != NO_TOKEN:
            return _numbered("token", self._tokens, text)
        text = self._with_placeholders(text)
        if self._used:
            text = self._arn.sub(self._with_suffix, text)
        text = UUID.sub(lambda match: _numbered("id", self._ids, match[0]), text)
        text = USER.sub("User: <caller>", text)
        return ACCESS_KEY.sub("<caller>", CALLER.sub("<caller>", text))

    def _with_placeholders(self, text):
        return self._own.sub(lambda match: self._placeholders[match[0]], text)

    def _with_suffix(self, match):
        """Write a secret's first suffix as AbCdEf, and those of later ones of its name after it."""
        known = self._suffixes.setdefault(match[2], [])
        if match[3] not in known:
            known.append(match[3])
        number = known.index(match[3])
        return match[1] + (f"{SUFFIX[:5]}{number + 1}" if number else SUFFIX)

    def _date(self, date):
        """Write a date by the call during which, or in the pause after which, it came about."""
        today = self._beginnings[-1].replace(hour=0, minute=0, second=0, microsecond=0)
        if is_end_or_start_of_an_hour(date):
            days = (date - today) // DAY
            time = "midnight" if date.hour == date.minute == 0 else date.strftime("%H:%M:%S")
            return f"<{time} of the day{_plus(days)}>"
        for number, beginning in reversed(list(enumerate(self._beginnings, 1))):
            days = (date - beginning) // DAY
            ends = [*self._beginnings[1:], self._beginnings[-1] + timedelta(hours=1)]
            if days >= 0 and beginning <= date - days * DAY < ends[number - 1]:
                return f"<call {number}{_plus(days)}>"
        return "<other date>"


def is_end_or_start_of_an_hour(date):
    """Tell whether a date is one of the calendar, and not the moment of a call."""
    in_hour = (date.minute, date.second, date.microsecond)
    return in_hour in {(0, 0, 0), (59, 59, 0)}


def _plus(days):
    if not days:
        return ""
    sign = "+" if days > 0 else "-"
    return f" {sign} {abs(days)} day{'s' if abs(days) > 1 else ''}"


def _numbered(kind, known, value):
    return known.setdefault(value, f"<{kind} {len(known) + 1}>")
