"""The fake: what a test may do to the service."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from .._aws.arn import is_arn
from .._aws.model.values import SeedValue, text_or_bytes
from .._aws.rotation.runner import RotationRuns
from .._aws.store import Snapshot
from .._botocore.active import innermost
from .._botocore.clients import decide_region, make_client, region_of_clients
from .._botocore.patching import activate, deactivate
from .._calls.caller import caller_override, override_caller
from .._calls.faults import Faults
from .._calls.history import DEFAULT_MAX_CALLS
from .._calls.log import CallLog
from .._calls.pipeline import Pipeline
from .._clock import Clock
from .._errors import HIDE_MISUSE, NoSuchSecretError, UsageError, unknown_choice
from .._guidance import guided
from .._listeners import listeners
from .._settings import DEFAULT_ACCOUNT, UNDECIDED, Settings, check_region
from .changes import check_step, prepare_step, put_version, remove_secret
from .checks import warn_of_unknown_region
from .decorating import decorate
from .guesses import OF_FAKE
from .kms import Kms
from .report import describe
from .seed_files import read_files
from .seeds import (
    Description,
    Secret,
    Seed,
    named_value,
    names_region,
    read,
    store,
    store_replicas,
    without_repeated,
)
from .view import SecretView

if TYPE_CHECKING:
    from types import TracebackType

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from typing_extensions import Self

    from .._aws.authorization import Denial
    from .._aws.model.secret import StoredSecret
    from .._aws.rotation.functions import Generate, Handler
    from .._server.running import Server

__tracebackhide__ = HIDE_MISUSE

_DETAILS: Final = tuple(member.name for member in fields(Secret) if member.kw_only)


Target = TypeVar("Target")


@guided(OF_FAKE)
class FakeSecrets(Mapping[str, SecretView]):
    """A Secrets Manager in the process, and the test's hand on it.

    As a context manager it answers every botocore client until the block ends; a fake inside
    another starts with a copy of the outer one's secrets, keys and time. As a mapping it shows the
    secrets by name; those of other Regions and accounts by complete ARN.

    :param seeds: dicts of names to values, and :class:`Secret` objects; of one name, the last.
    :param region: the Region that is meant where a client, or a seed, names none. By default that
        of the first call; or, where a seed names a Region or the test asks for one, or for an ARN,
        before, the one that botocore finds in the environment or the profile, or else us-east-1.
    :param account: the account, twelve digits, that callers act as.
    :param rotation_retries: how often a rotation that failed is tried again at once.
    :param rotation_removes_pending: whether a rotation that succeeded takes AWSPENDING off the
        version that is AWSCURRENT now.
    :param max_calls: how many calls the log keeps; older ones are dropped, and counted.
    :param enforce_policies: False has resource policies be kept and returned, and refuse nobody:
        for tests of what audits them.
    :param principal: the ARN of the user, role or session that callers act as, which may be of
        another account, or the name of a service; the account's root by default.
    :raises UsageError: for a seed that could not exist in AWS.
    """

    def __init__(  # noqa: PLR0913 - all by keyword
        self,
        *seeds: Seed,
        region: str | None = None,
        account: str = DEFAULT_ACCOUNT,
        rotation_retries: int = 0,
        rotation_removes_pending: bool = False,
        max_calls: int = DEFAULT_MAX_CALLS,
        enforce_policies: bool = True,
        principal: str | None = None,
    ) -> None:
        seed = listeners[-1].random_seed() if listeners else ""
        self._pipeline = Pipeline(Settings(region, account), seed, max_calls)
        self._pipeline.caller = caller_override(None, principal, {})
        warn_of_unknown_region(region)
        self._service = self._pipeline.service
        timeline = self._service.timeline
        self._calls = CallLog(self._pipeline.history, self._pipeline.settings)
        self._faults = Faults(self._pipeline.rules)
        self._kms = Kms(
            self._pipeline.settings,
            timeline,
            self._service.keys,
            partial(decide_region, self._pipeline),
        )
        self._clock = Clock(timeline)
        self.rotation_retries = rotation_retries
        self.rotation_removes_pending = rotation_removes_pending
        self.enforce_policies = enforce_policies
        self._seed(*seeds)
        for listener in listeners[-1:]:
            listener.made(self)

    def __repr__(self) -> str:
        region = self._pipeline.settings.region
        place = "no Region yet" if region == UNDECIDED else region
        names = ", ".join(map(self._shown, self)) or "no secrets"
        return f"<FakeSecrets {place} {self.account}: {names}>"

    def __str__(self) -> str:
        return describe(self._pipeline)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __call__(self, target: Target) -> Target:
        """Decorate a function, an async function or a class, as ``@FakeSecrets({...})``.

        Each call, and each test of a class, has a fake of its own, which begins as a copy of this
        one. Of a class of unittest, it begins before ``setUp`` and ends after ``tearDown``; of
        others, methods are surrounded whose names begin with ``test``.

        :raises UsageError: for a generator, and for whatever else is not a function or a class.
        """
        decorated: Target = decorate(target, self._copy)
        return decorated

    def start(self) -> None:
        """Begin to answer, as ``with`` does."""
        begin(self)

    def stop(self) -> None:
        """Stop answering, as the end of ``with`` does.

        :raises UsageError: for a fake that does not answer at present.
        """
        deactivate(self._pipeline)
        for listener in listeners[-1:]:
            listener.ended(self)

    def __getitem__(self, secret_id: str) -> SecretView:
        secret = self._find(secret_id)
        if secret is None:
            raise NoSuchSecretError(self._unknown(secret_id))
        return SecretView(self._pipeline, secret.arn)

    def __setitem__(self, name: str, value: SeedValue) -> None:
        self.put(name, value)

    def __delitem__(self, name: str) -> None:
        self.remove(name)

    def __iter__(self) -> Iterator[str]:
        self._service.run_due_events()
        here = (self._pipeline.settings.region, self.account)
        for secret in self._service.store:
            yield secret.name if (secret.region, secret.account) == here else secret.arn

    def __len__(self) -> int:
        return sum(1 for _ in self)

    # The identity of a fake is its state, not what it happens to hold.
    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __bool__(self) -> bool:
        return True

    @property
    def region(self) -> str:
        """The Region that is meant where nothing else is said."""
        decide_region(self._pipeline)
        return self._pipeline.settings.region

    @property
    def account(self) -> str:
        """The account that callers act as."""
        return self._pipeline.settings.account

    @property
    def principal(self) -> str | None:
        """Who callers act as; None for the account's root."""
        return self._pipeline.caller.principal

    @property
    def calls(self) -> CallLog:
        """The calls that the code under test made."""
        return self._calls

    @property
    def faults(self) -> Faults:
        """What happens to calls: errors, outages, delayed or dropped responses, stale reads."""
        return self._faults

    @property
    def kms(self) -> Kms:
        """The keys that secrets are encrypted with."""
        return self._kms

    @property
    def clock(self) -> Clock:
        """The time that the fake lives in."""
        return self._clock

    @property
    def rotations(self) -> RotationRuns:
        """The rotations that have run, oldest first, as a tuple with ``.last``."""
        return RotationRuns(self._service.rotations.runs)

    @property
    def rotation_retries(self) -> int:
        """How often a rotation that failed is tried again at once.

        AWS does so several times, and does not say how often.
        """
        return self._service.rotations.retries

    @rotation_retries.setter
    def rotation_retries(self, retries: int) -> None:
        if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
            message = f"rotation_retries={retries!r} is not a number of retries. Give 0 or more."
            raise UsageError(message)
        self._service.rotations.retries = retries

    @property
    def rotation_removes_pending(self) -> bool:
        """Whether a rotation that succeeded takes AWSPENDING off the new AWSCURRENT version.

        Both were seen of AWS. Mostly the label stays, as by default here: functions like AWS's
        templates do not remove it.
        """
        return self._service.rotations.removes_pending

    @rotation_removes_pending.setter
    def rotation_removes_pending(self, removes: bool) -> None:
        if not isinstance(removes, bool):
            message = f"rotation_removes_pending={removes!r} is neither True nor False."
            raise UsageError(message)
        self._service.rotations.removes_pending = removes

    @property
    def enforce_policies(self) -> bool:
        """Whether resource policies decide who may do what."""
        return self._service.denials.enforces_policies

    @enforce_policies.setter
    def enforce_policies(self, enforce: bool) -> None:
        if not isinstance(enforce, bool):
            raise UsageError(f"enforce_policies={enforce!r} is neither True nor False.")
        self._service.denials.enforces_policies = enforce

    def rotation_lambda(
        self, arn: str, handler: Handler | None = None, *, generate: Generate | None = None
    ) -> None:
        """Have a Lambda function exist that rotates secrets, instead of any that had its ARN.

        :param arn: the ARN that RotateSecret names, or the name of the function alone, in any
            account and Region. For secrets that AWS rotates without a function: the service that
            owns them, such as ``rds``, or their type; with `generate`.
        :param handler: ``handler(event, context)``, sync or async, written as for Lambda. It runs
            in the process, after RotateSecret was answered, and may use clients and threads.
        :param generate: instead of a handler, a callable that makes the next value: str, bytes, or
            dict or list (kept as JSON). With one required parameter it is given the current
            value, str or bytes, or None where there is none.
        :raises UsageError: for what cannot be a function.
        """
        self._service.rotations.functions.add(arn, handler, generate)

    def rotation_event(self, name: str, *, step: str = "createSecret") -> dict[str, str]:
        """Prepare a secret for one step of a rotation, and return the event that Lambda would get.

        So a test calls one step of a handler by itself: ``handler(event, context)``. The rotation
        is enabled, and a version is reserved under AWSPENDING; that of a rotation under way stays,
        so that the events of later steps are of the same rotation.

        :param name: the name, or the complete ARN.
        :param step: ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.
        :raises UsageError: for a secret that does not exist, or another step.
        """
        check_step(step)
        decide_region(self._pipeline)
        secret = self._find(name)
        if secret is None:
            raise NoSuchSecretError(self._unknown(name))
        return prepare_step(self._pipeline, secret, step)

    @overload
    def add(self, name: Secret) -> SecretView: ...

    @overload
    def add(self, name: str, value: SeedValue | None = None, **details: Any) -> SecretView: ...

    @overload
    def add(self, name: Mapping[str, SeedValue | Secret]) -> tuple[SecretView, ...]: ...

    def add(
        self,
        name: str | Secret | Mapping[str, SeedValue | Secret],
        value: SeedValue | None = None,
        **details: Any,
    ) -> SecretView | tuple[SecretView, ...]:
        """Have a secret exist, or several, instead of any that had their names.

        :param name: the name of the secret; or its whole description; or a dict of names to values
            and descriptions, as the mark takes it, of which all are kept or none.
        :param value: str, bytes, or dict or list (kept as JSON); none by default.
        :param details: further keywords of :class:`Secret`, such as ``tags={"team": "web"}``.
        :return: a read-only view of the secret; of a dict, one of each secret, in its order.
        :raises UsageError: for what could not exist in AWS.
        """
        if isinstance(name, str):
            plain = _described(name, value, details) if details else named_value(name, value)
            return self._keep([plain])[0]
        if value is not None or details:
            given = f"Secret({name.name!r})" if isinstance(name, Secret) else "a dict"
            message = (
                f"add() was given {given} and more. "
                "Put everything into the Secret, or give a name instead of it."
            )
            raise UsageError(message)
        views = self._seed(name)
        return views[0] if isinstance(name, Secret) else tuple(views)

    def put(self, name: str, value: SeedValue) -> SecretView:
        """Give a secret a new AWSCURRENT version, as PutSecretValue does; ``fake[name] = value``.

        A secret that does not exist is made. The version before becomes AWSPREVIOUS.

        :param name: the name, or the complete ARN.
        :param value: str, bytes, or dict or list (kept as JSON).
        :return: a view of the secret.
        :raises UsageError: for a value that AWS would refuse; for a secret that is scheduled for
            deletion, or is a replica.
        """
        if value is None:
            raise UsageError(f"put({name!r}, None): a version has a value. Give str or bytes.")
        kept = text_or_bytes(value)
        self._refuse_if_over()
        secret = self._find(name)
        if secret is None:
            return self.add(name, value)
        put_version(self._pipeline, secret, kept)
        return SecretView(self._pipeline, secret.arn)

    def remove(self, name: str) -> None:
        """Have a secret and its replicas not exist, at once; ``del fake[name]``.

        :param name: the name, or the complete ARN.
        :raises NoSuchSecretError: where there is none.
        :raises UsageError: for a replica.
        """
        self._refuse_if_over()
        secret = self._find(name)
        if secret is None:
            raise NoSuchSecretError(self._unknown(name))
        remove_secret(self._pipeline, secret)

    def load(self, *paths: str | os.PathLike[str]) -> tuple[SecretView, ...]:
        """Have the secrets that files describe exist, instead of any that had their names.

        All files are read before any secret is kept: a bad one changes nothing.

        :param paths: TOML, JSON, YAML or ``.env`` files, relative to the working directory; or
            what ``aws secretsmanager`` printed, as JSON or YAML. Of one secret, the last.
        :return: a read-only view of each secret.
        :raises UsageError: for a file that cannot be read or is wrong, with path and place; for a
            format whose library is not installed; and where no path is given.
        """
        if not paths:
            message = "load() was given no file. Name at least one: load('secrets.toml')."
            raise UsageError(message)
        return tuple(self._keep(read_files(paths)))

    def client(
        self,
        region: str | None = None,
        account: str | None = None,
        principal: str | None = None,
    ) -> SecretsManagerClient:
        """Return a new client of Secrets Manager: boto3's, or botocore's where boto3 is absent.

        :param region: the fake's by default.
        :param account: the account that it acts as; by default that of `principal`, or the fake's.
        :param principal: the ARN of the user, role or session that it acts as, or the name of a
            service; the account's root by default.
        :raises UsageError: for what is not a Region, an account or a principal.
        """
        if region is None:
            region = region_of_clients(self._pipeline.settings)
        else:
            check_region(region)
            self._pipeline.named_regions.add(region)
        made: SecretsManagerClient = make_client(
            region, self.account, caller_override(account, principal, {})
        )
        return made

    def acting_as(  # noqa: PLR0913 - all by keyword
        self,
        *,
        account: str | None = None,
        principal: str | None = None,
        org_id: str | None = None,
        source_account: str | None = None,
        source_arn: str | None = None,
        source_ip: str | None = None,
        source_vpc: str | None = None,
        source_vpce: str | None = None,
        keys: Mapping[str, str | Iterable[str]] = MappingProxyType({}),
    ) -> AbstractContextManager[None]:
        """Have every client inside a ``with`` block act as someone; blocks within it add to it.

        It holds for the thread, or asyncio task, of the block. A client that was itself made for
        an account or a principal stays what it is.

        :param account: by default that of `principal`, or as it would be without the block.
        :param principal: the ARN of a user, role or session, or the name of a service; the
            account's root by default.
        :param org_id: what conditions find as ``aws:PrincipalOrgID``; the others likewise.
        :param keys: further condition keys, such as ``{"aws:PrincipalTag/team": "web"}``.
        :raises UsageError: for what is not an account or a principal, or two that do not match.
        """
        named = {
            "aws:PrincipalOrgID": org_id,
            "aws:SourceAccount": source_account,
            "aws:SourceArn": source_arn,
            "aws:SourceIp": source_ip,
            "aws:SourceVpc": source_vpc,
            "aws:SourceVpce": source_vpce,
        }
        given = {key: value for key, value in named.items() if value is not None}
        return override_caller(caller_override(account, principal, {**given, **keys}))

    def deny(
        self, operation: str, *, secret: str | None = None, principal: str | None = None
    ) -> Denial:
        """Take the permission for an operation away, as if no policy of IAM gave it.

        :param operation: AWS's name, such as ``GetSecretValue``.
        :param secret: a name or an ARN, as the code sends it or as the secret has it; any secret
            by default, also one that does not exist.
        :param principal: the ARN of a user, role or session, the number of an account, or the name
            of a service; everybody by default.
        :return: a handle with ``.hits`` and ``.cancel()``.
        :raises UsageError: for what is not an operation or not a principal; for `secret` where the
            operation has no parameter that names one.
        """
        return self._service.denials.add(operation, secret=secret, principal=principal)

    def serve(  # noqa: PLR0913 - all by keyword
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        agent: bool = False,
        extension: bool = False,
        cache_seconds: float | None = None,
        real_delays: bool = False,
        allow_other_hosts: bool = False,
    ) -> Server:
        """Return a server that answers other processes over HTTP, from the same secrets.

        As a context manager it listens until the block ends; meanwhile the environment has
        ``AWS_ENDPOINT_URL_SECRETS_MANAGER``, a Region and dummy credentials, which child processes
        inherit. Faults, clock, policies and log apply to its calls as to all. A dropped response
        closes the connection. The account of a call is its access key id, where that is the number
        of an account; its Region is that of the signature.

        :param port: a free one by default.
        :param host: 127.0.0.1, with ::1 where the port is free there; or another address of this
            machine, with `allow_other_hosts`.
        :param agent: whether the AWS Secrets Manager Agent answers at the same port.
        :param extension: whether the AWS Parameters and Secrets Lambda Extension does.
        :param cache_seconds: how long agent and extension answer from their caches, by the fake's
            clock; by default they have none, and each read is a call.
        :param real_delays: whether an answer that a fault delays is really late.
        :raises UsageError: for a port or a host that cannot be, or where Werkzeug is missing.
        """
        self._refuse_if_over()
        try:
            from .._server.running import Server, ServerOptions  # noqa: PLC0415 - Werkzeug is optional
        except ImportError:
            raise UsageError(
                "serve() needs Werkzeug, which is not installed. "
                'Type: pip install "pytest-fakesecrets[server]"'
            ) from None
        options = ServerOptions(
            port=port,
            host=host,
            agent=agent,
            extension=extension,
            cache_seconds=cache_seconds,
            real_delays=real_delays,
            allow_other_hosts=allow_other_hosts,
        )
        return Server(self._pipeline, options, on_start=self._serving, on_stop=self._served)

    def snapshot(self) -> Snapshot:
        """Return the present secrets, for :meth:`restore`; nothing is copied until they change."""
        # Otherwise two of them would differ, of which one was taken before the first call.
        decide_region(self._pipeline)
        with self._service.lock:
            return self._service.store.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Bring back the secrets of a snapshot. Calls, faults, KMS keys and the time stay.

        :raises UsageError: for what :meth:`snapshot` did not return.
        """
        if not isinstance(snapshot, Snapshot):
            message = (
                f"restore() was given an object of type {type(snapshot).__name__}. Give what "
                "snapshot() returned; to have secrets exist, use add() or load()."
            )
            raise UsageError(message)
        decide_region(self._pipeline)
        with self._service.lock:
            self._service.store.restore(snapshot)
            self._pipeline.rules.forget()

    def reset(self) -> None:
        """Forget all but the time: secrets, calls, faults, denials, KMS keys, rotations."""
        with self._service.lock:
            self._service.store.restore(Snapshot())
            self._pipeline.history.clear()
            self._pipeline.rules.clear()
            self._service.keys.clear()
            self._service.denials.clear()
            self._service.rotations.clear()

    def _serving(self) -> None:
        """Know the Region that child processes are told, and have the run know of the fake."""
        decide_region(self._pipeline)
        self._pipeline.was_entered = True
        for listener in listeners[-1:]:
            listener.began(self)

    def _served(self) -> None:
        for listener in listeners[-1:]:
            listener.ended(self)

    def _seed(self, *seeds: Seed | Description) -> list[SecretView]:
        # All descriptions are read before any is kept: a wrong one changes nothing.
        return self._keep(read(seeds))

    def _refuse_if_over(self) -> None:
        if self._pipeline.is_over:
            raise UsageError(
                "This fake has ended with the test, or the scope, that its fixture gave it to. Ask "
                "for the fixture where the change is needed, or use one of a wider scope."
            )

    def _keep(self, secrets: Iterable[Description]) -> list[SecretView]:
        self._refuse_if_over()
        secrets = list(secrets)
        if any(map(names_region, secrets)):
            decide_region(self._pipeline)
        service, settings = self._service, self._pipeline.settings
        with service.lock:
            now, number = service.timeline.now(), service.store.next_creation_order
            stored: list[StoredSecret] = []
            arns = []
            for secret in without_repeated(secrets, settings):
                kept = store(secret, settings, now, service.random, number())
                arns.append(kept.arn)
                stored += [kept, *store_replicas(kept, number)]
                if secret.region is not None:
                    self._pipeline.named_regions.add(secret.region)
            service.store.seed(stored)
            self._pipeline.rules.forget_secrets(stored)
        return [SecretView(self._pipeline, arn) for arn in arns]

    def _copy(self) -> FakeSecrets:
        """Return a fake that begins with the secrets, keys and time of this one."""
        settings, runner = self._pipeline.settings, self._service.rotations
        copy = FakeSecrets(
            region=None if settings.region == UNDECIDED else settings.region,
            account=settings.account,
            rotation_retries=runner.retries,
            rotation_removes_pending=runner.removes_pending,
            max_calls=self._pipeline.history.max_calls,
            enforce_policies=self.enforce_policies,
            principal=self.principal,
        )
        copied = pipeline_of(copy)
        copied.start_from(self._pipeline)
        copied.was_entered = True
        return copy

    def _shown(self, secret_id: str) -> str:
        ends = self[secret_id].recovery_window_ends
        if ends is None:
            return secret_id
        return f"{secret_id} (scheduled for deletion until {ends:%Y-%m-%d})"

    def _unknown(self, secret_id: object) -> str:
        """Return a text that helps who asked for a secret that the fake does not show."""
        elsewhere = self._service.store.named(str(secret_id))
        if elsewhere:
            first = elsewhere[0]
            return (
                f"{secret_id!r} lies in {first.region}, account {first.account}, not in "
                f"{self.region}, account {self.account}. Ask for fake[{first.arn!r}]."
            )
        names = list(self)
        if not names:
            return (
                f"There is no secret {secret_id!r}: the fake has none. Seed it: add(name, value)."
            )
        return str(unknown_choice("the name of a secret", repr(secret_id), names))

    def _find(self, secret_id: object) -> StoredSecret | None:
        if not isinstance(secret_id, str):
            return None
        self._service.run_due_events()
        settings = self._pipeline.settings
        if is_arn(secret_id):
            decide_region(self._pipeline)
            return self._service.store.find_arn(secret_id)
        return self._service.store.region(self.account, settings.region).find(secret_id)


def _described(name: str, value: SeedValue | None, details: Mapping[str, Any]) -> Secret:
    for detail in details:
        if detail not in _DETAILS:
            what = "a detail of a secret"
            raise unknown_choice(what, detail, _DETAILS)
    return Secret(name, value, **details)


def begin(
    fake: FakeSecrets, *, below: FakeSecrets | None = None, passthrough: bool = False
) -> None:
    """Have a fake answer.

    :param below: a fake that goes on answering instead; the new one waits for its end. Fixtures of
        wider scopes begin so.
    :param passthrough: whether calls go on to AWS, as if there were no fake.
    """
    pipeline, inner = pipeline_of(fake), pipeline_of(below) if below else None
    outer = innermost(below=inner)
    if outer is not None and not pipeline.was_entered:
        pipeline.start_from(outer)
    pipeline.was_entered = True
    pipeline.passthrough = passthrough
    for listener in listeners[-1:]:
        listener.began(fake)
    activate(pipeline, below=inner)


def add_seeds(fake: FakeSecrets, seeds: Iterable[Seed | Description]) -> None:
    """Have the secrets of seeds exist."""
    fake._seed(*seeds)  # noqa: SLF001 - the same as in its constructor


def pipeline_of(fake: FakeSecrets) -> Pipeline:
    """Return what answers the calls to a fake."""
    return fake._pipeline  # noqa: SLF001 - tests see the fake alone
