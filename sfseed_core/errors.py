"""Every error that sfseed raises, by who has to act.

SfseedError
 |- UserError               what was asked cannot be done as asked (exit code 2)
 |   |- SettingsError       a setting, variable or option is wrong
 |   |- RecipeError         a recipe cannot be read or does not fit the schema
 |   |- PlanRefused         the plan would ask for something impossible
 |   `- NotFound            no such dataset, run, org, object or file
 |- OrgError                the org refused or cannot be reached (exit code 3)
 |   |- GuardRefused        the org must not be written to
 |   |- LoginFailed         credentials were not accepted
 |   |- OrgAnswered         the org answered with an error of its own
 |   |   |- SessionExpired (Transient)
 |   |   `- Throttled (Transient)
 |   `- OrgUnreachable      no usable answer at all (Transient)
 |       `- NobodyThere     not even a connection: nothing was sent
 |- DataError               records or files are wrong (exit code 1)
 |   |- FindingsStop        the org would refuse some of the records
 |   `- FilesRefused        files of the user hold what is not understood
 |- Interrupted             stopped in between; can be resumed (exit code 4)
 `- InternalError           a promise of our own was broken: a bug (exit code 70)
"""

from __future__ import annotations


class SfseedError(Exception):
    """Base of all errors of sfseed; `hint` is the next command or click."""

    exit_code = 70

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class Transient:
    """Marks an error after which the same *read* may be tried again."""


class UserError(SfseedError):
    """What was asked cannot be done as asked; `at` is the part of the recipe that it is about, by its names from the top."""

    exit_code = 2
    at: tuple[str, ...] = ()


class SettingsError(UserError):
    """A setting, variable or option is wrong."""


class RecipeError(UserError):
    """A recipe cannot be read or does not fit the schema."""


class PlanRefused(UserError):
    """The plan would ask for something impossible; the message says why.

    `objects` are those without which there might be a plan.
    """

    def __init__(self, message: str, *, hint: str | None = None, objects: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.objects = objects


class NotFound(UserError):
    """There is no such dataset, run, org, object or file."""


class OrgError(SfseedError):
    """The org refused or cannot be reached."""

    exit_code = 3


class GuardRefused(OrgError):
    """The org must not be written to."""


class LoginFailed(OrgError):
    """The credentials were not accepted."""


class OrgAnswered(OrgError):
    """The org answered a request with an error.

    `status` is the HTTP status, `code` Salesforce's errorCode (or the OAuth error), `detail` its own text.
    """

    def __init__(self, message: str, *, status: int, code: str, detail: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code
        self.detail = detail


class SessionExpired(OrgAnswered, Transient):
    """The access token is no longer accepted (401 INVALID_SESSION_ID)."""


class Throttled(OrgAnswered, Transient):
    """The org asks to come back later (429, 503, or 403 REQUEST_LIMIT_EXCEEDED)."""


class OrgUnreachable(OrgError, Transient):
    """No usable answer: the connection failed, was cut, or timed out."""


class NobodyThere(OrgUnreachable):
    """Not even a connection: nobody listens at the address, or its name is unknown; nothing was sent."""


class DataError(SfseedError):
    """Records or files are wrong."""

    exit_code = 1


class FindingsStop(DataError):
    """The org would refuse some of the records; nothing was written."""


class FilesRefused(DataError):
    """Files of the user hold what is not understood; `lines` are all of it, each with the name of its file."""

    def __init__(self, message: str, *, lines: tuple[tuple[str, str], ...], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.lines = lines


class Interrupted(SfseedError):
    """Stopped in between by the user, a limit of time, or a lost process; the run can be resumed."""

    exit_code = 4


class InternalError(SfseedError):
    """A promise of our own was broken."""
