"""A test is added to a rule's file, and nothing else in the file changes."""

from __future__ import annotations

import pytest

from consumers.rules.authoring.editing import EditError, with_test

TEST = {"title": "Über: 'die' Brücke, #1", "lang": "de", "expect": "none"}
LINE = "{title: 'Über: ''die'' Brücke, #1', lang: de, expect: none}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "rules:\n  - id: a  # first\n    when: {query: x}\n    # and now b\n\n  - id: b\n    when: {query: y}\n",
            f"rules:\n  - id: a  # first\n    when: {{query: x}}\n    tests:\n      - {LINE}\n    # and now b\n\n"
            "  - id: b\n    when: {query: y}\n",
            id="no tests yet",
        ),
        pytest.param(
            "rules:\n- id: a\n  tests:\n  - {text: x, expect: match}  # why\n\n# end\n",
            f"rules:\n- id: a\n  tests:\n  - {{text: x, expect: match}}  # why\n  - {LINE}\n\n# end\n",
            id="block list",
        ),
        pytest.param(
            "rules:\n  - id: a\n    tests:\n      - expect: match\n        text: |\n          one\n          two\n"
            "    title: A\n",
            "rules:\n  - id: a\n    tests:\n      - expect: match\n        text: |\n          one\n          two\n"
            f"      - {LINE}\n    title: A\n",
            id="literal text",
        ),
        pytest.param(
            "rules:\n  - {id: a, when: {query: x}}\n",
            f"rules:\n  - {{id: a, when: {{query: x}}, tests: [{LINE}]}}\n",
            id="rule in braces",
        ),
        pytest.param(
            "rules:\n  - id: a\n    tests: [{text: x, expect: match},\n      {text: y, expect: none},\n    ]\n",
            "rules:\n  - id: a\n    tests: [{text: x, expect: match},\n      {text: y, expect: none}, "
            f"{LINE}\n    ]\n",
            id="list in brackets",
        ),
        pytest.param(
            "rules:\n  - id: a\n    tests: []\n", f"rules:\n  - id: a\n    tests: [{LINE}]\n", id="empty list"
        ),
        pytest.param(
            "rules:\n  - id: a\n    when: {query: x}",
            f"rules:\n  - id: a\n    when: {{query: x}}\n    tests:\n      - {LINE}\n",
            id="no newline at the end",
        ),
    ],
)
def test_test_is_added_and_the_rest_stays(before: str, after: str) -> None:
    assert with_test(before, "a", TEST) == after


def test_rule_of_another_file_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        with_test("rules: [{id: b}]", "a", TEST)


def test_layout_that_cannot_be_added_to_is_refused() -> None:
    shared = "shared: &t [{text: x, expect: match}]\nrules:\n  - {id: a, tests: *t}\n  - {id: b, tests: *t}\n"

    with pytest.raises(EditError, match="layout"):
        with_test(shared, "a", TEST)
