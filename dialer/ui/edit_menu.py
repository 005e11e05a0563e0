"""A line edit's menu that opens without asking what was copied.

Qt's own asks for it, to know whether it can be pasted, and so waits for a program that hangs:
`QLineEdit::createStandardContextMenu` in
https://code.qt.io/cgit/qt/qtbase.git/tree/src/widgets/widgets/qlineedit.cpp
"""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu

StandardKey = QKeySequence.StandardKey


def edit_menu(field: QLineEdit) -> QMenu:
    """The menu for a `field` that can be written in, as it is now. UI thread.

    It goes once it is closed. Its words are Qt's own, and so are their translations.
    """
    legible = field.echoMode() is QLineEdit.EchoMode.Normal
    selected = field.hasSelectedText()
    all_of_it = field.selectedText() == field.text()
    menu = QMenu(field)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add(
        words: str, does: Callable[[], object], keys: StandardKey | None, enabled: bool
    ) -> None:
        if keys is not None:
            # Behind a tab it is shown and no more: the field has these keys already.
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            words = f"{words}\t{shown}"
        action = menu.addAction(words)
        action.setEnabled(enabled)
        action.triggered.connect(does)

    add(
        QCoreApplication.translate("QLineEdit", "&Undo"),
        field.undo,
        StandardKey.Undo,
        field.isUndoAvailable(),
    )
    add(
        QCoreApplication.translate("QLineEdit", "&Redo"),
        field.redo,
        StandardKey.Redo,
        field.isRedoAvailable(),
    )
    menu.addSeparator()
    add(
        QCoreApplication.translate("QLineEdit", "Cu&t"),
        field.cut,
        StandardKey.Cut,
        selected and legible,
    )
    add(
        QCoreApplication.translate("QLineEdit", "&Copy"),
        field.copy,
        StandardKey.Copy,
        selected and legible,
    )
    add(QCoreApplication.translate("QLineEdit", "&Paste"), field.paste, StandardKey.Paste, True)
    add(QCoreApplication.translate("QLineEdit", "Delete"), field.del_, None, selected)
    menu.addSeparator()
    add(
        QCoreApplication.translate("QLineEdit", "Select All"),
        field.selectAll,
        StandardKey.SelectAll,
        not all_of_it,
    )
    return menu
