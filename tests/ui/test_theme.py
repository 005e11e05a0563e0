"""The theme: contrast of its colours, following the system, sizes that grow with the font."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from dialer.ui.scheme import (
    BLACK_ON_WHITE,
    DARK,
    LIGHT,
    SCHEMES,
    WHITE_ON_BLACK,
    Scheme,
    palette_of,
)
from dialer.ui.style_sheet import mark_wrong
from dialer.ui.system_look import SystemLook
from dialer.ui.theme import Theme

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

GROUNDS = ("window", "card", "field", "selection")
OUTCOMES = ("placed", "rejected", "unknown")


class WishedLook(SystemLook):
    """A desktop whose wishes the test sets."""

    dark = False
    contrast = False

    def is_dark(self) -> bool:
        return self.dark

    def wants_contrast(self) -> bool:
        return self.contrast


@pytest.fixture
def wished(qapp: QApplication) -> WishedLook:
    return WishedLook()


@pytest.fixture
def usual_font(qapp: QApplication) -> Iterator[QFont]:
    before = QFont(QApplication.font())
    yield before
    QApplication.setFont(before)


def luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def scheme_name(scheme: Scheme) -> str:
    return scheme.name


every_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=scheme_name)


@every_scheme
@pytest.mark.parametrize("ink", ["text", "quiet", "accent"])
@pytest.mark.parametrize("ground", [*GROUNDS, *(f"{outcome}_ground" for outcome in OUTCOMES)])
def test_text_can_be_read_on_every_ground(scheme: Scheme, ink: str, ground: str) -> None:
    assert contrast(scheme.color(ink), scheme.color(ground)) >= 4.5


@every_scheme
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcomes_can_be_read_in_their_pill_and_as_words(scheme: Scheme, outcome: str) -> None:
    tint = scheme.tint(outcome)
    assert contrast(tint.ink, tint.ground) >= 4.5
    assert contrast(tint.ink, scheme.card) >= 4.5


@every_scheme
def test_the_words_on_the_primary_button_can_be_read(scheme: Scheme) -> None:
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5


@every_scheme
@pytest.mark.parametrize("edge", ["accent", "rejected"])
def test_the_focus_ring_and_the_edge_of_a_wrong_field_stand_out(scheme: Scheme, edge: str) -> None:
    for ground in ("window", "card", "field"):
        assert contrast(scheme.color(edge), scheme.color(ground)) >= 3


@pytest.mark.parametrize("scheme", [BLACK_ON_WHITE, WHITE_ON_BLACK], ids=scheme_name)
def test_high_contrast_has_strong_text_and_visible_edges(scheme: Scheme) -> None:
    for ground in GROUNDS:
        assert contrast(scheme.text, scheme.color(ground)) >= 7
    assert contrast(scheme.line, scheme.card) >= 4.5
    assert all(contrast(scheme.tint(kind).edge, scheme.card) >= 4.5 for kind in OUTCOMES)


@every_scheme
def test_the_palette_says_the_roles_in_every_group(scheme: Scheme) -> None:
    palette = palette_of(scheme)
    role = QPalette.ColorRole
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        assert palette.color(group, role.Highlight) == scheme.selection
        assert palette.color(group, role.HighlightedText) == scheme.text
        assert palette.color(group, role.PlaceholderText) == scheme.quiet
        assert palette.color(group, role.Link) == scheme.accent
    disabled = palette.color(QPalette.ColorGroup.Disabled, role.Text)
    assert disabled == scheme.faint() != scheme.text


def test_a_role_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        LIGHT.color("name")


def test_the_theme_follows_the_system_while_it_runs(qapp: QApplication, wished: WishedLook) -> None:
    theme = Theme(qapp, "system", wished)
    seen = []
    theme.changed.connect(lambda: seen.append(theme.scheme))
    assert theme.scheme is LIGHT
    wished.dark = True
    wished.changed.emit()
    wished.contrast = True
    wished.changed.emit()
    wished.dark = False
    wished.changed.emit()
    assert seen == [DARK, WHITE_ON_BLACK, BLACK_ON_WHITE]
    assert qapp.palette().color(QPalette.ColorRole.Window) == BLACK_ON_WHITE.window


def test_news_that_change_nothing_dress_nobody_anew(qapp: QApplication, wished: WishedLook) -> None:
    theme = Theme(qapp, "system", wished)
    seen = []
    theme.changed.connect(lambda: seen.append(1))
    wished.changed.emit()
    assert seen == []


def test_a_chosen_scheme_stays_whatever_the_system_does(
    qapp: QApplication, wished: WishedLook
) -> None:
    theme = Theme(qapp, "light", wished)
    wished.dark = wished.contrast = True
    wished.changed.emit()
    assert theme.scheme is LIGHT
    theme.choose("system")
    assert theme.scheme is WHITE_ON_BLACK
    theme.choose("dark")
    assert theme.scheme is DARK
    theme.choose("high-contrast")
    assert theme.scheme is WHITE_ON_BLACK
    assert theme.choice == "high-contrast"


def test_a_theme_that_there_is_not_is_refused_and_the_old_one_stays(
    qapp: QApplication, wished: WishedLook
) -> None:
    theme = Theme(qapp, "dark", wished)
    with pytest.raises(ValueError, match="sepia"):
        theme.choose("sepia")  # type: ignore[arg-type]
    assert (theme.choice, theme.scheme) == ("dark", DARK)


def test_text_is_never_smaller_than_designed(qapp: QApplication, usual_font: QFont) -> None:
    small = QFont(usual_font)
    small.setPixelSize(9)
    QApplication.setFont(small)
    theme = Theme(qapp, "light")
    assert QFontInfo(theme.fonts.text).pixelSize() == 13
    assert theme.px(36) == 36


def test_everything_grows_with_the_users_font(qapp: QApplication, usual_font: QFont) -> None:
    large = QFont(usual_font)
    large.setPixelSize(26)
    QApplication.setFont(large)
    theme = Theme(qapp, "light")
    sizes = [
        QFontInfo(font).pixelSize()
        for font in (theme.fonts.label, theme.fonts.text, theme.fonts.callee)
    ]
    assert sizes == [22, 26, 36]
    assert theme.px(36) == 72


def test_the_same_font_twice_is_the_same_theme(qapp: QApplication, usual_font: QFont) -> None:
    first = Theme(qapp, "light").fonts.text.pointSizeF()
    assert Theme(qapp, "light").fonts.text.pointSizeF() == first


def test_running_text_is_no_bolder_on_a_button_that_paints_itself(
    qapp: QApplication, qtbot
) -> None:
    theme = Theme(qapp, "light")
    button = QPushButton("Save")
    qtbot.addWidget(button)
    button.show()
    assert theme.fonts.text.resolve(button.font()).weight() == QFont.Weight.Normal


def test_figures_stand_in_columns(qapp: QApplication, usual_font: QFont) -> None:
    fonts = Theme(qapp, "light").fonts
    assert fonts.text.featureValue(QFont.Tag("tnum")) == 1
    assert fonts.callee.featureValue(QFont.Tag("tnum")) == 1


def test_fields_and_buttons_have_the_height_of_the_design(
    qapp: QApplication, qtbot, usual_font: QFont
) -> None:
    theme = Theme(qapp, "light")
    field, button, call = QLineEdit(), QPushButton("Save"), QPushButton("Call")
    call.setProperty("kind", "call")
    for widget in (field, button, call):
        qtbot.addWidget(widget)
        widget.show()
    assert field.minimumHeight() == theme.px(36)
    assert button.sizeHint().height() == theme.px(32)
    assert call.sizeHint().height() == theme.px(36)
    assert button.font().weight() == QFont.Weight.DemiBold


def test_buttons_keep_their_font_when_the_scheme_changes(qapp: QApplication, qtbot) -> None:
    theme = Theme(qapp, "light")
    old, new = QPushButton("Save"), QPushButton("Call again")
    for button in (old, new):
        qtbot.addWidget(button)
    old.show()
    theme.choose("dark")
    new.show()
    assert old.font().weight() == new.font().weight() == QFont.Weight.DemiBold


def test_a_wrong_field_is_edged_in_the_error_colour_and_back(qapp: QApplication, qtbot) -> None:
    theme = Theme(qapp, "light")
    field = QLineEdit()
    qtbot.addWidget(field)
    field.resize(120, 36)
    field.show()

    def edge() -> QColor:
        return field.grab().toImage().pixelColor(60, 0)

    usual = edge()
    mark_wrong(field, True)
    assert edge() == theme.scheme.rejected != usual
    mark_wrong(field, False)
    assert edge() == usual
