"""A small registry that the tests of this folder share, written by hand."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from monitor.actors import ActorScanner, Mention, Registry, read_actors
from monitor.core.documents import parse_document
from monitor.text.reading import Reading, read

WORLD = """\
actors:
  - id: ukraine
    kind: state
    name: Ukraine
    aliases: {latin: [Ucrania, Ucraina], cyrillic: [Украина, Украины, Украине, Україна, України], arabic: [أوكرانيا], han: [乌克兰], kana: [ウクライナ]}
    demonyms: {en: [Ukrainian, Ukrainians], de: [ukrainisch~], fr: [ukrainien, ukrainienne], es: [ucraniano, ucraniana], ru: [украинск~], uk: [українськ~],
      ar: [الأوكراني, الأوكرانية]}
    capital: Kyiv
    source: ours
  - id: russia
    kind: state
    name: Russia
    aliases: {latin: [Russian Federation, Rusia, Russland, Russlands], cyrillic: [Россия, России], han: [俄罗斯], kana: [ロシア]}
    demonyms: {en: [Russian, Russians], de: [russisch~], fr: [russe], es: [ruso, rusa], ru: [российск~], ar: [الروسي]}
    blocked_by: [Russian roulette]
    source: ours
  - id: united-states
    kind: state
    name: United States
    exact: [US, U.S., USA]
    aliases: {cyrillic: [США], han: [美国]}
    demonyms: {en: [American, Americans], de: [US-amerikanisch~], ru: [американск~]}
    blocked_by: [US Open, South American]
    capital: Washington
    capital_counts: false
    source: ours
  - id: france
    kind: state
    name: France
    demonyms: {en: [French], fr: [français, française]}
    source: ours
  - id: jordan
    kind: state
    name: Jordan
    person_like: true
    demonyms: {en: [Jordanian, Jordanians]}
    blocked_by: [Michael Jordan, Jordan River]
    source: ours
  - id: georgia
    kind: state
    name: Georgia
    person_like: true
    weak: {latin: [Georgia]}
    context: [Tbilisi, Caucasus]
    demonyms: {en: [=Georgian, =Georgians]}
    blocked_by: [Georgia Tech]
    source: ours
  - {id: chad, kind: state, name: Chad, person_like: true, demonyms: {en: [Chadian]}, source: ours}
  - {id: turkey, kind: state, name: Turkey, person_like: true, aliases: {latin: [Türkiye]}, blocked_by: [Turkey sandwich], source: ours}
  - {id: china, kind: state, name: China, aliases: {han: [中国]}, demonyms: {en: [Chinese]}, source: ours}
  - {id: iran, kind: state, name: Iran, demonyms: {en: [Iranian]}, source: ours}
  - {id: oman, kind: state, name: Oman, source: ours}
  - {id: sudan, kind: state, name: Sudan, source: ours}
  - {id: south-sudan, kind: state, name: South Sudan, since: 2011-07-09, source: ours}
  - {id: nato, kind: organisation, name: NATO, source: ours}
  - {id: who, kind: organisation, name: World Health Organization, exact: [WHO], source: ours}
  - {id: islamic-state, kind: armed_group, name: Islamic State of Iraq, source: ours}
  - id: joe-biden
    kind: person
    name: Joe Biden
    surnames: {latin: [Biden], cyrillic: [Байден~], han: [拜登]}
    blocked_by: [Hunter Biden, Biden Foundation]
    source: ours
  - {id: jill-biden, kind: person, name: Jill Biden, source: ours}
  - id: volodymyr-zelenskyy
    kind: person
    name: Volodymyr Zelenskyy
    aliases: {cyrillic: [Владимир Зеленск~], han: [泽连斯基], kana: [ゼレンスキー]}
    surnames: {latin: [Zelenskyy, Zelensky], cyrillic: [Зеленськ~, Зеленск~]}
    source: ours
  - {id: petro-poroshenko, kind: person, name: Petro Poroshenko, surnames: {latin: [Poroshenko]}, source: ours}
  - {id: vladimir-putin, kind: person, name: Vladimir Putin, surnames: {latin: [Putin], cyrillic: [Путин~], han: [普京]}, source: ours}
  - {id: sergey-lavrov, kind: person, name: Sergey Lavrov, surnames: {latin: [Lavrov]}, source: ours}
  - {id: andrii-sybiha, kind: person, name: Andrii Sybiha, surnames: {latin: [Sybiha]}, source: ours}
  - {id: xi-jinping, kind: person, name: Xi Jinping, weak: {latin: [Xi]}, context: [Xinhua], source: ours}
  - {id: emmanuel-macron, kind: person, name: Emmanuel Macron, surnames: {latin: [Macron]}, source: ours}
  - {id: donald-trump, kind: person, name: Donald Trump, surnames: {latin: [Trump], cyrillic: [Трамп~]}, blocked_by: [Trump Tower, Melania Trump], source: ours}
  - {id: king-abdullah, kind: person, name: King Abdullah II, weak: {latin: [Abdullah]}, source: ours}
  - {id: lee-one, kind: person, name: Ada Lee, surnames: {latin: [Lee]}, source: ours}
  - {id: lee-two, kind: person, name: Bo Lee, surnames: {latin: [Lee]}, source: ours}
  - {id: mark-rutte, kind: person, name: Mark Rutte, surnames: {latin: [Rutte]}, source: ours}
  - {id: jens-stoltenberg, kind: person, name: Jens Stoltenberg, surnames: {latin: [Stoltenberg]}, source: ours}
  - {id: marco-rubio, kind: person, name: Marco Rubio, surnames: {latin: [Rubio]}, source: ours}
  - {id: holy-see, kind: state, name: Holy See, aliases: {latin: [Vatican]}, source: ours}
  - {id: pope-leo, kind: person, name: Pope Leo XIV, source: ours}
offices:
  - id: president@ukraine
    role: president
    of: ukraine
    leads: true
    seats: [Bankova]
    holders:
      - {person: volodymyr-zelenskyy, from: 2019-05-20}
      - {person: petro-poroshenko, from: 2014-06-07, until: 2019-05-20}
    source: ours
  - {id: foreign-minister@ukraine, role: foreign-minister, of: ukraine, holders: [{person: andrii-sybiha, from: 2024-09-05}], source: ours}
  - id: president@russia
    role: president
    of: russia
    leads: true
    seats: [Kremlin, Кремль, Кремл~]
    holders: [{person: vladimir-putin, from: 2012-05-07}]
    source: ours
  - {id: foreign-minister@russia, role: foreign-minister, of: russia, holders: [{person: sergey-lavrov, from: 2004-03-09}], source: ours}
  - id: president@united-states
    role: president
    of: united-states
    leads: true
    seats: [White House]
    titles: {en: [commander in chief]}
    holders:
      - {person: donald-trump, from: 2017-01-20, until: 2021-01-20}
      - {person: joe-biden, from: 2021-01-20, until: 2025-01-20}
      - {person: donald-trump, from: 2025-01-20}
    source: ours
  - id: foreign-minister@united-states
    role: foreign-minister
    of: united-states
    titles: {en: [secretary of state, US Secretary of State]}
    holders: [{person: marco-rubio, from: 2025-01-21}]
    source: ours
  - {id: president@france, role: president, of: france, leads: true, seats: [Elysée], holders: [{person: emmanuel-macron, from: 2017-05-14}], source: ours}
  - {id: president@china, role: president, of: china, leads: true, holders: [{person: xi-jinping, from: 2013-03-14}], source: ours}
  - {id: monarch@jordan, role: monarch, of: jordan, leads: true, holders: [{person: king-abdullah, from: 1999-02-07}], source: ours}
  - id: secretary-general@nato
    role: secretary-general
    of: nato
    leads: true
    holders: [{person: jens-stoltenberg, from: 2014-10-01, until: 2024-10-01}, {person: mark-rutte, from: 2024-10-01}]
    source: ours
  - {id: pope@holy-see, role: pope, of: holy-see, leads: true, holders: [{person: pope-leo, from: 2025-05-08}], source: ours}
sets:
  - id: permanent-five
    members: [united-states, russia, china, france]
    source: ours
  - {id: club, members: [{actor: ukraine, from: 2020, until: 2023-06}, russia], source: ours}
"""
TODAY = date(2025, 11, 7)


@lru_cache
def world() -> Registry:
    """The small registry."""
    return read_actors([parse_document(WORLD, "world.yaml")])


@lru_cache
def scanner() -> ActorScanner:
    return ActorScanner(world())


def article(text: str, *, lang: str = "und", on: date | None = TODAY, title: str = "") -> Reading:
    """An article with this text."""
    return read({"title": title, "text": text}, lang=lang, on=on)


def shown(reading: Reading, mention: Mention) -> str:
    """`words=actor`, with `~` for an indirect mention and `^` for a seat."""
    tokens = reading.fields[mention.index].tokens
    words = tokens.text[tokens.starts[mention.first] : tokens.ends[mention.after - 1]]
    mark = "" if mention.direct else "^" if mention.seat else "~"
    return f"{words}={mark}{mention.actor}"


def mentions(text: str, *, lang: str = "und", on: date | None = TODAY, title: str = "") -> list[str]:
    """Who is mentioned in a text, in order, as `shown`."""
    reading = article(text, lang=lang, on=on, title=title)
    return [shown(reading, mention) for mention in scanner().scan(reading).all()]
