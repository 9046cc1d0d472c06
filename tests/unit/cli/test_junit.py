"""What continuous integration reads."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from monitor.cli.junit import Case, write_junit


def test_suite_counts_and_names_what_failed(tmp_path: Path) -> None:
    cases = [
        Case("cable-cut", "test 1", file="rules.yaml", line=7),
        Case("cable-cut", "test 2", failure="expected match\n<title> & more \x1b[31m\ufffe"),
        Case("quiet", "test 1", skipped="disabled"),
    ]
    write_junit(tmp_path / "out.xml", "rules", cases)
    suite = ET.parse(tmp_path / "out.xml").getroot()[0]  # noqa: S314 (our own file)

    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert suite[0].attrib == {"classname": "cable-cut", "name": "test 1", "file": "rules.yaml", "line": "7"}
    assert suite[1][0].get("message") == "expected match"
    assert suite[1][0].text == "expected match\n<title> & more [31m\ufffd"
    assert suite[2][0].tag == "skipped"
