"""Use the console as a person does: ``console.py URL CHROMIUM FOLDER INSTANCE ALARM``; prints what was seen as JSON.

Every page is opened and kept as a picture, light and dark and at the width of a phone; a prediction is made through
the form with the values of INSTANCE, by label; ALARM is set off, and looked for among the alarms and notifications.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

url, chromium, folder, instance, alarm = sys.argv[1:]
PAGES = ("Predict", "Monitoring", "Alarms", "Drift", "Model", "Versions")
WIDTHS = {"light": (1280, 1920, 390), "dark": (1280,)}
TALLEST = 6000
WAIT_MS = 120_000
GROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"

troubles: list[str] = []
hosts: set[str] = set()
seen: dict[str, object] = {}
grounds: dict[str, str] = {}


def listen(page: Page) -> None:
    """Note what goes wrong, and who is asked."""
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))


def settled(page: Page) -> None:
    """Wait until a page is drawn and its graphs are there."""
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=WAIT_MS)
    expect(page.locator("#skeleton")).to_have_count(0, timeout=WAIT_MS)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=WAIT_MS)


def opened(page: Page, name: str) -> None:
    """Go to a page by the side bar, which a phone keeps folded."""
    is_folded = page.get_by_test_id("stExpandSidebarButton").is_visible()
    if is_folded:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    if is_folded and page.get_by_test_id("stSidebarCollapseButton").is_visible():
        page.get_by_test_id("stSidebarCollapseButton").click()
    if name == "Monitoring":
        # On a busy machine drawing takes longer than the pause between two refreshes, and the page would never settle.
        page.get_by_role("combobox", name="Refresh").click()
        page.get_by_role("option", name="Off", exact=True).click()
    settled(page)


def picture(page: Page, name: str) -> None:
    """Keep the whole page, however long."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(int(height), 700), TALLEST)})
    settled(page)
    page.screenshot(path=Path(folder) / f"{name}.png")
    page.set_viewport_size({"width": width, "height": 900})


def predict(page: Page) -> None:
    """Fill the form in and send it."""
    for label, value in json.loads(instance).items():
        page.get_by_role("spinbutton", name=label).fill(str(value))
        page.keyboard.press("Tab")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Predict").click()
    metric = page.get_by_test_id("stMetric").first
    expect(metric).to_be_visible(timeout=WAIT_MS)
    settled(page)
    seen["prediction"] = metric.inner_text()
    charts = page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    expect(charts.nth(1)).to_be_visible(timeout=WAIT_MS)  # each is drawn when its library is loaded
    seen["charts"] = charts.count()


def set_off(page: Page) -> None:
    """Try the alarm, and wait for it and for what it tells."""
    page.get_by_role("button", name="Try an alarm").click()
    trial = page.get_by_test_id("stPopoverBody")
    trial.get_by_role("combobox", name="Alarm").fill(alarm)
    page.get_by_role("option", name=alarm, exact=True).click()
    trial.get_by_role("button", name="Set the state").click()
    page.keyboard.press("Escape")
    row = page.get_by_test_id("stExpander").filter(has_text=re.compile(rf"In alarm\s*{alarm}"))
    expect(row.first).to_be_visible(timeout=WAIT_MS)
    message = page.get_by_test_id("stHtml").filter(has_text="ALARM").filter(has_text=alarm)
    expect(message.first).to_be_visible(timeout=WAIT_MS)
    seen["alarm"] = row.first.inner_text()
    seen["message"] = message.first.inner_text()


def visit(page: Page, name: str, width: int, theme: str) -> None:
    """Open a page, do what it is for, and keep it."""
    opened(page, name)
    if name == "Predict":
        predict(page)
    if name == "Alarms":
        set_off(page)
    picture(page, f"console-{name.lower()}-{width}-{theme}")
    troubles.extend(page.get_by_test_id("stException").all_inner_texts())
    troubles.extend(page.get_by_test_id("stAlertContentError").all_inner_texts())


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    for theme, widths in WIDTHS.items():
        for width in widths:
            viewport = {"width": width, "height": 900}
            context = browser.new_context(viewport=viewport, color_scheme=theme)  # type: ignore[arg-type] # its words
            context.set_default_timeout(WAIT_MS)
            tab = context.new_page()
            listen(tab)
            tab.goto(url)
            settled(tab)
            for title in PAGES:
                visit(tab, title, width, theme)
            grounds[theme] = tab.evaluate(GROUND)
            context.close()
    browser.close()
print(json.dumps({**seen, "grounds": grounds, "troubles": troubles, "hosts": sorted(hosts)}))
