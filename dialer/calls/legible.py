"""Text from anywhere, brought to one kind of digit, space, dash and line break."""

import unicodedata

_LINE_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"  # a tab parts two cells of a table
_ASCII_LINE_BREAKS = str.maketrans({char: "\n" for char in _LINE_BREAKS if char.isascii()})
_MORE_DASHES = "\u2212\u2043\u30fc\uff70\u2500"  # minus, bullet, Japanese long sounds, box line
_DOTS = "\u00b7\u2022\u2219\u22c5\u30fb\uff65"
_SLASHES = "\u2044\u2215"
_COMMAS = "\u060c\u3001"
_SEMICOLON = "\u061b"
_VARIATIONS = "\ufe0e\ufe0f"  # follow a telephone sign to choose its colour
_WRAPPERS = " \n\"'`\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u2018\u2019\u201a\u201b<>"
_TELEPHONE_SIGNS = "☎☏✆℡📞📱"


def bare(text: str) -> str:
    """`text` as ASCII writes it, without what is invisible, and with nothing around it.

    Digits of every script become 0 to 9, full-width signs the narrow ones; what ASCII does not
    have stays. Line breaks are single, like spaces; quotes, angle brackets and telephone signs
    around the text are gone.
    """
    if text.isascii():
        legible = text.translate(_ASCII_LINE_BREAKS)
    else:
        legible = "".join(_legible(char) for char in text)
    lines = (" ".join(line.split()) for line in legible.split("\n"))
    one_space = "\n".join(line for line in lines if line)
    return one_space.strip(_WRAPPERS).lstrip(_TELEPHONE_SIGNS).strip(_WRAPPERS)


def _legible(char: str) -> str:
    """`char` as ASCII has it, if ASCII has it; nothing for a character that nobody sees."""
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Zs":
        return " "
    if char in _LINE_BREAKS:
        return "\n"
    if category == "Cf" or char in _VARIATIONS:
        return ""
    if category == "Pd" or char in _MORE_DASHES:
        return "-"
    for group, stands_for in ((_DOTS, "."), (_SLASHES, "/"), (_COMMAS, ","), (_SEMICOLON, ";")):
        if char in group:
            return stands_for
    if category in ("No", "Nl"):
        return char  # ² and Ⅷ are to be refused by name: nobody knows what was meant
    narrow = unicodedata.normalize("NFKC", char)
    return narrow if len(narrow) == 1 else char
