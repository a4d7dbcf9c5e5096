"""What is replaced in botocore while a fake is active."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.exceptions import (
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)
from botocore.session import Session

from .._aws.api_model import SERVICE, read_descriptions
from .._errors import HIDE_MISUSE, UsageError
from .active import CREDENTIALS, active, innermost, lock, position
from .clients import region_of_clients
from .configuration import (
    defaults_mode,
    full_config,
    get_credentials,
    get_scoped_config,
    has_credentials,
    has_region,
    real_credentials,
)
from .conversation import converse
from .moto import moto_answers

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from .._calls.pipeline import Pipeline

__tracebackhide__ = HIDE_MISUSE

_STANDARD: Final[Mapping[str, Any]] = {"defaults_mode": "standard"}
_CREATE_CLIENT: Final = inspect.signature(Session.create_client)


class Guard(Protocol):
    """Is asked of what no fake answers, and may raise."""

    def ask_for_call(self, operation: str) -> None:
        """Know of a call that is about to leave."""

    def ask_for_client(self, error: Exception) -> None:
        """Know of a client that could not be made, for want of configuration."""


@dataclass(slots=True, eq=False)
class _Replaced:
    """What was replaced; once it is not any more, what is left of ours passes everything on."""

    owner: Any
    name: str
    original: Any
    ours: Any = None
    is_over: bool = False


_replaced: Final[list[_Replaced]] = []
_guards: Final[list[Guard]] = []


def activate(pipeline: Pipeline, *, below: Pipeline | None = None) -> None:
    """Have a fake answer every client, until it is deactivated or another one is activated.

    :param below: a fake that goes on answering instead; this one waits for its end.
    """
    read_descriptions()
    with lock:
        _patch()
        active.insert(position(below, active), pipeline)


def deactivate(pipeline: Pipeline) -> None:
    """Have a fake answer no more; the last one to go gives botocore its own methods back."""
    with lock:
        if pipeline not in active:
            raise UsageError(
                "This fake is not active, so it cannot end. Enter it once for each exit."
            )
        # Fakes may end in another order than they began, and one may be entered twice.
        del active[position(pipeline, active)]
        _unpatch_if_idle()


def watch(guard: Guard) -> None:
    """Have a guard asked before a call leaves that no fake answers; the latest one is asked."""
    with lock:
        _patch()
        _guards.append(guard)


def unwatch(guard: Guard) -> None:
    """Ask a guard no more."""
    with lock:
        _guards.remove(guard)
        _unpatch_if_idle()


def _patch() -> None:
    if _replaced:
        return
    _replace(Endpoint, "make_request", _make_request)
    _replace(Session, "__init__", _init_session)
    _replace(Session, "get_credentials", get_credentials)
    _replace(Session, "get_scoped_config", get_scoped_config)
    whole: Any = vars(Session)["full_config"]
    reading = functools.partial(full_config, whole.fget)
    _install(_Replaced(Session, "full_config", whole), property(reading))
    for kind in (Session, *Session.__subclasses__()):
        _replace_create_client(kind)


def _replace_create_client(kind: Any) -> None:
    """Replace a kind of session's own create_client; aiobotocore's has one."""
    replaced = any(each.owner is kind and each.name == "create_client" for each in _replaced)
    if "create_client" in vars(kind) and not replaced:
        _replace(kind, "create_client", _create_client)


def _replace(owner: Any, name: str, replacement: Callable[..., Any]) -> None:
    original = vars(owner)[name]
    record = _Replaced(owner, name, original)

    @functools.wraps(original)
    def ours(*args: Any, **kwargs: Any) -> Any:
        if record.is_over:
            return original(*args, **kwargs)
        return replacement(original, *args, **kwargs)

    _install(record, ours)


def _install(record: _Replaced, ours: Any) -> None:
    record.ours = ours
    _replaced.append(record)
    setattr(record.owner, record.name, ours)


def _unpatch_if_idle() -> None:
    while _replaced and not active and not _guards:
        record = _replaced.pop()
        record.is_over = True
        # Whoever has replaced it since has ours beneath, and may put it back.
        if vars(record.owner).get(record.name) is record.ours:
            setattr(record.owner, record.name, record.original)


def _init_session(
    original: Callable[..., Any], session: Session, *args: Any, **kwargs: Any
) -> None:
    """Begin a session as ever; its kind may have been imported since the fake began."""
    original(session, *args, **kwargs)
    with lock:
        if _replaced:
            _replace_create_client(type(session))


def _create_client(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Create a client as ever, but have it want no Region and no credentials of the machine.

    Otherwise botocore would look for them as far as the instance metadata service.
    """
    given = _CREATE_CLIENT.bind(*args, **kwargs).arguments
    pipeline = innermost()
    if pipeline is None or pipeline.passthrough or given["service_name"] != SERVICE:
        with real_credentials():
            return _create_real_client(original, *args, **kwargs)
    session = given.pop("self")
    given.setdefault("region_name", None)
    if not has_region(session, given):
        given["region_name"] = region_of_clients(pipeline.settings)
    if not has_credentials(session, given):
        given.update(CREDENTIALS)
    if defaults_mode(session, given.get("config")) == "auto":
        # What "auto" comes to where there is no metadata service.
        standard = Config(**_STANDARD)
        given["config"] = given["config"].merge(standard) if given.get("config") else standard
    return original(session, **given)


def _create_real_client(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return original(*args, **kwargs)
    except (NoRegionError, PartialCredentialsError, ProfileNotFound) as error:
        is_ours = _CREATE_CLIENT.bind(*args, **kwargs).arguments["service_name"] == SERVICE
        if is_ours and innermost() is None and _guards:
            _guards[-1].ask_for_client(error)
        raise


def _make_request(
    original: Callable[..., Any], endpoint: Any, operation_model: OperationModel, request_dict: Any
) -> Any:
    if operation_model.service_model.endpoint_prefix != SERVICE:
        return original(endpoint, operation_model, request_dict)
    pipeline = innermost()
    if pipeline is None or pipeline.passthrough:
        if pipeline is None and _guards and not moto_answers():
            _guards[-1].ask_for_call(str(operation_model.name))
        return original(endpoint, operation_model, request_dict)
    if pipeline.served is not None and pipeline.served.is_elsewhere:
        # A forked process asks the server: what it changed in its copy, nobody would see.
        here = {**request_dict, "url": f"{pipeline.served.url}/"}
        return original(endpoint, operation_model, here)
    return converse(pipeline, endpoint, operation_model, request_dict)
