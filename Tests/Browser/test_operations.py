"""What the command line does for a voter is what the console does: the same words, counters and journal."""
from conftest import road
from staff import team

voter = road.voter
MAIL = "v1@example.org"
ACCEPTED = "    smallGroupAccepted: PV du bureau du 3 novembre\n"
SMALL = [(f"    colleges: [{college}]\n", f"    colleges: [{college}]\n{ACCEPTED}") for college in ("ouvriers", "cadres")]


def actions(site):
    return [action for action, in site.sql("SELECT action FROM journal_entry ORDER BY number")]


def test_a_reset_on_the_command_line_warns_the_voter_and_clears_what_slowed_them(site, client):
    site.prepare([voter(1)]).serve()
    identifier = site.identifier(MAIL)
    assert client().sign_in(identifier, MAIL, 2, first=True).headers["Location"].startswith("/space")
    for _ in range(3):
        guesser = client()
        guesser.identify(identifier)
        guesser.code("000000")
    road.wait_until(lambda: len(site.texts(MAIL)) == 4)
    site.run("passphrase", "reset", "V1", "--reason", "called back")
    road.wait_until(lambda: any("phrase de passe" in text.split("\n")[0].lower() for text in site.texts(MAIL)), 20)
    # The next request has a message of its own, though three had been sent.
    owner = client()
    owner.identify(identifier)
    assert owner.code(owner.sent_code(MAIL)).headers["Location"] == "/passphrase"


def test_a_correction_on_the_command_line_tells_the_old_contact_and_keeps_to_the_seal(site):
    site.prepare([voter(1), voter(2), voter(3, college="cadres")], *SMALL).serve()
    site.wait_text(MAIL, 1)
    site.run("roll", "correct", "V1", "--column", "email", "--value", "new@example.net", "--reason", "called back")
    assert "coordonnées ont changé" in site.wait_text(MAIL, 2)
    site.run("roll", "correct", "V2", "--column", "last_name", "--value", "Nouveau", "--reason", "typo")
    site.open_poll()
    refused = site.run("roll", "correct", "V2", "--column", "last_name", "--value", "Autre", "--reason", "typo", status=1)
    assert "poll is sealed" in refused.stderr
    assert site.sql("SELECT last_name FROM roll_voter WHERE reference = 'V2'") == [("Nouveau",)]
    site.run("roll", "correct", "V2", "--column", "language", "--value", "en", "--reason", "asked")


def test_a_reissue_on_the_command_line_raises_the_alerts_of_the_console(site):
    site.prepare([voter(1), voter(2)])
    odd = site.run("identifiers", "reissue", "V1", "--by", "email", "--to", "v2@example.org", "--reason", "called back")
    assert "a member of the bureau would have had to agree" in odd.stderr
    assert [kind for kind, in site.sql("SELECT kind FROM bureau_alert")] == ["contactShared"]
    site.sql("DELETE FROM bureau_alert")
    odd = site.run("roll", "correct", "V1", "--column", "email", "--value", "v2@example.org", "--reason", "called back")
    assert "a member of the bureau would have had to agree" in odd.stderr and "corrected" in odd.stdout
    assert [kind for kind, in site.sql("SELECT kind FROM bureau_alert")] == ["contactShared"]
    usual = site.run("identifiers", "reissue", "V2", "--by", "email", "--reason", "called back")
    assert "member of the bureau" not in usual.stderr and "identifier.reissue" in actions(site)
    assert "no voter" in site.run("identifiers", "reissue", "V9", "--by", "email", "--reason", "x", status=1).stderr


def test_a_retry_has_one_name_in_the_journal(site):
    site.prepare([voter(1)]).serve()
    [manager] = team(site, "manager")
    site.sql("UPDATE outbox_message SET state = 'failed' WHERE kind = 'code'")
    site.run("outbox", "retry")
    manager.do("deliveries/retry", what="failed")
    named = [action for action in actions(site) if action.endswith(".retry") and not action.startswith("console.")]
    assert named == ["delivery.retry"] * 2, named
