"""The page on semantics says what the code does, and names tests that exist."""

import ast
import re
from pathlib import Path

from docs.drawn import DRAWINGS, PAGE, drawn

TESTS = Path(__file__).parents[1]
NAMED = re.compile(r"((?:unit|property|integration|acceptance)/test_\w+\.py)")
CLAIM = re.compile(r"`((?:unit|property|integration|acceptance)/test_\w+\.py): (test_\w+)(…?)`")


def test_the_tables_are_as_drawn() -> None:
    """Every drawn section of the page is what the code's tables give: `make docs` draws them."""
    page = PAGE.read_text("utf-8")
    assert drawn(page) == page
    for name in DRAWINGS:
        assert f"<!-- drawn: {name} -->" in page


def test_every_test_that_is_named_exists() -> None:
    """Where a rule is said to be held there is a test file, and a test of that name in it."""
    page = PAGE.read_text("utf-8") + (PAGE.parent / "rules.md").read_text("utf-8")
    files = set(NAMED.findall(page))
    claims = CLAIM.findall(page)
    assert len(files) > 20
    assert len(claims) > 20
    assert [path for path in sorted(files) if not (TESTS / path).exists()] == []
    missing = [claim for claim in claims if not _held(*claim)]
    assert missing == []


def _held(path: str, name: str, shortened: str) -> bool:
    tree = ast.parse((TESTS / path).read_text("utf-8"))
    tests = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return any(each.startswith(name) if shortened else each == name for each in tests)
