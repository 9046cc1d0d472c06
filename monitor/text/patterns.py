"""What people look for in texts: from what they write (see `syntax`) to what is searched for, with its variants."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

from monitor.core.article import UNKNOWN_LANGUAGE
from monitor.text.clitics import particles, proclitics, takes_clitics, with_article
from monitor.text.compounds import respelled
from monitor.text.folding import fold
from monitor.text.inflection import stems
from monitor.text.plurals import PLURAL_LANGUAGES, plural_variants
from monitor.text.syntax import MAX_PATTERN_WORDS, PatternError, Written, WrittenWord, read_pattern
from monitor.text.words import Pattern, Word, WordKind, spelling

__all__ = ["Pattern", "PatternError", "Word", "WordKind", "patterns_of", "phrase_meaning", "spelling", "word_patterns"]

# Texts that `read_pattern` takes as they are and cuts only between words: no marks, no signs, one script.
_ONLY_WORDS = re.compile(
    "[A-Za-z0-9\u00c0-\u024f\u0400-\u0481\u048a-\u052f .,-]+|[\u0621-\u063f\u0641-\u064a\u0671-\u06d3 ]+"
)
_LETTERS = re.compile(r"[^\W_]+")
_ONLY_CHARACTERS = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff]+")  # each of which is a word
_JOINING_LANGUAGES = ("en", "de")  # where the last part of a compound takes the plural


def patterns_of(text: str, *, lang: str | None = None, variants: bool = True) -> tuple[Pattern, ...]:
    """What a written pattern searches for, any of which is enough; the pattern itself first.

    Args:
        lang: The language of the articles in which it counts; None or `und`: all. Then each variant carries the
            language whose rules it is made by.
        variants: Plurals, compounds and the Arabic article, too. Not for names.

    Raises:
        PatternError: It has no word, or asks for what cannot be searched for.
    """
    lang = None if lang == UNKNOWN_LANGUAGE else lang
    plain = () if variants else _plain_words(text)
    if plain:
        return (Pattern(plain, None, lang),)
    written = read_pattern(text)
    if written.exact is not None:
        return (Pattern(tuple(Word(word.text) for word in written.words), written.exact, lang),)
    if not variants and not any(word.mark for word in written.words):
        return (Pattern(_words(written.words, {}), None, lang),)
    found = dict.fromkeys(Pattern(words, None, only) for words, only in _readings(written.words, lang))
    if variants and not any(word.mark for word in written.words):
        found |= dict.fromkeys(_variants(written.words, lang))
    everywhere = {pattern.words for pattern in found if pattern.lang is None}
    return tuple(pattern for pattern in found if pattern.lang is None or pattern.words not in everywhere)


def word_patterns(text: str, *, lang: str | None = None) -> tuple[tuple[Pattern, ...], ...]:
    """For each word of a phrase, the patterns of one word that may stand there: for phrases with words between.

    Raises:
        PatternError: As `patterns_of`.
    """
    lang = None if lang == UNKNOWN_LANGUAGE else lang
    written = read_pattern(text)
    return tuple(_one_word(word, written, lang) for word in written.words)


@lru_cache(maxsize=10_000)
def phrase_meaning(text: str) -> str:
    """A canonical text of a written pattern: equal for spellings that mean the same.

    Folded where case and accents make no difference; "Paris" and "paris" differ, since only one has a singular.

    Raises:
        PatternError: As `patterns_of`.
    """
    written = read_pattern(text)
    if written.exact is not None:
        return "=" + written.exact.replace("\\", "\\\\")  # as it is read: with `\` escaped
    meant = patterns_of(text)
    surfaces = [word.surface for word in written.words]
    lower = [surface.lower() for surface in surfaces]
    titled = [
        word[:1].upper() + word[1:] if surface[:1].isupper() else word
        for word, surface in zip(lower, surfaces, strict=True)
    ]
    for words in ([word.text for word in written.words], lower, titled):
        canonical = " ".join(map(_with_mark, words, written.words))
        if _means(canonical, meant):
            return canonical
    return spelling(text.strip())


def _plain_words(text: str) -> tuple[Word, ...]:
    """The words of a text without anything to read in it; else nothing.

    So are nine names of ten, and a process that starts reads thousands of them.
    """
    if _ONLY_WORDS.fullmatch(text):
        found = _LETTERS.findall(text)
    else:
        found = list(text) if _ONLY_CHARACTERS.fullmatch(text) else []
    if len(found) > MAX_PATTERN_WORDS:
        return ()
    return tuple([_plain(fold(word), first=at == 0) for at, word in enumerate(found)])


def _means(text: str, meant: tuple[Pattern, ...]) -> bool:
    try:
        return patterns_of(text) == meant
    except PatternError:  # "*½" folds to "*1⁄2", whose slash cuts it
        return False


def _with_mark(word: str, written: WrittenWord) -> str:
    return written.text if written.mark == "?" else word + written.mark


def _one_word(word: WrittenWord, written: Written, lang: str | None) -> tuple[Pattern, ...]:
    if written.exact is not None:
        return (Pattern((Word(word.text),), spelling(word.surface), lang),)
    found = dict.fromkeys(Pattern(words, None, only) for words, only in _readings((word,), lang))
    if not word.mark:
        found |= dict.fromkeys(_plurals((word,), lang))
    return tuple(found)


def _readings(written: tuple[WrittenWord, ...], lang: str | None) -> list[tuple[tuple[Word, ...], str | None]]:
    """The words with what their marks and scripts let them look like; stems in each language that has endings."""
    if not any(word.mark in ("~", "~n") for word in written):
        return [(_words(written, {}), lang)]
    by_word = {at: _stems(word, lang) for at, word in enumerate(written) if word.mark in ("~", "~n")}
    languages = dict.fromkeys(chain.from_iterable(by_word.values()))
    if None in languages and len(languages) > 1:  # Cyrillic beside Latin stems
        del languages[None]
    readings = [
        (_words(written, {at: some.get(only) or some.get(None) for at, some in by_word.items()}), lang or only)
        for only in languages
    ]
    if any(only is not None for _, only in readings) and lang is None:
        readings.insert(0, (_words(written, {}), None))
    return readings


def _stems(word: WrittenWord, lang: str | None) -> dict[str | None, Word | None]:
    if takes_clitics(word.text):  # what `~` asks for, they have anyway
        return {None: None}
    found = stems(word.surface, lang, noun=word.mark == "~n")
    if not found:
        where = f"in the language {lang!r}" if lang else "in its script"
        raise PatternError(
            f"`{word.surface}{word.mark}`: no case endings are known {where}; write it without, or use `*`"
        )
    return {stem.lang: Word(stem.text, "stem", stem.endings) for stem in found}


def _words(written: tuple[WrittenWord, ...], inflected: dict[int, Word | None]) -> tuple[Word, ...]:
    return tuple(inflected.get(at) or _word(word, first=at == 0) for at, word in enumerate(written))


def _word(written: WrittenWord, *, first: bool) -> Word:
    if written.mark == "*":
        return Word(written.text, "prefix")
    if written.mark == "?":
        return Word(written.text, "wildcard")
    return _plain(written.text, first=first)


@lru_cache(maxsize=50_000)  # one word for the many patterns that have it
def _plain(text: str, *, first: bool, article: bool = False) -> Word:
    if text.isascii():
        return Word(text)
    endings = particles(text)
    if endings:
        return Word(text, "stem", endings)
    before = proclitics(text, article=article) if first else None
    return Word(before[0], "stem", (), before[1]) if before else Word(text)


def _phrase(texts: tuple[str, ...], lang: str | None) -> Pattern:
    return Pattern(tuple(_plain(text, first=at == 0) for at, text in enumerate(texts)), None, lang)


def _variants(written: tuple[WrittenWord, ...], lang: str | None) -> list[Pattern]:
    return [*_plurals(written, lang), *_compounds(written, lang)]


def _compounds(written: tuple[WrittenWord, ...], lang: str | None) -> list[Pattern]:
    """Compounds written otherwise, in both numbers where the language joins words."""
    surfaces, texts = tuple(word.surface for word in written), tuple(word.text for word in written)
    found = [_phrase(words, lang) for words in respelled(texts, surfaces, lang)]
    for only in _JOINING_LANGUAGES if lang is None else (lang,):
        forms = sorted(plural_variants(surfaces, only)) if found or only == "en" else []
        if lang is None and only == "en":  # which has compounds of its own
            forms.append(texts)
        found += [_phrase(words, only) for form in forms for words in respelled(form, surfaces, only)]
    return found


def _plurals(written: tuple[WrittenWord, ...], lang: str | None) -> list[Pattern]:
    """The other number in the language, or in each; of a single Arabic word or a phrase, with its article."""
    surfaces, texts = tuple(word.surface for word in written), tuple(word.text for word in written)
    found = [
        _phrase(words, only)
        for only in (PLURAL_LANGUAGES if lang is None else (lang,))
        for words in sorted(plural_variants(surfaces, only))
    ]
    definite = with_article(texts)
    if definite and len(texts) == 1:
        found.append(Pattern((_plain(texts[0], first=True, article=True),), None, lang))
    elif definite:
        found.append(_phrase(definite, lang))
    return found
