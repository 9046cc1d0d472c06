"""Records of `matches` to matches; what cannot be read becomes a dead letter."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from monitor.core.clock import Clock
from monitor.core.codec import decode_match
from monitor.core.dead_letter import MAX_DEAD_LETTERS_IN_A_ROW, DeadLetter
from monitor.core.errors import BadRecordError, TooManyDeadLettersError
from monitor.core.match import Match
from monitor.core.metrics import Metrics
from monitor.core.ports import Log
from monitor.core.record import Record, Topic

_log = logging.getLogger(__name__)

# Stream time never goes back: one record from a machine with a wrong clock would end every story of its partition.
MAX_AHEAD = timedelta(hours=1)


class MatchReader:
    """Reads matches and collects dead letters until they are put aside."""

    def __init__(self, log: Log, metrics: Metrics, clock: Clock) -> None:
        self._destination = log
        self._metrics = metrics
        self._clock = clock
        self._bad_in_a_row = 0
        self._letters: list[DeadLetter] = []

    def read(self, record: Record) -> Match | None:
        """The match in the record; None when it is bad and to be put aside.

        Raises:
            NewerSchemaError: A newer Tocsin wrote it.
            TooManyDeadLettersError: So many were bad in a row that the fault is probably ours.
        """
        now = self._clock()
        try:
            match = decode_match(record.value, str(record.position))
            _check_times(match, str(record.position), now)
        except BadRecordError as error:
            self._refuse(record, error, now)
            return None
        self._bad_in_a_row = 0
        return match

    def forget(self) -> None:
        """Drop what is not put aside yet: its records will be read again, and must not count twice."""
        self._letters.clear()
        self._bad_in_a_row = 0

    def put_aside(self) -> None:
        """Append the dead letters and wait; before their offsets are saved."""
        if not self._letters:
            return
        letters, self._letters = self._letters, []
        self._destination.append([letter.to_record() for letter in letters])
        self._metrics.dead_letters.labels(Topic.MATCHES).inc(len(letters))
        for letter in letters:
            place = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
            _log.warning("record put aside", extra=place | {"reason": letter.reason})

    def _refuse(self, record: Record, error: BadRecordError, now: datetime) -> None:
        self._bad_in_a_row += 1
        if self._bad_in_a_row > MAX_DEAD_LETTERS_IN_A_ROW:
            raise TooManyDeadLettersError(Topic.MATCHES, self._bad_in_a_row) from error
        self._letters.append(DeadLetter.of(record, error.cause, now=now))


def _check_times(match: Match, subject: str, now: datetime) -> None:
    article = match.article
    for moment in (article.first_seen_at, article.published_at, match.matched_at):
        if moment is not None and moment.utcoffset() is None:
            raise BadRecordError(subject, "a time without its offset from UTC")
    if article.first_seen_at > now + MAX_AHEAD:
        raise BadRecordError(subject, "first seen in the future: check the clock of the machine that polls")
