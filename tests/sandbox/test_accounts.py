"""POST /voice/sipQuery: the phone accounts of an application."""

import pytest

from dialer.sandbox.accounts import PHONES
from dialer.sandbox.server import ACCOUNT, APP_ID

PATH = "/voice/sipQuery"


def listed(client, current, size, app_id=APP_ID):
    answer = client.query(PATH, {"appId": app_id}, current, size).json
    assert (answer["status"], answer["reason"]) == ("0", "success")
    return answer["data"]


def test_all_pages_together_are_all_accounts_once(client):
    pages = [listed(client, current, 100) for current in (1, 2, 3)]
    assert [len(page["records"]) for page in pages] == [100, 32, 0]
    assert {(page["total"], page["pages"]) for page in pages} == {(132, 2)}
    accounts = [record["account"] for page in pages for record in page["records"]]
    assert accounts == [phone.account for phone in PHONES]
    assert len(set(accounts)) == 132
    assert {ACCOUNT, "test_001"} <= set(accounts)


def test_an_account_has_its_phone_group_number_and_password(client):
    records = listed(client, 1, 100)["records"]
    fields = ["groupName", "phoneName", "account", "password", "displayNum"]
    assert all(list(record) == fields for record in records)
    assert all(isinstance(value, str) for record in records for value in record.values())
    assert len({record["password"] for record in records}) == 100
    numbers = [record["displayNum"] for record in records]
    assert "" in numbers
    assert all(number.isdigit() and 7 <= len(number) <= 15 for number in numbers if number)
    assert len({record["groupName"] for record in records}) > 2


def test_every_application_has_the_same_accounts(client):
    assert listed(client, 1, 10) == listed(client, 1, 10, "4luaKsL2")


@pytest.mark.parametrize(
    ("current", "size", "params"),
    [(0, 10, {"appId": "a"}), (1, 101, {"appId": "a"}), (1, 10, {}), (1, 10, {"appId": ""})],
)
def test_a_wrong_parameter_is_refused(client, current, size, params):
    answer = client.query(PATH, params, current, size).json
    assert list(answer) == ["status", "reason"]
    assert answer["status"] == "-22"


def test_a_password_is_in_no_repr():
    assert all(phone.password not in repr(phone) for phone in PHONES)


def test_a_record_names_the_phone_of_the_account(client, clock):
    for phone in PHONES[:5]:
        recording_id = client.send_sip(account=phone.account).json["data"]
        clock.now += 2
        record = client.record(recording_id).json["data"]
        assert (record["sipGroupName"], record["phoneName"]) == (phone.group, phone.phone_name)
