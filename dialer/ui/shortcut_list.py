"""Every shortcut there is, in groups, as the list of shortcuts shows them."""

from PySide6.QtCore import QObject

Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Titles, each with pairs of keys and what they do."""


class ShortcutList(QObject):
    """Names the shortcuts in the window's language. Any thread."""

    def groups(self) -> Groups:
        """All of them, those of calling first."""
        return (
            (
                self.tr("Calling"),
                (
                    ("Enter", self.tr("Call, in the fields of the call")),
                    ("Esc", self.tr("Stop the countdown, send a link away, start anew")),
                    ("Ctrl+L", self.tr("Go to the callee")),
                    ("Down", self.tr("In the callee: recent callees")),
                    ("Ctrl+R", self.tr("Bring the last number back")),
                    ("Ctrl+Shift+V", self.tr("Fill in the number that was copied")),
                    ("Ctrl+Shift+B", self.tr("Fill in the number that is selected elsewhere")),
                ),
            ),
            (
                self.tr("History"),
                (
                    ("Ctrl+F", self.tr("Search")),
                    ("Enter", self.tr("Fill the fields in from the selected call")),
                    ("Alt+Enter", self.tr("Show the call's details")),
                    ("Ctrl+C", self.tr("Copy the recording ID, or several calls as a table")),
                    ("Del", self.tr("Delete the selected calls")),
                    ("Ctrl+Z", self.tr("Bring deleted calls back")),
                    ("Ctrl+E", self.tr("Export calls")),
                ),
            ),
            (
                self.tr("Window"),
                (
                    ("Ctrl+M", self.tr("Compact, and back")),
                    ("Ctrl+T", self.tr("Stay above other windows")),
                    ("Ctrl+P", self.tr("Profiles")),
                    ("Ctrl+,", self.tr("Preferences")),
                    ("Ctrl+?", self.tr("This list")),
                    ("F1", self.tr("Help")),
                    ("Ctrl+Q", self.tr("Quit")),
                ),
            ),
        )
