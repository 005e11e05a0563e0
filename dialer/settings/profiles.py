"""The file of profiles. Their credentials are not in it: those are in the keyring."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from dialer.calls.plain import plain
from dialer.calls.sentence import QT_TRANSLATE_NOOP, Sentence
from dialer.settings.profile import (
    DEFAULT_BASE_URL,
    TEXT_LIMIT,
    TIMEOUT_RANGE,
    Profile,
    ProfileError,
    folded,
)
from dialer.settings.toml_file import Table, TomlFile, TomlFileError

__all__ = [
    "DEFAULT_BASE_URL",
    "TEXT_LIMIT",
    "TIMEOUT_RANGE",
    "Profile",
    "ProfileError",
    "ProfileFile",
    "Profiles",
    "refuse_taken",
]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles in the order in which they were added, and the name of the default one."""

    all: tuple[Profile, ...] = ()
    default_name: str | None = None

    @property
    def default(self) -> Profile | None:
        """The profile that is used where none is named; None only where there are none."""
        return self.named(self.default_name) if self.default_name is not None else None

    def named(self, name: str) -> Profile | None:
        """The profile of that name, in whatever case it is written."""
        wanted = folded(name)
        return next((profile for profile in self.all if folded(profile.name) == wanted), None)


class ProfileFile:
    """The file of profiles. Every method raises ProfileError; may be used from any thread.

    Each change reads the file anew while other processes wait, so that two changes at once
    are both kept. A damaged file is never overwritten, and settings that this version does
    not know stay as they are.
    """

    def __init__(self, path: Path) -> None:
        self._file = TomlFile(path, _VERSION)

    def load(self) -> Profiles:
        """Read the profiles; none where there is no file."""
        try:
            return self._understood(self._file.read() or {})
        except TomlFileError as error:
            raise ProfileError(error.sentence, "file") from None

    def add(self, profile: Profile) -> Profiles:
        """Add a profile; the first one becomes the default. An existing name is refused."""

        def added(tables: list[Table], profiles: Profiles) -> str | None:
            refuse_taken(profile.name, profiles)
            tables.append(asdict(profile))
            return profiles.default_name or profile.name

        return self._change(added)

    def replace(self, name: str, profile: Profile) -> Profiles:
        """Put `profile` in the place of the one called `name`, which may rename it."""

        def replaced(tables: list[Table], profiles: Profiles) -> str | None:
            old = _wanted(name, profiles)
            if folded(old.name) != folded(profile.name):
                refuse_taken(profile.name, profiles)
            tables[profiles.all.index(old)].update(asdict(profile))
            return profile.name if old.name == profiles.default_name else profiles.default_name

        return self._change(replaced)

    def remove(self, name: str) -> Profiles:
        """Remove a profile. Of the ones left the first becomes the default if that one was."""

        def removed(tables: list[Table], profiles: Profiles) -> str | None:
            old = _wanted(name, profiles)
            del tables[profiles.all.index(old)]
            if old.name != profiles.default_name:
                return profiles.default_name
            return next((left.name for left in profiles.all if left is not old), None)

        return self._change(removed)

    def use(self, name: str) -> Profiles:
        """Make the profile the default."""
        return self._change(lambda _, profiles: _wanted(name, profiles).name)

    def _change(self, change: Callable[[list[Table], Profiles], str | None]) -> Profiles:
        """Let `change` work on the tables of the profiles; it returns the new default's name."""
        try:
            with self._file.alone():
                content = self._file.read() or {}
                profiles = self._understood(content)
                tables: list[Table] = content.pop("profile", [])
                content.pop("default", None)
                default = change(tables, profiles)
                # The order decides how the file reads: small things before the long list.
                if default is not None:
                    content["default"] = default
                content["profile"] = tables
                changed = self._understood(content)
                self._file.write(content)
                return changed
        except TomlFileError as error:
            raise ProfileError(error.sentence, "file") from None

    def _understood(self, content: Table) -> Profiles:
        tables = content.get("profile", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self._file.damaged(
                Sentence(
                    QT_TRANSLATE_NOOP(
                        "dialer",
                        "The file {path} is damaged: “profile” is no list of tables. "
                        "Mend it or move it away.",
                    )
                )
            )
        found: dict[str, Profile] = {}
        for number, table in enumerate(tables, start=1):
            profile = self._profile(table, number)
            if found.setdefault(folded(profile.name), profile) is not profile:
                raise self._file.damaged(
                    Sentence(
                        QT_TRANSLATE_NOOP(
                            "dialer",
                            "The file {path} is damaged: it has two profiles called “{name}”. "
                            "Rename one of them.",
                        ),
                        name=profile.name,
                    )
                )
        default = content.get("default")
        names = [profile.name for profile in found.values()]
        if (default is None and not names) or default in names:
            return Profiles(tuple(found.values()), default)
        raise self._file.damaged(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer",
                    "The file {path} is damaged: “default” is not the name of one of its "
                    "profiles. Mend it or move it away.",
                )
            )
        )

    def _profile(self, table: Table, number: int) -> Profile:
        known = {field.name for field in fields(Profile)}
        try:
            return Profile(**{"name": "", **{key: table[key] for key in table if key in known}})
        except ProfileError as error:
            raise self._file.damaged(
                Sentence(
                    QT_TRANSLATE_NOOP(
                        "dialer",
                        "The file {path} is damaged: “{field}” of profile {number} cannot be "
                        "used. {why}",
                    ),
                    field=error.field,
                    number=number,
                    why=error.sentence,
                )
            ) from None


def refuse_taken(name: str, profiles: Profiles) -> None:
    """Raise ProfileError where one of `profiles` is called `name` already, in whatever case."""
    if taken := profiles.named(name):
        raise ProfileError(
            Sentence(
                QT_TRANSLATE_NOOP(
                    "dialer", "There is a profile called “{name}” already. Choose another name."
                ),
                name=taken.name,
            ),
            "name",
        )


def _wanted(name: str, profiles: Profiles) -> Profile:
    if profile := profiles.named(name):
        return profile
    raise ProfileError(
        Sentence(
            QT_TRANSLATE_NOOP("dialer", "There is no profile called “{name}”."),
            name=plain(name, TEXT_LIMIT),
        ),
        "name",
    )
