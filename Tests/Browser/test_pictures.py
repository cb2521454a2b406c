"""The pictures in README and guides are of the pages as they are today. `ISOLOIR_WRITE_PICTURES=1` makes them anew."""
import base64
import os
import re
import subprocess
import unicodedata

import pytest
from conftest import road
from small_png import small
from staff import team, voter as found
from test_console import browse, printer_key  # noqa: F401 (a fixture)

PICTURES = f"{road.ROOT}/Templates/help/pictures"
#: Of the words that a picture shows, so many stand on the page: who is shown, and when, changes, and a reader of pictures errs.
ALIKE = 0.7


def words(text):
    """Words of four letters and more, without the accents that a reader of pictures gets wrong."""
    bare = unicodedata.normalize("NFD", text.lower())
    return set(re.findall(r"[a-z]{4,}", "".join(letter for letter in bare if not unicodedata.combining(letter))))


def picture(someone, height):
    """What the window shows, from the top of the page."""
    someone.driver.execute_script("window.scrollTo(0, 0)")
    width = someone.driver.execute_script("return document.documentElement.clientWidth")
    shot = someone.driver.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}})
    return small(base64.b64decode(shot["data"]))


def compare(someone, name, height, *labels):
    """The kept picture shows this page; with the environment's word it is written first."""
    path = f"{PICTURES}/{name}.png"
    if os.environ.get("ISOLOIR_WRITE_PICTURES"):
        with open(path, "wb") as file:
            file.write(picture(someone, height))
    page = words(someone.driver.execute_script("return document.body.innerText"))
    done = subprocess.run(["tesseract", path, "-"], capture_output=True, text=True, timeout=120, check=True)
    shown = words(done.stdout)
    assert len(shown) >= 12, shown
    assert len(shown & page) >= ALIKE * len(shown), sorted(shown - page)
    for label in labels:
        assert words(label) <= page, label
        assert words(label) & shown, f"{name}.png does not show {label!r}: make it anew with ISOLOIR_WRITE_PICTURES=1"


def test_the_picture_of_a_voters_ballot(site, visitor):
    site.sample("cse-2026").open_poll().serve()
    [mail] = [address for address in site.mails(f"{site.folder}/mail") if address.startswith("elodie.martin")]
    someone = visitor(width=560)
    someone.sign_in(site.identifier(mail), mail, 1)
    someone.press("Voter")
    someone.mark("Liste « Agir au quotidien »")
    compare(someone, "voter", 917, "Revenir plus tard sans voter", "Vote blanc", "Trois étapes")


def test_the_pictures_of_the_console(site, visitor):
    site.sample("cse-2026").open_poll().serve()
    manager, bureau = team(site, "manager", "bureau")
    someone = browse(manager, visitor(width=1000)).open(f"/manager/voters/{found(manager, 'François Lambert')}")
    compare(someone, "manager", 1097, "Renvoyer un identifiant au contact connu", "Phrase de passe choisie", "Canaux")
    someone = browse(bureau, visitor(width=1000)).open("/manager/seal")
    compare(someone, "bureau", 1180, "Scellés et contrôles", "Empreinte du scellé", "Urnes publiées", "Détenteurs")
    someone = browse(manager, visitor(width=1000)).open("/manager/policy")
    compare(someone, "organiser", 900, "Niveau de sécurité", "Points de contrôle", "Réglage")
    someone = browse(manager, visitor(width=1000)).open("/manager/deliveries")
    compare(someone, "administrator", 900, "Envois", "Canal")
    someone = browse(bureau, visitor(width=1000)).open("/manager/journal")
    compare(someone, "auditor", 1300, "Journal", "Détails", "Application d’authentification")


def test_the_picture_of_the_printers_page(site, visitor, printer_key):  # noqa: F811
    _, armour = printer_key
    site.prepare([road.voter(number, **road.LETTER) for number in range(1, 5)]).serve()
    manager, bureau, printer = team(site, "manager", "bureau", "printer")
    manager.do("letters/specimen")
    [number] = [number for number, in site.sql("SELECT id FROM bureau_specimen")]
    assert bureau.do(f"letters/specimens/{number}/approve", confirmed="yes").status_code == 200
    assert printer.do("parcels/key", key=armour).status_code == 200
    assert manager.do("letters/print", printer="printer").status_code == 200
    road.wait_until(lambda: "Lot imprimé" in (manager.get("letters"), manager.text)[1], 30)
    someone = browse(printer, visitor(width=1000)).open("/manager/parcels")
    compare(someone, "printer", 900, "Fichiers à imprimer", "Empreinte de la clé", "Fichiers chiffrés", "Numéros à ne pas poster")


def test_a_picture_of_another_page_is_noticed(site, visitor):
    site.prepare([road.voter(1)]).serve()
    [manager] = team(site, "manager")
    with pytest.raises(AssertionError):
        compare(browse(manager, visitor(width=900)).open("/manager/reminders"), "voter", 917, "Relire mon choix")
