"""`dialer doctor`: what support needs to know of this computer, and no secrets."""

import argparse
import importlib.metadata
import locale
import os
import platform
import sqlite3
import ssl
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from dialer import __version__
from dialer.calls.journal import JournalReader
from dialer.calls.place import JournalError
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.cli.say import answer, answer_json, complain
from dialer.desktop.display import missing_libraries, obstacle
from dialer.desktop.links import LinksTrouble, link_registration
from dialer.desktop.links import obstacle as cannot_register
from dialer.settings.keyring_trouble import KeyringTrouble
from dialer.settings.profile import Profile, ProfileError

Finding = str | int | bool | None | list[str]

_PACKAGES = (
    "PySide6-Essentials",
    "requests",
    "urllib3",
    "truststore",
    "keyring",
    "phonenumbers",
    "platformdirs",
    "tomli-w",
)
_ONLINE_SECONDS = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--online",
        action="store_true",
        help="also connect to the default profile's provider: TLS trust and clock difference",
    )


def refuse(words: str, _arguments: Sequence[str]) -> None:
    """Tell that the arguments cannot be read."""
    complain(words)


def run(options: argparse.Namespace, house: House) -> int:
    """Look at everything and print what is found; a finding never ends the command."""
    found: dict[str, dict[str, Finding]] = {
        "versions": _versions(),
        "system": _system(),
        "paths": _paths(house),
        "journal": _journal(house),
        "profiles": _profiles(house),
        "keyring": _keyring(house),
        "display": _display(),
        "links": _links(house),
    }
    if options.online:
        found["online"] = _online(house)
    if options.json:
        answer_json(found)
        return Exit.DONE
    for title, findings in found.items():
        answer(f"[{title}]")
        for name, value in findings.items():
            answer(f"{name}: {_readable(value)}")
        answer("")
    return Exit.DONE


def _readable(value: Finding) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "-" if value is None else str(value)


def _versions() -> dict[str, Finding]:
    found: dict[str, Finding] = {"Dialer": __version__, "Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    found["SQLite"] = sqlite3.sqlite_version
    found["OpenSSL"] = ssl.OPENSSL_VERSION
    return found


def _system() -> dict[str, Finding]:
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "encoding": locale.getpreferredencoding(do_setlocale=False),
        "frozen": bool(getattr(sys, "frozen", False)),
    }


def _paths(house: House) -> dict[str, Finding]:
    folders = house.folders
    return {
        "program": str(Path(__file__).resolve().parents[1]),
        "configuration": str(folders.config),
        "data": str(folders.data),
        "log": str(folders.log_file),
    }


def _journal(house: House) -> dict[str, Finding]:
    path = house.folders.journal
    if not path.exists():
        return {"file": "not there yet"}
    try:
        # Only looked at: `house.history()` would bring it up to date or set it aside.
        reader = JournalReader(path, house.folders.lifelines)
        with closing(reader):
            return {"calls": reader.count(), "bytes": path.stat().st_size}
    except (JournalError, OSError) as error:
        return {"trouble": str(error)}


def _profiles(house: House) -> dict[str, Finding]:
    try:
        profiles = house.profiles.load()
    except ProfileError as error:
        return {"trouble": str(error.sentence)}
    return {
        "names": [profile.name for profile in profiles.all],
        "default": profiles.default_name,
        "addresses": [profile.base_url for profile in profiles.all],
    }


def _keyring(house: House) -> dict[str, Finding]:
    def backend() -> str:
        return house.store.backend_name()

    found: dict[str, Finding] = {"backend": _or_trouble(backend)}
    try:
        house.store.ensure_usable()
        found["usable"] = True
    except KeyringTrouble as trouble:
        found["usable"] = False
        found["trouble"] = str(trouble.sentence)
    return found


def _or_trouble(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except KeyringTrouble as trouble:
        return str(trouble.sentence)


def _display() -> dict[str, Finding]:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE")
    found: dict[str, Finding] = {name: os.environ.get(name) for name in names}
    stands_in_the_way = obstacle()
    found["window"] = str(stands_in_the_way) if stands_in_the_way else "can open"
    found["missing libraries"] = missing_libraries()
    return found


def _links(house: House) -> dict[str, Finding]:
    registration = link_registration(house.folders)
    if registration is None:
        return {"registered": False, "trouble": str(cannot_register())}
    try:
        status = registration.status()
    except LinksTrouble as trouble:
        return {"trouble": str(trouble.sentence)}
    return {
        "registered": status.registered,
        **status.defaults,
        "trouble": None if status.trouble is None else str(status.trouble),
    }


def _online(house: House) -> dict[str, Finding]:
    """Connect to the provider, unsigned: the answer proves TLS trust and tells its time."""
    from dialer.calls.patience import Patience
    from dialer.provider.signing import ProviderClock
    from dialer.provider.transport import Transport, TransportFault

    try:
        profiles = house.profiles.load()
    except ProfileError as error:
        return {"trouble": str(error.sentence)}
    url = next(
        (profile.base_url for profile in profiles.all if profile.name == profiles.default_name),
        Profile("none").base_url,
    )
    transport = Transport()
    try:
        reply = transport.exchange("GET", url, {}, None, Patience(_ONLINE_SECONDS))
    except TransportFault as fault:
        return {"address": url, "trouble": f"{fault.cause.value}: {fault.detail or 'no detail'}"}
    finally:
        transport.close()
    clock = ProviderClock()
    known = clock.learn(reply.date)
    return {
        "address": url,
        "TLS": "trusted" if url.startswith("https") else "not used on loopback",
        "HTTP status": reply.http_status,
        "clock difference in seconds": round(clock.difference) if known else None,
    }
