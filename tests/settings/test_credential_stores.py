"""Every credential store keeps one contract; the keyring's also has to fail well."""

import json
import logging
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator

import pytest

from dialer.calls.credentials import Credentials
from dialer.settings.credential_store import CredentialStore
from dialer.settings.keyring_store import KeyringStore, KeyringTrouble, SessionStore, TroubleKind
from dialer.settings.keyring_trouble import trouble, trouble_of
from doubles.keyring_child import ChildStore
from doubles.secret_service import Mode, SecretService

Service = Callable[[Mode], SecretService]

SECRET = "s3cr3t-that-no-one-may-see"
CREDENTIALS = Credentials("the-api-key", SECRET)
OTHERS = Credentials("another-key", 'ein anderes „Geheimnis“ \\ " 鍵')


class StoreContract:
    """What every CredentialStore does."""

    @pytest.fixture
    def store(self) -> CredentialStore:
        raise NotImplementedError

    def test_a_profile_without_credentials_has_none(self, store: CredentialStore) -> None:
        assert store.get("work") is None

    def test_what_is_set_is_got(self, store: CredentialStore) -> None:
        store.set("work", CREDENTIALS)
        assert store.get("work") == CREDENTIALS

    def test_setting_again_replaces(self, store: CredentialStore) -> None:
        store.set("work", CREDENTIALS)
        store.set("work", OTHERS)
        assert store.get("work") == OTHERS

    def test_profiles_do_not_mix(self, store: CredentialStore) -> None:
        store.set("work", CREDENTIALS)
        store.set("Büro 北京 “2”", OTHERS)
        store.delete("work")
        assert store.get("work") is None
        assert store.get("Büro 北京 “2”") == OTHERS

    def test_it_says_that_it_is_usable_and_what_it_is(self, store: CredentialStore) -> None:
        store.ensure_usable()
        assert store.backend_name()
        assert store.get("sandbox") is None

    def test_deleting_what_is_not_there_is_fine(self, store: CredentialStore) -> None:
        store.delete("work")
        store.set("work", CREDENTIALS)
        store.delete("work")
        store.delete("work")
        assert store.get("work") is None


class TestSessionStore(StoreContract):
    @pytest.fixture
    def store(self) -> CredentialStore:
        return SessionStore()

    def test_another_session_knows_nothing(self, store: CredentialStore) -> None:
        store.set("work", CREDENTIALS)
        assert SessionStore().get("work") is None

    def test_it_does_not_print_what_it_keeps(self, store: CredentialStore) -> None:
        store.set("work", CREDENTIALS)
        assert SECRET not in repr(store) + repr(vars(store))


@pytest.mark.keyring
class TestKeyringStore(StoreContract):
    @pytest.fixture
    def service(self, secret_service: Service) -> SecretService:
        return secret_service("unlocked")

    @pytest.fixture
    def store(self, service: SecretService) -> Iterator[CredentialStore]:
        with ChildStore(service.environ) as store:
            yield store

    def test_the_next_process_finds_what_this_one_kept(self, service: SecretService) -> None:
        with ChildStore(service.environ) as store:
            store.set("work", CREDENTIALS)
        with ChildStore(service.environ) as store:
            assert store.get("work") == CREDENTIALS

    def test_one_entry_holds_both_under_service_dialer(self, service: SecretService) -> None:
        with ChildStore(service.environ) as store:
            store.set("work", CREDENTIALS)
        code = "import keyring; print(keyring.get_password('dialer', 'work'))"
        entry = subprocess.run(
            [sys.executable, "-c", code], env=service.environ, capture_output=True, check=True
        ).stdout
        assert json.loads(entry) == {"api_key": "the-api-key", "api_secret": SECRET}

    def test_no_file_holds_the_secret(self, service: SecretService) -> None:
        with ChildStore(service.environ) as store:
            store.set("work", CREDENTIALS)
        assert service.kept_files()
        assert SECRET.encode() not in service.kept_files()

    def test_it_is_usable_and_names_its_backend(self, service: SecretService) -> None:
        with ChildStore(service.environ) as store:
            store.ensure_usable()
            assert store.backend_name() == "keyring.backends.SecretService.Keyring"

    def test_an_entry_of_somebody_else_is_told_and_can_be_replaced(
        self, service: SecretService
    ) -> None:
        code = "import keyring; keyring.set_password('dialer', 'work', 'not json')"
        subprocess.run([sys.executable, "-c", code], env=service.environ, check=True)
        with ChildStore(service.environ) as store:
            with pytest.raises(KeyringTrouble, match="“work” was not written by Dialer"):
                store.get("work")
            store.set("work", CREDENTIALS)
            assert store.get("work") == CREDENTIALS


@pytest.mark.keyring
class TestKeyringThatCannotBeUsed:
    @pytest.mark.parametrize(
        ("mode", "kind", "advice"),
        [
            ("locked", TroubleKind.LOCKED, "Unlock it"),
            ("new", TroubleKind.DISMISSED, "desktop session"),
            ("none", TroubleKind.NONE, "gnome-keyring"),
        ],
    )
    def test_everything_says_why_and_what_to_do(
        self, secret_service: Service, mode: Mode, kind: TroubleKind, advice: str
    ) -> None:
        service = secret_service(mode)
        with ChildStore(service.environ) as store:
            for attempt in (
                store.ensure_usable,
                lambda: store.get("work"),
                lambda: store.set("work", CREDENTIALS),
                lambda: store.delete("work"),
            ):
                with pytest.raises(KeyringTrouble, match=advice) as caught:
                    attempt()
                assert caught.value.kind == kind
                assert SECRET not in str(caught.value)
        assert SECRET not in store.stderr
        assert SECRET.encode() not in service.kept_files()

    def test_a_keyring_that_starts_later_is_found(self, secret_service: Service) -> None:
        service = secret_service("none")
        with ChildStore(service.environ) as store:
            assert store.backend_name() == "keyring.backends.fail.Keyring"
            with pytest.raises(KeyringTrouble):
                store.ensure_usable()
            service.start_keyring()
            store.set("work", CREDENTIALS)
            assert store.get("work") == CREDENTIALS

    def test_a_keyring_that_dies_and_comes_back_is_used_again(
        self, secret_service: Service
    ) -> None:
        service = secret_service("unlocked")
        with ChildStore(service.environ) as store:
            store.set("work", CREDENTIALS)
            service.stop_keyring()
            with pytest.raises(KeyringTrouble) as caught:
                store.get("work")
            assert caught.value.kind == TroubleKind.NONE
            service.start_keyring()
            assert store.get("work") == CREDENTIALS

    def test_a_bus_that_dies_means_no_keyring(self, secret_service: Service) -> None:
        service = secret_service("unlocked")
        with ChildStore(service.environ) as store:
            store.ensure_usable()
            service.stop_keyring()
            service.stop_bus()
            with pytest.raises(KeyringTrouble) as caught:
                store.get("work")
            assert caught.value.kind == TroubleKind.NONE

    def test_one_that_hangs_is_waited_for_until_the_deadline(self, secret_service: Service) -> None:
        service = secret_service("unlocked")
        with ChildStore(service.environ, deadline=1.0) as store:
            store.warm_up()
            store.ensure_usable()
            service.freeze()
            begun = time.monotonic()
            with pytest.raises(KeyringTrouble, match="look for that") as caught:
                store.set("work", CREDENTIALS)
            assert 0.9 < time.monotonic() - begun < 5
            assert caught.value.kind == TroubleKind.NO_ANSWER

    def test_one_that_hangs_does_not_hold_up_the_end_of_the_program(
        self, secret_service: Service
    ) -> None:
        service = secret_service("unlocked")
        with ChildStore(service.environ, deadline=0.5) as store:
            store.warm_up()
            store.ensure_usable()
            service.freeze()
            with pytest.raises(KeyringTrouble):
                store.get("work")
            assert store.close(patience=5) == 0

    def test_what_was_told_as_not_stored_is_not_stored_after_all(
        self, secret_service: Service
    ) -> None:
        service = secret_service("unlocked")
        with ChildStore(service.environ, deadline=0.5) as store:
            store.warm_up()
            store.ensure_usable()
            service.freeze()
            with pytest.raises(KeyringTrouble):
                store.set("work", CREDENTIALS)
            service.thaw()
            store.settle()
            assert store.get("work") is None


@pytest.mark.keyring
class TestBackendsThatAreNotTrusted:
    @pytest.mark.parametrize(
        ("backend", "kind"),
        [
            ("doubles.keyring_in_plain_text.PlainTextKeyring", TroubleKind.PLAIN_TEXT),
            ("keyring.backends.null.Keyring", TroubleKind.NOT_KEPT),
            ("keyring.backends.fail.Keyring", TroubleKind.NONE),
            ("doubles.keyring_that_hangs.HangingKeyring", TroubleKind.NO_ANSWER),
            ("no.such.Backend", TroubleKind.FAILING),
        ],
    )
    def test_a_backend_named_in_the_environment_must_encrypt(
        self, secret_service: Service, backend: str, kind: TroubleKind, tmp_path: object
    ) -> None:
        file = f"{tmp_path}/plain.json"
        environ = {
            **secret_service("unlocked").environ,
            "PYTHON_KEYRING_BACKEND": backend,
            "PLAIN_TEXT_FILE": file,
        }
        with ChildStore(environ, deadline=2.0) as store:
            for _ in range(2):
                with pytest.raises(KeyringTrouble) as caught:
                    store.set("work", CREDENTIALS)
                assert caught.value.kind == kind
        with pytest.raises(FileNotFoundError):
            open(file)  # noqa: PTH123, SIM115

    def test_a_plain_text_backend_that_is_merely_installed_is_refused(
        self, secret_service: Service, tmp_path: object
    ) -> None:
        environ = {
            **secret_service("none").environ,
            "PLAIN_TEXT_FILE": f"{tmp_path}/plain.json",
        }
        with ChildStore(environ, imports="doubles.keyring_in_plain_text") as store:
            assert store.backend_name() == "doubles.keyring_in_plain_text.PlainTextKeyring"
            with pytest.raises(KeyringTrouble, match="PlainTextKeyring") as caught:
                store.ensure_usable()
        assert caught.value.kind == TroubleKind.PLAIN_TEXT

    def test_of_a_chain_only_the_member_that_encrypts_is_used(
        self, secret_service: Service, tmp_path: object
    ) -> None:
        service = secret_service("unlocked")
        file = f"{tmp_path}/plain.json"
        with open(file, "w") as plain:  # noqa: PTH123
            json.dump({"home": '{"api_key": "k", "api_secret": "read from a file"}'}, plain)
        environ = {**service.environ, "PLAIN_TEXT_FILE": file}
        with ChildStore(environ, imports="doubles.keyring_in_plain_text") as store:
            assert store.backend_name() == "keyring.backends.SecretService.Keyring"
            store.set("work", CREDENTIALS)
            assert store.get("work") == CREDENTIALS
            assert store.get("home") is None
        with open(file) as plain:  # noqa: PTH123
            assert SECRET not in plain.read()
        with ChildStore(service.environ) as store:
            assert store.get("work") == CREDENTIALS

    def test_a_chain_without_a_member_that_encrypts_is_refused(
        self, secret_service: Service, tmp_path: object
    ) -> None:
        environ = {
            **secret_service("none").environ,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.chainer.ChainerBackend",
            "PLAIN_TEXT_FILE": f"{tmp_path}/plain.json",
        }
        with (
            ChildStore(environ, imports="doubles.keyring_in_plain_text") as store,
            pytest.raises(KeyringTrouble) as caught,
        ):
            store.set("work", CREDENTIALS)
        assert caught.value.kind == TroubleKind.PLAIN_TEXT


class TestAKeyringThatMisbehaves:
    """In this process, with a class that poses as one that's trusted."""

    @pytest.fixture
    def pose(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        backend = pytest.importorskip("keyring.backend")

        def posing(**methods: object) -> None:
            given = {"get_password": lambda *_: None, "set_password": lambda *_: None, **methods}
            posed = {"__module__": "keyring.backends.SecretService", "__qualname__": "Keyring"}
            cls = type("Keyring", (backend.KeyringBackend,), {**posed, **given})
            monkeypatch.setattr("keyring.core._keyring_backend", cls())

        return posing

    def test_what_is_not_kept_is_noticed(self, pose: Callable[..., None]) -> None:
        pose()
        with pytest.raises(KeyringTrouble, match="did not keep") as caught:
            KeyringStore().set("work", CREDENTIALS)
        assert caught.value.kind == TroubleKind.NOT_KEPT

    def test_what_is_kept_differently_is_noticed(self, pose: Callable[..., None]) -> None:
        pose(get_password=lambda *_: '{"api_key": "the-api-key", "api_secret": "cut"}')
        with pytest.raises(KeyringTrouble) as caught:
            KeyringStore().set("work", CREDENTIALS)
        assert caught.value.kind == TroubleKind.NOT_KEPT

    @pytest.mark.parametrize(
        "error", [RuntimeError, UnicodeError, ConnectionResetError, SystemExit]
    )
    def test_an_error_that_quotes_the_secret_is_not_passed_on(
        self,
        pose: Callable[..., None],
        error: type[BaseException],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(self: object, service: str, username: str, password: str) -> None:
            raise error(f"cannot store {password}")

        pose(set_password=fail)
        caplog.set_level(logging.DEBUG)
        with pytest.raises(KeyringTrouble) as caught:
            KeyringStore().set("work", CREDENTIALS)
        found = caught.value
        assert found.kind == TroubleKind.FAILING
        assert error.__name__ in str(found)
        assert found.__cause__ is None
        assert found.__context__ is None
        with_locals = traceback.TracebackException.from_exception(found, capture_locals=True)
        told = "".join(with_locals.format()) + repr(found) + repr(found.args) + repr(found.sentence)
        assert SECRET not in told + caplog.text

    def test_an_error_number_is_passed_on(self, pose: Callable[..., None]) -> None:
        def fail(*_: object) -> None:
            raise OSError(-25293, "not passed on")

        pose(get_password=fail)
        with pytest.raises(KeyringTrouble, match=r"\(OSError -25293\)"):
            KeyringStore().get("work")

    @pytest.mark.parametrize(
        "entry",
        ["", "[]", "null", "{}", '{"api_key": 1, "api_secret": "s"}', "[" * 100_000, '"text"'],
    )
    def test_an_entry_that_is_not_ours_is_no_credentials(
        self, pose: Callable[..., None], entry: str
    ) -> None:
        pose(get_password=lambda *_: entry)
        with pytest.raises(KeyringTrouble) as caught:
            KeyringStore().get("work")
        assert caught.value.kind == TroubleKind.FAILING


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("kind", TroubleKind)
def test_every_trouble_has_a_sentence_on_every_system(kind: TroubleKind, platform: str) -> None:
    sentence = str(trouble(kind, "SomeClass", platform).sentence)
    assert sentence.endswith(".")
    assert "{" not in sentence


@pytest.mark.parametrize(
    ("outer", "inner", "kind"),
    [
        ("KeyringLocked", "KeychainDenied", TroubleKind.DISMISSED),
        ("InitError", "PromptDismissedException", TroubleKind.DISMISSED),
        ("KeyringLocked", "ValueError", TroubleKind.LOCKED),
        ("LockedException", "ValueError", TroubleKind.LOCKED),
        ("InitError", "SecretServiceNotAvailableException", TroubleKind.NONE),
        ("InitError", "ValueError", TroubleKind.FAILING),
    ],
)
def test_the_cause_of_an_error_tells_what_is_wrong(
    outer: str, inner: str, kind: TroubleKind
) -> None:
    error = type(outer, (Exception,), {})("one")
    error.__cause__ = type(inner, (Exception,), {})("two")
    assert trouble_of(error).kind == kind
