"""The journal at the console: read in words, looked through by what was done and by voter."""
import json

import pytest
from conftest import road
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait
from staff import team
from test_console import browse

voter = road.voter


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_journal_is_read_in_words_and_by_voter(site, visitor, language):
    site.prepare([voter(1), voter(2)]).serve()
    manager, bureau = team(site, "manager", "bureau", language=language)
    one, two = (number for number, in site.sql("SELECT id FROM roll_voter ORDER BY reference"))
    manager.get(f"voters/{one}")
    manager.do(f"voters/{one}/reissue", channel="email", reason="lettre perdue", check="callBack")
    bureau.get(f"voters/{two}")
    assert ("Ce que le journal dit de cet électeur" if language == "fr" else "What the journal says of this voter") in bureau.text
    words = {"fr": ("motif", "lettre perdue", "Entrées sur l'électeur"), "en": ("reason", "lettre perdue", "Entries about voter")}[language]
    bureau.get(f"journal?voter={one}")
    assert all(word in bureau.text for word in words), bureau.text
    assert '{"' not in bureau.text
    # Of the other voter nothing of it is shown; pages of the filter keep it.
    bureau.get(f"journal?voter={two}")
    assert "lettre perdue" not in bureau.text
    someone = browse(bureau, visitor(width=390, language=language)).open(f"/manager/journal?voter={one}").shot("journal-390")
    chosen = Select(someone.driver.find_element(By.ID, "action"))
    assert len(chosen.options) > 100 and chosen.first_selected_option.get_attribute("value") == ""
    chosen.select_by_value("identifier.reissue")
    someone.driver.find_element(By.CSS_SELECTOR, "main form button").click()
    WebDriverWait(someone.driver, 20).until(lambda driver: "action=identifier.reissue" in driver.current_url)
    assert f"voter={one}" in someone.driver.current_url and "lettre perdue" in someone.driver.find_element(By.TAG_NAME, "main").text
    browse(bureau, visitor(width=1280, language=language)).open("/manager/journal").shot("journal")
    # Programs get the entries as they are stored.
    details = site.sql("SELECT details FROM journal_entry WHERE action = 'identifier.reissue'")[0][0]
    assert json.loads(details)["reason"].startswith("lettre perdue")
