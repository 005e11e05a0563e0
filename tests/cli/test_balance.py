"""`dialer balance`: exact text for programs, trimmed amounts for people."""

import pytest

from cli.front import Front
from doubles.faulty_server import FaultyServer, answers

FLAT = answers(
    b'{"status":"0","reason":"success","balance":"99.990000","gift":"0.00000","credit":"0"}'
)
LOW = answers(b'{"status":0,"balance":"4.20"}')
NOTHING = answers(b'{"status":"0","reason":"success"}')


def test_json_has_the_provider_s_own_text(dialer: Front) -> None:
    with FaultyServer(FLAT) as server:
        dialer.with_profile(server.url, balance_path="/v3/getBalance")
        said = dialer("balance", "--json")
        assert (said.code, said.err) == (0, "")
        assert said.json == {"balance": "99.990000", "gift": "0.00000", "credit": "0"}
        assert server.requests[0].target == "/v3/getBalance"


def test_people_read_aligned_amounts(dialer: Front) -> None:
    with FaultyServer(FLAT) as server:
        dialer.with_profile(server.url)
        said = dialer("balance")
    assert said.out.splitlines() == ["balance  99.99", "gift      0.00", "credit    0.00"]


def test_what_the_provider_does_not_say_is_null_and_a_dash(dialer: Front) -> None:
    with FaultyServer(NOTHING) as server:
        dialer.with_profile(server.url, low_balance="5")
        said = dialer("balance", "--json")
        assert (said.code, said.err) == (0, "")
        assert said.json == {"balance": None, "gift": None, "credit": None}
        assert dialer("balance").out.splitlines() == ["balance  -", "gift     -", "credit   -"]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_low_balance_is_told_beside_the_answer(dialer: Front, form: list[str]) -> None:
    with FaultyServer(LOW) as server:
        dialer.with_profile(server.url, low_balance="4.21")
        said = dialer("balance", *form)
    assert said.code == 0
    assert said.err == "The balance is low: under 4.21, as the profile has it.\n"


def test_the_sandbox_has_a_balance(dialer: Front) -> None:
    said = dialer("balance", "--sandbox", "--json")
    assert said.code == 0
    assert isinstance(said.json["balance"], str)


def test_the_limit_is_kept_shown_and_taken_away(dialer: Front) -> None:
    dialer.with_profile()
    assert dialer("profile", "edit", "work", "--low-balance", "5.00").code == 0
    assert dialer("profile", "show", "--json").json["low_balance"] == "5.00"
    assert dialer("profile", "list", "--json").json[0]["low_balance"] == "5.00"
    assert "low balance: 5.00" in dialer("profile", "show").out
    said = dialer("profile", "edit", "work", "--low-balance", "5,00")
    assert said.code == 2
    assert "such as 5.00" in said.err
    assert dialer("profile", "edit", "work", "--low-balance", "").code == 0
    assert dialer("profile", "show", "--json").json["low_balance"] == ""
