"""kafka-python's errors as ours, from one table. Knows no adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors

from monitor.core.errors import StoreError, StoreUnavailableError

# Trying again later can help, though the library says no: for it the request is over, for us the cluster is in motion.
_RETRIABLE: tuple[type[Exception], ...] = (
    errors.BrokerNotAvailableError,
    errors.UnknownBrokerIdError,
    errors.RebalanceInProgressError,
    errors.IllegalGenerationError,
    errors.UnknownMemberIdError,
    errors.CommitFailedError,
    errors.StaleBrokerEpochError,
    errors.StaleControllerEpochError,
    errors.CorruptRecordError,  # a response garbled on its way; the log itself is checked by the broker
    errors.InvalidReceiveError,
    errors.UnknownError,
)

# The producer cannot go on after these: a new one, with an id of its own, can.
_PRODUCER_ENDED: tuple[type[Exception], ...] = (
    errors.OutOfOrderSequenceNumberError,
    errors.DuplicateSequenceNumberError,
    errors.UnknownProducerIdError,
    errors.InvalidProducerIdMappingError,
    errors.InvalidProducerEpochError,
    errors.ProducerFencedError,
    errors.IllegalStateError,  # it was closed: another thread found it stuck
)

# A commit that came too late: the group has moved on without this member.
COMMIT_REFUSED: tuple[type[Exception], ...] = (
    errors.CommitFailedError,
    errors.RebalanceInProgressError,
    errors.IllegalGenerationError,
    errors.UnknownMemberIdError,
    errors.FencedInstanceIdError,
)


def has_ended_producer(error: Exception) -> bool:
    """Whether the producer that gave this error is of no more use."""
    return isinstance(error, _PRODUCER_ENDED)


def translated(error: Exception, doing: str) -> StoreError:
    """The error of ours for one of the library's; `doing` says what failed (`append to tocsin.articles`)."""
    text = f"cannot {doing}: {error or type(error).__name__}"
    is_retriable = getattr(error, "retriable", False) or isinstance(error, (*_RETRIABLE, *_PRODUCER_ENDED, OSError))
    return StoreUnavailableError(text) if is_retriable else StoreError(text)


@contextmanager
def translating(doing: str) -> Iterator[None]:
    """Let the library's errors leave the block as ours."""
    try:
        yield
    except (errors.KafkaError, OSError) as error:
        raise translated(error, doing) from error
