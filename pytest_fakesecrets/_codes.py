"""The names of operations and of errors, for type checkers and completion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from ._errors import unknown_choice

OperationName = Literal[
    "AssociateCrossAccountReplica",
    "BatchGetSecretValue",
    "CancelRotateSecret",
    "CreateSecret",
    "DeleteResourcePolicy",
    "DeleteSecret",
    "DescribeSecret",
    "DisassociateCrossAccountReplica",
    "GetRandomPassword",
    "GetResourcePolicy",
    "GetSecretValue",
    "ListResourcePolicies",
    "ListSecretVersionIds",
    "ListSecrets",
    "PutResourcePolicy",
    "PutSecretValue",
    "RemoveRegionsFromReplication",
    "ReplicateSecretToRegions",
    "RestoreSecret",
    "RotateSecret",
    "StopReplicationToReplica",
    "TagResource",
    "UntagResource",
    "UpdateSecret",
    "UpdateSecretVersionStage",
    "ValidateResourcePolicy",
]
ErrorCode = Literal[
    "AccessDeniedException",
    "DecryptionFailure",
    "EncryptionFailure",
    "ExpiredTokenException",
    "InternalFailure",
    "InternalServiceError",
    "InvalidNextTokenException",
    "InvalidParameterException",
    "InvalidRequestException",
    "InvalidSignatureException",
    "LimitExceededException",
    "MalformedPolicyDocumentException",
    "MissingAuthenticationTokenException",
    "PreconditionNotMetException",
    "PublicPolicyException",
    "ResourceExistsException",
    "ResourceNotFoundException",
    "SerializationException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
]

# Exceptions of botocore's own, for a call that AWS did not answer.
ConnectionErrorName = Literal[
    "ConnectionClosedError",
    "ConnectTimeoutError",
    "EndpointConnectionError",
    "ReadTimeoutError",
    "SSLError",
]
LostResponseName = Literal["ConnectionClosedError", "ReadTimeoutError"]
CONNECTION_ERRORS: Final[tuple[str, ...]] = get_args(ConnectionErrorName)
LOST_RESPONSES: Final[tuple[str, ...]] = get_args(LostResponseName)


class ErrorCodes:
    """The codes that Secrets Manager answers with, as constants; ``fake.errors`` has them.

    ``errors.DecryptionFailure`` is the string ``"DecryptionFailure"``. A type checker finds a
    misspelt code, and so does the test: it is an AttributeError. Codes that no operation documents
    come from the framework in front of the service:
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
    """

    AccessDeniedException: Final = "AccessDeniedException"
    DecryptionFailure: Final = "DecryptionFailure"
    EncryptionFailure: Final = "EncryptionFailure"
    ExpiredTokenException: Final = "ExpiredTokenException"
    InternalFailure: Final = "InternalFailure"
    InternalServiceError: Final = "InternalServiceError"
    InvalidNextTokenException: Final = "InvalidNextTokenException"
    InvalidParameterException: Final = "InvalidParameterException"
    InvalidRequestException: Final = "InvalidRequestException"
    InvalidSignatureException: Final = "InvalidSignatureException"
    LimitExceededException: Final = "LimitExceededException"
    MalformedPolicyDocumentException: Final = "MalformedPolicyDocumentException"
    MissingAuthenticationTokenException: Final = "MissingAuthenticationTokenException"
    PreconditionNotMetException: Final = "PreconditionNotMetException"
    PublicPolicyException: Final = "PublicPolicyException"
    ResourceExistsException: Final = "ResourceExistsException"
    ResourceNotFoundException: Final = "ResourceNotFoundException"
    SerializationException: Final = "SerializationException"
    ThrottlingException: Final = "ThrottlingException"
    UnknownOperationException: Final = "UnknownOperationException"
    UnrecognizedClientException: Final = "UnrecognizedClientException"
    ValidationException: Final = "ValidationException"

    if not TYPE_CHECKING:  # checkers are to know the constants alone

        def __getattr__(self, name: str) -> str:
            raise AttributeError(
                str(unknown_choice("an error code of Secrets Manager", name, get_args(ErrorCode)))
            )
