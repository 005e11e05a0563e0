"""The balance: what the provider says of the account's money, and of the one who asks."""

from dataclasses import dataclass
from decimal import Decimal

from dialer.calls.patience import Patience
from dialer.calls.plain import plain
from dialer.calls.records import Balance
from dialer.provider.envelope import as_text
from dialer.provider.signed import SignedLine, why_no_envelope
from dialer.provider.transport import Lost


@dataclass(frozen=True, slots=True)
class BalanceAnswer:
    """What the balance endpoint answered, with its status: 0 or why there is no balance."""

    status: str
    reason: str | None
    amounts: Balance


def ask_balance(line: SignedLine, path: str, patience: Patience) -> BalanceAnswer:
    """Ask for the balance: harmless and signed, so it tells whether a profile works.

    Raises NotSent or Lost.
    """
    answer, envelope = line.ask("GET", path, None, patience)
    if envelope is None:
        raise Lost(why_no_envelope(answer), f"HTTP {answer.http_status}")
    amounts = (_amount(envelope.fields.get(name)) for name in ("balance", "gift", "credit"))
    return BalanceAnswer(envelope.status, envelope.reason, Balance(*amounts))


def _amount(value: object) -> str | None:
    # A number as it was written; one with a huge exponent is no amount.
    sane = isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 40
    text = f"{value:f}" if sane else as_text(value)
    return plain(text, 64) if text else None
