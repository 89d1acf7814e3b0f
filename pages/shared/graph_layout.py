"""Where each object stands in the drawing: a column per load step, neighbours close to each other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import networkx as nx

USUAL, ROW = 170, 44  # how wide an object is drawn where nobody says, and how far below each other they stand
APART, BESIDE = 70, 22  # between two steps, between two columns of one step
_ROUNDS = 6
_TALLEST = 18  # objects of one step that stand below each other; more go into a second column beside it


@dataclass(frozen=True, slots=True)
class Link:
    """One arrow: records of `child` point to records of `parent` through `field`."""

    child: str
    parent: str
    field: str
    required: bool
    master_detail: bool
    deferred: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions by object, where the heading of each step stands, and from where to where its column reaches."""

    positions: Mapping[str, tuple[float, float]]
    headings: Mapping[int, tuple[float, float]]
    bands: Mapping[int, tuple[float, float]]


def graph_of(levels: Mapping[str, int], links: Iterable[Link]) -> nx.MultiDiGraph:
    """Return the objects (with their load step as `level`) and links as a networkx graph."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    for name, level in levels.items():
        graph.add_node(name, level=level)
    for link in links:
        if link.child in levels and link.parent in levels:
            graph.add_edge(link.child, link.parent, link=link)
    return graph


def around(graph: nx.MultiDiGraph, focus: str, hops: int) -> set[str]:
    """Return the objects at most so many links away from one of them."""
    import networkx as nx

    return set(nx.ego_graph(graph.to_undirected(as_view=True), focus, radius=hops)) if focus in graph else set(graph)


def layered(graph: nx.MultiDiGraph, wide: Mapping[str, float] | None = None) -> Layout:
    """Place the objects; the same graph is always placed alike.

    `wide` says how wide each is drawn. networkx's multipartite layout gives the columns; within each, objects move to the
    mean height of their neighbours.
    """
    import networkx as nx

    if not graph:
        return Layout({}, {}, {})
    first = nx.multipartite_layout(graph, subset_key="level", scale=1)
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for name in sorted(graph, key=lambda one: (float(first[one][1]), one)):
        columns[graph.nodes[name]["level"]].append(name)
    ordered = _untangled(graph, columns)
    return _placed(ordered, wide or {})


def _untangled(graph: nx.MultiDiGraph, columns: Mapping[int, Sequence[str]]) -> dict[int, list[str]]:
    """Order each column by the mean height of its objects' neighbours, back and forth a few times."""
    ordered = {level: list(columns[level]) for level in sorted(columns)}
    for number in range(_ROUNDS):
        for level in sorted(ordered, reverse=bool(number % 2)):
            height = _heights(ordered)
            ordered[level].sort(key=lambda one: (_mean(graph, one, height), one))
    return ordered


def _heights(ordered: Mapping[int, Sequence[str]]) -> dict[str, float]:
    return {name: row - (len(names) - 1) / 2 for names in ordered.values() for row, name in enumerate(names)}


def _mean(graph: nx.MultiDiGraph, name: str, height: Mapping[str, float]) -> float:
    near = [height[one] for one in {*graph.successors(name), *graph.predecessors(name)} if one != name]
    return sum(near) / len(near) if near else height[name]


def _placed(ordered: Mapping[int, Sequence[str]], wide: Mapping[str, float]) -> Layout:
    positions: dict[str, tuple[float, float]] = {}
    headings: dict[int, tuple[float, float]] = {}
    bands: dict[int, tuple[float, float]] = {}
    tallest = min(_TALLEST, max(len(names) for names in ordered.values()))
    top = -(tallest - 1) / 2 * ROW - 1.2 * ROW
    x = 0.0
    for level, names in ordered.items():
        parts = [names[start : start + _TALLEST] for start in range(0, len(names), _TALLEST)]
        start = x
        for part in parts:
            width = max(wide.get(name, USUAL) for name in part)
            for row, name in enumerate(part):
                positions[name] = (x + width / 2, (row - (len(part) - 1) / 2) * ROW)
            x += width + BESIDE
        headings[level] = ((start + x - BESIDE) / 2, top)
        x += APART - BESIDE
        bands[level] = (start - APART / 2, x - APART / 2)
    return Layout(positions, headings, bands)


def same_column(levels: Mapping[str, int], link: Link) -> bool:
    """Say whether the link stays within a column, so that it must be drawn as a curve around what stands between."""
    return levels[link.child] == levels[link.parent]


def shown_links(links: Iterable[Link], names: Collection[str]) -> list[Link]:
    """Return one link per pair and field among these objects; a field's self reference stays out of the drawing."""
    return [one for one in links if one.child in names and one.parent in names and one.child != one.parent]
