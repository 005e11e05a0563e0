"""Notifications, over a real D-Bus session, with whoever shows them there."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("jeepney", reason="needs jeepney, which comes with Dialer on Linux")

from dialer.desktop.notices import Notices
from doubles.notification_server import NotificationServer, end_started, start_on_demand, wait_until
from doubles.shortcuts_portal import PrivateBus, why_not

pytestmark = pytest.mark.desktop

HEADLINE = "Rejected. +44 20 7946 0958"
TEXT = "The account is not registered <b>& cannot</b> ring.\nSwitch your phone on."

Begin = Callable[..., Notices]


@pytest.fixture
def bus() -> Iterator[PrivateBus]:
    if reason := why_not():
        pytest.skip(reason)
    with PrivateBus() as made:
        yield made


@pytest.fixture
def server(bus: PrivateBus) -> Iterator[NotificationServer]:
    with NotificationServer(bus.address) as made:
        yield made


class Chosen(list[tuple[str, str]]):
    """The tokens that clicks brought, each with the thread that brought it."""

    def hear(self, token: str) -> None:
        self.append((token, threading.current_thread().name))

    def wait(self, *tokens: str) -> None:
        wait_until(lambda: len(self) >= len(tokens), f"no click was told: {self}")
        assert self == [(token, "dialer-notice") for token in tokens]


@pytest.fixture
def chosen() -> Chosen:
    return Chosen()


@pytest.fixture
def begin(bus: PrivateBus, chosen: Chosen) -> Iterator[Begin]:
    """Begins to send notices; that ends with the test."""
    begun: list[Notices] = []

    def make(address: str | None = None, patience: float = 20.0) -> Notices:
        where = bus.address if address is None else address
        begun.append(Notices(chosen.hear, address=where, patience=patience))
        return begun[-1]

    yield make
    for notices in begun:
        notices.close()
        assert not notices._thread.is_alive()


@pytest.fixture
def notices(server: NotificationServer, begin: Begin) -> Notices:
    made = begin()
    wait_until(made.available, "the server was not found")
    return made


def test_a_notice_is_shown_as_the_desktop_asks_programs_to(
    notices: Notices, server: NotificationServer
) -> None:
    notices.tell(HEADLINE, TEXT, urgent=True)
    shown = server.last()
    assert (shown.program, shown.replaces, shown.icon) == ("Dialer", 0, "dialer")
    assert shown.hints == {"urgency": ("y", 2), "desktop-entry": ("s", "dialer")}
    assert shown.actions == ("default", "Open")
    assert shown.milliseconds == -1
    notices.tell(HEADLINE, TEXT, urgent=False)
    assert server.last(2).hints["urgency"] == ("y", 1)


def test_nothing_in_a_notice_is_rich_text(notices: Notices, server: NotificationServer) -> None:
    notices.tell("A <b>headline</b> &amp;", TEXT, urgent=False)
    shown = server.last()
    assert shown.headline == "A <b>headline</b> &amp;"  # plain wherever it is shown
    assert shown.body == (
        "The account is not registered &lt;b&gt;&amp; cannot&lt;/b&gt; ring.\nSwitch your phone on."
    )


def test_a_server_that_knows_no_markup_gets_none(bus: PrivateBus, begin: Begin) -> None:
    with NotificationServer(bus.address, ("body",)) as server:
        begin().tell(HEADLINE, TEXT, urgent=False)
        shown = server.last()
    assert (shown.headline, shown.body) == (HEADLINE, TEXT)
    assert shown.actions == ()


def test_a_server_that_shows_headlines_alone_gets_all_in_one(bus: PrivateBus, begin: Begin) -> None:
    with NotificationServer(bus.address, ()) as server:
        begin().tell(HEADLINE, "Switch it on.\nCall again.", urgent=False)
        assert server.last().headline == f"{HEADLINE} Switch it on. Call again."


def test_what_no_screen_shows_is_left_out(notices: Notices, server: NotificationServer) -> None:
    notices.tell("a\x00\u202eb\ud800", "c\x00\ud800\x1b[1md\n" + "e" * 600, urgent=False)
    shown = server.last()
    assert shown.headline == "ab"
    assert shown.body == "c[1md\n" + "e" * 499 + "…"


def test_a_click_is_told_with_the_leave_to_come_to_the_front(
    notices: Notices, server: NotificationServer, chosen: Chosen
) -> None:
    notices.tell(HEADLINE, TEXT, urgent=True)
    server.last()
    server.click("a token")
    chosen.wait("a token")
    server.click()
    chosen.wait("a token", "")


@pytest.mark.parametrize("token", ["x" * 513, "a\nb"])
def test_a_token_that_cannot_be_one_is_left_out(
    notices: Notices, server: NotificationServer, chosen: Chosen, token: str
) -> None:
    notices.tell(HEADLINE, TEXT, urgent=True)
    server.last()
    server.click(token)
    chosen.wait("")


def test_a_click_counts_even_if_the_desktop_has_closed_the_notice_before(
    notices: Notices, server: NotificationServer, chosen: Chosen
) -> None:
    notices.tell(HEADLINE, TEXT, urgent=True)
    server.last()
    server.dismiss()
    server.click()
    chosen.wait("")


def test_what_is_said_of_other_notices_or_by_others_is_not_for_us(
    notices: Notices, server: NotificationServer, chosen: Chosen
) -> None:
    notices.tell(HEADLINE, TEXT, urgent=True)
    number = server.last().number
    server.click("another's", number=number + 1)
    server.click("elsewhere", action="other")
    server.be_forged()
    server.say_nonsense()
    server.click("ours")
    chosen.wait("ours")


def test_a_newer_notice_takes_the_place_of_the_one_before(
    notices: Notices, server: NotificationServer
) -> None:
    notices.tell("first", "", urgent=False)
    first = server.last()
    notices.tell("second", "", urgent=False)
    second = server.last(2)
    assert (first.replaces, second.replaces, second.number) == (0, first.number, first.number)


def test_a_notice_that_was_dismissed_is_not_replaced(
    notices: Notices, server: NotificationServer, chosen: Chosen
) -> None:
    notices.tell("first", "", urgent=False)
    server.last()
    server.dismiss()
    server.click("heard after that")
    chosen.wait("heard after that")
    notices.tell("second", "", urgent=False)
    assert server.last(2).replaces == 0


def test_a_notice_is_taken_back(notices: Notices, server: NotificationServer) -> None:
    notices.withdraw()
    notices.tell("first", "", urgent=True)
    number = server.last().number
    notices.withdraw()
    wait_until(lambda: server.closed == [number], "it was not closed")
    notices.withdraw()
    notices.tell("second", "", urgent=True)
    assert server.last(2).replaces == 0
    assert server.closed == [number]


def test_of_many_told_at_once_the_newest_stands(
    notices: Notices, server: NotificationServer
) -> None:
    for count in range(200):
        notices.tell(f"number {count}", "", urgent=False)
    wait_until(lambda: server.last().headline == "number 199", "the newest was not shown")
    assert {shown.number for shown in server.shown} == {1}


def test_threads_may_tell_at_the_same_time(notices: Notices, server: NotificationServer) -> None:
    def tell(name: str) -> None:
        for _ in range(50):
            notices.tell(name, "", urgent=False)
            notices.withdraw()

    tellers = [threading.Thread(target=tell, args=(f"teller {n}",)) for n in range(4)]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    notices.tell("the end", "", urgent=False)
    wait_until(lambda: server.last().headline == "the end", "the last one was not shown")


def test_an_urgent_notice_stays_after_the_end_and_another_does_not(
    server: NotificationServer, begin: Begin
) -> None:
    first = begin()
    first.tell("rejected", "", urgent=True)
    first.close()
    assert server.last().headline == "rejected"
    second = begin()
    second.tell("goes on in the tray", "", urgent=False)
    second.close()
    assert server.last(2).headline == "goes on in the tray"
    wait_until(lambda: server.closed == [server.last(2).number], "it was not taken back")


def test_nothing_is_told_after_the_end(
    notices: Notices, server: NotificationServer, chosen: Chosen
) -> None:
    notices.close()
    assert not notices.available()
    notices.tell(HEADLINE, TEXT, urgent=True)
    notices.withdraw()
    notices.close()
    assert not server.shown


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "unix:path=/nowhere/at/all", "tcp:host=localhost,port=1", "unix:dir=/tmp"],
)
def test_without_a_bus_there_are_no_notices_and_the_log_says_so(
    begin: Begin, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    with caplog.at_level(logging.INFO):
        notices = begin(address)
        notices.tell(HEADLINE, TEXT, urgent=True)
        wait_until(lambda: "no notices" in caplog.text, "nothing was logged")
        notices.close()
    assert not notices.available()
    assert {record.levelname for record in caplog.records} == {"INFO"}
    assert HEADLINE not in caplog.text
    assert "7946" not in caplog.text


def test_with_nobody_who_shows_notices_there_are_none_until_somebody_comes(
    bus: PrivateBus, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        notices = begin()
        wait_until(lambda: "ServiceUnknown" in caplog.text, "the log does not say so")
        notices.tell("lost", "", urgent=False)
        wait_until(lambda: caplog.text.count("ServiceUnknown") == 2, "it was not tried")
    with NotificationServer(bus.address) as server:
        wait_until(notices.available, "the server was not seen")
        notices.tell("shown", "", urgent=False)
        assert server.last().headline == "shown"
    wait_until(lambda: not notices.available(), "the server was not missed")


def test_a_server_that_came_after_another_numbers_its_notices_anew(
    bus: PrivateBus, begin: Begin, chosen: Chosen
) -> None:
    notices = begin()
    with NotificationServer(bus.address, ("body",)) as first:
        wait_until(notices.available, "the server was not seen")
        notices.tell("first", "a & b", urgent=False)
        assert first.last().body == "a & b"
    wait_until(lambda: not notices.available(), "the server was not missed")
    with NotificationServer(bus.address, first=7) as second:
        wait_until(notices.available, "the next server was not seen")
        notices.tell("second", "a & b", urgent=False)
        shown = second.last()
        assert (shown.replaces, shown.number, shown.body) == (0, 8, "a &amp; b")
        second.click("again")
        chosen.wait("again")


def test_a_server_that_came_meanwhile_is_not_taken_for_the_one_before(
    bus: PrivateBus, begin: Begin
) -> None:
    heard, goes_on = threading.Event(), threading.Event()

    def hear(_: str) -> None:
        heard.set()
        goes_on.wait(20)

    notices = Notices(hear, address=bus.address)
    with NotificationServer(bus.address, ("actions",)) as first:
        notices.tell("first", "", urgent=True)
        first.last()
        first.click()
        assert heard.wait(20)
    with NotificationServer(bus.address) as second:
        notices.tell("second", "a & b", urgent=True)
        goes_on.set()
        shown = second.last()
        notices.close()
    assert (shown.replaces, shown.body) == (0, "a &amp; b")


def test_a_server_that_is_started_by_the_first_notice_is_heard(
    bus: PrivateBus, begin: Begin, chosen: Chosen
) -> None:
    start_on_demand(bus.address, bus._folder)
    notices = begin()
    notices.tell("first", "", urgent=True)
    chosen.wait("0")
    notices.tell("second", "", urgent=True)
    chosen.wait("0", "1")
    end_started(bus.address)
    wait_until(lambda: not notices.available(), "the server was not missed")
    notices.tell("third", "", urgent=True)
    chosen.wait("0", "1", "0")


def test_a_server_that_hangs_holds_nobody_up(
    bus: PrivateBus, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), NotificationServer(bus.address, hangs=True) as server:
        notices = begin(patience=0.1)
        wait_until(lambda: "BusSilent" in caplog.text, "it did not time out")
        begun = time.monotonic()
        notices.tell("lost", "", urgent=False)
        notices.withdraw()
        notices.tell("lost too", "", urgent=False)
        assert time.monotonic() - begun < 0.1
        wait_until(lambda: caplog.text.count("BusSilent") >= 2, "it was not tried again")
        assert not notices.available()
        server.hangs = False
        notices.tell("shown", "", urgent=False)
        assert server.last().headline == "shown"
        wait_until(notices.available, "it answers again, and is not available")


def test_the_end_comes_within_a_second_with_a_server_that_hangs(
    bus: PrivateBus, begin: Begin
) -> None:
    with NotificationServer(bus.address) as server:
        notices = begin()
        wait_until(notices.available, "the server was not found")
        server.hangs = True
        notices.tell(HEADLINE, TEXT, urgent=True)
        wait_until(lambda: "Notify" in server.asked, "it was not asked")
        begun = time.monotonic()
        notices.close()
        assert time.monotonic() - begun < 1.0
        assert not notices._thread.is_alive()


def test_the_end_comes_at_once_where_nothing_is_under_way(notices: Notices) -> None:
    begun = time.monotonic()
    notices.close()
    assert time.monotonic() - begun < 0.3


@pytest.mark.parametrize(
    "how", [{"fails": True}, {"answer": ("s", "seven")}, {"answer": ("as", [])}]
)
def test_a_server_that_refuses_or_talks_nonsense_is_survived(
    bus: PrivateBus, begin: Begin, caplog: pytest.LogCaptureFixture, how: dict[str, object]
) -> None:
    with (
        caplog.at_level(logging.INFO),
        NotificationServer(bus.address, **how) as server,  # type: ignore[arg-type]
    ):
        notices = begin()
        wait_until(notices.available, "the server was not found")
        for count in range(2):
            notices.tell(HEADLINE, TEXT, urgent=True)
            wait_until(lambda n=count: server.asked.count("Notify") > n, "it was not asked")
        wait_until(lambda: caplog.text.count("no notice") == 2, "the log does not say so")
        assert not notices.available()


def test_a_bus_that_dies_is_survived_and_the_next_one_is_found(
    bus: PrivateBus,
    server: NotificationServer,
    begin: Begin,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        notices = begin()
        wait_until(notices.available, "the server was not found")
        bus.kill()
        wait_until(lambda: not notices.available(), "the bus was not missed")
        wait_until(lambda: caplog.text.count("no notices") == 1, "the log does not say so")
        notices.withdraw()
        notices.tell("lost", "", urgent=False)
        wait_until(lambda: caplog.text.count("no notices") == 2, "it was not looked for again")
        with PrivateBus() as next_bus, NotificationServer(next_bus.address) as next_server:
            notices._address = next_bus.address  # as if it had come back where it was
            notices.tell("shown", "", urgent=False)
            assert next_server.last().headline == "shown"
            notices.close()
        assert caplog.text.count("no notices") == 2
