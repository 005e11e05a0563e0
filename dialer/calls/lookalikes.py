"""What looks like a phone number and is something else, by its shape or by what stands about it."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum

_BLANK = "\0"
_BEHIND = 16  # characters behind a number that are looked at
_CONTEXT = 36  # characters before a number whose words are taken to speak of it

_SHAPES = (
    r"https?://[^\s\"'<>]+|www\.[^\s\"'<>]+",
    r"[^\s@\"'<>]{1,64}@[^\s@\"'<>]{1,255}",
    # UUIDs, and the bank accounts and cards of ISO 13616 and ISO 7812
    r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b",
    r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
    r"(?<![\d+])(?:\d{4}[ -]){3}\d{1,7}(?![\d])|(?<![\d+])\d{4}[ -]\d{6}[ -]\d{4,5}(?!\d)",
    r"(?<!\d)\d{16,}",
)
_BEGIN = r"(?<![\d+])(?<!\d[-./])"
_END = r"(?![-./]?\d)"
_MONTH, _DAY, _YEAR = "(?:1[0-2]|0?[1-9])", "(?:3[01]|[12][0-9]|0?[1-9])", "(?:19|20)[0-9]{2}"
_CLOCK = "(?:[01][0-9]|2[0-3])[0-5][0-9]"
_BOUNDED_SHAPES = (
    rf"{_YEAR}([-./]){_MONTH}\1{_DAY}",
    rf"{_DAY}([-./]){_MONTH}\1(?:{_YEAR}|[0-9]{{2}})",
    rf"{_MONTH}([-./]){_DAY}\1(?:{_YEAR}|[0-9]{{2}})",
    rf"{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[-_ T]?{_CLOCK}(?:[0-5][0-9])?)?",
    rf"{_YEAR} ?[-–/] ?{_YEAR}",
    r"\d{1,2}[:.][0-5]\d(?::[0-5]\d)",
    # decimal fractions, and amounts with their thousands parted by dots
    r"-?[1-9]\d{0,2}\.\d{4,}(?! ?\d)",
    r"[1-9]\d{0,2}(?:\.\d{3}){2,}(?:,\d+)?",
)
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_ADDRESS = rf"{_BEGIN}(?:{_BYTE}\.){{3}}{_BYTE}{_END}"
_PAIRS = r"(?:[0-9]{2}\.){3}[0-9]{2}(?![0-9])"

# All of them stay text until they are needed: compiled with the import, they would cost the start
# of the window 15 ms, and `re` keeps what it has compiled.
_PATTERNS = (*_SHAPES, *(f"{_BEGIN}(?:{shape}){_END}" for shape in _BOUNDED_SHAPES))
_ADDRESS_BUT_PAIRS = f"(?!{_PAIRS}){_ADDRESS}"

_NUMBER_WORDS = (
    r"caller[ -]?id|whats ?app|t[eé]l[eé]?(?:f?[oó]?n[eo]?|fono)?|tel[eé]fono|phone|ph|call(?: me)?"
    r"|mob(?:ile|il)?|m[oó]vil|cell(?:phone|ular)?|handy|rufnummer|fax|dial|ring|hotline|sms|viber"
    r"|contact|kontakt|callee|тел(?:ефон)?|моб"
)
_NUMBER_SIGNS = r"电话|電話|手机|手機|座机|热线|号码|☎|☏|✆|℡|📞|📱|(?<![^\W_])[TMPF]:"
_OTHER_WORDS = (
    r"orders?|invoices?|tickets?|ref(?:erence|erenz)?|customers?|clients?|accounts?|acct|a/c|konto"
    r"|kontonummer|kunden?|kundennummer|kd|rechnung|rechnungsnummer|bestell(?:ung|nummer)"
    r"|auftrag|auftragsnummer|vorgang|aktenzeichen|iban|bic|blz|vat|tax|ust|steuer|isbn|ean|gtin"
    r"|upc|sku|imei|iccid|imsi|serial|tracking|parcel|shipment|sendung|paket|articles?|artikel"
    r"|items?|case|fall|id|uid|uuid|pin|tan|code|card|karte|kreditkarte|zip|plz|postcode|amount"
    r"|total|sum|price|preis|betrag|summe|version|build|policy|contract|vertrag|timestamp|epoch"
    r"|passport|ssn|nhs|licen[cs]e|commande|facture|compte|client|pedido|factura|cuenta|importe"
    r"|заказ|счет|счёт|инн"
)
_OTHER_SIGNS = r"订单|訂單|单号|單號|发票|發票|账号|帳號|卡号|身份证|编号|編號|金额|№"


def _word(words: str) -> str:
    return rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])"


_SAID = (
    rf"(?i)(?P<number>{_word(_NUMBER_WORDS)}|{_NUMBER_SIGNS})"
    rf"|(?P<other>{_word(_OTHER_WORDS)}|{_OTHER_SIGNS})"
)
_SINCE_THE_LAST = r"[^\d\0]*\Z"
_MONEY = r"(?:[$€£¥₹₽₩]|\b(?:EUR|USD|GBP|CHF|CNY|RMB|JPY|AUD|CAD|INR|SEK|NOK|DKK|PLN|RUB)\b)"
_NOT_BEFORE = (
    rf"(?i)(?:[0-9A-Za-zÀ-ɏ_@#%]|{_MONEY} ?|\d:|(?<!\d)\d{{1,4}},|[0-9][-_/]"
    r"|(?P<joined>[A-Za-zÀ-ɏ]+)[-_./])\Z"
)
_NOT_BEHIND = (
    rf"(?i)[0-9A-Za-zÀ-ɏ_@]|,\d{{1,3}}(?!\d)|:\d|[-_/][A-Za-z0-9]| ?(?:{_MONEY}|[%‰°]|元)"
    r"| ?(?:kg|g|km|m|cm|mm|ms|bytes?|[kmg]b|items|stück|pcs|people|users)(?![^\W_])"
)


class Standing(Enum):
    """What the text about some digits says of them."""

    NUMBER = "said to be a phone number"
    OTHER = "part of something else, or said to be it"
    UNSAID = "nothing"


def standing(text: str, start: int, end: int) -> Standing:
    """What is said of the digits from `start` to `end`: the nearest word before them counts."""
    # A label may stand in the line above.
    lines = text[max(0, start - _CONTEXT) : start].rsplit("\n", 2)
    before = "\n".join(lines[-2:] if not lines[-1].strip() else lines[-1:])
    since = re.search(_SINCE_THE_LAST, before)
    words = list(re.finditer(_SAID, since[0] if since else ""))
    is_number = bool(words) and words[-1].lastgroup == "number"
    beside = re.search(_NOT_BEFORE, before)
    if beside and not (beside["joined"] and is_number):
        return Standing.OTHER
    if re.match(_NOT_BEHIND, text[end : end + _BEHIND]):
        return Standing.OTHER
    if not words:
        return Standing.UNSAID
    return Standing.NUMBER if is_number else Standing.OTHER


def lookalikes(text: str, *, pairs: bool) -> Iterator[tuple[int, int]]:
    """Where dates, times, addresses, amounts, bank accounts, cards and the like stand in `text`.

    Four pairs of digits with dots are an Internet address if `pairs` says so; some countries
    write their phone numbers like this.
    """
    for pattern in (*_PATTERNS, _ADDRESS if pairs else _ADDRESS_BUT_PAIRS):
        for found in re.finditer(pattern, text):
            yield found.span()


def blanked(text: str, places: Iterable[tuple[int, int]]) -> str:
    """`text` with something at `places` in which nothing is found, and the rest where it was."""
    parts = []
    done = 0
    for start, end in sorted(places):
        if end > done:
            begin = max(start, done)
            parts += [text[done:begin], _BLANK * (end - begin)]
            done = end
    return "".join([*parts, text[done:]])
