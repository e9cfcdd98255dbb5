"""A real Chromium, driven as a person with a keyboard would drive it."""

import base64
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from services.matcher.pages.third_party import INSTALLED
from tests.waiting import PATIENCE

DESKTOP, PHONE = (1280, 1000), (375, 800)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb",
    "--disable-features=OptimizationHints,Translate,MediaRouter",
)  # fmt: skip


def why_no_browser() -> str | None:
    """Why there is no browser to test with; None where there is one."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        return "chromium and chromedriver are not installed (apt: chromium chromium-driver)"
    if not (INSTALLED / "checks" / "axe.js").exists():
        return "styles and scripts are missing (python -m services.matcher.pages.install)"
    return None


class Browser:
    """One Chromium window."""

    def __init__(self, base: str, driver: webdriver.Chrome) -> None:
        self.base = base
        self.driver = driver

    def open(self, path: str) -> None:
        self.driver.get(f"{self.base}{path}")

    def at(self) -> str:
        """The address shown, without the host."""
        return str(self.driver.current_url).removeprefix(self.base)

    def all(self, selector: str) -> list[WebElement]:
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self) -> str:
        return str(self.one("body").text)

    def wait(self, selector: str) -> WebElement:
        """The first element of a selector, once it is there and shown."""
        shown = WebDriverWait(self.driver, PATIENCE).until(
            lambda _: [element for element in self.all(selector) if element.is_displayed()]
        )
        return shown[0]

    def until(self, holds: Callable[[], Any]) -> None:
        """Wait for what a script does."""
        WebDriverWait(self.driver, PATIENCE).until(lambda _: holds())

    def press(self, *keys: str) -> None:
        """Keys, to whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, selector: str, most: int = 150) -> WebElement:
        """Go on with the Tab key until the element has the focus; it must be reachable so."""
        for _ in range(most):
            if self.run("return document.activeElement.matches(arguments[0])", selector):
                return self.driver.switch_to.active_element
            self.press(Keys.TAB)
        raise AssertionError(f"{selector} is not reached by the keyboard on {self.at()}")

    def enter(self, selector: str) -> None:
        """Reach an element with Tab, press Enter, and wait for the next page."""
        body = self.one("body")
        self.tab_to(selector)
        self.press(Keys.ENTER)
        self.gone(body)

    def gone(self, element: WebElement) -> None:
        """Wait until another page has taken the place of the element's."""

        def left(_: Any) -> bool:
            try:
                element.is_enabled()
            except Exception:
                return bool(self.run("return document.readyState") == "complete")
            return False

        WebDriverWait(self.driver, PATIENCE).until(left)

    def run(self, script: str, *args: Any) -> Any:
        return self.driver.execute_script(script, *args)

    @contextmanager
    def size(self, width: int, height: int) -> Iterator[None]:
        """Another window size, as a phone has."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    @contextmanager
    def without_scripts(self) -> Iterator[None]:
        """Pages whose scripts do not run."""
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    def fresh(self) -> None:
        """Without cookies and cache, as at a first visit."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})

    def show(self, page: str) -> None:
        """A page of ours in place of the one shown, whose styles stay: quicker than to load it."""
        self.run(
            "const made = new DOMParser().parseFromString(arguments[0], 'text/html');"
            "document.title = made.title;"
            "document.documentElement.lang = made.documentElement.lang;"
            "made.body.className = document.body.className;"
            "document.body.replaceWith(document.adoptNode(made.body));",
            page,
        )

    def violations(self, colours: bool = True) -> list[str]:
        """What axe-core finds wrong with the page shown; colours take it most of the time."""
        if not self.run("return 'axe' in window"):
            self.run((INSTALLED / "checks" / "axe.js").read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "const rules = {'color-contrast': {enabled: arguments[1]}};"
            "axe.run(document, {runOnly: arguments[0], resultTypes: ['violations'], rules})"
            ".then(r => done(r.violations), e => done([{id: String(e), nodes: []}]));",
            AXE_TAGS,
            colours,
        )
        return [
            f"{v['id']}: {node['html'][:200]} ({node.get('failureSummary', '')[:300]})"
            for v in found
            for node in v["nodes"] or [{"html": ""}]
        ]

    def printed_pages(self) -> int:
        """On how many sheets of paper the page is printed."""
        asked = {"preferCSSPageSize": True}
        printed = self.driver.execute_cdp_cmd("Page.printToPDF", asked)["data"]
        return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed)))

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(
            self.run(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def requests(self) -> list[tuple[str, int]]:
        """What was loaded since the last look: address, and bytes over the wire."""
        urls: dict[str, str] = {}
        sizes: dict[str, int] = {}
        for line in self.driver.get_log("performance"):  # type: ignore[no-untyped-call]
            message = json.loads(line["message"])["message"]
            params = message["params"]
            if message["method"] == "Network.requestWillBeSent":
                urls[params["requestId"]] = params["request"]["url"]
            elif message["method"] == "Network.loadingFinished":
                sizes[params["requestId"]] = int(params["encodedDataLength"])
        return [(url, sizes.get(key, 0)) for key, url in urls.items()]

    def complaints(self) -> list[str]:
        """What the browser wrote to its console, such as refusals by the page's policy."""
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [line["message"] for line in log]


@contextmanager
def chromium(base: str) -> Iterator[Browser]:
    """A browser with a profile of its own, ended with the block."""
    folder = tempfile.mkdtemp(prefix="counterpart-browser-")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (*_QUIET, f"--user-data-dir={folder}", "--window-size=1280,1000"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": "en"})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        driver.set_script_timeout(PATIENCE)
        yield Browser(base, driver)
    finally:
        driver.quit()
        shutil.rmtree(Path(folder), ignore_errors=True)
