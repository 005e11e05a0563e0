"""Checks a profile by asking for its balance: harmless, and signed as a call is."""

from dialer.calls.check import Checked, CheckKind
from dialer.calls.patience import Patience
from dialer.calls.reasons import check_words, what_happened
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.provider.client import InvokePhone
from dialer.provider.transport import Lost, NotSent, TransportFault

_WORKS = QT_TRANSLATE_NOOP("dialer", "The profile works. Balance: {balance}")
_WORKS_WITHOUT = QT_TRANSLATE_NOOP("dialer", "The profile works. The provider told no balance.")


def check_profile(client: InvokePhone, balance_path: str, patience: Patience) -> Checked:
    """Ask for the balance and say what the answer means. Blocks until the patience ends."""
    try:
        answer = client.balance(balance_path, patience)
    except NotSent as fault:
        return _failed(CheckKind.NOT_SENT, fault)
    except Lost as fault:
        return _failed(CheckKind.UNKNOWN, fault)
    if answer.status == "0":
        balance = answer.amounts.balance
        sentence = Sentence(_WORKS, balance=balance) if balance else Sentence(_WORKS_WITHOUT)
        return Checked(CheckKind.WORKS, sentence, balance=balance)
    code = " ".join(part for part in (answer.status, answer.reason) if part)
    return Checked(CheckKind.REJECTED, check_words(answer.status), f"({code})")


def _failed(kind: CheckKind, fault: TransportFault) -> Checked:
    return Checked(kind, what_happened(fault.cause), f"({fault.detail})" if fault.detail else "")
