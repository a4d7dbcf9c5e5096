from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_fakesecrets._plugin.leaks.search import Leak, LeakFinder, Origin

SPECIAL = "pä/s+w'o\"r\\d\n "
BINARY = b"\x00\xff\xfe\x01'\"\\\x80\x81"
JSON = json.dumps(
    {
        "user": "application",
        "port": 54321678,
        "ratio": 0.12345678,
        "on": True,
        "none": None,
        "replicas": [{"host": "db-1.internal"}, ["db-2.internal"]],
    }
)
WORDS = st.text(min_size=8)
TEXTS = st.text()
PLAIN_TEXTS = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))


def leaks(value, text, **options):
    """Return what is found of one secret in a text."""
    return LeakFinder(**options).search([("a", value)]).find(text)


def told(value, text, **options):
    """Return secret and form of each find."""
    return [(str(leak.origins[0]), leak.form) for leak in leaks(value, text, **options)]


@pytest.mark.parametrize(
    ("value", "text", "form"),
    [
        ("hunter2hunter2", "password=hunter2hunter2;", ""),
        (b"hunter2hunter2", "password=hunter2hunter2;", ""),
        ("pässwörd".encode(), "pässwörd", ""),
        ("multi\nline value", "a\nmulti\nline value\n", ""),
        (SPECIAL, SPECIAL, ""),
        (SPECIAL, quote(SPECIAL), "URL-encoded"),
        (SPECIAL, quote(SPECIAL, safe=""), "URL-encoded"),
        (SPECIAL, quote_plus(SPECIAL), "URL-encoded"),
        (SPECIAL, json.dumps(SPECIAL), "escaped"),
        (SPECIAL, json.dumps(SPECIAL, ensure_ascii=False), "escaped"),
        (SPECIAL, json.dumps(json.dumps({"a": SPECIAL})), "escaped"),
        (SPECIAL, repr(SPECIAL), "escaped"),
        (SPECIAL, repr(f"'{SPECIAL}"), "escaped"),
        (SPECIAL, ascii(SPECIAL), "escaped"),
        (SPECIAL, repr(SPECIAL.encode()), "escaped"),
        (SPECIAL, repr(json.dumps(SPECIAL).encode()), "escaped"),
        ("it's\tthis", repr("it's\tthis"), "escaped"),
        ("it's\tthis", repr('"it\'s\tthis"'), "escaped"),
        (b"it's\tthis", repr(b"it's\tthis"), "escaped"),
        ("hunter2hunter2", base64.b64encode(b"hunter2hunter2").decode(), "base64"),
        ("hunter2hunter2", base64.b64encode(b":hunter2hunter2").decode(), "base64"),
        ("hunter2hunter2", base64.b64encode(b"u:hunter2hunter2").decode(), "base64"),
        ("hunter2hunter2", base64.b64encode(b"u:hunter2hunter2:x").decode().rstrip("="), "base64"),
        ("?>?>?>?>", base64.b64encode(b"?>?>?>?>").decode(), "base64"),
        ("?>?>?>?>", base64.urlsafe_b64encode(b"?>?>?>?>").decode(), "base64"),
        (BINARY, repr(BINARY), "escaped"),
        (BINARY, repr({"a": BINARY}), "escaped"),
        (BINARY, quote(BINARY), "URL-encoded"),
        (BINARY, base64.b64encode(BINARY).decode(), "base64"),
        ("\ud800" + "surrogate", json.dumps("\ud800" + "surrogate"), "escaped"),
    ],
)
def test_a_value_is_found_in_each_form(value, text, form):
    """A value is found as it is, URL-encoded, escaped for JSON or Python, and in base64."""
    assert [("a", form)] == told(value, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("user application", [("a (user)", "")]),
        ("port 54321678", [("a (port)", "")]),
        ("ratio 0.12345678", [("a (ratio)", "")]),
        ("at db-1.internal", [("a (replicas.0.host)", "")]),
        ("at db-2.internal", [("a (replicas.1.0)", "")]),
        (JSON, [("a", "")]),
        (repr({"SecretString": f"'{JSON}"}), [("a", "")]),
        (json.dumps({"SecretString": JSON}), [("a", "escaped")]),
        (base64.b64encode(b"application:x").decode(), [("a (user)", "base64")]),
        ("replicas replicas user port ratio on none True None", []),
    ],
)
def test_parts_of_json(text, found):
    """Strings and numbers in a value's JSON are secret, each by its path; keys are not."""
    assert found == told(JSON, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"just a string"', "just a string"),
        ('["just a string"]', "just a string"),
        ("[" * 700 + '"just a string"' + "]" * 700, "just a string"),
    ],
    ids=["string", "list", "deep"],
)
def test_json_of_other_shapes(value, text):
    """JSON need not be an object."""
    assert [""] == [leak.form for leak in leaks(value, text)]


@pytest.mark.parametrize("value", ["[" * 60_000, '{"a": "application"', "9" * 5_000])
def test_what_is_no_json(value):
    """A value that is not JSON, or none that Python reads, is found as a whole."""
    assert [("a", "")] == told(value, f"a {value} b")


@pytest.mark.parametrize(
    ("length", "found"), [(11, [("a", "")]), (12, [("a", "")]), (13, [])], ids=str
)
def test_shorter_values_are_not_looked_for(length, found):
    """A value counts from min_length characters on."""
    assert found == told("pässwörd/twö", "pässwörd/twö", min_length=length)


def test_eight_characters_by_default():
    """By default a value has eight characters at least."""
    assert [] == leaks("1234567", "1234567")
    assert [] == leaks(b"\xff" * 7, repr(b"\xff" * 7))
    assert [("a", "")] == told("12345678", "12345678")


@pytest.mark.parametrize(
    ("value", "found"), [("abc", []), ("abcd", [("a", "base64")])], ids=["three", "four"]
)
def test_very_short_values_in_base64(value, found):
    """Values of less than four bytes are not looked for in base64, which would hold them all."""
    text = base64.b64encode(f"xx{value}xx".encode()).decode()

    assert found == told(value, text, min_length=1)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a", []),
        ("*", []),
        ("a:*", []),
        ("*:user", ["a (replicas.0.host)"]),
        ("a:replicas.*", ["a (user)"]),
        ("a:replicas.?.host", ["a (user)"]),
        ("b", ["a (user)", "a (replicas.0.host)"]),
        ("b:user", ["a (user)", "a (replicas.0.host)"]),
        ("A", ["a (user)", "a (replicas.0.host)"]),
        ("a:User", ["a (user)", "a (replicas.0.host)"]),
    ],
)
def test_patterns_of_what_is_no_secret(pattern, found):
    """NAME takes a secret out, NAME:PATH a part of its JSON; both are patterns."""
    text = "application at db-1.internal"

    assert found == [secret for secret, _ in told(JSON, text, ignore=["c", pattern])]


def test_a_pattern_with_a_path_leaves_the_whole():
    """Where parts of a value are not secrets, the whole still is."""
    assert [("a", "")] == told(JSON, JSON, ignore=["a:user"])


@pytest.mark.parametrize("key", ["user", "a.b", "list[0]", "what?", "*"])
def test_the_pattern_of_a_find_takes_it_out(key):
    """What a find proposes to ignore is that part and no other."""
    value = json.dumps({key: "application", "other": "something else"})
    (leak,) = leaks(value, "application")

    pattern = leak.origins[0].pattern

    text = "application something else"
    assert [("a (other)", "")] == told(value, text, ignore=[pattern])


def test_one_value_in_several_secrets():
    """A value that several secrets have is told once, with all of them."""
    values = [("b", "hunter2hunter2"), ("a", '{"password": "hunter2hunter2"}'), ("a", "other")]

    found = LeakFinder().search(values).find("is hunter2hunter2")

    origins = (Origin("a", "password"), Origin("b"))
    assert [Leak(origins, "", (1,))] == found


def test_one_value_as_another_s_form():
    """A text that is one value, and another in some form, is told as the one that it is."""
    values = [("a", "pass word"), ("b", "pass%20word"), ("c", "pass word")]

    found = LeakFinder().search(values).find("pass%20word")

    assert [Leak((Origin("b"),), "", (1,))] == found


def test_what_lies_within_something_longer():
    """What is a part of a longer find is not told again, elsewhere it is."""
    values = [("short", "password"), ("long", "a password 1")]

    found = LeakFinder().search(values).find("a password 1\npassword\n")

    assert [
        Leak((Origin("long"),), "", (1,)),
        Leak((Origin("short"),), "", (2,)),
    ] == found


def test_lines():
    """A find names each line that it begins on, once."""
    text = "x\nhunter2hunter2, hunter2hunter2\n\nhunter2hunter2"

    assert [Leak((Origin("a"),), "", (2, 4))] == leaks("hunter2hunter2", text)


@pytest.mark.parametrize("values", [[], [("a", "short")], [("a", '{"a": "b"}'[:0])]])
def test_nothing_to_search(values):
    """Without a value that counts there are no needles."""
    needles = LeakFinder().search(values)

    assert not needles
    assert [] == needles.find("text")


def test_many_secrets():
    """Among a thousand secrets each is found, and nothing else."""
    finder = LeakFinder()
    values = [(f"s{number}", f"hunter2/{number:05}") for number in range(1000)]
    text = "".join(f"{number} {quote(f'hunter2/{number:05}', safe='')}\n" for number in (7, 777))

    found = finder.search(values).find(text)

    assert [
        Leak((Origin("s7"),), "URL-encoded", (1,)),
        Leak((Origin("s777"),), "URL-encoded", (2,)),
    ] == found
    assert [] == finder.search(values).find("hunter2/99999, " * 100)


def test_many_secrets_of_few_characters():
    """Where there are many secrets, short ones are found as well."""
    values = [(f"s{number}", f"{number:04}") for number in range(500)]

    found = LeakFinder(min_length=4).search(values).find("is 0042")

    assert [Leak((Origin("s42"),), "", (1,))] == found


def test_needles_are_kept():
    """What to look for is made once for the same values, in whatever order."""
    finder = LeakFinder()
    needles = finder.search([("a", "x"), ("b", "y")])

    assert needles is finder.search([("b", "y"), ("a", "x")])
    assert needles is not finder.search([("a", "x"), ("b", "z")])


@pytest.mark.parametrize(
    "show",
    [
        str,
        quote,
        quote_plus,
        lambda text: quote(text, safe=""),
        json.dumps,
        lambda text: json.dumps({"key": [text]}, ensure_ascii=False),
        lambda text: json.dumps(json.dumps(text)),
        repr,
        ascii,
        lambda text: repr({"key": text}),
        lambda text: repr(text.encode()),
        lambda text: repr(json.dumps(text)),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    ],
    ids=[
        "plain",
        "quote",
        "quote_plus",
        "quote all",
        "JSON",
        "JSON, not ASCII",
        "JSON in JSON",
        "repr",
        "ascii",
        "repr of a dict",
        "repr of bytes",
        "repr of JSON",
        "base64",
        "URL-safe base64",
    ],
)
@given(before=TEXTS, value=WORDS, after=TEXTS)
def test_any_value_in_any_text_is_found(show, before, value, after):
    """Any value of eight characters, in any text, is found in each form."""
    found = leaks(value, show(before + value + after))

    assert {"a"} == {origin.name for leak in found for origin in leak.origins}


@given(before=TEXTS, value=st.binary(min_size=8), after=TEXTS)
@example(before="", value="\u1000".encode() + bytes(5), after="")  # is UTF-8 for six characters
def test_any_bytes_are_found(before, value, after):
    """Any bytes are found in base64, and as Python shows them."""
    encoded = base64.b64encode(before.encode() + value + after.encode()).decode()

    assert leaks(value, encoded)
    assert leaks(value, repr(before.encode() + value + after.encode()))


@given(members=st.dictionaries(TEXTS, WORDS, min_size=1), more=TEXTS)
def test_any_member_of_json_is_found(members, more):
    """Every string in a value's JSON is found, in whatever JSON it is shown."""
    value = json.dumps(members)
    needles = LeakFinder().search([("a", value)])

    for member in members.values():
        assert needles.find(json.dumps([more, member]))
    assert needles.find(json.dumps({"SecretString": value}))


@given(
    value=st.text("abcXYZ019", min_size=8),
    text=st.text(" .:;!?()\n\t\"'\\%=äß"),
)
def test_nothing_is_found_where_nothing_is(value, text):
    """A text that has no character of a value shows no value."""
    assert [] == leaks(value, text)


@given(value=st.text("ab ", min_size=8), lines=st.lists(PLAIN_TEXTS), after=PLAIN_TEXTS)
def test_the_line_is_the_right_one(value, lines, after):
    """The value begins on the line that is named."""
    text = "\n".join([*lines, value + after])

    found = leaks(value, text)

    shown = text.split("\n")
    assert len(shown) == max(number for leak in found for number in leak.lines)
    assert [] == [
        n for leak in found if not leak.form for n in leak.lines if value not in shown[n - 1]
    ]
