"""The reference graph of chosen objects: load order, levels, cycles, and what a cycle leaves for later."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import PlanRefused
from sfseed_core.schema.seedable import setup_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sfseed_core.schema.model import Field, ObjectSchema

_NO_TARGETS: Mapping[tuple[str, str], Collection[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reference:
    """One edge: records of `child` may point to records of `parent` through `field`.

    A polymorphic field gives an edge for each of its chosen parents. `updateable` says whether the field can still be
    filled after the insert.
    """

    child: str
    field: str
    parent: str
    required: bool = False
    polymorphic: bool = False
    self_reference: bool = False
    master_detail: bool = False
    updateable: bool = True
    cascade_delete: bool = False
    custom: bool = False

    def __str__(self) -> str:
        return f"{self.child}.{self.field} -> {self.parent}"


@dataclass(frozen=True, slots=True)
class Graph:
    """The chosen objects and the writable references among them."""

    objects: tuple[str, ...]
    references: tuple[Reference, ...]

    def parents(self, name: str) -> tuple[Reference, ...]:
        """Return the references that records of the object hold."""
        return tuple(one for one in self.references if one.child == name)

    def children(self, name: str) -> tuple[Reference, ...]:
        """Return the references that point to records of the object."""
        return tuple(one for one in self.references if one.parent == name)


@dataclass(frozen=True, slots=True)
class Order:
    """How the objects of a graph can be inserted.

    Objects of a level depend on earlier levels only. `deferred` references are left empty at insert and filled by an
    update pass (all edges of a polymorphic field together); `left_empty` ones can be neither kept nor updated later.
    `cycles` are the components of more than one object, as they stood before anything was deferred.
    """

    levels: tuple[tuple[str, ...], ...]
    deferred: tuple[Reference, ...] = ()
    left_empty: tuple[Reference, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()


def build(
    objects: Mapping[str, ObjectSchema],
    chosen: Collection[str],
    targets: Mapping[tuple[str, str], Collection[str]] = _NO_TARGETS,
) -> Graph:
    """Return the graph of the references that can be written at insert.

    `targets` narrows a polymorphic field, named by (object, field), to some of its parents.
    """
    wanted = dict.fromkeys(chosen)
    edges = tuple(
        _reference(name, field, parent)
        for name in wanted
        for field in objects[name].references
        if field.createable
        for parent in field.reference_to
        if parent in wanted and parent in targets.get((name, field.name), field.reference_to)
    )
    return Graph(tuple(wanted), edges)


def order(graph: Graph, must_keep: Collection[tuple[str, str]] = (), after: Collection[tuple[str, str]] = ()) -> Order:
    """Return levels, and per cycle the fewest references to fill later that break it.

    Required references and those in `must_keep` (object, field) are never deferred. `after` names pairs of which the first
    object would better go after the second; it does where the references allow it.
    Raises PlanRefused, naming the path, for a cycle of such references only.
    """
    keep = frozenset(must_keep)
    hard = [edge for edge in graph.references if edge.required or (edge.child, edge.field) in keep]
    _refuse_circle(graph.objects, hard)
    cycles = tuple(tuple(sorted(part)) for part in _components(graph.objects, graph.references) if len(part) > 1)
    member = {name: number for number, part in enumerate(cycles) for name in part}
    dropped = _dropped(graph, frozenset(hard), member)
    kept = [edge for edge in graph.references if (edge.child, edge.field) not in dropped]
    left = [edge for edge in graph.references if (edge.child, edge.field) in dropped]
    return Order(
        levels=_levels(graph.objects, _with_wishes(graph.objects, kept, after)),
        deferred=tuple(edge for edge in left if edge.updateable),
        left_empty=tuple(edge for edge in left if not edge.updateable),
        cycles=cycles,
    )


def _with_wishes(
    names: Sequence[str], kept: Sequence[Reference], after: Collection[tuple[str, str]]
) -> Sequence[Reference]:
    """Return the edges with those wishes that close no circle."""
    edges = list(kept)
    for later, earlier in sorted({pair for pair in after if {*pair} <= {*names} and pair[0] != pair[1]}):
        wish = Reference(later, "", earlier)
        if not _circle(names, [*edges, wish]):
            edges.append(wish)
    return edges


def order_of_most(objects: Mapping[str, ObjectSchema]) -> tuple[Graph, Order, dict[str, str]]:
    """Return graph and order of the objects, but for those that no order exists with: these by name, with the reason."""
    left_out: dict[str, str] = {}
    while True:
        graph = build(objects, [name for name in objects if name not in left_out])
        try:
            return graph, order(graph), left_out
        except PlanRefused as error:
            if not error.objects:
                raise
            left_out |= dict.fromkeys(error.objects, error.message)


def required_parents(objects: Mapping[str, ObjectSchema], chosen: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the objects that must be seeded besides the chosen ones, each with the reasons.

    Parents of required references, followed as far as `objects` are described; setup objects such as User, and objects
    that nobody can create, are never seeded and so never returned. A required reference to several objects is content
    with any one that is chosen.
    """
    seen = set(chosen)
    queue = [name for name in dict.fromkeys(chosen) if name in objects]
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    while queue:
        name = queue.pop(0)
        for field in objects[name].references:
            parent = _needed(field, seen, objects)
            if parent is None:
                continue
            reasons[parent].append(f"{name}.{field.name} is required")
            if parent not in seen and parent in objects:
                queue.append(parent)
            seen.add(parent)
    return {name: tuple(dict.fromkeys(why)) for name, why in reasons.items() if name not in set(chosen)}


def _needed(field: Field, seen: Collection[str], objects: Mapping[str, ObjectSchema]) -> str | None:
    if not field.required_on_create:
        return None
    candidates = [parent for parent in field.reference_to if setup_reason(parent) is None]
    if len(candidates) < len(field.reference_to) and len(field.reference_to) > 1 and not set(candidates) & set(seen):
        return None  # a record that the org already has (a user, a queue) will do
    for parent in candidates:
        if parent in seen:
            return parent
    createable = [parent for parent in candidates if parent in objects and objects[parent].createable]
    unknown = [parent for parent in candidates if parent not in objects]
    return next(iter(createable or unknown), None)


def _reference(child: str, field: Field, parent: str) -> Reference:
    return Reference(
        child=child,
        field=field.name,
        parent=parent,
        required=field.required_on_create,
        polymorphic=field.is_polymorphic,
        self_reference=parent == child,
        master_detail=field.is_master_detail,
        updateable=field.updateable,
        cascade_delete=field.cascade_delete,
        custom=field.custom,
    )


def _refuse_circle(names: Sequence[str], hard: Sequence[Reference]) -> None:
    circle = _circle(names, hard)
    if circle:
        path = ", ".join(str(edge) for edge in circle)
        raise PlanRefused(
            f"no load order exists: each of these references must be filled when its record is inserted: {path}",
            hint="Leave one of these objects out of the recipe.",
            objects=tuple(dict.fromkeys(edge.child for edge in circle)),
        )


def _circle(names: Sequence[str], edges: Sequence[Reference]) -> list[Reference]:
    """Return the edges of one circle, the shortest of its component; [] when there is none."""
    for edge in edges:
        if edge.self_reference:
            return [edge]
    for part in _components(names, edges):
        if len(part) > 1:
            inside = [edge for edge in edges if edge.child in part and edge.parent in part]
            return min((_way_back(start, inside) for start in sorted(part)), key=len)
    return []


def _way_back(start: str, edges: Sequence[Reference]) -> list[Reference]:
    outgoing = _by_child(edges)
    came: dict[str, Reference] = {}
    queue = [start]
    for name in queue:
        for edge in outgoing[name]:
            if edge.parent == start:
                return [*_trail(name, start, came), edge]
            if edge.parent not in came:
                came[edge.parent] = edge
                queue.append(edge.parent)
    return []


def _trail(name: str, start: str, came: Mapping[str, Reference]) -> list[Reference]:
    trail: list[Reference] = []
    while name != start:
        trail.append(came[name])
        name = came[name].child
    return trail[::-1]


def _dropped(graph: Graph, hard: frozenset[Reference], member: Mapping[str, int]) -> set[tuple[str, str]]:
    """Return the (object, field) references to leave empty at insert.

    Inside each component references are kept in the order of their worth as long as no circle closes, so that what
    is dropped is minimal: putting any one back would close a circle.
    """
    inside = [edge for edge in graph.references if not edge.self_reference and edge.child in member]
    inside = [edge for edge in inside if member.get(edge.parent) == member[edge.child]]
    fields: defaultdict[tuple[str, str], list[Reference]] = defaultdict(list)
    for edge in inside:
        fields[edge.child, edge.field].append(edge)
    popularity: defaultdict[str, int] = defaultdict(int)
    for edge in graph.references:
        popularity[edge.parent] += not edge.self_reference
    acyclic = _Acyclic(member)
    dropped = {(edge.child, edge.field) for edge in graph.references if edge.self_reference}
    for key in sorted(fields, key=lambda key: _worth(fields[key], hard, popularity)):
        if key not in dropped and not acyclic.add_all(key[0], [edge.parent for edge in fields[key]]):
            dropped.add(key)
    return dropped


def _worth(
    edges: Sequence[Reference], hard: frozenset[Reference], popularity: Mapping[str, int]
) -> tuple[bool, bool, bool, bool, int, str, str]:
    """Sorts references by how much is lost when they are filled later; those that must be kept come first."""
    first = edges[0]
    return (
        not any(edge in hard for edge in edges),
        all(edge.updateable for edge in edges),
        not any(edge.master_detail or edge.cascade_delete for edge in edges),
        first.custom,
        -max(popularity[edge.parent] - popularity[edge.child] for edge in edges),
        first.child,
        first.field,
    )


class _Acyclic:
    """A graph that takes edges as long as no circle closes: what leads to what is kept, as sets of bits, and looked up."""

    def __init__(self, names: Iterable[str]) -> None:
        self._place = {name: place for place, name in enumerate(names)}
        self._up = [0] * len(self._place)
        self._down = [0] * len(self._place)

    def add_all(self, child: str, parents: Iterable[str]) -> bool:
        """Take the edges from one child to all parents, or none of them."""
        own, above = self._place[child], [self._place[parent] for parent in parents]
        if any(self._up[parent] >> own & 1 for parent in above):
            return False
        for parent in above:
            self._add(own, parent)
        return True

    def _add(self, child: int, parent: int) -> None:
        upwards, downwards = self._up[parent] | 1 << parent, self._down[child] | 1 << child
        lower, upper = downwards & ~self._down[parent], upwards & ~self._up[child]
        for one in _members(lower):
            self._up[one] |= upwards
        for one in _members(upper):
            self._down[one] |= downwards


def _members(bits: int) -> Iterator[int]:
    while bits:
        last = bits & -bits
        yield last.bit_length() - 1
        bits ^= last


def _levels(names: Sequence[str], edges: Sequence[Reference]) -> tuple[tuple[str, ...], ...]:
    outgoing = _by_child(edges)
    level: dict[str, int] = {}
    for part in _components(names, edges):  # parents come before their children
        (name,) = part
        level[name] = 1 + max((level[edge.parent] for edge in outgoing[name]), default=-1)
    found: list[list[str]] = [[] for _ in range(1 + max(level.values(), default=-1))]
    for name in names:
        found[level[name]].append(name)
    return tuple(tuple(sorted(one)) for one in found)


def _by_child(edges: Iterable[Reference]) -> defaultdict[str, list[Reference]]:
    found: defaultdict[str, list[Reference]] = defaultdict(list)
    for edge in edges:
        found[edge.child].append(edge)
    return found


def _components(names: Iterable[str], edges: Iterable[Reference]) -> list[set[str]]:
    """Return the strongly connected components, parents before children (Tarjan, without recursion)."""
    parents: dict[str, list[str]] = {name: [] for name in names}
    for edge in edges:
        if not edge.self_reference:
            parents[edge.child].append(edge.parent)
    search = _Tarjan(parents)
    for name in parents:
        if name not in search.number:
            search.visit(name)
    return search.parts


class _Tarjan:
    """One search for strongly connected components."""

    def __init__(self, parents: Mapping[str, Sequence[str]]) -> None:
        self.parents = parents
        self.number: dict[str, int] = {}
        self.parts: list[set[str]] = []
        self._low: dict[str, int] = {}
        self._open: dict[str, None] = {}

    def visit(self, root: str) -> None:
        """Search everything that can be reached from the root."""
        stack: list[tuple[str, Iterator[str]]] = [self._enter(root)]
        while stack:
            name, rest = stack[-1]
            for other in rest:
                if other not in self.number:
                    stack.append(self._enter(other))
                    break
                if other in self._open:
                    self._low[name] = min(self._low[name], self.number[other])
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    self._low[above] = min(self._low[above], self._low[name])
                self._leave(name)

    def _enter(self, name: str) -> tuple[str, Iterator[str]]:
        self.number[name] = self._low[name] = len(self.number)
        self._open[name] = None
        return name, iter(self.parents[name])

    def _leave(self, name: str) -> None:
        if self._low[name] != self.number[name]:
            return
        part: set[str] = set()
        while name not in part:
            part.add(self._open.popitem()[0])
        self.parts.append(part)
