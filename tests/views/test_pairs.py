"""«Документы» and «Условия» over HTTP, for both sides: ticking, links of five minutes, consent that is confirmed."""

from __future__ import annotations

import html
import io
import re
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from app.actions import providers, terms
from models import Consent, Notice, SharedDocument, StoredFile, Terms, TermsVersion
from tests import factories as make
from tests.views.practice import colleague

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def pair(app):
    return make.client_of(make.specialist())


@pytest.fixture
def contract(app, pair):
    provider = pair.provider
    return terms.add(
        provider.owner,
        provider.id,
        "Договор",
        safe=app.extensions["safe"],
        stream=io.BytesIO(PDF),
        filename="dogovor.pdf",
        required=True,
    )


def _link(page: str) -> str:
    return re.findall(r'href="(/downloads/[^"]+)"', page)[0]


def _upload(browser, pair, name="Анализы.pdf", data=PDF):
    return browser.post(f"/pairs/{pair.id}/documents", data={"files": (io.BytesIO(data), name)})


def test_documents_go_both_ways(db, pair, sign_in):
    """S2-56..S2-62."""
    client, provider = sign_in(pair.user), sign_in(pair.provider.owner)
    assert "Документов пока нет" in client.get(f"/pairs/{pair.id}/documents").text
    assert _upload(client, pair).status_code == 303
    assert _upload(provider, pair, "План.pdf").status_code == 303
    page = client.get(f"/pairs/{pair.id}/documents").text
    assert page.count('data-mark="🟣"') == 2  # the provider's one, and the legend
    assert "никто не уведомляется" in page
    mine, theirs = db.scalars(select(SharedDocument.id).order_by(SharedDocument.id)).all()
    page = client.post(f"/pairs/{pair.id}/documents/download", data={"chosen": [mine, theirs]}).text
    assert len(re.findall(r'href="/downloads/', page)) == 2
    answer = client.get(_link(page))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert "sandbox" not in answer.headers["Content-Security-Policy"]
    assert provider.get(_link(page)).status_code == 404
    refused = client.post(f"/pairs/{pair.id}/documents/removal", data={"chosen": [mine, theirs]})
    assert refused.status_code == 403
    assert "загрузили вы сами" in refused.text
    sure = client.post(f"/pairs/{pair.id}/documents/removal", data={"chosen": mine})
    assert "Вернуть их нельзя" in sure.text
    assert client.post(f"/pairs/{pair.id}/documents/remove", data={"chosen": mine}).status_code == 303
    assert client.post(f"/pairs/{pair.id}/documents/remove", data={"chosen": theirs}).status_code == 403
    assert db.scalars(select(SharedDocument.id)).all() == [theirs]


def _ticked(page: str) -> set[int]:
    return {int(number) for number in re.findall(r'name="chosen" value="(\d+)" checked', page)}


def test_what_was_ticked_stays_ticked(app, db, pair, contract, sign_in):
    """S2-52, S2-54, S2-59: whoever is refused, at the list or at the question, or goes back from the question, does not
    tick again; a version that was replaced meanwhile is not ticked in its place."""
    client, provider = sign_in(pair.user), sign_in(pair.provider.owner)
    for browser, name in ((client, "Анализы.pdf"), (client, "Снимок.pdf"), (provider, "План.pdf")):
        _upload(browser, pair, name)
    own, left, theirs = db.scalars(select(SharedDocument.id).order_by(SharedDocument.id)).all()
    base = f"/pairs/{pair.id}/documents"
    for step in ("removal", "remove"):
        refused = client.post(f"{base}/{step}", data={"chosen": [own, theirs]})
        assert refused.status_code == 403
        assert _ticked(refused.text) == {own, theirs}
    # On an older page, too.
    question = client.post(f"{base}/removal?before={theirs}", data={"chosen": [own, left]}).text
    assert f'action="{base}/remove?before={theirs}"' in question
    ways = {way.replace("&amp;", "&") for way in re.findall(rf'href="({base}[^"]*)"', question)}
    assert len(ways) == 1
    assert _ticked(client.get(ways.pop()).text) == {own, left}

    owner, safe = pair.provider.owner, app.extensions["safe"]
    other = terms.add(
        owner, pair.provider_id, "Анкета", safe=safe, stream=io.BytesIO(PDF), filename="a.pdf", required=True
    )
    stays, gone = other.versions[0].id, contract.versions[0].id
    address = f"/pairs/{pair.id}/terms"
    question = client.post(f"{address}/consent/ask", data={"chosen": [stays, gone]}).text
    back = re.search(rf'href="({address}[^"]*)"', question)[1].replace("&amp;", "&")
    assert _ticked(client.get(back).text) == {stays, gone}
    terms.publish(owner, contract.id, safe, io.BytesIO(PDF + b"2"), "dogovor2.pdf")
    refused = client.post(f"{address}/consent", data={"sign": [stays, gone]})
    assert refused.status_code == 409
    assert _ticked(refused.text) == {stays}


def test_wrong_uploads_are_named(db, pair, sign_in):
    client = sign_in(pair.user)
    for name, data in (("вирус.exe", b"MZ"), ("пусто.pdf", b""), ("ложь.pdf", b"MZ\x90\0")):
        answer = _upload(client, pair, name, data)
        assert answer.status_code == 422
        assert name in answer.text
    both = client.post(
        f"/pairs/{pair.id}/documents",
        data={"files": [(io.BytesIO(PDF), "да.pdf"), (io.BytesIO(b"MZ"), "нет.exe")]},
    )
    assert both.status_code == 422
    assert "нет.exe" in both.text
    assert len(db.scalars(select(SharedDocument)).all()) == 1
    assert client.post(f"/pairs/{pair.id}/documents/download", data={}).status_code == 422
    assert client.post(f"/pairs/{pair.id}/documents/download", data={"chosen": "x"}).status_code == 422


def test_of_too_many_files_the_rest_is_named(db, pair, sign_in):
    """S2-58: nothing is left out in silence, and what is there already is said, too."""
    files = [(io.BytesIO(PDF + bytes([number])), f"d{number}.pdf") for number in range(1, 13)]
    answer = sign_in(pair.user).post(f"/pairs/{pair.id}/documents", data={"files": files})
    assert answer.status_code == 422
    assert "d11.pdf, d12.pdf" in answer.text
    assert "Загружено 10 документов" in answer.text
    assert db.scalar(select(func.count()).select_from(SharedDocument)) == 10


def test_a_link_ends(pair, client, later):
    """S2-55: 4:59 works, 5:01 does not; nor after signing out and in again, nor by a stranger."""
    user = pair.user
    from app import passwords
    from app.extensions import db

    user.password = passwords.hashed("Kama-Atrium-2026")
    db.session.commit()
    signing = {"email": user.email, "password": "Kama-Atrium-2026"}
    client.post("/sign-in", data=signing)
    _upload(client, pair)
    number = db.session.scalars(select(SharedDocument.id)).one()
    tick = {"chosen": number}
    link = _link(client.post(f"/pairs/{pair.id}/documents/download", data=tick).text)
    later(299)
    assert client.get(link).status_code == 200
    later(301)
    gone = client.get(link)
    assert gone.status_code == 410
    assert "пять минут" in gone.text
    assert f'href="/pairs/{pair.id}/documents"' in gone.text
    fresh = _link(client.post(f"/pairs/{pair.id}/documents/download", data=tick).text)
    assert client.get(fresh).status_code == 200
    client.post("/sign-out")
    assert client.get(fresh).status_code == 401
    client.post("/sign-in", data=signing)
    assert client.get(fresh).status_code == 410


def test_a_link_to_terms_says_of_which_and_leads_back(pair, contract, sign_in, later):
    """S2-52, S2-55: files of two documents may have one name; an ended link leads to where a new one is made."""
    client, provider = sign_in(pair.user), sign_in(pair.provider.owner)
    tick = {"chosen": contract.versions[0].id}
    page = client.post(f"/pairs/{pair.id}/terms/download", data=tick).text
    assert contract.title in page.split("data-seconds")[1].split("</section>")[0]
    theirs = provider.post(f"/practice/terms/{contract.id}/versions/1/download").text
    later(301)
    for browser, shown, back in (
        (client, page, f"/pairs/{pair.id}/terms"),
        (provider, theirs, f"/practice/terms/{contract.id}"),
    ):
        ended = browser.get(_link(shown))
        assert ended.status_code == 410
        assert f'href="{back}"' in ended.text


def test_an_ended_link_leads_a_colleague_to_the_own_work(app, sign_in, later):
    """S2-55, I-20: whoever serves the client has no page of the document: only the owner has."""
    studio = make.organization()
    paper = terms.add(
        studio.owner,
        studio.id,
        "Договор",
        safe=app.extensions["safe"],
        stream=io.BytesIO(PDF),
        filename="dogovor.pdf",
        required=True,
    )
    person, his, _theirs = colleague(studio)
    browser, tick = sign_in(person), {"chosen": paper.versions[0].id}
    shown = browser.post(f"/pairs/{his.client_id}/terms/download", data=tick).text
    later(301)
    ended = browser.get(_link(shown))
    assert ended.status_code == 410
    assert f"/practice/terms/{paper.id}" not in ended.text
    assert 'href="/practice"' in ended.text


def test_terms_are_signed_withdrawn_and_asked_for_again(app, db, pair, contract, sign_in):
    """S2-48..S2-54, D-16, I-21."""
    client, provider = sign_in(pair.user), sign_in(pair.provider.owner)
    address, version = f"/pairs/{pair.id}/terms", contract.versions[0].id
    assert "Ожидает согласия" in client.get(address).text
    page = client.post(f"{address}/download", data={"chosen": version}).text
    assert client.get(_link(page)).data == PDF
    sure = client.post(f"{address}/consent/ask", data={"chosen": version}).text
    assert "Вы подписываете" in sure
    assert f'name="sign" value="{version}"' in sure
    assert db.scalars(select(Consent)).all() == []
    assert client.post(f"{address}/consent", data={"sign": version}).status_code == 303
    page = client.get(address).text
    assert "Подписано" in page
    assert "Ожидает согласия" not in page
    assert contract.versions[0].digest[:12] in page
    assert "Подписано" in provider.get(address).text
    assert pair.user.name in provider.get(f"/practice/terms/{contract.id}").text
    sure = client.post(f"{address}/consent/ask", data={"chosen": version}).text
    assert "Вы отзываете согласие" in sure
    client.post(f"{address}/consent", data={"withdraw": version})
    assert "Отозвано" in client.get(address).text
    new = provider.post(
        f"/practice/terms/{contract.id}/versions", data={"file": (io.BytesIO(PDF + b"2"), "dogovor2.pdf")}
    )
    assert new.status_code == 303
    late = client.post(f"{address}/consent", data={"sign": version})
    assert late.status_code == 409
    assert "ничего не подписано" in late.text


def test_a_demanded_document_leads_back_to_the_request(pair, contract, sign_in):
    """S2-8: the refusal says which document, and the way back to the request survives signing."""
    provider, client = pair.provider, sign_in(pair.user)
    offer = provider.offers[0]
    terms.edit(provider.owner, contract.id, "Договор", required=True, active=True, offer_ids=[offer.id])
    at = make.free(provider)
    sent = {"client": pair.id, "offer": offer.id, "at": at.isoformat()}
    refused = client.post("/ask", data=sent)
    assert refused.status_code == 422
    assert "«Договор»" in refused.text
    assert f"/pairs/{pair.id}/terms" in refused.text
    done = client.post(
        f"/pairs/{pair.id}/terms/consent", data={"sign": contract.versions[0].id, "next": "/ask?client=1"}
    )
    assert done.location == "/ask?client=1"
    elsewhere = client.post(
        f"/pairs/{pair.id}/terms/consent",
        data={"sign": contract.versions[0].id, "next": "https://evil.example"},
    )
    assert elsewhere.location == f"/pairs/{pair.id}/terms"


def test_what_a_service_demands_is_said_where_it_is_chosen(pair, contract, sign_in, count_statements):
    """S2-8, S2-19: in the second step and from then on; the way to sign leads back to what was chosen; what is signed
    is named no more."""
    provider, client = pair.provider, sign_in(pair.user)
    client.post("/locale", data={"locale": "en"})
    offer, other = provider.offers[0], make.offer(provider, "Другая")
    terms.edit(provider.owner, contract.id, "Договор", required=True, active=True, offer_ids=[offer.id])
    said = "To be signed: “Договор”."
    at = make.free(provider)
    for address, back in (
        (f"/ask?client={pair.id}", f"/ask?client={pair.id}&offer={offer.id}"),
        (f"/ask?client={pair.id}&offer={offer.id}", ""),
        (f"/ask?client={pair.id}&offer={offer.id}&day={at:%Y-%m-%d}&step=time", ""),
    ):
        client.get(address)
        with count_statements(12):
            page = client.get(address).text
        assert page.count(said) == 1
        link = re.search(r'class="tap small" href="(/pairs/[^"]+)"', page)
        there = html.unescape(link[1])
        signing = client.get(there).text
        way = html.unescape(re.findall(r'name="next" value="([^"]+)"', signing)[-1])
        assert unquote(way) == (back or address)
    assert said not in client.get(f"/ask?client={pair.id}&offer={other.id}").text
    sent = {"sign": contract.versions[0].id, "next": way}
    done = client.post(f"/pairs/{pair.id}/terms/consent", data=sent)
    assert said not in client.get(done.location).text
    assert said not in client.get(f"/ask?client={pair.id}").text


def test_the_page_of_terms_looks_anew(pair, contract, sign_in):
    """S2-48, S2-52: it hears the provider and the pair; what was chosen comes back ticked, but not a version that is
    replaced meanwhile."""
    client = sign_in(pair.user)
    address = f"/pairs/{pair.id}/terms"
    version = contract.versions[0].id
    part = re.search(r'<div class="stack" id="terms-list"[^>]+>', client.get(address).text)[0]
    assert f'data-live="mine {pair.provider.subject} {pair.subject}" data-refresh="terms. ' in part
    again = client.get(f"{address}?chosen={version}", headers={"HX-Request": "true"}).text
    assert f'value="{version}" checked' in again
    terms.publish(
        pair.provider.owner,
        contract.id,
        client.application.extensions["safe"],
        io.BytesIO(PDF + b"2"),
        "dogovor2.pdf",
    )
    again = client.get(f"{address}?chosen={version}", headers={"HX-Request": "true"}).text
    assert "checked" not in again.partition('id="terms-list"')[2].partition("</form>")[0]
    # A row is its version's: the page never puts one's words beside another one's tick.
    assert f'id="terms-{version}"' not in again
    assert 'class="paper-line" id="terms-' in again


def test_an_open_page_of_a_pair_ends_with_the_access(sign_in):
    """I-22: who does not see a client any more learns it on the page that is open, and nothing of it stays. A part that
    was asked for by a press is refused beside what is there."""
    provider = make.organization()
    person, asked_for, _theirs = colleague(provider)
    mine, here = asked_for.client, sign_in(person)
    for page in (f"/pairs/{mine.id}/documents", f"/pairs/{mine.id}/terms", f"/practice/clients/{mine.id}"):
        assert 'client.shown"' in here.get(page).text
    watch = f"/pairs/{mine.id}/open"
    asked = {"HX-Request": "true"}
    assert here.get(watch, headers=asked | {"X-Refresh": "yes"}).status_code == 204
    providers.show(provider.owner, mine.id, [])
    gone = here.get(watch, headers=asked | {"X-Refresh": "yes"})
    assert gone.status_code == 404
    assert (gone.headers["X-Gone"], gone.headers["HX-Reswap"]) == ("yes", "none")
    assert 'id="gone"' in gone.text
    assert here.get(watch, headers=asked).headers["HX-Retarget"] == "#toasts"


def test_the_providers_terms(app, db, pair, sign_in):
    provider = sign_in(pair.provider.owner)
    address = f"/practice/{pair.provider_id}/terms"
    wrong = provider.post(address, data={"title": "", "file": (io.BytesIO(PDF), "a.pdf")})
    assert wrong.status_code == 422
    assert provider.post(address, data={"title": "Договор"}).status_code == 422
    # All that is wrong at once, and what was typed and switched off stays.
    for nothing in ({}, {"file": (io.BytesIO(b"MZ"), "a.pdf")}):
        both = provider.post(address, data={"title": " "} | nothing)
        assert both.status_code == 422
        assert 'id="title-error"' in both.text
        assert 'id="file-error"' in both.text
        assert 'name="required" value="yes" checked' not in both.text
    assert db.scalars(select(Terms)).all() == []
    assert db.scalars(select(StoredFile)).all() == []
    lying = provider.post(address, data={"title": "Договор", "file": (io.BytesIO(b"MZ"), "a.pdf")})
    assert lying.status_code == 422
    assert 'value="Договор"' in lying.text
    done = provider.post(
        address, data={"title": "Договор", "required": "yes", "file": (io.BytesIO(PDF), "a.pdf")}
    )
    assert done.status_code == 303
    assert "Договор" in sign_in(pair.user).get(f"/pairs/{pair.id}/terms").text


def test_a_new_version_asks_before_signatures_end(db, pair, contract, sign_in):
    """I-21: how many end is said before; who signs meanwhile is counted; without signatures nothing is asked."""
    client, provider = sign_in(pair.user), sign_in(pair.provider.owner)
    address = f"/practice/terms/{contract.id}"
    assert "new-version" not in provider.get(address).text
    first = contract.versions[0]
    client.post(f"/pairs/{pair.id}/terms/consent", data={"sign": first.id})
    page = provider.get(address).text
    assert f'href="{address}/versions"' in page
    question = provider.get(f"{address}/versions").text
    for shown in (page, question):
        assert "1 подпись перестанет действовать" in shown
        assert 'name="signed" value="1"' in shown
    # A form from before the signature: nothing is published, and the question comes.
    late = provider.post(f"{address}/versions", data={"file": (io.BytesIO(PDF + b"2"), "b.pdf")})
    assert late.status_code == 409
    assert 'name="signed" value="1"' in late.text
    same = provider.post(f"{address}/versions", data={"signed": 1, "file": (io.BytesIO(PDF), "b.pdf")})
    assert same.status_code == 422
    assert "файл нынешней версии" in same.text
    assert provider.post(f"{address}/versions", data={"signed": 1}).status_code == 422
    assert db.scalars(select(TermsVersion.number)).all() == [1]
    done = provider.post(f"{address}/versions", data={"signed": 1, "file": (io.BytesIO(PDF + b"2"), "b.pdf")})
    assert (done.status_code, done.location) == (303, address)
    assert db.scalars(select(TermsVersion.number).order_by(TermsVersion.number)).all() == [1, 2]


def test_old_versions_keep_their_files_and_signatures(app, db, pair, contract, sign_in, count_statements):
    """I-21, D-16, S2-55: each version has its page with file, hash, who signed it, who withdrew, and when."""
    client, owner = sign_in(pair.user), sign_in(pair.provider.owner)
    first = contract.versions[0]
    for word in ("sign", "withdraw", "sign", "withdraw"):
        client.post(f"/pairs/{pair.id}/terms/consent", data={word: first.id})
    other = make.client_of(pair.provider, make.resident("Пётр", "Второй"))
    terms.change_consent(other.user, other.id, {first.id: True})
    terms.publish(
        pair.provider.owner, contract.id, app.extensions["safe"], io.BytesIO(PDF + b"2"), "dogovor2.pdf"
    )
    address = f"/practice/terms/{contract.id}"
    assert f"{address}/versions/1" in owner.get(address).text
    with count_statements(12):
        page = owner.get(f"{address}/versions/1").text
    assert first.digest in page
    assert "dogovor.pdf" in page
    rows = {name: row for row in page.split("</li>") for name in ("Марина", "Пётр") if name in row}
    assert (rows["Марина"].count("Подписано: "), rows["Марина"].count("Отозвано: ")) == (2, 2)
    assert '<span class="status">' in rows["Марина"]
    assert '<span class="status">' not in rows["Пётр"]
    link = _link(owner.post(f"{address}/versions/1/download").text)
    assert owner.get(link).data == PDF
    assert client.get(link).status_code == 404
    assert "никто не подписывал" in owner.get(f"{address}/versions/2").text
    assert owner.get(f"{address}/versions/3").status_code == 404
    assert owner.get(f"{address}/versions/99999999999").status_code == 404
    assert owner.post(f"{address}/versions/3/download").status_code == 404


def test_what_was_signed_stays_in_reach(app, db, pair, contract, sign_in):
    """S2-55, I-21: versions that the client had decided about and the present one, with times and files; no others, and
    nobody else's."""
    provider, client = pair.provider, sign_in(pair.user)
    address, first = f"/pairs/{pair.id}/terms", contract.versions[0].id
    page = f"{address}/{contract.id}"
    assert f'href="{page}"' in client.get(address).text
    assert "не подписывали" in client.get(page).text
    client.post(f"{address}/consent", data={"sign": first})
    client.post(f"{address}/consent", data={"withdraw": first})
    _publish(app, contract, PDF + b"2")
    second = _publish(app, contract, PDF + b"3")
    shown = client.get(page).text
    assert f'value="{first}"' in shown
    assert f'value="{second - 1}"' not in shown  # he never said a word to it
    assert "Не действует" in shown
    assert "Отозвано" in shown
    assert "Ожидает согласия" in shown
    for version, data in ((first, PDF), (second, PDF + b"3")):
        got = client.post(f"{page}/download", data={"chosen": version})
        assert client.get(_link(got.text)).data == data
    for where in (f"{page}/download", f"{address}/download"):
        assert client.post(where, data={"chosen": second - 1}).status_code == 422
    # Another client of the same provider has not signed it, and has no link to it.
    other = make.client_of(provider, make.resident("Лера", "Быстрова"))
    stranger = sign_in(other.user)
    theirs = f"/pairs/{other.id}/terms/{contract.id}"
    assert f'value="{first}"' not in stranger.get(theirs).text
    assert stranger.post(f"{theirs}/download", data={"chosen": first}).status_code == 422
    assert stranger.get(page).status_code == 404
    link = _link(client.post(f"{page}/download", data={"chosen": first}).text)
    assert stranger.get(link).status_code == 404
    # The provider has his own pages for it.
    assert sign_in(provider.owner).get(page).location == address
    for number in (999_999, 2**40):
        assert client.get(f"{address}/{number}").status_code == 404
    # A document that is taken back: what he had decided about stays, what he had not is gone.
    terms.edit(provider.owner, contract.id, "Договор", required=True, active=False)
    shown = client.get(page).text
    assert f'value="{first}"' in shown
    assert f'value="{second}"' not in shown
    assert "больше не предлагает" in shown
    assert client.get(link).data == PDF
    assert stranger.get(theirs).status_code == 404


def test_a_document_that_was_taken_back_meanwhile(pair, contract, sign_in):
    """It has no new version: nothing is left to be signed, and whoever wanted to is told so at each step."""
    client, address = sign_in(pair.user), f"/pairs/{pair.id}/terms"
    version = contract.versions[0].id
    terms.edit(pair.provider.owner, contract.id, "Договор", required=True, active=False)
    for step, name, status in (
        ("download", "chosen", 422),
        ("consent/ask", "chosen", 409),
        ("consent", "sign", 409),
    ):
        answer = client.post(f"{address}/{step}", data={name: version})
        assert answer.status_code == status
        assert "больше не предлагает документ «Договор»" in answer.text
        assert "новая версия" not in answer.text


def test_what_waits_for_a_signature_is_marked(app, pair, contract, sign_in, count_statements):
    """S2-49: on the provider's page and in the list, by a number and in words, until it is signed."""
    client = sign_in(pair.user)
    page, listed = f"/providers/{pair.id}", "/providers"
    with count_statements(12):
        assert '>1<span class="sr-only"> документ ожидает согласия' in client.get(page).text
    with count_statements(12):
        assert "Ожидает согласия: 1 документ" in client.get(listed).text
    sign = {"sign": contract.versions[0].id}
    client.post(f"/pairs/{pair.id}/terms/consent", data=sign)
    for address in (page, listed):
        assert "жидает согласия" not in client.get(address).text
    _publish(app, contract, PDF + b"2")
    assert "Ожидает согласия: 1 документ" in client.get(listed).text
    terms.edit(pair.provider.owner, contract.id, "Договор", required=False, active=True)
    assert "жидает согласия" not in client.get(page).text


def _publish(app, contract, data) -> int:
    owner = contract.provider.owner
    return terms.publish(owner, contract.id, app.extensions["safe"], io.BytesIO(data), "new.pdf").id


def test_statements(pair, contract, sign_in, count_statements):
    for who in (pair.user, pair.provider.owner):
        reader = sign_in(who)
        for page in ("documents", "terms"):
            reader.get(f"/pairs/{pair.id}/{page}")
            with count_statements(12):
                assert reader.get(f"/pairs/{pair.id}/{page}").status_code == 200
    client = sign_in(pair.user)
    with count_statements(12):
        assert client.get(f"/pairs/{pair.id}/terms/{contract.id}").status_code == 200


def test_an_address_of_a_form_leads_to_its_page(sign_in):
    """The language is changed on a page that answered a form, or the address is opened by hand."""
    pair = make.client_of(make.specialist())
    client = sign_in(pair.user)
    browser = {"Sec-Fetch-Mode": "navigate"}
    for address in ("terms/download", "terms/consent/ask", "documents/download", "documents/removal"):
        answer = client.get(f"/pairs/{pair.id}/{address}", headers=browser)
        assert (answer.status_code, answer.location) == (302, f"/pairs/{pair.id}/{address.split('/')[0]}")
    assert client.get(f"/pairs/{pair.id}/terms/download").status_code == 405
    assert client.post(f"/pairs/{pair.id}", headers=browser).status_code == 404


def test_a_notice_about_terms_leads_to_them(db, pair, contract, sign_in, run_jobs):
    """S2-49, I-21: both sides come from the notice to the terms of the pair, and have read it then."""
    client, provider = sign_in(pair.user), sign_in(pair.provider.owner)
    client.post(f"/pairs/{pair.id}/terms/consent", data={"sign": contract.versions[0].id})
    run_jobs()
    address = f"/pairs/{pair.id}/terms"
    mine = select(Notice.read_at).where(Notice.user_id == pair.provider.owner_id, Notice.kind.like("terms.%"))
    assert db.scalars(mine).all() == [None]
    assert f'href="{address}"' in provider.get("/notices").text
    assert provider.get(address).status_code == 200
    assert None not in db.scalars(mine).all()


def test_who_has_not_signed_is_listed(db, pair, contract, sign_in, count_statements):
    """I-21: the provider sees who still has to sign; who withdraws is among them again."""
    other = make.client_of(pair.provider, make.resident("Пётр", "Второй"))
    make.client_of(make.specialist(make.user()))
    version = contract.versions[0].id
    terms.change_consent(other.user, other.id, {version: True})
    owner, address = sign_in(pair.provider.owner), f"/practice/terms/{contract.id}?who=waiting"

    def listed() -> list[int]:
        page = owner.get(address).text.split('id="signers-title"')[1].split("</section>")[0]
        return [int(number) for number in re.findall(r"/pairs/(\d+)/terms", page)]

    assert listed() == [pair.id]
    with count_statements(12):
        owner.get(address)
    terms.change_consent(other.user, other.id, {version: False})
    assert listed() == [pair.id, other.id]
