"""Files of one's own that refer to each other: how each is understood, what is wrong with it, and on to the preview."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from pages.shared import frame, labels, own_columns, press, resources, state, words
from pages.shared.progress import Bar
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import FilesRefused, SfseedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from pages.shared.state import Place
    from sfseed_core.dataset.brought.plan import Set
    from sfseed_core.dataset.brought.sfdmu import Said, Script
    from sfseed_core.dataset.brought.table import Brought
    from sfseed_core.schema.model import ObjectSummary
    from sfseed_core.workflow.own_set import Read

T = TypeVar("T")

_ARRIVED, _READ, _MADE = "own_set_arrived", "own_set_read", "own_set_made"
_USUAL = "sales-cloud"  # whose objects a file is compared with when its name says nothing
_NEW = ""  # no external id: every row becomes a record
_SHOWN = 8
_EXISTING = "By an external ID the org finds the records that it has already: these are changed instead of doubled."


@dataclass(frozen=True, slots=True)
class Given:
    """One uploaded file."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Arrived:
    """The files as they came, zips unpacked: on disk for as long as this tab keeps them; `broken` cannot be read.

    `script` is what SFDMU's export.json among them says.
    """

    folder: tempfile.TemporaryDirectory[str]
    files: tuple[Brought, ...]
    broken: Mapping[str, SfseedError]
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One file whose object is known, and where on the page there is room for more about it."""

    file: Brought
    beside: DeltaGenerator
    below: DeltaGenerator


def own_set(where: Place, given: Sequence[Given]) -> None:
    """Show how the files are understood, and go on with them as the dataset that they are."""
    assert where.org is not None
    came = _digest(given)
    arrived = _kept(_ARRIVED, came, lambda: _arrive(given))
    for name, error in arrived.broken.items():
        _refused([f"{name}: {error.message}"], error.hint)
    parts = _parts(where, _wanted(where, arrived), came)
    if arrived.broken or parts is None:
        return
    files = {name: one.file for name, one in parts.items()}
    with Bar() as bar:
        read = _kept(_READ, f"{came} {where.org} {[*files]}", lambda: _read(where, files, bar))
    said = {name: (arrived.script or {}).get(name.lower()) for name in parts}
    upsert = {name: key for name, one in parts.items() if (key := _existing(read, name, one, came, said[name])) != _NEW}
    adapt = _left_out(read)
    all_of_it = f"{came} {where.org} {[*files]} {upsert} {adapt}"
    made = _kept(_MADE, all_of_it, lambda: _make(read, upsert, adapt=adapt))
    for name, one in parts.items():
        with one.below:
            _understood(read, name, made)
    if isinstance(made, SfseedError):
        if isinstance(made, FilesRefused):
            st.caption("**What to do:** mend these places in the files and choose them again.")
        else:
            _refused([made.message], made.hint)
        return
    _go_on(read, made)


def _digest(given: Sequence[Given]) -> str:
    found = hashlib.blake2b(digest_size=12)
    for one in given:
        found.update(f"{one.name}\x1f{len(one.data)}\x1f".encode())
        found.update(one.data)
    return found.hexdigest()


def _kept(what: str, key: str, make: Callable[[], T]) -> T:
    """Return what this tab made of these very files before, or make it."""
    known = state.remembered(what)
    if known is None or known[0] != key:
        known = (key, make())
        state.note(what, known)
    found: T = known[1]
    return found


def _arrive(given: Sequence[Given]) -> _Arrived:
    from sfseed_core.dataset.brought.files import gather, plain_name
    from sfseed_core.dataset.brought.sfdmu import read_script
    from sfseed_core.dataset.brought.table import read_brought

    script: Script | None = None
    folder = tempfile.TemporaryDirectory(prefix="sfseed-")
    files: list[Brought] = []
    broken: dict[str, SfseedError] = {}
    for number, one in enumerate(given):
        path = Path(folder.name) / str(number) / (plain_name(one.name) or "file")
        path.parent.mkdir()
        path.write_bytes(one.data)
        at = path
        try:
            gathered = gather([path], path.parent / "unpacked")
            for at in (*gathered.files, *([gathered.script] if gathered.script else [])):
                if at == gathered.script:
                    script = read_script(at)
                else:
                    files.append(read_brought(at))
        except SfseedError as error:
            broken[at.name] = SfseedError(error.message.replace(str(at), at.name), hint=error.hint)
    return _Arrived(folder, tuple(files), broken, script)


def _wanted(where: Place, arrived: _Arrived) -> list[Brought]:
    """The files that there is something to load of: with a script of SFDMU those that it loads."""
    from sfseed_core.dataset.brought import sfdmu
    from sfseed_core.dataset.brought.files import object_of

    if arrived.script is None:
        return list(arrived.files)
    assert where.org is not None
    listing = resources.listing(where.org)
    named = {object_of(one.path.stem, listing) or one.path.name: one for one in arrived.files}
    files, notes = sfdmu.taken(arrived.script, named)
    st.info(
        f"Taken as SFDMU's {sfdmu.SCRIPT} says. " + " ".join(f"{words.plain(one)}." for one in notes),
        icon=":material/description:",
    )
    return [file.without(arrived.script[name.lower()].without) for name, file in files.items()]


def _parts(where: Place, files: Sequence[Brought], came: str) -> dict[str, _Part] | None:
    """Ask whose records each file holds; None while that is open, or two files say the same."""
    from sfseed_core.schema.seedable import seedable

    assert where.org is not None
    listing = resources.listing(where.org)
    offered = sorted((one for one in listing if seedable(listing[one]) is None), key=lambda one: listing[one].label)
    places = {one: place for place, one in enumerate(offered)}
    likely = _likely(where, files, listing)
    parts: dict[str, _Part] = {}
    for number, file in enumerate(files):
        with st.container(border=True):
            about, which, beside = st.columns([3, 4, 4], vertical_alignment="center")
            with about, st.container(gap=None):
                st.markdown(f"**{words.plain(file.path.name)}**")
                st.caption(words.many(file.count, "row"))
            name = which.selectbox(
                f"{words.plain(file.path.name)} holds",
                offered,
                index=places.get(likely[number] or ""),
                format_func=lambda one: labels.full(listing[one].label_plural, one),
                placeholder="Say what the rows are",
                key=f"own_set_object_{came}_{number}",
                help="Guessed from the headings; choose another where that is wrong.",
            )
            part = _Part(file, beside, st.container())
        if name is None:
            part.below.warning("Say what the rows are.", icon=":material/help:")
        elif name in parts:
            other, called = words.plain(parts[name].file.path.name), words.plain(listing[name].label_plural)
            part.below.error(f"{other} holds {called} too. Put them into one file.", icon=":material/error:")
        else:
            parts[name] = part
    return parts if len(parts) == len(files) else None


def _likely(where: Place, files: Sequence[Brought], listing: Mapping[str, ObjectSummary]) -> list[str | None]:
    """Whose records the files hold by their names; by their columns where a name says nothing."""
    from sfseed_core.dataset.brought.files import object_of
    from sfseed_core.recipe.own_table import likely_object

    assert where.org is not None
    found = [object_of(one.path.stem, listing) for one in files]
    if None not in found:
        return found
    with Bar() as bar:
        usual = resources.survey(where.org, _USUAL, bar).schema.objects
    left = {name: one for name, one in usual.items() if name not in found}
    return [name or likely_object(left, file.table.column_names) for name, file in zip(found, files, strict=True)]


def _read(where: Place, files: Mapping[str, Brought], bar: Bar) -> Read:
    from sfseed_core.workflow.own_set import read_set

    assert where.org is not None
    return read_set(files, resources.connection(where.org).org, home=resources.home(), observer=bar)


def _existing(read: Read, name: str, part: _Part, came: str, said: Said | None) -> str:
    """Ask whether records that the org has already are changed, and by which external id they are found."""
    from sfseed_core.dataset.brought.plan import keys_of

    described = read.schema.objects[name]
    keys = [one for one in keys_of(described) if one in read.understood(name).values]
    told = {_NEW: "Added as new records"}
    told |= {one: f"Change those of the same {described.fields[one].label}, add the rest" for one in keys}
    meant = said.key.lower() if said is not None and said.changes else ""
    usual = next((place for place, one in enumerate(told) if one.lower() == meant), 0)
    if said is not None and said.changes and not usual:
        part.below.warning(
            f"SFDMU finds these records by {words.plain(said.key)}, by which the org cannot find any. What it has already "
            "would come twice: these rows are added.",
            icon=":material/content_copy:",
        )
    chosen = part.beside.selectbox(
        f"Rows of {words.plain(part.file.path.name)} are",
        list(told),
        index=usual,
        format_func=told.__getitem__,
        disabled=not keys,
        help=_EXISTING if keys else "It has no column that the org keeps as an external ID.",
        key=f"own_set_existing_{came}_{name}",
    )
    return str(chosen or _NEW)


def _left_out(read: Read) -> bool:
    """Ask what becomes of columns that the org does not have."""
    unknown = [column for name in read.files for column in read.understood(name).unknown]
    if not unknown:
        return False
    return st.checkbox(
        f"Leave out what the org has no field for: {words.plain(words.listed(unknown))}",
        key="own_set_left_out",
        help="The files stay as they are; these columns are not loaded.",
    )


def _make(read: Read, upsert: Mapping[str, str], *, adapt: bool) -> Set | SfseedError:
    """The set, or what keeps it from being one."""
    from sfseed_core.dataset.brought.plan import Asked, make_set

    try:
        return make_set(read.files, read.schema, read.snapshot, Asked(upsert, adapt=adapt), as_of=SYSTEM.now().date())
    except SfseedError as error:
        return error


def _understood(read: Read, name: str, made: Set | SfseedError) -> None:
    file = read.files[name]
    if isinstance(made, FilesRefused):
        _refused([line.removeprefix(f"{file.path.name}, ") for told, line in made.lines if told == file.path.name])
    columns = read.understood(name)
    taken = len(columns.values) + len(columns.links) + (columns.record_types is not None)
    left = len(columns.passed_over) + len(columns.unknown) + len(columns.again)
    sentence = f"{words.many(taken, 'column')} understood" + (f", {left:,} left out" if left else "")
    with st.expander(sentence, icon=":material/view_column:"):
        own_columns.table(read, name, None if isinstance(made, SfseedError) else made)


def _refused(lines: Sequence[str], hint: str | None = None) -> None:
    if not lines:
        return
    more = len(lines) - _SHOWN
    rest = [f"and {more:,} more"] if more > 0 else []
    mark = "- " if len(lines) > 1 else ""
    st.error("\n".join(f"{mark}{words.plain(one)}" for one in (*lines[:_SHOWN], *rest)), icon=":material/error:")
    if hint:
        st.caption(f"**What to do:** {words.hint(hint)}")


def _go_on(read: Read, made: Set) -> None:
    from sfseed_core.workflow.own_set import stage

    for note in made.plan.notes:
        st.caption(f":material/info: {words.plain(note)}")
    records = sum(one.count for one in read.files.values())
    called = f"Use these {words.many(records, 'record')} of {words.many(len(read.files), 'object')}"
    if press.button(called, type="primary", key="own_set_use"):
        with Bar() as bar:
            staged = stage(made, read.schema, home=resources.home(), observer=bar, clock=SYSTEM)
        _forget(_ARRIVED, _READ, _MADE)
        state.leave_for(frame.STEPS[3].file, dataset=staged.id)
    st.caption(
        "Nothing is made up around them. Preview shows and checks every record; nothing is loaded before you say so."
    )


def _forget(*notes: str) -> None:
    for one in notes:
        state.taken(one)
