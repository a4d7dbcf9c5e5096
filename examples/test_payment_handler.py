from __future__ import annotations

import pytest
from payment_handler import handler

from pytest_fakesecrets import FakeSecrets

PAYMENT = {"merchant": "acme", "body": "12.50 EUR"}


@pytest.mark.secrets({"merchants/acme/signing-key": b"\x00\x01key"}, region="eu-west-1")
def test_signs_with_the_merchants_key() -> None:
    """The client was made at import, long before this test, and is served all the same."""
    answer = handler(PAYMENT, None)

    assert answer["statusCode"] == 200
    assert len(answer["body"]) == 64


def test_an_unknown_merchant_is_no_crash(fake_secrets: FakeSecrets) -> None:
    """A secret that does not exist is AWS's own ResourceNotFoundException."""
    answer = handler(PAYMENT, None)

    assert answer["statusCode"] == 404
    assert fake_secrets.calls.last.outcome == "ResourceNotFoundException"
