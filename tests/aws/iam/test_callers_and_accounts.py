from __future__ import annotations

import asyncio
import contextvars
import json
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_fakesecrets import FakeSecrets, Secret, UsageError
from pytest_fakesecrets._aws.api_model import operations, request_shape
from pytest_fakesecrets._aws.operations.registry import OPERATIONS, snake_case
from pytest_fakesecrets._fake.fake import pipeline_of

OWNER = "123456789012"
ACCOUNT = "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
OWN_ROLE = f"arn:aws:iam::{OWNER}:role/app"
ARN = f"arn:aws:secretsmanager:us-east-1:{OWNER}:secret:db-a1b2c3"
MISSING = "Secrets Manager can't find the specified secret."
DEFAULT_KEY = (
    "You can't access a secret from a different AWS account if you encrypt the secret with the "
    "default KMS service key."
)
EVERYTHING = {
    "Statement": {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "*", "Resource": "*"}
}
NOTHING = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
TOKEN = "11111111-1111-4111-8111-111111111111"
TEXT = json.dumps(EVERYTHING)
# What a call needs besides the SecretId.
MEMBERS = {
    "AssociateCrossAccountReplica": {"CrossAccountReplicaARN": ARN},
    "CreateSecret": {"Name": "db"},
    "DisassociateCrossAccountReplica": {"CrossAccountReplicaARN": ARN},
    "PutResourcePolicy": {"ResourcePolicy": TEXT},
    "PutSecretValue": {"SecretString": "new"},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
    "TagResource": {"Tags": [{"Key": "k", "Value": "v"}]},
    "UntagResource": {"TagKeys": ["k"]},
    "UpdateSecret": {"Description": "new"},
    "UpdateSecretVersionStage": {"VersionStage": "x", "MoveToVersionId": TOKEN},
    "ValidateResourcePolicy": {"ResourcePolicy": TEXT},
}
KNOWN = sorted(set(OPERATIONS) & operations())
OF_A_SECRET = [name for name in KNOWN if "SecretId" in request_shape(name).members]
# The default key stays with its account, all else is open to others.
WITH_THE_KEY = ["GetSecretValue", "PutSecretValue"]
# What needs a rotation function or a replica as well.
WITH_MORE = [
    "AssociateCrossAccountReplica",
    "DisassociateCrossAccountReplica",
    "RemoveRegionsFromReplication",
    "RotateSecret",
    "StopReplicationToReplica",
]


def callers(fake):
    """Return who made each call, with the keys that conditions of policies find."""
    return [exchange.caller for exchange in pipeline_of(fake).history]


batching = pytest.mark.skipif(
    "BatchGetSecretValue" not in operations(), reason="this botocore has no BatchGetSecretValue"
)


def refusal(call, **parameters):
    """Return code and message of the error that a call meets."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def perform(client, operation, secret_id="db"):  # noqa: S107 - a name
    """Carry out an operation on a secret."""
    given = dict(MEMBERS.get(operation, {}))
    if "SecretId" in request_shape(operation).members:
        given["SecretId"] = secret_id
    if operation == "BatchGetSecretValue":
        given["SecretIdList"] = [secret_id]
    return getattr(client, snake_case(operation))(**given)


def denied(operation, *, on="db", by=f"arn:aws:iam::{OWNER}:root", reason="no identity-based"):
    """Return code and message of a refusal."""
    action = f"secretsmanager:{operation}"
    resource = f" on resource: {on}" if on else ""
    because = (
        f"because {reason} policy allows the {action} action"
        if reason.startswith("no ")
        else f"with {reason} policy"
    )
    message = f"User: {by} is not authorized to perform: {action}{resource} {because}"
    return "AccessDeniedException", message


def database(**details):
    """Return the secret that most tests are about."""
    versions = details.pop("value", "s3cret")
    return Secret("db", versions, arn_suffix="a1b2c3", tags={"k": "v"}, **details)


@pytest.fixture
def stranger(fake_secrets):
    """Return a client of another account."""
    return fake_secrets.client(principal=ROLE)


@pytest.mark.parametrize(
    "operation", [name for name in OF_A_SECRET if name not in (*WITH_THE_KEY, *WITH_MORE)]
)
def test_a_policy_opens_a_secret_to_another_account(fake_secrets, stranger, operation):
    """With a grant, what needs no key works across accounts even under the default key."""
    fake_secrets.add(database(policy=EVERYTHING))
    if operation == "UpdateSecretVersionStage":
        fake_secrets.client().put_secret_value(
            SecretId="db", SecretString="x", ClientRequestToken=TOKEN, VersionStages=["y"]
        )

    perform(stranger, operation, ARN)

    assert "OK" == fake_secrets.calls.last.outcome
    assert 1 == fake_secrets.calls.count(operation, secret="db")


@pytest.mark.parametrize("kms_key_id", [None, "alias/aws/secretsmanager"], ids=["unset", "alias"])
@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("get_secret_value", {}),
        ("put_secret_value", {"SecretString": "new"}),
        ("update_secret", {"SecretString": "new", "Description": "new"}),
    ],
)
def test_the_default_key_is_not_for_another_account(
    fake_secrets, stranger, kms_key_id, operation, given
):
    """A grant does not open a value under the default key, and what fails changes nothing."""
    fake_secrets.add(database(policy=EVERYTHING, kms_key_id=kms_key_id))
    before = fake_secrets.snapshot()

    met = refusal(getattr(stranger, operation), SecretId=ARN, **given)

    assert ("InvalidRequestException", DEFAULT_KEY) == met
    assert before == fake_secrets.snapshot()


def test_a_customer_key_is_for_another_account(fake_secrets, stranger):
    """Under a customer's key, a grant opens everything."""
    fake_secrets.add(database(policy=EVERYTHING, kms_key_id="alias/shared"))

    stranger.put_secret_value(SecretId=ARN, SecretString="new")

    assert "new" == stranger.get_secret_value(SecretId=ARN)["SecretString"]
    assert "new" == fake_secrets["db"].value


@batching
def test_a_batch_tells_of_the_default_key(fake_secrets, stranger):
    """In a batch the refusal of one secret is an entry of Errors."""
    fake_secrets.add(database(policy=EVERYTHING))

    answer = stranger.batch_get_secret_value(SecretIdList=[ARN])

    assert [
        {"SecretId": ARN, "ErrorCode": "InvalidRequestException", "Message": DEFAULT_KEY}
    ] == answer["Errors"]


@batching
def test_a_batch_reaches_another_account(fake_secrets, stranger):
    """Under a customer's key, a batch has the value as well."""
    fake_secrets.add(database(policy=EVERYTHING, kms_key_id="alias/shared"))

    answer = stranger.batch_get_secret_value(SecretIdList=[ARN])

    assert ["s3cret"] == [entry["SecretString"] for entry in answer["SecretValues"]]


@pytest.mark.parametrize(
    "policy",
    [None, json.loads(TEXT.replace(ACCOUNT, "333333333333"))],
    ids=["no policy", "policy for others"],
)
@pytest.mark.parametrize("operation", OF_A_SECRET)
def test_without_a_grant_another_account_is_refused(fake_secrets, stranger, operation, policy):
    """Where no policy names the caller, every operation is refused, and nothing changes."""
    fake_secrets.add(database(policy=policy))
    before = fake_secrets.snapshot()

    met = refusal(lambda: perform(stranger, operation, ARN))

    assert denied(operation, on=ARN, by=ROLE, reason="no resource-based") == met
    assert before == fake_secrets.snapshot()


@pytest.mark.parametrize("operation", OF_A_SECRET)
def test_an_explicit_denial_refuses_the_owner(fake_secrets, secrets_client, operation):
    """A denial in the resource policy refuses the owner's own callers too."""
    fake_secrets.add(database(policy=NOTHING))
    before = fake_secrets.snapshot()

    met = refusal(lambda: perform(secrets_client, operation))

    assert denied(operation, reason="an explicit deny in a resource-based") == met
    assert before == fake_secrets.snapshot()


def test_a_name_is_never_another_accounts(fake_secrets, stranger):
    """Another account's secret is reached by ARN only, and not listed."""
    fake_secrets.add(database(policy=EVERYTHING, kms_key_id="alias/shared"))

    assert ("ResourceNotFoundException", MISSING) == refusal(
        stranger.describe_secret, SecretId="db"
    )
    assert [] == stranger.list_secrets()["SecretList"]
    assert "db" == stranger.describe_secret(SecretId=ARN[:-7])["Name"]


def test_an_arn_of_another_region_is_not_reached(fake_secrets):
    """A grant counts in the Region of the secret."""
    fake_secrets.add(database(policy=EVERYTHING))
    client = fake_secrets.client("eu-west-1", principal=ROLE)

    met = refusal(client.describe_secret, SecretId=ARN)

    assert denied("DescribeSecret", on=ARN, by=ROLE, reason="no resource-based") == met


def test_tags_may_not_take_the_callers_own_access(fake_secrets, stranger):
    """A change of tags that would lose the permission for the secret is refused."""
    condition = {"StringEquals": {"secretsmanager:ResourceTag/k": "v"}}
    policy = {"Statement": {**EVERYTHING["Statement"], "Condition": condition}}
    fake_secrets.add(database(policy=policy))
    before = fake_secrets.snapshot()
    lost = [{"Key": "k", "Value": "w"}]

    met = [
        refusal(stranger.tag_resource, SecretId=ARN, Tags=lost),
        refusal(stranger.untag_resource, SecretId=ARN, TagKeys=["k"]),
    ]

    assert [
        denied(operation, on=ARN, by=ROLE, reason="no resource-based")
        for operation in ("TagResource", "UntagResource")
    ] == met
    assert before == fake_secrets.snapshot()
    stranger.tag_resource(SecretId=ARN, Tags=[{"Key": "more", "Value": "w"}])
    assert {"k": "v", "more": "w"} == fake_secrets["db"].tags


def test_a_service_needs_a_grant_of_its_own(fake_secrets):
    """A service belongs to no account, so only a resource policy lets it in."""
    fake_secrets.add(database())

    with fake_secrets.acting_as(principal="rds.amazonaws.com"):
        met = refusal(boto3.client("secretsmanager").describe_secret, SecretId="db")

    assert denied("DescribeSecret", by="rds.amazonaws.com", reason="no resource-based") == met


class TestCaller:
    def test_every_client_inside_acts_so(self, fake_secrets, secrets_client):
        """In the block each client acts as the caller, and after it as before."""
        clients = [secrets_client, boto3.client("secretsmanager"), fake_secrets.client()]

        with fake_secrets.acting_as(principal=ROLE):
            for client in clients:
                client.list_secrets()
        secrets_client.list_secrets()

        assert [ROLE] * 3 + [f"arn:aws:iam::{OWNER}:root"] == [
            call.principal for call in fake_secrets.calls
        ]
        assert [ACCOUNT] * 3 + [OWNER] == [call.account for call in fake_secrets.calls]

    def test_a_client_made_for_someone_stays_so(self, fake_secrets):
        """What was said when a client was made comes before the block, key by key."""
        client = fake_secrets.client(account="333333333333")

        with fake_secrets.acting_as(principal=ROLE, org_id="o-1"):
            client.list_secrets()

        call = fake_secrets.calls.last
        assert ("333333333333", "arn:aws:iam::333333333333:root") == (call.account, call.principal)
        assert {"aws:principalorgid": ("o-1",)} == callers(fake_secrets)[-1].keys

    def test_blocks_add_up(self, fake_secrets, secrets_client):
        """A block within a block adds to it; another account comes without the principal."""
        with fake_secrets.acting_as(principal=ROLE, source_vpc="vpc-1"):
            with fake_secrets.acting_as(source_vpce="vpce-1"):
                secrets_client.list_secrets()
            with fake_secrets.acting_as(account=OWNER):
                secrets_client.list_secrets()

        first, second = fake_secrets.calls
        assert ROLE == first.principal
        assert {"aws:sourcevpc", "aws:sourcevpce"} == set(callers(fake_secrets)[0].keys)
        assert f"arn:aws:iam::{OWNER}:root" == second.principal
        assert {"aws:sourcevpc"} == set(callers(fake_secrets)[1].keys)

    def test_the_block_ends_with_an_error_too(self, fake_secrets, secrets_client):
        """A block that an exception leaves is over as well."""
        with pytest.raises(KeyError), fake_secrets.acting_as(account=ACCOUNT):
            raise KeyError

        secrets_client.list_secrets()

        assert OWNER == fake_secrets.calls.last.account

    def test_another_thread_is_not_in_the_block(self, fake_secrets, secrets_client):
        """A block holds for its thread, and for another that runs in a copy of its context."""
        with ThreadPoolExecutor(1) as pool, fake_secrets.acting_as(account=ACCOUNT):
            pool.submit(contextvars.Context().run, secrets_client.list_secrets).result()
            pool.submit(contextvars.copy_context().run, secrets_client.list_secrets).result()

        assert [OWNER, ACCOUNT] == [call.account for call in fake_secrets.calls]

    def test_tasks_do_not_disturb_each_other(self, fake_secrets, secrets_client):
        """Each asyncio task acts as its own caller, whatever others do meanwhile."""

        async def act(account):
            with fake_secrets.acting_as(account=account):
                await asyncio.sleep(0)
                secrets_client.create_secret(Name=account)
                await asyncio.sleep(0)

        async def story():
            await asyncio.gather(*(act(f"{number:012}") for number in range(5)))

        asyncio.run(story())

        assert all(
            call.account == call.parameters["Name"]
            for call in fake_secrets.calls.of("CreateSecret")
        )

    def test_the_root_of_another_partition(self):
        """The default principal is of the partition of the client's Region."""
        with FakeSecrets(region="cn-north-1") as fake:
            fake.client().list_secrets()

            assert f"arn:aws-cn:iam::{OWNER}:root" == fake.calls.last.principal

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            pytest.param(
                {"account": "42"},
                "account='42' is not the id of an AWS account. Write its twelve digits as a "
                "string, "
                "like '123456789012'.",
                id="account",
            ),
            *(
                pytest.param(
                    {"principal": principal},
                    f"principal={principal!r} is not a principal. Give an ARN of IAM or STS, like "
                    "'arn:aws:iam::123456789012:role/app', or a service, like "
                    "'lambda.amazonaws.com'.",
                    id=f"principal {principal}",
                )
                for principal in ("role/app", f"arn:aws:iam::{ACCOUNT}:role/*", 42)
            ),
            pytest.param(
                {"account": OWNER, "principal": ROLE},
                f"principal='{ROLE}' is not of account='{OWNER}'. Leave account= out.",
                id="both",
            ),
        ],
    )
    def test_a_wrong_caller_is_refused(self, fake_secrets, given, message):
        """Who cannot be is refused where the test says it, by both ways."""
        for way in (fake_secrets.acting_as, fake_secrets.client):
            with pytest.raises(UsageError) as caught:
                way(**given)

            assert message == str(caught.value)

    @pytest.mark.parametrize("value", [1, [], [1]], ids=["number", "nothing", "numbers"])
    def test_a_wrong_key_is_refused(self, fake_secrets, value):
        """The value of a condition key is text, or several."""
        with pytest.raises(UsageError) as caught:
            fake_secrets.acting_as(keys={"aws:PrincipalTag/team": value})

        assert (
            f"The key 'aws:PrincipalTag/team' of a caller has the value {value!r}. "
            "Give str, or several."
        ) == str(caught.value)

    def test_a_service_of_an_account(self, fake_secrets, secrets_client):
        """A service may act for an account."""
        with fake_secrets.acting_as(account=ACCOUNT, principal="rds.amazonaws.com"):
            refusal(secrets_client.list_secrets)

        call = fake_secrets.calls.last
        assert (ACCOUNT, "rds.amazonaws.com") == (call.account, call.principal)


class TestPrincipalOfTheFake:
    def test_it_makes_all_calls(self):
        """Who is given to the fake makes the calls of every client, in every thread."""
        with FakeSecrets(Secret("db", "v", policy=EVERYTHING), principal=ROLE) as fake:
            client = boto3.client("secretsmanager", "us-east-1")
            client.list_secrets()
            with ThreadPoolExecutor(1) as pool:
                pool.submit(contextvars.Context().run, client.list_secrets).result()
            with fake.acting_as(source_vpc="vpc-1"):
                client.list_secrets()

        assert (ROLE, OWNER) == (fake.principal, fake.account)
        assert [(ROLE, ACCOUNT)] * 3 == [(call.principal, call.account) for call in fake.calls]
        assert {"aws:sourcevpc"} == set(callers(fake)[2].keys)

    def test_what_is_said_closer_counts(self):
        """A block, or a client that was made for someone, comes before the fake's principal."""
        with FakeSecrets(principal=ROLE) as fake:
            with fake.acting_as(principal=OWN_ROLE):
                boto3.client("secretsmanager", "us-east-1").list_secrets()
            fake.client(account="333333333333").list_secrets()
            fake.client().list_secrets()

        assert [OWN_ROLE, "arn:aws:iam::333333333333:root", ROLE] == [
            call.principal for call in fake.calls
        ]

    def test_a_decorated_function_has_it(self):
        """Each call of a decorated function has a fake with the same principal."""

        @FakeSecrets(Secret("db", "v", policy=NOTHING), principal=OWN_ROLE)
        def refused():
            boto3.client("secretsmanager", "us-east-1").get_secret_value(SecretId="db")

        with pytest.raises(ClientError, match=f"User: {OWN_ROLE} is not authorized"):
            refused()

    def test_a_wrong_one_is_refused(self):
        """What is not a principal is refused at once."""
        with pytest.raises(UsageError, match=r"principal='app' is not a principal\. Give an ARN"):
            FakeSecrets(principal="app")

    def test_mark_and_ini(self, pytester):
        """The closest mark counts, then the fake around, then ini."""
        ini, mark = f"arn:aws:iam::{OWNER}:role/ini", f"arn:aws:iam::{OWNER}:role/mark"
        pytester.makeini(f"[pytest]\nfakesecrets_principal = {ini}\n")
        pytester.makepyfile(f"""
        import pytest
        from pytest_fakesecrets import marks

        def test_ini(fake_secrets):
            assert fake_secrets.principal == {ini!r}

        @pytest.mark.secrets(principal={mark!r})
        class TestMark:
            def test_mark(self, fake_secrets, secrets_client):
                secrets_client.list_secrets()
                assert fake_secrets.calls.last.principal == {mark!r}

            def test_inner(self, class_fake_secrets, fake_secrets):
                assert fake_secrets.principal == {mark!r}

            @marks.secrets(principal={ROLE!r})
            def test_closest(self, fake_secrets):
                assert fake_secrets.principal == {ROLE!r}
        """)

        result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

        result.assert_outcomes(passed=4)

    def test_a_wrong_ini_ends_the_run(self, pytester):
        """The ini option is read before anything is collected."""
        pytester.makeini("[pytest]\nfakesecrets_principal = app\n")

        result = pytester.runpytest_inprocess()

        assert pytest.ExitCode.USAGE_ERROR == result.ret
        assert "fakesecrets_principal='app' is not a principal." in result.stderr.str()


class TestDeny:
    @pytest.mark.parametrize("operation", KNOWN)
    def test_any_operation_can_be_denied(self, fake_secrets, secrets_client, operation):
        """A denied operation is refused before anything else is looked at, and changes nothing."""
        before = fake_secrets.snapshot()
        denial = fake_secrets.deny(operation)
        on = "db" if {"SecretId", "Name"} & set(request_shape(operation).members) else None

        met = refusal(lambda: perform(secrets_client, operation))

        assert denied(operation, on=on) == met
        assert 1 == denial.hits
        assert before == fake_secrets.snapshot()

    def test_a_denial_can_be_cancelled(self, fake_secrets, secrets_client):
        """The handle gives the permission back."""
        denial = fake_secrets.deny("ListSecrets")
        refusal(secrets_client.list_secrets)

        denial.cancel()

        assert [] == secrets_client.list_secrets()["SecretList"]
        assert "<Denial of ListSecrets of any secret to everybody, 1 hits>" == repr(denial)

    def test_each_denial_is_on_its_own(self, fake_secrets, secrets_client):
        """The first denial that is about an attempt counts it; each is cancelled by itself."""
        first, *others = (
            fake_secrets.deny("DescribeSecret", secret="db"),
            fake_secrets.deny("DescribeSecret", principal=OWNER),
            fake_secrets.deny("DescribeSecret"),
        )
        for _ in range(2):
            refusal(secrets_client.describe_secret, SecretId="db")
        refusal(secrets_client.describe_secret, SecretId="other")

        assert [2, 1, 0] == [denial.hits for denial in (first, *others)]
        first.cancel()
        first.cancel()
        refusal(secrets_client.describe_secret, SecretId="db")
        assert [2, 2, 0] == [denial.hits for denial in (first, *others)]
        for denial in others:
            denial.cancel()
        missing = refusal(secrets_client.describe_secret, SecretId="db")
        assert ("ResourceNotFoundException", MISSING) == missing

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ({}, "<Denial of DescribeSecret of any secret to everybody, 0 hits>"),
            ({"secret": "db"}, "<Denial of DescribeSecret of db to everybody, 0 hits>"),
            ({"secret": ARN}, f"<Denial of DescribeSecret of {ARN} to everybody, 0 hits>"),
            ({"principal": ROLE}, f"<Denial of DescribeSecret of any secret to {ROLE}, 0 hits>"),
            (
                {"secret": "db", "principal": f"arn:aws:iam::{ACCOUNT}:root"},
                f"<Denial of DescribeSecret of db to {ACCOUNT}, 0 hits>",
            ),
        ],
        ids=["any", "name", "ARN", "principal", "both"],
    )
    def test_a_denial_shows_what_it_is_about(self, fake_secrets, given, shown):
        """The representation names secret and principal, an account by its id."""
        assert shown == repr(fake_secrets.deny("DescribeSecret", **given))

    def test_a_reset_forgets_denials(self, fake_secrets, secrets_client):
        """A fake that is reset denies nothing."""
        fake_secrets.deny("ListSecrets")

        fake_secrets.reset()

        assert [] == secrets_client.list_secrets()["SecretList"]

    @pytest.mark.parametrize("secret", ["db", ARN])
    @pytest.mark.parametrize("secret_id", ["db", ARN, ARN[:-7]])
    def test_one_secret_is_denied(self, fake_secrets, secrets_client, secret, secret_id):
        """A denial of one secret means it by whichever name, and no other secret."""
        fake_secrets.add(database())
        fake_secrets.add("other", "v")
        fake_secrets.deny("GetSecretValue", secret=secret)

        met = refusal(secrets_client.get_secret_value, SecretId=secret_id)

        assert denied("GetSecretValue", on=secret_id) == met
        assert "v" == secrets_client.get_secret_value(SecretId="other")["SecretString"]

    def test_a_missing_secret_is_denied(self, fake_secrets, secrets_client):
        """Who has no permission does not learn whether a secret exists."""
        fake_secrets.deny("GetSecretValue", secret="absent")

        met = refusal(secrets_client.get_secret_value, SecretId="absent")

        assert denied("GetSecretValue", on="absent") == met

    @pytest.mark.parametrize(
        ("principal", "refused"),
        [
            (OWN_ROLE, True),
            (OWNER, True),
            (f"arn:aws:iam::{OWNER}:root", True),
            (f"arn:aws:sts::{OWNER}:assumed-role/app/s", False),
            (ROLE, False),
            (ACCOUNT, False),
            ("rds.amazonaws.com", False),
        ],
    )
    def test_one_principal_is_denied(self, fake_secrets, principal, refused):
        """A denial for a principal means it, and those that belong to it."""
        client = fake_secrets.client(principal=OWN_ROLE)
        denial = fake_secrets.deny("ListSecrets", principal=principal)
        if refused:
            assert denied("ListSecrets", on=None, by=OWN_ROLE) == refusal(client.list_secrets)
        else:
            client.list_secrets()

        assert refused == denial.hits

    def test_a_denial_refuses_another_account_despite_a_grant(self, fake_secrets, stranger):
        """Across accounts the caller's own permission is needed as well."""
        fake_secrets.add(database(policy=EVERYTHING))
        fake_secrets.deny("DescribeSecret", principal=ACCOUNT)

        met = refusal(stranger.describe_secret, SecretId=ARN)

        assert denied("DescribeSecret", on=ARN, by=ROLE) == met

    @batching
    def test_a_batch_needs_the_permission_for_each_secret(self, fake_secrets, secrets_client):
        """In a batch the denial of one secret is an entry of Errors."""
        fake_secrets.add(database())
        fake_secrets.add("other", "v")
        fake_secrets.deny("GetSecretValue", secret="db")

        answer = secrets_client.batch_get_secret_value(SecretIdList=["db", "other"])

        code, message = denied("GetSecretValue")
        assert [{"SecretId": "db", "ErrorCode": code, "Message": message}] == answer["Errors"]
        assert ["other"] == [entry["Name"] for entry in answer["SecretValues"]]

    @pytest.mark.parametrize(
        ("denial", "on", "call"),
        [
            pytest.param(
                "ListSecrets",
                None,
                lambda client: client.batch_get_secret_value(
                    Filters=[{"Key": "name", "Values": ["a"]}]
                ),
                id="listing for a batch",
                marks=batching,
            ),
            pytest.param(
                "TagResource",
                "db",
                lambda client: client.create_secret(Name="db", Tags=[{"Key": "k", "Value": "v"}]),
                id="tags at creation",
            ),
            pytest.param(
                "PutResourcePolicy",
                None,
                lambda client: client.validate_resource_policy(ResourcePolicy=TEXT),
                id="validation of a policy",
            ),
        ],
    )
    def test_some_calls_need_a_second_permission(
        self, fake_secrets, secrets_client, denial, on, call
    ):
        """What AWS documents as required besides is asked for as well."""
        fake_secrets.deny(denial)

        assert denied(denial, on=on) == refusal(lambda: call(secrets_client))
        assert [] == list(fake_secrets)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            pytest.param(
                {"operation": "GetSecretvalue"}, "did you mean GetSecretValue?", id="operation"
            ),
            pytest.param(
                {"operation": "ListSecrets", "secret": "a"},
                "ListSecrets has no parameter that names a secret, so it cannot be denied for 'a'. "
                "Leave secret= out.",
                id="secret",
            ),
            pytest.param(
                {"operation": "BatchGetSecretValue", "secret": "a"},
                "BatchGetSecretValue names several secrets, so it cannot be denied for 'a' alone. "
                "AWS asks for the permission to GetSecretValue for each: deny that.",
                id="batch",
                marks=batching,
            ),
            pytest.param(
                {"operation": "ListSecrets", "principal": "app"},
                "principal='app' is not a principal.",
                id="principal",
            ),
            pytest.param(
                {"operation": "ListSecrets", "principal": 42},
                "principal=42 is not a principal.",
                id="number",
            ),
        ],
    )
    def test_a_wrong_denial_is_refused(self, fake_secrets, secrets_client, arguments, message):
        """What cannot be denied is refused where the test says it."""
        with pytest.raises(UsageError) as caught:
            fake_secrets.deny(**arguments)

        assert message in str(caught.value)
        assert [] == secrets_client.list_secrets()["SecretList"]
