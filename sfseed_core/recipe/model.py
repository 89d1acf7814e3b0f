"""The recipe (what the user asks for) and the plan (every object, count, column and reference, resolved).

A plan is self-contained: `generate` needs nothing else. It is JSON through `recipe.plan_json`, and two equal plans
make the same bytes anywhere.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sfseed_core.schema.model import ObjectSchema, ValidationRule
    from sfseed_core.snapshot.model import LookedUp

Value = str | bool | int | float | None
"""The value of a global, as JSON has it."""

SHARE = 65_536  # shares are integers out of this many: no float reaches a cell

TOGETHER = "together"  # an option of any column: fields without which it stays empty
WHEN = "when"  # an option of any column: the field, and the values of it, without which it stays empty
ONLY = "only"  # an option of any reference: which field of the record it leads to must hold what, else it stays empty
GIVEN, VARIANTS = "given", "variants"  # providers that put a column together out of others

STANDARD_PRICE_BOOK = "standard-price-book"
RUNNING_USER = "running-user"


@dataclass(frozen=True, slots=True)
class FieldRecipe:
    """What the user says of one field; everything not said is inferred.

    `values` are constants to choose from (with `weights`), `provider` a registry name with `options`, `empty` the share
    of records without a value in percent. `to` are objects that a reference may point to, with weights; a reference's other
    `options` are those of `ReferencePlan`'s mode.
    """

    provider: str | None = None
    options: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    values: tuple[str, ...] | None = None
    weights: tuple[int, ...] | None = None
    empty: int | None = None
    skip: bool = False
    unique: bool = False
    to: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """What holds for a share of an object's records, in percent, over what holds for all."""

    name: str
    share: int
    fields: Mapping[str, FieldRecipe]


@dataclass(frozen=True, slots=True)
class Existing:
    """Records that the org has: those that `where` (SOQL, all when empty) finds, by Id, at most `limit` of them."""

    where: str = ""
    limit: int = 2_000

    def found_in(self, name: str) -> str:
        """Return the rest of a query behind `SELECT Id FROM`: what a dataset holds in place of the records' ids."""
        condition = f" WHERE {self.where}" if self.where else ""
        return f"{name}{condition} ORDER BY Id LIMIT {self.limit}"


@dataclass(frozen=True, slots=True)
class ObjectRecipe:
    """What the user says of one object: `count`, or `per` a parent (object name) `each` children on average.

    `rows` are the first records as given, by field name or label; the column `as` names a row, for references to say `@name`.
    With `only`, of the fields that may stay empty just these (and those in `fields`) get values. `existing` are records that
    the org has, to refer to: besides those that are made, or, where nothing says how many to make, instead of them. `locales`
    are shares of records in percent by locale, `owners` user names with weights (`active`: all active users, evenly). `spread`
    are options of the reference that the records are laid along. `upsert` is the external id by which records that the org has
    are changed instead of made anew.
    """

    name: str
    count: int | None = None
    per: str | None = None
    each: float | None = None
    spread: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, FieldRecipe] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    record_types: Mapping[str, int] | None = None
    existing: Existing | None = None
    only: tuple[str, ...] | None = None
    locales: tuple[tuple[str, int], ...] = ()
    owners: Mapping[str, int] | None = None
    rows: tuple[Mapping[str, str], ...] = ()
    variants: tuple[Variant, ...] = ()
    upsert: str | None = None

    @property
    def only_existing(self) -> bool:
        """Whether no record of the object is to be made."""
        return self.existing is not None and self.count is None and self.per is None and not self.rows


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the user asks for; `path` is where it was read from, `places` says where in that file each part stands.

    `objects` are the named ones. `select` adds all custom objects, or all that can hold records, but for those `without`;
    what they require is added by the planner. `mark` are fields that get the value in every object that has them, so that
    seeded records can be told from others. `given` are values of globals that rules ask for, by path in small
    letters. `preset` is a recipe of ours that this one stands on: what it says of an object replaces what the preset says.
    `locales` and `owners` hold for every object that does not say its own. With `activate` a load ends by activating
    contracts and orders.
    """

    objects: Mapping[str, ObjectRecipe]
    preset: str | None = None
    seed: int | None = None
    as_of: date | None = None
    locales: tuple[tuple[str, int], ...] = ()
    owners: Mapping[str, int] | None = None
    activate: bool = False
    select: Literal["named", "custom", "all"] = "named"
    mark: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    without: tuple[str, ...] = ()
    given: Mapping[str, Value] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    title: str = ""
    about: str = ""
    path: str | None = None
    places: Mapping[tuple[str, ...], str] = dataclasses.field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How the values of one field are made: a provider of the registry with its options.

    `options` hold JSON values only (the provider documents them). `null_share` out of SHARE. `type` is describe's;
    `recipe.columns.arrow_type(type, precision, scale)` is the column's Arrow type. `rows`: filled only in the records from
    start up to stop (the person accounts among accounts); None: in all. `why` is one line for `plan --explain`.
    """

    field: str
    type: str
    provider: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    null_share: int = 0
    length: int = 0
    precision: int = 0
    scale: int = 0
    unique: bool = False
    rows: tuple[int, int] | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reference may point: a generated `object`, or a `symbol` for what the org already has.

    With `count` the symbol is a query (`Existing.found_in`), which found so many records when it was planned: local keys count
    these. Without it the symbol stands for one record; where it is `keyed` (`recipe.columns.keyed_symbol`), for the one whose
    field has the value that is said row by row.
    """

    object: str | None
    symbol: str | None = None
    weight: int = 1
    count: int = 0
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """How one reference field is filled with local keys.

    `mode`:
    `children` the parents' quotas decide: totals exact, the object's rows laid along it, sorted by it; options
        `distribution` (`generate.layout` lists them), `minimum` and `maximum` per parent, `below`: only the first so many
        records of the target are parents.
    `spread` each record draws a target; options `below`: only among the first so many records of each target; `first`, two
        numbers: of a single target only the first so many of every so many records; `as`: by the
        draw of that field, so that both hold the same record of the same targets; `near`, a path: one of the drawn target's
        records that hang on the record there, or that record itself.
    `pair` the j-th partner of the parent in the object's `children` reference, by a keyed permutation: no pair twice;
        options `away_from`, a path: never the record that the path leads to; `below` as for `spread`.
    `self` a lower record number of the same object: a forest of at most `depth` levels below its roots, which are `roots` of a
        hundred records; option `via`: a `children` reference, both records have the same parent there.
    `along` the record that the parent at the end of path `via` has in its field `through`.
    `within` one of the records of the target whose `children` reference `through` leads where the path `via` leads from
        here (an empty path: to this very record); where there is none: empty, or any if `required`. With option `once` the
        children of one parent take each of them once.
    `cycle` record r points to record r modulo the number of the target's records; option `once`: only in the first round.
    `round` record r, in round r div (number of the target's records of `with`, a `cycle` reference): round 0 the first
        target (a symbol), round k > 0 record k - 1 of the second. Together with `with` no pair twice.
    `symbol` always the org's own record.
    A path is reference fields joined by dots, each of the object that the one before leads to.

    Option of every mode: `given`: record numbers for the first records, of the first target (-1: as the mode says, -2: none);
    `slot` (`name`, `low`, `high`): filled where the draw that all references of the slot's name share
    falls from low up to high, out of SHARE; with `chooses` true the same draw also chooses among the targets, by
    cumulative weight. `null_share` then empties some more, `rows` all outside of it (as for columns). `deferred`: left
    empty at insert and filled by an update pass.
    """

    field: str
    mode: Literal["children", "spread", "pair", "self", "along", "within", "cycle", "round", "symbol"]
    targets: tuple[Target, ...]
    null_share: int = 0
    deferred: bool = False
    required: bool = False
    rows: tuple[int, int] | None = None
    options: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    why: str = ""


@dataclass(frozen=True, slots=True)
class ObjectPlan:
    """One object to be made: `count` records, inserted at `level` (0 first; objects of a level are independent).

    `record_types` are developer names with weights (empty: the org's default). With `record_types_in_order` the weights are
    numbers of records instead, which add up to `count`: the first type's records come first, and so on. `first_pass` splits
    the insert into two ordered parts where the org needs one before the other (PricebookEntry: standard book first): rows
    whose reference `field` holds `symbol` go first, as `(field, symbol)`. `locale`: of its names and places, if not the
    plan's; `locales`: of shares of its records, in percent, drawn record by record, or by the record of `locale_of` that the
    path `locale_via` leads to. `upsert` is the external id by which records that the org has are changed instead of made anew.
    """

    name: str
    count: int
    level: int
    columns: tuple[ColumnPlan, ...]
    references: tuple[ReferencePlan, ...] = ()
    record_types: tuple[tuple[str, int], ...] = ()
    record_types_in_order: bool = False
    first_pass: tuple[str, str] | None = None
    storage_bytes: int = 2048
    why: str = ""
    locale: str | None = None
    locales: tuple[tuple[str, int], ...] = ()
    locale_via: str | None = None
    locale_of: str | None = None
    upsert: str | None = None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The org's validation rules that records are made to pass, with all that these read.

    `rules` are each object's active ones; `schemas` the objects with only the fields that rules read; `values` those of globals
    by path in small letters; `hints` values per `Object.Field` that decide some rule, which a record that is drawn again may
    take; `hinted_together` per object those that belong together, as lists side by side by field. `looked_up` are the org's
    records that rules go through by VLOOKUP, by object in small letters; `given` those of `values` that the user stated.
    `unjudged` are the rules, as `Object.Rule`, that are
    left to the check: no record could be made to pass them, or nothing is known.
    """

    rules: Mapping[str, tuple[ValidationRule, ...]]
    schemas: Mapping[str, ObjectSchema]
    values: Mapping[str, Value] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    hints: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    hinted_together: Mapping[str, tuple[Mapping[str, tuple[str, ...]], ...]] = dataclasses.field(
        default_factory=lambda: MappingProxyType({})
    )
    unjudged: tuple[str, ...] = ()
    looked_up: Mapping[str, LookedUp] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    given: Mapping[str, Value] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Plan:
    """The recipe resolved: objects in load order, and what must not move (seed, as-of date and zone, pools).

    `omitted` maps `Object.Field` to why nothing is made for it. `notes` are lines for the user. With `activate` a
    load ends by activating contracts and orders.
    """

    seed: int
    as_of: date
    zone: str
    locale: str
    objects: tuple[ObjectPlan, ...]
    schema_fingerprint: str
    preset: str | None = None
    pools: str = "1"
    omitted: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    rules: RuleBook | None = None
    activate: bool = False

    def object(self, name: str) -> ObjectPlan:
        """Return the plan of one object; raises KeyError when it is not in the plan."""
        for one in self.objects:
            if one.name == name:
                return one
        raise KeyError(name)
