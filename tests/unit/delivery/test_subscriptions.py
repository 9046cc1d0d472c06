"""The subscriptions file: what it gives, and everything that can be wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from consumers.delivery.subscriptions import Scope, Subscriptions, load_subscriptions, read_subscriptions
from monitor.core.documents import parse_document
from monitor.core.errors import SettingsError

ENVIRONMENT = {"DESK_SECRET": "made-up-secret"}
RULES = frozenset({"cable-cut", "us-russia-leaders-speak"})

GOOD = """\
subscriptions:
  - name: desk
    rules: ['us-russia-*', cable-cut]
    scope: {severity: medium, lang: [en, de]}
    revisions: [opened, corrected]
    channels: [desk-hook]
  - {name: archive, rules: ['*'], channels: [desk-hook]}
channels:
  desk-hook: {webhook: 'https://example.org/hook?key=hidden', secret_env: DESK_SECRET}
"""


def read(text: str) -> Subscriptions:
    return read_subscriptions(parse_document(text, "subs.yaml"), environment=ENVIRONMENT, rule_ids=RULES)


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def with_subscription(text: str) -> str:
    return f"""\
subscriptions:
  - {text}
channels:
  hook: {{webhook: 'https://example.org/hook', secret_env: DESK_SECRET}}
"""


def with_channel(text: str) -> str:
    return f"channels:\n  hook: {text}\n"


def test_everything_in_a_good_file_is_there() -> None:
    subscriptions = read(GOOD)

    desk, archive = subscriptions.subscriptions
    assert desk.name == "desk"
    assert desk.rules == ("us-russia-*", "cable-cut")
    assert desk.scope == Scope(severity="medium", lang=("en", "de"))
    assert desk.revisions == ("opened", "corrected")
    assert archive.scope == Scope(severity="low", lang=())
    assert archive.revisions == ("opened", "updated", "corrected", "closed")
    channel = subscriptions.channels["desk-hook"]
    assert channel.url == "https://example.org/hook?key=hidden"
    assert channel.secret.get_secret_value() == "made-up-secret"


def test_repr_shows_neither_secret_nor_url() -> None:
    shown = repr(read(GOOD))

    assert "made-up-secret" not in shown
    assert "hidden" not in shown


def test_missing_file_means_no_subscriptions(tmp_path: Path) -> None:
    assert load_subscriptions(tmp_path / "none.yaml", environment={}) == Subscriptions()


@pytest.mark.parametrize("text", ["", "subscriptions:\nchannels:\n", "subscriptions: []\n"])
def test_file_without_entries_means_no_subscriptions(text: str) -> None:
    assert read(text) == Subscriptions()


def test_rule_globs_are_not_checked_without_rule_ids(tmp_path: Path) -> None:
    path = tmp_path / "subs.yaml"
    path.write_text(GOOD.replace("cable-cut", "no-such-rule"))

    loaded = load_subscriptions(path, environment=ENVIRONMENT)

    assert loaded.subscriptions[0].rules == ("us-russia-*", "no-such-rule")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "- a\n",
            "subs.yaml:1: holds no subscriptions (allowed: subscriptions and channels)",
            id="a list at the top",
        ),
        pytest.param(
            "subscription: []\n",
            "subs.yaml:1: subscription: unknown key (did you mean 'subscriptions'?)",
            id="unknown key at the top",
        ),
        pytest.param(
            with_subscription("{name: desk, rules: ['*'], chanels: [hook], channels: [hook]}"),
            "subs.yaml:2: subscriptions[0].chanels: unknown key (did you mean 'channels'?)",
            id="unknown key in a subscription",
        ),
        pytest.param(
            with_subscription("{name: desk, rules: ['*'], scope: {langs: [en]}, channels: [hook]}"),
            "subs.yaml:2: subscriptions[0].scope.langs: unknown key (did you mean 'lang'?)",
            id="unknown key in a scope",
        ),
        pytest.param(
            with_subscription("just text"),
            "subs.yaml:2: subscriptions[0]: is no group of keys (allowed: name, rules, scope, revisions, channels)",
            id="a subscription that is text",
        ),
        pytest.param(
            with_subscription("{name: desk, channels: [hook]}"),
            "subs.yaml:2: subscriptions[0].rules: is required",
            id="no rules",
        ),
        pytest.param(
            with_subscription("{name: desk, rules: ['*'], scope: {severity: severe}, channels: [hook]}"),
            "subs.yaml:2: subscriptions[0].scope.severity: "
            "'severe': input should be 'low', 'medium', 'high' or 'critical'",
            id="unknown severity",
        ),
        pytest.param(
            with_subscription("{name: desk, rules: ['*'], scope: {lang: [no]}, channels: [hook]}"),
            "subs.yaml:2: subscriptions[0].scope.lang[0]: "
            "False: is how YAML reads a bare no (allowed: 'no' in quotes, for Norwegian)",
            id="Norwegian without quotes",
        ),
        pytest.param(
            with_subscription("{name: desk, rules: ['*'], channels: [hok]}"),
            "subs.yaml:2: subscriptions[0].channels[0]: unknown channel 'hok' (did you mean 'hook'?)",
            id="unknown channel",
        ),
        pytest.param(
            with_subscription("{name: desk, rules: ['*'], channels: [hook, hook]}"),
            "subs.yaml:2: subscriptions[0].channels[1]: channel 'hook' stands here a second time",
            id="a channel twice",
        ),
        pytest.param(
            with_subscription("{name: desk, rules: [cable-cat], channels: [hook]}"),
            "subs.yaml:2: subscriptions[0].rules[0]: no rule fits 'cable-cat' (did you mean 'cable-cut'?)",
            id="no such rule",
        ),
        pytest.param(
            GOOD.replace("name: archive", "name: desk"),
            "subs.yaml:7: subscriptions[1].name: 'desk' names another subscription already",
            id="a name twice",
        ),
        pytest.param(
            with_channel("{webhook: 'https://example.org/', secret_env: NO_SUCH}"),
            "subs.yaml:2: channels.hook.secret_env: environment variable NO_SUCH is not set "
            "(allowed: the secret that signs what is sent)",
            id="secret not in the environment",
        ),
        pytest.param(
            with_channel("{webhook: 'https://example.org/'}"),
            "subs.yaml:2: channels.hook.secret_env: is required",
            id="no secret",
        ),
        pytest.param(
            with_channel("{webhook: 'ftp://example.org/', secret_env: DESK_SECRET}"),
            "subs.yaml:2: channels.hook.webhook: is no web address (allowed: http://... or https://...)",
            id="neither http nor https",
        ),
        pytest.param(
            with_channel("{webhook: 'https://', secret_env: DESK_SECRET}"),
            "subs.yaml:2: channels.hook.webhook: is no web address (allowed: http://... or https://...)",
            id="no host",
        ),
        pytest.param(
            with_channel("{webhook: 'https://example.org:99999/', secret_env: DESK_SECRET}"),
            "subs.yaml:2: channels.hook.webhook: is no URL (allowed: http://... or https://...)",
            id="no such port",
        ),
        pytest.param(
            "channels:\n  a/b: {webhook: 'https://example.org/', secret_env: DESK_SECRET}\n",
            "subs.yaml:2: channels.a/b: 'a/b' is no name (allowed: no spaces, no slashes)",
            id="a slash in a channel's name",
        ),
    ],
)
def test_problem(text: str, expected: str) -> None:
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    "channel",
    [
        pytest.param("{webhook: 'https://user:pa55@example.org/', secret_env: DESK_SECRET}", id="password in the URL"),
        pytest.param("{webhook: ['pa55'], secret_env: DESK_SECRET}", id="URL of a wrong type"),
        pytest.param("{webhook: 'https://example.org/', secret_env: 'pa55-itself'}", id="secret instead of its name"),
        pytest.param("'https://user:pa55@example.org/'", id="channel that is a URL"),
    ],
)
def test_problem_with_a_channel_does_not_show_what_may_be_secret(channel: str) -> None:
    found = problems(with_channel(channel))

    assert len(found) == 1
    assert "pa55" not in found[0]


def test_all_problems_are_told_at_once_in_the_order_of_lines() -> None:
    found = problems(
        """\
subscriptions:
  - name: desk
    rule: ['*']
    rules: [harbour-fire]
    channels: [gone]
  - name: desk
    rules: []
    channels: [hook]
channels:
  hook: {webhook: 'mailto:a@example.org', secret_env: NO_SUCH}
extra: 1
"""
    )

    assert [problem.split(": ")[0:2] for problem in found] == [
        ["subs.yaml:3", "subscriptions[0].rule"],
        ["subs.yaml:4", "subscriptions[0].rules[0]"],
        ["subs.yaml:5", "subscriptions[0].channels[0]"],
        ["subs.yaml:6", "subscriptions[1].name"],
        ["subs.yaml:7", "subscriptions[1].rules"],
        ["subs.yaml:10", "channels.hook.webhook"],
        ["subs.yaml:10", "channels.hook.secret_env"],
        ["subs.yaml:11", "extra"],
    ]
