"""Values of a query on their way into SQL: bound by name, never written into the text."""

from __future__ import annotations

from dataclasses import dataclass, field


def quoted(identifier: str) -> str:
    """Return an identifier as SQL takes it, whatever characters it has."""
    return '"' + identifier.replace('"', '""') + '"'


def string(value: str) -> str:
    """Return a constant of the schema (never one of a user) as an SQL text."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(slots=True)
class Binder:
    """Collects the bound values of one SQL statement and hands out table aliases."""

    values: dict[str, object] = field(default_factory=dict)
    aliases: int = 0

    def bind(self, value: object) -> str:
        """Keep a value and return the placeholder that stands for it."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def alias(self) -> str:
        """Return a table alias that the statement does not use yet."""
        self.aliases += 1
        return f"t{self.aliases}"
