"""Adds a test to a rule in the text of its file; every other character stays as its author wrote it. Pure.

Why by the places that the YAML parser reports and not by loading and writing: that would lose comments, order, quotes
and line breaks of a file that a person keeps. What comes out is read again: the one test must be the only difference.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import yaml


class EditError(ValueError):
    """The file cannot be added to by machine; the sentence says why."""


def with_test(text: str, rule_id: str, test: Mapping[str, Any]) -> str:
    """The text of a rule file with one more test, the last of this rule.

    Raises:
        KeyError: The rule is not in it.
        EditError: It is written in a way that cannot be added to; the person who asked must do it.
    """
    rule = _rule(yaml.compose(text, Loader=yaml.SafeLoader), rule_id)
    if "\r\n" in text and text.count("\r\n") == text.count("\n"):  # a file from Windows stays one
        return with_test(text.replace("\r\n", "\n"), rule_id, test).replace("\n", "\r\n")
    line = written_test(test)
    tests = _value(rule, "tests")
    if tests is None:
        edited = _append_key(text, rule, line)
    elif isinstance(tests, yaml.SequenceNode):
        edited = _append_item(text, tests, line)
    else:
        raise EditError("its tests are no list")
    _check(text, edited, rule_id, test)
    return edited


def written_test(test: Mapping[str, Any]) -> str:
    """A test as it stands in a list of tests, on one line."""
    return yaml.safe_dump(dict(test), default_flow_style=True, allow_unicode=True, sort_keys=False, width=2**31).strip()


def _append_key(text: str, rule: yaml.MappingNode, line: str) -> str:
    if rule.flow_style:
        return _before_bracket(text, rule, f"tests: [{line}]")
    indent = " " * rule.start_mark.column
    return _after(text, rule, f"{indent}tests:\n{indent}  - {line}\n")


def _append_item(text: str, tests: yaml.SequenceNode, line: str) -> str:
    if tests.flow_style:
        return _before_bracket(text, tests, line)
    return _after(text, tests, f"{' ' * tests.start_mark.column}- {line}\n")


def _before_bracket(text: str, node: yaml.CollectionNode, addition: str) -> str:
    """The addition as the last of `[...]` or `{...}`."""
    bracket = node.end_mark.index - 1
    inside = text[node.start_mark.index + 1 : bracket].rstrip()
    comma = "" if not inside or inside.endswith(",") else ","
    at = node.start_mark.index + 1 + len(inside)
    return f"{text[:at]}{comma}{' ' if inside else ''}{addition}{text[at:]}"


def _after(text: str, node: yaml.Node, addition: str) -> str:
    """The addition on lines of its own behind the last line of a block."""
    last = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    at = last.end_mark.index
    if at and text[at - 1 : at] != "\n":  # a literal block (`|`) ends where the next line begins
        end = text.find("\n", at)
        if end < 0:
            return f"{text}\n{addition}"
        at = end + 1
    return f"{text[:at]}{addition}{text[at:]}"


def _rule(root: yaml.Node | None, rule_id: str) -> yaml.MappingNode:
    rules = _value(root, "rules")
    for rule in rules.value if isinstance(rules, yaml.SequenceNode) else ():
        found = _value(rule, "id")
        if isinstance(rule, yaml.MappingNode) and isinstance(found, yaml.ScalarNode) and found.value == rule_id:
            return rule
    raise KeyError(rule_id)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _check(before: str, after: str, rule_id: str, test: Mapping[str, Any]) -> None:
    wanted = copy.deepcopy(yaml.safe_load(before))
    rule = next(rule for rule in wanted["rules"] if rule.get("id") == rule_id)
    rule["tests"] = [*(rule.get("tests") or []), dict(test)]
    try:
        found = yaml.safe_load(after)
    except yaml.YAMLError as error:
        raise EditError("its layout is one that this command cannot add to") from error
    if found != wanted:
        raise EditError("its layout is one that this command cannot add to")
