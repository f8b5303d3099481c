"""Commands of the operator and the auditor: the registry itself, its gallery, its log, its law."""

from __future__ import annotations

import errno
import json
import logging
import socket
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.table import Table

from eurodac import database
from eurodac.cli.call import NOT_READY, Call, Json, acting, console, now
from eurodac.errors import AccessDeniedError, NotReadyError
from eurodac.galleries import GalleryReport, GalleryReports
from eurodac.identities import actor_from, load_secret, secret_path
from eurodac.keys import load_kek
from eurodac.law.trace import trace
from eurodac.record import Role
from eurodac.service import initialise
from eurodac.settings import load_settings
from eurodac.views import to_json

__all__ = ["add_to"]

_ROOT = Path(__file__).parents[2]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("law")(law)
    for name, text, commands in (
        ("audit", "The log.", {"verify": acting(verify_log), "head": acting(log_head)}),
        (
            "gallery",
            "The gallery of templates, which follows the database.",
            {"check": acting(check_gallery), "rebuild": acting(rebuild_gallery)},
        ),
        ("identity", "Development identities.", {"issue": issue_identity}),
        ("db", "The database.", {"upgrade": upgrade_database}),
    ):
        group = typer.Typer(no_args_is_help=True, help=text, rich_markup_mode=None)
        for command, function in commands.items():
            group.command(command)(function)
        app.add_typer(group, name=name)


def init(*, as_json: Json = False) -> None:
    """Create a registry in EURODAC_HOME: key-encryption key and database."""
    settings = load_settings()
    initialise(settings, at=now())
    _done(as_json, {"home": str(settings.home)}, f"created a registry in {settings.home}")


def serve(*, as_json: Json = False) -> None:
    """Serve the API and the officer pages on EURODAC_HOST and EURODAC_PORT."""
    settings = load_settings()
    load_kek(settings.key_path)  # without one the server would stop with thirty lines, not one
    sockets = _bound(settings.host, settings.port)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    _done(as_json, {"address": address}, f"officer pages: {address}/officer/")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    server = uvicorn.Server(
        uvicorn.Config(
            "api.app:create_app",
            factory=True,
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
    )
    with suppress(KeyboardInterrupt):
        server.run(sockets=sockets)
    if not server.started:  # what went wrong is in the log
        raise typer.Exit(NOT_READY)


def _bound(host: str, port: int) -> list[socket.socket]:
    """Take the port at every address of the host; nobody can connect before the server listens.

    Raises:
        NotReadyError: it is taken, or the host is none of this machine.
    """
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            bound.append(socket.socket(family, kind, protocol))
            bound[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                bound[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound[-1].bind(address)
    except OSError as error:
        for one in bound:
            one.close()
        if error.errno == errno.EADDRINUSE:
            raise NotReadyError(
                "port_taken",
                f"another program serves port {port} of {host}; stop it, or set EURODAC_PORT",
            ) from error
        raise NotReadyError(
            "port_unusable",
            f"port {port} of {host} cannot be served ({error.strerror}); set EURODAC_HOST and "
            "EURODAC_PORT to what this machine and user may serve",
        ) from error
    return bound


def law(*, as_json: Json = False) -> None:
    """Show article, rule, code and tests of every row of the law tables."""
    rows = trace(_ROOT)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows]))
        return
    table = Table(title=f"{len(rows)} rules of law", show_lines=False)
    for heading in ("Article", "Rule", "Code", "Tests"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row.article, row.rule_id, "\n".join(row.code), "\n".join(row.tests))
    console().print(table)


def upgrade_database(*, as_json: Json = False) -> None:
    """Bring the database of EURODAC_HOME to the newest revision."""
    settings = load_settings()
    engine = database.create_engine(
        settings.url, busy_timeout_seconds=settings.busy_timeout_seconds
    )
    before = database.revision(engine)
    database.upgrade(engine)
    after = database.revision(engine)
    engine.dispose()
    _done(as_json, {"before": before, "after": after}, f"revision {before or 'none'} -> {after}")


def issue_identity(
    user: Annotated[str, typer.Option(help="User id.")],
    unit: Annotated[str, typer.Option(help="Unit.")],
    role: Annotated[Role, typer.Option(help="Role.")],
    state: Annotated[str, typer.Option(help="Member State, two letters.")],
    *,
    as_json: Json = False,
) -> None:
    """Print a bearer token for the API; only where development identities are allowed."""
    settings = load_settings()
    if not settings.development_identities:
        raise AccessDeniedError(
            "identities_off",
            "development identities are switched off; set EURODAC_DEVELOPMENT_IDENTITIES=true "
            "for demonstrations with invented people",
        )
    if not settings.home.is_dir():
        raise NotReadyError("no_registry", "there is no registry here; run 'eurodac init'")
    chosen = {"user_id": user, "unit": unit, "role": role.value, "member_state": state}
    token = load_secret(secret_path(settings.home)).token(actor_from(chosen), at=now())
    _done(as_json, {"token": token}, token)


def verify_log(
    call: Call,
    *,
    anchor: Annotated[
        str, typer.Option(help="What 'audit head' printed earlier, or a file that holds it.")
    ] = "",
) -> None:
    """Verify the hash chain of the log, as an auditor (purpose x-audit)."""
    if anchor and not anchor.startswith("eurodac-log "):
        try:
            anchor = Path(anchor).read_text("utf-8").strip() or "(empty)"
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(
                "neither an anchor nor a file that can be read", param_hint="--anchor"
            ) from error
    with call.service() as service:
        view = service.verify_log(call.context(), anchor=anchor)
    call.answer(
        to_json(view),
        text=lambda: console().print(f"{view.count} entries, chain unbroken, head {view.head}"),
    )


def log_head(call: Call) -> None:
    """Verify the log and print its end as an anchor, to be kept outside (purpose x-audit)."""
    with call.service() as service:
        view = service.verify_log(call.context())
    call.answer({"anchor": view.anchor}, text=lambda: typer.echo(view.anchor))


def check_gallery(call: Call) -> None:
    """Compare gallery and name index with the database, as an operator (purpose x-operate)."""
    with call.service(mend=False) as service:
        report = service.gallery_check(call.context())
    _show_gallery(call, report)


def rebuild_gallery(call: Call) -> None:
    """Build gallery and name index anew from the database, as an operator (purpose x-operate)."""
    with call.service(mend=False) as service:
        report = service.gallery_rebuild(call.context())
    _show_gallery(call, report)


def _show_gallery(call: Call, reports: GalleryReports) -> None:
    each = {"gallery": reports.fingerprints, "name index": reports.names}
    call.answer(
        {**asdict(reports), "agrees": reports.agrees},
        text=lambda: console().print("\n".join(_gallery_text(*one) for one in each.items())),
    )
    for what, report in each.items():
        if report.damage:
            raise NotReadyError(
                "gallery_damaged",
                f"the snapshot of the {what} cannot be used ({report.damage}); run 'eurodac "
                "gallery rebuild', which makes it anew from the database",
            )
        if not report.agrees:
            raise NotReadyError(
                "gallery_differs",
                f"the {what} differs from the database; run 'eurodac gallery rebuild'",
            )


def _gallery_text(what: str, report: GalleryReport) -> str:
    if report.damage:
        return f"the {what} is damaged: {report.damage}, {report.expected} references expected"
    state = "agrees with the database" if report.agrees else "differs from the database"
    return (
        f"the {what} {state}: {report.count} of {report.expected} references, "
        f"{len(report.missing)} missing, {len(report.surplus)} surplus, "
        f"{len(report.mislabelled)} mislabelled"
    )


def _done(as_json: bool, body: object, text: str) -> None:
    typer.echo(json.dumps(body) if as_json else text)
