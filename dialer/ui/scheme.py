"""The colours of the window by role: light, dark, and a high-contrast pair."""

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtGui import QColor, QPalette


class Tint(NamedTuple):
    """The colours of something that tells what became of a call: a pill, the message band."""

    ink: QColor
    ground: QColor
    edge: QColor


@dataclass(frozen=True, slots=True)
class Scheme:
    """One colour for each role. The names are those of the table in the design of the look."""

    name: str
    dark: bool
    high_contrast: bool
    window: QColor
    card: QColor
    field: QColor
    line: QColor
    text: QColor
    quiet: QColor
    accent: QColor
    on_accent: QColor
    selection: QColor
    placed: QColor
    placed_ground: QColor
    rejected: QColor
    rejected_ground: QColor
    unknown: QColor
    unknown_ground: QColor

    def color(self, role: str) -> QColor:
        """The colour of a role by its name. Raises KeyError for a role that there is not."""
        found = getattr(self, role, None)
        if not isinstance(found, QColor):
            raise KeyError(role)
        return found

    def tint(self, kind: str) -> Tint:
        """The colours of an outcome ("placed", "rejected", "not_sent", "unknown").

        Everything else (a call under way, no answer, news of the program) is told quietly.
        """
        match kind:
            case "placed":
                ink, ground = self.placed, self.placed_ground
            case "rejected" | "not_sent":
                ink, ground = self.rejected, self.rejected_ground
            case "unknown":
                ink, ground = self.unknown, self.unknown_ground
            case _:
                return Tint(self.quiet, self.card, self.line)
        # Grounds are as black or white as the card in high contrast: there the edge tells.
        return Tint(ink, ground, ink if self.high_contrast else ground)

    def faint(self) -> QColor:
        """The colour of text and icons that stand for something switched off."""
        return mixed(self.text, self.card, 0.5 if self.high_contrast else 0.38)


def mixed(ink: QColor, ground: QColor, share: float) -> QColor:
    """`share` (0 to 1) of `ink` on the rest of `ground`."""
    rest = 1 - share
    return QColor(
        round(ink.red() * share + ground.red() * rest),
        round(ink.green() * share + ground.green() * rest),
        round(ink.blue() * share + ground.blue() * rest),
    )


def palette_of(scheme: Scheme) -> QPalette:
    """A palette for the Fusion style that says whatever a palette can say of the scheme."""
    role = QPalette.ColorRole
    palette = QPalette()
    everywhere = {
        role.Window: scheme.window,
        role.WindowText: scheme.text,
        role.Base: scheme.field,
        role.AlternateBase: mixed(scheme.text, scheme.card, 0.03),
        role.Text: scheme.text,
        role.PlaceholderText: scheme.quiet,
        role.Button: scheme.card,
        role.ButtonText: scheme.text,
        role.BrightText: scheme.rejected,
        role.Light: mixed(scheme.text, scheme.card, 0.02),
        role.Midlight: mixed(scheme.line, scheme.card, 0.5),
        role.Mid: scheme.line,
        role.Dark: mixed(scheme.text, scheme.line, 0.2),
        role.Shadow: mixed(scheme.text, scheme.line, 0.4),
        role.Highlight: scheme.selection,
        role.HighlightedText: scheme.text,
        role.Accent: scheme.accent,
        role.Link: scheme.accent,
        role.LinkVisited: scheme.accent,
        role.ToolTipBase: scheme.card,
        role.ToolTipText: scheme.text,
    }
    for name, color in everywhere.items():
        palette.setColor(name, color)
    faint = scheme.faint()
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.Link):
        palette.setColor(QPalette.ColorGroup.Disabled, name, faint)
    palette.setColor(QPalette.ColorGroup.Disabled, role.PlaceholderText, faint)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Base, scheme.window)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Accent, scheme.line)
    return palette


def _scheme(name: str, *, dark: bool, high_contrast: bool = False, **colors: str) -> Scheme:
    return Scheme(
        name=name,
        dark=dark,
        high_contrast=high_contrast,
        **{role: QColor(color) for role, color in colors.items()},
    )


LIGHT = _scheme(
    "light",
    dark=False,
    window="#f6f7f9",
    card="#ffffff",
    field="#ffffff",
    line="#dde1e7",
    text="#1b1f24",
    quiet="#5b6573",
    accent="#0b6bcb",
    on_accent="#ffffff",
    selection="#e3effc",
    placed="#146c3c",
    placed_ground="#e3f4ea",
    rejected="#a8201a",
    rejected_ground="#fde9e7",
    unknown="#7a4b00",
    unknown_ground="#fff1d6",
)

DARK = _scheme(
    "dark",
    dark=True,
    window="#16181c",
    card="#1f2227",
    field="#16181c",
    line="#343941",
    text="#e8eaed",
    quiet="#a3abb7",
    accent="#4da3ff",
    on_accent="#08131f",
    selection="#1c3450",
    placed="#7ddba3",
    placed_ground="#17362a",
    rejected="#ff9d94",
    rejected_ground="#3f1d1b",
    unknown="#ffcf7a",
    unknown_ground="#3b2d10",
)

BLACK_ON_WHITE = _scheme(
    "black on white",
    dark=False,
    high_contrast=True,
    window="#ffffff",
    card="#ffffff",
    field="#ffffff",
    line="#000000",
    text="#000000",
    quiet="#000000",
    accent="#0033b3",
    on_accent="#ffffff",
    selection="#bfdcff",
    placed="#00451c",
    placed_ground="#ffffff",
    rejected="#8a0000",
    rejected_ground="#ffffff",
    unknown="#5c3200",
    unknown_ground="#ffffff",
)

WHITE_ON_BLACK = _scheme(
    "white on black",
    dark=True,
    high_contrast=True,
    window="#000000",
    card="#000000",
    field="#000000",
    line="#ffffff",
    text="#ffffff",
    quiet="#ffffff",
    accent="#ffd60a",
    on_accent="#000000",
    selection="#0d3166",
    placed="#6dffa8",
    placed_ground="#000000",
    rejected="#ffb0a8",
    rejected_ground="#000000",
    unknown="#ffe08a",
    unknown_ground="#000000",
)

SCHEMES = (LIGHT, DARK, BLACK_ON_WHITE, WHITE_ON_BLACK)
