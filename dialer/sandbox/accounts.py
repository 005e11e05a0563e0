"""The phone accounts of the sandbox: the same ones always, of every application."""

import hashlib
import zlib
from dataclasses import dataclass, field

_GROUPS = ("Sales", "Support", "Collections", "Reception")
_DESKS = 130


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone account as the provider lists it."""

    account: str
    phone_name: str
    group: str
    display_number: str
    """Digits, or "" where the phone has none."""
    password: str = field(repr=False)
    """Opens nothing: it is there so that whoever keeps it can be caught."""


def _phone(account: str, phone_name: str, group: str, display_number: str) -> Phone:
    password = hashlib.sha256(f"sandbox {account}".encode()).hexdigest()[:20]
    return Phone(account, phone_name, group, display_number, f"pw-{password}")


def _desk(number: int) -> Phone:
    # Numbers that are kept for drama, so nobody is called back; every third desk has none.
    display_number = "" if number % 3 == 0 else f"442079460{number:03d}"
    group = _GROUPS[number % len(_GROUPS)]
    return _phone(f"desk_{number:03d}", f"Desk {number}", group, display_number)


PHONES: tuple[Phone, ...] = (
    _phone("sandbox", "Sandbox", "Sandbox", ""),
    _phone("test_001", "Test phone", "Sandbox", "1008122211"),
    *(_desk(number) for number in range(1, _DESKS + 1)),
)
"""All phones, in the order in which they are listed: more than a page of 100."""

_BY_ACCOUNT = {phone.account: phone for phone in PHONES}


def phone_of(account: str) -> Phone:
    """The phone of any account; one that is not listed has a phone of the group "Sandbox"."""
    if account in _BY_ACCOUNT:
        return _BY_ACCOUNT[account]
    return _phone(account, f"Desk {1 + zlib.crc32(account.encode()) % 40}", "Sandbox", "")


def phone_record(phone: Phone) -> dict[str, object]:
    """A phone as `POST /voice/sipQuery` shows it."""
    return {
        "groupName": phone.group,
        "phoneName": phone.phone_name,
        "account": phone.account,
        "password": phone.password,
        "displayNum": phone.display_number,
    }
