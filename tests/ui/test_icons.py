"""Icons: each is drawn, in the colour of its role, with as many pixels as the screen has."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QApplication

from dialer.settings.folders import resource
from dialer.ui.icons import Icons, icon_of
from dialer.ui.scheme import DARK, LIGHT
from dialer.ui.theme import Choice, Theme

FOLDER = Path(__file__).parents[2] / "resources" / "icons"
NAMES = sorted(path.stem for path in FOLDER.glob("*.svg"))


@pytest.fixture
def icons(qapp: QApplication) -> Icons:
    return Icons(Theme(qapp, "light"))


def inked(pixmap: QPixmap) -> list[QColor]:
    """The colours of the pixels that are fully covered by a stroke."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return [
        color
        for x in range(image.width())
        for y in range(image.height())
        if (color := image.pixelColor(x, y)).alpha() == 255
    ]


def test_there_are_icons() -> None:
    assert {"phone", "check", "cross", "question", "dots", "search", "chevron-down"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("choice", ["light", "dark", "high-contrast"])
@pytest.mark.parametrize("role", ["text", "accent", "rejected"])
def test_every_icon_is_drawn_in_the_colour_of_its_role(
    qapp: QApplication, name: str, choice: Choice, role: str
) -> None:
    theme = Theme(qapp, choice)
    covered = inked(Icons(theme).pixmap(name, role, 24, 2.0))
    assert covered
    assert set(map(QColor.name, covered)) == {theme.scheme.color(role).name()}


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_keeps_to_the_grid_and_stroke_of_the_others(name: str) -> None:
    svg = resource(f"icons/{name}.svg").decode()
    assert 'viewBox="0 0 24 24"' in svg
    assert 'stroke-width="2"' in svg or 'fill="currentColor"' in svg
    assert "#" not in svg


@pytest.mark.parametrize(("dpr", "pixels"), [(1.0, 16), (1.25, 20), (1.5, 24), (2.0, 32)])
def test_an_icon_has_as_many_pixels_as_the_screen(icons: Icons, dpr: float, pixels: int) -> None:
    pixmap = icons.pixmap("phone", "text", 16, dpr)
    assert pixmap.size() == QSize(pixels, pixels)
    assert pixmap.deviceIndependentSize().toSize() == QSize(16, 16)


def test_at_twice_the_scale_an_icon_is_drawn_anew_and_not_enlarged(icons: Icons) -> None:
    enlarged = icons.pixmap("search", "text", 16, 1.0).toImage().scaled(32, 32)
    drawn = icons.pixmap("search", "text", 16, 2.0).toImage()
    drawn.setDevicePixelRatio(1.0)
    assert drawn != enlarged


def test_an_icon_is_read_once(qapp: QApplication) -> None:
    asked: list[str] = []

    def read(name: str) -> bytes:
        asked.append(name)
        return resource(name)

    icons = Icons(Theme(qapp, "light"), read)
    for size in (12, 16, 16):
        icons.pixmap("check", "placed", size, 1.0)
    assert asked == ["icons/check.svg"]


def test_after_a_change_of_scheme_an_icon_has_the_new_colour(qapp: QApplication) -> None:
    theme = Theme(qapp, "light")
    icons = Icons(theme)
    before = inked(icons.pixmap("check", "text", 24, 1.0))
    theme.choose("dark")
    after = inked(icons.pixmap("check", "text", 24, 1.0))
    assert before[0].name() == LIGHT.text.name()
    assert after[0].name() == DARK.text.name()


def test_a_disabled_icon_is_fainter(icons: Icons) -> None:
    icon = icons.icon("phone")
    assert inked(icon.pixmap(QSize(16, 16), QIcon.Mode.Normal))
    assert not inked(icon.pixmap(QSize(16, 16), QIcon.Mode.Disabled))


def test_what_there_is_not_is_refused(icons: Icons) -> None:
    with pytest.raises(FileNotFoundError):
        icons.pixmap("unicorn", "text", 16, 1.0)
    with pytest.raises(KeyError):
        icons.pixmap("phone", "mood", 16, 1.0)


@pytest.mark.parametrize("size", [16, 24, 32, 48, 128])
def test_the_programs_icon_is_legible_from_small_to_large(icons: Icons, size: int) -> None:
    colors = {color.name() for color in inked(icons.program().pixmap(size))}
    assert {"#0b6bcb", "#ffffff"} <= colors


@pytest.mark.parametrize(
    "kind", ["placed", "rejected", "not_sent", "unknown", "calling", "neutral", "info", "working"]
)
def test_every_kind_has_an_icon(kind: str) -> None:
    assert icon_of(kind) in NAMES
