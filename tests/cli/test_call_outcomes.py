"""`dialer call` tells each outcome by its exit code, in words, as JSON, and in the journal."""

import pytest

from cli.front import Front
from dialer.calls.call import CallRequest, Cause, OutcomeKind
from dialer.calls.credentials import Credentials
from dialer.calls.export import call_object
from dialer.calls.patience import Patience
from dialer.cli.compose import House
from dialer.cli.exits import Exit
from dialer.sandbox.magic import CALLEES, BareNumbers, Ending, Faulty, Rejected
from dialer.settings.profile import Profile
from doubles.faulty_server import Behaviour, FaultyServer, Visit, answers

KEYS = [
    "outcome",
    "recording_id",
    "status",
    "reason",
    "message",
    "callee",
    "display_number",
    "account",
    "note",
    "profile",
    "sandbox",
    "call_id",
]
ENDS = {
    Rejected: ("rejected", Exit.REJECTED),
    Ending: ("placed", Exit.DONE),
    BareNumbers: ("placed", Exit.DONE),
    Faulty: ("unknown", Exit.UNKNOWN),
}
EXITS = {Exit.DONE: 0, Exit.REJECTED: 3, Exit.NOT_SENT: 4, Exit.UNKNOWN: 5}


@pytest.mark.parametrize("callee", CALLEES)
def test_every_documented_callee_of_the_sandbox_has_its_outcome(dialer: Front, callee: str) -> None:
    magic = CALLEES[callee]
    outcome, code = ENDS[type(magic)]
    said = dialer("call", callee, "--sandbox", "--json", "--timeout", "1")
    assert said.code == EXITS[code]
    assert said.json["outcome"] == outcome
    assert (said.json["recording_id"] is not None) == (outcome == "placed")
    if isinstance(magic, Rejected):
        assert (said.json["status"], said.json["reason"]) == (magic.status, magic.reason)
    (call,) = dialer.calls()
    assert said.json == call_object(call)


def test_the_json_object_has_exactly_the_keys_that_were_promised(dialer: Front) -> None:
    said = dialer("call", "932111111111", "--sandbox", "--json", "--note", "Bob", "--account", "a")
    assert list(said.json) == KEYS
    assert {key: said.json[key] for key in ("outcome", "callee", "account", "note", "status")} == {
        "outcome": "placed",
        "callee": "932111111111",
        "account": "a",
        "note": "Bob",
        "status": "0",
    }
    assert said.json["sandbox"] is True
    assert said.json["display_number"] is None
    texts = ("recording_id", "message", "reason", "profile", "call_id")
    assert all(isinstance(said.json[key], str) and said.json[key] for key in texts)
    assert said.err == "", "an object is told to programs"


def test_a_placed_call_never_claims_to_be_connected(dialer: Front) -> None:
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url)
        said = dialer("call", "932111111111")
    assert said.code == 0
    assert said.out == "2203031113381000002\n"
    assert "Your phone test_001 will ring" in said.err
    assert "Do not pick up your phone" in said.err
    assert "connected" not in said.out + said.err


def test_the_options_are_what_is_sent(dialer: Front) -> None:
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url, display_number="442079460018", app_id="old")
        options = ("--account", "b", "--display-number", "+1 (008) 122-211", "--app-id", "4luaKsL2")
        said = dialer("call", "tel:+932-111-111-111", *options, "--note", " two\nlines ", "--json")
    body = server.requests[0].body.decode()
    assert body == (
        '{"callee": "932111111111", "displayNum": "1008122211", "account": "b",'
        ' "appId": "4luaKsL2", "calledInfo": "two lines"}'
    )
    assert said.json["note"] == "two lines"
    assert said.json["display_number"] == "1008122211"


def test_what_the_profile_lacks_is_left_out(dialer: Front) -> None:
    with FaultyServer(answers()) as server:
        dialer.with_profile(server.url)
        dialer("call", "932111111111")
    assert server.requests[0].body == b'{"callee": "932111111111", "account": "test_001"}'


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_provider_can_neither_colour_the_terminal_nor_end_the_line(
    dialer: Front, form: tuple[str, ...]
) -> None:
    evil = {"status": "-99", "reason": "\x1b[31mno\x07\r\n\u202e <b>money</b>\u200b"}
    with FaultyServer(answers(evil)) as server:
        dialer.with_profile(server.url)
        said = dialer("call", "932111111111", *form)
    assert said.code == 3
    assert "[31mno <b>money</b>" in said.out + said.err
    assert not set("\x1b\x07\r\u202e\u200b") & set(said.out + said.err)


def test_calling_again_warns_and_calls(dialer: Front) -> None:
    first = dialer("call", "932111111111", "--sandbox")
    second = dialer("call", "932111111111", "--sandbox")
    other = dialer("call", "932111111112", "--sandbox")
    assert "This number was called" not in first.err
    assert "This number was called" in second.err
    assert "This number was called" not in other.err
    assert (first.code, second.code, other.code) == (0, 0, 0)
    assert first.out != second.out


@pytest.mark.parametrize(
    ("callee", "warns"),
    [
        ("9990000010", False),
        ("9990000018", True),
        ("9990000099", True),
        ("9990001004", True),
    ],
)
def test_what_may_still_ring_is_warned_of_before_it_is_called_again(
    dialer: Front, callee: str, warns: bool
) -> None:
    dialer("call", callee, "--sandbox")
    again = dialer("call", callee, "--sandbox")
    assert ("no certain outcome" in again.err) == warns
    assert len(dialer.calls()) == 2


def test_an_outcome_that_cannot_be_recorded_is_told_all_the_same(dialer: Front) -> None:
    def act(visit: Visit) -> None:
        dialer.folders.journal.rename(dialer.folders.data / "moved.sqlite3")
        answers().act(visit)

    with FaultyServer(Behaviour("moves the journal, then answers", act)) as server:
        dialer.with_profile(server.url)
        said = dialer("call", "932111111111", "--json")
    assert said.code == 0
    assert said.json["recording_id"] == "2203031113381000002"
    assert "The outcome could not be written to the journal" in said.err


class Defect(Exception):
    pass


class DefectiveHouse(House):
    """A house whose provider has a defect of ours."""

    def provider(self, profile: Profile, credentials: Credentials) -> "DefectiveHouse":  # type: ignore[override]
        return self

    def send_sip(self, request: CallRequest, patience: Patience) -> None:
        raise Defect


def test_a_defect_in_the_middle_of_a_call_leaves_it_unknown(
    dialer: Front, caplog: pytest.LogCaptureFixture
) -> None:
    dialer.with_profile()
    dialer.house = DefectiveHouse
    said = dialer("call", "932111111111", "--json")
    assert said.code == 5
    assert said.json["outcome"] == "unknown"
    assert "Defect" in caplog.text, "whoever mends it needs the trace"
    (call,) = dialer.calls()
    assert call.outcome
    assert (call.outcome.kind, call.outcome.cause) == (OutcomeKind.UNKNOWN, Cause.INTERRUPTED)
