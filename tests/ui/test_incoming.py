"""Links and other starts: filled in, said, and never called but by the operator's own doing."""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dialer.calls.call import CallRequest, OutcomeKind
from dialer.desktop import handoff
from dialer.desktop.doorway import Doorway, claim
from dialer.desktop.visit import Visit
from dialer.settings.folders import Folders
from dialer.settings.preferences import Preferences
from dialer.settings.profile import Profile
from dialer.ui.calling import Counting
from dialer.ui.incoming import FLOOD_SECONDS
from doubles.faulty_server import Behaviour, FaultyServer, answers, hangs_after_reading
from ui.journal_on_disk import PLACED, JournalOnDisk
from ui.operating import CTRL, ENTER, ESC, Operator, Start

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LONDON = "442079460018"
LINK = "tel:+44-20-7946-0018"
NOT_CALLED = "Enter or Call calls it; nothing was called."

AddProfile = Callable[..., Profile]
Provider = Callable[[Behaviour], FaultyServer]


@pytest.fixture
def doorway() -> Iterator[Doorway]:
    path = handoff.address(dict(os.environ), sandbox=True)
    made, _ = claim(path, b"")
    assert made is not None
    yield made
    made.close()


class Desk:
    """A window with a profile, and what clicks on links do to it."""

    def __init__(self, operator: Operator, journal: JournalOnDisk) -> None:
        self.operator = operator
        self._journal = journal
        self._ahead = 0.0
        outside = operator.program._outside
        assert outside is not None
        self.incoming = outside.incoming
        self.incoming._clock = lambda: time.monotonic() + self._ahead

    def later(self, seconds: float) -> None:
        """Let time go by: nothing comes for a while, and there is time to look."""
        self._ahead += seconds

    def enter(self) -> None:
        """Look at what has come, and press Enter."""
        self.later(1)
        self.operator.press(ENTER)

    def click(self, *links: str, asked: str = handoff.LINK) -> list[tuple[str, str]]:
        """Links that come together, as a flood does; what the visitors are answered."""
        visits = [Visit(asked, link) for link in links]
        outside = self.operator.program._outside
        assert outside is not None
        outside._on_arrived(visits)
        return [visit.wait(0) for visit in visits]

    @property
    def calls(self) -> int:
        return len(self._journal.calls())

    @property
    def callee(self) -> str:
        return self.operator.text("Callee")


@pytest.fixture
def desk(start: Start, add_profile: AddProfile, provider: Provider, journal: JournalOnDisk) -> Desk:
    server = provider(answers())
    add_profile("work", base_url=server.url, account="test_001", default_country="GB")
    add_profile("home", base_url=server.url, account="test_002")
    return Desk(ready(start(profile="work")), journal)


def ready(operator: Operator) -> Operator:
    operator.until(lambda: operator.program._outside is not None)
    return operator


def test_a_link_is_filled_in_as_it_will_be_sent_and_says_that_it_does_not_call(desk: Desk) -> None:
    assert desk.click(LINK) == [(handoff.SHOWN, "")]
    assert desk.callee == f"+{LONDON}"
    assert desk.operator.line.startswith(f"Sends {LONDON}")
    assert desk.operator.focus == "Callee"
    assert desk.operator.message == f"Filled in by a link. {NOT_CALLED}"
    assert desk.calls == 0
    desk.enter()
    assert desk.operator.outcome().startswith("Placed.")
    assert desk.calls == 1


def test_the_first_link_stands_in_the_field_before_anything_else_is_there(
    start: Start, add_profile: AddProfile
) -> None:
    add_profile("work")
    operator = start(visit=Visit(handoff.LINK, LINK), wait=False)
    assert operator.text("Callee") == f"+{LONDON}"
    ready(operator)
    assert operator.message == f"Filled in by a link. {NOT_CALLED}"


def test_a_window_that_can_read_no_numbers_leaves_links_to_the_next_one(
    start: Start, doorway: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise ImportError("no numbering plan")

    monkeypatch.setattr("dialer.program._load_numbers", fails)
    operator = start(doorway=doorway, wait=False)
    operator.until(lambda: operator.message.startswith("Numbers cannot be read."))
    path = handoff.address(dict(os.environ), sandbox=True)
    following, _ = claim(path, b"")
    assert following is not None
    following.close()


def test_before_the_first_profile_the_number_waits_in_the_field(
    start: Start, add_profile: AddProfile
) -> None:
    operator = ready(start(visit=Visit(handoff.LINK, LINK)))
    assert operator.text("Callee") == f"+{LONDON}"
    assert "It waits here: connect a provider account to call it." in operator.message
    assert operator.button("Connect your provider account").isVisible()
    add_profile("work")
    operator.until(lambda: operator.message == f"Filled in by a link. {NOT_CALLED}")


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("tel:--help", "“help” is no part of a number"),
        ("tel:12", "2 digits: 7 to 15 are needed."),
        ("tel:0", "1 digit: 7 to 15 are needed."),
        ("dialer:?callee=+442079460018&api-key=K", "“api-key”"),
        ("dialer:?callee=+442079460018&account=nobody", "The account “nobody” is not known here"),
        ("dialer:?callee=+442079460018&profile=nowhere", "no profile “nowhere” here"),
        ("dialer:?callee=+442079460018&display-number=1008122211", "“1008122211” is not known"),
    ],
)
def test_what_cannot_be_called_is_said_and_nothing_is_filled_in(
    desk: Desk, link: str, says: str
) -> None:
    desk.operator.write("020 7946", into="Callee")
    before = desk.operator.window.bar.typed()
    desk.click(link)
    assert desk.operator.window.bar.typed() == before
    assert desk.operator.message.startswith("The link was not used.")
    assert says in desk.operator.message
    assert "Nothing was filled in, and nothing was called." in desk.operator.message


def test_a_first_link_that_cannot_be_called_leaves_the_field_empty(
    start: Start, add_profile: AddProfile
) -> None:
    add_profile("work")
    operator = ready(start(visit=Visit(handoff.LINK, "tel:02079460018")))
    assert operator.text("Callee") == ""
    assert "No country code starts with 0" in operator.message


def test_what_was_typed_by_hand_comes_back_with_esc(desk: Desk) -> None:
    desk.operator.write("020 7946 0019", into="Callee")
    desk.operator.write("about the invoice", into="Note")
    desk.click(LINK)
    assert desk.callee == f"+{LONDON}"
    assert desk.operator.text("Note") == ""
    assert "Esc brings back what you typed." in desk.operator.message
    desk.operator.press(ESC)
    assert desk.callee == "020 7946 0019"
    assert desk.operator.text("Note") == "about the invoice"
    assert desk.operator.message == ""
    desk.operator.press(ESC)
    assert desk.callee == ""


def test_the_newest_link_replaces_an_earlier_one_and_keeps_what_was_typed(desk: Desk) -> None:
    desk.operator.write("020 7946 0019", into="Callee")
    desk.click("dialer:?callee=+442079460017&note=first")
    desk.click(LINK)
    assert desk.callee == f"+{LONDON}"
    assert desk.operator.text("Note") == ""
    desk.operator.press(ESC)
    assert desk.callee == "020 7946 0019"


def test_of_a_flood_the_last_is_shown_with_a_count_and_nothing_is_queued(desk: Desk) -> None:
    answered = desk.click(*(f"tel:+4420794600{number:02d}" for number in range(50)))
    assert answered == [(handoff.SHOWN, "")] * 50
    desk.click(LINK)
    assert desk.callee == f"+{LONDON}"
    assert desk.operator.message.startswith("51 links came in; this is the newest.")
    desk.operator.press(ESC)
    assert desk.callee == ""
    assert desk.calls == 0


def test_a_link_during_a_call_is_filled_in_and_not_called(
    start: Start, add_profile: AddProfile, provider: Provider, journal: JournalOnDisk
) -> None:
    add_profile("work", base_url=provider(hangs_after_reading).url)
    desk = Desk(ready(start()), journal)
    set_preferences(desk, links="countdown", link_seconds=3)
    desk.operator.write("+442079460019", into="Callee")
    desk.operator.press(ENTER)
    desk.operator.until(lambda: desk.operator.busy)
    desk.click(LINK)
    assert desk.callee == f"+{LONDON}"
    assert not desk.operator.program._calling.is_counting


# What a link changes for one call


def test_a_link_may_name_what_is_known_for_one_call_and_leaves_no_trace(
    desk: Desk, journal: JournalOnDisk
) -> None:
    journal.write(PLACED, request=CallRequest(LONDON, "desk 7", "1008122211", profile="home"))
    operator = desk.operator
    operator.write("my own", into="Account")
    desk.click(
        "dialer:?callee=+442079460018&note=x&account=desk+7&display-number=1008122211&profile=home"
    )
    assert operator.text("Account") == "desk 7"
    assert operator.text("Display number") == "1008122211"
    assert operator.switcher().currentText() == "home"
    assert (
        "For this one call: profile home, account desk 7, display number 1008122211."
        in operator.message
    )
    assert operator.field("Account").property("given")
    desk.enter()
    assert operator.outcome().startswith("Placed.")
    called = journal.calls()[0].request
    assert (called.account, called.display_number, called.profile) == (
        "desk 7",
        "1008122211",
        "home",
    )
    assert operator.text("Account") == "my own"
    assert operator.text("Display number") == ""
    assert operator.switcher().currentText() == "work"
    assert not operator.field("Account").property("given")


def test_what_a_link_lent_is_not_remembered_after_a_restart(
    desk: Desk, journal: JournalOnDisk, start: Start
) -> None:
    own = CallRequest(LONDON, "own", "442079460011", profile="work")
    journal.write(PLACED, request=CallRequest(LONDON, "desk 7", "1008122211", profile="work"))
    journal.write(PLACED, request=own)
    operator = desk.operator
    desk.click("dialer:?callee=+442079460018&account=desk+7&display-number=1008122211")
    desk.enter()
    assert operator.outcome().startswith("Placed.")
    assert journal.calls()[0].request.account == "desk 7"
    operator.quit()
    again = ready(start(profile="work"))
    field = again.window.bar
    assert field.account.values() == ["own", "desk 7"]
    assert field.display_number.values() == ["442079460011", "1008122211"]


@pytest.mark.parametrize("gone", ["Esc", "typing", "another link"])
def test_what_a_link_changes_goes_with_its_number(desk: Desk, gone: str) -> None:
    operator = desk.operator
    desk.click("dialer:?callee=+442079460018&profile=home&account=test_002")
    assert operator.text("Account") == "test_002"
    if gone == "Esc":
        operator.press(ESC)
    elif gone == "typing":
        operator.write("0", into="Callee")
    else:
        desk.click(LINK)
    assert operator.text("Account") == "test_001"
    assert operator.switcher().currentText() == "work"


def test_a_profile_that_the_operator_chooses_is_not_taken_back(desk: Desk) -> None:
    operator = desk.operator
    desk.click("dialer:?callee=+442079460018&profile=home&account=test_002")
    operator.window.profile_chosen.emit("home")
    operator.press(ESC)
    assert operator.switcher().currentText() == "home"
    assert operator.text("Account") == "test_002"


def test_a_link_cannot_lead_out_of_the_sandbox(
    sandbox: Operator, add_profile: AddProfile, journal: JournalOnDisk
) -> None:
    add_profile("work")
    desk = Desk(ready(sandbox), journal)
    sandbox.window.sandbox_chosen.emit(True)
    sandbox.wait_until_ready()
    desk.click("dialer:?callee=+442079460018&profile=work")
    assert "this is the sandbox" in sandbox.message
    assert desk.callee == ""
    assert "SANDBOX" in sandbox.status_text()


@pytest.mark.parametrize("asked", [handoff.NUMBER, handoff.CLIPBOARD])
def test_who_wants_the_sandbox_is_refused_by_a_window_that_has_left_it(
    sandbox: Operator, add_profile: AddProfile, journal: JournalOnDisk, asked: str
) -> None:
    add_profile("work")
    desk = Desk(ready(sandbox), journal)
    sandbox.program._choice.load(sandbox=False, name="work")
    QGuiApplication.clipboard().setText(f"+{LONDON}")
    ((answer, why),) = desk.click(f"+{LONDON}", asked=asked)
    assert answer == handoff.REFUSED
    assert "no longer calls there. Nothing was filled in." in why
    assert "no longer calls there. Nothing was filled in." in sandbox.message
    assert desk.callee == ""


def test_a_link_is_read_with_the_operators_own_profile_whatever_was_lent_before(
    start: Start, add_profile: AddProfile, provider: Provider, journal: JournalOnDisk
) -> None:
    server = provider(answers())
    add_profile("work", base_url=server.url, default_country="GB")
    add_profile("de", base_url=server.url, account="konto", default_country="DE")
    desk = Desk(ready(start(profile="work")), journal)
    munich = "tel:0891234567"
    desk.click(munich)
    assert "The link was not used." in desk.operator.message
    desk.click("dialer:?callee=+49891234567&profile=de&account=konto")
    assert desk.operator.switcher().currentText() == "de"
    desk.click(munich)
    assert "The link was not used." in desk.operator.message
    desk.click("dialer:?callee=+442079460018&account=konto")
    assert "The account “konto” is not known here" in desk.operator.message


def test_keys_meant_for_another_field_do_not_get_into_the_number_that_comes_back(
    desk: Desk,
) -> None:
    desk.operator.write("020 7946 0019", into="Callee")
    desk.operator.write("room ", into="Note")
    desk.click(LINK)
    desk.operator.write("17")
    desk.operator.press(ESC)
    assert desk.callee == "020 7946 0019"


def test_a_number_typed_in_place_of_a_links_is_the_operators(desk: Desk) -> None:
    desk.click(LINK)
    desk.operator.write("020 7946 0019")
    assert desk.callee == "020 7946 0019"
    desk.operator.press(ENTER)
    assert desk.calls == 0, "nobody has looked at the link's number, which this might still be"


def test_an_empty_field_is_no_leave_for_a_links_number(desk: Desk) -> None:
    desk.click(LINK)
    desk.operator.press(ENTER)
    assert desk.calls == 0
    assert desk.operator.message.startswith("The number changed as you were about to call.")


@pytest.mark.parametrize("words", ["Call anyway", "Call now"])
def test_a_click_meant_for_another_message_calls_nothing(quick_desk: Desk, words: str) -> None:
    desk = quick_desk
    desk.operator.call(f"+{LONDON}")
    calls = desk.calls
    set_preferences(desk, links="countdown", link_seconds=30)
    desk.click(LINK if words == "Call anyway" else "tel:+442079460019")
    desk.operator.click(desk.operator.button(words))
    assert desk.calls == calls
    assert not desk.operator.busy


def test_what_was_typed_by_hand_comes_back_after_two_links_and_a_note(desk: Desk) -> None:
    desk.operator.write("020 7946 0019", into="Callee")
    desk.click(LINK)
    desk.operator.write("for Ann", into="Note")
    desk.click("tel:+442079460017")
    desk.operator.press(ESC)
    assert desk.callee == "020 7946 0019"


def test_a_call_taken_back_before_is_no_links_countdown(desk: Desk) -> None:
    set_preferences(desk, undo_seconds=10, links="countdown", link_seconds=3)
    desk.click(LINK)
    desk.operator.press(ESC)
    desk.later(FLOOD_SECONDS + 1)
    desk.operator.write(f"+{LONDON}", into="Callee")
    desk.operator.press(ENTER)
    assert desk.operator.program._calling.is_counting
    desk.later(FLOOD_SECONDS + 1)
    desk.click("tel:+442079460019")
    assert "The call that waited to leave was stopped: it was not sent." in desk.operator.message
    assert not desk.operator.program._calling.is_counting


def test_a_number_with_a_zero_in_brackets_is_not_shown_before_it_is_read(
    start: Start, add_profile: AddProfile
) -> None:
    add_profile("work")
    operator = start(visit=Visit(handoff.LINK, "tel:+244(0)222123456"), wait=False)
    assert operator.text("Callee") == ""
    ready(operator)
    assert operator.text("Callee") == "+244222123456"


def test_a_first_start_with_a_profile_that_is_not_there_is_refused_like_any_other(
    start: Start, add_profile: AddProfile
) -> None:
    add_profile("work")
    operator = ready(start(visit=Visit(handoff.NUMBER, f"+{LONDON}", profile="nowhere")))
    assert operator.text("Callee") == ""
    assert operator.message.startswith("The number was not used. There is no profile “nowhere”")


# Countdowns


def set_preferences(desk: Desk, **values: object) -> None:
    desk.operator.program._on_preferences_changed(values)


@pytest.fixture
def _quick_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.ui.calling.SECOND_MS", 30)


@pytest.fixture
def quick_desk(_quick_seconds: None, desk: Desk) -> Desk:
    """Whose seconds are short."""
    return desk


def test_a_link_calls_after_the_countdown_that_the_operator_asked_for(quick_desk: Desk) -> None:
    desk = quick_desk
    set_preferences(desk, links="countdown", link_seconds=3)
    desk.click(LINK)
    assert desk.operator.message.startswith("Calling +44 20 7946 0018 in 3 s")
    assert "Account test_001, no display number." in desk.operator.message
    assert desk.calls == 0
    desk.operator.until(lambda: desk.operator.message.startswith("Placed."))
    assert desk.calls == 1


@pytest.mark.parametrize("stop", ["Esc", "button", "typing", "profile", "tray"])
def test_a_countdown_that_is_stopped_sends_nothing(desk: Desk, stop: str) -> None:
    set_preferences(desk, links="countdown", link_seconds=30)
    desk.click(LINK)
    operator = desk.operator
    if stop == "Esc":
        operator.window.history.search.setFocus()
        operator.press(ESC)
        assert desk.callee == f"+{LONDON}", "the number stays"
    elif stop == "button":
        operator.click(operator.button("Do not call"))
    elif stop == "typing":
        operator.write("x", into="Note")
    elif stop == "profile":
        operator.window.profile_chosen.emit("home")
    else:
        assert operator.program._outside is not None
        operator.program._outside.hide_in_tray()
        operator.window.show()
    assert not operator.program._calling.is_counting
    if stop != "profile":
        assert operator.message == "Stopped. Nothing was sent, and nothing was called."
    assert desk.calls == 0


def test_call_now_waits_no_longer(desk: Desk) -> None:
    set_preferences(desk, links="countdown", link_seconds=30)
    desk.click(LINK)
    desk.later(1)
    desk.operator.click(desk.operator.button("Call now"))
    assert desk.operator.outcome().startswith("Placed.")


ODD = "No countdown, as this is no ordinary number: look at it first."
LADEN = "No countdown, as the link carries more than a number."


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("tel:+449098790000", ODD),  # premium rate
        ("tel:+870773111632", ODD),  # satellite
        ("tel:+99912345678", ODD),  # no country
        ("tel:+442079460018;ext=12", LADEN),
        ("tel:7946-0018;phone-context=pbx.example.com", LADEN),
        ("tel:+442079460018?call=1", LADEN),
        ("sip:+442079460018@pbx.example.com;x=y", LADEN),
        ("dialer:?callee=+442079460018&note=x", LADEN),
        ("dialer:?callee=+442079460018&account=test_001", LADEN),
    ],
)
def test_some_links_are_only_filled_in_whatever_the_preference(
    desk: Desk, link: str, why: str
) -> None:
    set_preferences(desk, links="countdown", link_seconds=3)
    desk.click(link)
    assert not desk.operator.program._calling.is_counting
    assert why in desk.operator.message
    assert NOT_CALLED in desk.operator.message


def test_a_note_is_marked_as_a_links_until_it_is_changed_or_gone(desk: Desk) -> None:
    note = desk.operator.field("Note")
    for end in ("typing", "Esc", "another link"):
        desk.click("dialer:?callee=+442079460018&note=Invoice")
        assert note.property("given")
        assert note.accessibleDescription() == "Note, by the link"
        if end == "typing":
            desk.operator.write("Invoice 17", into="Note")
        elif end == "Esc":
            desk.operator.press(ESC)
        else:
            desk.click(LINK)
        assert not note.property("given"), end
        desk.operator.press(ESC)


def test_a_flood_stops_the_countdown_and_begins_none(desk: Desk) -> None:
    set_preferences(desk, links="countdown", link_seconds=30)
    desk.click(LINK)
    assert desk.operator.program._calling.is_counting
    desk.click("tel:+442079460019")
    assert not desk.operator.program._calling.is_counting
    assert desk.operator.message.startswith("2 links came in; this is the newest.")
    assert desk.calls == 0


def test_a_callee_that_is_asked_about_is_asked_about_after_a_link_too(
    quick_desk: Desk,
) -> None:
    desk = quick_desk
    desk.operator.call(f"+{LONDON}")
    set_preferences(desk, links="countdown", link_seconds=3)
    desk.click(LINK)
    assert desk.operator.message.startswith("Call +44 20 7946 0018 again?")
    assert desk.calls == 1


def test_every_call_can_be_taken_back_where_the_operator_wants_that(desk: Desk) -> None:
    set_preferences(desk, undo_seconds=10)
    operator = desk.operator
    operator.write(f"+{LONDON}", into="Callee")
    operator.press(ENTER, ENTER)
    assert operator.message.startswith("Calling +44 20 7946 0018 in 10 s")
    operator.press(ESC)
    assert operator.message == "Stopped. Nothing was sent, and nothing was called."
    assert desk.callee == f"+{LONDON}"
    assert desk.calls == 0


def test_a_call_leaves_at_the_end_of_the_countdown_and_once(quick_desk: Desk) -> None:
    desk = quick_desk
    set_preferences(desk, undo_seconds=2)
    desk.operator.write(f"+{LONDON}", into="Callee")
    desk.operator.press(ENTER, ENTER)
    desk.operator.until(lambda: desk.operator.message.startswith("Placed."))
    assert desk.calls == 1


def test_quitting_during_a_countdown_sends_nothing(desk: Desk) -> None:
    set_preferences(desk, undo_seconds=10)
    desk.operator.write(f"+{LONDON}", into="Callee")
    desk.operator.press(ENTER)
    desk.operator.quit()
    assert desk.calls == 0


# Other programs, other starts


def test_another_program_shows_a_number_and_is_told_why_it_cannot(desk: Desk) -> None:
    assert desk.click("020 7946 0018", asked=handoff.NUMBER) == [(handoff.SHOWN, "")]
    assert desk.callee == f"+{LONDON}"
    assert desk.operator.message.startswith("Filled in by another program.")
    ((word, why),) = desk.click("12", asked=handoff.NUMBER)
    assert (word, why) == (handoff.REFUSED, "2 digits: 7 to 15 are needed.")
    assert desk.callee == f"+{LONDON}"


def test_a_real_visitor_reaches_the_window_of_the_first_start(
    start: Start, doorway: Doorway, add_profile: AddProfile
) -> None:
    add_profile("work")
    operator = ready(start(doorway=doorway))
    path = handoff.address(dict(os.environ), sandbox=True)
    answer: list[tuple[str, str] | None] = []
    from threading import Thread

    knocking = Thread(
        target=lambda: answer.append(handoff.knock(path, handoff.message({}, handoff.LINK, LINK)))
    )
    knocking.start()
    operator.until(lambda: answer)
    knocking.join()
    assert answer == [(handoff.SHOWN, "")]
    assert operator.text("Callee") == f"+{LONDON}"
    operator.quit()
    assert path is not None
    assert not Path(path).exists(), "the next start is a window of its own"


def test_a_start_with_a_profile_chooses_it_in_the_window_that_runs(desk: Desk) -> None:
    outside = desk.operator.program._outside
    assert outside is not None
    outside._on_arrived([Visit(handoff.RAISE, profile="home")])
    assert desk.operator.switcher().currentText() == "home"
    outside._on_arrived([Visit(handoff.RAISE, profile="nowhere")])
    assert "There is no profile nowhere." in desk.operator.message
    assert desk.operator.switcher().currentText() == "home"


def test_a_profile_that_is_not_there_refuses_the_number_of_a_second_start(desk: Desk) -> None:
    outside = desk.operator.program._outside
    assert outside is not None
    visit = Visit(handoff.NUMBER, "020 7946 0018", "nowhere")
    outside._on_arrived([visit])
    assert visit.wait(0) == (handoff.REFUSED, "There is no profile “nowhere” here.")
    assert desk.callee == ""
    there = Visit(handoff.NUMBER, f"+{LONDON}", "home")
    outside._on_arrived([there])
    assert there.wait(0) == (handoff.SHOWN, "")
    assert desk.operator.switcher().currentText() == "home"
    desk.operator.press(ESC)
    assert desk.operator.switcher().currentText() == "work", "it was for that number alone"


# What else was not to happen


@pytest.mark.parametrize("second", [LINK, "tel:12", "tel:+442079460019"])
def test_a_link_stops_a_call_that_waits_and_says_so(desk: Desk, second: str) -> None:
    set_preferences(desk, undo_seconds=10, links="countdown", link_seconds=3)
    desk.operator.write(f"+{LONDON}", into="Callee")
    desk.operator.press(ENTER)
    desk.click(second)
    assert not desk.operator.program._calling.is_counting
    assert "The call that waited to leave was stopped: it was not sent." in desk.operator.message
    assert desk.calls == 0


def test_any_other_message_stops_a_countdown_rather_than_hide_it(desk: Desk) -> None:
    set_preferences(desk, undo_seconds=10)
    desk.operator.write(f"+{LONDON}", into="Callee")
    desk.operator.press(ENTER)
    desk.operator.window.tell("rejected", "Something else.", "It covers the countdown.")
    assert not desk.operator.program._calling.is_counting
    assert desk.calls == 0


def test_what_was_called_elsewhere_meanwhile_is_asked_about_at_the_end_of_a_countdown(
    quick_desk: Desk, journal: JournalOnDisk
) -> None:
    desk = quick_desk
    set_preferences(desk, undo_seconds=10)
    desk.operator.write(f"+{LONDON}", into="Callee")
    desk.operator.press(ENTER)
    journal.write(PLACED, request=CallRequest(LONDON, "test_001", profile="work"), seconds_ago=1)
    desk.operator.until(lambda: desk.operator.message.startswith("Call +44 20 7946 0018 again?"))
    assert desk.calls == 1


def test_call_anyway_is_not_asked_again_at_the_end_of_its_countdown(quick_desk: Desk) -> None:
    desk = quick_desk
    desk.operator.call(f"+{LONDON}")
    set_preferences(desk, undo_seconds=2)
    desk.operator.press(ENTER)
    desk.operator.click(desk.operator.button("Call anyway"))
    desk.operator.until(lambda: desk.calls == 2)


def test_keys_typed_on_as_a_link_comes_go_where_they_were_meant_to(desk: Desk) -> None:
    desk.operator.write("020 7946 ", into="Callee")
    desk.click(LINK)
    desk.operator.write("00199")
    desk.operator.press(Qt.Key.Key_Backspace)
    desk.operator.press(ENTER)
    assert desk.calls == 0
    assert desk.callee == f"+{LONDON}"
    assert desk.operator.message.startswith("The number changed as you were about to call.")
    desk.operator.press(ESC)
    assert desk.callee == "020 7946 0019"
    desk.operator.write("1")
    assert desk.callee == "020 7946 00191"  # not selected: who had not finished types on


def test_enter_counts_again_once_there_was_time_to_look(desk: Desk) -> None:
    desk.operator.write("020 7946 0019", into="Callee")
    desk.click(LINK)
    desk.operator.click(desk.operator.button("Call"))
    assert desk.calls == 0
    desk.enter()
    assert desk.operator.outcome().startswith("Placed.")
    assert desk.calls == 1


@pytest.mark.parametrize("way", ["redial", "history"])
def test_another_call_that_is_filled_in_is_not_made_with_what_a_link_lent(
    desk: Desk, way: str
) -> None:
    operator = desk.operator
    operator.call("+442079460019")
    desk.click("dialer:?callee=+442079460018&profile=home&account=test_002")
    if way == "redial":
        operator.press(Qt.Key.Key_R, modifier=CTRL)
    else:
        operator.window.fill_in(desk._journal.calls()[0])
    assert desk.callee == "+442079460019"
    assert operator.switcher().currentText() == "work"
    assert operator.text("Account") == "test_001"


def test_a_note_does_not_go_on_to_another_number(desk: Desk) -> None:
    desk.click("dialer:?callee=+442079460018&note=about+Ann")
    desk.click("+442079460019", asked=handoff.NUMBER)
    assert desk.operator.text("Note") == ""


def test_a_profile_is_lent_where_none_was_in_use(desk: Desk) -> None:
    operator = desk.operator
    operator.program._choice._use(None)
    desk.click("dialer:?callee=+442079460018&profile=home")
    assert operator.switcher().currentText() == "home"
    operator.press(ESC)
    assert operator.program._calling.profile is None


def test_editing_profiles_makes_nothing_lent_the_operator_s_own(desk: Desk) -> None:
    operator = desk.operator
    desk.click("dialer:?callee=+442079460018&profile=home")
    choice = operator.program._choice
    choice.on_profiles_changed(choice._profiles, "")
    assert operator.switcher().currentText() == "work"


def test_a_link_again_after_esc_is_no_flood(desk: Desk) -> None:
    set_preferences(desk, links="countdown", link_seconds=30)
    desk.click(LINK)
    desk.operator.press(ESC)
    desk.operator.press(ESC)
    desk.click(LINK)
    assert desk.operator.program._calling.is_counting


@pytest.mark.parametrize("how", ["modal window", "minimised", "other window"])
def test_a_countdown_that_nobody_sees_is_stopped(desk: Desk, qtbot: QtBot, how: str) -> None:
    set_preferences(desk, links="countdown", link_seconds=3)
    desk.click(LINK)
    calling = desk.operator.program._calling
    assert calling.is_counting
    over = QDialog(desk.operator.window if how == "modal window" else None)
    qtbot.addWidget(over)
    if how == "modal window":
        over.open()
    elif how == "minimised":
        desk.operator.window.showMinimized()
    else:
        over.show()
        over.activateWindow()
        qtbot.waitUntil(lambda: not desk.operator.window.isActiveWindow())
    qtbot.waitUntil(lambda: not calling.is_counting)
    assert desk.operator.message == "Stopped. Nothing was sent, and nothing was called."
    assert desk.calls == 0
    over.close()
    desk.operator.window.showNormal()


def test_no_countdown_begins_behind_another_window(desk: Desk, qtbot: QtBot) -> None:
    set_preferences(desk, links="countdown", link_seconds=3)
    over = QDialog(desk.operator.window)
    qtbot.addWidget(over)
    over.open()
    desk.click(LINK)
    assert not desk.operator.program._calling.is_counting
    assert "No countdown, as another window stands before this one." in desk.operator.message
    over.close()


def test_a_countdown_is_not_taken_up_again_after_the_computer_slept(
    quick_desk: Desk, qtbot: QtBot
) -> None:
    set_preferences(quick_desk, undo_seconds=3)
    calling = quick_desk.operator.program._calling
    quick_desk.operator.write(f"+{LONDON}", into="Callee")
    quick_desk.operator.press(ENTER)
    awake = calling._clock
    calling._clock = lambda: awake() + 60.0
    qtbot.waitUntil(lambda: not calling.is_counting)
    assert quick_desk.operator.message == "Stopped. Nothing was sent, and nothing was called."
    assert quick_desk.calls == 0


# Hostile links

HOSTILE = 10_000
SEED = 20261128
SCRAPS = [
    *"0123456789+-()[]./ ,;:#*xX@%=?&|<>\"'\n\t²Ⅷ٣\u200b\u202e\u00a0–＋A\ud800\x00",
    *("00", "+44", "(0)", LONDON, "020 7946 0018", "1-800-FLOWERS", "--sandbox", "--help"),
    *("%2B", "%00", "%0a", "%FF", "%", ";ext=", ";phone-context=", ";m-x=", "?call", "//"),
    *("callee=", "&note=", "&account=", "&profile=", "&display-number=", "&api-key=", "王"),
    *("work", "home", "test_001", "<b>", "tel:", "sip:", "@", "../", "$(x)", "{0}"),
]
BEGINNINGS = ["tel:", "callto:", "sip:", "dialer:", "dialer:?callee=+442079460018&"]
CHARACTERS = [range(0x80), range(0x100), range(0xD800), range(0xE000, 0x110000)]


def hostile(chance: random.Random) -> str:
    """A link of scraps that mean something in one, or of any characters there are."""
    if chance.random() < 0.5:
        rest = chance.choices(SCRAPS, k=chance.randrange(21))
    else:
        rest = [chr(chance.choice(chance.choice(CHARACTERS))) for _ in range(chance.randrange(41))]
    return chance.choice(BEGINNINGS) + "".join(rest)


def test_ten_thousand_hostile_links_never_call_and_change_nothing_for_good(
    desk: Desk, folders: Folders
) -> None:
    """The countdown is on, so that a link that could call by itself would: each comes alone."""
    set_preferences(desk, links="countdown", link_seconds=30)
    operator = desk.operator
    operator.until(lambda: Preferences.load(folders.preferences_file).links == "countdown")
    before = {path: path.read_bytes() for path in folders.config.glob("*.toml")}
    assert len(before) == 2
    begun: list[Counting] = []
    operator.program._calling.counting.connect(begun.append)
    # Not by hypothesis: to make them up would take it four times as long as to click on them.
    chance = random.Random(SEED)
    for _ in range(HOSTILE):
        link = hostile(chance)
        desk.later(FLOOD_SECONDS + 1)
        desk.click(link)
        for field in ("Callee", "Note", "Account", "Display number"):
            assert operator.text(field).isprintable(), link
    assert any(counting.first for counting in begun), "nothing that could have called was tried"
    operator.program._calling.stop_counting()
    assert desk.calls == 0
    assert not operator.busy
    operator.press(ESC)
    operator.press(ESC)
    assert operator.switcher().currentText() == "work"
    assert operator.text("Account") == "test_001"
    assert {path: path.read_bytes() for path in folders.config.glob("*.toml")} == before
    desk.later(1)
    assert operator.call(f"+{LONDON}").startswith("Placed.")
    assert [call.outcome.kind for call in desk._journal.calls() if call.outcome] == [
        OutcomeKind.PLACED
    ]
