"""`tocsin actors`: look at the catalogue of actors, and try who is meant in a text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import click

from monitor.actors import Actor, ActorKind, ActorScanner, Mention, Registry, UnknownActorError, load_catalogue
from monitor.actors.counts import catalogue_counts, names_by_script
from monitor.actors.model import Office
from monitor.actors.staleness import REASONS, stale_entries
from monitor.cli.main import FAILED, FINE
from monitor.core.codec import encode
from monitor.core.durations import parse_duration
from monitor.core.errors import UsageError
from monitor.core.escape import one_line
from monitor.text.reading import Reading, read
from monitor.web.words import counted

_CHECK_AGAIN_AFTER = "180d"
_SHOWN_CHARACTERS = 100

_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_on_option = click.option(
    "--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day that decides who holds an office (2026-11-27)."
)


@click.group(epilog="Example: tocsin actors show vladimir-putin")
def actors() -> None:
    """Who is who: actors, their names and offices."""


@actors.command("list", epilog="Example: tocsin actors list --kind organisation")
@click.option("--kind", type=click.Choice([kind.value for kind in ActorKind]), help="Only actors of this kind.")
@click.option("--counts", is_flag=True, help="How many there are, by kind, by script of their names, and by source.")
@_json_option
def list_actors(kind: str | None, counts: bool, as_json: bool) -> int:
    """List the actors that rules can name."""
    registry = load_catalogue()
    if counts:
        return _print_counts(registry, as_json)
    for actor in registry:
        if kind is not None and actor.kind.value != kind:
            continue
        if as_json:
            print(
                encode({"id": actor.id, "kind": actor.kind.value, "name": actor.name, "source": actor.source}).decode()
            )
        else:
            print(f"{actor.id:<44} {actor.kind.value:<13} {one_line(actor.name, _SHOWN_CHARACTERS)}")
    return FINE


@actors.command(epilog="Example: tocsin actors show president@ukraine --on 2019-05-01")
@click.argument("actor_id", metavar="ID")
@_on_option
@_json_option
def show(actor_id: str, on: datetime | None, as_json: bool) -> int:
    """Show an actor, an office or whom a set means.

    Names by script, offices with their dates (* marks those held on the day), source. Positions such as
    leaders(nato-member) are answered too.
    """
    registry = load_catalogue()
    try:
        position = registry.position(actor_id)
    except UnknownActorError as error:
        raise UsageError(str(error)) from error
    day = on.date() if on else None
    actor, office = registry.get(position.text), registry.office(position.text)
    if as_json:
        known = _actor_json(registry, actor) if actor else _office_json(office) if office else {"id": position.text}
        print(encode(known | {"members": sorted(registry.members(actor_id, day))}).decode())
        return FINE
    lines = _actor_lines(registry, actor, day) if actor else _office_lines(office) if office else [position.text]
    if not actor:
        whose = ", ".join(sorted(registry.members(actor_id, day))) or "nobody"
        lines.append(f"  {f'on {day}' if day else 'now'}: {whose}")
    print("\n".join(_safe(line) for line in lines))
    return FINE


@actors.command(epilog="Example: tocsin actors stale --on 2027-01-01")
@_on_option
@click.option("--after", default=_CHECK_AGAIN_AFTER, show_default=True, help="How long a check of facts is good for.")
@_json_option
def stale(on: datetime | None, after: str, as_json: bool) -> int:
    """List what may be out of date in the catalogue.

    Offices without a holder on the day, people acting in an office for long, facts not checked for long. Exits 1
    when there are some.
    """
    day = on.date() if on else datetime.now(UTC).date()
    found = stale_entries(load_catalogue(), day, _duration(after))
    for one in found:
        if as_json:
            since = one.since.isoformat() if one.since else None
            print(encode({"id": one.id, "reason": one.reason, "since": since}).decode())
        else:
            print(f"{one.id:<52} {one.reason}{f' (since {one.since})' if one.since else ''}")
    if not as_json:
        counts = [(reason, sum(one.reason == reason for one in found)) for reason in REASONS]
        parts = ", ".join(f"{count} {reason}" for reason, count in counts if count)
        print(f"{counted(len(found), 'entry', 'entries')} may be out of date on {day}: {parts or 'none'}")
    return FAILED if found else FINE


@actors.command(epilog="Example: tocsin actors resolve 'Macron called his Russian counterpart' --on 2025-11-07")
@click.argument("text")
@_on_option
@click.option("--lang", default="und", help="The language of the text; unknown if left out.")
@_json_option
def resolve(text: str, on: datetime | None, lang: str, as_json: bool) -> int:
    """Say who is meant in a text, where and how.

    By a name, a title or a seat ("the Kremlin"), or as somebody's counterpart, on the day.
    """
    reading = read({"text": text}, lang=lang, on=on.date() if on else None)
    registry = load_catalogue()
    found = ActorScanner(registry).scan(reading).all()
    for mention in found:
        start, end = _span(reading, mention)
        if as_json:
            print(encode(_mention_json(mention, (start, end), text[start:end])).decode())
        else:
            words = one_line(text[start:end], _SHOWN_CHARACTERS)
            print(f"{start}-{end}  {words}  {mention.actor}  {_how(mention)}")
    if not found and not as_json:
        print("nobody in the catalogue is meant")
    return FINE


def _safe(line: str) -> str:
    return " " * (len(line) - len(line.lstrip())) + one_line(line)


def _print_counts(registry: Registry, as_json: bool) -> int:
    counts = catalogue_counts(registry)
    if as_json:
        by_script = {f"{kind} {script}": number for (kind, script), number in counts.with_script.items()}
        entries = {"offices": counts.offices, "holdings": counts.holdings, "sets": counts.sets}
        actors_counts = {"actors": counts.actors, "with_script": by_script, "names": counts.names}
        print(encode(actors_counts | entries | {"sources": counts.sources}).decode())
        return FINE
    for kind, number in sorted(counts.actors.items()):
        scripts = sorted(
            ((count, script) for (of, script), count in counts.with_script.items() if of == kind), reverse=True
        )
        shown = ", ".join(f"{script} {count}" for count, script in scripts)
        print(f"{kind:<13} {number:>5}   with names in {shown}")
    names = ", ".join(f"{script} {count}" for script, count in sorted(counts.names.items(), key=lambda one: -one[1]))
    print(f"{'names':<13} {sum(counts.names.values()):>5}   {names}")
    print(f"{'offices':<13} {counts.offices:>5}   held {counts.holdings} times")
    print(f"{'sets':<13} {counts.sets:>5}")
    for source, number in sorted(counts.sources.items(), key=lambda one: -one[1]):
        print(f"{number:>19}   entries from {source}")
    return FINE


def _actor_lines(registry: Registry, actor: Actor, day: date | None) -> list[str]:
    lines = [f"{actor.name}  ({actor.id}, {actor.kind.value.replace('_', ' ')})"]
    if actor.since or actor.until:
        lines.append(f"  exists: {_time(actor.since, actor.until)}")
    lines += [f"  {script}: {', '.join(names)}" for script, names in names_by_script(actor).items()]
    lines += [f"  {what}: {', '.join(texts)}" for what, texts in _conditions(actor) if texts]
    for office, held in registry.holdings_of(actor.id):
        present = held.until is None if day is None else held.covers(day)
        acting = ", acting" if held.acting else ""
        lines.append(f"  {office.id}: {_time(held.since, held.until)}{acting}{' *' if present else ''}")
    for office in registry.offices_in(actor.id):
        holders = ", ".join(held.person for held in office.held(day)) or "nobody"
        lines.append(f"  {office.id}: {holders}")
    lines.append(f"  source: {actor.source}{f' (checked {actor.checked})' if actor.checked else ''}")
    return lines


def _conditions(actor: Actor) -> list[tuple[str, tuple[str, ...]]]:
    weak = tuple(name for names in actor.weak.values() for name in names)
    surnames = tuple(name for names in actor.surnames.values() for name in names)
    return [
        ("surnames, unless somebody else's", surnames),
        ("only with support", weak),
        ("context that supports", actor.context),
        ("swallowed inside", actor.blocked_by),
    ]


def _office_lines(office: Office) -> list[str]:
    lines = [f"{office.id}  ({office.role} of {office.of}{', leads' if office.leads else ''})"]
    lines += [f"  titles {lang}: {', '.join(titles)}" for lang, titles in office.titles.items()]
    lines += [
        f"  titles, wherever they stand, {lang}: {', '.join(titles)}" for lang, titles in office.titles_alone.items()
    ]
    lines += [f"  seats: {', '.join(office.seats)}"] if office.seats else []
    for held in office.holders:
        lines.append(f"  {held.person}: {_time(held.since, held.until)}{', acting' if held.acting else ''}")
    lines.append(f"  source: {office.source}{f' (checked {office.checked})' if office.checked else ''}")
    return lines


def _time(since: date | None, until: date | None) -> str:
    return f"{f'from {since}' if since else 'since ever'}{f' until {until}' if until else ''}"


def _actor_json(registry: Registry, actor: Actor) -> dict[str, object]:
    return {
        "id": actor.id,
        "kind": actor.kind.value,
        "name": actor.name,
        "names": names_by_script(actor),
        "offices": [
            {"office": office.id, "from": held.since, "until": held.until, "acting": held.acting}
            for office, held in registry.holdings_of(actor.id)
        ],
        "source": actor.source,
        "checked": actor.checked,
    }


def _office_json(office: Office) -> dict[str, object]:
    return {
        "id": office.id,
        "role": office.role,
        "of": office.of,
        "leads": office.leads,
        "seats": office.seats,
        "holders": [
            {"person": held.person, "from": held.since, "until": held.until, "acting": held.acting}
            for held in office.holders
        ],
        "source": office.source,
        "checked": office.checked,
    }


def _mention_json(mention: Mention, span: tuple[int, int], words: str) -> dict[str, object]:
    return {
        "actor": mention.actor,
        "span": span,
        "text": words,
        "direct": mention.direct,
        "office": mention.office,
        "seat": mention.seat,
    }


def _span(reading: Reading, mention: Mention) -> tuple[int, int]:
    tokens = reading.fields[mention.index].tokens
    return tokens.starts[mention.first], tokens.ends[mention.after - 1]


def _how(mention: Mention) -> str:
    if mention.direct:
        return "by name"
    return f"as seat of {mention.office}" if mention.seat else f"as {mention.office}"


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--after {one_line(text, 40)!r}: {error}") from error
