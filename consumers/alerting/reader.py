"""Records of `matches` to matches; what cannot be read becomes a dead letter."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.core.clock import Clock
from monitor.core.codec import decode_match
from monitor.core.dead_letter import DeadLetter, DeadLetters
from monitor.core.errors import BadRecordError
from monitor.core.match import Match
from monitor.core.metrics import Metrics
from monitor.core.ports import Log
from monitor.core.record import Record, Topic

# Stream time never goes back: one record from a machine with a wrong clock would end every story of its partition.
MAX_AHEAD = timedelta(hours=1)


class MatchReader:
    """Reads matches and collects dead letters until they are put aside."""

    def __init__(self, log: Log, metrics: Metrics, clock: Clock) -> None:
        self._destination = log
        self._clock = clock
        self._dead_letters = DeadLetters(Topic.MATCHES, metrics, clock)
        self._letters: list[DeadLetter] = []

    def read(self, record: Record) -> Match | None:
        """The match in the record; None when it is bad and to be put aside.

        Raises:
            NewerSchemaError: A newer Tocsin wrote it.
            TooManyDeadLettersError: So many were bad in a row that the fault is probably ours.
        """
        try:
            match = to_match(record, now=self._clock())
        except BadRecordError as error:
            self._letters.append(self._dead_letters.make(record, error.cause))
            return None
        self._dead_letters.end_row()
        return match

    def forget(self) -> None:
        """Drop what is not put aside yet: its records will be read again, and must not count twice."""
        self._letters.clear()
        self._dead_letters.end_row()

    def put_aside(self) -> None:
        """Append the dead letters and wait; before their offsets are saved."""
        if not self._letters:
            return
        letters, self._letters = self._letters, []
        self._destination.append([letter.to_record() for letter in letters])
        self._dead_letters.tell(letters)


def to_match(record: Record, *, now: datetime) -> Match:
    """The match in a record.

    Args:
        now: When it is read, or was: what came from later than that cannot be right.

    Raises:
        BadRecordError: It is none, or its times cannot be.
        NewerSchemaError: A newer Tocsin wrote it.
    """
    match = decode_match(record.value, str(record.position))
    _check_times(match, str(record.position), now)
    return match


def _check_times(match: Match, subject: str, now: datetime) -> None:
    article = match.article
    for moment in (article.first_seen_at, article.published_at, match.matched_at):
        if moment is not None and moment.utcoffset() is None:
            raise BadRecordError(subject, "a time without its offset from UTC")
    if article.first_seen_at > now + MAX_AHEAD:
        raise BadRecordError(subject, "first seen in the future: check the clock of the machine that polls")
