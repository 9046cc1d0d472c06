from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pydantic import BaseModel

from consumers.delivery.subscriptions import Subscriptions, load_subscriptions
from consumers.matching.compiling import fact_source
from consumers.rules.authoring.testing import run_rule_tests
from consumers.rules.language.loader import load_rules
from monitor.actors import load_catalogue
from monitor.cli.init import init, template_text, write_configuration
from monitor.core.errors import UsageError
from monitor.core.settings import Settings, load_settings
from monitor.feeds.feed_list import load_feeds

REGISTRY = load_catalogue()


def uncommented(text: str) -> str:
    """The template with every commented setting taken in; prose comments have a space behind their #."""
    return re.sub(r"^( *)#(?=[a-z])", r"\1", text, flags=re.MULTILINE)


def setting_names(model: BaseModel, before: str = "") -> set[str]:
    names: set[str] = set()
    for name in type(model).model_fields:
        value = getattr(model, name)
        names |= setting_names(value, f"{before}{name}.") if isinstance(value, BaseModel) else {before + name}
    return names


def test_all_files_are_written_and_load(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    written = write_configuration(folder)
    settings = load_settings(folder / "tocsin.yaml", {})

    assert [path.relative_to(folder).as_posix() for path in written] == [
        "tocsin.yaml",
        "feeds.yaml",
        "rules/leaders.yaml",
        "rules/war.yaml",
        "rules/security.yaml",
        "rules/politics.yaml",
        "rules/filters.yaml",
        "rules/terms.yaml",
        "subscriptions.yaml",
    ]
    assert len(load_feeds(settings.feeds)) >= 55
    assert len(load_rules(settings.rules, REGISTRY).rules) >= 12
    assert load_subscriptions(settings.subscriptions, environment={}) == Subscriptions()


@pytest.mark.parametrize("name", ["tocsin.yaml", "rules/war.yaml"])
def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match=re.escape(str(mine))):
        write_configuration(tmp_path)
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(UsageError, match="cannot write"):
        write_configuration(tmp_path / "file" / "inside")


def test_the_command_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    result = CliRunner().invoke(init, [str(tmp_path / "desk")])

    assert result.exit_code == 0
    assert f"wrote {tmp_path / 'desk' / 'rules' / 'war.yaml'}" in result.output
    assert f"tocsin run --config {tmp_path / 'desk' / 'tocsin.yaml'}" in result.output


def test_the_settings_template_names_every_setting_once() -> None:
    data = yaml.safe_load(uncommented(template_text("tocsin.yaml")))
    named = [
        f"{key}.{inner}" if isinstance(value, dict) else key
        for key, value in data.items()
        for inner in (value if isinstance(value, dict) else [""])
    ]

    assert Counter(named) == Counter(setting_names(Settings()))


def test_every_default_in_the_settings_template_is_the_right_one(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.yaml"
    path.write_text(uncommented(template_text("tocsin.yaml")), encoding="utf-8")

    assert load_settings(path, {}) == Settings().resolved(tmp_path)


def test_every_setting_in_the_template_has_its_meaning_beside_it() -> None:
    bare = [
        line
        for line in template_text("tocsin.yaml").splitlines()
        if re.match(r" *#?[a-z_]+: *\S", line) and "  # " not in line
    ]

    assert bare == ['  contact: ""']  # it has two lines of its own above it


def test_the_settings_template_as_it_is_changes_no_default(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.yaml"
    path.write_text(template_text("tocsin.yaml"), encoding="utf-8")

    assert load_settings(path, {}) == Settings().resolved(tmp_path)


def test_the_feeds_cover_many_languages_and_say_how_to_check_them() -> None:
    text = template_text("feeds.yaml")
    feeds = yaml.safe_load(text)["feeds"]
    languages = Counter(feed["lang"] for feed in feeds)

    assert "tocsin feeds check" in text
    assert len(languages) >= 14
    assert len({feed["url"] for feed in feeds}) == len(feeds)
    assert all(feed["title"] for feed in feeds)


def test_the_sample_rules_pass_their_own_tests(tmp_path: Path) -> None:
    write_configuration(tmp_path)
    rules = load_rules(tmp_path / "rules", REGISTRY)
    results = run_rule_tests(rules, REGISTRY, fact_source(rules, REGISTRY))

    assert [result for result in results if not result.passed] == []
    assert all(len(rule.tests) >= 3 for rule in rules)
    assert len({test.lang for rule in rules for test in rule.tests}) >= 6


def test_the_example_subscription_loads_once_its_secret_is_there(tmp_path: Path) -> None:
    path = tmp_path / "subscriptions.yaml"
    path.write_text(
        "\n".join(
            line[1:] if re.match(r"#(subscriptions:|channels:|  )", line) else line
            for line in template_text("subscriptions.yaml").splitlines()
        ),
        encoding="utf-8",
    )
    loaded = load_subscriptions(path, environment={"DESK_SECRET": "s" * 32}, rule_ids={"some-rule"})

    assert [subscription.name for subscription in loaded.subscriptions] == ["desk"]
    assert set(loaded.channels) == {"desk-hook"}
