"""Settings: defaults, then the user's config file, then `SFSEED_*` variables, then what a command says."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, JsonConfigSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from sfseed_core import system
from sfseed_core.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "config.json"


class Settings(BaseSettings):
    """What can be set; each name is also a variable `SFSEED_<NAME>`, which wins over the file."""

    model_config = SettingsConfigDict(env_prefix="SFSEED_", extra="ignore")

    instance_url: str | None = Field(None, description="the org's My Domain address, for `--org env`")
    access_token: SecretStr | None = Field(None, description="an access token, for `--org env`; variable only")
    client_id: str | None = Field(None, description="the client id of an External Client App, for `--org env`")
    client_secret: SecretStr | None = Field(None, description="its secret, for `--org env`; variable only")
    username: str | None = Field(None, description="the user to be, for `--org env` with a private key (JWT)")
    jwt_key: SecretStr | None = Field(None, description="the private key (PEM), for `--org env`; variable only")
    jwt_key_file: str | None = Field(None, description="the file of the private key, for `--org env`")
    patience: int = Field(60, ge=0, le=10_080, description="minutes that a load waits for an org that does not answer")


SECRETS = frozenset({"access_token", "client_secret", "jwt_key"})


def config_path(home: Path | None = None) -> Path:
    """Return where the config file is, or would be."""
    return (home or system.home()) / FILE


def load_settings(home: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings; raises SettingsError naming the setting, the value and what is allowed."""
    try:
        return _with_file(config_path(home))(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise SettingsError(
            f"setting {name}: {first['msg']}" + ("" if name in SECRETS else f" (found {first['input']!r})"),
            hint=f"It comes from SFSEED_{name.upper()} or from {config_path(home)}.",
        ) from None
    except ValueError as error:
        raise SettingsError(f"{config_path(home)} is not JSON: {error}", hint="Mend or delete the file.") from error


@lru_cache(maxsize=8)
def _with_file(path: Path) -> type[Settings]:
    """The settings class that reads this very file."""

    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - part of the hook's signature
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - part of the hook's signature
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, JsonConfigSettingsSource(settings_cls, json_file=path)

    return FromFile


def save_setting(name: str, value: str, home: Path | None = None) -> Path:
    """Write one setting into the config file and return its path.

    Raises SettingsError for an unknown name, a value that does not fit, or a secret (which never touches a file).
    """
    if name not in Settings.model_fields:
        known = ", ".join(sorted(set(Settings.model_fields) - SECRETS))
        raise SettingsError(f"there is no setting {name!r}", hint=f"Known: {known}.")
    if name in SECRETS:
        raise SettingsError(f"{name} is a secret and is never written to a file", hint=f"Set SFSEED_{name.upper()}.")
    path = config_path(home)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    load_settings(home, **{name: value})
    content[name] = value
    system.write_durably(path, json.dumps(content, indent=2).encode())
    return path


def shown(settings: Settings, environment: Mapping[str, str], home: Path | None = None) -> list[tuple[str, str, str]]:
    """Return (name, value, where it comes from) per setting, secrets masked."""
    path = config_path(home)
    in_file = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    rows = []
    for name in Settings.model_fields:
        value = getattr(settings, name)
        variable = f"SFSEED_{name.upper()}"
        source = variable if variable in environment else str(path) if name in in_file else "default"
        rows.append((name, "" if value is None else "********" if name in SECRETS else str(value), source))
    return rows
