"""Where a callee is, in words, and what time it is there."""

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QTimeZone


def country_name(region: str | None) -> str:
    """The country behind an ISO 3166 code, "" where there is none."""
    territory = QLocale.codeToTerritory(region) if region else QLocale.Country.AnyCountry
    if territory == QLocale.Country.AnyCountry:
        return ""
    return QLocale.territoryToString(territory)


def local_time(zones: tuple[str, ...]) -> str:
    """What time it is in the zones: one time, or from the earliest to the latest."""
    now = QDateTime.currentDateTimeUtc()
    times = sorted(
        {
            (zone.offsetFromUtc(now), now.toTimeZone(zone).time().toString("HH:mm"))
            for zone in (QTimeZone(name.encode()) for name in zones)
            if zone.isValid()
        }
    )
    if not times:
        return ""
    first, last = times[0][1], times[-1][1]
    text = first if first == last else f"{first}–{last}"
    return QCoreApplication.translate("SendsLine", "{time} there").format(time=text)
