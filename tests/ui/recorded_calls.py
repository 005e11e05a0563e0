"""Calls with what the provider's records say of them, and a player that only remembers."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QObject

from dialer.calls.call import CallRecord, CallRequest, Cause, Following, Outcome
from dialer.calls.details import CallDetails, Candidate, Ending, Stage
from dialer.ui.recording_player import Player

T = 1_770_000_000_000
ID = "2203031113381000002"
ANSWERED = CallRecord(
    row=1,
    call_id="call-1",
    begun_at=T,
    request=CallRequest("8613800138000", "test_001", display_number="1008122211", profile="work"),
    outcome=Outcome.placed(ID),
    following=Following.FINAL,
    stage=Stage.ENDED,
    ending=Ending.ANSWERED,
    duration_s=83,
    cost=Decimal("0.042"),
    currency="USD",
    hangup_code="200",
    hangup_reason="OK",
)
DETAILS = CallDetails(
    recording_id=ID,
    submitted_at=T,
    called_at=T + 1_000,
    ringing_at=T + 4_000,
    answered_at=T + 10_000,
    ended_at=T + 93_000,
    duration_s=83,
    charged_s=120,
    hangup_code="200",
    hangup_reason="OK",
    cost=Decimal("0.042000"),
    currency="USD",
    rate=Decimal("0.021"),
    billing_period="60+60",
    phone_group="Support",
    phone_name="Alice's desk",
    region="China Mobile",
    recording_file_id="F1",
    original='{"voiceId":2203031113381000002,"cost":0.042000,"more":{}}',
)
BARE = CallRecord(2, "call-2", T, CallRequest("442079460018", "test_002"), Outcome.placed("77"))
UNKNOWN = replace(BARE, call_id="call-3", outcome=Outcome.unknown(Cause.NO_ANSWER))
CANDIDATES = (
    Candidate("first", T + 1_000, 83, Ending.ANSWERED),
    Candidate("second", T + 41_000, 0, Ending.BUSY),
)


def numbered(number: int, *, file: bool = True) -> tuple[CallRecord, CallDetails]:
    """One of many calls, with a recording or without."""
    record = replace(ANSWERED, row=number, call_id=f"many-{number}")
    return record, replace(DETAILS, recording_file_id=f"F{number}" if file else None)


class RememberingPlayer(Player):
    """Plays nothing, and remembers what it was told."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.told: list[str] = []

    def play(self, path: Path) -> bool:
        self.told.append(f"play {path.name}")
        self.playing_changed.emit(True)
        return True

    def pause(self) -> None:
        self.told.append("pause")
        self.playing_changed.emit(False)

    def go_on(self) -> None:
        self.told.append("go on")
        self.playing_changed.emit(True)

    def seek(self, position: int) -> None:
        self.told.append(f"seek {position}")

    def stop(self) -> None:
        self.told.append("stop")
