"""`make screenshots`: the README's pictures, from the demo data of a start of its own. Nothing is checked here."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
PHONE, DESK = (390, 780), (1440, 900)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    found = chromium.ensure()
    with started() as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable, args=list(chromium.FLAGS), env={**os.environ, **found.env}
        )
        phone = sign_in(browser, address, "resident", password, PHONE)
        keep(phone, "services-phone")
        phone.goto("/orders")
        phone.locator("main a[href^='/orders/']", has_text="В работе").first.click()
        phone.locator("[data-tabs] [data-tab=chat]").click()
        keep(phone, "order-phone")
        desk = sign_in(browser, address, "dispatcher", password, DESK)
        desk.goto("/desk/")
        desk.locator("a[href^='/desk/orders/']", has_text="В работе").first.click()
        keep(desk, "desk")
        browser.close()


@contextmanager
def started() -> Iterator[tuple[str, str]]:
    """Address and demo password of a fresh installation in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        env = {
            "ATRIUM_VAR": f"{folder}/var",
            "ATRIUM_STATE": f"{folder}/state",
            "PORT": "0",
            "ATRIUM_DEMO": "1",
        }
        with (folder / "log").open("wb") as log:
            run = subprocess.Popen([sys.executable, ROOT / "run.py"], env=os.environ | env, stdout=log)
        try:
            said = wait_for(
                lambda: re.search(r"running: (\S+)\n\n.*?(\S+)\n", (folder / "log").read_text()), seconds=120
            )
            yield said[1], said[2]
        finally:
            run.terminate()
            run.wait()


def sign_in(browser: Browser, address: str, who: str, password: str, size: tuple[int, int]) -> Page:
    """The first page of a demo account."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        is_mobile=size is PHONE,
        has_touch=size is PHONE,
        device_scale_factor=2 if size is PHONE else 1,
        locale="ru-RU",
        timezone_id="Asia/Yekaterinburg",
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[type=email], input[name=email]", f"{who}@demo.atrium.example")
    page.fill("input[type=password]", password)
    page.press("input[type=password]", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def keep(page: Page, name: str) -> None:
    """Write the window as a small PNG: 256 colours show a page well and take a third of the space."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        PICTURES / f"{name}.png", optimize=True
    )


if __name__ == "__main__":
    main()
