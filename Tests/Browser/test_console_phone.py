"""The console on a telephone."""
import pytest
from conftest import road
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from staff import team
from test_console import browse

voter = road.voter


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_telephone_shows_the_page_and_opens_the_menu_on_demand(site, visitor, language):
    site.prepare([voter(1)]).serve()
    [manager] = team(site, "manager", language=language)
    someone = browse(manager, visitor(width=390, language=language)).open("/manager")
    heading, entry = someone.driver.find_element(By.TAG_NAME, "h1"), someone.driver.find_element(By.CSS_SELECTOR, "nav a[href='/manager/account']")
    someone.shot("folded")
    assert heading.location["y"] < 300 and not entry.is_displayed()
    # By a finger, and by the keyboard from the link that leads over it.
    someone.driver.find_element(By.ID, "menu").click()
    assert entry.is_displayed()
    someone.shot("unfolded")
    someone.driver.find_element(By.ID, "menu").send_keys(Keys.SPACE)
    assert not entry.is_displayed()
    someone.driver.find_element(By.ID, "menu").send_keys(Keys.SPACE)
    entry.click()
    assert someone.driver.current_url.endswith("/manager/account")
    # On the next page it is folded again, and a wide screen shows it at once.
    assert not someone.driver.find_element(By.CSS_SELECTOR, "nav a[href='/manager/account']").is_displayed()
    wide = browse(manager, visitor(width=1280, language=language)).open("/manager")
    assert wide.driver.find_element(By.CSS_SELECTOR, "nav a[href='/manager/account']").is_displayed()
    assert not wide.driver.find_element(By.CSS_SELECTOR, "label[for=menu]").is_displayed()
