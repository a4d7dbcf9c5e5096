"""What AWS answers instead of a result."""

from __future__ import annotations

import sys
from typing import Final

# LocalStack recording test_secret_not_found.
NOT_FOUND: Final = "Secrets Manager can't find the specified secret."
# LocalStack recording test_tag_untag_resource_on_deleted_secret; once with another apostrophe.
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
    # Printed in GitHub issue hashicorp/terraform-provider-aws#28609; no sentence of the model.
    "MalformedPolicyDocumentException": "This resource policy contains a syntax error.",
    "PreconditionNotMetException": (
        "The request failed because you did not complete all the prerequisite steps."
    ),
    # The guide of 2020 had it, under another code; today's text is not known.
    "PublicPolicyException": (
        "You can't attach a resource-based policy that allows broad access to the secret."
    ),
    "ResourceExistsException": "A resource with the ID you requested already exists.",
    "ResourceNotFoundException": NOT_FOUND,
}

# Raised by the framework in front of the service, so absent from the service model.
FRAMEWORK_ERRORS: Final = {
    # AWS re:Post, knowledge-center/secrets-manager-cross-account-key.
    "AccessDeniedException": "Access to KMS is not allowed",
    # AWS's usual text; not seen from this service.
    "ExpiredTokenException": "The security token included in the request is expired",
    # The sentence of CommonErrors.html; what is missing is named instead where it is known.
    "IncompleteSignatureException": "The request signature does not conform to AWS standards.",
    "InternalFailure": "",
    # Its beginning is in the test fixtures of github.com/aws/aws-secretsmanager-agent.
    "InvalidSignatureException": (
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. "
        "Consult the service documentation for details."
    ),
    # AWS's usual text; not seen from this service.
    "MissingAuthenticationTokenException": "Missing Authentication Token",
    "SerializationException": "",
    # GitHub issue external-secrets/external-secrets#4065.
    "ThrottlingException": "Rate exceeded",
    "UnknownOperationException": "",
    # GitHub pull request aws/aws-sdk-php-laravel#228.
    "UnrecognizedClientException": "The security token included in the request is invalid.",
    # LocalStack recording test_invalid_secret_name, for ten operations.
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


def not_found() -> ServiceError:
    """Return the answer for a secret that does not exist."""
    return ServiceError("ResourceNotFoundException", NOT_FOUND)


def version_not_found(version_id: str) -> ServiceError:
    """Return the answer for a version that does not exist."""
    return ServiceError(
        "ResourceNotFoundException",
        # LocalStack recording test_secret_version_not_found.
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
    # Printed in binbashar/le-tf-infra-aws#874; without resource in external-secrets#4274.
    on = "" if resource is None else f" on resource: {resource}"
    because = reason or f"because no identity-based policy allows the {action} action"
    return ServiceError(
        "AccessDeniedException",
        f"User: {principal} is not authorized to perform: {action}{on} {because}",
    )


def kind_of(thing: object) -> str:
    """Name a thing's class, or the nearest base of it that the source code names.

    A class made at run time may have anything for its name, the value of a secret too.
    """
    return next(kind.__name__ for kind in type(thing).__mro__ if _is_written(kind))


def _is_written(kind: type) -> bool:
    home = getattr(sys.modules.get(kind.__module__), "__dict__", {})
    return (
        kind.__module__ == "builtins"
        or kind.__name__ in DEFAULT_MESSAGES
        or "<locals>" in kind.__qualname__
        or home.get(kind.__name__) is kind
    )
