"""An org's language: the labels of its schema and the texts of its errors, as far as `data/languages` has them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from sfseed_emulator.org_model import OrgSchema, org_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES = ("en", "de")
_ENGLISH = "en"
_CODES = ("errorCode", "statusCode")


@dataclass(frozen=True, slots=True)
class Language:
    """Labels by their English text, and patterns of error texts with what stands for them."""

    labels: Mapping[str, str]
    messages: tuple[tuple[re.Pattern[str], str], ...]

    def message(self, text: str) -> str:
        """Return an error's text in this language; one that is not known stays as it is."""
        for pattern, replacement in self.messages:
            if pattern.fullmatch(text):
                return pattern.sub(replacement, text)
        return text


@cache
def language(name: str) -> Language | None:
    """Return a language by its code; None for English, which all texts are written in."""
    if name == _ENGLISH:
        return None
    file = resources.files("sfseed_emulator").joinpath("data", "languages", f"{name}.json")
    data = json.loads(file.read_text(encoding="utf-8"))
    return Language(data["labels"], tuple((re.compile(old, re.DOTALL), new) for old, new in data["messages"]))


def labelled(schema: OrgSchema, name: str) -> OrgSchema:
    """Return the schema with its labels in a language."""
    known = language(name)
    if known is None:
        return schema
    return org_schema((_describe(found.describe, known.labels), found.extras) for found in schema.objects.values())


def _describe(describe: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    own = {key: labels.get(describe[key], describe[key]) for key in ("label", "labelPlural")}
    fields = [{**field, "label": labels.get(field["label"], field["label"])} for field in describe["fields"]]
    return {**describe, **own, "fields": fields}


def translated(content: object, known: Language) -> object:
    """Return an answer's JSON with the texts of its errors in a language."""
    if isinstance(content, list):
        return [translated(one, known) for one in content]
    if not isinstance(content, dict):
        return content
    if isinstance(content.get("message"), str) and any(code in content for code in _CODES):
        return {**content, "message": known.message(content["message"])}
    return {name: translated(value, known) if isinstance(value, list | dict) else value for name, value in content.items()}
