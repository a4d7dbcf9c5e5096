"""The two families of errors: what AWS answers, and what a test author did wrong."""

from __future__ import annotations

from collections.abc import Iterable
from operator import methodcaller
from typing import Final

NOT_FOUND: Final = "Secrets Manager can't find the specified secret."
MARKED_FOR_DELETION: Final = (
    "You can't perform this operation on the secret because it was marked for deletion."
)

# Where no printed text of AWS is known, the sentence of botocore's service model stands in:
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
MODELLED_ERRORS: Final = {
    "DecryptionFailure": (
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
    ),
    "EncryptionFailure": (
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
        "Check that the KMS key is available, enabled, and not in an invalid state. "
        "For more information, see Key state: Effect on your KMS key."
    ),
    "InternalServiceError": "An error occurred on the server side.",
    "InvalidNextTokenException": "The NextToken value is invalid.",
    "InvalidParameterException": "The parameter name or value is invalid.",
    "InvalidRequestException": (
        "A parameter value is not valid for the current state of the resource."
    ),
    "LimitExceededException": (
        "The request failed because it would exceed one of the Secrets Manager quotas."
    ),
    "MalformedPolicyDocumentException": "This resource policy contains a syntax error.",
    "PreconditionNotMetException": (
        "The request failed because you did not complete all the prerequisite steps."
    ),
    "PublicPolicyException": (
        "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent "
        "broad access to the secret."
    ),
    "ResourceExistsException": "A resource with the ID you requested already exists.",
    "ResourceNotFoundException": NOT_FOUND,
}

# Raised by the framework in front of the service, so absent from the service model.
FRAMEWORK_ERRORS: Final = {
    "AccessDeniedException": "Access to KMS is not allowed",
    "ExpiredTokenException": "The security token included in the request is expired",
    "InternalFailure": "",
    "InvalidSignatureException": (
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. "
        "Consult the service documentation for details."
    ),
    "MissingAuthenticationTokenException": "Missing Authentication Token",
    "SerializationException": "",
    "ThrottlingException": "Rate exceeded",
    "UnknownOperationException": "",
    "UnrecognizedClientException": "The security token included in the request is invalid.",
    "ValidationException": (
        "Invalid name. Must be a valid name containing alphanumeric characters, "
        "or any of the following: -/_+=.@!"
    ),
}

DEFAULT_MESSAGES: Final = {**MODELLED_ERRORS, **FRAMEWORK_ERRORS}

_SERVER_SIDE: Final = frozenset({"InternalServiceError", "InternalFailure"})


class ServiceError(Exception):
    """What AWS answers instead of a result; reaches the code under test as a ``ClientError``.

    :param code: AWS's error code, such as ``ResourceNotFoundException``.
    :param message: AWS's text; the code's usual one by default.
    """

    def __init__(self, code: str, message: str | None = None) -> None:
        self.code = code
        self.message = DEFAULT_MESSAGES[code] if message is None else message
        super().__init__(f"{code}: {self.message}")

    @property
    def is_of_framework(self) -> bool:
        """Whether the framework in front of the service raises it, and not the service's code.

        Refusals by IAM, which begin with the caller, come from there; those about KMS do not.
        """
        if self.code == "AccessDeniedException":
            return self.message.startswith("User: ")
        return self.code in FRAMEWORK_ERRORS

    @property
    def status(self) -> int:
        """The HTTP status: 500 for the errors of AWS's side, 400 for all others."""
        return 500 if self.code in _SERVER_SIDE else 400


class UsageError(Exception):
    """The test author asked the fake for something it cannot do; says what, and the remedy."""


class RealCallError(UsageError):
    """A call of Secrets Manager was about to leave the process, and no test had said it may."""


class FakeSecretsWarning(UserWarning):
    """What pytest-fakesecrets was asked to warn of."""


# What a module names __tracebackhide__ for pytest: a misuse ends at the test's own line.
HIDE_MISUSE: Final = methodcaller("errisinstance", UsageError)


class NotImitatedError(UsageError, NotImplementedError):
    """The code under test used a part of Secrets Manager that the fake does not imitate."""


class NoAnswerError(Exception):
    """The client hears nothing of AWS; reaches the code under test as an exception of botocore's.

    :param error: the name of that exception, such as ``ReadTimeoutError``.
    """

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


def not_found() -> ServiceError:
    """Return the answer for a secret that does not exist."""
    return ServiceError("ResourceNotFoundException", NOT_FOUND)


def version_not_found(version_id: str) -> ServiceError:
    """Return the answer for a version that does not exist."""
    return ServiceError(
        "ResourceNotFoundException",
        f"Secrets Manager can't find the specified secret value for VersionId: {version_id}",
    )


def invalid_request(message: str | None = None) -> ServiceError:
    """Return the answer for what the secret's present state does not allow."""
    return ServiceError("InvalidRequestException", message)


def invalid_parameter(message: str | None = None) -> ServiceError:
    """Return the answer for a value, or a combination of values, that is wrong."""
    return ServiceError("InvalidParameterException", message)


def denial_of(
    principal: str, action: str, resource: str | None, reason: str | None = None
) -> ServiceError:
    """Return IAM's refusal; by default because nothing allows the action."""
    on = "" if resource is None else f" on resource: {resource}"
    because = reason or f"because no identity-based policy allows the {action} action"
    return ServiceError(
        "AccessDeniedException",
        f"User: {principal} is not authorized to perform: {action}{on} {because}",
    )


def unknown_choice(what: str, given: object, choices: Iterable[str]) -> UsageError:
    """Return a usage error that names the input, its nearest right spelling and the choices."""
    from difflib import get_close_matches  # noqa: PLC0415 - loading the plugin needs no difflib

    among = sorted(choices)
    near = get_close_matches(str(given), among, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return UsageError(f"{given} is not {what}{hint} Choose among: {', '.join(among)}.")
