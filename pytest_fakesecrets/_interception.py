"""The seam: all that is known of botocore's request pipeline."""

from __future__ import annotations

import functools
import inspect
import io
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.endpoint import Endpoint, convert_to_response_dict
from botocore.hooks import first_non_none_response
from botocore.parsers import ResponseParserFactory
from botocore.session import Session

from ._arn import is_listed_region
from ._caller import Acting, acting_now
from ._errors import HIDE_MISUSE, NoAnswerError, ServiceError, UsageError
from ._model import SERVICE, exception_of
from ._wire import Answer, read_call

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from ._calls import Call
    from ._service import Service

__tracebackhide__ = HIDE_MISUSE

_ACCOUNT_KEY: Final = "pytest_fakesecrets_account"
_ACTING_KEY: Final = "pytest_fakesecrets_acting"
_CREDENTIALS: Final[Mapping[str, Any]] = {
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
_STANDARD: Final[Mapping[str, Any]] = {"defaults_mode": "standard"}
_CREATE_CLIENT: Final = inspect.signature(Session.create_client)

# Given the name of an operation, it may raise.
Guard = Callable[[str], object]

_lock: Final = threading.Lock()
_active: Final[list[Service]] = []
_originals: Final[list[tuple[Any, str, Any]]] = []
_guards: Final[list[Guard]] = []


def activate(service: Service, *, beneath: Service | None = None) -> None:
    """Have a service answer every client, until it is deactivated or another one is activated.

    :param beneath: a service that goes on answering instead; this one waits for its end.
    """
    with _lock:
        _patch()
        _active.insert(_position(beneath), service)


def deactivate(service: Service) -> None:
    """Have a service answer no more; the last one to go gives botocore its own methods back."""
    with _lock:
        if service not in _active:
            raise UsageError(
                "This fake is not active, so it cannot end. Enter it once for each exit."
            )
        # Fakes may end in another order than they began, and one may be entered twice.
        del _active[_position(service)]
        _unpatch_if_idle()


def watch(guard: Guard) -> None:
    """Have a guard asked before a call leaves that no fake answers; the latest one is asked."""
    with _lock:
        _patch()
        _guards.append(guard)


def unwatch(guard: Guard) -> None:
    """Ask a guard no more."""
    with _lock:
        _guards.remove(guard)
        _unpatch_if_idle()


def innermost(*, beneath: Service | None = None) -> Service | None:
    """Return the service that answers at present, or would if it were not for another one."""
    # One reading of the list: the last fake may end in another thread meanwhile.
    active = tuple(_active)
    return next(reversed(active if beneath is None else active[: active.index(beneath)]), None)


def _position(service: Service | None) -> int:
    places = [at for at, active in enumerate(_active) if active is service]
    return max(places, default=len(_active))


def make_client(region: str, account: str, who: Acting) -> Any:
    """Return a client, boto3's where it is installed, that acts as someone, or for an account."""
    client = _session().create_client(SERVICE, region_name=region, **_CREDENTIALS)
    client.meta.events.register(
        "before-call.secrets-manager",
        lambda params, **_: params["context"].update({_ACCOUNT_KEY: account, _ACTING_KEY: who}),
    )
    return client


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


def _patch() -> None:
    if _originals:
        return
    _replace(Endpoint, "make_request", _make_request)
    _replace(Session, "__init__", _init_session)
    for kind in (Session, *Session.__subclasses__()):
        _replace_create_client(kind)


def _replace_create_client(kind: Any) -> None:
    """Replace a kind of session's own create_client; aiobotocore's has one."""
    replaced = any(owner is kind for owner, name, _ in _originals if name == "create_client")
    if "create_client" in vars(kind) and not replaced:
        _replace(kind, "create_client", _create_client)


def _replace(owner: Any, name: str, replacement: Callable[..., Any]) -> None:
    original = vars(owner)[name]

    @functools.wraps(original)
    def replaced(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    _originals.append((owner, name, original))
    setattr(owner, name, replaced)


def _unpatch_if_idle() -> None:
    while _originals and not _active and not _guards:
        owner, name, original = _originals.pop()
        setattr(owner, name, original)


def _init_session(
    original: Callable[..., Any], session: Session, *args: Any, **kwargs: Any
) -> None:
    """Begin a session as ever; its kind may have been imported since the fake began."""
    original(session, *args, **kwargs)
    with _lock:
        if _originals:
            _replace_create_client(type(session))


def _create_client(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Create a client as ever, but have it want no Region and no credentials of the machine.

    Otherwise botocore would look for them as far as the instance metadata service.
    """
    given = _CREATE_CLIENT.bind(*args, **kwargs).arguments
    service = innermost()
    if service is None or service.lets_through or given["service_name"] != SERVICE:
        return original(*args, **kwargs)
    session = given.pop("self")
    given.setdefault("region_name", None)
    if not _has_region(session, given):
        given["region_name"] = service.settings.region
    if not _has_credentials(session, given):
        given.update(_CREDENTIALS)
    if _defaults_mode(session, given.get("config")) == "auto":
        # What "auto" comes to where there is no metadata service.
        standard = Config(**_STANDARD)
        given["config"] = given["config"].merge(standard) if given.get("config") else standard
    return original(session, **given)


def _has_region(session: Any, given: Mapping[str, Any]) -> bool:
    configs = (given.get("config"), session.get_default_client_config())
    return bool(
        given["region_name"]
        or any(config.region_name for config in configs if config)
        or session.get_config_variable("region")
    )


def _has_credentials(session: Any, given: Mapping[str, Any]) -> bool:
    # Asking in public, get_credentials(), would be the lookup itself.
    return bool(session._credentials) or any(given.get(key) for key in _CREDENTIALS)  # noqa: SLF001 - see above


def _defaults_mode(session: Any, config: Any) -> str:
    configs = (config, session.get_default_client_config())
    chosen = [mode for each in configs if each and (mode := each.defaults_mode)]
    return str((*chosen, session.get_config_variable("defaults_mode"))[0]).lower()


def _make_request(
    original: Callable[..., Any], endpoint: Any, operation_model: OperationModel, request_dict: Any
) -> Any:
    service = innermost()
    if operation_model.service_model.endpoint_prefix != SERVICE:
        return original(endpoint, operation_model, request_dict)
    if service is None or service.lets_through:
        if service is None and _guards and not _moto_answers():
            _guards[-1](str(operation_model.name))
        return original(endpoint, operation_model, request_dict)
    conversation = _converse(service, endpoint, operation_model, request_dict)
    # aiobotocore overrides this method, and awaits what make_request returns.
    if inspect.iscoroutinefunction(type(endpoint)._send_request):  # noqa: SLF001 - see above
        return conversation
    return _run(conversation)


def _moto_answers() -> bool:
    """Tell whether moto's mock is active, which answers further down, in the process as well."""
    models = sys.modules.get("moto.core.models")
    return bool(getattr(getattr(models, "botocore_stubber", None), "enabled", False))


async def _converse(
    service: Service, endpoint: Any, operation_model: OperationModel, request_dict: Any
) -> tuple[AWSResponse, dict[str, Any]]:
    """Answer a call, and again for as long as the client's own retry handler wants.

    Endpoint._send_request without signing and sending; what waits moves the fake's clock.
    """
    call = _call(service, operation_model, request_dict)
    try:
        while True:
            success, exception = await _attempt(
                service, call, endpoint, operation_model, request_dict
            )
            delay = await _ask(
                endpoint,
                f"needs-retry.secrets-manager.{call.operation}",
                response=success,
                endpoint=endpoint,
                operation=operation_model,
                attempts=call.attempts,
                caught_exception=exception,
                request_dict=request_dict,
            )
            if delay is None or delay is False:
                break
            call.delays.append(delay)
            service.clock.advance(seconds=delay)
    except BaseException as error:
        # A misuse, a body that nobody can read, or what a handler or a predicate raised.
        call.met(type(error).__name__)
        raise
    finally:
        service.finish(call)
    if exception is not None:
        raise exception
    response, parsed = success
    parsed["ResponseMetadata"]["RetryAttempts"] = call.attempts - 1
    return response, parsed


async def _attempt(
    service: Service, call: Call, endpoint: Any, operation_model: OperationModel, request_dict: Any
) -> tuple[Any, Exception | None]:
    """Return what Endpoint._get_response does: response and parsed answer, or an exception.

    The events are those of botocore's own after a request was sent; before 1.36 it had no
    before-parse, for which no handler of its time can have been written.
    """
    success: Any = None
    raw = exception = None
    try:
        response = _response(service.answer(call), request_dict["url"])
    except NoAnswerError as failure:
        exception = _no_answer(failure.error, request_dict["url"])
    else:
        raw = convert_to_response_dict(response, operation_model)
        customized: dict[str, Any] = {}
        await _ask(
            endpoint,
            f"before-parse.secrets-manager.{call.operation}",
            operation_model=operation_model,
            response_dict=raw,
            customized_response_dict=customized,
        )
        success = response, _parsed(call, endpoint, operation_model, raw, customized)
    await _ask(
        endpoint,
        f"response-received.secrets-manager.{call.operation}",
        response_dict=raw,
        parsed_response=success and success[1],
        context=request_dict["context"],
        exception=exception,
    )
    return success, exception


def _call(service: Service, operation_model: OperationModel, request_dict: Any) -> Call:
    context = request_dict["context"]
    region = context["client_region"]
    account = context.get(_ACCOUNT_KEY, service.settings.account)
    who = context.get(_ACTING_KEY, Acting()).over(acting_now())
    config = context["client_config"]
    call = read_call(
        str(operation_model.name),
        request_dict["body"],
        region=region,
        caller=who.caller(account, region),
        # botocore 1.44 lets an event handler give a call a timeout of its own.
        read_timeout=context.get("read_timeout") or config.read_timeout,
        connect_timeout=config.connect_timeout,
        has_no_host=not _has_host(service, region, request_dict["url"]),
    )
    if config.signature_version is UNSIGNED:
        call.malformed = ServiceError("MissingAuthenticationTokenException")
    return call


def _has_host(service: Service, region: str, url: str) -> bool:
    """Tell whether the host of an endpoint exists; one that the client chose itself does."""
    is_of_region = region in str(urlsplit(url).hostname).split(".")
    return not is_of_region or region in service.named_regions or is_listed_region(region)


def _no_answer(error: str, url: str) -> Exception:
    """Return botocore's exception for a call that heard nothing of AWS."""
    kind: Any = exception_of(error)
    made: Exception = kind(endpoint_url=url, error="caused by a fault of the test")
    return made


def _response(answer: Answer, url: str) -> AWSResponse:
    sent: Any = answer.headers
    return AWSResponse(url, answer.status, sent, _Body(answer.body))


def _parsed(
    call: Call,
    endpoint: Any,
    operation_model: OperationModel,
    raw: Any,
    customized: Mapping[str, Any],
) -> dict[str, Any]:
    """Parse an answer as Endpoint does: errors once more, by their own shape.

    :param customized: what handlers of before-parse want the answer to have.
    """
    parser = _parser(endpoint, operation_model)
    parsed: dict[str, Any] = parser.parse(raw, operation_model.output_shape)
    parsed.update(customized)
    # What arrives may be another error than the one that was sent, or none.
    code = parsed.get("Error", {}).get("Code")
    call.met(code)
    if code is not None:
        shape = operation_model.service_model.shape_for_error_code(code)
        if shape is not None:
            parsed.update(parser.parse(raw, shape))
    return parsed


def _parser(endpoint: Any, operation_model: OperationModel) -> Any:
    protocol = operation_model.service_model.protocol
    parser = endpoint._response_parser_factory.create_parser(protocol)  # noqa: SLF001 - the session's own parser
    # aiobotocore's parser may be asynchronous, and has nothing to wait for here.
    if inspect.iscoroutinefunction(parser.parse):
        return ResponseParserFactory().create_parser(protocol)
    return parser


async def _ask(client_endpoint: Any, event: str, **details: Any) -> Any:
    emitted = client_endpoint._event_emitter.emit(event, **details)  # noqa: SLF001 - the client's own handlers
    responses = await emitted if inspect.isawaitable(emitted) else emitted
    return first_non_none_response(responses)


def _run(conversation: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never really waits."""
    try:
        while True:
            conversation.send(None)
    except StopIteration as finished:
        return finished.value


class _Body(io.BytesIO):
    """A body as botocore reads one from a socket."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()
