"""`python -m sfseed_emulator`: serve an org, or find, start and end a home's practice org."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sfseed_emulator.demo import ensure_demo, serve_demo, stop_demo
from sfseed_emulator.faults import FaultError
from sfseed_emulator.language import LANGUAGES
from sfseed_emulator.org_kinds import KINDS, USERS
from sfseed_emulator.schema import SchemaFolderError
from sfseed_emulator.serve import ServeOptions, ServerInfo, serve


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    given = _parser().parse_args(arguments)
    if (given.demo or given.stop or given.serve_demo) and given.home is None:
        sys.stderr.write("--demo, --stop and --serve-demo need --home\n")
        return 2
    if given.serve_demo:
        serve_demo(given.home)
    elif given.stop:
        said = "ended" if stop_demo(given.home) else "was not running"
        sys.stderr.write(f"The practice org {said}.\n")
    elif given.demo:
        _say(ensure_demo(given.home), json=given.json)
    else:
        return _serve(given)
    return 0


def _serve(given: argparse.Namespace) -> int:
    try:
        serve(_options(given), lambda info: _say(info, json=given.json))
    except (FaultError, SchemaFolderError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _options(given: argparse.Namespace) -> ServeOptions:
    return ServeOptions(
        port=given.port,
        describes=given.describes,
        sfdx=given.sfdx,
        state=given.state,
        reset=given.reset,
        faults=given.faults,
        job_delay=given.job_delay,
        kind=given.kind,
        user=given.user,
        language=given.language,
        duplicate_rules=given.duplicate_rules,
        tls=given.tls,
        jwt_key=given.jwt_key,
    )


def _say(info: ServerInfo, *, json: bool) -> None:
    text = (
        info.to_json()
        if json
        else f"Serving org {info.org_id} at {info.base_url} (user {info.username}); end it with Ctrl+C."
    )
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sfseed_emulator", description="A local Salesforce org.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--json", action="store_true", help="print one line of JSON once ready")
    parser.add_argument("--org", choices=["demo"], default="demo", help="which org")
    parser.add_argument("--describes", type=Path, metavar="DIR", help="serve these describes instead")
    parser.add_argument("--sfdx", type=Path, metavar="DIR", help="serve the objects of this SFDX project")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep the org in this folder; else it is temporary")
    parser.add_argument("--reset", action="store_true", help="make a new org there")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="faults (JSON or YAML) to begin with")
    parser.add_argument("--job-delay", type=float, default=0.0, metavar="SECONDS", help="how long closed bulk jobs wait")
    parser.add_argument("--kind", choices=list(KINDS), default="sandbox", help="kind of a new org")
    parser.add_argument("--user", choices=list(USERS), default="admin", help="what a new org's running user may do")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="a new org's language")
    parser.add_argument(
        "--no-duplicate-rules", dest="duplicate_rules", action="store_false", help="a new org whose duplicate rules are off"
    )
    parser.add_argument("--tls", action="store_true", help="serve https, with a certificate made now (ca_file)")
    parser.add_argument(
        "--jwt-key", type=Path, metavar="FILE", help="private key of the client app's JWTs; made if missing"
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="home of the practice org")
    parser.add_argument("--demo", action="store_true", help="find or start the home's practice org, print its line, return")
    parser.add_argument("--stop", action="store_true", help="end the home's practice org")
    parser.add_argument("--serve-demo", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
