"""One short text that changes when anything changes that generating or loading depends on."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from sfseed_core.schema.model import Schema
from sfseed_core.schema.typed_json import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.schema.model import ObjectSchema


def fingerprint(schema: Schema | Mapping[str, ObjectSchema]) -> str:
    """Return the fingerprint of described objects, whatever order they come in.

    Ids of record types and the org itself are left out: the same metadata in two orgs has one fingerprint.
    """
    objects = schema.objects if isinstance(schema, Schema) else schema
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(objects):
        raw = to_json(objects[name])
        raw["record_types"] = [{key: value for key, value in one.items() if key != "id"} for one in raw["record_types"]]
        digest.update(json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
    return digest.hexdigest()
