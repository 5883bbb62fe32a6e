"""Two people talk in an order's chat, each in a browser of his own."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.actions import chat
from app.extensions import db as database
from models import Message, ReadMark, StoredFile
from tests import factories as make
from tests.waiting import wait_for


@pytest.fixture
def order(app):
    return make.order(
        make.resident(),
        make.service(executor=make.executor(), first_message="Пишите, если остались вопросы."),
    )


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "Фото.jpg"
    Image.new("RGB", (1600, 1200), "teal").save(path)
    return path


@pytest.fixture
def act(tmp_path) -> Path:
    path = tmp_path / "Акт.pdf"
    path.write_bytes(b"%PDF-1.4 an act")
    return path


def open_chat(page: Page, order, *, desk: bool = False) -> None:
    page.goto(f"/desk/orders/{order.id}?tab=chat" if desk else f"/orders/{order.id}?tab=chat")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")


def panel(page: Page, thread_id: int):
    return page.locator(f"#thread-{thread_id}")


def write(page: Page, thread_id: int, text: str) -> None:
    box = panel(page, thread_id).locator("textarea")
    box.fill(text)
    box.press("Control+Enter")


def bubble(page: Page, thread_id: int, text: str):
    return panel(page, thread_id).locator(".message", has_text=text)


@pytest.mark.parametrize(("width", "language"), [(390, "ru"), (1440, "en")])
def test_two_people_talk(app, db, order, new_page, axe, photo, act, width, language):
    """S0-50..S0-53: both ways without reloading, ticks, typing, a picture that opens, a file that downloads."""
    thread = order.thread_id
    order.author.locale = language
    db.commit()
    resident = new_page(order.author, width=width, language=language)
    staff = new_page(order.executor)
    open_chat(resident, order)
    open_chat(staff, order, desk=True)

    panel(staff, thread).locator("textarea").press_sequentially("Буду")
    expect(panel(resident, thread).locator(".chat__typing")).not_to_be_empty()
    write(staff, thread, "Буду через час")
    expect(bubble(resident, thread, "Буду через час")).to_be_visible()
    expect(panel(resident, thread).locator(".chat__typing")).to_be_empty()
    expect(bubble(staff, thread, "Буду через час")).to_have_attribute("data-state", "read")

    panel(resident, thread).locator(".composer__clip input").set_input_files([photo, act])
    expect(panel(resident, thread).locator(".chit[data-done]")).to_have_count(2)
    write(resident, thread, "Вот фото и акт")
    expect(bubble(staff, thread, "Вот фото и акт")).to_be_visible()
    mine = bubble(resident, thread, "Вот фото и акт")
    expect(mine).to_have_attribute("data-number", "3")
    expect(mine).to_have_attribute("data-state", "read")
    expect(panel(resident, thread).locator(".message")).to_have_count(3)

    theirs = bubble(staff, thread, "Вот фото и акт")
    image = theirs.locator(".shot img")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    theirs.locator(".shot").click()
    lightbox = staff.locator("dialog.lightbox")
    expect(lightbox).to_be_visible()
    assert (
        lightbox.locator("> img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1600
    )
    staff.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    with staff.expect_download() as download:
        theirs.locator("a.file").click()
    assert download.value.suggested_filename == "Акт.pdf"
    assert download.value.path().read_bytes() == act.read_bytes()
    axe(resident)
    axe(staff)


def test_unread_is_seen_everywhere(app, db, order, new_page):
    """The tab's dot, the title, the divider, the way down; read only when it was before the eyes."""
    thread = order.thread_id
    for number in range(40):
        chat.post(order.executor, thread, f"Старое {number}", uuid4())
    chat.seen(order.author, thread, read=41)
    page = new_page(order.author, width=390)
    page.goto(f"/orders/{order.id}")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    dot = page.locator('[data-unread-dot="chat"]')
    expect(dot).to_be_hidden()
    write_as(db, order.executor, thread, "Я у двери")
    expect(dot).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    wait_for(lambda: delivered(thread, order.author_id) == 42, seconds=10)
    assert chat_marks(thread, order.author_id).read == 41

    page.locator('[data-tab="chat"]').click()
    expect(bubble(page, thread, "Я у двери")).to_be_in_viewport()
    expect(panel(page, thread).locator("[data-divider]")).to_be_visible()
    expect(dot).to_be_hidden()
    expect(page).not_to_have_title(re.compile(r"^\("))
    wait_until_read(thread, order.author_id, 42)

    panel(page, thread).locator(".chat__scroll").evaluate("scroll => scroll.scrollTop = 400")
    jump = panel(page, thread).locator(".chat__jump")
    expect(jump).to_be_visible()
    write_as(db, order.executor, thread, "Вы дома?")
    expect(jump).to_contain_text("1")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert chat_marks(thread, order.author_id).read == 42
    jump.click()
    expect(bubble(page, thread, "Вы дома?")).to_be_in_viewport()
    wait_until_read(thread, order.author_id, 43)


def write_as(db, who, thread_id: int, text: str) -> None:
    chat.post(who, thread_id, text, uuid4())


def chat_marks(thread_id: int, user_id: int):
    database.session.expire_all()
    return database.session.get(ReadMark, (thread_id, user_id))


def delivered(thread_id: int, user_id: int) -> int:
    database.session.commit()
    return chat_marks(thread_id, user_id).delivered


def wait_until_read(thread_id: int, user_id: int, number: int) -> None:
    def is_read() -> bool:
        database.session.commit()
        return chat_marks(thread_id, user_id).read == number

    wait_for(is_read, seconds=10)


def test_older_messages_come_on_the_way_up(app, db, order, new_page):
    """Nothing jumps: what was at the top of the window stays there."""
    for number in range(130):
        chat.post(order.author, order.thread_id, f"Сообщение номер {number}", uuid4())
    db.commit()
    page = new_page(order.author)
    open_chat(page, order)
    messages = panel(page, order.thread_id).locator("[data-number]")
    expect(messages).to_have_count(50)
    scroll = panel(page, order.thread_id).locator(".chat__scroll")
    where = scroll.evaluate(
        """async scroll => {
          scroll.scrollTop = 60;
          const first = scroll.querySelector("[data-number]");
          const before = first.getBoundingClientRect().top;
          const known = scroll.querySelectorAll("[data-number]").length;
          while (scroll.querySelectorAll("[data-number]").length === known) await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          return Math.abs(first.getBoundingClientRect().top - before);
        }"""
    )
    assert where <= 1
    # Each portion leaves the reader where he was: the way up goes on until the first message is there.
    while panel(page, order.thread_id).locator('[data-number="1"]').count() == 0:
        known = messages.count()
        scroll.evaluate("scroll => scroll.scrollTop = 0")
        expect(messages).not_to_have_count(known)
    expect(messages).to_have_count(131)
    assert messages.evaluate_all("all => all.map(one => Number(one.dataset.number))") == list(range(1, 132))
    assert panel(page, order.thread_id).locator(".day").count() == 1


def test_a_refused_message_keeps_its_words(app, db, order, new_page, tmp_path, photo):
    """Too long, a forbidden file, a lying one, an empty one: said before or under the message, nothing is lost."""
    page = new_page(order.author, worker=False)
    open_chat(page, order)
    box = panel(page, order.thread_id).locator("textarea")
    problem = panel(page, order.thread_id).locator(".composer__problem")
    box.fill("я" * 5001)
    box.press("Enter")
    expect(problem).to_contain_text("5000")
    assert len(box.input_value()) == 5001
    box.fill("Смотрите файл")
    for name, data in (("virus.exe", b"MZ"), ("empty.pdf", b""), ("big.zip", b"0" * (20 * 1024 * 1024 + 1))):
        path = tmp_path / name
        path.write_bytes(data)
        panel(page, order.thread_id).locator(".composer__clip input").set_input_files(path)
        expect(problem).to_contain_text(name)
        expect(panel(page, order.thread_id).locator(".chit")).to_have_count(0)
    lying = tmp_path / "photo.jpg"
    lying.write_bytes(b"%PDF-1.4 not a picture")
    panel(page, order.thread_id).locator(".composer__clip input").set_input_files(lying)
    # The reason stays with the file, whatever else is written; to try it again would not help.
    refused = panel(page, order.thread_id).locator(".chit[data-failed] .chit__problem")
    expect(refused).to_contain_text("photo.jpg")
    box.press("End")
    box.type("!")
    box.press("Backspace")
    expect(problem).to_be_hidden()
    expect(refused).to_contain_text("photo.jpg")
    expect(refused.locator("[data-again]")).to_be_hidden()
    refused.locator("[data-remove]").click()
    # A refusal that has nothing to do with the file can be repeated.
    page.route("**/files", lambda route: route.fulfill(status=422, json={"code": "invalid", "text": "Много"}))
    lying.write_bytes(photo.read_bytes())
    panel(page, order.thread_id).locator(".composer__clip input").set_input_files(lying)
    expect(refused).to_contain_text("Много")
    page.unroute("**/files")
    refused.locator("[data-again]").click()
    expect(panel(page, order.thread_id).locator(".chit[data-done]")).to_be_visible()
    expect(refused).to_be_hidden()
    panel(page, order.thread_id).locator(".chit > [data-remove]").click()
    assert box.input_value() == "Смотрите файл"

    # The right to write goes while the page is open.
    page.route(
        "**/messages", lambda route: route.fulfill(status=403, json={"code": "forbidden", "text": "Нельзя"})
    )
    box.press("Enter")
    failed = panel(page, order.thread_id).locator('.message[data-state="failed"]')
    expect(failed.locator(".message__problem")).to_contain_text("Нельзя")
    page.reload()
    expect(failed.locator(".message__problem")).to_contain_text("Нельзя")
    page.unroute("**/messages")
    failed.locator("[data-retry]").click()
    expect(panel(page, order.thread_id).locator('[data-number="2"]')).to_contain_text("Смотрите файл")
    expect(failed).to_have_count(0)


def test_drafts_and_ways_to_attach(app, db, order, new_page, photo):
    """A draft with its file survives a reload; files come by drop and paste; two tabs do not send twice."""
    page = new_page(order.author)
    open_chat(page, order)
    here = panel(page, order.thread_id)
    here.locator("textarea").fill("Недописанное")
    here.locator(".composer__clip input").set_input_files(photo)
    expect(here.locator(".chit[data-done]")).to_have_count(1)
    page.reload()
    expect(here.locator("textarea")).to_have_value("Недописанное")
    expect(here.locator(".chit[data-done]")).to_have_count(1)
    script = """([selector, kind, target]) => {
      const data = new DataTransfer();
      data.items.add(new File(["%PDF-1.4 x"], `${kind}.pdf`, {type: "application/pdf"}));
      const name = kind === "paste" ? "clipboardData" : "dataTransfer";
      const event = kind === "paste"
        ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
        : new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
      document.querySelector(selector).dispatchEvent(event);
    }"""
    for kind, selector in (("drop", "chat-panel"), ("paste", "chat-panel textarea")):
        page.evaluate(script, [selector, kind, ""])
    expect(here.locator(".chit[data-done]")).to_have_count(3)
    other = page.context.new_page()
    open_chat(other, order)
    here.locator("textarea").press("Enter")
    expect(bubble(page, order.thread_id, "Недописанное")).to_have_attribute("data-number", "2")
    expect(bubble(other, order.thread_id, "Недописанное")).to_be_visible()
    expect(here.locator("textarea")).to_have_value("")
    db.commit()
    assert db.scalar(select(func.count()).select_from(Message)) == 2
    assert db.scalar(select(func.count()).where(StoredFile.message_id.is_not(None))) == 3


def test_notes_on_the_desk(app, db, order, new_page):
    """Staff write notes to each other; the resident's open page hears nothing of it."""
    resident = new_page(order.author)
    requests: list[str] = []
    frames: list[str] = []
    resident.on("request", lambda request: requests.append(request.url))
    resident.on("websocket", lambda ws: ws.on("framereceived", lambda frame: frames.append(str(frame))))
    staff, colleague = new_page(order.executor), new_page(make.dispatcher())
    open_chat(resident, order)
    for page in (staff, colleague):
        page.goto(f"/desk/orders/{order.id}?tab=notes")
        expect(page.locator("body")).to_have_attribute("data-connection", "online")
    write(staff, order.notes_id, "Жилец просил не шуметь")
    expect(bubble(colleague, order.notes_id, "Жилец просил не шуметь")).to_be_visible()
    chat.post(order.executor, order.thread_id, "Для жильца", uuid4())
    expect(bubble(resident, order.thread_id, "Для жильца")).to_be_visible()
    assert "не шуметь" not in resident.content()
    assert not [url for url in requests if f"/threads/{order.notes_id}/" in url]
    assert frames
    assert not [frame for frame in frames if "note" in frame or "не шуметь" in frame]


def test_the_sound_is_switched_on_and_tried(app, db, order, new_page):
    page = new_page(order.author)
    open_chat(page, order)
    page.evaluate("window.rang = 0; document.addEventListener('sound:rang', () => window.rang++)")
    panel(page, order.thread_id).locator(".menu-button").click()
    page.locator("[data-sound-test]").click()
    assert page.evaluate("window.rang") == 1
    chat.post(order.executor, order.thread_id, "Тихо", uuid4())
    expect(bubble(page, order.thread_id, "Тихо")).to_be_visible()
    panel(page, order.thread_id).locator(".menu-button").click()
    page.locator("[data-sound]").click()
    assert page.evaluate("window.rang") == 2
    page.goto("/orders")
    expect(page.locator("body")).to_have_attribute("data-connection", "online")
    page.evaluate("window.rang = 0; document.addEventListener('sound:rang', () => window.rang++)")
    chat.post(order.executor, order.thread_id, "Громко", uuid4())
    wait_for(lambda: page.evaluate("window.rang") == 1)
