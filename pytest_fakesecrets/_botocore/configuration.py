"""What a session finds of the machine's configuration while a fake is active: it needs none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ConfigParseError, ProfileNotFound

from .active import CREDENTIALS, innermost

# Sources of credentials that ask nobody: variables and files.
_LOCAL_CREDENTIALS: Final = frozenset({"env", "shared-credentials-file", "config-file"})
_is_real: Final = ContextVar("pytest_fakesecrets_is_real", default=False)


@contextmanager
def real_credentials() -> Iterator[None]:
    """Have a client of another service find the credentials that there are, or none."""
    token = _is_real.set(True)
    try:
        yield
    finally:
        _is_real.reset(token)


def get_credentials(original: Callable[..., Any], session: Any) -> Any:
    """Return the credentials of the machine, or dummies where it has none.

    Code that asks first whether there are any is to go on. Nothing is looked for in the network.
    """
    if not _is_faked() or _is_real.get() or session._credentials is not None:  # noqa: SLF001 - see above
        return original(session)
    with suppress(BotoCoreError):
        for provider in session.get_component("credential_provider").providers:
            if provider.METHOD in _LOCAL_CREDENTIALS and (found := provider.load()) is not None:
                return found
    return Credentials("testing", "testing", method="pytest-fakesecrets")


def get_scoped_config(original: Callable[..., Any], session: Any) -> Any:
    """Return the configuration of the profile; a fake wants none."""
    try:
        return original(session)
    except ProfileNotFound:
        if not _is_faked():
            raise
        return {}


def full_config(original: Callable[..., Any], session: Any) -> Any:
    """Return the whole configuration; a fake wants none."""
    try:
        return original(session)
    except ConfigParseError:
        if not _is_faked():
            raise
        return {"profiles": {}}


def _is_faked() -> bool:
    pipeline = innermost()
    return pipeline is not None and not pipeline.passthrough


def has_region(session: Any, given: Mapping[str, Any]) -> bool:
    """Tell whether a client that is being created would have a Region."""
    configs = (given.get("config"), session.get_default_client_config())
    return bool(
        given["region_name"]
        or any(config.region_name for config in configs if config)
        or session.get_config_variable("region")
    )


def has_credentials(session: Any, given: Mapping[str, Any]) -> bool:
    """Tell whether a client that is being created was given credentials."""
    # Asking in public, get_credentials(), would be the lookup itself.
    return bool(session._credentials) or any(given.get(key) for key in CREDENTIALS)  # noqa: SLF001 - see above


def defaults_mode(session: Any, config: Any) -> str:
    """Return the mode of defaults that a client would have, such as ``auto``."""
    configs = (config, session.get_default_client_config())
    chosen = [mode for each in configs if each and (mode := each.defaults_mode)]
    return str((*chosen, session.get_config_variable("defaults_mode"))[0]).lower()
