"""Takes the pictures of the pages beside this file: `make screenshots` (needs chromium-driver).

They show the default catalogue, so load it first (`make run` does), each page once as a wide
window and once as a phone.
"""

import threading
import time
from pathlib import Path

import uvicorn

from models.settings import Settings
from services import serving
from services.matcher.app import create_app
from tests.services.matcher.pages.browser import DESKTOP, PHONE, Browser, chromium, why_no_browser

FOLDER = Path(__file__).parent
PLACE, GHANA, REGION = "gn:3128026", "gn:2306104", "iso:ES-CT"
PEERS = f"/find/peers?place={PLACE}&sector=regeneration&stage=implement"
NETWORKS = f"/find/networks?place={GHANA}&sector=climate&sector=resilience&stage=apply"


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


def take(browser: Browser) -> None:
    """All pictures, in both sizes."""
    for name, path in pictures(browser).items():
        for kind, size in (("", DESKTOP), ("-phone", PHONE)):
            with browser.size(*size):
                browser.open(path)
                browser.driver.save_screenshot(str(FOLDER / f"{name}{kind}.png"))


def main() -> None:
    reason = why_no_browser()
    if reason:
        raise SystemExit(f"No pictures: {reason}")
    listener = serving.listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(create_app(Settings()), log_level="error", access_log=False)
    )
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    with chromium(serving.address(listener)) as browser:
        take(browser)
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
