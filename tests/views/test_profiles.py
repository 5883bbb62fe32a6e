"""The page of a specialist or an organization: who reads it, what it shows, what a messenger makes of its link."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from app.actions import profiles
from app.errors import Invalid
from app.queries import profiles as queries
from models import Profile, StoredFile
from tests import factories as make

SENT = {
    "slug": "Anna-Svetlova",
    "published": "yes",
    "design": "forest",
    "about": "Работаю с <b>тревогой</b>",
    "education": "МГУ, 2010",
    "website": "svetlova.example.org",
    "email": "Anna@Example.org",
    "phone": "8 912 345-67-89",
    "address": "Пермь, ул. Ленина, 1",
    "networks": "https://t.me/svetlova\nvk.com/svetlova",
    "show_services": "yes",
    "show_prices": "yes",
}


def _picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    out.seek(0)
    return out


@pytest.fixture
def provider(app):
    return make.specialist()


def test_what_is_filled_in_is_shown_and_nothing_else(provider, sign_in):
    """S2-42..S2-44: every part is optional; what is typed is text."""
    client = make.client_of(provider)
    profiles.save(provider.owner, provider.id, SENT)
    reader = sign_in(client.user)
    assert 'href="/s/anna-svetlova"' in reader.get(f"/providers/{client.id}").text
    page = reader.get("/s/anna-svetlova").text
    for part in (
        "&lt;b&gt;тревогой",
        "МГУ, 2010",
        "Консультация",
        "60 минут",
        "2\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽",
        'href="https://svetlova.example.org"',
        "mailto:anna@example.org",
        "tel:+79123456789",
        "yandex.ru/maps",
        "Telegram",
        "ВКонтакте",
        f'href="/ask?client={client.id}"',
        'data-design="forest"',
    ):
        assert part in page, part
    profiles.save(provider.owner, provider.id, {"slug": "anna-svetlova", "published": "yes"})
    page = reader.get("/s/anna-svetlova").text
    for part in ("О себе", "Опыт и образование", "Контакты", "Консультация"):
        assert part not in page
    profiles.save(provider.owner, provider.id, SENT | {"show_prices": ""})
    assert "₽" not in reader.get("/s/anna-svetlova").text


def test_who_reads_it(provider, sign_in, client):
    """S2-1, S2-61: unpublished by nobody else, published by clients, open by all; guessing finds nothing."""
    pair = make.client_of(provider)
    mine, reader, other, staff = (
        sign_in(who) for who in (provider.owner, pair.user, make.resident(), make.operator())
    )
    address = "/s/anna-svetlova"

    def seen() -> list[int]:
        return [who.get(address).status_code for who in (mine, reader, other, staff, client)]

    profiles.save(provider.owner, provider.id, SENT | {"published": ""})
    assert seen() == [200, 404, 404, 404, 302]
    profiles.save(provider.owner, provider.id, SENT)
    assert seen() == [200, 200, 404, 404, 302]
    assert client.get("/s/made-up").location == "/sign-in?next=/s/made-up"
    profiles.save(provider.owner, provider.id, SENT | {"open": "yes"})
    assert seen() == [200] * 5
    page = client.get(address).text
    assert "/ask?" not in page
    assert "Запросить запись" not in page


def test_each_reader_is_told_how_to_book(provider, sign_in, client):
    """S2-1: by invitation only; a stranger finds the way in, which leads back here."""
    pair = make.client_of(provider)
    profiles.save(provider.owner, provider.id, SENT | {"open": "yes"})
    address = "/s/anna-svetlova"
    page = client.get(address).text
    assert "по приглашению специалиста" in page
    assert 'href="/sign-in?next=/s/anna-svetlova"' in page
    page = sign_in(make.resident()).get(address).text
    assert "по приглашению специалиста" in page
    assert "контакты есть на этой странице" in page
    assert "/sign-in" not in page
    page = sign_in(pair.user).get(address).text
    assert "по приглашению" not in page
    for way in (f"/ask?client={pair.id}", f"/providers/{pair.id}/chat"):
        assert f'href="{way}"' in page
    assert "по приглашению" not in sign_in(provider.owner).get(address).text
    profiles.save(provider.owner, provider.id, {"slug": "anna-svetlova", "published": "yes", "open": "yes"})
    assert "при встрече" in sign_in(make.operator()).get(address).text


def test_a_former_address_leads_to_the_page(provider, sign_in, client):
    """S2-42: links that were sent and codes that were printed go on working, for whoever may read the page."""
    pair = make.client_of(provider)
    profiles.save(provider.owner, provider.id, SENT)
    profiles.save(provider.owner, provider.id, SENT | {"slug": "svetlova"})
    profiles.save(provider.owner, provider.id, SENT | {"slug": "dr-svetlova"})
    mine, reader, other = (sign_in(who) for who in (provider.owner, pair.user, make.resident()))
    for old in ("anna-svetlova", "svetlova", "Anna-Svetlova"):
        for who in (mine, reader):
            answer = who.get(f"/s/{old}")
            assert (answer.status_code, answer.location) == (302, "/s/dr-svetlova")
        assert other.get(f"/s/{old}").status_code == 404
        assert client.get(f"/s/{old}").location == f"/sign-in?next=/s/{old}"
    assert reader.get("/s/svetlova/code.svg").status_code == 200
    # One that is not published answers as one that is not there.
    profiles.save(provider.owner, provider.id, SENT | {"slug": "dr-svetlova", "published": ""})
    gone, unknown = reader.get("/s/svetlova"), reader.get("/s/made-up-one")
    assert (gone.status_code, unknown.status_code) == (404, 404)
    assert gone.location is None
    assert "работать" in mine.get(f"/practice/{provider.id}/profile").text


def test_a_former_address_stays_its_providers(provider, app):
    """Nobody else takes it; the provider takes it back; names are not collected."""
    profiles.save(provider.owner, provider.id, SENT)
    profiles.save(provider.owner, provider.id, SENT | {"slug": "svetlova"})
    other = make.specialist(make.user("Другой", "Специалист"))
    for slug in ("anna-svetlova", "svetlova"):
        with pytest.raises(Invalid) as refused:
            profiles.save(other.owner, other.id, SENT | {"slug": slug})
        assert "занят" in str(refused.value.fields["slug"])
    assert profiles.save(provider.owner, provider.id, SENT).slug == "anna-svetlova"
    assert profiles.save(other.owner, other.id, {"slug": "other"}).slug == "other"
    for number in range(profiles.MAX_ADDRESSES - 3):
        profiles.save(provider.owner, provider.id, SENT | {"slug": f"name-{number}"})
    with pytest.raises(Invalid) as refused:
        profiles.save(provider.owner, provider.id, SENT | {"slug": "one-more"})
    assert "name-0" in str(refused.value.fields["slug"])
    assert profiles.save(provider.owner, provider.id, SENT | {"slug": "svetlova"}).slug == "svetlova"


def test_a_messenger_has_a_preview(app, provider, client):
    """Open Graph: of an open page with its first photo; of others nothing."""
    profiles.save(provider.owner, provider.id, SENT | {"open": "yes"})
    photo = profiles.add_photo(provider.owner, provider.id, app.extensions["storage"], _picture(), "a.jpg")
    page = client.get("/s/anna-svetlova").text
    image = f"http://127.0.0.1:8080/s/anna-svetlova/photos/{photo.id}"
    assert f'property="og:image" content="{image}"' in page
    assert 'property="og:title" content="Анна Светлова"' in page
    assert "noindex" not in page
    shown = client.get(f"/s/anna-svetlova/photos/{photo.id}")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert client.get(f"/s/anna-svetlova/photos/{photo.id}?small=1").mimetype == "image/webp"
    assert client.get("/s/anna-svetlova/code.svg").mimetype == "image/svg+xml"
    profiles.save(provider.owner, provider.id, SENT)
    assert client.get(f"/s/anna-svetlova/photos/{photo.id}").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("slug", "a"),
        ("slug", "Анна"),
        ("slug", "-anna"),
        ("website", "javascript:alert(1)"),
        ("website", "http://"),
        ("email", "anna"),
        ("phone", "123"),
        ("networks", "javascript:alert(1)"),
        ("networks", "\n".join(["t.me/a"] * 9)),
        ("about", "х" * 5001),
        ("design", "glitter"),
    ],
)
def test_wrong_input_comes_back(db, provider, sign_in, field, typed):
    answer = sign_in(provider.owner).post(f"/practice/{provider.id}/profile", data=SENT | {field: typed})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "МГУ, 2010" in answer.text
    assert db.scalars(select(Profile.about)).one() == ""


def test_an_address_is_one_providers(provider, app):
    profiles.save(provider.owner, provider.id, SENT)
    other = make.specialist(make.user("Другой", "Специалист"))
    with pytest.raises(Invalid) as refused:
        profiles.save(other.owner, other.id, SENT)
    assert "slug" in refused.value.fields


def test_photos_have_an_order(app, db, provider, sign_in):
    """S2-43, I-19: by buttons that any keyboard presses; the first one is the link's preview, and what is added comes
    last whatever was removed before."""
    profiles.save(provider.owner, provider.id, SENT | {"open": "yes"})
    storage = app.extensions["storage"]
    added = [
        profiles.add_photo(provider.owner, provider.id, storage, _picture(), "a.jpg").id for _ in range(4)
    ]
    pages, base = sign_in(provider.owner), f"/practice/{provider.id}/profile/photos"

    def order():
        db.expire_all()
        return [added.index(one.id) for one in queries.photos(db, provider.id)]

    for who, to, expected in (
        (2, "earlier", [0, 2, 1, 3]),
        (0, "later", [2, 0, 1, 3]),
        (3, "first", [3, 2, 0, 1]),
        (3, "earlier", [3, 2, 0, 1]),
        (1, "later", [3, 2, 0, 1]),
    ):
        done = pages.post(f"{base}/{added[who]}/move", data={"to": to})
        assert (done.status_code, done.location) == (303, f"/practice/{provider.id}/profile#photos")
        assert order() == expected
    preview = app.test_client().get("/s/anna-svetlova").text.partition('property="og:image" content="')[2]
    assert str(added[3]) in preview.partition('"')[0]
    part = pages.post(f"{base}/{added[0]}/move", data={"to": "later"}, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'role="status">Фото 4 из 4<' in part
    assert f'id="earlier-{added[3]}"' in part
    assert 'type="file"' not in part, "what is chosen to be uploaded stays chosen, and visible"
    assert pages.post(f"{base}/{added[0]}/move", data={"to": "nowhere"}).status_code == 422
    assert pages.post(f"{base}/{uuid4()}/move", data={"to": "first"}).status_code == 404
    for gone in (3, 2):
        pages.post(f"{base}/{added[gone]}/remove")
    added.append(profiles.add_photo(provider.owner, provider.id, storage, _picture(), "b.jpg").id)
    assert order() == [1, 0, 4]


def test_photos_are_pictures(app, db, provider, sign_in):
    pages = sign_in(provider.owner)
    address = f"/practice/{provider.id}/profile/photos"
    done = pages.post(address, data={"photos": [(_picture(), "a.jpg"), (_picture(), "b.jpg")]})
    assert done.status_code == 303
    wrong = pages.post(address, data={"photos": (io.BytesIO(b"%PDF-1.4\n"), "a.pdf")})
    assert wrong.status_code == 422
    found = queries.photos(db, provider.id)
    assert len(found) == 2
    gone = pages.post(f"{address}/{found[0].id}/remove")
    assert gone.status_code == 303
    assert len(db.scalars(select(StoredFile)).all()) == 1
    stranger = sign_in(make.operator())
    assert stranger.post(f"{address}/{found[1].id}/remove").status_code == 404


def test_statements_of_the_page(provider, sign_in, count_statements):
    pair = make.client_of(provider)
    profiles.save(provider.owner, provider.id, SENT)
    reader = sign_in(pair.user)
    reader.get("/s/anna-svetlova")
    with count_statements(12):
        reader.get("/s/anna-svetlova")


@pytest.mark.parametrize("slug", ["a%00b", "x" * 300, "%ff", "..", "a b"])
def test_odd_addresses_are_not_there(provider, sign_in, slug):
    assert sign_in(provider.owner).get(f"/s/{slug}").status_code == 404


def test_an_address_that_another_one_has(provider, sign_in):
    """What was typed stays, and the field says why."""
    other = make.specialist(make.user("Борис", "Другой"))
    profiles.save(other.owner, other.id, {"slug": "taken"})
    answer = sign_in(provider.owner).post(
        f"/practice/{provider.id}/profile", data={"slug": "taken", "about": "О себе"}
    )
    assert answer.status_code == 422
    assert "slug-error" in answer.text
    assert "О себе" in answer.text


def test_what_was_added_is_said_beside_what_was_not(db, provider, sign_in):
    """One file of a batch that is no picture is named, and how many others were added is said."""
    pages = sign_in(provider.owner)
    photos = [(_picture(), "a.jpg"), (io.BytesIO(b"%PDF-1.4\n"), "договор.pdf"), (_picture(), "b.jpg")]
    answer = pages.post(f"/practice/{provider.id}/profile/photos", data={"photos": photos})
    assert answer.status_code == 422
    error = answer.text.split('id="photos-file-error"')[1].split("</p>")[0]
    assert "договор.pdf: " in error
    assert "a.jpg" not in error
    assert "Добавлено 2 " in error
    assert len(queries.photos(db, provider.id)) == 2


def test_the_editor_says_that_both_switches_are_needed(provider, sign_in):
    """S2-42: «readable without an account» has no effect until the page is published."""
    page = sign_in(provider.owner).get(f"/practice/{provider.id}/profile").text
    assert "Опубликована" in page.split('id="open-help"')[1].split("</p>")[0]
