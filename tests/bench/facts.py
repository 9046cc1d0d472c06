"""How fast facts are found, and that no text takes long.

`python -m tests.bench.facts` prints a table: articles of 400 words, made up from a seed, in which no fact can be (their
words are of markets, weather and sport, with numbers), and such in which some sentences tell of casualties or of calls.
Times are of one core and vary with the machine; the ratio to a naive scan in the same run (one `re` alternation of
words and numbers over the text, and nothing made of what it finds) hardly does.

`python -m tests.bench.facts hostile` looks for facts in texts made to hurt and in random ones, each as long as an
article may be; the exit code is 1 where one takes more than a second, reading its words included.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import Random
from types import FrameType

from consumers.facts.extractor import FactExtractor
from monitor.actors import load_catalogue
from monitor.text.reading import Reading, read
from tests.support.hostile_texts import hostile_texts, random_text

WORDS_PER_ARTICLE = 400
FACT_SENTENCES = 4
HOSTILE_SECONDS = 1.0
_GIVEN_UP_SECONDS = 30
_DAY = date(2026, 3, 5)

_SUBJECTS = [
    "The index",
    "The club",
    "The bakery on Mill Street",
    "A storm",
    "The new bridge",
    "Her team",
    "The council",
]
_VERBS = ["rose by", "fell to", "has sold", "expects", "cost", "plans to spend", "counted", "came close to"]
_NUMBERS = ["12", "3.5", "1,500", "two", "a dozen", "some 40", "2026", "nearly 200", "7:30", "14,000"]
_THINGS = ["points", "euros", "tickets", "loaves", "kilometres", "goals", "millimetres of rain", "pages", "tonnes"]
_ENDS = ["on Thursday", "since spring", "in the second half", "as traders waited", "before the break", "near the coast"]
_PLAIN = [
    "Nobody at the market had seen such a crowd for years, and the bakers smiled.",
    "The minister of culture opened the library with a short speech about maps.",
    "Analysts see no reason for alarm, although oil prices may climb again.",
]
_FACTS = [
    "At least {n} people were killed and {m} injured when a bus fell into a river, police said.",
    "Russia lost {n} soldiers in a day near Kharkiv, Ukraine's general staff reported on Thursday.",
    "The death toll rose to {n}, including {m} children, the health ministry said.",
    "{n} miners are still missing after the collapse, and {m} bodies have been found.",
    "Donald Trump and Vladimir Putin spoke by phone on Thursday, the Kremlin said.",
    "President Emmanuel Macron held a telephone conversation with his Ukrainian counterpart about grain.",
    "Zelenskyy said he would call the German chancellor on Friday.",
]
_NAIVE = re.compile(
    r"\b(?:\d[\d,.]*|dozens?|scores|hundreds?|thousands?|millions?|two|three|four|five|six|seven|eight|nine|ten|killed|"
    r"kills?|killing|dead|deaths?|died|dies|wounded|injured|injures|hurt|casualties|victims|bodies|toll|missing|captured|"
    r"shot|murdered|slain|massacred|lost|fatalities|phoned?|telephoned?|calls?|called|spoke|talked|video|conversation|"
    r"conversations|talks|president|minister|chancellor|king|pope)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Made:
    """An invented article."""

    title: str
    text: str

    def reading(self) -> Reading:
        """Its words."""
        return read({"title": self.title, "text": self.text}, lang="en", on=_DAY)


def make_article(chance: Random, fact_sentences: int) -> Made:
    """An article of some 400 words."""
    sentences = [_fact(chance) for _ in range(fact_sentences)]
    words = sum(len(sentence.split()) for sentence in sentences)
    while words < WORDS_PER_ARTICLE:
        sentences.append(_plain(chance))
        words += len(sentences[-1].split())
    chance.shuffle(sentences)
    paragraphs = [" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4)]
    return Made(_plain(chance), "\n\n".join(paragraphs))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["speed", "hostile"], default="speed")
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--passes", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--random", type=int, default=60, help="hostile: so many texts made by chance, too")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    extractor = FactExtractor(load_catalogue())
    if arguments.what == "hostile":
        return _hostile(extractor, arguments.random)
    chance = Random(arguments.seed)
    print(f"{'articles of 400 words':<24} {'articles/s':>10} {'facts each':>10} {'re/s':>8} {'ratio':>6}")
    for name, sentences in (("no fact can be", 0), ("with facts", FACT_SENTENCES)):
        articles = [make_article(chance, sentences) for _ in range(arguments.articles)]
        facts = sum(len(extractor.facts(article.reading())) for article in articles) / len(articles)
        ours = _per_second(articles, lambda article: extractor.facts(article.reading()), arguments.passes)
        naive = _per_second(articles, lambda article: _NAIVE.findall(article.text), arguments.passes)
        print(f"{name:<24} {ours:>10.0f} {facts:>10.1f} {naive:>8.0f} {ours / naive:>6.2f}")
    return 0


def _per_second(articles: Sequence[Made], work: Callable[[Made], object], passes: int) -> float:
    best = 0.0
    for _ in range(passes):
        began = time.process_time()
        for article in articles:
            work(article)
        best = max(best, len(articles) / (time.process_time() - began))
    return best


def _hostile(extractor: FactExtractor, randoms: int) -> int:
    slow = 0
    texts = {**hostile_texts(), **{f"random {seed}": random_text(Random(seed)) for seed in range(randoms)}}
    for name, text in texts.items():
        began = time.process_time()
        try:
            with _given_up_after(_GIVEN_UP_SECONDS):
                facts = str(len(extractor.facts(read({"text": text}, lang="en", on=_DAY))))
        except TimeoutError:
            facts = "given up"
        seconds = time.process_time() - began
        slow += seconds > HOSTILE_SECONDS
        print(
            f"{seconds:>7.3f} s {facts:>8} facts  {name}{'  TOO SLOW' if seconds > HOSTILE_SECONDS else ''}", flush=True
        )
    print(f"{slow} of {len(texts)} texts take more than {HOSTILE_SECONDS:g} s")
    return 1 if slow else 0


@contextmanager
def _given_up_after(seconds: int) -> Iterator[None]:
    def on_alarm(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _plain(chance: Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(_PLAIN)
    parts = [chance.choice(words) for words in (_SUBJECTS, _VERBS, _NUMBERS, _THINGS, _ENDS)]
    return f"{' '.join(parts)}."


def _fact(chance: Random) -> str:
    return chance.choice(_FACTS).format(n=chance.randint(11, 900), m=chance.randint(2, 10))


if __name__ == "__main__":
    sys.exit(main())
