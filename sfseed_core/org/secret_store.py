"""Where the secrets of saved connections are kept: the system's keyring, else this process's memory, never a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

SERVICE = "sfseed"
LONGEST = 1200
"""Characters that every system's keyring takes: Windows ends at 2,560 bytes of UTF-16."""

Kept = Literal["keyring", "memory"]
_GOOD = 1  # keyring's own mark of a backend that is fit for use; plain files stand below it


@dataclass
class SecretStore:
    """The secrets of one home; `backend` None keeps them in memory only."""

    home: Path
    backend: Any = field(default=None, repr=False)
    _memory: dict[str, str] = field(default_factory=dict, repr=False)

    def put(self, name: str, secret: str) -> Kept:
        """Keep a secret, and say where: in memory when there is no keyring, when it refuses, or when the secret is too long."""
        self.forget(name)
        if self.backend is not None and len(secret) <= LONGEST:
            try:
                self.backend.set_password(SERVICE, self._key(name), secret)
            except _refusals():
                pass
            else:
                return "keyring"
        self._memory[name] = secret
        return "memory"

    def get(self, name: str) -> str | None:
        """Return a secret; None when it is not kept (any more)."""
        if name in self._memory or self.backend is None:
            return self._memory.get(name)
        try:
            found = self.backend.get_password(SERVICE, self._key(name))
        except _refusals():
            return None
        return found if isinstance(found, str) else None

    def forget(self, name: str) -> None:
        """Drop a secret wherever it is."""
        self._memory.pop(name, None)
        if self.backend is not None:
            try:
                if self.backend.get_password(SERVICE, self._key(name)) is not None:
                    self.backend.delete_password(SERVICE, self._key(name))
            except _refusals():
                return

    @property
    def where(self) -> str:
        """Where secrets go, for people."""
        if self.backend is None:
            return "memory: this system has no keyring, so they end with the program"
        return f"the system's keyring ({self.backend.name})"

    def _key(self, name: str) -> str:
        return f"{name} in {self.home}"


@lru_cache(maxsize=16)
def secret_store(home: Path) -> SecretStore:
    """Return the store of a home: one per process, since its memory is the process's."""
    return SecretStore(home, system_keyring())


def system_keyring() -> Any:
    """Return the system's keyring; None when there is none, or only one that would write a plain file."""
    import keyring
    import keyring.errors

    try:
        backend = keyring.get_keyring()
        first = next(iter(getattr(backend, "backends", ())), backend)  # a chain writes into its first
        usable = first.priority >= _GOOD
    except (keyring.errors.KeyringError, RuntimeError, AttributeError):  # a backend that cannot work here
        return None
    return backend if usable else None


def _refusals() -> tuple[type[Exception], ...]:
    """The ways in which a keyring says no: locked, gone, too long (Windows), a broken bus (Linux)."""
    import keyring.errors

    return (keyring.errors.KeyringError, OSError, RuntimeError)
