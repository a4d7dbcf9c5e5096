"""What people try first, and the messages that tell them what to write."""

import re
import traceback

import pytest

from pytest_fakesecrets import FakeSecrets, Secret, UsageError

# What is tried, and a part of the message.
MEMBERS = {
    "fake.update({'db': 'new'})": "put(name, value)",
    "fake.delete('db')": "remove(name), or del fake[name]",
    "fake.secrets": "list(fake)",
    "fake.error('DecryptionFailure')": "fake.faults.error(code, operation=...)",
    "fake.advance(days=1)": "fake.clock.advance(days=1)",
    "fake.caller": "acting_as(principal=arn)",
    "fake.get_secret_value(SecretId='db')": "on fake.client()",
    "fake.rotation": "did you mean rotations?",
    "fake['db'].update('new')": "fake[name] = value",
    "fake['db'].rotate()": "rotate_secret of fake.client()",
    "fake['db'].get('user')": ".json() parses it",
    "fake['db'].secret_string": "It is .string.",
    "fake['db'].tag": "did you mean tags?",
    "fake.calls.assert_called_with('GetSecretValue')": "assert_called(operation, parameters={...})",
    "fake.calls.reset()": "clear()",
    "fake.calls.assert_callled()": "did you mean assert_called?",
    "fake.faults.throttle()": "error('ThrottlingException')",
    "fake.faults.eror('DecryptionFailure')": "did you mean error?",
    "fake.clock.tick(3)": "advance(days=1)",
    "fake.kms.revoke('alias/app')": "deny(key, action)",
    "fake.kms.disble('alias/app')": "did you mean disable?",
    "Secret('db').nme": "did you mean name?",
}
ARGUMENTS = {
    "fake.acting_as(role='reader')": "role is not an argument of acting_as(); did you mean "
    "principal? Choose one of: account, keys",
    "fake.acting_as('reader')": "Call it as acting_as(*, account=None, principal=None",
    "fake.client(regoin='eu-west-1')": "of client(); did you mean region?",
    "fake.calls.assert_called(SecretId='db')": "of assert_called(); did you mean secret?",
    "fake.calls.assert_called('GetSecretValue', count=2)": "did you mean times?",
    "fake.calls.count(role='reader')": "of count(). Choose one of: operation, secret.",
    "FakeSecrets(account_id='123456789012')": "of FakeSecrets(); did you mean account?",
    "Secret('db', tag={'team': 'web'})": "of Secret(); did you mean tags?",
    "Secret(value='v')": "missing 1 required positional argument: 'name'. Call it as Secret(name, ",
    "fake.kms.add()": "Call it as add(key, *, aliases=(), asymmetric=False).",
    "fake.faults.delay()": "Call it as delay(seconds, **options).",
}


@pytest.fixture
def fake():
    """Make a fake with one secret."""
    return FakeSecrets({"db": "hunter2"})


def try_out(text, fake):
    """Evaluate what a user wrote."""
    return eval(text, {"fake": fake, "FakeSecrets": FakeSecrets, "Secret": Secret})  # noqa: S307


@pytest.mark.parametrize("tried", MEMBERS)
def test_a_member_that_there_is_not(tried, fake):
    """It names what to write, and is what Python raises."""
    with pytest.raises(UsageError, match=re.escape(MEMBERS[tried])) as caught:
        try_out(tried, fake)

    assert isinstance(caught.value, AttributeError)


@pytest.mark.parametrize("tried", ARGUMENTS)
def test_arguments_that_there_are_not(tried, fake):
    """They name those that there are, and the nearest."""
    with pytest.raises(UsageError, match=re.escape(ARGUMENTS[tried])) as caught:
        try_out(tried, fake)

    assert isinstance(caught.value, TypeError)


def test_hasattr_answers_as_ever(fake):
    """Whoever asks whether there is a member gets an answer."""
    assert not hasattr(fake, "update")
    assert not hasattr(fake, "_ipython_display_")
    assert getattr(fake["db"], "rotate", None) is None


def test_an_error_of_the_test_itself_stays(fake):
    """A TypeError from inside a call, as here of what the test gave, is not a guess."""

    class Broken(dict):
        def items(self):
            raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        fake.add("app", tags=Broken(team="web"))


def test_it_is_shown_by_the_public_name(fake):
    """The private kind of error is not what users read."""
    with pytest.raises(UsageError) as caught:
        fake.update()

    (line,) = traceback.format_exception_only(caught.value)
    assert line.startswith("pytest_fakesecrets.UsageError: FakeSecrets has no update.")
