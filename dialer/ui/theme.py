"""The theme: the scheme in force, the fonts and lengths that go with it, and their change."""

from dataclasses import dataclass
from typing import Literal, get_args

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication, QToolTip

from dialer.ui.scheme import BLACK_ON_WHITE, DARK, LIGHT, WHITE_ON_BLACK, Scheme, palette_of
from dialer.ui.style_sheet import style_sheet
from dialer.ui.system_look import SystemLook

Choice = Literal["system", "light", "dark", "high-contrast"]

IN_FUSION = ("-style", "Fusion")
"""Arguments of QApplication by which it has its style at once. `setStyle` hands a QStyle back,
whose ten enumerations Python then makes: a tenth of the start."""

_TEXT_PX = 13  # the size of running text in the design; all other lengths are relative to it
_DARK = {"light": False, "dark": True}  # the other choices leave it to the system


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of the window by what they are for, all in the size of the user's own."""

    text: QFont
    strong: QFont
    """The one thing that matters in a group."""
    label: QFont
    label_strong: QFont
    title: QFont
    callee: QFont
    mono: QFont
    """Recording IDs."""


class Theme(QObject):
    """Puts a scheme on the application and keeps it in step with the system.

    Made once, before the first widget, and handed to whatever paints by itself. Ordinary
    widgets need nothing of it: they get palette, font and style sheet from the application.
    `in_fusion` says that the application was made with `IN_FUSION`. Lives on the UI thread.
    Raises ValueError for a choice that there is not.
    """

    changed = Signal()
    """The scheme is another one, and the application wears it already."""

    def __init__(
        self,
        app: QApplication,
        choice: Choice = "system",
        system: SystemLook | None = None,
        *,
        in_fusion: bool = False,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._choice = _valid(choice)
        if not in_fusion:
            app.setStyle("Fusion")
        self.fonts = _fonts_from(QApplication.font())
        app.setFont(self.fonts.text)
        self._scale = max(1.0, QFontInfo(self.fonts.text).pixelSize() / _TEXT_PX)
        self._system = system or SystemLook(self)
        self._system.paint_frames(_DARK.get(choice))
        self._wear(self._wanted())
        self._system.changed.connect(self._follow)

    @property
    def scheme(self) -> Scheme:
        """The colours in force."""
        return self._scheme

    @property
    def choice(self) -> Choice:
        """What the user chose."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Change to another choice at once. Raises ValueError for one that there is not."""
        self._choice = _valid(choice)
        self._system.paint_frames(_DARK.get(choice))
        self._follow()

    def px(self, length: float) -> int:
        """A length of the design in device-independent pixels, grown with the user's font."""
        return round(length * self._scale)

    @Slot()
    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted is not self._scheme:
            self._wear(wanted)
            self.changed.emit()

    def _wanted(self) -> Scheme:
        dark = _DARK.get(self._choice)
        if dark is not None:
            return DARK if dark else LIGHT
        dark = self._system.is_dark()
        if self._choice == "high-contrast" or self._system.wants_contrast():
            return WHITE_ON_BLACK if dark else BLACK_ON_WHITE
        return DARK if dark else LIGHT

    def _wear(self, scheme: Scheme) -> None:
        self._scheme = scheme
        palette = palette_of(scheme)
        self._app.setPalette(palette)
        QToolTip.setPalette(palette)
        self._app.setStyleSheet(style_sheet(scheme, self.px))
        # A new style sheet makes the application forget the fonts of single classes. (Their
        # names are strings whatever the binding's types say: bytes are refused.)
        self._app.setFont(self.fonts.strong, "QPushButton")  # type: ignore[arg-type]
        self._app.setFont(self.fonts.label_strong, "QHeaderView")  # type: ignore[arg-type]


def apply_theme(app: QApplication, choice: Choice = "system", *, in_fusion: bool = False) -> Theme:
    """Dress the application before its first widget is made, and return what keeps it so."""
    return Theme(app, choice, in_fusion=in_fusion)


def _valid(choice: Choice) -> Choice:
    if choice not in get_args(Choice):
        raise ValueError(f"there is no such theme: {choice!r}")
    return choice


def _fonts_from(system: QFont) -> Fonts:
    """The fonts of the window from the system's own, which is kept unless it is smaller."""
    text = _sized(system, max(1.0, _TEXT_PX / QFontInfo(system).pixelSize()))
    # Figures of one width: times, numbers and money stand in columns and change in place.
    text.setFeature(QFont.Tag("tnum"), 1)
    # Said outright, for what a font leaves open a painter takes from the widget's own.
    text.setWeight(text.weight())
    label = _sized(text, 11 / _TEXT_PX)
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    mono = _sized(mono, 12 / _TEXT_PX * QFontInfo(text).pixelSize() / QFontInfo(mono).pixelSize())
    return Fonts(
        text=text,
        strong=_semi_bold(text),
        label=label,
        label_strong=_semi_bold(label),
        title=_semi_bold(_sized(text, 15 / _TEXT_PX)),
        callee=_semi_bold(_sized(text, 18 / _TEXT_PX)),
        mono=mono,
    )


def _sized(font: QFont, factor: float) -> QFont:
    sized = QFont(font)
    if font.pointSizeF() > 0:
        sized.setPointSizeF(font.pointSizeF() * factor)
    else:
        sized.setPixelSize(round(font.pixelSize() * factor))
    return sized


def _semi_bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
