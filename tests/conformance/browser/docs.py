"""Send a request from the page for people: ``docs.py URL CHROMIUM SCREENSHOT``; prints what the browser saw as JSON."""

from __future__ import annotations

import json
import sys

from playwright.sync_api import sync_playwright

url, chromium, screenshot = sys.argv[1:]
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1100, "height": 1300})
    troubles: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(url)
    operation = page.locator("#operations-Predictions-predict")
    operation.locator("button.opblock-summary-control").click()
    operation.get_by_role("button", name="Execute").click()
    status = operation.locator(".live-responses-table .response-col_status").last
    answered = status.inner_text().split()[0]
    body = operation.locator(".live-responses-table pre").first.inner_text()
    page.screenshot(path=screenshot)
    print(json.dumps({"status": answered, "body": body, "troubles": troubles, "hosts": sorted(hosts)}))
    browser.close()
