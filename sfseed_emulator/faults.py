"""Faults as data: what goes wrong, where, at the how-manieth time, and for how long.

A fault is a JSON object:

- `at`: `upload` (of a body), `before` or `after` (a request's act), `commit`; of a bulk job `chunk`, `row`, `line` (of a result
  file), `echo` (of the sent values in it)
- `match`: regular expressions that must all be found: `method`, `path`, `query`, `body` of a request; `object`, `operation`
  of a job
- `nth` (1): the match at which it begins; `times` (1; for row, echo and line 0): for how many matches, 0 for all that follow; each
  commit, request and chunk is a match, for row, echo and line each job
- `do`, with its own settings:
  - upload: `cut` (`bytes`: after how many of the body)
  - before: `hold` (`seconds`, else until released), `cut`, `answer` (`status`, `code`, `message`, `headers`), `html` (`status`: a
    proxy's page), `expire_token`, `purge_job` (the one in the path), `refresh_sandbox` (new org id, no records, no tokens)
  - after: `hold`, `cut`, `answer`, `html`, `break_off` (`bytes`: after how many), `leave_out_rows` (`rows_left_out`: the last
    ones of a CSV)
  - commit: `kill` (`moment`: before or after)
  - chunk: `fail` (`message`; `saved`: its rows are saved, though listed as unprocessed), `wait` (`seconds`)
  - row: `fail` (`rows` or `share`, `code`, `message`): the row is not saved; without a code, as if its record was locked.
    `contend`: the row is not saved if it needs a record that a batch holds which runs at the same time (see `row_locks`)
  - echo: `trim`, `lower_email`, `crlf_to_lf`, `trailing_zero`
  - line: `lose` (`rows`: numbers from 0, or `share`: 0 to 1; `counted`: whether the job's counters know the rows)
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from zlib import crc32

from sfseed_emulator import fault_acts, oauth, system
from sfseed_emulator.outcome import RowError
from sfseed_emulator.routes.route import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from sfseed_emulator.bulk.batches import BatchJob
    from sfseed_emulator.bulk.job import Job
    from sfseed_emulator.routes.route import Call

ACTIONS: Mapping[str, frozenset[str]] = {
    "upload": frozenset({"cut"}),
    "before": frozenset({"hold", "cut", "answer", "html", "expire_token", "purge_job", "refresh_sandbox"}),
    "after": frozenset({"hold", "cut", "answer", "html", "break_off", "leave_out_rows"}),
    "commit": frozenset({"kill"}),
    "chunk": frozenset({"fail", "wait"}),
    "row": frozenset({"fail", "contend"}),
    "echo": frozenset({"trim", "lower_email", "crlf_to_lf", "trailing_zero"}),
    "line": frozenset({"lose"}),
}
_JOB_WIDE = frozenset({"row", "echo", "line"})
_MATCHES = frozenset({"method", "path", "query", "body", "object", "operation"})
_SETTINGS = frozenset({"seconds", "status", "code", "message", "headers", "moment", "rows", "share", "counted", "bytes", "saved",
                       "rows_left_out"})  # fmt: skip
_BODY_SEEN = 100_000  # characters of a body that a match looks at
_POLL = 0.02

CONTROL = "/__emulator__"
"""Where the emulator's own resources are; no fault strikes there."""


class FaultError(ValueError):
    """A fault that says something no fault can mean."""


@dataclass(slots=True)
class Fault:
    """One fault and how often it was met; `released` ends its holds."""

    at: str
    do: str
    match: Mapping[str, re.Pattern[str]]
    nth: int
    times: int
    settings: Mapping[str, Any]
    seen: int = 0
    fired: int = 0
    jobs: dict[str, bool] = field(default_factory=dict)  # jobs met, and whether they were struck
    released: threading.Event = field(default_factory=threading.Event)

    def to_json(self) -> dict[str, object]:
        """Return the fault as it was given, with its counters."""
        match = {name: pattern.pattern for name, pattern in self.match.items()}
        given = {"at": self.at, "do": self.do, "match": match, "nth": self.nth, "times": self.times, **self.settings}
        return {**given, "seen": self.seen, "fired": self.fired, "released": self.released.is_set()}


def read_fault(data: object) -> Fault:
    """Read a fault from its JSON form; FaultError says what is wrong with it."""
    if not isinstance(data, dict):
        raise FaultError(f"a fault is a JSON object, not {type(data).__name__}")
    at, do = str(data.get("at")), str(data.get("do"))
    if at not in ACTIONS:
        raise FaultError(f"at: {at!r} is none of {', '.join(ACTIONS)}")
    if do not in ACTIONS[at]:
        raise FaultError(f"do: {do!r} is none of {', '.join(sorted(ACTIONS[at]))} (at {at})")
    unknown = set(data) - {"at", "do", "match", "nth", "times"} - _SETTINGS
    if unknown:
        raise FaultError(f"unknown key: {', '.join(sorted(map(str, unknown)))}")
    match = data.get("match") or {}
    if not isinstance(match, dict) or set(match) - _MATCHES:
        raise FaultError(f"match: an object with keys of {', '.join(sorted(_MATCHES))}, not {match!r}")
    settings = {name: value for name, value in data.items() if name in _SETTINGS}
    patterns = {name: _pattern(value) for name, value in match.items()}
    return Fault(at, do, patterns, _count(data, "nth", 1), _count(data, "times", int(at not in _JOB_WIDE)), settings)


def _pattern(value: object) -> re.Pattern[str]:
    try:
        return re.compile(str(value))
    except re.error as error:
        raise FaultError(f"match: {value!r} is no regular expression: {error}") from None


def _count(data: Mapping[str, object], name: str, default: int) -> int:
    value = data.get(name, default)
    if not isinstance(value, int) or value < 0:
        raise FaultError(f"{name}: a whole number from 0 on, not {value!r}")
    return value


def read_faults(path: Path) -> list[Fault]:
    """Read the faults of a JSON or YAML file: one, or a list."""
    text = path.read_text(encoding="utf-8")
    if path.suffix.lower() in (".yaml", ".yml"):
        import yaml

        data = yaml.safe_load(text)
    else:
        data = json.loads(text)
    return [read_fault(one) for one in (data if isinstance(data, list) else [data])]


class Faults:
    """All faults of an emulator, asked at each point where one may strike; may be changed at any time."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = list(faults)
        self._lock = threading.Lock()
        self._saved: dict[str, bool] = {}  # jobs that just failed, and whether their chunk is saved

    # ---- the control routes' side

    def add(self, fault: Fault) -> int:
        """Add a fault and return its number."""
        with self._lock:
            self._faults.append(fault)
            return len(self._faults) - 1

    def listed(self) -> list[dict[str, object]]:
        """Return all faults with their counters."""
        with self._lock:
            return [{"number": number, **fault.to_json()} for number, fault in enumerate(self._faults)]

    def release(self, number: int | None = None) -> None:
        """End the holds of one fault, or of all."""
        with self._lock:
            for found in self._faults if number is None else self._faults[number : number + 1]:
                found.released.set()

    def clear(self) -> None:
        """Drop all faults and end their holds."""
        self.release()
        with self._lock:
            self._faults.clear()

    # ---- FaultPoints: around requests and commits

    async def before(self, call: Call) -> Answer | None:
        """Strike before a request acts."""
        fault = self._strike_request("before", call)
        if fault is None:
            return None
        unseen = _BEFORE.get(fault.do)
        if unseen is not None:
            await asyncio.to_thread(unseen, call)
            return None
        if fault.do == "hold":
            await _hold(fault)
            return None
        return _cut_or_answer(fault)

    async def after(self, call: Call, answer: Answer) -> Answer:
        """Strike after a request has acted."""
        fault = self._strike_request("after", call)
        if fault is None:
            return answer
        if fault.do == "hold":
            await _hold(fault)
            return answer
        changed = _AFTER.get(fault.do)
        return changed(answer, fault.settings) if changed is not None else _cut_or_answer(fault)

    def upload(self, call: Call) -> int | None:
        """Strike while a body is read."""
        fault = self._strike_request("upload", call)
        return int(fault.settings.get("bytes", 0)) if fault is not None else None

    def commit(self, moment: Literal["before", "after"]) -> None:
        """Strike at a commit; those before and those after a commit are counted apart, each fault names one."""
        with self._lock:
            struck = [
                fault
                for fault in self._faults
                if fault.at == "commit" and fault.settings.get("moment", "before") == moment and _meets(fault)
            ]
        if struck:
            system.kill_this_process()

    # ---- JobFaults: around bulk jobs

    def chunk_error(self, job: Job) -> str | None:
        """Strike before a chunk of a job is saved."""
        fault = self._strike("chunk", _job_facts(job))
        if fault is None:
            return None
        if fault.do == "wait":
            time.sleep(float(fault.settings.get("seconds", 1)))
            return None
        self._saved[job.id] = bool(fault.settings.get("saved"))
        return str(fault.settings.get("message", "InternalServerError : Retried more than 20 times"))

    def saves_failed_chunk(self, job: Job) -> bool:
        """Say whether the rows of the chunk at which a job just failed are saved all the same."""
        return self._saved.pop(job.id, False)

    def echo(self, job: Job) -> Callable[[Sequence[str], list[str]], list[str]] | None:
        """Return what the job's faults make of a result line's columns."""
        changes = [ECHOES[fault.do] for fault in self._of_job("echo", job)]
        if not changes:
            return None

        def changed(_header: Sequence[str], row: list[str]) -> list[str]:
            for change in changes:
                row = [change(value) for value in row]
            return row

        return changed

    def refuses_row(self, job: Job) -> Callable[[int], RowError | None] | None:
        """Return which rows fail, and with which error."""
        refusing = [fault for fault in self._of_job("row", job) if fault.do == "fail"]
        if not refusing:
            return None
        errors = [(fault, _row_error(fault)) for fault in refusing]
        return lambda number: next((error for fault, error in errors if _chosen(fault, number)), None)

    def lets_contend(self, job: Job | BatchJob) -> bool:
        """Say whether rows fail that need a record which another batch holds."""
        return any(fault.do == "contend" for fault in self._of_job("row", job))

    def loses_line(self, job: Job) -> Callable[[int], bool] | None:
        """Return which rows get no line."""
        losing = self._of_job("line", job)
        return (lambda number: any(_chosen(fault, number) for fault in losing)) if losing else None

    def counts_lost_rows(self, job: Job) -> bool:
        """Say whether rows without a line are counted all the same."""
        return all(fault.settings.get("counted", True) for fault in self._of_job("line", job))

    def _of_job(self, at: str, job: Job | BatchJob) -> list[Fault]:
        """Return the faults that hold for the whole of a job; a fault meets a job once."""
        facts = _job_facts(job)
        with self._lock:
            fitting = [fault for fault in self._faults if fault.at == at and _fits(fault, facts)]
            for fault in fitting:
                if job.id not in fault.jobs:
                    fault.jobs[job.id] = _meets(fault)
            return [fault for fault in fitting if fault.jobs[job.id]]

    def _strike_request(self, at: str, call: Call) -> Fault | None:
        return None if call.path.startswith(CONTROL) else self._strike(at, _request_facts(call))

    def _strike(self, at: str, facts: Mapping[str, Callable[[], str]]) -> Fault | None:
        """Count a point's matches and return the fault that strikes now, the first one if there are several."""
        with self._lock:
            struck = [fault for fault in self._faults if fault.at == at and _fits(fault, facts) and _meets(fault)]
        return struck[0] if struck else None


def _fits(fault: Fault, facts: Mapping[str, Callable[[], str]]) -> bool:
    return all(name in facts and pattern.search(facts[name]()) for name, pattern in fault.match.items())


def _meets(fault: Fault) -> bool:
    fault.seen += 1
    strikes = fault.seen >= fault.nth and (not fault.times or fault.seen < fault.nth + fault.times)
    fault.fired += strikes
    return strikes


def _request_facts(call: Call) -> Mapping[str, Callable[[], str]]:
    return {
        "method": lambda: call.method,
        "path": lambda: call.path,
        "query": lambda: "&".join(f"{name}={value}" for name, value in call.query.items()),
        "body": lambda: call.body[:_BODY_SEEN].decode("utf-8", "replace"),
    }


def _job_facts(job: Job | BatchJob) -> Mapping[str, Callable[[], str]]:
    return {"object": lambda: job.object, "operation": lambda: job.operation}


def _chosen(fault: Fault, number: int) -> bool:
    """Whether a fault of some rows is about the row of this number."""
    share = float(fault.settings.get("share", 0))
    return number in fault.settings.get("rows", ()) or crc32(f"{number}".encode()) / 2**32 < share


def _row_error(fault: Fault) -> RowError:
    locked = "unable to obtain exclusive access to this record or 1 records"
    return RowError(str(fault.settings.get("code", "UNABLE_TO_LOCK_ROW")), str(fault.settings.get("message", locked)))


async def _hold(fault: Fault) -> None:
    """Wait for the given seconds, or until the fault is released."""
    seconds = fault.settings.get("seconds")
    end = None if seconds is None else time.monotonic() + float(seconds)
    while not fault.released.is_set() and (end is None or time.monotonic() < end):
        await asyncio.sleep(_POLL)


def _cut_or_answer(fault: Fault) -> Answer:
    if fault.do == "cut":
        return Answer(cut=True)
    if fault.do == "html":
        return fault_acts.proxy_page(fault.settings)
    settings = fault.settings
    code, message = str(settings.get("code", "SERVER_UNAVAILABLE")), str(settings.get("message", "Server Unavailable"))
    headers = settings.get("headers") or {}
    return Answer([{"message": message, "errorCode": code}], status=int(settings.get("status", 503)), headers=headers)


def _expire(call: Call) -> None:
    oauth.expire(call.state, call.headers.get("authorization", "").partition(" ")[2])


_BEFORE: Mapping[str, Callable[[Call], None]] = {
    "expire_token": _expire,
    "purge_job": fault_acts.purge_job,
    "refresh_sandbox": lambda call: fault_acts.refresh_sandbox(call.state),
}
"""What strikes before a request acts and lets it act."""

_AFTER: Mapping[str, Callable[[Answer, Mapping[str, Any]], Answer]] = {
    "break_off": fault_acts.half,
    "leave_out_rows": fault_acts.without_last_rows,
}
"""What changes an answer."""


# ---- changed echoes

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_DECIMAL = re.compile(r"[+-]?\d+\.\d+")


def _trailing_zero(value: str) -> str:
    return value.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(value) else value


ECHOES: Mapping[str, Callable[[str], str]] = {
    "trim": str.strip,
    "lower_email": lambda value: value.lower() if _EMAIL.fullmatch(value) else value,
    "crlf_to_lf": lambda value: value.replace("\r\n", "\n"),
    "trailing_zero": _trailing_zero,
}
