"""Reading an org's schema: the list of objects, then the describes of what is wanted and what that requires."""

from __future__ import annotations

import difflib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import DataError, GuardRefused, LoginFailed, NotFound, OrgError, SessionExpired
from sfseed_core.events import SILENT, Progress
from sfseed_core.schema.cache import LISTING, Cache, Cached
from sfseed_core.schema.graph import required_parents
from sfseed_core.schema.model import Schema
from sfseed_core.schema.parse import object_schema, summaries
from sfseed_core.schema.seedable import seedable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from sfseed_core.events import Observer
    from sfseed_core.org.client import Described, Org, Stamp
    from sfseed_core.schema.model import ObjectSchema, ObjectSummary

PARALLEL = 16  # describes at a time: far below the 25 long calls that an org answers at once, and these are short
_FATAL = (LoginFailed, GuardRefused, SessionExpired)  # the next object would fail alike


def listing(org: Org, cache: Cache) -> dict[str, ObjectSummary]:
    """Return the org's objects, from one call that transfers nothing when nothing has changed."""
    return summaries(_conditional(org, cache, LISTING, org.describe_global))


def discover(
    org: Org,
    *,
    names: Collection[str] | None = None,
    cache: Cache,
    observer: Observer = SILENT,
    also_parents: bool = True,
    parallel: int = PARALLEL,
) -> Schema:
    """Describe the named objects (None: all that can be seeded) and what they require, several at a time.

    `also_parents` follows required references to objects that were not named. An object whose describe fails is
    listed in `failures` while the rest goes on. Raises NotFound for a name that the org does not have.
    """
    listed = listing(org, cache)
    wanted = _wanted(listed, names)
    reader = _Reader(org, cache, observer, parallel)
    objects: dict[str, ObjectSchema] = {}
    failures: dict[str, str] = {}
    while wanted:
        found, failed = reader.read(wanted, known=len(objects) + len(failures))
        objects |= found
        failures |= failed
        parents = required_parents(objects, objects) if also_parents else {}
        wanted = [name for name in parents if name in listed and name not in objects and name not in failures]
    return Schema(
        org_id=org.org_id,
        api_version=org.api_version,
        objects=MappingProxyType(objects),
        listing=MappingProxyType(listed),
        failures=MappingProxyType(failures),
    )


def describe_one(org: Org, cache: Cache, name: str) -> ObjectSchema:
    """Return one object, described anew or unchanged from the cache."""
    found = object_schema(_conditional(org, cache, name, lambda stamp: org.describe(name, stamp)))
    if found.name != name:
        raise DataError(f"the org was asked for {name} and described {found.name}")
    return found


def remembered(org: Org, cache: Cache) -> tuple[dict[str, ObjectSummary], dict[str, ObjectSchema]]:
    """Return the listing and the objects that were read of the org before, without asking it; what cannot be read is absent."""
    known = cache.read(org.org_id, org.api_version, LISTING)
    try:
        listed = summaries(known.raw) if known is not None else {}
    except DataError:
        return {}, {}
    return listed, {name: one for name in listed if (one := remembered_one(org, cache, name)) is not None}


def remembered_one(org: Org, cache: Cache, name: str) -> ObjectSchema | None:
    """Return an object as it was last read of the org, without asking it."""
    known = cache.read(org.org_id, org.api_version, name)
    try:
        return object_schema(known.raw) if known is not None else None
    except DataError:
        return None


def find(name: str, names: Iterable[str]) -> str:
    """Return the org's own spelling of an object's name; NotFound with the nearest names when there is none."""
    known = {one.lower(): one for one in names}
    if name.lower() in known:
        return known[name.lower()]
    near = difflib.get_close_matches(name.lower(), known, n=3)
    hint = f"Did you mean {', '.join(known[one] for one in near)}?" if near else "See sfseed discover for what there is."
    raise NotFound(f"the org has no object {name!r}, or this user may not see it", hint=hint)


def _wanted(listed: Mapping[str, ObjectSummary], names: Collection[str] | None) -> list[str]:
    if names is None:
        return [name for name, summary in listed.items() if seedable(summary) is None]
    return list(dict.fromkeys(find(name, listed) for name in names))


def _conditional(org: Org, cache: Cache, name: str, ask: Callable[[Stamp | None], Described]) -> dict[str, Any]:
    known = cache.read(org.org_id, org.api_version, name)
    answer = ask(known.stamp if known is not None else None)
    if answer.raw is None:
        assert known is not None
        return known.raw
    cache.write(org.org_id, org.api_version, name, Cached(answer.raw, answer.stamp))
    return answer.raw


@dataclass(frozen=True, slots=True)
class _Reader:
    """Describes objects several at a time, telling the observer after each."""

    org: Org
    cache: Cache
    observer: Observer
    parallel: int

    def read(self, names: Collection[str], *, known: int) -> tuple[dict[str, ObjectSchema], dict[str, str]]:
        """Return the described objects in the order asked for, and the failures with their reasons."""
        found: dict[str, ObjectSchema] = {}
        failures: dict[str, str] = {}
        pool = ThreadPoolExecutor(max_workers=self.parallel, thread_name_prefix="describe")
        try:
            asked = {pool.submit(describe_one, self.org, self.cache, name): name for name in names}
            for number, future in enumerate(as_completed(asked), known + 1):
                name = asked[future]
                try:
                    found[name] = future.result()
                except _FATAL:
                    raise
                except (OrgError, DataError, ValueError, OSError) as error:
                    failures[name] = str(error)
                self.observer.notify(Progress("discover", number, known + len(names), "objects described", name))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return {name: found[name] for name in names if name in found}, failures
