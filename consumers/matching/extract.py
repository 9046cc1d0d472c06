"""Facts of JSON Lines of articles (`tocsin extract`), in this process or over several: the results are the same.

The extractor of a worker process stands in a module-level variable, as the rules of the match stage do and for the
same reasons (see `worker`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, Protocol

import msgspec

from consumers.facts.candidate import Candidate
from consumers.facts.extractor import FactExtractor
from consumers.facts.printing import candidate_lines, candidate_object, fact_object
from consumers.matching.lines import ArticleLine, article_line, reading_of
from monitor.actors import load_catalogue
from monitor.core.collecting import settle
from monitor.core.errors import WorkFailedError
from monitor.core.escape import one_line
from monitor.core.fact import Fact
from monitor.core.in_order import BATCHES_AHEAD, Task, batches_of, outcomes_in_order
from monitor.core.workers import WorkerPool
from monitor.text.reading import Reading

FEWEST_FOR_WORKERS = 500  # articles: starting a process and loading the actors in it takes as long as so many
_MOST_BYTES_ALONE = 4_000_000  # likewise
_SHOWN_TITLE = 120

_encoder = msgspec.json.Encoder()  # keys in the order of the types: people read them, too

Form = Literal["facts", "explanation", "explanation_json"]


@dataclass(frozen=True)
class InputLine:
    """A line that is not blank, and where it stands; `number` counts from 1."""

    source: str
    number: int
    raw: bytes


@dataclass(frozen=True)
class Output:
    """What to print for an article, with its line end."""

    text: bytes


@dataclass(frozen=True)
class Failed:
    """A line that holds no article, or an article in which nothing can be looked for."""

    reason: str


class Extractor(Protocol):
    """What is needed of `FactExtractor`."""

    def facts(self, reading: Reading) -> Sequence[Fact]:
        """All facts of an article."""

    def candidates(self, reading: Reading) -> Sequence[Candidate]:
        """Every place that might be one."""


class Extraction:
    """An extractor, and the form in which its facts are printed."""

    def __init__(self, extractor: Extractor, form: Form) -> None:
        self._extractor = extractor
        self._form: Form = form

    def of_line(self, raw: bytes) -> Output | Failed:
        """What to print for a line; raises nothing."""
        article = article_line(raw)
        if isinstance(article, str):
            return Failed(article)
        try:
            return Output(self._printed(article))
        except Exception as error:  # noqa: BLE001 - named and counted, as one that kills its worker; the rest goes on
            return Failed(f"facts cannot be found: {type(error).__name__}: {error}")

    def _printed(self, article: ArticleLine) -> bytes:
        reading = reading_of(article)
        if self._form == "facts":
            return _json({"id": article.id, "facts": [fact_object(fact) for fact in self._extractor.facts(reading)]})
        candidates = self._extractor.candidates(reading)
        if self._form == "explanation_json":
            return _json({"id": article.id, "candidates": [candidate_object(one) for one in candidates]})
        title = one_line(article.title or "", _SHOWN_TITLE)
        head = f"article {one_line(str(article.id), _SHOWN_TITLE)}{f': {title}' if title else ''}"
        return ("\n".join([head, *candidate_lines(candidates)]) + "\n").encode()


def extract_all(
    lines: Iterable[InputLine], form: Form, *, workers: int
) -> Generator[tuple[InputLine, Output | Failed]]:
    """Each line with its outcome, in order; closing the iterator ends the workers.

    Few lines are worked on in this process, whatever `workers` says.
    """
    left = batches_of(lines, _size)
    first, is_all = _first_batches(left)
    batches = chain(first, left)
    if workers == 1 or is_all:
        extraction = Extraction(FactExtractor(load_catalogue()), form)
        for batch in batches:
            for line in batch:
                yield line, extraction.of_line(line.raw)
        return
    pool = WorkerPool(workers, prepare=prepare, prepare_with=(form,))
    try:
        yield from outcomes_in_order(batches, Task(work, _failed), pool, ahead=workers * BATCHES_AHEAD)
    finally:
        pool.close()


_extraction: Extraction | None = None


def prepare(form: Form) -> None:
    """Load what this worker needs; run before its first task."""
    global _extraction  # noqa: PLW0603 - see the module's docstring
    _extraction = Extraction(FactExtractor(load_catalogue()), form)
    settle()


def work(lines: list[InputLine]) -> list[Output | Failed]:
    """The outcome for each line, in order."""
    if _extraction is None:
        raise RuntimeError("prepare() runs first")
    return [_extraction.of_line(line.raw) for line in lines]


def _first_batches(batches: Iterable[list[InputLine]]) -> tuple[Sequence[list[InputLine]], bool]:
    """So many batches that workers are worth their start, or all there are."""
    first: list[list[InputLine]] = []
    articles = taken = 0
    for batch in batches:
        first.append(batch)
        articles += len(batch)
        taken += sum(map(_size, batch))
        if articles >= FEWEST_FOR_WORKERS or taken >= _MOST_BYTES_ALONE:
            return first, False
    return first, True


def _failed(_line: InputLine, error: WorkFailedError) -> Output | Failed:
    return Failed(str(error))


def _size(line: InputLine) -> int:
    return len(line.raw)


def _json(value: dict[str, Any]) -> bytes:
    return _encoder.encode(value) + b"\n"
