"""A report as JUnit XML: each rule a test case, which fails where its alerts differ from the other rule set's.

Source: the JUnit XML schema that Jenkins and GitLab read (testsuites, testsuite, testcase, failure, system-out).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET  # builds only; nothing is parsed

from consumers.backtest.difference import RuleDifference
from consumers.backtest.report import Report
from consumers.backtest.text import difference_lines, difference_sentence, rule_lines

_SUITE = "tocsin backtest"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


def junit_xml(report: Report) -> bytes:
    """The document, in UTF-8."""
    cases = list(_cases(report))
    failures = sum(case.find("failure") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suites = ET.Element("testsuites", {"name": _SUITE} | counts)
    suite = ET.SubElement(suites, "testsuite", {"name": _SUITE} | counts)
    suite.extend(cases)
    ET.indent(suites)
    return _DECLARATION + ET.tostring(suites, encoding="unicode").encode() + b"\n"


def _cases(report: Report) -> Iterator[ET.Element]:
    differences = {rule.rule: rule for rule in report.against.rules} if report.against else {}
    for rule in report.rules:
        yield _case(rule.rule, "\n".join(rule_lines(rule)), differences.pop(rule.rule, None))
    for gone in differences.values():
        yield _case(gone.rule, "", gone)


def _case(rule_id: str, output: str, difference: RuleDifference | None) -> ET.Element:
    case = ET.Element("testcase", {"classname": "rules", "name": rule_id})
    if difference is not None and difference.is_any:
        failure = ET.SubElement(case, "failure", {"message": difference_sentence(difference), "type": "difference"})
        failure.text = _NOT_IN_XML.sub("", "\n".join(difference_lines(difference)))
    if output:
        ET.SubElement(case, "system-out").text = _NOT_IN_XML.sub("", output)
    return case
