"""PURE. Results as text like pytest's, and as JUnit XML."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from voicebot.checks.judging import Difference
from voicebot.checks.running import Result

WIDTH = 88


def failure(result: Result) -> Iterator[str]:
    """The lines that show one failed conversation."""
    yield f" {result.script.name} ".center(WIDTH, "_")
    for line in result.lines:
        yield f"  {line.who:<7} {line.text}"
    for difference in result.differences:
        yield f"{difference.place}: {difference.what} is not as expected"
        yield from _diff(difference)


def _diff(difference: Difference) -> Iterator[str]:
    """`-` is expected, `+` was found, `?` shows where they part; long texts by sentence."""
    if difference.what in ("hears", "hears_not"):
        yield f"E   - {difference.expected}"
        yield f"E   + {difference.found or '(nothing)'}"
        return
    for line in difflib.ndiff([difference.expected], [difference.found]):
        yield f"E   {line.rstrip()}"


def summary(results: Sequence[Result], left_out: int, seconds: float) -> Iterator[str]:
    """What failed, a line each, and how many of which."""
    failed = [result for result in results if not result.passed]
    if failed:
        yield " short summary ".center(WIDTH, "=")
    for result in failed:
        first = result.differences[0]
        yield f"FAILED {first.place} {result.script.name} - {first}"
    counts = [
        (len(failed), "failed"),
        (len(results) - len(failed), "passed"),
        (left_out, "deselected"),
    ]
    told = ", ".join(f"{count} {what}" for count, what in counts if count) or "nothing ran"
    yield f" {told} in {seconds:.2f}s ".center(WIDTH, "=")


def junit(results: Sequence[Result], seconds: float) -> bytes:
    """The results as JUnit XML, as pytest writes it: a suite with a case for each conversation."""
    failures = sum(not result.passed for result in results)
    root = ElementTree.Element("testsuites")
    numbers = {"tests": len(results), "failures": failures, "errors": 0, "skipped": 0}
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {"name": "conversations", "time": f"{seconds:.3f}"}
        | {key: str(value) for key, value in numbers.items()},
    )
    for result in results:
        _case(suite, result)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _case(suite: ElementTree.Element, result: Result) -> None:
    script = result.script
    stem = os.path.splitext(os.path.basename(script.place.file))[0]
    about = {
        "classname": f"{stem}.{script.kind}" if script.kind else stem,
        "name": script.name,
        "file": script.place.file,
        "line": str(script.place.line),
        "time": f"{result.seconds:.3f}",
    }
    case = ElementTree.SubElement(suite, "testcase", about)
    if not result.passed:
        message = "; ".join(str(difference) for difference in result.differences)
        node = ElementTree.SubElement(case, "failure", {"message": message})
        node.text = "\n".join(failure(result))
