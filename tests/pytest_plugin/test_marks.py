from __future__ import annotations

import dataclasses
import inspect

import pytest

from pytest_fakesecrets import FakeSecrets, marks
from pytest_fakesecrets._aws.api_model import errors_of
from pytest_fakesecrets._plugin.mark_options import ErrorsOptions, SecretsOptions

pytestmark = marks.secrets({"db": "module"}, region="eu-west-1")


@marks.secrets({"db": "function"})
def test_a_mark_by_function(fake_secrets: FakeSecrets) -> None:
    """The function makes the marker, which adds up as ever."""
    assert "function" == fake_secrets["db"].value
    assert "eu-west-1" == fake_secrets.region


@marks.secrets_errors("GetSecretValue", only=["DecryptionFailure"], also=["SSLError"])
def test_errors_by_function(secrets_client, secrets_error):
    """The function makes the marker for errors, too."""
    with pytest.raises(secrets_error.exception):
        secrets_client.get_secret_value(SecretId="db")

    assert secrets_error.code in ("DecryptionFailure", "SSLError")


@pytest.mark.parametrize(
    ("function", "options"),
    [(marks.secrets, SecretsOptions), (marks.secrets_errors, ErrorsOptions)],
)
def test_the_functions_take_what_the_markers_take(function, options):
    """A function has the parameters of its marker, in their order."""
    fields = [field.name for field in dataclasses.fields(options)]

    assert fields == list(inspect.signature(function).parameters)


def test_what_is_not_given_is_not_said():
    """An option that is left out is not in the mark, so that wider marks may say it."""
    mark = marks.secrets({"a": "b"}, allow_real_calls=False).mark

    assert ("fake_secrets", ({"a": "b"},), {"allow_real_calls": False}) == (
        mark.name,
        mark.args,
        mark.kwargs,
    )


@marks.secrets
@marks.secrets_errors
def test_without_parentheses(fake_secrets, secrets_error):
    """A mark may stand above a test without parentheses, as those of pytest may."""
    assert "module" == fake_secrets["db"].value
    assert secrets_error.code in errors_of("GetSecretValue")


@marks.secrets
class TestAClass:
    """Above a class, too."""

    def test_it(self, fake_secrets):
        """Its tests have the mark."""
        assert "module" == fake_secrets["db"].value
