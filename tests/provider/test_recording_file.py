"""A recording is fetched whole or not at all, and its host learns nothing of us."""

import errno
import logging
import os
import re
import shutil
import stat
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from dialer import __version__
from dialer.calls.recording import FetchedRecording, RecordingError, RecordingTrouble
from dialer.calls.records import RecordingPlace
from dialer.provider.recording_file import Limits, fetch, keep, part_of
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    Visit,
    answers,
    closes_after_reading,
    endless_continue,
    garbage_status_line,
    hangs_after_reading,
    hangs_before_reading,
    in_turn,
    never_accepts,
    redirects,
    refuses,
    resets_after_reading,
    says,
    tls_for,
    two_lengths,
)
from provider.caller import end_of_threads

T = RecordingTrouble
SECRET = "t0ken-of-the-address"
LIMITS = Limits()


def wave(size: int = 100_000) -> bytes:
    """A WAV file by its first bytes, and no two of its parts are alike."""
    head = b"RIFF" + (size - 8).to_bytes(4, "little") + b"WAVEfmt "
    return (head + b"".join(b"%09d" % n for n in range(size // 9)) + b"x" * 9)[:size]


WAVE = wave()
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x21" + bytes(range(256)) * 30
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def serves(content: bytes, upto: int | None = None) -> Behaviour:
    """A file by the rules, with ranges; only its first `upto` bytes where that is given."""

    def act(visit: Visit) -> None:
        asked = re.fullmatch(
            r"bytes=(\d+)-", visit.server.requests[-1].headers.get("range", "bytes=0-")
        )
        assert asked
        start = int(asked[1])
        if start >= len(content):
            visit.send(
                b"HTTP/1.1 416 No\r\nContent-Range: bytes */%d\r\nContent-Length: 0\r\n\r\n"
                % len(content)
            )
            return
        line, extra = b"HTTP/1.1 200 OK\r\n", b""
        if start:
            line = b"HTTP/1.1 206 Partial\r\n"
            extra = b"Content-Range: bytes %d-%d/%d\r\n" % (start, len(content) - 1, len(content))
        body = content[start:upto]
        visit.send(line + extra + b"Content-Length: %d\r\n\r\n" % (len(content) - start) + body)
        if upto is not None:
            visit.close()

    return Behaviour("serves a file", act)


def place_at(server: FaultyServer) -> RecordingPlace:
    return RecordingPlace(f"{server.url}/r/1?sig={SECRET}")


def silence(size: int, talk: bytes) -> bytes:
    """A WAV file as long as it says in its first bytes, silent but for some talk."""
    head = b"RIFF" + bytes(4) + b"WAVEfmt "
    return head + talk * 500 + b"\xff" * (size - len(head) - 500 * len(talk))


def fails(server: FaultyServer, target: Path, limits: Limits = LIMITS) -> RecordingError:
    with pytest.raises(RecordingError) as error:
        fetch(place_at(server), target, limits=limits)
    told = "".join(traceback.format_exception(error.value)) + repr(error.value) + error.value.code
    assert SECRET not in told
    assert str(server.port) not in f"{error.value.sentence} {error.value.code}"
    assert not target.exists()
    return error.value


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "2026-01-02 15-04-05 +442079460018 2203031113381000002"


class TestWhole:
    @pytest.mark.parametrize(
        ("content", "suffix"),
        [
            (WAVE, ".wav"),
            (MP3, ".mp3"),
            (b"\xff\xfb\x90\x64" + bytes(500), ".mp3"),
            (b"\xff\xf3\x40\xc4" + bytes(500), ".mp3"),
        ],
    )
    def test_it_is_fetched_and_known_by_its_content(
        self, content: bytes, suffix: str, target: Path
    ) -> None:
        with FaultyServer(serves(content)) as server:
            fetched = fetch(place_at(server), target)
        assert fetched == FetchedRecording(part_of(target), suffix, len(content))
        assert fetched.path.read_bytes() == content
        assert stat.S_IMODE(fetched.path.stat().st_mode) == 0o600
        assert keep(fetched, target.with_name("final.wav")).read_bytes() == content
        assert [each.name for each in target.parent.iterdir()] == ["final.wav"]

    def test_its_host_is_told_nothing_of_us(self, target: Path) -> None:
        with FaultyServer(serves(WAVE)) as server:
            fetch(place_at(server), target)
        (received,) = server.requests
        assert received.method == "GET"
        assert received.headers == {
            "host": f"127.0.0.1:{server.port}",
            "accept": "*/*",
            "accept-encoding": "identity",
            "user-agent": f"Dialer/{__version__}",
        }

    def test_no_cookie_and_no_netrc_is_sent(
        self, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password hush\n")
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        to_itself = answers(b"", 302, "Location: /again", "Set-Cookie: a=1; Path=/")
        with FaultyServer(in_turn(to_itself, serves(WAVE))) as server:
            fetch(place_at(server), target)
        assert len(server.requests) == 2
        for received in server.requests:
            assert not received.headers.keys() & {"cookie", "authorization"}

    def test_progress_is_told_up_to_the_end(self, target: Path) -> None:
        told: list[tuple[int, int | None]] = []
        with FaultyServer(serves(WAVE)) as server:
            fetch(place_at(server), target, lambda come, total: told.append((come, total)))
        assert told[0][1] == len(WAVE)
        assert told[-1] == (len(WAVE), len(WAVE))
        assert told == sorted(told)

    @pytest.mark.parametrize("size", [len(WAVE), 12])
    def test_it_may_come_in_chunks_of_unknown_number(self, size: int, target: Path) -> None:
        content = wave(size)
        chunks = b"".join(
            b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (content[:5], content[5:])
        )
        behaviour = says(
            "chunks", HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
        )
        with FaultyServer(behaviour) as server:
            assert fetch(place_at(server), target).size == size

    def test_without_a_length_its_own_says_whether_it_is_whole(self, target: Path) -> None:
        with FaultyServer(says("no length", HEAD + b"\r\n" + WAVE)) as server:
            assert fetch(place_at(server), target).size == len(WAVE)
        part_of(target).unlink()
        with FaultyServer(says("no length, cut", HEAD + b"\r\n" + WAVE[:-1])) as server:
            assert fails(server, target).trouble is T.CUT_OFF

    def test_it_comes_over_tls_that_the_system_trusts_and_no_other(
        self, target: Path, trusted: trustme.CA
    ) -> None:
        with FaultyServer(serves(WAVE), tls_for(trusted)) as server:
            assert fetch(place_at(server), target).size == len(WAVE)
        part_of(target).unlink()
        with FaultyServer(serves(WAVE), tls_for(trustme.CA())) as server:
            assert fails(server, target).trouble is T.NOT_TRUSTED
            assert not server.saw_request_bytes


class TestRedirects:
    def test_they_are_followed_on_this_computer(self, target: Path) -> None:
        with FaultyServer(serves(WAVE)) as host:
            hops = [redirects(code, f"/{code}") for code in (301, 302, 303, 307)]
            last = redirects(308, place_at(host).url)
            with FaultyServer(in_turn(*hops, last)) as server:
                assert fetch(place_at(server), target).size == len(WAVE)
        assert [each.target for each in server.requests[1:]] == ["/301", "/302", "/303", "/307"]

    def test_five_are_enough(self, target: Path) -> None:
        with FaultyServer(redirects(302, "/round")) as server:
            assert fails(server, target).trouble is T.UNSAFE
        assert len(server.requests) == 6

    @pytest.mark.parametrize(
        "location",
        [
            "http://files.example.com/x",
            "ftp://127.0.0.1/x",
            "file:///etc/passwd",
            "http://user@127.0.0.1/",
            "http://[bad",
            "",
            "//example.com",
        ],
    )
    def test_they_lead_nowhere_else(self, location: str, target: Path) -> None:
        with FaultyServer(redirects(302, location)) as server:
            error = fails(server, target)
        # An empty one leads to the same place again and again.
        assert error.trouble is T.UNSAFE
        assert len(server.requests) == (1 if location else 6)

    def test_from_https_they_never_lead_to_http(self, target: Path, trusted: trustme.CA) -> None:
        with FaultyServer(serves(WAVE)) as plain:
            to_plain = redirects(302, plain.url)
            with FaultyServer(to_plain, tls_for(trusted)) as server:
                assert fails(server, target).trouble is T.UNSAFE
        assert not plain.connections

    def test_an_address_that_is_not_secure_is_not_even_looked_up(self, target: Path) -> None:
        with pytest.raises(RecordingError) as error:
            fetch(RecordingPlace("http://files.example.com/x"), target)
        assert error.value.trouble is T.UNSAFE


class TestResuming:
    def test_it_goes_on_from_what_came(self, target: Path) -> None:
        told: list[int] = []
        with FaultyServer(in_turn(serves(WAVE, 60_000), serves(WAVE))) as server:
            error = fails(server, target)
            assert (error.trouble, error.resumable) == (T.CUT_OFF, True)
            assert part_of(target).stat().st_size == 60_000
            fetched = fetch(place_at(server), target, lambda come, _: told.append(come))
        assert fetched.path.read_bytes() == WAVE
        assert server.requests[1].headers["range"] == f"bytes={60_000 - 4096}-"
        assert min(told) > 60_000
        assert len(server.requests) == 3  # the end of what came, and its beginning
        assert "range" not in server.requests[2].headers

    def test_what_came_in_full_needs_no_more_than_a_look(self, target: Path) -> None:
        with FaultyServer(serves(WAVE)) as server:
            fetch(place_at(server), target)
            assert fetch(place_at(server), target).path.read_bytes() == WAVE
        assert len(server.requests) == 3

    @pytest.mark.parametrize(
        "now",
        [
            serves(wave(90_000).replace(b"0", b"1")),
            serves(wave(50_000)),
            serves(wave(58_000)),
            says("not that range", b"HTTP/1.1 206 P\r\nContent-Range: bytes 0-9/10\r\n\r\n"),
            says("no range", b"HTTP/1.1 206 P\r\nContent-Length: 3\r\n\r\nabc"),
            says(
                "nothing of it",
                b"HTTP/1.1 206 P\r\nContent-Range: bytes 55904-99999/100000\r\n",
                b"Content-Length: 0\r\n\r\n",
            ),
        ],
        ids=str,
    )
    def test_it_begins_anew_where_the_host_has_something_else(
        self, now: Behaviour, target: Path
    ) -> None:
        with FaultyServer(serves(WAVE, 60_000)) as server:
            fails(server, target)
        with FaultyServer(in_turn(now, serves(WAVE))) as server:
            fetched = fetch(place_at(server), target)
        assert fetched.path.read_bytes() == WAVE
        assert "range" not in server.requests[1].headers

    def test_two_recordings_are_not_joined_in_a_silence(self, target: Path) -> None:
        one, other = silence(100_000, b"one"), silence(100_000, b"two")
        with FaultyServer(serves(one, 60_000)) as server:
            fails(server, target)
        with FaultyServer(serves(other)) as server:
            assert fetch(place_at(server), target).path.read_bytes() == other

    def test_what_came_of_another_recording_file_is_not_gone_on_from(self, target: Path) -> None:
        with FaultyServer(serves(WAVE, 60_000)) as server:
            first, other = (RecordingPlace(server.url, None, name) for name in ("F1", "F2"))
            with pytest.raises(RecordingError):
                fetch(first, target)
        with FaultyServer(serves(WAVE)) as server:
            place = RecordingPlace(server.url, None, "F2")
            assert fetch(place, target).path == part_of(target, other)
        assert "range" not in server.requests[0].headers
        assert part_of(target, first).stat().st_size == 60_000
        assert part_of(target, first).parent == target.parent

    def test_it_begins_anew_where_the_host_knows_no_ranges(self, target: Path) -> None:
        with FaultyServer(serves(WAVE, 60_000)) as server:
            fails(server, target)
        shorter = wave(50_000)
        with FaultyServer(says("all", HEAD + b"Content-Length: 50000\r\n\r\n", shorter)) as server:
            assert fetch(place_at(server), target).path.read_bytes() == shorter
        assert len(server.requests) == 1

    @pytest.mark.parametrize("there", [b"", b"RIFF", b"x" * 50_000, WAVE[:4096]])
    def test_a_working_file_that_is_no_good_is_written_over(
        self, there: bytes, target: Path
    ) -> None:
        part_of(target).write_bytes(there)
        part_of(target).chmod(0o644)
        with FaultyServer(serves(WAVE)) as server:
            fetched = fetch(place_at(server), target)
        assert fetched.path.read_bytes() == WAVE
        assert stat.S_IMODE(fetched.path.stat().st_mode) == 0o600
        assert "range" not in server.requests[0].headers

    def test_an_error_in_between_takes_nothing_away(self, target: Path) -> None:
        with FaultyServer(serves(WAVE, 60_000)) as server:
            fails(server, target)
        for behaviour in (answers(b"<html>", 403), answers(b"<html>"), answers(b"")):
            with FaultyServer(behaviour) as server:
                assert fails(server, target).resumable
        assert part_of(target).stat().st_size == 60_000

    def test_a_link_in_the_working_file_s_place_is_not_followed(self, target: Path) -> None:
        elsewhere = target.with_name("precious")
        elsewhere.write_bytes(b"precious")
        part_of(target).symlink_to(elsewhere)
        with FaultyServer(serves(WAVE)) as server:
            assert fails(server, target).trouble is T.DISK
        assert elsewhere.read_bytes() == b"precious"


class TestNoRecording:
    @pytest.mark.parametrize(
        "content",
        [
            b"<!doctype html><title>Sign in</title>",
            b'{"status":"-24","reason":"not there"}',
            b"no such file, " + SECRET.encode(),
            b"RIFF\x00\x01\x00\x00AVI LIST",
            b"RIFF",
            b"ID3 is what this text is about",
            "\ufeffUTF-16, as it happens".encode("utf-16-le"),
            b"\xff\xff\xff\xff" * 10,
            b"OggS" + bytes(100),
            b"\x1f\x8b\x08" + bytes(100),
            bytes(1000),
        ],
    )
    def test_what_is_none_is_not_kept_and_not_shown(self, content: bytes, target: Path) -> None:
        with FaultyServer(answers(content)) as server:
            error = fails(server, target)
        assert (error.trouble, error.resumable, error.code) == (T.NO_RECORDING, False, "")
        assert not part_of(target).exists()

    @pytest.mark.parametrize(
        "behaviour",
        [answers(b""), says("nothing", HEAD + b"\r\n")],
        ids=str,
    )
    def test_an_empty_one_is_told(self, behaviour: Behaviour, target: Path) -> None:
        with FaultyServer(behaviour) as server:
            assert fails(server, target).trouble is T.EMPTY
        assert not part_of(target).exists()

    @pytest.mark.parametrize(
        ("status", "trouble"),
        [(403, T.GONE), (404, T.GONE), (410, T.GONE), (500, T.REFUSED), (206, T.REFUSED)],
    )
    def test_an_error_of_the_host_is_told_by_its_number(
        self, status: int, trouble: RecordingTrouble, target: Path
    ) -> None:
        with FaultyServer(answers(WAVE, status)) as server:
            error = fails(server, target)
        assert (error.trouble, error.code) == (trouble, f"(HTTP {status})")
        assert not part_of(target).exists()


cut_chunks = says(
    "cut-off chunks", HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(WAVE) + WAVE[:50_000]
)


class TestNetwork:
    @pytest.mark.parametrize(
        ("behaviour", "trouble"),
        [
            (refuses, T.NO_CONNECTION),
            (resets_after_reading, T.CUT_OFF),
            (closes_after_reading, T.CUT_OFF),
            (serves(WAVE, 60_000), T.CUT_OFF),
            (serves(WAVE, len(WAVE) - 1), T.CUT_OFF),
            (cut_chunks, T.CUT_OFF),
            (garbage_status_line, T.UNREADABLE),
            (two_lengths, T.UNREADABLE),
        ],
        ids=str,
    )
    def test_faults_are_told(
        self, behaviour: Behaviour, trouble: RecordingTrouble, target: Path
    ) -> None:
        with FaultyServer(behaviour) as server:
            assert fails(server, target).trouble is trouble

    @pytest.mark.parametrize(
        "behaviour",
        [
            hangs_after_reading,
            says("stops", HEAD + b"Content-Length: 99\r\n\r\n", WAVE[:50], then_closes=False),
            endless_continue,
        ],
        ids=str,
    )
    def test_a_host_that_stops_is_given_up(self, behaviour: Behaviour, target: Path) -> None:
        begun = time.monotonic()
        with FaultyServer(behaviour) as server:
            assert fails(server, target, Limits(stall_s=0.3)).trouble is T.STALLED
        assert time.monotonic() - begun < 1.5

    def test_a_host_that_cannot_be_connected_to_is_given_up_too(self, target: Path) -> None:
        with FaultyServer(never_accepts) as server:
            assert fails(server, target, Limits(stall_s=0.3)).trouble is T.NO_CONNECTION

    def test_a_slow_one_is_waited_for(self, target: Path) -> None:
        content = wave(40)

        def drip(visit: Visit) -> None:
            visit.send(HEAD + b"Content-Length: 40\r\n\r\n")
            visit.drip(content, 0.02)

        with FaultyServer(Behaviour("drips", drip)) as server:
            assert fetch(place_at(server), target, limits=Limits(stall_s=0.5)).size == 40

    @pytest.mark.parametrize(
        "behaviour",
        [
            never_accepts,
            hangs_before_reading,
            hangs_after_reading,
            says("stops", HEAD + b"Content-Length: 99\r\n\r\n", WAVE[:50], then_closes=False),
        ],
        ids=str,
    )
    def test_it_can_be_cancelled_at_any_time(self, behaviour: Behaviour, target: Path) -> None:
        cancel = threading.Event()
        timer = threading.Timer(0.15, cancel.set)
        with FaultyServer(behaviour) as server:
            timer.start()
            with pytest.raises(RecordingError) as error:
                fetch(place_at(server), target, cancel=cancel)
            assert cancel.is_set()
        timer.join()
        assert error.value.trouble is T.CANCELLED

    def test_cancelling_takes_less_than_half_a_second_and_keeps_what_came(
        self, target: Path
    ) -> None:
        cancel = threading.Event()
        cancelled: list[float] = []

        def send_slowly(visit: Visit) -> None:
            visit.send(HEAD + b"Content-Length: 100000\r\n\r\n" + WAVE[:60_000])
            visit.drip(WAVE[60_000:], 0.01)

        def stop_soon(come: int, _total: int | None) -> None:
            if come > 60_000 and not cancelled:
                cancelled.append(time.monotonic())
                cancel.set()

        with FaultyServer(Behaviour("slow", send_slowly)) as server:
            with pytest.raises(RecordingError) as error:
                fetch(place_at(server), target, stop_soon, cancel)
            assert time.monotonic() - cancelled[0] < 0.5
        assert (error.value.trouble, error.value.resumable) == (T.CANCELLED, True)
        assert part_of(target).stat().st_size > 60_000
        end_of_threads("dialer-recording")

    def test_what_was_cancelled_before_is_not_asked_for_at_all(self, target: Path) -> None:
        cancel = threading.Event()
        cancel.set()
        with FaultyServer(hangs_after_reading) as server, pytest.raises(RecordingError):
            fetch(place_at(server), target, cancel=cancel)
        assert not part_of(target).exists()

    def test_no_log_has_the_address(self, target: Path, caplog: pytest.LogCaptureFixture) -> None:
        odd = says("odd", HEAD + b"no header at all\r\nContent-Length: 100000\r\n\r\n", WAVE)
        with caplog.at_level(logging.DEBUG):
            for behaviour in (odd, refuses, redirects(302, f"/x?sig={SECRET}"), serves(WAVE)):
                with FaultyServer(behaviour) as server, suppress(RecordingError):
                    fetch(place_at(server), target)
        assert SECRET not in caplog.text


class TestDisk:
    def test_what_is_too_large_is_refused_before_it_is_written(self, target: Path) -> None:
        with FaultyServer(serves(WAVE)) as server:
            assert fails(server, target, Limits(size=99_999)).trouble is T.TOO_LARGE
        assert not part_of(target).exists()

    def test_what_never_said_its_length_is_stopped_at_the_limit(self, target: Path) -> None:
        def flow(visit: Visit) -> None:
            visit.send(HEAD + b"\r\n" + WAVE)
            while visit.send(bytes(65536)):
                pass

        with FaultyServer(Behaviour("flows", flow)) as server:
            assert fails(server, target, Limits(size=1 << 20)).trouble is T.TOO_LARGE
        assert not part_of(target).exists()

    def test_what_the_disk_has_no_room_for_is_refused_before_it_is_written(
        self, target: Path
    ) -> None:
        reserve = shutil.disk_usage(target.parent).free + (1 << 40)
        with FaultyServer(serves(WAVE)) as server:
            error = fails(server, target, Limits(reserve=reserve))
        assert (error.trouble, error.resumable) == (T.DISK_FULL, False)
        assert not part_of(target).exists()

    @pytest.mark.parametrize("said", [b"", b"Content-Length: 20000000\r\n"])
    def test_some_of_the_disk_stays_free_however_long_it_becomes(
        self, said: bytes, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes: list[int] = []

        class Usage:
            free = 100 << 20

        def usage(_folder: Path) -> Usage:
            if part_of(target).exists():
                sizes.append(part_of(target).stat().st_size)
                Usage.free = (100 << 20) - 10 * sizes[-1]
            return Usage()

        monkeypatch.setattr(shutil, "disk_usage", usage)
        content = wave(20_000_000)
        with FaultyServer(says("flows", HEAD + said + b"\r\n", content)) as server:
            error = fails(server, target)
        assert (error.trouble, error.resumable) == (T.DISK_FULL, False)
        assert not part_of(target).exists()
        assert max(sizes) < 9 << 20

    def test_a_disk_that_fills_up_meanwhile_leaves_no_half_file(self, target: Path) -> None:
        resource = pytest.importorskip("resource")
        import signal

        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
        try:
            with FaultyServer(serves(WAVE)) as server:
                error = fails(server, target)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert (error.trouble, error.resumable) == (T.DISK_FULL, False)
        assert not part_of(target).exists()

    def test_a_folder_that_is_not_there_is_told(self, target: Path) -> None:
        with FaultyServer(serves(WAVE)) as server:
            error = fails(server, target.parent / "gone" / "x")
        assert (error.trouble, error.code) == (T.DISK, "(No such file or directory)")


class TestKeeping:
    @pytest.fixture
    def fetched(self, target: Path) -> FetchedRecording:
        part_of(target).write_bytes(WAVE)
        return FetchedRecording(part_of(target), ".wav", len(WAVE))

    def test_nothing_is_written_over(self, fetched: FetchedRecording, target: Path) -> None:
        target.write_bytes(b"precious")
        with pytest.raises(RecordingError) as error:
            keep(fetched, target)
        assert error.value.trouble is T.EXISTS
        assert target.read_bytes() == b"precious"
        other = target.with_name("other")
        assert keep(fetched, other).read_bytes() == WAVE

    @pytest.mark.parametrize("there", [False, True])
    def test_a_file_that_may_go_is_replaced(
        self, there: bool, fetched: FetchedRecording, target: Path
    ) -> None:
        if there:
            target.write_bytes(b"may go")
        assert keep(fetched, target, replace=True).read_bytes() == WAVE
        assert not fetched.path.exists()

    @pytest.mark.parametrize("there", [False, True])
    def test_a_file_system_without_links_will_do(
        self,
        there: bool,
        fetched: FetchedRecording,
        target: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def no_links(_old: Path, _new: Path) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", no_links)
        if there:
            target.write_bytes(b"precious")
            with pytest.raises(RecordingError):
                keep(fetched, target)
            assert target.read_bytes() == b"precious"
        else:
            assert keep(fetched, target).read_bytes() == WAVE
            assert not fetched.path.exists()

    def test_where_it_cannot_be_kept_nothing_takes_its_name(
        self, fetched: FetchedRecording, target: Path
    ) -> None:
        fetched.path.unlink()
        with pytest.raises(RecordingError) as error:
            keep(fetched, target)
        assert error.value.trouble is T.DISK
        assert not target.exists()
