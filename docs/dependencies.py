"""Write docs/dependencies.md, from what the installed packages say of themselves: `python docs/dependencies.py`.

It ends with an error when a package has a licence that is not on the list below, or a direct one has no reason.
"""

from __future__ import annotations

import importlib.metadata as metadata
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "dependencies.md"

WHY: Mapping[str, str] = {
    "authlib": "OAuth: the PKCE challenge, the authorization address, signed JWTs",
    "cryptography": "keys and certificates: JWT logins, the emulator's https",
    "duckdb": "filters and sorts over the staged Parquet files",
    "faker": "words of languages whose vocabulary is not shipped",
    "filelock": "locks on runs, orgs and files that end with their process",
    "httptools": "the emulator's HTTP parser",
    "keyring": "the system's keyring, for the secrets of connections",
    "networkx": "cycles and order of the objects",
    "numpy": "every generated value is arithmetic on arrays",
    "pandas": "tables at the page boundary, and for notebooks",
    "platformdirs": "the user's data folder on each system",
    "psutil": "whether a worker still lives",
    "pyarrow": "columns, Parquet and CSV",
    "pydantic-settings": "settings from file and variables",
    "pyvis": "the relationship graph; it brings vis-network (Apache-2.0 OR MIT), so that no script comes from elsewhere",
    "pyyaml": "recipes, by its safe loader",
    "requests": "HTTP, under simple-salesforce",
    "rich": "progress and tables of the command line",
    "simple-salesforce": "single records",
    "stamina": "repeated reads, with bounds",
    "starlette": "the emulator's web framework; Streamlit's too",
    "streamlit": "the app",
    "structlog": "the log of calls, as JSON lines",
    "urllib3": "requests' own engine: tells why nobody answered",
    "truststore": "certificates judged by the system's own store",
    "typer": "the command line",
    "tzdata": "time zones, on Windows",
    "uvicorn": "the emulator's server; Streamlit's too",
    "xlsxwriter": "Excel files",
    "axe-playwright-python": "axe-core, which finds what people with other senses cannot use; only in the tests",
    "hypothesis": "properties in the tests",
    "jsonschema": "the recipe's schema is checked",
    "playwright": "the browser in the tests",
    "pytest": "the tests",
    "pytest-xdist": "the tests on several cores",
}

# what a package may be licensed under, by the first pattern that fits what it says; anything else stops the page
ALLOWED: tuple[tuple[str, str], ...] = (
    (r"\bA?L?GPL\b|General Public", ""),
    (r"MIT-CMU|MIT-0", "MIT"),
    (r"Apache.*\bMIT\b|\bMIT\b.*Apache", "Apache-2.0 OR MIT"),
    (r"Apache.*BSD|BSD.*Apache", "Apache-2.0 OR BSD"),
    (r"\bMIT\b", "MIT"),
    (r"\bBSD\b|BSD-\d|0BSD", "BSD"),
    (r"Apache", "Apache-2.0"),
    (r"MPL|Mozilla", "MPL-2.0"),
    (r"\bISC", "ISC"),
    (r"PSF|Python Software Foundation", "PSF-2.0"),
)

# read in the licence files that the package carries, as its metadata states nothing
READ: Mapping[str, str] = {"axe-playwright-python": "MPL-2.0"}  # axe-core's; its own few lines are MIT

_INTRODUCTION = """\
Written by `python docs/dependencies.py` from what the packages say of themselves; versions stand in `constraints.txt`, the
oldest that will do in `pyproject.toml`. Direct ones are bold; of the others it says who asks for them. A test compares this
page, and refuses any licence but MIT, BSD, Apache-2.0, ISC, MPL-2.0 and PSF-2.0. CI asks a database of known weaknesses
(`.ci/audit`), and says so where it cannot be reached."""


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package: its name, its licence by the list above (empty: not allowed), and who asks for it."""

    name: str
    licence: str
    stated: str
    asked_by: frozenset[str]


def licence_of(package: metadata.PackageMetadata) -> tuple[str, str]:
    """Return a package's licence by the list above, and what it states itself; the most binding statement comes first."""
    trove = [one.rpartition("::")[2] for one in package.get_all("Classifier") or [] if one.startswith("License")]
    text = (package.get("License") or "").strip().splitlines()
    stated = (
        package.get("License-Expression")
        or "; ".join(trove)
        or (text[0] if text else READ.get(package["Name"] or "", "nothing"))
    )
    return next((name for pattern, name in ALLOWED if re.search(pattern, stated)), ""), stated


def asked_for(requirements: Iterator[str], extra: str = "") -> Iterator[Requirement]:
    """Yield those of the requirements that count here."""
    environment = {key: str(value) for key, value in default_environment().items()} | {"extra": extra}
    for text in requirements:
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate(environment):
            yield one


def tree(direct: Iterator[str]) -> dict[str, Package]:
    """Return the packages that these lead to, by canonical name; what is not installed here is left out."""
    askers: dict[str, set[str]] = {}
    waiting = [(one, "sfseed") for one in asked_for(direct)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted, asker = waiting.pop()
        name = canonicalize_name(wanted.name)
        askers.setdefault(name, set()).add(asker)
        for extra in ("", *wanted.extras):
            if (name, extra) not in seen and (found := _installed(name)) is not None:
                seen.add((name, extra))
                waiting += [(one, name) for one in asked_for(iter(found.requires or ()), extra)]
    found = {name: _installed(name) for name in askers}
    return {
        name: Package(name, *(licence_of(one.metadata) if one else (READ[name], READ[name])), frozenset(askers[name]))
        for name, one in sorted(found.items())
        if one is not None or name in READ
    }


def _installed(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def declared() -> tuple[list[str], list[str]]:
    """Return what the project asks for: to run, and for its tests."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["dependencies"], project["optional-dependencies"]["test"]


def problems(packages: Mapping[str, Package]) -> list[str]:
    """Say what is wrong: a licence that is not allowed, a direct dependency without a reason, a reason for none."""
    direct = {canonicalize_name(Requirement(text).name) for part in declared() for text in part}
    return [
        *(f"{one.name}: its licence is {one.stated!r}" for one in packages.values() if not one.licence),
        *(f"{name}: no reason is given" for name in sorted(direct - WHY.keys())),
        *(f"{name}: a reason, but nothing asks for it" for name in sorted(WHY.keys() - direct)),
    ]


def page() -> str:
    """Return the page."""
    running, testing = declared()
    run, tests = tree(iter(running)), tree(iter(testing))
    only_tests = {name: one for name, one in tests.items() if name not in run}
    return "\n".join(
        [
            "# Dependencies and their licences",
            "",
            *_INTRODUCTION.splitlines(),
            "",
            "## To run",
            "",
            *_table(run, running),
            "",
            "## For the tests only",
            "",
            *_table(only_tests, testing),
            "",
        ]
    )


def _table(packages: Mapping[str, Package], asked: list[str]) -> list[str]:
    names = {canonicalize_name(Requirement(text).name) for text in asked}
    direct = [f"| **{one.name}** | {one.licence} | {WHY[one.name]} |" for one in packages.values() if one.name in names]
    others = [one for one in packages.values() if one.name not in names]
    return [
        "| package | licence | what for |",
        "|---|---|---|",
        *direct,
        *(f"| {one.name} | {one.licence} | {', '.join(sorted(one.asked_by))} |" for one in others),
    ]


def main() -> int:
    """Write the page."""
    running, testing = declared()
    wrong = problems(tree(iter([*running, *testing])))
    sys.stderr.write("".join(f"{one}\n" for one in wrong))
    if not wrong:
        PAGE.write_text(page(), encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
