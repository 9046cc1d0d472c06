"""What runs in the worker processes of the match stage: records to matches. Writes nothing, asks no clock.

The compiled rules stand in a module-level variable, the one exception to "no globals": a worker process lives for
one rule set, compiling takes long, and a pool can hand a task only what can be pickled.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from consumers.matching.compiling import compile_rules
from consumers.matching.engine import match_article
from consumers.rules.engine.compiled import CompiledRules, SetAside
from consumers.rules.model import RuleSet
from monitor.actors import load_catalogue
from monitor.core.canary import canary_match, is_canary
from monitor.core.codec import decode_article, encode
from monitor.core.collecting import settle
from monitor.core.errors import BadRecordError, NewerSchemaError, WorkTimedOutError

_rules: CompiledRules | None = None
_told: set[str] = set()  # rules that are set aside, of which the parent knows


@dataclass(frozen=True)
class RawRecord:
    """A record for a worker; `subject` names it in errors."""

    subject: str
    value: bytes


@dataclass(frozen=True)
class Matched:
    """An article that was matched: its matches as group and encoded value, and when it was first seen.

    Attributes:
        set_aside: Rules that this worker evaluates no more, by id, since the last article of which it told.
    """

    first_seen_at: datetime
    matches: tuple[tuple[str, bytes], ...]
    is_canary: bool = False
    set_aside: tuple[tuple[str, SetAside], ...] = ()


@dataclass(frozen=True)
class Undecodable:
    """A record that holds no article."""

    reason: str


@dataclass(frozen=True)
class FromNewerVersion:
    """A record that a newer Tocsin wrote."""

    subject: str
    found: int
    known: int


@dataclass(frozen=True)
class TimedOut:
    """An article whose matching ran past its deadline."""

    reason: str


ItemOutcome = Matched | Undecodable | FromNewerVersion | TimedOut


def prepare(rule_set: RuleSet) -> None:
    """Compile the rules of this worker, and the actors' names if any rule asks for one; run before its first task."""
    global _rules  # noqa: PLW0603 - see the module's docstring
    _rules = compile_rules(rule_set, load_catalogue())
    _told.clear()
    settle()


def match_batch(records: Sequence[RawRecord], *, article_seconds: float, matched_at: datetime) -> list[ItemOutcome]:
    """The outcome for each record, in order; an article that runs past its deadline spoils no other."""
    if _rules is None:
        raise RuntimeError("prepare() runs first")
    return [_match_one(_rules, record, article_seconds, matched_at) for record in records]


def _match_one(rules: CompiledRules, record: RawRecord, article_seconds: float, matched_at: datetime) -> ItemOutcome:
    try:
        with _deadline(article_seconds):
            article = decode_article(record.value, record.subject)
            matches = match_article(rules, article, matched_at=matched_at)
            of_canary = is_canary(article.feed_id)
            if of_canary:  # a rule that fires on anything must not make news of it
                matches = (canary_match(article, matched_at=matched_at),)
            encoded = tuple((match.group, encode(match)) for match in matches)
            return Matched(article.first_seen_at, encoded, of_canary, _newly_set_aside(rules))
    except BadRecordError as error:
        return Undecodable(error.cause)
    except NewerSchemaError as error:
        return FromNewerVersion(error.subject, error.found, error.known)
    except WorkTimedOutError as error:
        return TimedOut(str(error))


def _newly_set_aside(rules: CompiledRules) -> tuple[tuple[str, SetAside], ...]:
    if len(rules.set_aside) == len(_told):
        return ()
    new = tuple((rule_id, why) for rule_id, why in rules.set_aside.items() if rule_id not in _told)
    _told.update(rule_id for rule_id, _ in new)
    return new


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise `WorkTimedOutError` in the block after that time.

    Works by a signal, so only in a main thread, which a worker's is; elsewhere there is no deadline. Code that does
    not return to Python is not interrupted: the parent kills the worker then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def on_alarm(_number: int, _frame: FrameType | None) -> None:
        raise WorkTimedOutError(f"took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
