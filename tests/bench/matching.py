"""How fast articles are matched, at 100 and 1,000 rules, beside the naive way: `re` for each rule.

`python -m tests.bench.matching` prints a table. Articles of 210 words and rules are made up from a seed, of invented
words in five scripts' languages, with names from the catalogue between them. Times are of one core and vary with the
machine; the ratio of the two ways, taken in the same run, hardly does. The naive way is kinder to itself: it searches
for whole words without case, but folds no accents, knows no variants, sentences, offices or blocked names.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from consumers.rules.engine.compiled import CompiledRules
from consumers.rules.model import (
    ActorCondition,
    All,
    Any_,
    Condition,
    Not,
    Phrase,
    Query,
    Rule,
    RuleSet,
    Scope,
    Terms,
    Within,
)
from monitor.actors import Registry, load_catalogue
from monitor.text.reading import Reading, read

WORDS_PER_ARTICLE = 210
WORDS_PER_SENTENCE = 20
VOCABULARY = 4_000
NAIVE_ARTICLES = 10  # the naive way at 1,000 rules takes a good part of a second for one

SYLLABLES = {
    "en": ["ba", "ter", "mon", "sil", "dra", "ven", "cor", "pel", "tan", "ish", "urd", "ock", "lin", "fer", "gar"],
    "de": ["schlu", "bren", "wald", "ung", "heit", "tor", "mür", "kel", "strä", "fen", "gau", "berg", "zeit"],
    "ru": ["ва", "ло", "при", "сто", "мен", "гра", "дов", "ски", "зна", "раб", "тел", "кон", "фор", "лад"],
    "ar": ["با", "سل", "مر", "كت", "نو", "ري", "دا", "فع", "قم", "هي", "شر", "طل"],
    "zh": [chr(code) for code in range(0x4E10, 0x4E10 + 600)],
}


@dataclass(frozen=True)
class Made:
    """An invented article."""

    lang: str
    title: str
    body: str


class Maker:
    """Invents words, articles and rules from a seed."""

    def __init__(self, seed: int, registry: Registry) -> None:
        self._draw = Random(seed)
        self._words = {lang: self._vocabulary(lang) for lang in SYLLABLES}
        # As in every language, the word of rank n is about n times rarer than the first.
        self._weights = [*accumulate(1 / rank for rank in range(10, VOCABULARY + 10))]
        self._actors = [actor for actor in registry if actor.name.isascii()]

    def article(self) -> Made:
        """An article of one language; one sentence in four names somebody."""
        lang = self._draw.choice(sorted(SYLLABLES))
        sentences = [self._sentence(lang) for _ in range(WORDS_PER_ARTICLE // WORDS_PER_SENTENCE)]
        return Made(lang, self._sentence(lang, 10), " ".join(sentences))

    def rule(self, number: int) -> Rule:
        """A rule as people write them: two or three things that must come together."""
        lang = self._draw.choice(sorted(SYLLABLES))
        listed = Terms(f"t{number}", tuple((lang, Phrase(self._rare(lang))) for _ in range(8)))
        asked = Query("", Any_(tuple(Phrase(self._rare(lang)) for _ in range(4))))
        forms: list[Callable[[], Condition]] = [
            lambda: All((listed, asked)),
            lambda: Within(Scope.SENTENCE, All((listed, asked))),
            lambda: All((Phrase(f"{self._rare(lang)} {self._rare(lang)}", 8), listed)),
            lambda: All((asked, Phrase(self._rare(lang)), Not(Phrase(self._rare(lang))))),
            lambda: All((ActorCondition((self._draw.choice(self._actors).id,)), asked)),
        ]
        return Rule(f"r{number}", self._draw.choice(forms)(), "", f"r{number}")

    def _vocabulary(self, lang: str) -> list[str]:
        syllables = SYLLABLES[lang]
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words["".join(self._draw.choices(syllables, k=self._draw.randint(2, 4)))] = None
        return [*words]

    def _sentence(self, lang: str, count: int = WORDS_PER_SENTENCE) -> str:
        words = self._draw.choices(self._words[lang], cum_weights=self._weights, k=count)
        if self._draw.random() < 0.25:
            words[self._draw.randrange(count)] = self._draw.choice(self._actors).name
        return ("" if lang == "zh" else " ").join(words) + ("。" if lang == "zh" else ".")

    def _rare(self, lang: str) -> str:
        return self._words[lang][self._draw.randrange(100, VOCABULARY)]


def naive(condition: Condition, registry: Registry) -> Callable[[str], bool]:
    """The condition as a person would write it with `re` in an afternoon."""
    match condition:
        case Phrase():
            between = rf"\W+(?:\w+\W+){{0,{condition.slop}}}"
            return _search(between.join(map(re.escape, condition.text.split())))
        case Terms():
            return _search("|".join(re.escape(phrase.text) for _, phrase in condition.phrases))
        case ActorCondition():
            actor = registry.get(condition.positions[0])
            assert actor is not None
            return _search("|".join(re.escape(name.rstrip("~*")) for name in actor.every_name()))
        case Query():
            return naive(condition.condition, registry)
        case Not() | Within():
            part = naive(condition.part, registry)
            return part if isinstance(condition, Within) else lambda text: not part(text)
        case All() | Any_():
            parts = [naive(part, registry) for part in condition.parts]
            every = all if isinstance(condition, All) else any
            return lambda text: every(part(text) for part in parts)
    raise ValueError(condition)


def _search(pattern: str) -> Callable[[str], bool]:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return lambda text: found.search(text) is not None


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--rules", type=int, nargs="+", default=[100, 1_000])
    parser.add_argument("--passes", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    registry = load_catalogue()
    maker = Maker(arguments.seed, registry)
    articles = [maker.article() for _ in range(arguments.articles)]
    print(f"{'rules':>6} {'compile s':>9} {'articles/s':>10} {'matches each':>12} {'re/s':>8} {'ratio':>7}")
    for count in arguments.rules:
        rule_set = RuleSet(tuple(maker.rule(number) for number in range(count)))
        began = time.perf_counter()
        rules = CompiledRules(rule_set, registry)
        compiling = time.perf_counter() - began
        ours, matches = _ours(rules, articles, arguments.passes)
        theirs = _theirs(rule_set, registry, articles[:NAIVE_ARTICLES])
        each = matches / len(articles)
        print(f"{count:>6} {compiling:>9.2f} {ours:>10.0f} {each:>12.2f} {theirs:>8.1f} {ours / theirs:>6.0f}x")
    return 0


def _ours(rules: CompiledRules, articles: Sequence[Made], passes: int) -> tuple[float, int]:
    """Articles per second, tokenizing included, and matches."""
    best, matches = 0.0, 0
    for _ in range(passes):
        began = time.perf_counter()
        matches = sum(len(rules.match(_reading(article))) for article in articles)
        best = max(best, len(articles) / (time.perf_counter() - began))
    return best, matches


def _theirs(rule_set: RuleSet, registry: Registry, articles: Sequence[Made]) -> float:
    searches = [naive(rule.when, registry) for rule in rule_set]
    began = time.perf_counter()
    for article in articles:
        text = f"{article.title}\n{article.body}"
        for search in searches:
            search(text)
    return len(articles) / (time.perf_counter() - began)


def _reading(article: Made) -> Reading:
    return read({"title": article.title, "body": article.body}, lang=article.lang)


if __name__ == "__main__":
    sys.exit(main())
