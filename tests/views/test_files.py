"""Files over HTTP: what is kept, how it is given out, to whom, and every way in which an upload is refused."""

from __future__ import annotations

import io
import zipfile
from uuid import UUID, uuid4

import pytest
from PIL import ExifTags, Image
from sqlalchemy import func, select

from app.actions import chat, files
from app.actions.files import MAX_DRAFTS
from app.extensions import db as database
from models import StoredFile
from tests import factories as make

JSON = {"Accept": "application/json"}
PDF = b"%PDF-1.4 an act"


@pytest.fixture
def order(app):
    return make.order(make.resident(), make.service(executor=make.executor()))


def send(client, data: bytes = PDF, name: str = "act.pdf"):
    """As a browser does it; the test client itself would leave temporary files behind."""
    head = f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--limit--\r\n"
    return client.post("/files", data=body, content_type="multipart/form-data; boundary=limit", headers=JSON)


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def posted(order, who, client, data: bytes = PDF, name: str = "act.pdf", *, notes: bool = False) -> str:
    """The address of a file in a message."""
    file = send(client, data, name).json
    thread = order.notes_id if notes else order.thread_id
    chat.post(who, thread, "", uuid4(), [UUID(file["id"])])
    return str(file["url"])


# --- what is kept -------------------------------------------------------------------------------------------------


def test_an_upload_and_what_the_page_learns_of_it(order, sign_in):
    answer = send(sign_in(order.author), picture(size=(3000, 1000)), "фото  ремонта.jpg")
    assert answer.status_code == 201
    known = answer.json
    assert known["name"] == "фото  ремонта.jpg"
    assert (known["width"], known["height"]) == (2560, 853)
    assert known["preview"] == f"{known['url']}/preview"


def test_pictures_are_made_anew(order, sign_in, app):
    """The camera's place and a comment do not survive; the picture stands upright."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (56.0, 50.0, 0.0)
    client = sign_in(order.author)
    known = send(client, picture(exif=exif, comment=b"SecretComment"), "me.jpg").json
    assert (known["width"], known["height"]) == (600, 800)
    data = client.get(known["url"]).data
    assert b"Secret" not in data
    with Image.open(io.BytesIO(data)) as kept:
        assert kept.format == "JPEG"
        assert not kept.getexif()
    with Image.open(io.BytesIO(client.get(known["preview"]).data)) as small:
        assert small.format == "WEBP"
        assert max(small.size) == 640


def test_a_picture_with_something_behind_it_loses_it(order, sign_in):
    """A file that is a picture and a web page at once comes out as a picture only."""
    client = sign_in(order.author)
    known = send(client, picture() + b"<script>alert(1)</script>", "both.jpg").json
    assert b"script" not in client.get(known["url"]).data


@pytest.mark.parametrize(("kind", "name", "saved"), [("GIF", "a.gif", "a.jpg"), ("WEBP", "b.webp", "b.jpg")])
def test_the_name_follows_the_content(order, sign_in, kind, name, saved):
    client = sign_in(order.author)
    known = send(client, picture(kind), name).json
    assert saved in client.get(known["url"] + "?save").headers["Content-Disposition"]


# --- refusals -----------------------------------------------------------------------------------------------------

ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w") as archive:
    archive.writestr("a.txt", "hello")


@pytest.mark.parametrize(
    ("data", "name", "status", "code", "words"),
    [
        (b"", "act.pdf", 422, "file_empty", "пуст"),
        (b"MZ\x90", "virus.exe", 422, "file_forbidden", "отправить нельзя"),
        (b"<svg/>", "drawing.svg", 422, "file_forbidden", "отправить нельзя"),
        (b"<h1>hi</h1>", "page.html", 422, "file_forbidden", "отправить нельзя"),
        (PDF, "noextension", 422, "file_forbidden", "отправить нельзя"),
        (b"MZ\x90\0", "act.pdf", 422, "file_lying", "не соответствует"),
        (PDF, "photo.jpg", 422, "file_lying", "не соответствует"),
        (b"<html>", "photo.png", 422, "file_lying", "не соответствует"),
        (ZIP.getvalue(), "photo.jpg", 422, "file_lying", "не соответствует"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "broken.png", 422, "file_broken", "не читаемое"),
        (b"\0\1\2", "table.csv", 422, "file_lying", "не соответствует"),
        (b"a" * (20 * 1024 * 1024 + 1), "big.txt", 413, "too_large", "20"),
        (b"a" * (21 * 1024 * 1024), "huge.txt", 413, "http_413", "20"),
    ],
)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_is_refused(order, sign_in, data, name, status, code, words, language):
    """Each in the reader's language, naming the file; nothing is kept."""
    order.author.locale = language
    answer = send(sign_in(order.author), data, name)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["text"]
    assert (words in answer.json["text"]) is (language == "ru" or words.isascii())
    assert not database.session.scalar(select(func.count()).select_from(StoredFile))


def test_a_form_without_a_file(order, sign_in):
    client = sign_in(order.author)
    assert client.post("/files", data={"x": "y"}, headers=JSON).status_code == 422
    assert client.post("/files", data=b"raw", headers=JSON).status_code == 422


def test_drafts_do_not_pile_up(order, sign_in):
    client = sign_in(order.author)
    for _ in range(MAX_DRAFTS):
        assert send(client).status_code == 201
    assert send(client).status_code == 422


def test_too_many_pixels(order, sign_in, monkeypatch):
    monkeypatch.setattr("app.storage.MAX_PIXELS", 1000)
    assert send(sign_in(order.author), picture(), "a.jpg").status_code == 413


def test_names_are_tamed(order, sign_in):
    """No folders, no control characters, nothing that turns the reading direction; a long one keeps its extension."""
    client = sign_in(order.author)
    assert send(client, PDF, "../../etc/passwd.pdf").json["name"] == "passwd.pdf"
    assert send(client, PDF, "act\u202efdp.pdf").json["name"] == "actfdp.pdf"
    assert len(send(client, PDF, "я" * 300 + ".pdf").json["name"]) <= 120


# --- giving out ---------------------------------------------------------------------------------------------------


def test_headers(order, sign_in):
    """A document is saved, a picture may be shown; neither can run, be guessed at or be kept by a proxy."""
    client = sign_in(order.author)
    for answer, way in (
        (client.get(posted(order, order.author, client, name="Акт «1»; x=y.pdf")), "attachment"),
        (client.get(posted(order, order.author, client, picture(), "Фото.jpg")), "inline"),
        (client.get(posted(order, order.author, client, picture(), "Фото.jpg") + "/preview"), "inline"),
        (client.get(posted(order, order.author, client, b"<script>", "a.txt")), "attachment"),
    ):
        assert answer.status_code == 200
        headers = answer.headers
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert headers["Content-Disposition"].startswith(way)
        assert "\n" not in headers["Content-Disposition"]
        assert "html" not in headers["Content-Type"]
    saved = client.get(posted(order, order.author, client, name="Акт осмотра.pdf")).headers[
        "Content-Disposition"
    ]
    assert "filename*=UTF-8''%D0%90%D0%BA%D1%82%20%D0%BE%D1%81%D0%BC%D0%BE%D1%82%D1%80%D0%B0.pdf" in saved


def test_a_document_has_no_preview(order, sign_in):
    client = sign_in(order.author)
    assert client.get(posted(order, order.author, client) + "/preview").status_code == 404


# --- who may ------------------------------------------------------------------------------------------------------


def test_a_draft_is_its_owners(order, sign_in):
    known = send(sign_in(order.author), picture(), "a.jpg").json
    for person in (order.executor, make.dispatcher(), make.operator()):
        client = sign_in(person)
        assert client.get(known["url"]).status_code == 404
        assert client.get(known["preview"]).status_code == 404
        assert client.post(known["url"] + "/discard").status_code == 404
    assert sign_in(order.author).get(known["url"]).status_code == 200


def test_a_sent_file_is_for_the_readers_of_the_thread(order, sign_in):
    author = sign_in(order.author)
    address = posted(order, order.author, author, picture(), "a.jpg")
    for person, status in (
        (order.author, 200),
        (order.executor, 200),
        (make.dispatcher(), 200),
        (make.resident("Сосед", "Соседов"), 404),
        (make.executor("Чужой", "Исполнитель"), 404),
    ):
        client = sign_in(person)
        assert client.get(address).status_code == status
        assert client.get(address + "/preview").status_code == status
    assert author.post(address + "/discard").status_code == 404


def test_a_file_of_the_notes_is_for_the_staff(order, sign_in):
    dispatcher = make.dispatcher()
    address = posted(order, dispatcher, sign_in(dispatcher), notes=True)
    assert sign_in(order.executor).get(address).status_code == 200
    assert sign_in(order.author).get(address).status_code == 404


def test_strangers_get_nothing(order, sign_in, client):
    address = posted(order, order.author, sign_in(order.author))
    assert client.get(address).status_code in (302, 401)
    assert send(client).status_code == 401
    assert client.post(address + "/discard").status_code == 401


def test_a_file_is_attached_once_and_by_its_owner(order, sign_in):
    """Neither another's draft nor a file that was sent can be put into a message."""
    known = send(sign_in(order.author)).json
    client = sign_in(order.executor)
    form = {"text": "", "client_id": str(uuid4()), "files": known["id"]}
    assert client.post(f"/threads/{order.thread_id}/messages", data=form, headers=JSON).status_code == 422
    author = sign_in(order.author)
    assert author.post(f"/threads/{order.thread_id}/messages", data=form, headers=JSON).status_code == 200
    again = form | {"client_id": str(uuid4())}
    assert author.post(f"/threads/{order.thread_id}/messages", data=again, headers=JSON).status_code == 422


def test_a_draft_can_be_taken_back(order, sign_in, app):
    client = sign_in(order.author)
    known = send(client, picture(), "a.jpg").json
    path = app.extensions["storage"].path(UUID(known["id"]))
    assert path.exists()
    assert client.post(known["url"] + "/discard").status_code == 204
    assert client.get(known["url"]).status_code == 404
    assert not path.exists()
    assert client.post(known["url"] + "/discard").status_code == 404


def test_there_is_no_such_file(order, sign_in):
    client = sign_in(order.author)
    for path in (
        f"/files/{uuid4()}",
        "/files/1",
        f"/pictures/{uuid4()}",
        "/avatars/1",
        "/avatars/99999999999999999999",
    ):
        assert client.get(path).status_code == 404


def test_avatars_and_pictures(order, sign_in, app):
    storage = app.extensions["storage"]
    face = files.upload(
        order.author, storage, io.BytesIO(picture()), "me.jpg", subject=f"user:{order.author_id}"
    )
    order.author.avatar_id = face.id
    scene = files.upload(
        order.author, storage, io.BytesIO(picture()), "s.jpg", subject=f"service:{order.service_id}"
    )
    client = sign_in(make.resident("Сосед", "Соседов"))
    for path in (f"/avatars/{order.author_id}?v={face.id}", f"/pictures/{scene.id}"):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (200, "image/webp")
