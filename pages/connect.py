"""Connect: choose the org, then what it should be filled with."""

from __future__ import annotations

from pages.shared import connecting, foot, frame, making, org_check, saved_orgs, signing_in, state

frame.inside()
where = state.place()
if where.org is None:
    connecting.welcome()
    connecting.earlier(where)
    saved_orgs.orgs()
    signing_in.ways()
    foot.bar(None)
elif (org := org_check.reached(where)) is not None:
    connecting.earlier(where)
    connecting.filling(where)
    plan = making.plan(where)
    connecting.summary(plan, making.surveyed(where))
    org_check.panel(where.org, org, plan)
    free = connecting.free_megabytes(where)
    if foot.bar(foot.of_plan(plan, free), onward="Make the records", why_not=connecting.why_not(where)):
        making.make(where)
