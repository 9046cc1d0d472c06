"""Results as JUnit XML, which continuous integration reads. Knows no rules.

Source: the schema that Jenkins' xUnit plug-in checks: testsuites, testsuite, testcase, failure, skipped.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.core.escape import clean


@dataclass(frozen=True)
class Case:
    """One test.

    Attributes:
        group: What it belongs to, as `classname`: a rule's id.
        failure: Why it failed, first line first; empty when it passed.
        skipped: Why it was not run; empty when it was.
        file, line: Where it stands.
    """

    group: str
    name: str
    failure: str = ""
    skipped: str = ""
    file: str = ""
    line: int | None = None


def write_junit(path: Path, suite: str, cases: Sequence[Case]) -> None:
    """Write one suite; without times, so that equal results are equal files.

    Raises:
        OSError: It cannot be written.
    """
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(bool(case.failure) for case in cases)),
        "skipped": str(sum(bool(case.skipped) for case in cases)),
    }
    root = ET.Element("testsuites", counts)
    element = ET.SubElement(root, "testsuite", {"name": _shown(suite), "errors": "0", **counts})
    for case in cases:
        line = "" if case.line is None else str(case.line)
        attributes = {"classname": case.group, "name": case.name, "file": case.file, "line": line}
        test = ET.SubElement(element, "testcase", {key: _shown(value) for key, value in attributes.items() if value})
        if case.failure:
            failure = ET.SubElement(test, "failure", {"message": _shown(case.failure.partition("\n")[0])})
            failure.text = _shown(case.failure)
        elif case.skipped:
            ET.SubElement(test, "skipped", {"message": _shown(case.skipped)})
    ET.indent(root)
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _shown(text: str) -> str:
    """Characters that XML 1.0 can hold."""
    return "".join("\ufffd" if ord(character) in (0xFFFE, 0xFFFF) else character for character in clean(text))
