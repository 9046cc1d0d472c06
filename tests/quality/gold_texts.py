"""The gold texts: what a careful reader finds in them. `held_out` is for measuring, `open` also for learning from.

One YAML file a theme and type, named `casualties_*` or `calls_*`; an entry has `id`, `title` or `text` or both, and
`facts`: all there are of the file's type. Of a fact only the keys that stand there are compared. Facts under `may` can
be found or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
import yaml

from monitor.core.fact import FACT_TYPES
from monitor.text.reading import Reading, read

FOLDER = Path(__file__).parent / "gold"
TYPE_OF_FILE = {"casualties": "casualties", "calls": "leader_call"}
Half = Literal["held_out", "open"]
HALVES: tuple[Half, ...] = get_args(Half)

GoldFact = dict[str, Any]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    title: str = ""
    text: str = ""
    published_at: date | None = None
    tags: list[str] = []
    facts: list[GoldFact] = []
    may: list[GoldFact] = []


@dataclass(frozen=True)
class GoldText:
    """A text with what is in it.

    Attributes:
        type: The type of its facts; those of other types are not compared.
        may: Facts that may be found without being asked for.
    """

    id: str
    type: str
    half: Half
    title: str
    text: str
    published_at: date | None
    tags: tuple[str, ...]
    facts: tuple[GoldFact, ...]
    may: tuple[GoldFact, ...]

    def reading(self) -> Reading:
        """The text as extractors read it."""
        return read({"title": self.title, "text": self.text}, lang="en", on=self.published_at)


def load_gold() -> tuple[GoldText, ...]:
    """All gold texts, in the order of their files.

    Raises:
        ValueError: An entry is not as it should be; the sentence names file and entry.
    """
    return tuple(
        text for half in HALVES for path in sorted((FOLDER / half).glob("*.yaml")) for text in _read(path, half)
    )


def _read(path: Path, half: Half) -> Iterator[GoldText]:
    kind = TYPE_OF_FILE[path.name.partition("_")[0]]
    known = {field.name for field in msgspec.structs.fields(FACT_TYPES[kind])}
    for number, raw in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1):
        try:
            entry = msgspec.convert(raw, _Entry)
        except msgspec.ValidationError as error:
            raise ValueError(f"{path.name}: entry {number}: {error}") from error
        facts, may = tuple(entry.facts), tuple(entry.may)
        unknown = {key for fact in (*facts, *may) for key in fact if key not in known}
        if unknown or not (entry.title or entry.text):
            raise ValueError(f"{path.name}: {entry.id}: unknown keys {sorted(map(str, unknown))}, or no words")
        yield GoldText(entry.id, kind, half, entry.title, entry.text, entry.published_at, tuple(entry.tags), facts, may)
