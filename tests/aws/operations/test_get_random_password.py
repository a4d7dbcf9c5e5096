from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import refusal

CLASSES = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}
NO_CLASS = dict.fromkeys(CLASSES, True)
TOO_SHORT = "Password length is too short based on the required types."
TYPE_EXCLUDED = "All characters of the desired type have been excluded."
ALL_EXCLUDED = "All characters have been excluded from selection."


@pytest.fixture(scope="module")
def client(module_fake_secrets):
    """Give a client that all examples of Hypothesis share."""
    return module_fake_secrets.client()


def password(client, **options):
    """Return a new password."""
    return client.get_random_password(**options)["RandomPassword"]


def kinds(text):
    """Return the classes of characters that occur in a text."""
    return {name for name, kind in CLASSES.items() if set(kind) & set(text)}


def test_the_answer_is_the_password_alone(client):
    """The answer has no member but RandomPassword."""
    response = client.get_random_password()

    assert {"RandomPassword", "ResponseMetadata"} == set(response)


def test_the_default_is_32_characters_of_every_class(client):
    """Without options there are 32 characters, at least one of each class, and no space."""
    made = password(client)

    assert 32 == len(made)
    assert set(CLASSES) == kinds(made)
    assert set(made) <= set("".join(CLASSES.values()))


def test_every_password_is_another(client):
    """Two calls do not answer alike."""
    assert password(client) != password(client)


def test_all_characters_occur(client):
    """The longest password has every letter, digit and the 32 ASCII marks, but no space."""
    made = password(client, PasswordLength=4096)

    assert 4096 == len(made)
    assert set(string.ascii_letters + string.digits + string.punctuation) == set(made)


def test_a_space_is_included_on_request(client):
    """IncludeSpace adds the space to the characters drawn from."""
    made = password(client, PasswordLength=4096, IncludeSpace=True)

    assert set(string.ascii_letters + string.digits + string.punctuation + " ") == set(made)


@pytest.mark.parametrize("switch", list(CLASSES))
def test_a_class_is_excluded(client, switch):
    """Each switch leaves out its class, and the others stay required."""
    made = password(client, PasswordLength=4096, **{switch: True})

    assert set(CLASSES) - {switch} == kinds(made)


def test_recorded_exclusion(client):
    """Excluded characters do not occur, as AWS was recorded."""
    made = password(client, PasswordLength=120, ExcludeCharacters="xyzDje@?!.")

    assert 120 == len(made)
    assert not set("xyzDje@?!.") & set(made)


def test_a_space_is_excluded_by_character(client):
    """ExcludeCharacters wins over IncludeSpace."""
    made = password(client, PasswordLength=4096, IncludeSpace=True, ExcludeCharacters=" ")

    assert " " not in made


def test_a_password_may_be_spaces(client):
    """The space is enough to draw from, and no required class of its own."""
    assert "     " == password(client, PasswordLength=5, IncludeSpace=True, **NO_CLASS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"PasswordLength": 3}, TOO_SHORT, id="three for four classes"),
        pytest.param({"PasswordLength": 2, "ExcludeNumbers": True}, TOO_SHORT, id="two for three"),
        pytest.param({"ExcludeCharacters": string.digits}, TYPE_EXCLUDED, id="no digits left"),
        pytest.param(
            {"ExcludeCharacters": string.punctuation, "IncludeSpace": True},
            TYPE_EXCLUDED,
            id="no punctuation left, but a space",
        ),
        pytest.param(NO_CLASS, ALL_EXCLUDED, id="no class"),
        pytest.param(
            {**NO_CLASS, "IncludeSpace": True, "ExcludeCharacters": " "},
            ALL_EXCLUDED,
            id="no class and no space",
        ),
        pytest.param({"ExcludeCharacters": string.printable}, ALL_EXCLUDED, id="no character left"),
        pytest.param(
            {"ExcludeCharacters": string.printable, "RequireEachIncludedType": False},
            ALL_EXCLUDED,
            id="no character left, none required",
        ),
        pytest.param(
            {"PasswordLength": 1, "ExcludeCharacters": string.printable},
            ALL_EXCLUDED,
            id="all excluded wins",
        ),
        pytest.param(
            {"PasswordLength": 1, "ExcludeCharacters": string.digits},
            TYPE_EXCLUDED,
            id="excluded class wins over length",
        ),
    ],
)
def test_an_impossible_password_is_refused(client, options, message):
    """AWS says why there is no such password: all excluded, a class excluded, or too short."""
    refused = refusal(client.get_random_password, **options)

    assert ("InvalidParameterException", message) == refused


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"PasswordLength": 1, "RequireEachIncludedType": False}, id="short"),
        pytest.param(
            {"PasswordLength": 4, "ExcludeCharacters": "".join(map(str, range(1, 10)))},
            id="one digit left",
        ),
        pytest.param({"PasswordLength": 4}, id="one of each"),
        pytest.param(
            {"ExcludeCharacters": string.digits, "RequireEachIncludedType": False},
            id="no digits, none required",
        ),
        pytest.param({"ExcludeCharacters": ""}, id="nothing excluded"),
    ],
)
def test_a_password_that_just_fits_is_made(client, options):
    """At the edge of the rules there still is a password."""
    assert options.get("PasswordLength", 32) == len(password(client, **options))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"PasswordLength": 5000},
            "Value '5000' at 'passwordLength' failed to satisfy constraint: "
            "Member must have value less than or equal to 4096",
            id="length",
        ),
        pytest.param(
            {"ExcludeCharacters": "x" * 4097},
            f"Value '{'x' * 4097}' at 'excludeCharacters' failed to satisfy constraint: "
            "Member must have length less than or equal to 4096",
            id="characters",
        ),
    ],
)
def test_options_outside_the_model_are_refused(client, options, message):
    """Bounds of the service model are checked first."""
    refused = refusal(client.get_random_password, **options)

    assert ("ValidationException", f"1 validation error detected: {message}") == refused


@given(
    st.fixed_dictionaries(
        {
            "PasswordLength": st.integers(min_value=1, max_value=40),
            "ExcludeCharacters": st.one_of(
                st.text(alphabet=string.printable, max_size=20),
                st.sampled_from([*CLASSES.values(), string.ascii_letters + " ", string.printable]),
            ),
            "IncludeSpace": st.booleans(),
            "RequireEachIncludedType": st.booleans(),
            **{switch: st.booleans() for switch in CLASSES},
        }
    )
)
def test_a_password_is_what_the_options_say(client, options):
    """Whatever the options are, the password obeys every one, or the right one is blamed."""
    length, excluded = options["PasswordLength"], set(options["ExcludeCharacters"])
    each = options["RequireEachIncludedType"]
    left = {switch: set(kind) - excluded for switch, kind in CLASSES.items() if not options[switch]}
    space = {" "} - excluded if options["IncludeSpace"] else set()
    pool = space.union(*left.values())
    problems = {
        ALL_EXCLUDED: not pool,
        TYPE_EXCLUDED: each and not all(left.values()),
        TOO_SHORT: each and length < len(left),
    }
    problem = next((message for message, holds in problems.items() if holds), None)

    if problem:
        refused = refusal(client.get_random_password, **options)

        assert ("InvalidParameterException", problem) == refused
        return

    made = password(client, **options)

    assert length == len(made)
    assert set(made) <= pool
    assert not each or set(left) == kinds(made)
