"""Edits to a feeds file that leave comments and order as they are. Knows YAML marks, no feeds."""

from __future__ import annotations

from collections.abc import Collection

import yaml

Edit = tuple[int, int, str]  # from, to, what stands there instead


def with_disabled(text: str, urls: Collection[str]) -> str:
    """The feeds file with `enabled: false` on every feed whose URL is among `urls`."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = [edit for node in _entries(root) for edit in _disable(text, node, urls)]
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _entries(root: yaml.Node | None) -> list[yaml.Node]:
    if not isinstance(root, yaml.MappingNode):
        return []
    return [
        node
        for key, value in root.value
        if key.value == "feeds" and isinstance(value, yaml.SequenceNode)
        for node in value.value
    ]


def _disable(text: str, node: yaml.Node, urls: Collection[str]) -> list[Edit]:
    if isinstance(node, yaml.ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        return [(start, end, f"{{url: {text[start:end]}, enabled: false}}")] if node.value in urls else []
    if not isinstance(node, yaml.MappingNode):
        return []
    values = {key.value: (key, value) for key, value in node.value}
    if "url" not in values or values["url"][1].value not in urls:
        return []
    if "enabled" in values:
        value = values["enabled"][1]
        return [(value.start_mark.index, value.end_mark.index, "false")]
    if node.flow_style:
        brace = node.end_mark.index - 1
        return [(brace, brace, ", enabled: false")]
    key, value = values["url"]
    line_end = text.find("\n", value.end_mark.index)
    place = len(text) if line_end < 0 else line_end
    return [(place, place, f"\n{' ' * key.start_mark.column}enabled: false")]
