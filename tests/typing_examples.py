"""What a type checker is to make of the public face; checked by mypy and pyright, never run."""

# Each `type: ignore` below stands where both checkers are to refuse something.
# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fakesecrets import (
    Call,
    CallLog,
    Clock,
    Denial,
    ErrorCase,
    FakeSecrets,
    FakeSecretsWarning,
    Fault,
    Faults,
    Kms,
    Masked,
    RotationRuns,
    RotationStep,
    Secret,
    SecretView,
    Server,
    UnsupportedError,
    UsageError,
    Version,
    VersionView,
    __version__,
    marks,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from typing_extensions import assert_type  # noqa: TC004 - nothing here is ever run

    from pytest_fakesecrets._codes import (
        ConnectionErrorName,
        ErrorCode,
        LostResponseName,
        OperationName,
    )

NOW = datetime(2024, 2, 29, tzinfo=timezone.utc)
pytestmark = pytest.mark.secrets({"a": "v"}, Secret("b", "w"), region="eu-west-1")


def json_of(fake: FakeSecrets) -> str:
    """Index what a value parses to, and read values of one kind."""
    fake["a"] = {"user": "u"}
    del fake["b"]
    text: str = fake["a"].string
    data: bytes = fake["a"].binary
    return str(fake["a"].json()["user"]) + text + data.decode()


@FakeSecrets({"a": "v"})
def decorated(number: int) -> int:
    """Be decorated, and stay what it was."""
    return number


assert_type(decorated(1), int)


def version() -> str:
    """Get the version, which is text."""
    return __version__


def warnings() -> type[UserWarning]:
    """Name the warning of leak detection, as a filter does."""
    return FakeSecretsWarning


def describe() -> list[Secret]:
    """Give every option of Secret and Version."""
    versions: list[Version] = [
        Version(),
        Version("text", ["AWSCURRENT"]),
        Version(b"bytes", ("AWSPREVIOUS",), id="1" * 32, created=NOW),
        Version({"key": [1, None]}, [], last_accessed=date(2024, 1, 1), kms_key_id="alias/key"),
    ]
    return [
        Secret("name"),
        Secret("text", "v", previous="u", pending="w"),
        Secret("bytes", b"v"),
        Secret("dict", {"user": "u", "port": 5432, "nested": {"list": [1.5, True, None]}}),
        Secret("list", ["a", 1]),
        Secret("replicated", "v", replicas=["eu-west-1"]),
        Secret("versions", versions=versions),
        Secret("generator", versions=(version for version in versions)),
        Secret(
            "details",
            description="d",
            tags={"team": "web"},
            kms_key_id="alias/mine",
            deleted=True,
            created=NOW,
            last_changed=NOW,
            last_accessed=NOW,
            arn_suffix="a1b2c3",
            region="eu-west-1",
            account="123456789012",
            type="Partner",
            owning_service="rds",
            policy={"Statement": [{"Effect": "Allow", "Principal": "*"}]},
        ),
        Secret("deleted", deleted=NOW),
        Secret("deleted", deleted=NOW, recovery_window_in_days=7),
    ]


def in_a_block() -> None:
    """Use a fake as context manager and mapping."""
    dictionary: dict[str, str] = {"a": "v"}
    documents: dict[str, dict[str, int]] = {"b": {"port": 1}}
    secrets: dict[str, Secret] = {"c": Secret("c")}
    mixed: dict[str, str | bytes] = {"d": "v", "e": b"v"}
    with FakeSecrets(dictionary, documents, secrets, mixed, Secret("g"), {"h": ["v"]}) as fake:
        assert_type(fake, FakeSecrets)
        mapping: Mapping[str, SecretView] = fake
        names: Iterator[str] = iter(fake)
        assert_type(len(mapping), int)
        assert_type("a" in fake, bool)
        assert_type(fake["a"], SecretView)
        assert_type(fake.get("a"), SecretView | None)
        assert_type(list(names), list[str])
        assert_type(fake.region, str)
        assert_type(fake.account, str)
        assert_type(fake.calls, CallLog)
        assert_type(fake.faults, Faults)
        assert_type(fake.clock, Clock)
        assert_type(fake.kms, Kms)
    FakeSecrets(region="eu-west-1", account="123456789012")


def add(fake_secrets: FakeSecrets) -> None:
    """See what was added."""
    view: SecretView = fake_secrets.add("a", "v", tags={"team": "web"}, deleted=True)
    fake_secrets.add("b", {"key": ["value"]})
    fake_secrets.add("c")
    fake_secrets.add(Secret("d", b"v"))
    assert_type(fake_secrets.load("secrets.toml", Path("secrets.json")), tuple[SecretView, ...])

    assert_type(view.arn, str)
    assert_type(view.name, str)
    assert_type(view.region, str)
    assert_type(view.account, str)
    assert_type(view.value, str | bytes)
    assert_type(view.versions, Mapping[str, VersionView])
    version = view.versions[view.labels["AWSCURRENT"]]
    assert_type(version.value, str | bytes | None)
    assert_type(version.labels, tuple[str, ...])
    assert_type(version.id, str)
    assert_type(version.created, datetime)
    assert_type(version.last_accessed, datetime | None)
    assert_type(version.kms_key_id, str | None)
    version.labels = ()  # type: ignore[misc]
    assert_type(view.labels, Mapping[str, str])
    assert_type(view.tags, Mapping[str, str])
    assert_type(view.description, str | None)
    assert_type(view.kms_key_id, str | None)
    assert_type(view.created, datetime)
    assert_type(view.last_changed, datetime)
    assert_type(view.last_accessed, datetime | None)
    assert_type(view.deletion_requested, datetime | None)
    assert_type(view.recovery_window_ends, datetime | None)
    parsed = view.json()
    if isinstance(parsed, dict):
        value: object = parsed["key"]
        print(value)  # noqa: T201 - it only has to be used


def look(fake_secrets: FakeSecrets) -> None:
    """Look at the sequence of calls."""
    calls: Sequence[Call] = fake_secrets.calls
    assert_type(calls[0], Call)
    assert_type(fake_secrets.calls[0], Call)
    assert_type(fake_secrets.calls[1:], Sequence[Call])
    assert_type(fake_secrets.calls.last, Call)
    assert_type(fake_secrets.calls.of("GetSecretValue", secret="a"), list[Call])
    assert_type(fake_secrets.calls.of(secret="a"), list[Call])
    assert_type(fake_secrets.calls.count(), int)
    fake_secrets.calls.assert_called("GetSecretValue", secret="a", times=1)
    fake_secrets.calls.assert_not_called("NewOperation")
    fake_secrets.calls.assert_only_called("GetSecretValue", "DescribeSecret", secret="a")
    assert_type(str(fake_secrets), str)
    assert_type([call.operation for call in fake_secrets.calls], list[str])
    call = fake_secrets.calls.last
    assert_type(call.operation, str)
    assert_type(call.parameters, dict[str, Any])
    assert_type(call.secrets, list[str])
    assert_type(call.region, str)
    assert_type(call.account, str)
    assert_type(call.attempts, int)
    assert_type(call.error, str | None)
    assert_type(call.outcome, str)
    assert_type(call.started, datetime | None)
    assert_type(call.is_about("a"), bool)
    masked: Masked = call.parameters["SecretString"]
    assert_type(masked.value, str | bytes)


def disturb(fake_secrets: FakeSecrets) -> None:
    """Add faults, and move time by keywords."""
    fault: Fault = fake_secrets.faults.error("ThrottlingException")
    fake_secrets.faults.error(
        "InternalServiceError", operation="GetSecretValue", secret="a", times=2, message="Later."
    )
    assert_type(fault.hits, int)
    assert_type(fault.state, str)
    assert_type(fault.state, str)
    assert_type(fault.target, str)
    assert_type(fault.operation, str | None)
    fault.cancel()
    assert_type(len(fake_secrets.faults), int)
    fake_secrets.faults.clear()
    assert_type(fake_secrets.clock.now(), datetime)
    assert_type(fake_secrets.clock.advance(days=31, seconds=0.5), datetime)
    assert_type(fake_secrets.clock.move_to(NOW), datetime)


def choose(fake: FakeSecrets, chosen: str) -> None:
    """Give every effect and every option; literals are offered, and any text is taken."""
    code: ErrorCode = "DecryptionFailure"
    error: ConnectionErrorName = "EndpointConnectionError"
    operation: OperationName = "GetSecretValue"
    lost: LostResponseName = "ConnectionClosedError"
    with fake.faults.error(error, operation=operation) as fault:
        assert_type(fault, Fault)
    faults: list[Fault] = [
        fake.faults.error(code, secret="a", message="Later.", times=2),
        fake.faults.error(chosen, operation=chosen),
        fake.faults.delay(5, version_stage="AWSPENDING", nth=3),
        fake.faults.delay(0.5, region="eu-west-1", account="123456789012", every=2),
        fake.faults.drop_response(),
        fake.faults.drop_response(lost, probability=0.1, seed=1),
        fake.faults.corrupt_response(),
        fake.faults.corrupt_response(b"<html>", status=502, when=lambda call: call.attempts == 1),
        fake.faults.stale_reads(calls=1),
        fake.faults.stale_reads(seconds=0.5, operation="ListSecrets", secret=None),
    ]
    assert_type([fault.hits for fault in faults], list[int])
    for injected in fake.faults.each_error(
        "GetSecretValue", chosen, only=[code], also={error, chosen}
    ):
        assert_type(injected, ErrorCase)
        assert_type(injected.exception, type[Exception])
    call = fake.calls.last
    assert_type(call.outcomes, list[str])
    assert_type(call.delays, list[float])
    assert_type(call.ended, datetime | None)
    assert_type(call.labels, set[str])


def refused_faults(fake: FakeSecrets) -> None:
    """Get faults wrong: each of these lines is refused."""
    fake.faults.error()  # type: ignore[call-arg]
    fake.faults.error(ValueError())  # type: ignore[arg-type]
    fake.faults.error("ThrottlingException", 2)  # type: ignore[call-arg,arg-type]
    fake.faults.error("ThrottlingException", times="2")  # type: ignore[arg-type]
    fake.faults.error("ThrottlingException", operatoin="GetSecretValue")  # type: ignore[call-arg]
    fake.faults.error("ThrottlingException", operation=["GetSecretValue"])  # type: ignore[arg-type]
    fake.faults.error("ThrottlingException", when=lambda: True)  # type: ignore[misc,arg-type]
    fake.faults.delay("5")  # type: ignore[arg-type]
    fake.faults.delay(5, message="Later.")  # type: ignore[call-arg]
    fake.faults.corrupt_response("<html>")  # type: ignore[arg-type]
    fake.faults.stale_reads(5)  # type: ignore[call-arg]
    code: ErrorCode = "DecryptionFailureException"  # type: ignore[assignment]
    error: ConnectionErrorName = "ReadTimeout"  # type: ignore[assignment]
    operation: OperationName = "GetSecret"  # type: ignore[assignment]
    print(code, error, operation)  # noqa: T201 - they only have to be used


def name_codes(fake: FakeSecrets) -> None:
    """Use AWS's codes as constants; a misspelt one is not an attribute."""
    code: ErrorCode = "DecryptionFailure"
    fake.faults.error(code)
    fake.faults.error(code, operation="GetSecretValue")


def use_keys(fake_secrets: FakeSecrets) -> None:
    """Decide what KMS does with keys."""
    key = fake_secrets.kms.add(
        "1234abcd-12ab-34cd-56ef-1234567890ab", aliases=["alias/app"], asymmetric=False
    )
    assert_type(key, str)
    fake_secrets.kms.deny(key, "kms:Decrypt", "kms:Encrypt")
    fake_secrets.kms.allow(key)
    fake_secrets.kms.schedule_deletion("alias/app", days=7)
    fake_secrets.kms.disable(key)
    fake_secrets.kms.enable(key)
    fake_secrets.kms.remove(key)
    fake_secrets.kms.clear()


def go_back(fake_secrets: FakeSecrets) -> None:
    """Give a snapshot to restore()."""
    before = fake_secrets.snapshot()
    fake_secrets.restore(before)
    fake_secrets.reset()


def client(fake_secrets: FakeSecrets) -> str:
    """Use a client as boto3's."""
    other: SecretsManagerClient = fake_secrets.client("eu-west-1", account="111111111111")
    return other.get_secret_value(SecretId="a")["SecretString"]


def act(fake_secrets: FakeSecrets) -> None:
    """Call as somebody else, and without a permission."""
    role = "arn:aws:iam::111111111111:role/app"
    fake_secrets.client(principal=role)
    with fake_secrets.acting_as(account="111111111111", source_vpce="vpce-1"):
        pass
    with fake_secrets.acting_as(principal=role, keys={"aws:PrincipalTag/team": ["web"]}):
        pass
    denial: Denial = fake_secrets.deny("GetSecretValue", secret="a", principal=role)
    assert_type(denial.hits, int)
    denial.cancel()
    assert_type(fake_secrets.calls.last.principal, str)


@pytest.mark.secrets_errors("GetSecretValue", only=["DecryptionFailure"])
def errors(secrets_error: ErrorCase, secrets_client: SecretsManagerClient) -> tuple[str, str]:
    """Ask an injected error which it is."""
    assert_type(secrets_error.code, str)
    secrets_client.exceptions.DecryptionFailure  # noqa: B018 - it only has to be there
    return secrets_error.code, secrets_error.operation


@marks.secrets({"a": "v"}, Secret("b", "w"), file=["a.toml"], leaks="error", unused_faults="off")
@marks.secrets_errors("GetSecretValue", only=["DecryptionFailure"], also=["SSLError"])
def marked() -> None:
    """Be marked by the typed functions."""
    marks.secrets(leaks="loud")  # type: ignore[call-overload]
    marks.secrets(regon="eu-west-1")  # type: ignore[call-overload]


@marks.secrets
@marks.secrets_errors
def marked_without_parentheses() -> int:
    """Stay what it is."""
    return 1


assert_type(marked_without_parentheses(), int)


def refuse() -> bool:
    """Catch what is not supported as a usage error, and as Python's own kind as well."""
    error: UsageError = UnsupportedError("not supported")
    other: NotImplementedError = UnsupportedError("not supported")
    return bool(error) and bool(other)


def rotate(fake: FakeSecrets) -> tuple[RotationStep, ...]:
    """Register functions of every kind, and look at what has run."""

    def handler(event: dict[str, Any], context: Any) -> None:
        """Carry out a step."""

    async def asynchronous(event: dict[str, Any], context: Any) -> None:
        """Carry out a step."""

    def following(current: str | bytes | None) -> dict[str, str]:
        """Make the next value."""
        return {"password": str(current)}

    fake.rotation_lambda("arn", handler)
    fake.rotation_lambda("arn", asynchronous)
    fake.rotation_lambda("arn", generate=following)
    fake.rotation_lambda("arn", generate=lambda: b"next")
    fake.rotation_retries = 2
    assert_type(fake.rotations, RotationRuns)
    assert_type(fake.rotations[-1].exception, BaseException | None)
    assert_type(fake.rotations[-1].outcome, str)
    return fake.rotations[-1].steps


def serve(fake: FakeSecrets, fake_secrets_server: Server) -> Mapping[str, str]:
    """Serve other processes."""
    assert_type(fake_secrets_server.port, int)
    with fake.serve(port=2773, agent=True, cache_seconds=300) as server:
        assert_type(server, Server)
        assert_type(server.url, str)
        assert_type(server.token_file, Path)
        server.not_ready(times=2)
        fake.serve(2773)  # type: ignore[call-arg]
        assert_type(fake.calls[0].via, str)
        return server.environ
