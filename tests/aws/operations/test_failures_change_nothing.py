from __future__ import annotations

import json

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from pytest_fakesecrets import FakeSecrets, Secret, Version
from pytest_fakesecrets._aws.api_model import operations
from pytest_fakesecrets._aws.operations.registry import OPERATIONS, snake_case

CURRENT, PREVIOUS = "1" * 32, "2" * 32
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
ALLOWED = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
PUBLIC = json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})
SECRETS = [
    Secret("db", arn_suffix="a1b2c3", versions=[
        Version("new", ["AWSCURRENT"], id=CURRENT),
        Version("old", ["AWSPREVIOUS"], id=PREVIOUS),
    ]),
    Secret("gone", "v", deleted=True),
    Secret("rds!db", "v", owning_service="rds"),
    Secret("locked", "v", kms_key_id="alias/disabled"),
    Secret("closed", "v", kms_key_id="alias/denied"),
    Secret("copied", "v", replicas=["eu-west-1"]),
    Secret("full", versions=[Version("v", ["AWSCURRENT", *(f"l{n}" for n in range(19))])]),
    Secret("tagged", "v", tags={str(number): "" for number in range(50)}),
]  # fmt: skip
DB, VALUE, TAG = {"SecretId": "db"}, {"SecretString": "v"}, {"Key": "aws:x", "Value": "v"}
BOTH = {"SecretString": "v", "SecretBinary": b"v"}
RNF, IRE, IPE = "ResourceNotFoundException", "InvalidRequestException", "InvalidParameterException"
FAILURES = {
    "BatchGetSecretValue": [
        (IPE, {}),
        (IPE, {"SecretIdList": ["db"], "MaxResults": 1}),
        ("InvalidNextTokenException", {"SecretIdList": ["db"], "NextToken": "x"}),
        ("ValidationException", {"SecretIdList": ["db"] * 21}),
    ],
    "CancelRotateSecret": [(RNF, {"SecretId": "no"}), (IRE, {"SecretId": "gone"})],
    "CreateSecret": [
        ("ResourceExistsException", {"Name": "db", **VALUE}),
        ("ResourceExistsException", {"Name": "db", **VALUE, "ClientRequestToken": CURRENT}),
        (IRE, {"Name": "gone"}),
        (IPE, {"Name": "new", **BOTH}),
        (IPE, {"Name": "new", "Tags": [TAG]}),
        (IPE, {"Name": "new", "AddReplicaRegions": [{"Region": "us-east-1"}]}),
        ("EncryptionFailure", {"Name": "new", **VALUE, "KmsKeyId": "alias/disabled"}),
        ("AccessDeniedException", {"Name": "new", **VALUE, "KmsKeyId": "alias/denied"}),
        ("ValidationException", {"Name": "a name"}),
    ],
    "DeleteResourcePolicy": [(RNF, {"SecretId": "no"}), (IRE, {"SecretId": "gone"})],
    "DeleteSecret": [
        (RNF, {"SecretId": "no"}),
        (IRE, {"SecretId": "gone"}),
        (IRE, {"SecretId": "rds!db", "ForceDeleteWithoutRecovery": True}),
        (IPE, {**DB, "RecoveryWindowInDays": 6}),
        (IPE, {**DB, "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}),
        (IPE, {"SecretId": "copied"}),
    ],
    "DescribeSecret": [(RNF, {"SecretId": "no"})],
    "GetRandomPassword": [
        (IPE, {"PasswordLength": 3}),
        ("ValidationException", {"PasswordLength": 5000}),
    ],
    "GetResourcePolicy": [(RNF, {"SecretId": "no"}), (IRE, {"SecretId": "gone"})],
    "GetSecretValue": [
        (RNF, {"SecretId": "no"}),
        (RNF, {**DB, "VersionStage": "no"}),
        (RNF, {**DB, "VersionId": "3" * 32}),
        (IRE, {**DB, "VersionId": CURRENT, "VersionStage": "AWSPREVIOUS"}),
        (IRE, {"SecretId": "gone"}),
        ("DecryptionFailure", {"SecretId": "locked"}),
        ("AccessDeniedException", {"SecretId": "closed"}),
        ("ValidationException", {"SecretId": "a name"}),
    ],
    "ListResourcePolicies": [(RNF, {"SecretId": "no"}), (IRE, {"SecretId": "gone"})],
    "ListSecretVersionIds": [
        (RNF, {"SecretId": "no"}),
        ("InvalidNextTokenException", {**DB, "NextToken": "x"}),
    ],
    "ListSecrets": [
        (IPE, {"Filters": [{"Values": ["v"]}]}),
        ("InvalidNextTokenException", {"NextToken": "x"}),
        ("ValidationException", {"MaxResults": 101}),
    ],
    "PutResourcePolicy": [
        (RNF, {"SecretId": "no", "ResourcePolicy": PUBLIC}),
        (IRE, {"SecretId": "gone", "ResourcePolicy": PUBLIC}),
        ("MalformedPolicyDocumentException", {**DB, "ResourcePolicy": "{"}),
        ("PublicPolicyException", {**DB, "ResourcePolicy": PUBLIC, "BlockPublicPolicy": True}),
    ],
    "PutSecretValue": [
        (RNF, {"SecretId": "no", **VALUE}),
        (IRE, DB),
        (IRE, {"SecretId": "gone", **VALUE}),
        (IRE, {"SecretId": "rds!db", **VALUE}),
        (IPE, {**DB, **BOTH}),
        ("ResourceExistsException", {**DB, **VALUE, "ClientRequestToken": CURRENT}),
        ("EncryptionFailure", {"SecretId": "locked", **VALUE}),
        ("AccessDeniedException", {"SecretId": "closed", **VALUE}),
        ("LimitExceededException", {"SecretId": "full", **VALUE, "VersionStages": ["one more"]}),
    ],
    "RemoveRegionsFromReplication": [
        (RNF, {"SecretId": "no", "RemoveReplicaRegions": ["eu-west-1"]}),
        (IRE, {**DB, "RemoveReplicaRegions": ["eu-west-1"]}),
    ],
    "ReplicateSecretToRegions": [
        (RNF, {"SecretId": "no", "AddReplicaRegions": [{"Region": "eu-west-1"}]}),
        (IPE, {**DB, "AddReplicaRegions": [{"Region": "xx-nowhere-9"}]}),
    ],
    "RestoreSecret": [(RNF, {"SecretId": "no"}), (IRE, {"SecretId": "rds!db"})],
    "RotateSecret": [
        (RNF, {"SecretId": "no"}),
        (IRE, DB),
        (IRE, {"SecretId": "gone"}),
        ("AccessDeniedException", {
            **DB, "RotationLambdaARN": LAMBDA, "RotationRules": {"AutomaticallyAfterDays": 1},
        }),
        (IPE, {**DB, "RotationLambdaARN": LAMBDA, "RotationRules": {
            "AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)",
        }}),
    ],
    "StopReplicationToReplica": [(RNF, {"SecretId": "no"}), (IRE, DB)],
    "TagResource": [
        (RNF, {"SecretId": "no", "Tags": []}),
        (IRE, {"SecretId": "gone", "Tags": []}),
        (IPE, {**DB, "Tags": [TAG]}),
        (IPE, {"SecretId": "tagged", "Tags": [{"Key": "one more", "Value": ""}]}),
    ],
    "UntagResource": [
        (RNF, {"SecretId": "no", "TagKeys": []}),
        (IRE, {"SecretId": "gone", "TagKeys": []}),
        (IPE, {**DB, "TagKeys": ["aws:x"]}),
    ],
    "UpdateSecret": [
        (RNF, {"SecretId": "no"}),
        (IRE, {"SecretId": "gone"}),
        (IRE, {"SecretId": "rds!db", "Description": "new"}),
        (IPE, {**DB, **BOTH, "Description": "new"}),
        ("ResourceExistsException", {**DB, **VALUE, "ClientRequestToken": CURRENT}),
        ("EncryptionFailure", {**DB, "Description": "new", "KmsKeyId": "alias/disabled"}),
        ("AccessDeniedException", {**DB, "Description": "new", "KmsKeyId": "alias/denied"}),
    ],
    "UpdateSecretVersionStage": [
        (RNF, {"SecretId": "no", "VersionStage": "x"}),
        (RNF, {**DB, "VersionStage": "x", "MoveToVersionId": "3" * 32}),
        (IPE, {**DB, "VersionStage": "AWSCURRENT", "MoveToVersionId": PREVIOUS}),
        (IPE, {**DB, "VersionStage": "AWSCURRENT", "RemoveFromVersionId": CURRENT}),
        (IPE, {**DB, "VersionStage": "AWSCURRENT", "RemoveFromVersionId": PREVIOUS}),
    ],
    "ValidateResourcePolicy": [
        (RNF, {"SecretId": "no", "ResourcePolicy": PUBLIC}),
        ("MalformedPolicyDocumentException", {"ResourcePolicy": "{"}),
    ],
    "AssociateCrossAccountReplica": [
        (RNF, {**DB, "CrossAccountReplicaARN": "arn:aws:secretsmanager:us-east-1:1:secret:x"}),
    ],
    "DisassociateCrossAccountReplica": [
        (RNF, {"SecretId": "no", "CrossAccountReplicaARN": "arn:aws:secretsmanager:us-east-1"}),
    ],
}  # fmt: skip
CASES = [
    pytest.param(operation, code, given, id=f"{operation}-{number}-{code}")
    for operation, failures in FAILURES.items()
    if operation in operations()
    for number, (code, given) in enumerate(failures, start=1)
]


def test_every_operation_has_its_failures():
    """The table below leaves no operation out."""
    assert set(OPERATIONS) == set(FAILURES)


@pytest.fixture(scope="module")
def client():
    """Return a client that leaves all checks of parameters to the service."""
    with FakeSecrets():
        config = Config(parameter_validation=False)
        return Session().create_client("secretsmanager", config=config)


@pytest.mark.parametrize(("operation", "code", "given"), CASES)
def test_a_call_that_fails_changes_nothing(client, operation, code, given):
    """Each natural error of each operation leaves every secret as it was."""
    with FakeSecrets(*SECRETS) as fake:
        fake.kms.disable("alias/disabled")
        fake.kms.deny("alias/denied")
        before = fake.snapshot()

        with pytest.raises(ClientError) as caught:
            getattr(client, snake_case(operation))(**given)

        assert code == caught.value.response["Error"]["Code"]
        assert before == fake.snapshot()
