"""What the user asked a run for: written into the run's folder before the first call to the org."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from sfseed_core.errors import SfseedError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.clock import Clock

Again = Literal["stop", "continue", "replace", "top-up"]
SEED_BITS = 53  # so that JSON readers of every language keep it exactly


@dataclass(frozen=True, slots=True)
class Request:
    """One `seed` or `load` as asked: enough to go on from any phase in another process.

    `recipe` is the recipe file's text (`recipe_path` where it stood); `dataset` and `revision` are set when an existing
    dataset is loaded. `test_first` records go first, as a test; a `dry_run` ends when it has said what it would do; with
    `adapt` what the org does not have is left out; `leave_calls` is the percentage of the org's daily API calls that is left
    over for others; with `wait` a run begins when another one in the org has ended; `patience` is how many minutes an org
    that does not answer is waited for (None: as set). With `activate` contracts and orders are activated at the end. `given`
    are values of globals that rules ask for, by path in small letters. `seed` and `as_of` are drawn when the request is made,
    so that every resume makes the same records.
    """

    org: str
    seed: int
    as_of: date
    preset: str | None = None
    recipe: str | None = None
    recipe_path: str | None = None
    counts: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    count_each: int | None = None
    count_scale: float | None = None
    up_to: Mapping[str, int] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    fit: int | None = None
    locale: str | None = None
    dataset: str | None = None
    revision: int | None = None
    again: Again = "stop"
    despite_findings: bool = False
    hold_refused: bool = False
    dry_run: bool = False
    test_first: int | None = None
    rows_per_job: int | None = None
    megabytes_per_job: int | None = None
    leave_calls: int | None = None
    adapt: bool = False
    wait: bool = False
    activate: bool = False
    patience: int | None = None
    given: Mapping[str, str | bool | int | float | None] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        """Return the request as JSON values."""
        data = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return data | {
            "as_of": self.as_of.isoformat(),
            "counts": dict(self.counts),
            "up_to": dict(self.up_to),
            "given": dict(self.given),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Request:
        """Read what `to_json` wrote; keys of newer versions are ignored."""
        known = {one.name for one in dataclasses.fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        return cls(**(values | {"as_of": date.fromisoformat(values["as_of"])}))


def draw_seed() -> int:
    """Draw a seed; it is recorded in the plan."""
    return secrets.randbits(SEED_BITS)


def make_request(*, org: str, clock: Clock, seed: int | None, as_of: date | None, **rest: Any) -> Request:
    """Fill in what was not said, here or in the recipe: the seed is drawn, the as-of date is this day.

    Raises UserError when there is neither or both of a preset and a recipe, unless a dataset is loaded.
    """
    if rest.get("dataset") is None and (rest.get("preset") is None) == (rest.get("recipe") is None):
        raise UserError("Say what to seed: a recipe file or --preset NAME, one of the two.")
    if rest.get("again", "stop") not in get_args(Again):
        raise UserError(f"again: {rest['again']!r} is not one of {', '.join(get_args(Again))}")
    own_seed, own_day = _said_in(rest.get("recipe"))
    seed = own_seed if seed is None else seed
    drawn = draw_seed() if seed is None else seed
    return Request(org=org, seed=drawn, as_of=as_of or own_day or clock.now().date(), **rest)


def _said_in(recipe: str | None) -> tuple[int | None, date | None]:
    """The variation number and the day that a recipe says; of one that cannot be read, planning tells why."""
    if recipe is None:
        return None, None
    from sfseed_core.recipe.read import parse_recipe

    try:
        found = parse_recipe(recipe)
    except SfseedError:
        return None, None
    return found.seed, found.as_of
