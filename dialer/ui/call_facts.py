"""The facts of a call in words, by what they are called: talk, cost, rate, and the rest."""

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from dialer.calls.call import CallRecord
from dialer.calls.details import CallDetails
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.ui.amounts import duration_text, money_text
from dialer.ui.words import told

_DOLLARS = "USD"
_CODES = {
    "0": QT_TRANSLATE_NOOP("dialer", "answered"),
    "200": QT_TRANSLATE_NOOP("dialer", "answered"),
    "404": QT_TRANSLATE_NOOP("dialer", "number not found"),
    "408": QT_TRANSLATE_NOOP("dialer", "no answer in time"),
    "480": QT_TRANSLATE_NOOP("dialer", "nobody could be reached"),
    "484": QT_TRANSLATE_NOOP("dialer", "number incomplete"),
    "486": QT_TRANSLATE_NOOP("dialer", "busy"),
    "487": QT_TRANSLATE_NOOP("dialer", "ended before an answer"),
    "503": QT_TRANSLATE_NOOP("dialer", "a fault at the provider"),
    "600": QT_TRANSLATE_NOOP("dialer", "busy everywhere"),
    "603": QT_TRANSLATE_NOOP("dialer", "declined"),
    "604": QT_TRANSLATE_NOOP("dialer", "number not found"),
}


def facts_of(record: CallRecord, details: CallDetails | None) -> dict[str, str]:
    """What is known of a call, by the names of the panel's rows; "" for what is not."""
    request, outcome = record.request, record.outcome
    moment = QDateTime.fromMSecsSinceEpoch(record.begun_at)
    facts = {
        "time": QLocale().toString(moment, QLocale.FormatType.ShortFormat),
        "note": request.note or "",
        "profile": QCoreApplication.translate("CallFacts", "Sandbox: no phone rang")
        if request.sandbox
        else request.profile,
        "recording_id": (outcome.recording_id if outcome else None) or "",
        "talk": _talk(record.duration_s, None),
        "ended_by": _ended_by(record.hangup_code, record.hangup_reason),
        "cost": money_text(record.cost, record.currency) if record.cost is not None else "",
    }
    if details is None:
        return facts
    waited = details.time_to_answer_s
    duration = record.duration_s if details.duration_s is None else details.duration_s
    code = details.hangup_code or record.hangup_code
    return facts | {
        "talk": _talk(duration, details.charged_s),
        "waited": "" if waited is None else duration_text(waited),
        "cost": _cost(details) or facts["cost"],
        "rate": _rate(details),
        "ended_by": _ended_by(code, details.hangup_reason or record.hangup_reason),
        "phone": " / ".join(part for part in (details.phone_group, details.phone_name) if part),
        "region": details.region or "",
    }


def _talk(duration_s: int | None, charged_s: int | None) -> str:
    talked = duration_text(duration_s) if duration_s and duration_s > 0 else ""
    if not charged_s or charged_s <= 0:
        return talked
    charged = duration_text(charged_s)
    if not talked:
        return QCoreApplication.translate("CallFacts", "charged {charged}").format(charged=charged)
    return QCoreApplication.translate("CallFacts", "{talked}, charged {charged}").format(
        talked=talked, charged=charged
    )


def _cost(details: CallDetails) -> str:
    if details.cost is None and details.settled_cost is None:
        return ""
    cost = "" if details.cost is None else money_text(details.cost, details.currency)
    if details.settled_cost is None or details.currency in (None, _DOLLARS):
        return cost
    paid = money_text(details.settled_cost, _DOLLARS)
    if details.exchange_rate is None:
        settled = QCoreApplication.translate("CallFacts", "paid {paid}").format(paid=paid)
    else:
        rate = f"{details.exchange_rate:f}"
        settled = QCoreApplication.translate("CallFacts", "paid {paid} at {rate}").format(
            paid=paid, rate=rate
        )
    return f"{cost}, {settled}" if cost else settled


def _rate(details: CallDetails) -> str:
    parts = []
    if details.rate is not None:
        parts.append(money_text(details.rate, details.currency))
    if details.billing_period:
        parts.append(
            QCoreApplication.translate("CallFacts", "{period} s").format(
                period=details.billing_period
            )
        )
    return ", ".join(parts)


def _ended_by(code: str | None, reason: str | None) -> str:
    said = " ".join(part for part in (code, reason) if part)
    meaning = told(Sentence(_CODES[code])) if code in _CODES else ""
    # Many reasons are the meaning already, in the words of the standard.
    if not meaning or (reason and meaning in reason.lower()):
        return said
    return f"{said} ({meaning})"
