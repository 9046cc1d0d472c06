"""Why a rule fires on an article or does not (`tocsin rules explain`): each condition, with what it stands on.

Pure values; `explain_text` renders them. It evaluates with the same programs as matching does, part by part, so that it
cannot say other than what happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from consumers.rules.authoring.reasons import Reasons, condition_text, default_tests
from consumers.rules.engine.compiled import SetAside, hits_of
from consumers.rules.engine.evaluation import MAX_STEPS, Context, LeafHit, Region, TooCostlyError
from consumers.rules.engine.evidence import evidence
from consumers.rules.engine.program import Builder, InFieldsNode
from consumers.rules.engine.scopes import WithinNode
from consumers.rules.engine.table import ArticleLeaves, FactSource, LeafTable
from consumers.rules.model import All, Any_, AtLeast, Condition, InFields, Not, Phrase, Query, Rule, Scope, Within
from monitor.actors import Registry
from monitor.core.match import Evidence
from monitor.text.reading import Reading

MAX_SHOWN_HITS = 5  # of one condition
_STEPS = 100 * MAX_STEPS  # a person waits for one article, and wants to see why a rule is too costly


@dataclass(frozen=True)
class ExplainedCondition:
    """One condition, and whether it held.

    Attributes:
        text: As its author would name it.
        hits: What it stands on, the first `MAX_SHOWN_HITS`; of a condition made of parts, its parts say.
        reason: The nearest reason why it failed; None where it held, or where its parts say.
        defaults: Tests of a fact condition that hold because the language says so.
        is_absent: It failed as nothing like it stands in the article: there is nothing nearer to say.
        children: Its parts.
        needed: How many of its parts must hold; 0: none may.
    """

    text: str
    held: bool
    hits: tuple[Evidence, ...] = ()
    reason: str | None = None
    defaults: tuple[str, ...] = ()
    is_absent: bool = False
    children: tuple[ExplainedCondition, ...] = ()
    needed: int = 1


@dataclass(frozen=True)
class Explanation:
    """Why a rule fires on an article or does not.

    Attributes:
        fires: What `when` and the filters come to, whatever the status.
        filters: By id, those that cover the rule; one that held keeps it from firing.
        note: What else keeps it from sending an alert (its status), or from being evaluated.
    """

    rule: Rule
    fires: bool
    when: ExplainedCondition
    filters: tuple[tuple[str, ExplainedCondition], ...] = ()
    note: str | None = None


def explain(
    rule: Rule,
    registry: Registry,
    reading: Reading,
    *,
    facts: FactSource | None = None,
    set_aside: SetAside | None = None,
) -> Explanation:
    """Why the rule fires on this article or does not; disabled rules too.

    Args:
        registry: With what the rule's files add to it (`compiled.registry_with`).
        set_aside: Why it is evaluated no more, where that is known.

    Raises:
        Exception: The rule means nothing (the loader lets none through), or the facts cannot be found.
    """
    table = LeafTable(registry)
    builder = Builder(table)
    for condition in (rule.when, *(filter_.when for filter_ in rule.filters)):
        builder.build(condition)
    leaves = table.article(reading, facts)
    context = Context(leaves, _STEPS)
    explainer = _Explainer(builder, context, table)
    when = explainer.explained(rule.when, context.whole)
    filters = tuple((filter_.id, explainer.explained(filter_.when, context.whole)) for filter_ in rule.filters)
    fires = when.held and not any(condition.held for _, condition in filters)
    return Explanation(rule, fires, when, filters, _note(rule, set_aside, builder, leaves))


def _note(rule: Rule, set_aside: SetAside | None, builder: Builder, leaves: ArticleLeaves) -> str | None:
    if set_aside is not None:
        return f"the rule is set aside until rules are loaded again: {set_aside.reason}"
    if rule.status == "disabled":
        return "status disabled: the rule is not evaluated"
    context = Context(leaves)
    try:
        for condition in (rule.when, *(filter_.when for filter_ in rule.filters)):
            builder.nodes[id(condition)].hits(context, context.whole)
    except TooCostlyError:
        return f"the rule takes more than {MAX_STEPS} steps in this article: it would be set aside"
    return "status shadow: what it decides is recorded and not sent" if rule.status == "shadow" else None


class _Explainer:
    def __init__(self, builder: Builder, context: Context, table: LeafTable) -> None:
        self._builder = builder
        self._context = context
        self._table = table
        self._reasons = Reasons(context, table)

    def explained(self, condition: Condition, region: Region) -> ExplainedCondition:
        """A condition as it stands in a region."""
        found = self._hits(condition, region)
        held = found is not None
        match condition:
            case Query() if not isinstance(condition.condition, Phrase):
                inner = condition.condition
                joined = inner.parts if isinstance(inner, (All, Any_)) else (inner,)
                return self._of_parts(condition, held, joined, region)
            case All() | Any_() | AtLeast():
                return self._of_parts(condition, held, condition.parts, region)
            case Not():
                reason = None if held else "what it excludes is there"
                return self._of_parts(condition, held, [condition.part], region, reason)
            case InFields():
                node = cast("InFieldsNode", self._builder.nodes[id(condition)])
                return self._of_parts(condition, held, [condition.part], node.narrowed(self._context, region))
            case Within():
                return self._within(condition, held, region)
        return self._leaf(condition, found, region)

    def _of_parts(
        self,
        condition: Condition,
        held: bool,
        parts: Sequence[Condition],
        region: Region,
        reason: str | None = None,
    ) -> ExplainedCondition:
        children = tuple(self.explained(part, region) for part in parts)
        needed = _needed(condition, len(children))
        return ExplainedCondition(condition_text(condition), held, reason=reason, children=children, needed=needed)

    def _leaf(self, condition: Condition, found: set[LeafHit] | None, region: Region) -> ExplainedCondition:
        hits = hits_of(found or set(), self._context.leaves, self._table)
        why = None if found is not None else self._reasons.why_not(condition, region)
        return ExplainedCondition(
            condition_text(condition),
            found is not None,
            tuple(evidence(self._context.reading, hit) for hit in hits[:MAX_SHOWN_HITS]),
            None if why is None else why.text,
            default_tests(condition),
            is_absent=why is not None and why.is_absent,
        )

    def _within(self, condition: Within, held: bool, region: Region) -> ExplainedCondition:
        node = cast("WithinNode", self._builder.nodes[id(condition)])
        units = node.units(self._context, region)
        if held:
            unit = next(unit for unit in units if node.part.hits(self._context, unit) is not None)
            return self._of_parts(condition, held, [condition.part], unit)
        if condition.scope is Scope.TITLE:
            title = next(iter(units), None)
            if title is None:
                return ExplainedCondition(condition_text(condition), held, reason="the article has no title")
            return self._of_parts(condition, held, [condition.part], title)
        return self._of_parts(condition, held, [condition.part], region, self._apart(condition, region))

    def _apart(self, condition: Within, region: Region) -> str | None:
        """Where the parts stand that should stand together; None where one of them stands nowhere, which it says."""
        parts = _conjuncts(condition.part)
        found = [(part, self._hits(part, region)) for part in parts]
        if any(hits is None for _, hits in found):
            return None
        where = [
            f"{condition_text(part)} stands in {self._reasons.where(hits, condition.scope)}"
            for part, hits in found
            if hits
        ]
        return f"no {condition.scope} has it all: {'; '.join(where)}" if where else f"no {condition.scope} has it all"

    def _hits(self, condition: Condition, region: Region) -> set[LeafHit] | None:
        return self._builder.nodes[id(condition)].hits(self._context, region)


def _needed(condition: Condition, parts: int) -> int:
    if isinstance(condition, AtLeast):
        return condition.count
    if isinstance(condition, Not):
        return 0
    joined = condition.condition if isinstance(condition, Query) else condition
    return parts if isinstance(joined, All) else 1


def _conjuncts(condition: Condition) -> list[Condition]:
    if isinstance(condition, Query) and isinstance(condition.condition, All):
        return _conjuncts(condition.condition)
    if isinstance(condition, All):
        return [inner for part in condition.parts for inner in _conjuncts(part)]
    return [condition]
