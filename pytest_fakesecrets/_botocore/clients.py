"""Clients that a test is given."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from .._aws.api_model import SERVICE
from .._calls.caller import NO_OVERRIDE, CallerOverride
from .._errors import HIDE_MISUSE, UsageError
from .._settings import DEFAULT_REGION, UNDECIDED, Settings, is_region
from .active import ACCOUNT_KEY, CREDENTIALS, OVERRIDE_KEY, innermost

if TYPE_CHECKING:
    from .._calls.pipeline import Pipeline

__tracebackhide__ = HIDE_MISUSE

# Those that nobody uses at present, by what they were made for; the kinds made last are kept.
_unused: Final[dict[object, list[_LentClient]]] = {}
_MAX_KINDS: Final = 16


def make_client(region: str, account: str, who: CallerOverride) -> Any:
    """Return a client, boto3's where it is installed, that acts as someone, or for an account."""
    client = _session().create_client(SERVICE, region_name=region, **CREDENTIALS)

    def add_caller(params: Any, **_: Any) -> None:
        if innermost() is None:
            raise UsageError(
                "A client that fake.client() made was used while no fake is active. Use it inside "
                "'with FakeSecrets(...) as fake:', or between fake.start() and fake.stop()."
            )
        params["context"].update({ACCOUNT_KEY: account, OVERRIDE_KEY: who})

    client.meta.events.register("before-call.secrets-manager", add_caller)
    return client


def region_of_clients(settings: Settings) -> str:
    """Return the Region of a client that is given none: what a fake was given, or else botocore.

    That is what the environment says, or the profile; and us-east-1 where neither is usable.
    """
    if settings.region != UNDECIDED:
        return settings.region
    configured: Any = None
    with suppress(BotoCoreError):  # a configuration that cannot be read, or has no such profile
        # Its handlers of events, which nothing here emits, would take milliseconds to register.
        session = Session(include_builtin_handlers=False)
        configured = session.get_config_variable("region")
    return configured if is_region(configured) else DEFAULT_REGION


def decide_region(pipeline: Pipeline) -> None:
    """Have a fake without a Region take the one that its clients would be given."""
    pipeline.decide_region(region_of_clients(pipeline.settings))


@contextmanager
def lent_client(region: str, account: str) -> Iterator[Any]:
    """Lend a client to one test after another: botocore takes milliseconds to make one.

    One that a test has changed is not lent again.
    """
    # botocore reads its settings from there when a client is made.
    environment = tuple(sorted(item for item in os.environ.items() if item[0].startswith("AWS_")))
    unused = _unused.setdefault((region, account, environment), [])
    if len(_unused) > _MAX_KINDS:
        del _unused[next(iter(_unused))]
    lent = unused.pop() if unused else _LentClient(make_client(region, account, NO_OVERRIDE))
    yield lent.client
    if not lent.is_changed():
        unused.append(lent)


class _LentClient:
    def __init__(self, client: Any) -> None:
        self.client = client
        self._retried = False
        client.meta.events.register("needs-retry.secrets-manager", self._note_retry)
        self._handlers = self._present_handlers()
        self._members = dict(vars(client))

    def is_changed(self) -> bool:
        """Tell whether a test would notice that another one had the client."""
        members = {**self._members, "_exceptions": vars(self.client)["_exceptions"]}
        return (
            self._retried
            or self._present_handlers() is not self._handlers
            or vars(self.client) != members
        )

    def _present_handlers(self) -> object:
        """Return what botocore replaces whenever a handler is registered, or unregistered."""
        return self.client.meta.events._emitter._lookup_cache  # noqa: SLF001 - see above

    def _note_retry(self, attempts: int, **_: Any) -> None:
        """Note a retry: for those of a client, botocore has a quota, which does not come back."""
        self._retried = self._retried or attempts > 1


@functools.cache
def _session() -> Session:
    """Return one session for all our clients, so that botocore's data is read once.

    boto3 adds nothing to a client of Secrets Manager but its name in the user agent.
    """
    session = Session()
    try:
        import boto3  # noqa: PLC0415 - boto3 is optional, and slow to import
    except ImportError:
        return session
    boto3.Session(botocore_session=session)
    return session
