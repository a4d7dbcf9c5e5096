"""Faults as the way of a call knows them: which calls, how often, and what happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypedDict

from .._aws.api_model import check_operation, naming_members, uses_labels
from .._aws.errors import kind_of
from .._aws.store import Former
from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .._settings import check_account, check_region
from .call import Call, Exchange
from .effects import AttemptEffects, Effect

if TYPE_CHECKING:
    from .._aws.model.secret import StoredSecret
    from .._codes import OperationName

__tracebackhide__ = HIDE_MISUSE

# What others call an option.
_OTHER_NAMES: Final = {
    "attempts": "times",
    "count": "times",
    "label": "version_stage",
    "name": "secret",
    "predicate": "when",
    "repeat": "times",
    "secret_id": "secret",
    "stage": "version_stage",
}
# About thirty years: longer than any test has time for, and within what a datetime can hold.
_LONGEST: Final = 1_000_000_000


class FaultOptions(TypedDict, total=False):
    """Which attempts a fault applies to: those that all the given options select.

    :ivar operation: AWS's name, such as ``GetSecretValue``; any by default.
    :ivar secret: a name or an ARN; any secret by default.
    :ivar version_stage: a staging label that the call asks for, or gives to a new version;
        ``AWSCURRENT`` is asked for by who names neither a label nor a version.
    :ivar region: the Region of the client.
    :ivar account: the account of the caller, twelve digits.
    :ivar when: a predicate, given the :class:`Call`.
    :ivar times: how many attempts it applies to, the first ones; all by default. botocore retries
        some failures, and each retry is an attempt.
    :ivar nth: only the n-th of the matching attempts, counted from 1.
    :ivar every: every n-th of them.
    :ivar probability: each of them with this probability, above 0 and up to 1.
    :ivar seed: of the numbers that `probability` draws, which are the same in each run; 0 by
        default.
    """

    operation: OperationName | str | None
    secret: str | None
    version_stage: str | None
    region: str | None
    account: str | None
    when: Callable[[Call], object] | None
    times: int | None
    nth: int | None
    every: int | None
    probability: float | None
    seed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which calls a fault is for."""

    operation: str | None = None
    secret: str | None = None
    version_stage: str | None = None
    region: str | None = None
    account: str | None = None
    when: Callable[[Call], object] | None = None

    def __post_init__(self) -> None:
        check_operation(self.operation)
        for name in ("secret", "version_stage"):
            _check_text(name, getattr(self, name))
        if self.operation is not None:
            _check_reach(self.operation, self.secret, self.version_stage)
        if self.region is not None:
            check_region(self.region)
        if self.account is not None:
            check_account(self.account)
        if self.when is not None and not callable(self.when):
            raise UsageError(f"when={self.when!r} is not a predicate. Give a function of a Call.")

    def __str__(self) -> str:
        where = f"{self.operation or 'any operation'} of {self.secret or 'any secret'}"
        named = {"version_stage": self.version_stage, "region": self.region}
        named |= {"account": self.account, "when": self.when and _name_of(self.when)}
        return ", ".join([where, *(f"{key}={value}" for key, value in named.items() if value)])

    def matches(self, call: Call) -> bool:
        """Tell whether a call is one of them."""
        return (
            self.operation in (None, call.operation)
            and (self.secret is None or call.is_about(self.secret))
            and (self.version_stage is None or self.version_stage in call.labels)
            and self.region in (None, call.region)
            and self.account in (None, call.account)
            and (self.when is None or bool(self.when(call)))
        )


@dataclass(slots=True, kw_only=True)
class Schedule:
    """To which of the matching attempts a fault applies."""

    times: int | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    seed: int | None = None
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        for name in ("times", "nth", "every"):
            check_count(name, getattr(self, name))
        _check_probability(self.probability)
        choices = {"nth": self.nth, "every": self.every, "probability": self.probability}
        given = [name for name, value in choices.items() if value is not None]
        given += ["times"] if self.nth is not None and self.times is not None else []
        if len(given) > 1:
            raise UsageError(f"{given[0]}= and {given[1]}= exclude each other. Give one of them.")
        _check_seed(self.seed, self.probability)
        self._random = Random(self.seed or 0)  # noqa: S311 - nothing here is secret

    def __str__(self) -> str:
        named = {"nth": self.nth, "every": self.every, "probability": self.probability}
        return "".join(f", {key}={value}" for key, value in named.items() if value is not None)

    def selects(self, number: int) -> bool:
        """Tell whether the fault applies to the attempt of this number, counted from 1."""
        if self.nth is not None:
            return number == self.nth
        if self.every is not None:
            return number % self.every == 0
        return self.probability is None or self._random.random() < self.probability

    def is_over(self, number: int, hits: int) -> bool:
        """Tell whether it can apply to no later attempt."""
        return (self.nth is not None and number >= self.nth) or (
            self.times is not None and hits >= self.times
        )


class FaultRule:
    """One fault.

    :ivar effect: what happens.
    :ivar hits: how many attempts it has applied to so far.
    :ivar number: how many faults were added before it.
    """

    def __init__(self, effect: Effect, options: Mapping[str, Any]) -> None:
        for option in options:
            if option not in _OPTIONS:
                meant = _OTHER_NAMES.get(option)
                raise unknown_choice("an option of a fault", option, _OPTIONS, meant=meant)
        given = {name: value for name, value in options.items() if value is not None}
        selecting = Selection.__dataclass_fields__
        self.selection = Selection(**{k: v for k, v in given.items() if k in selecting})
        self.schedule = Schedule(**{k: v for k, v in given.items() if k not in selecting})
        self.effect = effect
        self.hits = 0
        self.number = 0
        self.is_cancelled = False
        self._matched = 0

    def __str__(self) -> str:
        return f"{self.effect} on {self.target}"

    @property
    def target(self) -> str:
        """What it is for, in words."""
        return f"{self.selection}{self.schedule}"

    @property
    def is_active(self) -> bool:
        """Whether it can still apply to a call."""
        return not self.is_cancelled and not self.schedule.is_over(self._matched, self.hits)

    @property
    def state(self) -> str:
        """``active``, ``exhausted`` (it can apply to no further attempt) or ``cancelled``."""
        if self.is_cancelled:
            return "cancelled"
        return "active" if self.is_active else "exhausted"

    def matches(self, call: Call) -> bool:
        """Tell whether it is active, and for this attempt, as its predicate says."""
        return self.is_active and self.selection.matches(call)

    def selects(self, exchange: Exchange, now: datetime) -> bool:
        """Tell whether it applies to this attempt, which matches; count the attempt."""
        if not (self.is_active and self.effect.applies_to(exchange, now)):
            return False
        self._matched += 1
        return self.schedule.selects(self._matched)


class FaultRules:
    """The faults of one fake, in the order in which they were added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: tuple[FaultRule, ...] = ()
        # By operation and secret, those that can still apply; None for any.
        self._by_target: dict[tuple[str | None, str | None], tuple[FaultRule, ...]] = {}
        self._using_writes: tuple[FaultRule, ...] = ()

    def __iter__(self) -> Iterator[FaultRule]:
        return iter(self._rules)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, rule: FaultRule) -> None:
        """Have a fault."""
        selection = rule.selection
        target = selection.operation, selection.secret
        with self._lock:
            rule.number = len(self._rules)
            self._rules += (rule,)
            self._by_target[target] = (*_active(self._by_target.get(target, ())), rule)
            if rule.effect.uses_writes:
                self._using_writes = (*_active(self._using_writes), rule)

    def cancel(self, rule: FaultRule) -> None:
        """Let calls pass again."""
        rule.is_cancelled = True
        rule.effect.forget()

    def clear(self) -> None:
        """Cancel all faults, and forget them."""
        for rule in self._rules:
            self.cancel(rule)
        with self._lock:
            self._rules = self._using_writes = ()
            self._by_target = {}

    def matching(self, exchange: Exchange) -> list[FaultRule]:
        """Return the faults that are for an attempt. Predicates may call, so hold no lock."""
        call = exchange.call
        targets = product((None, call.operation), (None, *exchange.secret_ids))
        found = [rule for target in targets for rule in self._by_target.get(target, ())]
        found.sort(key=lambda rule: rule.number)
        return [rule for rule in found if rule.matches(call)]

    def apply(
        self,
        exchange: Exchange,
        now: datetime,
        matching: Iterable[FaultRule],
        otherwise: Effect,
    ) -> AttemptEffects:
        """Return what happens to an attempt.

        :param matching: the faults that are for it.
        :param otherwise: what decides its outcome where no fault does.
        """
        # Every fault counts the attempts that match, whichever of them decides.
        due = [rule for rule in matching if rule.selects(exchange, now)]
        deciding = next((rule for rule in due if rule.effect.decides), None)
        if deciding is not None:
            deciding.hits += 1
        effects = AttemptEffects(otherwise if deciding is None else deciding.effect)
        for rule in due:
            effect = rule.effect
            if effect.delay and effects.deciding.connects:
                rule.hits += 1
                effects.delay += effect.delay
            elif effects.former is None and effects.deciding.is_performed:
                effects.former = effect.read_from(now)
                rule.hits += effects.former is not None
        return effects

    @property
    def use_writes(self) -> bool:
        """Whether an active fault needs to know of writes."""
        return any(rule.is_active for rule in self._using_writes)

    def note_write(self, former: Former, now: datetime) -> None:
        """Tell the active faults what secrets were before a write."""
        for rule in _active(self._using_writes):
            rule.effect.note_write(former, now)

    def forget_secrets(self, secrets: Iterable[StoredSecret]) -> None:
        """Have reads show at once the secrets that the test itself has changed."""
        if self._rules:
            self.forget({(secret.account, secret.region, secret.name): None for secret in secrets})

    def forget(self, former: Former | None = None) -> None:
        """Have reads show at once what the test itself does to secrets; to all by default."""
        for rule in self._using_writes:
            rule.effect.forget(former)


def _active(rules: Iterable[FaultRule]) -> tuple[FaultRule, ...]:
    return tuple(rule for rule in rules if rule.is_active)


def _names_secrets(operation: str) -> bool:
    named = naming_members(operation)
    return bool(named.ids or named.id_lists)


def _check_reach(operation: str, secret: str | None, version_stage: str | None) -> None:
    if secret is not None and not _names_secrets(operation):
        raise UsageError(
            f"{operation} has no parameter that names a secret, so a fault of it cannot be about "
            f"{secret!r}. "
            "Leave secret= out."
        )
    if version_stage is not None and not uses_labels(operation):
        raise UsageError(
            f"{operation} has no staging label, so a fault of it cannot be about "
            f"{version_stage!r}. Leave version_stage= out."
        )


def check_count(name: str, count: Any) -> None:
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        what = {"times": "a number of attempts", "calls": "a number of calls"}.get(name, "a number")
        remedy = "1 or more, or None for all" if name == "times" else "1 or more"
        raise UsageError(f"{name}={count!r} is not {what}. Give {remedy}.")


def _check_probability(probability: Any) -> None:
    if probability is None:
        return
    if not _is_number(probability) or not 0 < probability <= 1:
        raise UsageError(
            f"probability={probability!r} is not a probability. Give more than 0 and at most 1."
        )


def positive(name: str, number: Any) -> float:
    if not _is_number(number) or not 0 < number <= _LONGEST:
        raise UsageError(
            f"{name}={number!r} is not a duration. "
            f"Give a number of seconds above 0, up to {_LONGEST:,}."
        )
    return float(number)


def _is_number(given: Any) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool)


def _check_seed(seed: Any, probability: float | None) -> None:
    if seed is None:
        return
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise UsageError(f"seed={seed!r} is not a seed. Give an integer.")
    if probability is None:
        raise UsageError(f"seed={seed!r} needs probability=, which draws from it. Give both.")


def _check_text(name: str, given: Any) -> None:
    if given is not None and not (isinstance(given, str) and given):
        what = {"secret": "a name or an ARN", "version_stage": "a staging label"}[name]
        raise UsageError(f"{name}={given!r} is not {what}. Give one, or None for any.")


def _name_of(function: Callable[..., object]) -> str:
    # As the source says; its repr, and a name given at run time, may hold the value of a secret.
    code = getattr(function, "__code__", None)
    return kind_of(function) if code is None else str(code.co_name)


_OPTIONS: Final = tuple(FaultOptions.__annotations__)
