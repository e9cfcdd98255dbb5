"""Takes the pictures of the pages beside this file: `make screenshots` (needs chromium-driver).

They show the default catalogue, so load it first (`make run` does), each page once as a wide
window and once as a phone.
"""

import json
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import uvicorn
from selenium.webdriver.common.keys import Keys

from models.database import database_at
from models.settings import Settings
from models.tables import now
from services import serving
from services.access.keys import create_key
from services.matcher.app import create_app
from tests.services.matcher.pages.browser import DESKTOP, PHONE, Browser, chromium, why_no_browser

FOLDER = Path(__file__).parent
PLACE, GHANA, REGION = "gn:3128026", "gn:2306104", "iso:ES-CT"
PEERS = f"/find/peers?place={PLACE}&sector=regeneration&stage=implement"
NETWORKS = f"/find/networks?place={GHANA}&sector=climate&sector=resilience&stage=apply"


NETWORK = "districts-of-creativity"
APPLICANTS = ("iso:ES-PV", "iso:IN-KA", "iso:GB-WLS", "iso:CA-QC", "iso:DE-BY", "iso:BR-SP", PLACE)


def conveners_key(settings: Settings) -> str:
    """The key of a convener of these pictures, for a day."""
    with database_at(settings.url) as database, database.begin() as session:
        ends = now() + timedelta(days=1)
        key = create_key(session, "pictures", ["match", "convene"], "pictures", ends)
    return key


def screening(browser: Browser, key: str) -> str:
    """Sign in, screen a few places of the catalogue, and say where the screening is shown."""
    browser.open("/sign-in?lang=en&next=/calls")
    browser.tab_to("#key")
    browser.press(key)
    browser.enter("main .govuk-button[type=submit]")
    asked = Request(
        f"{browser.base}/v1/collaborations/{NETWORK}/screenings",
        json.dumps({"applicants": [{"place_id": place} for place in APPLICANTS]}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urlopen(asked, timeout=60) as answer:
        here = f"/calls/{NETWORK}/screenings/{json.load(answer)['screening_id']}"
    decide(browser, here)
    return here


def decide(browser: Browser, here: str) -> None:
    """Refuse two of them with one reason, as a convener would."""
    browser.open(here)
    for row in (5, 6):
        browser.tab_to(f"tbody tr:nth-child({row}) [type=checkbox]")
        browser.press(Keys.SPACE)
    browser.tab_to("#decision")
    browser.press(Keys.END)
    browser.tab_to("#text")
    browser.press("The jury wants to see a project that is under way.")
    browser.enter("#decide ~ .govuk-button")


def desk_pictures(here: str) -> dict[str, str]:
    """The same, of the convener's pages."""
    return {
        "7-desk": f"/calls/{NETWORK}?lang=en",
        "7-screening": f"{here}?lang=en",
        "7-applicant": f"{here}/applicants/0?lang=es",
        "7-letters": f"{here}/letters?lang=en",
        "7-minutes": f"{here}/minutes?lang=pt",
        "8-cohort": f"{here}/cohort?purpose=project&lang=en",
        "8-pairs": f"{here}/pairs?lang=fr",
    }


def pictures(browser: Browser) -> dict[str, str]:
    """The name of each picture, and the page it shows."""
    browser.open(PEERS)
    peers = browser.at()
    browser.open(NETWORKS)
    networks = browser.at()
    return {
        "1-start": "/?lang=en",
        "2-place": f"/places/{PLACE}?lang=en",
        "3-ask": f"/ask/stage?want=peers&place={PLACE}&sector=regeneration&lang=es",
        "4-peers": f"{peers}?lang=en",
        "4-map": f"{peers}?view=map&lang=fr",
        "4-networks": f"{networks}?lang=es",
        "5-compare": f"{peers}/compare?lang=en",
        "5-briefing": f"{peers}/brief?lang=pt",
        "6-portfolio": f"/portfolio?place={REGION}&lang=en",
        "9-data-and-api": "/developers?lang=en",
    }


def take(browser: Browser, key: str) -> None:
    """All pictures, in both sizes."""
    shown = pictures(browser) | desk_pictures(screening(browser, key))
    for name, path in shown.items():
        for kind, size in (("", DESKTOP), ("-phone", PHONE)):
            with browser.size(*size):
                browser.open(path)
                browser.driver.save_screenshot(str(FOLDER / f"{name}{kind}.png"))


def main() -> None:
    reason = why_no_browser()
    if reason:
        raise SystemExit(f"No pictures: {reason}")
    settings = Settings()
    key = conveners_key(settings)
    listener = serving.listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), log_level="error", access_log=False)
    )
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    with chromium(serving.address(listener)) as browser:
        take(browser, key)
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
