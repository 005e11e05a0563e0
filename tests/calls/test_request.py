"""From the fields to a request: whatever is typed is a valid request, or refused by its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.call import CallRequest
from dialer.calls.request import RequestRefused, read_note, read_request

ANYTHING = st.text(max_size=30) | st.text("0123456789+() -.", max_size=20)


@given(
    callee=ANYTHING,
    account=ANYTHING | st.just("test_001"),
    display_number=ANYTHING | st.just(""),
    app_id=ANYTHING | st.just(""),
    note=ANYTHING,
    country=st.sampled_from([None, "GB", "DE", "US", "IT"]),
)
def test_whatever_is_typed_is_read_or_refused_by_its_field(
    *, callee: str, account: str, display_number: str, app_id: str, note: str, country: str | None
) -> None:
    try:
        request, _ = read_request(
            callee=callee,
            account=account,
            display_number=display_number,
            app_id=app_id,
            note=note,
            default_country=country,
        )
    except RequestRefused as refused:
        assert refused.field in ("callee", "account", "display_number", "app_id", "note")
        assert str(refused.sentence)
    else:
        assert isinstance(request, CallRequest)
        assert request.account == account.strip()


def test_the_fields_become_what_the_wire_takes() -> None:
    request, hints = read_request(
        callee="+932 (111) 111-111",
        account=" test_001 ",
        display_number="+1 008 122 211",
        app_id=" 4luaKsL2 ",
        note=" two\r\n  lines ",
        profile="work",
    )
    assert request == CallRequest(
        "932111111111", "test_001", "1008122211", "4luaKsL2", "two lines", "work"
    )
    assert len(hints) == 1, "libphonenumber advises, the contract decides"


@pytest.mark.parametrize("note", ["", "  ", "\u200b\n"])
def test_a_note_of_nothing_is_none(note: str) -> None:
    assert read_note(note) is None


def test_a_note_is_counted_as_it_will_be_sent() -> None:
    assert read_note("x" * 1000 + "\n\n") == "x" * 1000
    with pytest.raises(RequestRefused) as caught:
        read_note("x" * 1001)
    assert caught.value.field == "note"
    assert "1001 characters" in str(caught.value)
