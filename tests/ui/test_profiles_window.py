"""The window of the profiles: adding, editing, removing and checking them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from dialer.calls.credentials import Credentials
from dialer.sandbox.server import SandboxServer
from dialer.settings.profile import DEFAULT_BASE_URL, Profile
from dialer.settings.profiles import Profiles
from dialer.ui.account_choice import AccountChoice
from doubles.watched_store import CREDENTIALS, KEY, SECRET
from ui.operating import words_in
from ui.profile_clerk import Clerk

# What the offscreen platform says of windows with a smallest size, and of lists that drop down.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ENTER = Qt.Key.Key_Return

# Adding


def test_the_first_profile_is_added_with_its_credentials(clerk: Clerk) -> None:
    clerk.open()
    assert QApplication.focusWidget() is clerk.field("name")
    assert clerk.field("base_url").text() == DEFAULT_BASE_URL
    clerk.write(name="work", api_key=KEY, api_secret=SECRET, account="test_001")
    clerk.write(display_number="+44 20 7946 0018", application_id="4luaKsL2")
    clerk.click("Save")
    assert clerk.message.startswith("Saved.")
    saved = clerk.file.load()
    assert saved.default == Profile(
        "work", account="test_001", display_number="442079460018", app_id="4luaKsL2"
    )
    assert clerk.store.get("work") == CREDENTIALS
    assert clerk.changed == [(saved, "work")]
    assert clerk.names == ["work (default)"]


def test_enter_saves(clerk: Clerk) -> None:
    clerk.open()
    clerk.write(name="work", api_key=KEY, api_secret=SECRET)
    QTest.keyClick(clerk.field("api_secret"), ENTER)
    clerk.wait()
    assert clerk.message.startswith("Saved.")


def test_another_profile_is_added_and_the_default_stays(with_profiles: Clerk) -> None:
    with_profiles.click("New profile")
    assert with_profiles.field("name").text() == ""
    assert not with_profiles.field("name").isReadOnly()
    with_profiles.write(name="third", api_key=KEY, api_secret=SECRET)
    with_profiles.click("Save")
    assert with_profiles.names == ["work (default)", "home", "third"]


@pytest.mark.parametrize("name", ["work", "WORK", " work "])
def test_an_existing_name_is_refused(with_profiles: Clerk, name: str) -> None:
    before = with_profiles.file.load()
    with_profiles.click("New profile")
    with_profiles.write(name=name, api_key="another-key", api_secret="another-secret")
    with_profiles.click("Save")
    assert with_profiles.message.startswith("Not saved.")
    assert "work" in with_profiles.message
    assert with_profiles.field("name").property("wrong")
    assert with_profiles.file.load() == before
    assert with_profiles.store.get("work") == CREDENTIALS
    assert with_profiles.changed == []


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"name": ""}, "name", "The profile needs a name."),
        ({"name": "sandbox"}, "name", "Choose another name."),
        ({"base_url": "http://provider.example"}, "base_url", "https"),
        ({"api_key": ""}, "api_key", "The API key is empty."),
        ({"api_key": "two words"}, "api_key", "Copy it again"),
        ({"api_secret": ""}, "api_secret", "The API secret is empty."),
        ({"display_number": "12"}, "display_number", "2 digits: 7 to 15 are needed."),
        ({"timeout_in_seconds": "0"}, "timeout_in_seconds", "from 1 to 120"),
        ({"timeout_in_seconds": "soon"}, "timeout_in_seconds", "from 1 to 120"),
        ({"warn_below": "5,00"}, "warn_below", "such as 5.00"),
    ],
)
def test_what_is_wrong_is_marked_and_told_and_nothing_saved(
    clerk: Clerk, wrong: dict[str, str], field: str, says: str
) -> None:
    clerk.open()
    clerk.write(**{"name": "work", "api_key": KEY, "api_secret": SECRET, **wrong})
    clerk.click("Save")
    assert clerk.message.startswith("Not saved.")
    assert says in clerk.message
    assert clerk.field(field).property("wrong")
    assert QApplication.focusWidget() is clerk.field(field)
    assert clerk.file.load() == Profiles()
    assert clerk.store.get("work") is None


# Editing


def test_editing_keeps_credentials_that_were_not_typed(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    assert with_profiles.field("name").isReadOnly()
    assert with_profiles.field("api_key").text() == with_profiles.field("api_secret").text() == ""
    with_profiles.write(account="test_002", timeout_in_seconds="7,5")
    with_profiles.click("Save")
    changed = with_profiles.file.load().named("home")
    assert changed == Profile("home", account="test_002", timeout=7.5)
    assert with_profiles.store.get("home") == CREDENTIALS


def test_new_credentials_take_the_place_of_the_old_ones(with_profiles: Clerk) -> None:
    assert with_profiles.keeper.get("work", wait=5.0) == CREDENTIALS
    with_profiles.choose("work")
    with_profiles.write(api_key="another-key", api_secret="another-secret")
    with_profiles.click("Save")
    fresh = Credentials("another-key", "another-secret")
    assert with_profiles.store.get("work") == fresh
    assert with_profiles.keeper.get("work", wait=5.0) == fresh


def test_half_of_the_credentials_is_refused(with_profiles: Clerk) -> None:
    with_profiles.choose("work")
    with_profiles.write(api_key="another-key")
    with_profiles.click("Save")
    assert with_profiles.message.startswith("Not saved. The API secret is empty.")
    assert with_profiles.store.get("work") == CREDENTIALS


def test_a_country_is_chosen_from_a_list(with_profiles: Clerk) -> None:
    with_profiles.choose("work")
    (country,) = with_profiles.window.findChildren(QComboBox)
    assert country.accessibleName() == "Default country"
    country.setFocus()
    QTest.keyClicks(country, "Germ")
    with_profiles.click("Save")
    saved = with_profiles.file.load().named("work")
    assert saved
    assert saved.default_country == "DE"
    with_profiles.choose("home")
    assert country.currentData() == ""
    with_profiles.choose("work")
    assert country.currentData() == "DE"


def test_another_profile_becomes_the_default(with_profiles: Clerk) -> None:
    assert not with_profiles.button("Make default").isEnabled()
    with_profiles.choose("home")
    with_profiles.click("Make default")
    assert with_profiles.file.load().default_name == "home"
    assert with_profiles.names == ["work", "home (default)"]
    assert with_profiles.changed[-1][1] == ""


def test_the_limit_of_the_balance_is_set_and_taken_away(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    with_profiles.write(warn_below="12.50")
    with_profiles.click("Save")
    assert with_profiles.file.load().named("home") == Profile(
        "home", account="test_001", low_balance="12.50"
    )
    with_profiles.choose("work")
    assert with_profiles.field("warn_below").text() == ""
    with_profiles.choose("home")
    assert with_profiles.field("warn_below").text() == "12.50"
    with_profiles.write(warn_below=" ")
    with_profiles.click("Save")
    assert with_profiles.file.load().named("home") == Profile("home", account="test_001")


# Removing


def test_removing_asks_first(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    with_profiles.click("Remove")
    assert with_profiles.message.startswith("Remove home?")
    assert len(with_profiles.file.load().all) == 2
    for words in ("Keep it", "Remove it"):
        assert not with_profiles.button(words).isDefault()
        assert not with_profiles.button(words).hasFocus()
    with_profiles.click("Keep it")
    assert with_profiles.message == ""
    assert len(with_profiles.file.load().all) == 2
    assert with_profiles.store.get("home") == CREDENTIALS


def test_a_removed_profile_takes_its_credentials_with_it(with_profiles: Clerk) -> None:
    with_profiles.choose("home")
    with_profiles.click("Remove")
    with_profiles.click("Remove it")
    assert [profile.name for profile in with_profiles.file.load().all] == ["work"]
    assert with_profiles.store.get("home") is None
    assert with_profiles.names == ["work (default)"]


def test_with_the_last_profile_removed_a_new_one_can_be_added(clerk: Clerk) -> None:
    clerk.file.add(Profile("work"))
    clerk.open()
    clerk.click("Remove")
    clerk.click("Remove it")
    assert clerk.names == []
    assert clerk.field("name").text() == ""
    assert not clerk.field("name").isReadOnly()
    assert not clerk.button("Remove").isEnabled()
    assert clerk.changed == [(Profiles(), "")]


# Checking


def test_check_asks_the_provider_with_what_was_typed(
    clerk: Clerk, provider_sandbox: SandboxServer
) -> None:
    clerk.open()
    clerk.write(name="work", base_url=provider_sandbox.url, api_key=KEY, api_secret=SECRET)
    clerk.click("Check")
    assert clerk.message.startswith("It works. The profile works. Balance: ")
    assert clerk.file.load() == Profiles()
    assert clerk.store.get("work") is None


def test_check_asks_with_the_credentials_that_are_kept(
    clerk: Clerk, provider_sandbox: SandboxServer
) -> None:
    clerk.file.add(Profile("work", base_url=provider_sandbox.url))
    clerk.store.set("work", CREDENTIALS)
    clerk.open()
    clerk.click("Check")
    assert clerk.message.startswith("It works.")
    assert clerk.checked == [(Profile("work", base_url=provider_sandbox.url), CREDENTIALS)]


def test_check_tells_of_wrong_credentials(clerk: Clerk, provider_sandbox: SandboxServer) -> None:
    clerk.open()
    clerk.write(name="work", base_url=provider_sandbox.url, api_key=KEY, api_secret="wrong")
    clerk.click("Check")
    assert clerk.message.startswith("It does not work.")
    assert "did not accept the credentials" in clerk.message


def test_check_tells_of_a_provider_that_is_not_there(
    clerk: Clerk, provider_sandbox: SandboxServer
) -> None:
    url = provider_sandbox.url
    provider_sandbox.close()
    clerk.open()
    clerk.write(name="work", base_url=url, api_key=KEY, api_secret=SECRET)
    clerk.click("Check")
    assert clerk.message.startswith("It does not work. The provider's server refused")


def test_check_without_credentials_says_where_to_enter_them(clerk: Clerk) -> None:
    clerk.file.add(Profile("work"))
    clerk.open()
    clerk.click("Check")
    assert "has no API key and secret yet" in clerk.message
    assert clerk.checked == []


# Fetching accounts

FETCH = "Fetch from provider…"


def choice_of(clerk: Clerk) -> AccountChoice:
    (choice,) = (each for each in clerk.window.findChildren(AccountChoice) if each.isVisible())
    return choice


def words_of(clerk: Clerk) -> str:
    return " ".join(words_in(choice_of(clerk)))


def test_an_account_is_fetched_with_what_was_typed_and_nothing_saved(
    clerk: Clerk, provider_sandbox: SandboxServer
) -> None:
    clerk.open()
    clerk.write(base_url=provider_sandbox.url, api_key=KEY, api_secret=SECRET)
    clerk.write(application_id="4luaKsL2", display_number="12")
    clerk.answer_fetch.clear()
    clerk.click(FETCH)
    clerk.until(lambda: clerk.fetched)
    assert clerk.fetched[0][1] == CREDENTIALS
    assert words_of(clerk).startswith("Fetching…")
    clerk.answer_fetch.set()
    clerk.until(lambda: "132 accounts" in words_of(clerk))
    QTest.keyClicks(choice_of(clerk).search, "desk 44 support 041")
    QTest.keyClick(choice_of(clerk).search, ENTER)
    assert clerk.field("account").text() == "desk_041"
    assert clerk.field("display_number").text() == "442079460041"
    assert clerk.file.load() == Profiles()
    clerk.write(name="work")
    clerk.click("Save")
    assert clerk.file.load().default == Profile(
        "work",
        base_url=provider_sandbox.url,
        app_id="4luaKsL2",
        account="desk_041",
        display_number="442079460041",
    )


def test_an_account_is_fetched_with_the_credentials_that_are_kept(
    clerk: Clerk, provider_sandbox: SandboxServer
) -> None:
    clerk.file.add(Profile("work", base_url=provider_sandbox.url, app_id="4luaKsL2"))
    clerk.store.set("work", CREDENTIALS)
    clerk.open()
    clerk.click(FETCH)
    clerk.until(lambda: "132 accounts" in words_of(clerk))
    assert clerk.fetched[0][1] == CREDENTIALS
    QTest.keyClick(choice_of(clerk).search, Qt.Key.Key_Escape)
    assert clerk.field("account").text() == ""
    QTest.keyClicks(clerk.field("account"), "test ph")
    popup = QApplication.activePopupWidget()
    assert popup is not None
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, ENTER)
    assert clerk.field("account").text() == "test_001"
    assert clerk.field("display_number").text() == "1008122211"


def test_a_fetch_that_was_cancelled_shows_nothing_more(
    clerk: Clerk, provider_sandbox: SandboxServer
) -> None:
    clerk.open()
    clerk.write(base_url=provider_sandbox.url, api_key=KEY, api_secret=SECRET)
    clerk.write(application_id="4luaKsL2")
    clerk.answer_fetch.clear()
    clerk.click(FETCH)
    clerk.until(lambda: clerk.fetched)
    QTest.keyClick(choice_of(clerk), Qt.Key.Key_Escape)
    assert clerk.window.isVisible()
    clerk.click(FETCH)
    clerk.until(lambda: len(clerk.fetched) == 2)
    clerk.answer_fetch.set()
    clerk.until(lambda: "132 accounts" in words_of(clerk))
    assert len(clerk.window.findChildren(AccountChoice)) == 1


def test_wrong_credentials_are_told_where_the_list_would_be(
    clerk: Clerk, provider_sandbox: SandboxServer
) -> None:
    clerk.open()
    clerk.write(base_url=provider_sandbox.url, api_key=KEY, api_secret="wrong")
    clerk.write(application_id="4luaKsL2")
    clerk.click(FETCH)
    clerk.until(lambda: "did not accept the credentials" in words_of(clerk))
    assert "(-1 " in words_of(clerk)


def test_without_credentials_nobody_is_asked_for_accounts(clerk: Clerk) -> None:
    clerk.open()
    clerk.click(FETCH)
    assert clerk.message.startswith("Not fetched. The API key is empty.")
    assert clerk.field("api_key").property("wrong")
    clerk.file.add(Profile("work"))
    clerk.close()
    clerk.open()
    clerk.click(FETCH)
    clerk.until(lambda: "has no API key and secret yet" in words_of(clerk))
    assert clerk.fetched == []
