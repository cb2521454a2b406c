"""What the page ticks while a secret is typed is what the server says of it: browser and server count alike."""
import unicodedata

from conftest import Client, code_in, road
from selenium.webdriver.common.by import By
from test_attacks import unknown_identifier
from test_kiosk import lent
from test_moment_hands import opened

voter = road.voter
MAIL = "contact.et1@etablissements.example.org"

#: The beginning of what the server says of each rule that is not met.
FAULTS = {"length": ("12 caractères",), "lower": ("minuscule",), "upper": ("majuscule",), "digit": ("chiffre",), "special": ("spécial",)}

SECRETS = [
    "Girafe-bleue7", "girafe-bleue7", "Girafe-bl👩‍💻7", "Girafe-x👩‍💻", "Girafe-bleé7", "Gira-ééé7x", "Girafe-xq\u03037", "Girafe-xxq\u03037",
    "  Girafe \u2003 \u00a0bl7 ", "Girafe\u0085-blee7", "\ufeffGirafe-ble7", "کعلمGirafe7xx", "１irafexbleuEX", "½irafexbleuEX", "straße-ßßßß7",
    "GIRAFE-BLEU7ª", "Gi-7", "🦒" * 11, "🦒" * 12, "Girafe l\u2019eau7", "Gi-7" * 17,
]


def test_the_ticks_say_what_the_server_says(site, visitor):
    site.sample("renouvellement").serve()
    someone = visitor(width=390)
    someone.open("/renew").fill("identifier", MAIL).press("Envoyer le code de vérification")
    someone.fill("code", code_in(site.wait_text(MAIL, 2))).press("Vérifier le code").press("Continuer")
    for secret in SECRETS:
        # As it would be typed or pasted; the second field holds what the server would take for the same.
        someone.driver.execute_script("""for (const [id, text] of Object.entries(arguments[0])) {
            const field = document.getElementById(id);
            field.value = text;
            field.dispatchEvent(new Event("input"));
        }""", {"secret": secret, "again": unicodedata.normalize("NFD", secret).replace("\u2019", "'") + " "})
        ticks = {each.get_attribute("data-rule"): "met" in each.get_attribute("class").split()
                 for each in someone.driver.find_elements(By.CSS_SELECTOR, ".rules li")}
        assert ticks["same"], secret
        # Nothing of it is taken: the two fields differ.
        someone.driver.execute_script("document.getElementById('again').value += 'x'")
        someone.press("Continuer")
        said = someone.driver.find_element(By.ID, "error").text
        for rule, words in FAULTS.items():
            isFaulty = any(word in said for word in words) or (rule == "length" and "64 caractères" in said)
            assert ticks[rule] != isFaulty, (secret, rule, ticks, said)


def test_a_changed_secret_is_kept_under_the_right_name(site, visitor):
    """Password managers find the identifier in a field that nobody sees; at a device that many share there is none."""
    opened(site)
    for someone in (visitor(width=390), lent(site, visitor)):
        someone.sign_in(site.identifier("v1@example.org"), "v1@example.org", len(site.texts("v1@example.org")), first=not someone.driver.get_cookie("kiosk"))
        someone.open("/space/secret")
        fields = someone.driver.find_elements(By.CSS_SELECTOR, "[autocomplete=username]")
        if someone.driver.get_cookie("kiosk"):
            assert fields == [] and site.identifier("v1@example.org") not in someone.driver.page_source
            continue
        assert [each.get_attribute("value") for each in fields] == [site.identifier("v1@example.org")]
        assert fields[0].size == {"width": 1, "height": 1} and fields[0].get_attribute("aria-hidden") == "true"
        # Its request is removed after two hours, the session lasts longer: then nothing wrong stands there.
        site.sql("DELETE FROM access_request")
        someone.open("/space/secret")
        assert someone.driver.find_elements(By.CSS_SELECTOR, "[autocomplete=username]") == []
        someone.press("Se déconnecter")


def test_two_presses_begin_one_sign_in(site):
    """Without a script the first page can be sent twice before its answer has come: a browser that drops the first answer drops its
    cookie too."""
    site.prepare([voter(1), voter(2)]).serve()
    for identifier, contact in ((site.identifier("v1@example.org"), "v1@example.org"), (unknown_identifier(1), None)):
        client = Client(site)
        client.get("/")
        answers, before = [], site.delivered()
        for _ in range(2):
            client.session.cookies.pop("pending", None)
            answer = client.post("/", identifier=identifier)
            answers.append((answer.status_code, answer.headers["Location"], client.session.cookies.get("pending")))
        assert answers[0] == answers[1] and answers[0][:2] == (303, "/code")
        assert len(site.sql("SELECT DISTINCT token FROM access_request")) == (1 if contact else 2)
        if contact:
            assert client.code(client.sent_code(contact)).headers["Location"] == "/passphrase"
            assert len([text for text in site.texts(contact, beside=before)]) == 1
    # Another browser with the same identifier is another sign-in, and so is another one later in the same.
    client, other = Client(site), Client(site)
    for each in (client, other):
        each.get("/")
        each.post("/", identifier=site.identifier("v2@example.org"))
    assert client.session.cookies["pending"] != other.session.cookies["pending"]
    first = client.session.cookies["pending"]
    site.sql("UPDATE access_request SET created_at = created_at - 10")
    client.post("/", identifier=site.identifier("v2@example.org"))
    assert client.session.cookies["pending"] != first
