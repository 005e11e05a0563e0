"""Taking `tel:`, `callto:`, `sip:` and `sips:` addresses apart, down to the number in them."""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

_SCHEME = re.compile(r"(tel|callto|sips?) ?: ?/*", re.IGNORECASE)
_PARAMETER = re.compile(r" ?([a-z][a-z0-9-]*) ?= ?(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER_ALONE = re.compile(r"\+?[0-9()-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class NumberURI:
    """What stood in an address. Text without a scheme is one too, with the same parameters.

    `number` is as it was written, percent signs decoded; it may be anything. `extension` and
    `context` are the values of `;ext=` and `;phone-context=` (RFC 3966). `sip_user` is the user
    part of a SIP address, which may be a name; None for everything else. `demanded` is the first
    parameter that must be understood (its name begins with `m-`, RFC 3966, 5.4): none is here.
    """

    number: str
    extension: str | None = None
    context: str | None = None
    sip_user: str | None = None
    demanded: str | None = None


def take_apart(text: str) -> NumberURI:
    """Take `text` apart; never fails, for what is no number is told when the number is read."""
    scheme = _SCHEME.match(text)
    if scheme is None:
        return _with_parameters(text, decode=False)
    address = text[scheme.end() :].partition("?")[0]
    if not scheme[1].lower().startswith("sip"):
        return _with_parameters(address, decode=True)
    user, at, _ = address.partition("@")
    # A password may stand behind the user, and without a user a port behind the host.
    found = _with_parameters(user.partition(":")[0], decode=True)
    # A host alone may be an IP address, whose digits are nobody's number.
    number = found.number if at or _NUMBER_ALONE.fullmatch(found.number) else ""
    return replace(found, number=number, sip_user=found.number)


def _with_parameters(address: str, *, decode: bool) -> NumberURI:
    """Split `;name=value` off; a semicolon that begins no parameter stays with the number."""
    decoded = unquote if decode else str
    number: list[str] = []
    parameters: dict[str, str] = {}
    for piece in address.split(";"):
        parameter = _PARAMETER.fullmatch(piece)
        if parameter is None:
            number.append(decoded(piece))
        else:
            parameters.setdefault(parameter[1].lower(), decoded(parameter[2]))
    return NumberURI(
        ";".join(number),
        parameters.get("ext"),
        parameters.get("phone-context"),
        demanded=next((name for name in parameters if name.startswith("m-")), None),
    )
