"""The walls of the house, the import order, the size envelope and what only `system.py` may do."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE, EMULATOR, PAGES = ROOT / "sfseed_core", ROOT / "sfseed_emulator", ROOT / "pages"
ROOMS = ["org", "schema", "snapshot", "constraints", "recipe", "generate", "dataset", "check", "load", "workflow", "cli"]
GROUND = {"errors", "ids", "events", "settings", "clock", "system", "logs"}


def sources(*packages: Path) -> list[Path]:
    """Every Python file of the packages."""
    return [path for package in packages if package.is_dir() for path in sorted(package.rglob("*.py"))]


def module_name(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, *, top_level_only: bool = False) -> set[str]:
    """The absolute names that a file imports, anywhere in it or only at its top level (typing-only ones aside)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            names.add(stem)
            names.update(f"{stem}.{alias.name}" for alias in node.names)
    return names


def uses(path: Path, *roots: str) -> bool:
    """Whether the file imports one of the roots or something below them."""
    return any(name == root or name.startswith(f"{root}.") for name in imported(path) for root in roots)


def test_core_knows_no_page_framework():
    """The core never imports streamlit."""
    assert [str(p) for p in sources(CORE) if uses(p, "streamlit")] == []


def test_core_prints_only_in_its_command_line():
    """The core never prints outside `cli/`."""
    found = [
        f"{path}:{node.lineno}"
        for path in sources(CORE)
        if not path.is_relative_to(CORE / "cli")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


def test_client_libraries_have_one_door():
    """Only `org/` and the emulator's in-process adapter import requests or simple-salesforce."""
    doors = {EMULATOR / "inprocess.py"}
    found = [
        str(p)
        for p in sources(CORE, EMULATOR, PAGES)
        if uses(p, "requests", "simple_salesforce", "urllib3") and not p.is_relative_to(CORE / "org") and p not in doors
    ]
    assert found == []


def test_emulator_can_disagree_with_the_core():
    """The emulator imports nothing of the core but the formula language's lexer, parser and types."""
    allowed = (
        "sfseed_core.formula.lexer",
        "sfseed_core.formula.parser",
        "sfseed_core.formula.types",
        "sfseed_core.formula.nodes",
    )
    found = [
        f"{path}: {name}"
        for path in sources(EMULATOR)
        for name in imported(path)
        if name.startswith("sfseed_core") and not name.startswith(allowed)
    ]
    assert found == []


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_look_only_back(room: str):
    """A room imports only the ground floor and rooms before it on the user's path."""
    later = ROOMS[ROOMS.index(room) + 1 :]
    found = [
        f"{path}: {name}"
        for path in sources(CORE / room)
        for name in imported(path)
        for other in later
        if name == f"sfseed_core.{other}" or name.startswith(f"sfseed_core.{other}.")
    ]
    assert found == []


def test_ground_floor_carries_no_room():
    """A ground-floor module imports no room."""
    found = [
        f"{name} imports {other}"
        for name in GROUND
        if (CORE / f"{name}.py").exists()
        for other in imported(CORE / f"{name}.py")
        if other.startswith(tuple(f"sfseed_core.{room}" for room in [*ROOMS, "formula"]))
    ]
    assert found == []


def modules_asked(path: Path, known: dict[str, Path]) -> set[str]:
    """The modules that a file imports at its top; `from package import part` asks for the part, not for the package."""
    names = imported(path, top_level_only=True) & known.keys()
    return {name for name in names if not any(other.startswith(f"{name}.") for other in names)}


def test_no_import_cycle():
    """No module imports itself around a circle (imports at the top of files)."""
    paths = {module_name(path): path for path in sources(CORE, EMULATOR, PAGES)}
    graph = {name: modules_asked(path, paths) - {name} for name, path in paths.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail, name])
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def functions(path: Path):
    """Every function of a file with its number of lines, docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= node.body[0].end_lineno - node.body[0].lineno + 1
            yield node, lines


def test_size_envelope():
    """Functions and modules stay within the envelope of the field's best codebases."""
    sizes, long, bare = [], [], []
    for path in sources(CORE, EMULATOR, PAGES):
        for node, lines in functions(path):
            sizes.append(lines)
            if lines > 80:
                long.append(f"{path}:{node.lineno} {node.name} {lines}")
            if node.returns is None:
                bare.append(f"{path}:{node.lineno} {node.name}")
    sizes.sort()
    assert long == []
    assert bare == []
    assert sizes[len(sizes) // 2] <= 11
    assert sizes[len(sizes) * 9 // 10] <= 30


def test_modules_are_one_idea():
    """No module is longer than 600 lines."""
    counts = {str(p): len(p.read_text(encoding="utf-8").splitlines()) for p in sources(CORE, EMULATOR, PAGES)}
    assert {path: n for path, n in counts.items() if n > 600} == {}


def test_no_catch_all_modules():
    """No module is called utils, helpers, common, misc or manager."""
    names = {path.stem for path in sources(CORE, EMULATOR, PAGES)}
    assert names & {"utils", "util", "helpers", "common", "misc", "manager"} == set()


def test_system_differences_stand_in_one_place():
    """Only `system.py` forks, kills, signals or locks files."""
    pattern = re.compile(r"\bos\.(fork|kill|killpg|setsid)\b|\bsignal\.SIG|\bfcntl\b|\bmsvcrt\b")
    found = [
        f"{path}:{number}"
        for path in sources(CORE, EMULATOR, PAGES)
        if path.name != "system.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def opens_text_without_encoding(node: ast.Call) -> bool:
    """Whether the call opens a text file and leaves its encoding to the system."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in {"open", "read_text", "write_text", "fdopen"} or any(k.arg == "encoding" for k in node.keywords):
        return False
    texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    texts += [k.value.value for k in node.keywords if k.arg == "mode" and isinstance(k.value, ast.Constant)]
    if any(re.fullmatch(r"[rwxa+]*b[rwxa+]*", text) for text in texts):
        return False
    # a method called `open` of something else (a zip, a class of ours) is no file unless it is given a mode
    return name != "open" or isinstance(node.func, ast.Name) or any(re.fullmatch(r"[rwxa+t]+", text) for text in texts)


def test_text_files_are_opened_with_an_encoding():
    """Every text file is opened with its encoding named."""
    found = [
        f"{path}:{node.lineno}"
        for path in sources(CORE, EMULATOR, PAGES)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and opens_text_without_encoding(node)
    ]
    assert found == []


def test_file_names_are_portable():
    """No file of the project has a name that Windows refuses."""
    tracked = [p for p in ROOT.rglob("*") if ".git" not in p.parts and ".venv" not in p.parts]
    assert [str(p) for p in tracked if re.search(r'[:<>"|?*\\]', p.name)] == []
