"""Use the console as a person does: ``console.py URL CHROMIUM FOLDER INSTANCE ALARM``; prints what was seen as JSON.

Every page is opened and kept as a picture, light and dark and at the width of a phone; a prediction is made through
the form with the values of INSTANCE, by label; ALARM is set off, and looked for among the alarms and notifications.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

url, chromium, folder, instance, alarm = sys.argv[1:]
PAGES = ("Predict", "Monitoring", "Alarms", "Model")
WIDTHS = {"light": (1280, 1920, 390), "dark": (1280,)}
PHONE = 600
TALLEST = 6000

troubles: list[str] = []
hosts: set[str] = set()
seen: dict[str, object] = {}


def listen(page: Page) -> None:
    """Note what goes wrong, and who is asked."""
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))


def settled(page: Page) -> None:
    """Wait until a page is drawn and its graphs are there."""
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)


def opened(page: Page, name: str) -> None:
    """Go to a page by the side bar, which a phone keeps folded."""
    link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name)
    if not link.is_visible():
        page.get_by_test_id("stExpandSidebarButton").click()
    link.click()
    expect(page).to_have_title("Inference console")
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
    expect(metric).to_be_visible(timeout=30_000)
    settled(page)
    seen["prediction"] = metric.inner_text()
    seen["charts"] = page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").count()


def set_off(page: Page) -> None:
    """Try the alarm, and wait for it and for what it tells."""
    page.get_by_role("button", name="Try an alarm").click()
    trial = page.get_by_test_id("stPopoverBody")
    trial.get_by_role("combobox", name="Alarm").fill(alarm)
    page.get_by_role("option", name=alarm, exact=True).click()
    trial.get_by_role("button", name="Set the state").click()
    page.keyboard.press("Escape")
    row = page.get_by_test_id("stExpander").filter(has_text=alarm).filter(has_text="In alarm")
    expect(row.first).to_be_visible(timeout=30_000)
    message = page.get_by_test_id("stHtml").filter(has_text="ALARM").filter(has_text=alarm)
    expect(message.first).to_be_visible(timeout=30_000)
    seen["alarm"] = row.first.inner_text()
    seen["message"] = message.first.inner_text()


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    for theme, widths in WIDTHS.items():
        for width in widths:
            viewport = {"width": width, "height": 900}
            context = browser.new_context(viewport=viewport, color_scheme=theme)  # type: ignore[arg-type] # its words
            tab = context.new_page()
            listen(tab)
            tab.goto(url)
            settled(tab)
            for name in PAGES:
                opened(tab, name)
                if width < PHONE and tab.get_by_test_id("stSidebarCollapseButton").is_visible():
                    tab.get_by_test_id("stSidebarCollapseButton").click()
                if name == "Predict":
                    predict(tab)
                if name == "Alarms":
                    set_off(tab)
                picture(tab, f"console-{name.lower()}-{width}-{theme}")
                seen[f"{name} {width} {theme}"] = tab.get_by_test_id("stException").count()
                seen[f"{name} {width} {theme} errors"] = tab.get_by_test_id("stAlertContentError").all_inner_texts()
            context.close()
    browser.close()
print(json.dumps({**seen, "troubles": troubles, "hosts": sorted(hosts)}))
