"""What a condition means, whatever its spelling; and whether it asks for words at all."""

from __future__ import annotations

from consumers.rules.tree import (
    ActorCondition,
    All,
    Any_,
    AtLeast,
    Condition,
    FactCondition,
    InFields,
    LangCondition,
    Not,
    Phrase,
    PublisherCondition,
    Query,
    Terms,
    UrlCondition,
    Within,
)
from monitor.text.patterns import phrase_meaning


def meaning(condition: Condition) -> str:
    """A canonical text of what a condition means; equal for conditions that differ in spelling only."""
    match condition:
        case Query():
            return meaning(condition.condition)
        case AtLeast():
            return f"at_least({condition.count},{','.join(sorted(meaning(part) for part in condition.parts))})"
        case InFields():
            return f"in({','.join(sorted(condition.fields))},{meaning(condition.part)})"
        case All() | Any_():
            parts = sorted({meaning(part) for part in condition.parts})
            name = "all" if isinstance(condition, All) else "any"
            return parts[0] if len(parts) == 1 else f"{name}({','.join(parts)})"
        case Not():
            return f"not({meaning(condition.part)})"
        case Within():
            return f"within({condition.scope},{meaning(condition.part)})"
        case _:
            return _leaf_meaning(condition)


def _leaf_meaning(
    leaf: Phrase | ActorCondition | Terms | LangCondition | PublisherCondition | UrlCondition | FactCondition,
) -> str:
    match leaf:
        case Phrase():
            near = f"~{leaf.slop}" if leaf.slop else ""
            return f"phrase({phrase_meaning(leaf.text)}{near})"
        case ActorCondition():
            direct = "direct:" if leaf.direct else ""
            return f"actor({direct}{','.join(sorted(set(leaf.positions)))})"
        case Terms():
            return f"terms({','.join(sorted({f'{lang}:{meaning(part)}' for lang, part in leaf.phrases}))})"
        case LangCondition():
            return f"lang({','.join(sorted(set(leaf.langs)))})"
        case PublisherCondition():
            return f"publisher({','.join(sorted({name.casefold() for name in leaf.publishers}))})"
        case UrlCondition():
            return f"url({','.join(sorted({meaning(part) for part in leaf.phrases}))})"
        case FactCondition():
            tests = sorted(f"{test.key}={sorted(map(str, test.values))}" for test in leaf.tests)
            return f"fact({leaf.type},{','.join(tests)})"


def requires_words(condition: Condition) -> bool:
    """Whether the condition can hold only of an article in which some of its words stand, or some fact."""
    match condition:
        case Phrase() | ActorCondition() | Terms() | FactCondition():
            return True
        case LangCondition() | PublisherCondition() | UrlCondition() | Not():
            return False
        case InFields():
            return requires_words(condition.part)
        case AtLeast():
            return sum(requires_words(part) for part in condition.parts) > len(condition.parts) - condition.count
        case Query():
            return requires_words(condition.condition)
        case Within():
            return requires_words(condition.part)
        case All():
            return any(requires_words(part) for part in condition.parts)
        case Any_():
            return all(requires_words(part) for part in condition.parts)
