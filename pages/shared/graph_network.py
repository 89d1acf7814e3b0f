"""The relationship graph as pyvis builds it: what the page draws, and a stand-alone HTML file to keep."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pages.shared.graph_layout import graph_of, layered, same_column, shown_links

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.graph_layout import Layout, Link

HEADING = "step:"
KINDS: Mapping[str, tuple[str, str]] = {  # what one is called, and its colour (readable with white text in both themes)
    "standard": ("standard object", "#0b5cab"),
    "custom": ("custom object", "#2e7d46"),
    "managed": ("object of a package", "#9a5b00"),
}
MANY: Mapping[str, str] = {"standard": "standard objects", "custom": "custom objects", "managed": "objects of packages"}
_LONGEST = 30  # letters of a label; the table below the drawing has all of them
_LETTER, _EDGES = 8.2, 34  # how wide a letter of a box is, and what the box has beside its text
_MASTER, _LOOKUP, _LATER = "#c23934", "#8a97a6", "#8b4fbf"
_OUTSIDE = re.compile(r"<(?:link|script)\b[^>]*https?://[^>]*>(?:\s*</script>)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One object of the drawing; `records` None where nothing is made of it."""

    name: str
    label: str
    level: int
    kind: str
    records: int | None = None


def kind_of(name: str) -> str:
    """Return what kind of object it is, by its API name."""
    if not name.endswith("__c"):
        return "standard"
    return "managed" if name.removesuffix("__c").count("__") else "custom"


def placed(objects: Sequence[Drawn], links: Sequence[Link]) -> Layout:
    """Return where each object stands."""
    levels = {one.name: one.level for one in objects}
    wide = {one.name: len(text_of(one)) * _LETTER + _EDGES for one in objects}
    return layered(graph_of(levels, shown_links(links, levels.keys())), wide)


def text_of(one: Drawn) -> str:
    """Return what stands in the box of an object."""
    label = one.label if len(one.label) <= _LONGEST else f"{one.label[: _LONGEST - 1].rstrip()}…"
    return label if one.records is None else f"{label}  {one.records:,}"


def network(objects: Sequence[Drawn], links: Sequence[Link], where: Layout | None = None) -> Any:
    """Return the pyvis network, every object placed; labels are canvas text and titles are left out, so nothing is HTML."""
    from pyvis.network import Network

    levels = {one.name: one.level for one in objects}
    drawn = shown_links(links, levels.keys())
    where = where or placed(objects, links)
    net = Network(height="640px", width="100%", directed=True, cdn_resources="in_line")
    for one in objects:
        x, y = where.positions[one.name]
        net.add_node(one.name, label=text_of(one), shape="box", x=x, y=y, physics=False, color=_box(KINDS[one.kind][1]))
        net.nodes[-1]["font"] = {"color": "#ffffff", "size": 15}
    for level, (x, y) in where.headings.items():
        net.add_node(f"{HEADING}{level}", label=f"Step {level + 1}", shape="text", x=x, y=y, physics=False)
    for link in drawn:
        curve = {"enabled": True, "type": "curvedCW" if same_column(levels, link) else "cubicBezier", "roundness": 0.3}
        color, dashes, width = _line(link)
        net.add_edge(link.child, link.parent, color=color, dashes=dashes, width=width, smooth=curve)
    net.set_options('{"physics": {"enabled": false}, "interaction": {"hover": true}}')
    return net


def _box(color: str) -> dict[str, Any]:
    chosen = {"background": "#16202c", "border": "#ffc53d"}
    return {"background": color, "border": color, "highlight": chosen, "hover": {"background": color, "border": "#ffc53d"}}


def _line(link: Link) -> tuple[str, bool, int]:
    if link.deferred:
        return _LATER, True, 2
    return (_MASTER, False, 2) if link.master_detail or link.required else (_LOOKUP, True, 1)


def html(objects: Sequence[Drawn], links: Sequence[Link]) -> str:
    """Return the drawing as one HTML file that loads nothing from anywhere."""
    found: str = _OUTSIDE.sub("", network(objects, links).generate_html())
    return found
