"""The store, its journal, its backups and its keys, by the command line."""
import os

import pytest
import sqlite3

from conftest import voter


def filled(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(20)])
    isoloir.run("identifiers", "issue")


def test_a_backup_is_sealed_restores_and_goes_on(isoloir):
    filled(isoloir)
    backup = f"{isoloir.folder}/backup.isoloir"
    isoloir.run("store", "backup", backup)
    with open(backup, "rb") as file:
        content = file.read()
    assert b"Martin" not in content and b"SQLite" not in content
    isoloir.run("store", "backup", backup, status=1)
    isoloir.run("store", "restore", backup, status=1)
    os.makedirs(f"{isoloir.folder}/new")
    isoloir.store = f"{isoloir.folder}/new/restored.sqlite"
    isoloir.run("store", "restore", backup)
    isoloir.run("store", "check")
    assert isoloir.states() == {"waiting": 20}
    assert isoloir.json("identifiers", "issue")["alreadyHad"] == 20
    assert sorted(os.listdir(f"{isoloir.folder}/new"))[0] == "restored.sqlite"


def test_a_damaged_backup_is_refused_and_leaves_nothing(isoloir):
    filled(isoloir)
    backup = f"{isoloir.folder}/backup.isoloir"
    isoloir.run("store", "backup", backup)
    with open(backup, "r+b") as file:
        file.seek(40_000)
        file.write(b"x")
    os.makedirs(f"{isoloir.folder}/new")
    isoloir.store = f"{isoloir.folder}/new/restored.sqlite"
    isoloir.run("store", "restore", backup, status=1)
    assert os.listdir(f"{isoloir.folder}/new") == []


def test_a_journal_changed_by_hand_stops_everything(isoloir):
    filled(isoloir)
    isoloir.run("journal", "verify")
    rules = isoloir.sql("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
    isoloir.sql("DROP TRIGGER journal_entry_keeps")
    isoloir.sql("UPDATE journal_entry SET details = '{}' WHERE number = 2")
    assert '"journal_entry_keeps" is missing' in isoloir.run("journal", "verify", status=1).stderr
    isoloir.sql(next(sql for (sql,) in rules if "journal_entry_keeps" in sql))
    refused = isoloir.run("journal", "verify", status=1)
    assert "broken at entry 2" in refused.stderr
    assert "entry 2" in isoloir.run("store", "check", status=1).stderr
    isoloir.sql("DROP TRIGGER journal_entry_stays")
    isoloir.sql("DELETE FROM journal_entry WHERE number = (SELECT max(number) FROM journal_entry)")
    isoloir.sql(next(sql for (sql,) in rules if "journal_entry_stays" in sql))
    refused = isoloir.run("roll", "list", status=1)
    assert "journal is broken" in refused.stderr


def test_a_wrong_link_is_found_by_the_full_check(isoloir):
    filled(isoloir)
    database = sqlite3.connect(isoloir.store)
    database.execute("UPDATE issuance_identifier SET voter = 999 WHERE id = 1")
    database.commit()
    database.close()
    assert "points to a row that does not exist" in isoloir.run("store", "check", status=1).stderr


def test_stores_that_are_none_get_their_own_words(isoloir):
    assert "no store" in isoloir.run("roll", "list", status=1).stderr
    with open(isoloir.store, "w") as file:
        file.write("x" * 5000)
    assert "not an Isoloir store" in isoloir.run("roll", "list", status=1).stderr


def test_a_lost_key_comes_back_with_two_members(isoloir):
    filled(isoloir)
    for name in ("anne", "bruno"):
        isoloir.run("key", "member", "--name", name, "--to", f"{isoloir.folder}/{name}")
    isoloir.run("key", "escrow", "--to", f"{isoloir.folder}/e.escrow", "--member", f"{isoloir.folder}/anne.pub",
                "--member", f"{isoloir.folder}/bruno.pub")
    os.unlink(f"{isoloir.keys}/cse-2026.key")
    assert "key restore" in isoloir.run("identifiers", "issue", status=1).stderr
    isoloir.run("key", "restore", f"{isoloir.folder}/e.escrow", "--member", f"{isoloir.folder}/anne.key", status=1)
    isoloir.run("key", "restore", f"{isoloir.folder}/e.escrow", "--member", f"{isoloir.folder}/anne.key",
                "--member", f"{isoloir.folder}/bruno.key")
    isoloir.run("roll", "export", "--to", f"{isoloir.folder}/out.csv")


def test_wrong_usage_exits_with_2_and_helps(isoloir):
    for words in (["frobnicate"], ["roll"], ["roll", "import"], ["roll", "import", "x", "--frob"], ["identifiers", "issue", "--by", "fax"]):
        assert isoloir.run(*words, status=2).stderr
    assert "--dry-run" in isoloir.run("roll", "import", "--help").stdout


def test_keys_beside_the_store_are_refused(isoloir):
    isoloir.keys = f"{isoloir.folder}/store/keys"
    import subprocess
    from conftest import SAMPLE
    refused = isoloir.run("election", "create", SAMPLE, status=1)
    assert "lies in the store's folder" in refused.stderr


def test_two_commands_at_once_share_the_store(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(2000)])
    processes = [isoloir.start("identifiers", "issue") for _ in range(3)]
    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()
    assert isoloir.sql("SELECT count(*), count(DISTINCT voter) FROM issuance_identifier") == [(2000, 2000)]
    assert isoloir.states() == {"waiting": 2000}


def test_a_restore_never_meets_the_leftovers_of_another_store(isoloir):
    filled(isoloir)
    backup = f"{isoloir.folder}/backup.isoloir"
    isoloir.run("store", "backup", backup)
    os.rename(isoloir.store, isoloir.store + ".old")
    with open(isoloir.store + "-wal", "wb") as file:
        file.write(b"changes of the store that was moved away")
    assert "move it along" in isoloir.run("store", "restore", backup, status=1).stderr
    os.unlink(isoloir.store + "-wal")
    isoloir.run("store", "restore", backup)
    assert isoloir.states() == {"waiting": 20}


def test_a_command_leaves_one_whole_file(isoloir):
    filled(isoloir)
    assert not [name for name in os.listdir(os.path.dirname(isoloir.store)) if name.endswith(("-wal", "-shm"))]


def test_backups_keys_and_settings_are_journalled(isoloir):
    filled(isoloir)
    isoloir.run("store", "backup", f"{isoloir.folder}/backup.isoloir")
    isoloir.run("letters", "specimen", "--to", f"{isoloir.folder}/s.pdf")
    isoloir.settings(f"mail:\n  folder: {isoloir.folder}/mail\n")
    isoloir.run("outbox", "send")
    isoloir.run("outbox", "send")
    journal = isoloir.run("journal", "export").stdout
    for action, count in {"store.backup": 1, "letters.specimen": 1, "settings.change": 2}.items():
        assert journal.count(f'"action":"{action}"') == count
    assert '"time":"20' in journal


def test_a_reader_that_goes_away_is_no_error(isoloir):
    isoloir.election()
    isoloir.roll([voter(number) for number in range(3000)])
    process = isoloir.start("roll", "list")
    process.stdout.close()
    assert process.wait(60) == 0 and process.stderr.read() == ""
    with open("/dev/full", "w") as full:
        import subprocess
        done = subprocess.run(isoloir.command("roll", "list"), stdout=full, stderr=subprocess.PIPE, text=True, cwd=isoloir.folder)
    assert done.returncode == 1 and "could not be written" in done.stderr


def test_faulty_settings_are_said_one_by_one(isoloir):
    isoloir.election()
    isoloir.settings("mail:\n  host: a\n  host: b\n  prot: 25\nsms:\n  url: http://sms.example.org\n  sender: V\n  provider: kannel\n  user: u\n")
    refused = isoloir.run("outbox", "send", status=1).stderr
    assert 'the key "host" stands twice, first on line 3' in refused and 'unknown key "prot"' in refused
    assert "must be https" in refused and 'needs the key "passwordFile"' in refused
    assert 'unknown key "provider"' not in refused and 'unknown key "user"' not in refused


def test_a_contact_that_does_not_open_is_named(isoloir):
    """What the log says of a word that cannot be queued sends people here; everybody's contacts are looked at, whoever voted."""
    filled(isoloir)
    assert "in order" in isoloir.run("store", "check").stdout
    isoloir.sql("UPDATE roll_voter SET mail = zeroblob(60) WHERE reference IN ('V3', 'V7')")
    said = isoloir.run("store", "check", status=1).stderr
    assert "the contacts of 2 voters do not open with its key: V3, V7" in said and "roll correct" in said
    os.unlink(f"{isoloir.keys}/cse-2026.key")
    said = isoloir.run("store", "check").stderr
    assert "were not opened" in said and "V3" not in said


def test_a_store_without_its_rules_is_not_served(isoloir):
    filled(isoloir)
    isoloir.sql("DROP INDEX issuance_identifier_one")
    assert '"issuance_identifier_one" is missing' in isoloir.run("identifiers", "issue", status=1).stderr
    assert '"issuance_identifier_one" is missing' in isoloir.run("store", "check", status=1).stderr
    isoloir.sql("CREATE UNIQUE INDEX issuance_identifier_one ON issuance_identifier (voter, state)")
    assert "was changed" in isoloir.run("identifiers", "issue", status=1).stderr


@pytest.mark.parametrize("name", ["sqliteXevil", "polling_slot", "anything"])
def test_a_store_with_a_rule_of_somebody_else_is_not_served(isoloir, name):
    """A trigger may bear a table's name, or one that looks like SQLite's own."""
    filled(isoloir)
    isoloir.sql(f"CREATE TRIGGER {name} AFTER UPDATE ON polling_slot BEGIN SELECT 1; END")
    for words in (("identifiers", "issue"), ("store", "check")):
        assert f'the trigger "{name}", which Isoloir did not make' in isoloir.run(*words, status=1).stderr


def test_a_dead_backup_leaves_nothing_in_clear_for_long(isoloir):
    filled(isoloir)
    with open(isoloir.store + "-copy", "wb") as file:
        file.write(b"what a backup that was killed left behind")
    isoloir.run("store", "backup", f"{isoloir.folder}/backup.isoloir")
    assert not os.path.exists(isoloir.store + "-copy")
