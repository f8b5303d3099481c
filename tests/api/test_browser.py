"""The officer's way through a real Chromium with scripts switched off; pictures are kept."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.api.invented import impression
from tests.api.live import Live
from tests.api.story import SEED, Story

SECONDS = 60  # how long a page may take on a busy machine
ARTEFACTS = Path(__file__).parents[2] / "artefacts"
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1280,1000",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A Chromium with an empty profile and no scripts."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for option in OPTIONS:
        options.add_argument(option)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.add_experimental_option(
        "prefs", {"profile.managed_default_content_settings.javascript": 2}
    )
    driver = webdriver.Chrome(
        options=options, service=webdriver.ChromeService("/usr/bin/chromedriver")
    )
    yield driver
    driver.quit()


def keep_picture(browser: webdriver.Chrome, name: str) -> None:
    """Keep the whole page, however long, as a picture."""
    ARTEFACTS.mkdir(exist_ok=True)
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    width = browser.get_window_size()["width"]
    browser.set_window_size(width, int(size["height"]) + 150)
    assert browser.save_screenshot(str(ARTEFACTS / f"{name}.png"))
    browser.set_window_size(width, 1000)


def wait_for(browser: webdriver.Chrome, words: str, css: str = "main") -> None:
    """Wait for the page that says this: a click returns before the answer is there."""
    WebDriverWait(browser, SECONDS, ignored_exceptions=(WebDriverException,)).until(
        expected_conditions.text_to_be_present_in_element((By.CSS_SELECTOR, css), words)
    )


def sign_in(browser: webdriver.Chrome, live: Live, role: str) -> None:
    browser.get(f"{live.url}/officer/sign-in")
    browser.find_element(By.ID, "user_id").clear()
    browser.find_element(By.ID, "user_id").send_keys("officer-1")
    Select(browser.find_element(By.ID, "role")).select_by_value(role)
    Select(browser.find_element(By.ID, "member_state")).select_by_value("NL")
    Select(browser.find_element(By.ID, "purpose")).select_by_value("a")
    browser.find_element(By.ID, "case").send_keys("2026/0815")
    browser.find_element(By.CSS_SELECTOR, "main button").click()
    wait_for(browser, "Find a person")


def test_sign_in_look_up_read_the_person(
    browser: webdriver.Chrome, live: Live, story: Story
) -> None:
    browser.get(f"{live.url}/officer/")
    keep_picture(browser, "1-sign-in")
    sign_in(browser, live, "immigration_unit")
    keep_picture(browser, "2-search")
    browser.find_element(By.ID, "reference_number").send_keys(story.reference_number)
    browser.find_element(By.CSS_SELECTOR, "form[action$=lookups] button").click()
    wait_for(browser, story.surname, "h1")
    findings = browser.find_elements(By.CSS_SELECTOR, "article.finding h3")
    assert len(findings) >= 4
    days = browser.find_elements(By.CSS_SELECTOR, "table.timeline tbody tr")
    assert len(days) >= 5
    differing = browser.find_elements(By.CSS_SELECTOR, "table.compare tr.differs th")
    assert [each.text.split("\n")[0].removesuffix(" differs") for each in differing] == [
        "Names",
        "Date of birth",
    ]
    keep_picture(browser, "3-person")


def test_nothing_scrolls_sideways_at_320_pixels(
    browser: webdriver.Chrome, live: Live, story: Story
) -> None:
    sign_in(browser, live, "immigration_unit")
    browser.get(f"{live.url}/officer/people/{story.record_id}")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": True},
    )
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})
    picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    (ARTEFACTS / "4-narrow.png").write_bytes(base64.b64decode(picture["data"]))
    assert size["cssContentSize"]["width"] <= 320


def test_an_expert_confirms_in_the_dark(
    browser: webdriver.Chrome, live: Live, story: Story
) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": "dark"}]},
    )
    sign_in(browser, live, "fingerprint_expert")
    browser.get(f"{live.url}/officer/people/{story.record_id}")
    keep_picture(browser, "5-expert-dark")
    form = browser.find_element(By.CSS_SELECTOR, "form.decide")
    form.find_element(By.TAG_NAME, "textarea").send_keys("Both cores and nine minutiae agree.")
    form.find_element(By.CSS_SELECTOR, "button[value=confirmed]").click()
    wait_for(browser, "Both cores and nine minutiae agree.")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_search_by_files(
    browser: webdriver.Chrome, live: Live, story: Story, tmp_path: Path
) -> None:
    sign_in(browser, live, "asylum_unit")
    browser.find_element(By.CSS_SELECTOR, "summary").click()
    for position in (1, 2, 3, 4):
        file = tmp_path / f"{position}.fmr"
        file.write_bytes(impression(SEED, position, 8))
        browser.find_element(By.ID, f"finger_{position}").send_keys(str(file))
    browser.find_element(By.CSS_SELECTOR, "form[action$=identifications] > button").click()
    wait_for(browser, story.surname)
    keep_picture(browser, "6-candidates")
    browser.find_element(By.CSS_SELECTOR, "article a.button").click()
    wait_for(browser, story.surname, "h1")
