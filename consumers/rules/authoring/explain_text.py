"""An explanation as lines for a person: first why the rule is silent, then what held and what failed.

Why not every condition: a filter of twenty words that stand nowhere is one line, and of an `any` that held only what
held is shown. `tocsin rules explain --json` has all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consumers.rules.authoring.explain import ExplainedCondition, Explanation
from monitor.core.escape import one_line
from monitor.core.fact import LeaderCall
from monitor.core.match import Evidence

_SHOWN_NAMES = 6  # of a list
_SHOWN_CAUSES = 3
_SHOWN_CHARACTERS = 160  # of what an author wrote
_LISTS = ("actor", "named", "lang", "publisher", "url")  # conditions whose text is a list
# How far a failed condition is from holding: something like it stands there, nothing does, no such fact is known.
_NEAR, _ABSENT, _NO_FACT = 2, 4, 5


def lines(explanation: Explanation) -> list[str]:
    """The explanation as text, two spaces for each level."""
    rule = explanation.rule
    holding = [(name, condition) for name, condition in explanation.filters if condition.held]
    shown = [f"{rule.id}: {'fires' if explanation.fires else 'does not fire'}"]
    if explanation.note:
        shown.append(f"  note: {explanation.note}")
    if not explanation.fires:
        causes = [_listed(_causes(explanation.when), _SHOWN_CAUSES, "; ")] if not explanation.when.held else []
        causes += [f"filter {name} holds: {_standing(condition)}" for name, condition in holding]
        shown.append(f"  because {'; '.join(causes)}")
    shown += _lines(explanation.when, 1)
    for name, condition in explanation.filters:
        outcome = "holds, so the rule does not fire" if condition.held else "does not hold"
        shown.append(f"  filter {name}: {outcome}")
        shown += _lines(condition, 2) if condition.held else ()
    return shown


def fact_text(hit: Evidence) -> str:
    """The fact on which a rule stands, where it stands on one: type and what decides, in brackets."""
    if hit.fact is None:
        return ""
    fact = hit.fact
    keys = ("role", "low", "high", "per", "side", "mode", "modality")
    found = [(key, getattr(fact, key, None)) for key in keys]
    if isinstance(fact, LeaderCall):
        found.insert(0, ("participants", ", ".join(one.actor or one.office or one.text for one in fact.participants)))
    shown = ", ".join(f"{key} {value}" for key, value in found if value not in (None, ""))
    return f" [{one_line(shown, 2 * _SHOWN_CHARACTERS)}]"


def _lines(condition: ExplainedCondition, level: int) -> Iterator[str]:
    condition, label = _joined(condition)
    space = "  " * level
    absent = _absent(condition)
    if absent:
        key = "query" if label.startswith("query: ") else label  # its words follow
        yield f"{space}{_outcome(condition)}  {key}: {_none_stands(absent)}"
        return
    if condition.held and condition.needed == 0:
        excluded = _listed(_names(_leaves(condition, held=True)), _SHOWN_NAMES, ", ")
        yield f"{space}held  {label}: {excluded or 'what it excludes'}"
        return
    if condition.is_absent and not condition.defaults:
        yield f"{space}{_outcome(condition)}  {label} ({condition.reason})"
        return
    yield f"{space}{_outcome(condition)}  {label}"
    if condition.defaults:
        yield f"{space}    by default: {', '.join(condition.defaults)}"
    if condition.reason:
        yield f"{space}    {one_line(condition.reason, 2 * _SHOWN_CHARACTERS)}"
    for hit in condition.hits:
        yield f"{space}    {_hit_line(hit)}"
    yield from _parts(condition, level + 1)


def _parts(condition: ExplainedCondition, level: int) -> Iterator[str]:
    """Those parts that made it hold or fail; what stands nowhere of several that were free to fail, in one line."""
    is_choice = 0 < condition.needed < len(condition.children)
    if condition.held or condition.needed == 0:
        shown = [part for part in condition.children if part.held]
    else:
        shown = [part for part in condition.children if not (is_choice and _is_nowhere(part))]
    if len(condition.children) - len(shown) == 1 and not condition.held:
        shown = list(condition.children)
    for part in shown:
        yield from _lines(part, level)
    rest = [part for part in condition.children if part not in shown]
    if rest and not condition.held:
        yield f"{'  ' * level}not held  {_none_stands([leaf for part in rest for leaf in _leaves(part, held=False)])}"
    elif rest and condition.needed > 0:
        yield f"{'  ' * level}({len(rest)} more {'does' if len(rest) == 1 else 'do'} not hold)"


def _is_nowhere(condition: ExplainedCondition) -> bool:
    return condition.is_absent or bool(_absent(condition))


def _joined(condition: ExplainedCondition) -> tuple[ExplainedCondition, str]:
    """A condition with a single part that says the same, as one: `same sentence, all`."""
    labels = [_label(condition)]
    while len(condition.children) == 1 and condition.needed == 1 and not (condition.reason or condition.hits):
        (condition,) = condition.children
        labels.append(_label(condition))
    if len(labels) > 1 and labels[0].startswith("query: "):
        return condition, labels[0]  # which has the words of its parts in it
    return condition, ", ".join(labels)


def _label(condition: ExplainedCondition, between: str = ", ") -> str:
    key, colon, rest = condition.text.partition(": ")
    if colon and key in _LISTS:
        return f"{key}: {_listed(rest.split(', '), _SHOWN_NAMES, between)}"
    return one_line(condition.text, _SHOWN_CHARACTERS)


def _absent(condition: ExplainedCondition) -> list[ExplainedCondition]:
    """Its leaves, where it is made of parts and nothing of them stands there; else none."""
    if not condition.children or condition.held != (condition.needed == 0) or _something_stands(condition):
        return []
    leaves = _leaves(condition, held=False)
    return leaves if len(leaves) > 1 and all(leaf.is_absent for leaf in leaves) else []


def _something_stands(condition: ExplainedCondition) -> bool:
    return bool(condition.hits) or any(_something_stands(part) for part in condition.children)


def _leaves(condition: ExplainedCondition, *, held: bool) -> list[ExplainedCondition]:
    """The leaves because of which a condition held, or failed."""
    if not condition.children:
        return [condition]
    wanted = held if condition.needed else not held
    return [leaf for part in condition.children if part.held == wanted for leaf in _leaves(part, held=wanted)]


def _none_stands(leaves: Sequence[ExplainedCondition]) -> str:
    names = _listed(_names(leaves), _SHOWN_NAMES, ", ")
    return f"none of {len(leaves)} stands: {names}"


def _names(leaves: Sequence[ExplainedCondition]) -> list[str]:
    return [_label(leaf, "|").removeprefix("query: ") for leaf in leaves]


def _outcome(condition: ExplainedCondition) -> str:
    return "held" if condition.held else "not held"


def _hit_line(hit: Evidence) -> str:
    actor = "" if hit.actor is None else f" = {hit.actor}{' (meant)' if hit.indirect else ''}"
    place = f"{hit.field} {hit.span[0]}-{hit.span[1]}"
    words = one_line(hit.text, _SHOWN_CHARACTERS)
    return f"{place} '{words}'{actor}{fact_text(hit)}: {one_line(hit.sentence, 2 * _SHOWN_CHARACTERS)}"


def _causes(condition: ExplainedCondition) -> list[str]:
    """What must be otherwise for a failed condition to hold, along the way on which the least must; nearest first."""
    return [text for _, text in sorted(_failures(condition), key=lambda cause: cause[0])]


def _failures(condition: ExplainedCondition) -> list[tuple[int, str]]:
    if condition.held:
        return []
    if not condition.children:
        reason = f"{_label(condition)}: {one_line(condition.reason or '', 2 * _SHOWN_CHARACTERS)}"
        far = _NO_FACT if condition.defaults else _ABSENT
        return [(far if condition.is_absent else _NEAR, reason)]
    if condition.needed == 0:
        return [(_NEAR, f"what it excludes is there: {_standing(condition)}")]
    failed = sorted((found for part in condition.children if (found := _failures(part))), key=_distance)
    missing = condition.needed - sum(part.held for part in condition.children)
    if missing <= 0 or not failed:
        return [(_NEAR, condition.reason or f"{_label(condition)}: does not hold of the same place")]
    return [cause for found in failed[:missing] for cause in found]


def _distance(failures: Sequence[tuple[int, str]]) -> int:
    return sum(far for far, _ in failures)


def _standing(condition: ExplainedCondition) -> str:
    """The first leaf on which what is excluded stands, with its words."""
    for leaf in _leaves(condition, held=condition.needed > 0):
        for hit in leaf.hits[:1]:
            return f"{_label(leaf)} ('{one_line(hit.text, _SHOWN_CHARACTERS)}' in the {hit.field})"
    return _label(condition)


def _listed(names: Sequence[str], count: int, between: str) -> str:
    more = f" and {len(names) - count} more" if len(names) > count + 1 else ""
    return between.join(names[:count] if more else names) + more
