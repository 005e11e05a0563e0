"""The style sheet: the little that a palette cannot say, for the whole program.

Widgets choose their rules by the dynamic property `kind`, set before they are shown:

- QPushButton: "primary", "call" (primary, as high as a field), "link"; else it is a secondary
  button. `PrimaryButton` adds the focus ring that no rule can draw.
- QLineEdit: "search" is lower, "plain" (inside something that has an edge of its own) bare.
  The property `wrong` puts the edge in the error colour, see `mark_wrong`; `given` shows that
  a link has filled the field in.
- QListView: "popup" drops down from a field.
- QTableView: "card" has the edge and corners of a card and the focus ring around all of it.
"""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit

from dialer.ui.scheme import Scheme, mixed

_RULES = """
QLineEdit, QPlainTextEdit {{
    background: {field}; border: 1px solid {edge}; border-radius: {px6}px;
    selection-background-color: {marked}; selection-color: {on_marked};
}}
QLineEdit {{ padding: 0 {px9}px; min-height: {field_inside}px; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border: 2px solid {accent}; }}
QLineEdit:focus {{ padding: 0 {px9_focused}px; }}
QLineEdit[wrong="true"] {{ border-color: {rejected}; }}
QLineEdit[given="true"] {{ border-color: {accent}; background: {selection}; }}
QLineEdit:disabled, QPlainTextEdit:disabled {{ background: {window}; }}
QLineEdit[kind="search"] {{ min-height: {search_inside}px; }}
QLineEdit[kind="plain"] {{ border: none; background: transparent; min-height: 0; padding: 0; }}
QListView[kind="card"] {{
    background: {card}; border: 1px solid {line}; border-radius: {px8}px; padding: {px4}px;
}}
QListView[kind="card"]:focus {{ border: 2px solid {accent}; padding: {px3}px; }}
QListView[kind="card"]::item {{ min-height: {px24}px; padding: 2px {px6}px; color: {text}; }}
QListView[kind="card"]::item:selected {{
    background: {selection}; border-radius: {px4}px; color: {text};
}}
QAbstractItemView QLineEdit {{ min-height: 0; padding: 0 2px; border-radius: 0; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{
    border: none; background: transparent; min-height: 0; padding: 0;
}}

QPushButton {{
    background: {card}; color: {text}; border: 1px solid {edge}; border-radius: {px6}px;
    padding: 0 {px14}px; min-height: {button_inside}px;
}}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {pressed}; }}
QPushButton:disabled {{ color: {faint}; }}
QPushButton:focus {{
    border: 2px solid {accent}; padding: 0 {px14_focused}px; min-height: {button_focused}px;
    outline: none;
}}
QPushButton[kind="primary"], QPushButton[kind="call"] {{
    background: {accent}; color: {on_accent}; border-color: {accent};
}}
QPushButton[kind="call"] {{ min-height: {field_inside}px; }}
QPushButton[kind="primary"]:hover, QPushButton[kind="call"]:hover {{
    background: {accent_hover}; border-color: {accent_hover};
}}
QPushButton[kind="primary"]:pressed, QPushButton[kind="call"]:pressed {{
    background: {accent_pressed}; border-color: {accent_pressed};
}}
QPushButton[kind="primary"]:disabled, QPushButton[kind="call"]:disabled {{
    background: {accent_off}; border-color: {accent_off}; color: {on_accent_off};
}}
QPushButton[kind="primary"]:focus, QPushButton[kind="call"]:focus {{
    border: 2px solid {text};
}}
QPushButton[kind="call"]:focus {{ min-height: {field_focused}px; }}
QPushButton[kind="link"] {{
    background: transparent; color: {accent}; border: 2px solid transparent;
    padding: 0 {px3}px; min-height: {link_inside}px; font-weight: 400;
}}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {accent}; }}
QPushButton[kind="link"]:disabled {{ color: {faint}; }}

QAbstractSpinBox, QComboBox {{ min-height: {button_inside}px; }}

QListView[kind="popup"] {{ background: {card}; border: 1px solid {line}; outline: none; }}
QListView[kind="popup"]::item {{ padding: 0 {px6}px; min-height: {row}px; }}
QTableView[kind="card"] {{
    background: {card}; border: 1px solid {line}; border-radius: {px8}px; padding: 2px;
    outline: none;
}}
QTableView[kind="card"]:focus {{ border: 2px solid {accent}; padding: 1px; }}
QTableView[kind="card"]::item {{ padding: 0 {px6}px; }}
QHeaderView {{ background: {card}; border: none; }}
QHeaderView::section {{
    background: {card}; color: {quiet}; border: none; border-bottom: 1px solid {line};
    padding: {px6}px {px9}px;
}}
QHeaderView::section:hover {{ background: {hover}; }}

QMenuBar {{ background: {card}; border: none; border-bottom: 1px solid {line}; padding: 2px; }}
QMenuBar::item {{ background: transparent; padding: {px5}px {px9}px; border-radius: {px4}px; }}
QMenuBar::item:selected {{ background: {selection}; color: {text}; }}
QMenu {{ background: {card}; border: 1px solid {line}; padding: {px4}px; }}
QMenu::item {{
    padding: {px5}px {px24}px {px5}px {px9}px; border-radius: {px4}px; background: transparent;
}}
QMenu::item:selected {{ background: {selection}; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::icon, QMenu::indicator {{ left: {px4}px; }}
QMenu::separator {{ height: 1px; background: {line}; margin: {px4}px 0; }}
QStatusBar {{ background: {card}; color: {quiet}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}

QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: {px12}px; }}
QScrollBar:horizontal {{ height: {px12}px; }}
QScrollBar::handle {{ background: {handle}; border-radius: {px3}px; margin: {px3}px; }}
QScrollBar::handle:hover {{ background: {quiet}; }}
QScrollBar::handle:vertical {{ min-height: {px24}px; }}
QScrollBar::handle:horizontal {{ min-width: {px24}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def style_sheet(scheme: Scheme, px: Callable[[float], int]) -> str:
    """The rules in the colours of `scheme`; `px` scales a length of the design by the font."""
    lengths = {f"px{n}": px(n) for n in (3, 4, 5, 6, 8, 9, 12, 14, 24)}
    # An edge of two pixels in place of one must not move what stands inside it.
    inside = {
        "px9_focused": px(9) - 1,
        "px14_focused": px(14) - 1,
        "field_inside": px(36) - 2,
        "field_focused": px(36) - 4,
        "button_inside": px(32) - 2,
        "button_focused": px(32) - 4,
        "search_inside": px(30) - 2,
        "row": px(30),
        "link_inside": px(24) - 4,
    }
    accent, card, text = scheme.accent, scheme.card, scheme.text
    colors = {
        "window": scheme.window,
        "card": card,
        "field": scheme.field,
        "line": scheme.line,
        "edge": scheme.line,
        "text": text,
        "quiet": scheme.quiet,
        "faint": scheme.faint(),
        "accent": accent,
        "on_accent": scheme.on_accent,
        "accent_hover": mixed(text, accent, 0.12),
        "accent_pressed": mixed(text, accent, 0.24),
        "accent_off": mixed(accent, card, 0.45),
        "on_accent_off": scheme.on_accent,
        "selection": scheme.selection,
        # Inside a field the pale selection of rows would hardly show which digits are marked.
        "marked": accent if scheme.high_contrast else mixed(accent, scheme.field, 0.35),
        "on_marked": scheme.on_accent if scheme.high_contrast else text,
        "rejected": scheme.rejected,
        "hover": mixed(text, card, 0.05),
        "pressed": mixed(text, card, 0.10),
        "handle": mixed(scheme.quiet, card, 0.45),
    }
    return _RULES.format(
        **lengths, **inside, **{role: color.name() for role, color in colors.items()}
    )


def mark_wrong(field: QLineEdit, wrong: bool) -> None:
    """Put the edge of `field` in the error colour, or back."""
    mark(field, "wrong", wrong)


def mark(field: QLineEdit, what: str, marked: bool) -> None:
    """Set a property of `field` that the rules look at, and let it show."""
    if bool(field.property(what)) == marked:
        return
    field.setProperty(what, marked)
    style = field.style()
    style.unpolish(field)
    style.polish(field)
