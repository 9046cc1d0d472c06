"""`tocsin rules test`: the tests that stand with rules, and the terms that none of them would miss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from consumers.matching.compiling import fact_source
from consumers.rules.authoring.mutation import UntestedTerm, untested_terms
from consumers.rules.authoring.testing import RuleTestResult, run_rule_tests
from consumers.rules.engine.compiled import registry_with
from consumers.rules.language.loader import load_rules
from monitor.actors import load_catalogue
from monitor.cli.configuration import config_option
from monitor.cli.junit import Case, write_junit
from monitor.cli.main import FAILED, FINE
from monitor.cli.rule_options import rules_option, rules_path
from monitor.core.codec import encode
from monitor.core.escape import one_line
from monitor.web.words import counted

_SHOWN_TERMS = 12  # of one list or query, in text; --json has all


@click.command("test", epilog="Example: tocsin rules test --rules tocsin/rules --mutations")
@config_option
@rules_option
@click.option("--mutations", is_flag=True, help="Also name the terms on which no test depends.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Also write JUnit XML to this file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for every test, and for every such term.")
def run_tests(
    config_path: Path | None, rules_given: Path | None, mutations: bool, junit: Path | None, as_json: bool
) -> int:
    """Run the tests that stand beside rules; exits 1 when one fails.

    With --mutations each term of each rule is taken away in turn: where no test changes its outcome, no test would
    notice if the term were wrong. Such terms are named and fail nothing.
    """
    path = rules_path(config_path, rules_given)
    shipped = load_catalogue()
    rule_set = load_rules(path, shipped)
    registry = registry_with(rule_set, shipped)
    facts = fact_source(rule_set, registry)
    results = run_rule_tests(rule_set, registry, facts)
    untested = untested_terms(rule_set, registry, facts) if mutations else []
    if junit is not None:
        write_junit(junit, "tocsin rules test", [_case(result) for result in results])
    if as_json:
        for line in (*map(_as_json, results), *map(_term_as_json, untested)):
            print(encode(line).decode())
        return FINE if all(result.passed for result in results) else FAILED
    failed = print_failures(results)
    _print_untested(untested)
    without = len(rule_set.rules) - len({result.rule.id for result in results})
    print(
        f"{path}: {len(results) - failed} of {len(results)} tests pass; {counted(without, 'rule')} without a test"
        + (f"; {counted(len(untested), 'term')} without one" if mutations else "")
    )
    return FAILED if failed else FINE


def print_failures(results: Sequence[RuleTestResult]) -> int:
    """Print each failed test in a line; how many failed."""
    failed = [result for result in results if not result.passed]
    for result in failed:
        print(result)
    return len(failed)


def _print_untested(untested: Sequence[UntestedTerm]) -> None:
    """One line for each list or rule, the first of its terms by name."""
    owners = Counter((found.term.kind, found.term.owner, found.term.lang) for found in untested)
    for (kind, owner, lang), count in owners.items():
        texts = [one_line(found.term.text, 60) for found in untested if _owner(found) == (kind, owner, lang)]
        more = f" and {count - _SHOWN_TERMS} more" if count > _SHOWN_TERMS else ""
        where = f"terms {owner} ({lang})" if kind == "terms" else f"{owner}, {kind}"
        print(f"{where}: no test depends on {', '.join(texts[:_SHOWN_TERMS])}{more}")


def _owner(found: UntestedTerm) -> tuple[str, str, str]:
    return (found.term.kind, found.term.owner, found.term.lang)


def _case(result: RuleTestResult) -> Case:
    failure = "" if result.failure is None else str(result)
    return Case(result.rule.id, f"test {result.number}", failure, file=result.rule.file, line=result.rule.line)


def _as_json(result: RuleTestResult) -> dict[str, object]:
    return {
        "rule": result.rule.id,
        "file": result.rule.file,
        "line": result.rule.line,
        "number": result.number,
        "passed": result.passed,
        "expect": result.test.expect,
        "matched": result.matched,
        "failure": result.failure,
    }


def _term_as_json(found: UntestedTerm) -> dict[str, object]:
    term = found.term
    return {"untested": term.text, "kind": term.kind, "owner": term.owner, "lang": term.lang, "rules": found.rules}
