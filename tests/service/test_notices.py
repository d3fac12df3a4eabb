"""What hub.toml says of notices beside the inboxes; and the centre asks for nothing that it does not have."""

import os
from pathlib import Path

import pytest

from hub import following, registry, resources, settings
from hub.errors import BadConfiguration
from hub.settings import Settings
from tests import forked

MAIL = 'sender = "sambud@x.example"\nsmtp_host = "mail.x.example"\n'
SECRET = "s3cret-s3cret-s3cret"
HOOK = f'[notices.webhooks.ops]\nurl = "https://ops.example/hook?x=1"\nsecret = "{SECRET}"\n'


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours is in the environment but what a test puts there."""
    for name in [name for name in os.environ if name.upper().startswith("HUB_")]:
        monkeypatch.delenv(name)


def loaded(folder: Path, written: str) -> Settings:
    (folder / "hub.toml").write_text(f"[notices]\n{written}", encoding="utf-8")
    return settings.load(folder / "hub.toml")


def test_what_is_left_out_is_not_used(tmp_path: Path) -> None:
    found = loaded(tmp_path, "").notices
    assert (None, {}, None) == (found.smtp_host, found.webhooks, found.alertmanager)
    assert (587, "starttls", 10.0, 30.0) == (
        found.smtp_port,
        found.smtp_tls,
        found.gather_seconds,
        found.cool_down_minutes,
    )


def test_all_of_it_can_be_written(tmp_path: Path) -> None:
    more = 'alertmanager = "http://alerts:9093/"\nlink = "https://sambud.example/"\n'
    login = 'smtp_user = "sambud"\nsmtp_password = "p"\n'
    found = loaded(tmp_path, MAIL + login + more + HOOK).notices
    assert ("http://alerts:9093", "https://sambud.example") == (found.alertmanager, found.link)
    assert (SECRET, "https://ops.example/hook?x=1") == (found.webhooks["ops"].secret, found.webhooks["ops"].url)


def test_secrets_may_stand_in_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_NOTICES__SMTP_PASSWORD", "p")
    monkeypatch.setenv("HUB_NOTICES__WEBHOOKS__OPS__SECRET", SECRET)
    found = loaded(tmp_path, f'{MAIL}smtp_user = "u"\n[notices.webhooks.ops]\nurl = "https://ops.example/"').notices
    assert ("p", SECRET) == (found.smtp_password, found.webhooks["ops"].secret)
    monkeypatch.setenv("HUB_NOTICES__WEBHOOKS__OPS__SECRETS", "x")
    with pytest.raises(BadConfiguration, match="there is no such key"):
        loaded(tmp_path, HOOK)


WRONG = [
    ('smtp_host = "mail.x.example"', "notices", "needs a sender"),
    ('sender = "Sambud"', "notices.sender", "Sambud <sambud@legesenter.example>"),
    ('sender = "a@b.example\\r\\nBcc: c@d.example"', "notices.sender", "must be an address"),
    (f'{MAIL}smtp_user = "u"', "notices", "go together"),
    (f'{MAIL}smtp_user = "u"\nsmtp_password = "hidden"\nsmtp_tls = "none"', "notices", '"starttls" or "tls"'),
    (f'{MAIL}smtp_user = "u"\nsmtp_password = "hid\\nden"', "notices.smtp_password", "a line of letters"),
    ('smtp_tls = "ssl"', "notices.smtp_tls", "'starttls', 'tls' or 'none'"),
    ("smtp_port = 0", "notices.smtp_port", "greater than or equal to 1"),
    ("cool_down_minutes = -1", "notices.cool_down_minutes", "greater than or equal to 0"),
    ("gather_seconds = inf", "notices.gather_seconds", "less than or equal to 600"),
    ('link = "sambud.example"', "notices.link", "https://sambud.example"),
    ('link = "https://sambud.example/?a=b"', "notices.link", "without a question mark"),
    ('alertmanager = "https://u:hidden@alerts/"', "notices.alertmanager", "or a password"),
    (HOOK.replace("https", "http"), "notices.webhooks.ops.url", "http is for this machine alone"),
    (HOOK.replace(SECRET, "hidden"), "notices.webhooks.ops.secret", "at least 16"),
    (HOOK.replace(".ops", ".Ops"), "notices", "webhooks.Ops: a name must be small letters"),
    (HOOK.replace("secret", "secrets"), "notices.webhooks.ops.secret", "Field required"),
]


@pytest.mark.parametrize(("written", "key", "reason"), WRONG)
def test_what_is_wrong_is_told_and_no_secret_with_it(tmp_path: Path, written: str, key: str, reason: str) -> None:
    with pytest.raises(BadConfiguration) as refusal:
        loaded(tmp_path, written)
    assert (str(tmp_path / "hub.toml"), key, True) == (
        refusal.value.file,
        refusal.value.key,
        reason in refusal.value.reason,
    ), refusal.value.reason
    assert "hidden" not in str(refusal.value)


ASKED = [
    ('kind = "pht"\nmail = ["a@b.example"]', "centre.toml", "inbox[1].mail", "names no mail server"),
    ('kind = "pht"\nwebhook = ["x"]', "centre.toml", "inbox[1].webhook[0]", "no [notices.webhooks.x]; known: none"),
    ('kind = "pht"\nalertmanager = true', "centre.toml", "inbox[1].alertmanager", "names no alertmanager"),
]


@pytest.mark.parametrize(("written", "file", "key", "reason"), ASKED)
def test_a_way_that_hub_toml_does_not_have_is_refused(
    folder: Path, written: str, file: str, key: str, reason: str
) -> None:
    spoil(folder / "centre.toml", 'kind = "pht"', written)
    refusal = refused(folder)
    assert (str(folder / file), key, True) == (refusal.file, refusal.key, reason in refusal.reason)


def test_everything_that_hub_toml_does_not_have_is_told_at_once(folder: Path) -> None:
    spoil(folder / "centre.toml", 'kind = "pht"', 'kind = "pht"\nalertmanager = true')
    spoil(folder / "centre.toml", 'hpr = "990000101"', 'mail = "nora@b.example"')
    tell = 'minutes = 0, tell = ["coordinator"]'
    spoil(folder / "ladders.toml", tell, f'{tell}, through = ["alertmanager"]')
    refusal = refused(folder)
    assert ["person[0].mail", "ladder[1].steps[1].through[0]"] == [n.split(": ")[1] for n in refusal.__notes__]


def test_a_file_that_was_read_in_the_place_of_the_folders_is_named(folder: Path) -> None:
    given = folder / "given.toml"
    given.write_bytes((folder / "centre.toml").read_bytes())
    spoil(given, 'kind = "pht"', 'kind = "pht"\nalertmanager = true')
    instead = {"centre.toml": given}
    found = settings.load(settings.sample()).model_copy(update={"folder": folder})
    with pytest.raises(BadConfiguration) as refusal:
        following.order(registry.load(folder, instead), found, instead)
    assert (str(given), "inbox[1].alertmanager") == (refusal.value.file, refusal.value.key)


def test_check_config_and_directory_load_tell_it_too(folder: Path) -> None:
    spoil(folder / "centre.toml", 'kind = "pht"', 'kind = "pht"\nalertmanager = true')
    (folder / "hub.toml").write_text('folder = "."\n', encoding="utf-8")
    for words in (("check-config",), ("directory", "load", "--yes")):
        done = forked.run(*words, "--config", str(folder / "hub.toml"))
        assert (78, True) == (done.returncode, b"inbox[1].alertmanager" in done.stderr), done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample centre without most of its patients."""
    for path in resources.folder("sample").glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    patients = (resources.folder("sample") / "patients.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "patients.csv").write_text("".join(patients[:21]), encoding="utf-8")
    return tmp_path


def spoil(path: Path, old: str, new: str) -> None:
    written = path.read_text(encoding="utf-8")
    assert old in written
    path.write_text(written.replace(old, new, 1), encoding="utf-8")


def refused(folder: Path) -> BadConfiguration:
    found = settings.load(settings.sample()).model_copy(update={"folder": folder})
    with pytest.raises(BadConfiguration) as refusal:
        following.order(registry.load(folder), found)
    return refusal.value
