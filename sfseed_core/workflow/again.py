"""Again: what to do when the same plan was loaded into this org before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.events import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_core.load.journal import Run
    from sfseed_core.workflow.seed import Work


def settle(work: Work, earlier: Sequence[Run]) -> bool:
    """Do with earlier loads of the same plan what the request says; return whether this run still has something to load.

    Raises UserError (exit code 2, nothing written) when the request says to stop.
    """
    if not earlier:
        return True
    return _WAYS[work.request.again](work, earlier)


def _stop(_: Work, earlier: Sequence[Run]) -> bool:
    newest = earlier[0]
    raise UserError(
        f"The same plan was loaded into this org before, by {newest.id}; nothing was written.",
        hint="Say --again continue, replace or top-up; without --seed every plan is a new one.",
    )


def _continue(work: Work, earlier: Sequence[Run]) -> bool:
    from sfseed_core.workflow.seed import go_on

    newest = earlier[0]
    work.observer.notify(Note("load", f"going on with {newest.id}"))
    if not newest.state.ended:
        go_on(newest, home=work.home, observer=work.observer, clock=work.clock, agree=work.agree)
    work.run.put("continues", newest.id)
    work.run.note(f"continued by {newest.id}")
    return False


def _replace(work: Work, earlier: Sequence[Run]) -> bool:
    from sfseed_core.workflow.undo import undo

    for one in earlier:
        work.observer.notify(Note("undo", f"taking back {one.id} first"))
        one.put("request", one.get("request") | {"wait": work.request.wait})
        undo(one, home=work.home, observer=work.observer, clock=work.clock)
    return True


def _top_up(work: Work, earlier: Sequence[Run]) -> bool:
    from sfseed_core.load.adopt import adopt

    adopt(work.run, earlier[0], work.org, work.dataset())
    return True


_WAYS: Mapping[str, Callable[[Work, Sequence[Run]], bool]] = {
    "stop": _stop,
    "continue": _continue,
    "replace": _replace,
    "top-up": _top_up,
}
