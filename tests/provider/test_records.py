"""What is asked of a provider besides calls: records, accounts, balance, where a recording is."""

import gc
import json
import traceback
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

import dialer
from dialer.calls.details import CallDetails
from dialer.calls.patience import Patience
from dialer.calls.records import Balance, PhoneAccount, Records, RecordsError
from dialer.provider.records import ProviderRecords
from dialer.provider.signing import ProviderClock
from dialer.provider.transport import Transport
from doubles.faulty_server import (
    Behaviour,
    FaultyServer,
    Visit,
    answers,
    closes_after_reading,
    hangs_after_reading,
    html,
    in_turn,
    redirects,
    refuses,
)
from provider.caller import CREDENTIALS, PATIENT

ID = "2203031113381000002"
DAY = 86_400_000
NOW = 1_767_294_245_000

Ask = Callable[[str], Records]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Make a client of a base URL; checked to fulfil the Protocol by its type."""
    made: list[Transport] = []

    def make(base_url: str) -> Records:
        made.append(Transport())
        return ProviderRecords(base_url, CREDENTIALS, made[-1], ProviderClock())

    yield make
    for transport in made:
        transport.close()


def patience() -> Patience:
    return Patience(PATIENT)


def success(data: object) -> Behaviour:
    return answers({"status": "0", "reason": "success", "data": data})


def refusal(status: str, reason: str = "why") -> Behaviour:
    return answers({"status": status, "reason": reason})


def lists(page_of: Callable[[dict[str, object]], object]) -> Behaviour:
    """Answers each query with what `page_of` makes of its body as `data`."""

    def act(visit: Visit) -> None:
        body = json.loads(visit.server.requests[-1].body)
        success(page_of(body)).act(visit)

    return Behaviour("lists", act)


def paged(rows: list[dict[str, object]], **lies: object) -> Behaviour:
    def page_of(body: dict[str, object]) -> object:
        current, size = body["current"], body["size"]
        assert isinstance(current, int)
        assert isinstance(size, int)
        told = {"total": len(rows), "size": size, "current": current}
        told["pages"] = -(-len(rows) // size)
        records = rows[(current - 1) * size : current * size]
        return {**told, **lies, "records": records}

    return lists(page_of)


def records_of(count: int, first: int = 0) -> list[dict[str, object]]:
    return [{"voiceId": str(10**18 + number)} for number in range(first, first + count)]


def ids(found: Iterator[CallDetails]) -> list[int]:
    return [int(details.recording_id) - 10**18 for details in found]


class TestRecord:
    def test_it_is_asked_for_by_its_id_with_a_signed_get(self, ask: Ask) -> None:
        with FaultyServer(success({"voiceId": ID, "callDuration": "65"})) as server:
            details = ask(server.url + "/v3").record(ID, patience())
        assert details
        assert (details.recording_id, details.duration_s) == (ID, 65)
        (received,) = server.requests
        assert (received.method, received.target) == ("GET", f"/v3/voice/recordSip/{ID}")
        assert received.headers["sign"]
        assert received.headers["content-type"] == "application/json;charset=UTF-8"

    @pytest.mark.parametrize("odd", ["a/b", "../x", "a?b=c#d", "%2E%2E", "%2e", "a&b+c", "..."])
    def test_an_id_is_one_segment_of_the_path_whatever_is_in_it(self, odd: str, ask: Ask) -> None:
        with FaultyServer(success({})) as server:
            ask(server.url).record(odd, patience())
        start, _, segment = server.requests[0].target.rpartition("/")
        assert (start, unquote(segment)) == ("/voice/recordSip", odd)

    @pytest.mark.parametrize("odd", ["", ".", "..", "a b", "é", "a\nb", "x" * 65, "\ud800"])
    def test_what_is_no_id_is_not_asked_for(self, odd: str, ask: Ask) -> None:
        with FaultyServer(success({})) as server, pytest.raises(RecordsError, match="no record"):
            ask(server.url).record(odd, patience())
        assert not server.requests

    @pytest.mark.parametrize(
        "behaviour",
        [
            success(None),
            success({}),
            success(""),
            success([]),
            answers({"status": "0"}),
            refusal("-22"),
            refusal("-24"),
        ],
        ids=str,
    )
    def test_there_may_be_none_yet(self, behaviour: Behaviour, ask: Ask) -> None:
        with FaultyServer(behaviour) as server:
            assert ask(server.url).record(ID, patience()) is None

    @pytest.mark.parametrize("status", ["-1", "-2", "-13", "-15", "-18", "-99"])
    def test_a_refusal_is_told_with_its_status(self, status: str, ask: Ask) -> None:
        with FaultyServer(refusal(status)) as server, pytest.raises(RecordsError) as refused:
            ask(server.url).record(ID, patience())
        assert (refused.value.status, refused.value.code) == (status, f"({status} why)")
        assert "called" not in str(refused.value.sentence)

    @pytest.mark.parametrize("data", ["soon", [1], 7, {"voiceId": ["x"]}])
    def test_what_is_no_record_is_told(self, data: object, ask: Ask) -> None:
        with (
            FaultyServer(success(data)) as server,
            pytest.raises(RecordsError, match="no record of a call"),
        ):
            ask(server.url).record(ID, patience())

    def test_nothing_of_another_call_is_shown(self, ask: Ask) -> None:
        other = {"voiceId": ID[:-1] + "3", "callee": "4420794600189"}
        with FaultyServer(success(other)) as server, pytest.raises(RecordsError) as refused:
            ask(server.url).record(ID, patience())
        assert "another call" in str(refused.value)
        assert "4420794600189" not in "".join(traceback.format_exception(refused.value))

    @pytest.mark.parametrize(
        ("behaviour", "says"),
        [
            (refuses, "refused the connection"),
            (closes_after_reading, "connection broke"),
            (html, "not one of the provider's"),
            (redirects(302, "/elsewhere"), "never followed"),
            (answers(b"", 502), "not one of the provider's"),
        ],
        ids=str,
    )
    def test_without_an_answer_it_says_what_happened(
        self, behaviour: Behaviour, says: str, ask: Ask
    ) -> None:
        with FaultyServer(behaviour) as server, pytest.raises(RecordsError, match=says) as error:
            ask(server.url).record(ID, patience())
        assert error.value.status is None
        assert error.value.__context__ is None
        assert "called" not in str(error.value.sentence)
        assert "call again" not in str(error.value.sentence)

    def test_it_waits_no_longer_than_its_patience(self, ask: Ask) -> None:
        with FaultyServer(hangs_after_reading) as server, pytest.raises(RecordsError):
            ask(server.url).record(ID, Patience(0.2))

    def test_a_wrong_clock_is_put_right_once(self, ask: Ask) -> None:
        expired = answers(b'{"status":"-16"}', date=formatdate(1_700_000_000, usegmt=True))
        with FaultyServer(in_turn(expired, success({"voiceId": ID}))) as server:
            assert ask(server.url).record(ID, patience())
        assert server.requests[1].headers["timestamp"] in ("1700000000", "1700000001")


class TestRecordsBetween:
    def test_all_pages_are_read_in_order(self, ask: Ask) -> None:
        with FaultyServer(paged(records_of(250))) as server:
            assert ids(ask(server.url).records_between(NOW, NOW + 1, patience())) == [*range(250)]
        bodies = [json.loads(each.body) for each in server.requests]
        assert [body["current"] for body in bodies] == [1, 2, 3]
        assert bodies[0] == {
            "current": 1,
            "size": 100,
            "params": {
                "strTime": "2026-01-02T03:04:05+08:00",
                "endTime": "2026-01-02T03:04:06+08:00",
                "sipGroupName": "",
                "phoneName": "",
            },
        }

    def test_a_long_period_is_split_and_what_stands_on_the_seam_comes_once(self, ask: Ask) -> None:
        with FaultyServer(paged(records_of(3))) as server:
            found = ask(server.url).records_between(NOW - 62 * DAY - 500, NOW - 1, patience())
            assert ids(found) == [0, 1, 2]
        params = [json.loads(each.body)["params"] for each in server.requests]
        assert [(each["strTime"][:19], each["endTime"][:19]) for each in params] == [
            ("2025-11-01T03:04:04", "2025-12-02T03:04:04"),
            ("2025-12-02T03:04:04", "2026-01-02T03:04:04"),
            ("2026-01-02T03:04:04", "2026-01-02T03:04:05"),
        ]

    def test_a_period_that_ends_before_it_begins_is_not_asked_for(self, ask: Ask) -> None:
        with FaultyServer(paged([])) as server:
            assert not [*ask(server.url).records_between(NOW, NOW - DAY, patience())]
        assert not server.requests

    def test_each_record_comes_once_though_new_calls_push_the_pages_along(self, ask: Ask) -> None:
        def newest_first(body: dict[str, object]) -> object:
            current = body["current"]
            assert isinstance(current, int)
            rows = records_of(150 + 7 * current)[::-1]
            page = rows[(current - 1) * 100 : current * 100]
            return {"total": len(rows), "pages": -(-len(rows) // 100), "records": page}

        with FaultyServer(lists(newest_first)) as server:
            found = ids(ask(server.url).records_between(NOW, NOW, patience()))
        assert found == [*range(156, -1, -1)]

    @pytest.mark.parametrize(
        "lies",
        [
            {"pages": 10**9},
            {"pages": 0, "total": 0},
            {"pages": 1, "total": 1},
            {"pages": None, "total": None},
            {"pages": "3", "total": "250"},
            {"pages": "many", "total": {}},
            {"pages": -1, "total": -1},
        ],
    )
    def test_a_count_that_lies_hides_nothing_and_has_an_end(
        self, lies: dict[str, object], ask: Ask
    ) -> None:
        with FaultyServer(paged(records_of(250), **lies)) as server:
            assert ids(ask(server.url).records_between(NOW, NOW, patience())) == [*range(250)]
        assert len(server.requests) <= 4

    @pytest.mark.parametrize(
        ("second", "lies"),
        [
            (records_of(100), {}),  # `current` is ignored
            ([], {}),
            (None, {"total": 0, "pages": 0}),
            (records_of(30, 100), {}),
            ([], {"total": None}),
        ],
    )
    def test_a_list_that_stops_short_of_its_own_count_is_told_after_what_was_found(
        self, second: object, lies: dict[str, object], ask: Ask
    ) -> None:
        def page_of(body: dict[str, object]) -> object:
            total = None if lies == {"total": None} else 250
            told = {"total": total, "size": 100, "pages": 3}
            if body["current"] == 1:
                return {**told, "records": records_of(100)}
            return {**told, **lies, "records": second if body["current"] == 2 else []}

        with FaultyServer(lists(page_of)) as server:
            found = ask(server.url).records_between(NOW, NOW, patience())
            assert [next(found) for _ in range(100)]
            with pytest.raises(RecordsError, match="broke off") as error:
                next(found)
                ids(found)
        assert error.value.status is None

    def test_a_first_page_that_is_empty_though_there_are_some_is_told(self, ask: Ask) -> None:
        with (
            FaultyServer(success({"total": 7, "pages": 1, "records": []})) as server,
            pytest.raises(RecordsError, match="broke off"),
        ):
            [*ask(server.url).records_between(NOW, NOW, patience())]

    def test_records_that_come_twice_on_a_page_are_no_gap(self, ask: Ask) -> None:
        rows = [*records_of(3), *records_of(2), None, None]
        with FaultyServer(paged(rows)) as server:  # type: ignore[arg-type]
            assert ids(ask(server.url).records_between(NOW, NOW, patience())) == [0, 1, 2]

    def test_a_server_that_gives_smaller_pages_is_read_to_its_end(self, ask: Ask) -> None:
        def page_of(body: dict[str, object]) -> object:
            current = body["current"]
            assert isinstance(current, int)
            rows = records_of(130)[(current - 1) * 50 : current * 50]
            return {"total": 130, "size": 50, "records": rows}

        with FaultyServer(lists(page_of)) as server:
            assert len(ids(ask(server.url).records_between(NOW, NOW, patience()))) == 130

    @pytest.mark.parametrize("pages", [1, 10**9])
    def test_a_server_that_gives_the_same_page_for_ever_has_an_end(
        self, pages: int, ask: Ask
    ) -> None:
        same = {"total": 100, "pages": pages, "records": records_of(100)}
        with FaultyServer(success(same)) as server:
            assert len(ids(ask(server.url).records_between(NOW, NOW, patience()))) == 100
        assert len(server.requests) <= 4

    def test_a_list_without_end_is_told(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("dialer.provider.records.PAGES_LIMIT", 5)

        def page_of(body: dict[str, object]) -> object:
            current = body["current"]
            assert isinstance(current, int)
            return {"records": records_of(100, current * 100)}

        with FaultyServer(lists(page_of)) as server, pytest.raises(RecordsError, match="no end"):
            ids(ask(server.url).records_between(NOW, NOW, patience()))
        assert len(server.requests) == 5

    def test_entries_that_are_no_records_are_left_out(self, ask: Ask) -> None:
        rows = [None, 1, "x", {}, {"voiceId": ""}, {"voiceId": 10**18}, {"voiceId": [1]}]
        with FaultyServer(success({"records": rows})) as server:
            assert ids(ask(server.url).records_between(NOW, NOW, patience())) == [0]

    @pytest.mark.parametrize("data", [None, {}, {"records": None}, {"records": []}])
    def test_there_may_be_none(self, data: object, ask: Ask) -> None:
        with FaultyServer(success(data)) as server:
            assert not [*ask(server.url).records_between(NOW, NOW, patience())]

    @pytest.mark.parametrize("data", ["none", [1], {"total": 3}, {"records": {"0": {}}}])
    def test_what_is_no_list_is_told(self, data: object, ask: Ask) -> None:
        with (
            FaultyServer(success(data)) as server,
            pytest.raises(RecordsError, match="no list of records"),
        ):
            [*ask(server.url).records_between(NOW, NOW, patience())]

    @pytest.mark.parametrize("status", ["-15", "-22"])
    def test_a_refusal_in_the_middle_comes_after_what_was_found(
        self, status: str, ask: Ask
    ) -> None:
        first = success({"pages": 2, "records": records_of(100)})
        with FaultyServer(in_turn(first, refusal(status))) as server:
            found = ask(server.url).records_between(NOW, NOW, patience())
            assert [next(found) for _ in range(100)]
            with pytest.raises(RecordsError) as refused:
                next(found)
        assert refused.value.status == status


def account(number: int, **fields: object) -> dict[str, object]:
    return {
        "groupName": "Sales",
        "phoneName": f"Desk {number}",
        "account": f"sip_{number}",
        "password": f"hush-{number}",
        "displayNum": "",
        **fields,
    }


def everything_that_lives() -> Iterator[object]:
    """All objects that can be reached, but for the test's own."""
    gc.unfreeze()  # what was there before the first test is not listed otherwise
    for holder in gc.get_objects():
        yield from gc.get_referents(holder)
    gc.freeze()


class TestAccounts:
    def test_all_pages_are_read(self, ask: Ask) -> None:
        rows = [account(number) for number in range(130)]
        with FaultyServer(paged(rows)) as server:
            found = ask(server.url).accounts("4luaKsL2", patience())
        assert [each.account for each in found] == [f"sip_{number}" for number in range(130)]
        assert found[0] == PhoneAccount("sip_0", "Desk 0", "Sales", "")
        bodies = [json.loads(each.body) for each in server.requests]
        assert bodies[1] == {"current": 2, "size": 100, "params": {"appId": "4luaKsL2"}}

    def test_without_an_application_none_is_named(self, ask: Ask) -> None:
        with FaultyServer(paged([])) as server:
            assert ask(server.url).accounts("", patience()) == []
        assert json.loads(server.requests[0].body)["params"] == {}

    def test_accounts_without_a_usable_name_are_left_out_and_others_come_once(
        self, ask: Ask
    ) -> None:
        names = [None, "", " ", "a\nb", "\u202ea", 1.5, [], "x" * 501, "ok", " ok ", 7, "\ud800"]
        rows: list[dict[str, object]] = [account(1, account=name) for name in names]
        with FaultyServer(success({"records": [*rows, None, "x"]})) as server:
            found = ask(server.url).accounts("app", patience())
        assert [each.account for each in found] == ["ok", "7"]

    def test_accounts_without_a_usable_name_are_no_gap_in_the_list(self, ask: Ask) -> None:
        rows = [account(number) for number in range(130)]
        rows[5] = rows[120] = account(5, account=None)
        with FaultyServer(paged(rows)) as server:
            assert len(ask(server.url).accounts("app", patience())) == 128

    def test_a_list_of_accounts_that_stops_short_is_not_taken_for_all(self, ask: Ask) -> None:
        with (
            FaultyServer(paged([account(1)], total=2)) as server,
            pytest.raises(RecordsError, match="broke off"),
        ):
            ask(server.url).accounts("app", patience())

    @pytest.mark.parametrize(
        ("written", "read_as"),
        [
            ("442079460018", "442079460018"),
            (442079460018, "442079460018"),
            ("+44 (20) 7946-0018", "442079460018"),
            ("00442079460018", "442079460018"),
            ("123456", ""),
            ("1234567890123456", ""),
            ("442079460018,442079460019", ""),
            ("٤٤٢٠٧٩٤٦٠٠١٨", ""),
            (None, ""),
            (["442079460018"], ""),
        ],
    )
    def test_a_display_number_is_what_the_api_takes_or_nothing(
        self, written: object, read_as: str, ask: Ask
    ) -> None:
        with FaultyServer(success({"records": [account(1, displayNum=written)]})) as server:
            (found,) = ask(server.url).accounts("app", patience())
        assert found.display_number == read_as

    def test_no_password_outlives_the_answer(
        self, ask: Ask, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = "".join(("do-not", "-keep-", "this"))
        body = json.dumps(
            {
                "status": "0",
                "data": {
                    "records": [
                        account(1, password=secret),
                        account(2, account=None, PassWord=secret),
                    ]
                },
            }
        ).encode()

        def act(visit: Visit) -> None:
            visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

        with FaultyServer(Behaviour("accounts", act)) as server, caplog.at_level("DEBUG"):
            found = ask(server.url).accounts("app", patience())
        assert secret not in repr(found) + caplog.text
        del act
        mine = {id(secret), id(body)}
        gc.collect()
        for thing in everything_that_lives():
            if isinstance(thing, str) and id(thing) not in mine:
                assert secret not in thing
            elif type(thing) in (bytes, bytearray) and id(thing) not in mine:
                assert secret.encode() not in thing  # type: ignore[operator]

    def test_no_password_is_in_the_error_of_an_answer_that_cannot_be_read(self, ask: Ask) -> None:
        rows = {"rows": [account(1, password="hush-hush")]}
        with FaultyServer(success(rows)) as server, pytest.raises(RecordsError) as error:
            ask(server.url).accounts("app", patience())
        step = error.value.__traceback__
        while step is not None:
            if Path(step.tb_frame.f_code.co_filename).is_relative_to(Path(dialer.__file__).parent):
                assert "hush-hush" not in repr(step.tb_frame.f_locals)
                envelope = step.tb_frame.f_locals.get("envelope")
                assert "hush-hush" not in repr(getattr(envelope, "fields", None))
            step = step.tb_next

    def test_an_unknown_application_is_told(self, ask: Ask) -> None:
        with (
            FaultyServer(refusal("-22")) as server,
            pytest.raises(RecordsError, match="application ID"),
        ):
            ask(server.url).accounts("nope", patience())


class TestBalance:
    def test_it_is_the_providers_own_text(self, ask: Ask) -> None:
        body = b'{"status":"0","balance":"99.990000","gift":0,"credit":null}'
        with FaultyServer(answers(body)) as server:
            assert ask(server.url).balance("/sms/getBalance", patience()) == Balance(
                "99.990000", "0", None
            )

    def test_a_refusal_is_told(self, ask: Ask) -> None:
        with FaultyServer(refusal("-13")) as server, pytest.raises(RecordsError) as refused:
            ask(server.url).balance("/sms/getBalance", patience())
        assert refused.value.status == "-13"

    def test_no_answer_is_told(self, ask: Ask) -> None:
        with FaultyServer(html) as server, pytest.raises(RecordsError) as error:
            ask(server.url).balance("/sms/getBalance", patience())
        assert (error.value.status, error.value.code) == (None, "(HTTP 200)")


URL = "https://files.example.com/r/1.wav?token=s3cr3t&x=%2F"


class TestRecording:
    @pytest.mark.parametrize("file_id", ["F1", "a/b?c=d&e#f", "%2e", "é 中", "+"])
    def test_it_is_asked_for_in_the_right_place(self, file_id: str, ask: Ask) -> None:
        with FaultyServer(success({"url": URL, "expireTime": NOW})) as server:
            place = ask(server.url).recording(file_id, patience())
        assert (place.url, place.expires_at) == (URL, NOW)
        assert "s3cr3t" not in repr(place)
        asked = urlsplit(server.requests[0].target)
        assert asked.path == "/voice/getRecordingFileUrl"
        assert parse_qs(asked.query) == {"recordingFileId": [file_id], "sourceType": ["sip"]}

    @pytest.mark.parametrize("expires", [NOW, str(NOW), "2026-01-02T03:04:05+08:00"])
    def test_the_time_it_expires_may_be_written_in_any_way(self, expires: object, ask: Ask) -> None:
        with FaultyServer(success({"url": f" {URL} ", "expireTime": expires})) as server:
            place = ask(server.url).recording("F1", patience())
        assert (place.url, place.expires_at) == (URL, NOW)

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:8/r?token=s3cr3t",
            "http://127.0.0.2/r",
            "http://localhost/r",
            "http://[::1]:1/r",
            "HTTPS://FILES.example.com",
        ],
    )
    def test_an_address_on_this_computer_may_be_http(self, url: str, ask: Ask) -> None:
        with FaultyServer(success({"url": url})) as server:
            assert ask(server.url).recording("F1", patience()).url == url

    @pytest.mark.parametrize(
        "url",
        [
            "http://files.example.com/s3cr3t",
            "http://127.0.0.1.example.com/s3cr3t",
            "http://127.0.0.1@example.com/s3cr3t",
            "https://user:s3cr3t@example.com/",
            "https://example.com\\@127.0.0.1/s3cr3t",
            "http://127.0.0.1\\.example.com/s3cr3t",
            "https://example.com/a b?s3cr3t",
            "https://example.com:99999/s3cr3t",
            "https://example.com:0/s3cr3t",
            "https:///s3cr3t",
            "https:s3cr3t",
            "//example.com/s3cr3t",
            "ftp://example.com/s3cr3t",
            "file:///s3cr3t",
            "s3cr3t",
            "https://example.com/\u202es3cr3t",
            "https://example.com/s3cr3t" + "x" * 9000,
        ],
    )
    def test_any_other_address_is_refused_and_not_told(self, url: str, ask: Ask) -> None:
        with FaultyServer(success({"url": url})) as server, pytest.raises(RecordsError) as error:
            ask(server.url).recording("F1", patience())
        assert "not secure" in str(error.value)
        told = "".join(traceback.format_exception(error.value)) + repr(error.value)
        assert "s3cr3t" not in told

    @pytest.mark.parametrize(
        "data", [None, "", {}, {"url": None}, {"url": ""}, {"url": 1.5}, [URL]]
    )
    def test_an_answer_without_an_address_is_told(self, data: object, ask: Ask) -> None:
        with (
            FaultyServer(success(data)) as server,
            pytest.raises(RecordsError, match="not with an address"),
        ):
            ask(server.url).recording("F1", patience())

    @pytest.mark.parametrize("status", ["-22", "-24"])
    def test_a_recording_that_is_not_there_is_told(self, status: str, ask: Ask) -> None:
        with FaultyServer(refusal(status)) as server, pytest.raises(RecordsError) as error:
            ask(server.url).recording("F1", patience())
        assert error.value.status == status
        assert "does not have this recording" in str(error.value)

    @pytest.mark.parametrize("file_id", ["", " ", "a\nb", "\ud800", "x" * 257])
    def test_what_is_no_file_id_is_not_asked_for(self, file_id: str, ask: Ask) -> None:
        with FaultyServer(success({"url": URL})) as server, pytest.raises(RecordsError):
            ask(server.url).recording(file_id, patience())
        assert not server.requests
