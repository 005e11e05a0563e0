"""Fuzzing that follows the branches it reaches, with atheris, by hand and for as long as one likes.

    pip install atheris
    python tests/faults/guided.py numbers -max_total_time=600

The targets are those of TARGETS; what follows is libFuzzer's. It ends at the first input that
raises what is not declared, or takes over a second. Nothing here belongs to an ordinary run.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["dialer", "tomllib"]):
    from dialer.calls.export import csv_cell, csv_text
    from dialer.calls.found_numbers import find_numbers
    from dialer.calls.link import LinkRefused, read_link
    from dialer.calls.number import Callee, NumberRefused, read_callee, written
    from dialer.desktop.links_lists import without
    from dialer.desktop.visit import read_visit
    from dialer.provider.envelope import as_json, read_envelope
    from dialer.provider.record_reader import read_details
    from dialer.settings.profile import ProfileError
    from dialer.settings.profiles import ProfileFile

COUNTRIES = (None, "GB", "US", "AU", "SG", "RU")
SECONDS = 1.0
FILE = Path(tempfile.mkdtemp()) / "profiles.toml"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def numbers(data: bytes) -> None:
    country = COUNTRIES[data[0] % len(COUNTRIES)] if data else None
    try:
        read = read_callee(_text(data[1:]), country)
    except NumberRefused:
        return
    if isinstance(read, Callee):
        again = read_callee(written(read.digits, country), country)
        assert isinstance(again, Callee)
        assert again.digits == read.digits


def links(data: bytes) -> None:
    scheme = ("tel:", "sip:", "dialer:", "dialer:?callee=442079460018&")[data[0] % 4 if data else 0]
    try:
        read_link(scheme + _text(data[1:]))
    except LinkRefused:
        return


def copied(data: bytes) -> None:
    find_numbers(_text(data), "US")


def answers(data: bytes) -> None:
    # By itself it would be long in finding out what an envelope is.
    read = read_envelope(b'{"status":"0","data":{"voiceId":"1",' + data + b"}}")
    if read is None:
        return
    read_details(read.data, "1")
    try:
        text = as_json(read.fields)
    except RecursionError:
        return
    assert read_envelope(text.encode()) == read


def settings(data: bytes) -> None:
    FILE.write_bytes(b"version = 1\n" + data)
    try:
        ProfileFile(FILE).load()
    except ProfileError:
        return


def door(data: bytes) -> None:
    read_visit(data)


def lists(data: bytes) -> None:
    now, _, former = data.partition(b"\0")
    types = ("x-scheme-handler/tel",)
    left = without("dialer.desktop", types, now, former)
    assert without("dialer.desktop", types, left, former) == left


def exports(data: bytes) -> None:
    text = _text(data)
    assert csv_text(csv_cell(text)) == text


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (numbers, links, copied, answers, settings, door, lists, exports)
}


def _timed(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        begun = time.process_time()
        target(data)
        assert time.process_time() - begun < SECONDS, "took too long"

    return run


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"one of these is needed: {', '.join(TARGETS)}")
    chosen = TARGETS[sys.argv.pop(1)]
    find_numbers("+44 20 7946 0018", "GB")  # imports what is imported with the first number
    atheris.Setup(sys.argv, _timed(chosen))
    atheris.Fuzz()
