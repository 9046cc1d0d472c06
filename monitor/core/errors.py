"""The one tree of errors that Tocsin raises.

::

    MonitorError
    ├── SettingsError            what a person wrote is wrong: every problem at once (exit code 2)
    ├── UsageError               a command was called wrongly (exit code 2)
    ├── StoreError               a store failed
    │   ├── StoreUnavailableError   retriable: it may work later
    │   └── StoreInUseError         another process owns it
    ├── CommitRefusedError       retriable: the partition belongs to another consumer by now
    ├── LeaseLostError           retriable: somebody else holds the lease
    ├── StateMissingError        a group has committed offsets but its state is gone: `tocsin recover`
    ├── BadRecordError           bytes on a topic that are not what the topic holds: dead letter
    ├── NewerSchemaError         a record of a newer Tocsin: stop and upgrade, never a dead letter
    ├── TooManyDeadLettersError  the fault is probably ours: stop
    └── WorkFailedError          an item failed in a worker process
        ├── WorkTimedOutError       it ran past its deadline
        └── WorkerDiedError         it took its worker process down

Expected outcomes (not modified, held back) are values, not errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from monitor.core.problems import Problem


class MonitorError(Exception):
    """Base of all errors of ours; `retriable` tells a loop whether trying again can help."""

    retriable: ClassVar[bool] = False


class SettingsError(MonitorError):
    """Everything that is wrong with what a person wrote, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(MonitorError):
    """A command was called in a way that cannot work; the sentence says what would."""


class StoreError(MonitorError):
    """A store failed in a way that trying again does not mend."""


class StoreUnavailableError(StoreError):
    """A store could not be reached or written for now."""

    retriable = True


class StoreInUseError(StoreError):
    """Another process owns this store."""

    def __init__(self, path: str, owner: str) -> None:
        self.path = path
        self.owner = owner
        super().__init__(f"cannot open {path}: it is in use by {owner}; stop that one first")


class CommitRefusedError(MonitorError):
    """A commit for partitions that this consumer no longer owns."""

    retriable = True

    def __init__(self, topic: str, partitions: Sequence[int]) -> None:
        self.topic = topic
        self.partitions = tuple(partitions)
        super().__init__(f"cannot commit: {topic}{list(partitions)}: assigned to another consumer")


class LeaseLostError(MonitorError):
    """A write under a lease that somebody else has taken since."""

    retriable = True

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"cannot write: lease {name}: taken over by another owner")


class StateMissingError(MonitorError):
    """A partition's state is gone though its group had got further than the beginning."""

    def __init__(self, topic: str, partition: int, offset: int) -> None:
        self.topic = topic
        self.partition = partition
        self.offset = offset
        super().__init__(
            f"cannot go on: {topic}[{partition}]: its state is missing but offset {offset} was committed; "
            "run `tocsin recover`"
        )


class BadRecordError(MonitorError):
    """A record that cannot be read."""

    def __init__(self, subject: str, cause: str) -> None:
        self.subject = subject
        self.cause = cause
        super().__init__(f"cannot decode record: {subject}: {cause}")


class NewerSchemaError(MonitorError):
    """A record written by a newer Tocsin."""

    def __init__(self, subject: str, found: int, known: int) -> None:
        self.subject = subject
        self.found = found
        self.known = known
        super().__init__(
            f"cannot decode record: {subject}: schema version {found}, known up to {known}; upgrade this stage"
        )


class TooManyDeadLettersError(MonitorError):
    """So many records in a row were bad that the fault is probably ours."""

    def __init__(self, topic: str, count: int) -> None:
        self.topic = topic
        self.count = count
        super().__init__(f"stopped: {topic}: {count} bad records in a row; the fault is probably ours")


class WorkFailedError(MonitorError):
    """An item raised in its worker process."""


class WorkTimedOutError(WorkFailedError):
    """An item ran past its deadline; its worker was killed."""


class WorkerDiedError(WorkFailedError):
    """An item took its worker process down with it."""
