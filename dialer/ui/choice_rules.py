"""Rules of style for radio buttons and progress bars, which one window alone has."""

from collections.abc import Callable

from dialer.ui.scheme import Scheme

# What Fusion draws of these is the colour of the ground in the dark.
_RULES = """
QRadioButton {{
    spacing: {px8}px; min-height: {px24}px; padding: 0 {px4}px;
    border: 2px solid transparent; border-radius: {px4}px;
}}
QRadioButton:focus {{ border-color: {accent}; }}
QRadioButton::indicator {{
    width: {px12}px; height: {px12}px; border: 1px solid {quiet}; border-radius: {round}px;
    background: {field};
}}
QRadioButton::indicator:checked {{
    width: {inside}px; height: {inside}px; border: {px4}px solid {accent};
}}
QProgressBar {{
    background: {field}; border: 1px solid {quiet}; border-radius: {px4}px;
    min-height: {px8}px; max-height: {px8}px;
}}
QProgressBar::chunk {{ background: {accent}; border-radius: {px3}px; }}
"""


def choice_rules(scheme: Scheme, px: Callable[[float], int]) -> str:
    """The rules in the colours of `scheme`; `px` scales a length of the design by the font."""
    lengths = {f"px{each}": px(each) for each in (3, 4, 8, 12, 24)}
    # As large as one that is not checked, whose edge is one pixel.
    inside = px(12) + 2 - 2 * px(4)
    colors = {name: scheme.color(name).name() for name in ("quiet", "field", "accent")}
    return _RULES.format(**lengths, inside=inside, round=px(12) // 2 + 1, **colors)
