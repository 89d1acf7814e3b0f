"""The records of a plan, any slice of any object, as Arrow record batches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import pyarrow as pa

from sfseed_core.errors import InternalError, RecipeError
from sfseed_core.generate import draws
from sfseed_core.generate.attempts import kept, settled
from sfseed_core.generate.cells import Coded, numbers_array
from sfseed_core.generate.conditions import fits
from sfseed_core.generate.hinted import hinted
from sfseed_core.generate.layout import GEOMETRIC, NATURAL, Layout
from sfseed_core.generate.locales import Locales, locales_of
from sfseed_core.generate.memory import keep_freed_memory
from sfseed_core.generate.pools import Pools
from sfseed_core.generate.provider import Scope
from sfseed_core.generate.references import Keys, reachable, refer
from sfseed_core.generate.registry import Registry, installed
from sfseed_core.generate.rows import Rows
from sfseed_core.generate.texts import strings
from sfseed_core.recipe.columns import RECORD_TYPE, SYMBOL_MARK, needs_target, schema_of
from sfseed_core.recipe.model import TOGETHER, WHEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfseed_core.generate.cells import Cells
    from sfseed_core.generate.judged import Judge
    from sfseed_core.generate.provider import Make
    from sfseed_core.recipe.model import ColumnPlan, ObjectPlan, Plan, ReferencePlan

T = TypeVar("T")
CHUNK = 65_536
_PIECE = 32_768  # records made at a time: enough that calls do not count, few enough that columns stay near the processor
_NARROW = 1_000_000  # values of a piece
_SHORTEST = 4_096


def rows(plan: Plan, object_name: str, start: int, stop: int) -> pa.RecordBatch:
    """Return the records `start` to `stop` (not included) of an object, with the schema of `recipe.columns.schema_of`.

    The same records come out whatever slice they are asked in. Raises KeyError for an object that is not in the plan.
    """
    return Engine(plan).rows(object_name, start, stop)


def batches(plan: Plan, object_name: str, chunk: int = CHUNK) -> Iterator[pa.RecordBatch]:
    """Yield all records of an object in order, in batches of `chunk`."""
    return Engine(plan).batches(object_name, chunk)


class Engine:
    """A plan made ready: each column's maker is prepared once, at its first use.

    May be used by several threads at once: what it remembers is the same whoever computes it.
    """

    def __init__(self, plan: Plan, registry: Registry | None = None) -> None:
        keep_freed_memory()
        self.plan = plan
        self.registry = registry or installed()
        self._objects = {one.name: one for one in plan.objects}
        self._places = {one.name: place for place, one in enumerate(plan.objects)}
        self._judge = _judge_of(plan)
        self._columns = {one.name: {column.field: column for column in one.columns} for one in plan.objects}
        self._references = {one.name: {each.field: each for each in one.references} for one in plan.objects}
        self._makers: dict[tuple[str, str, str], Make] = {}
        self._layouts: dict[tuple[str, str], Layout | None] = {}
        self._pools: dict[str, Pools] = {}
        self._once: dict[tuple[str, ...], object] = {}

    def rows(self, object_name: str, start: int, stop: int) -> pa.RecordBatch:
        """Return the records `start` to `stop` (not included) of an object."""
        plan = self._objects[object_name]
        stop = min(stop, plan.count)
        return self.batch(self.at(object_name, np.arange(min(start, stop), stop, dtype=np.int64)))

    def batches(self, object_name: str, chunk: int = CHUNK) -> Iterator[pa.RecordBatch]:
        """Yield all records of an object in order, in batches of `chunk`."""
        for start in range(0, self._objects[object_name].count, chunk):
            yield self.rows(object_name, start, start + chunk)

    def pieces(self, object_name: str, start: int = 0, stop: int | None = None) -> Iterator[Callable[[], Rows]]:
        """Yield records of an object in order (if not said, all), yet to be made: each piece may be called on any thread.

        Wide objects go in short ones.
        """
        plan = self._objects[object_name]
        stop = plan.count if stop is None else min(stop, plan.count)
        chunk = min(max(_NARROW // max(len(plan.columns), 1), _SHORTEST), _PIECE)
        for first in range(start, stop, chunk):
            yield partial(self._run, object_name, first, min(first + chunk, stop))

    def _run(self, object_name: str, start: int, stop: int) -> Rows:
        return self.at(object_name, np.arange(start, stop, dtype=np.int64))

    def at(self, object_name: str, records: np.ndarray) -> Rows:
        """Return records of an object by number, in any order, to ask columns of."""
        first = self.drawn(object_name, records)
        if self._judge is None or object_name not in self._judge.conditions:
            return first
        return self._settled(first, self._judge)

    def drawn(self, object_name: str, records: np.ndarray) -> Rows:
        """Return records of an object as they are first drawn, whatever the rules say of them."""
        return Rows(self, self._objects[object_name], records)

    def _settled(self, first: Rows, judge: Judge) -> Rows:
        plan, records = first.plan, first.records
        trying = Rows(self, plan, records, judged=True)
        found = settled(trying, lambda some, tries: Rows(self, plan, some, tries, judged=True), judge.verdicts)
        return first if found is None else Rows(self, plan, records, found)

    def comes_before(self, earlier: str, later: str) -> bool:
        """Say whether an object is made before another, in load order."""
        return self._places.get(earlier, -1) < self._places.get(later, -1)

    def batch(self, some: Rows) -> pa.RecordBatch:
        """Return all columns of the records."""
        schema = schema_of(some.plan)
        arrays = [numbers_array(some.records, pa.int64())]
        arrays += [some.cells(one.field).arrow(schema.field(one.field).type) for one in some.plan.columns]
        for reference in some.plan.references:
            arrays += _reference_arrays(reference, some.keys(reference.field))
        if some.plan.record_types:
            arrays.append(some.record_type_names().text())
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def key(self, *names: str | int) -> int:
        """Return the key of draws for the names under the plan's seed."""
        return draws.key(self.plan.seed, *names)

    def count(self, object_name: str) -> int:
        """Return how many records of the object there are; 0 when the plan does not have it."""
        plan = self._objects.get(object_name)
        return plan.count if plan else 0

    def object(self, object_name: str) -> ObjectPlan:
        """Return the plan of an object."""
        return self._objects[object_name]

    def column(self, object_name: str, field: str) -> ColumnPlan | None:
        """Return the plan of a column, if there is one."""
        return self._columns.get(object_name, {}).get(field)

    def place(self, object_name: str) -> Mapping[str, Any] | None:
        """Return how the city of an object's records is found: as the first of its address columns says."""
        return self.once(("place", object_name), lambda: self._place(object_name))

    def _place(self, object_name: str) -> Mapping[str, Any] | None:
        columns = self._columns.get(object_name, {}).values()
        return next((one.options["place"] for one in columns if "place" in one.options), None)

    def once(self, name: tuple[str, ...], make: Callable[[], T]) -> T:
        """Return what `make` makes, made at the first time of asking for the name."""
        if name not in self._once:
            self._once[name] = make()
        return cast("T", self._once[name])

    def has_column(self, object_name: str, field: str) -> bool:
        """Say whether the plan makes the field."""
        return field in self._columns.get(object_name, {})

    def pools(self, locale: str | None = None) -> Pools:
        """Return the vocabularies of a locale (the plan's own, if not named)."""
        name = locale or self.plan.locale
        if name not in self._pools:
            self._pools[name] = Pools.of(name)
        return self._pools[name]

    def make(self, some: Rows, field: str) -> Cells:
        """Return the cells of a field, empty for its plan's share of records."""
        if some.plan.locales:
            locales, parts = some.locale_parts()
            return locales.merged(self, [part.cells(field) for part in parts])
        cells = self._alone(some, field)
        for other in self._columns[some.plan.name][field].options.get(TOGETHER, ()):
            cells = cells.masked(self._alone(some, other).valid)
        return cells

    def _alone(self, some: Rows, field: str) -> Cells:
        """Return the cells of a field whatever those that it comes together with hold."""
        place = (some.plan.name, some.plan.locale or "", field)
        if place not in self._makers:
            self._makers[place] = self.maker(some.plan, self._columns[some.plan.name][field])
        make = self._makers[place]
        if TOGETHER not in self._columns[some.plan.name][field].options:
            return make(some)
        return some.once(f"alone {field}", lambda: make(some))

    def locale_parts(self, some: Rows) -> tuple[Locales, list[Rows]]:
        """Return the locales of records of an object that has several, and the records of each by themselves."""
        names = [name for name, _ in some.plan.locales]
        found = Locales.of(locales_of(some), len(names))
        parts = zip(names, found.places, strict=True)
        return found, [some.part(places).in_locale(name) for name, places in parts]

    def maker(self, plan: ObjectPlan, column: ColumnPlan) -> Make:
        """Return what makes the column's cells, empty for its share of records."""
        provider = self.registry.get(column.provider)
        if provider is None:
            raise InternalError(f"{plan.name}.{column.field}: the plan names an unknown provider {column.provider!r}")
        try:
            make = provider.prepare(Scope(self, plan, column))
        except (KeyError, ValueError, TypeError, ArithmeticError) as error:
            raise RecipeError(
                f"{plan.name}.{column.field}: the provider {column.provider!r} cannot use its options: {error!r}"
            ) from error
        key = self.key(plan.name, str(column.options.get("empty_with", column.field)), "empty")

        when = column.options.get(WHEN)
        # a value that a rule names stands wherever it is asked for
        filled = hinted(self, plan, column, make if when is None else lambda some: make(some).masked(fits(some, when)))

        def emptied(some: Rows) -> Cells:
            cells = make(some.first()) if column.unique else filled(some)
            if column.null_share:
                cells = cells.masked(kept(some, key, column.null_share))
            return cells if column.rows is None else cells.masked(some.between(*column.rows))

        return emptied

    def refer(self, some: Rows, field: str) -> Keys:
        """Return what a reference points to."""
        return refer(some, self._references[some.plan.name][field])

    def refers(self, object_name: str, field: str) -> bool:
        """Say whether the plan fills the reference."""
        return field in self._references.get(object_name, {})

    def record_type_names(self, object_name: str) -> pa.StringArray:
        """Return the names of the plan's record types, in order."""
        plan = self._objects[object_name]
        return self.once(("record types", object_name), lambda: strings([name for name, _ in plan.record_types]))

    def record_types(self, some: Rows) -> np.ndarray:
        """Return the position of each record's type in the plan's `record_types`."""
        weights = [weight for _, weight in some.plan.record_types]
        if some.plan.record_types_in_order:
            return np.searchsorted(np.cumsum(weights), some.records, side="right")
        drawn = draws.sixteenths(some.draw(self.key(some.plan.name, RECORD_TYPE)))
        return draws.table(weights)[drawn]

    def layout(self, object_name: str, field: str) -> Layout | None:
        """Return how the object's records are laid along the parents of the field; None when they are not."""
        place = (object_name, field)
        if place not in self._layouts:
            self._layouts[place] = self._lay(object_name, field)
        return self._layouts[place]

    def may_move(self, object_name: str, field: str) -> bool:
        """Say whether a record may hang on another parent than the layout has for it: where nothing else follows the layout."""
        return self.once(("may move", object_name, field), lambda: not any(self._following(object_name, field)))

    def _following(self, object_name: str, field: str) -> Iterator[bool]:
        for other in self.plan.objects:
            for one in other.references:
                laid_here = one.mode == "within" and one.targets[0].object == object_name
                yield laid_here and one.options.get("through") == field
                yield other.name == object_name and (one.mode == "pair" or (one.mode == "self" and "via" in one.options))

    def _lay(self, object_name: str, field: str) -> Layout | None:
        plan = self._objects.get(object_name)
        reference = self._references.get(object_name, {}).get(field)
        if plan is None or reference is None or reference.mode != "children":
            return None
        parents = sum(reachable(self, reference, target) for target in reference.targets)
        if not parents or not plan.count:
            return None
        options, key = reference.options, self.key(object_name, field)
        if "histogram" in options:
            histogram = tuple((int(number), int(weight)) for number, weight in options["histogram"])
            return Layout(parents, plan.count, key, maximum=int(options.get("maximum", 0)), histogram=histogram)
        distribution = str(options.get("distribution", NATURAL))
        # nobody is left without, where there is enough for all: children of children then always find a parent
        all_have = plan.count >= parents and distribution != GEOMETRIC
        minimum = int(options.get("minimum", 1 if all_have else 0))
        return Layout(parents, plan.count, key, distribution, minimum, int(options.get("maximum", 0)))


def _judge_of(plan: Plan) -> Judge | None:
    if plan.rules is None:
        return None
    from sfseed_core.generate.judged import judge_of  # the formula language, which most plans do without

    return judge_of(plan)


def _reference_arrays(reference: ReferencePlan, keys: Keys) -> list[pa.Array]:
    arrays = [numbers_array(keys.numbers, pa.int64(), keys.with_number())]
    if needs_target(reference):
        names = strings([one.object or f"{SYMBOL_MARK}{one.symbol}" for one in keys.targets])
        which = np.zeros(len(keys.numbers), dtype=np.int32) if keys.which is None else keys.which
        arrays.append(Coded(names, which, keys.valid).text())
    return arrays
