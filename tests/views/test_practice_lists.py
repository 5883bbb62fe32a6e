"""The provider's lists are walked a page at a time; the largest practice there can be has small pages."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert

from app.actions import terms
from app.queries import paging
from models import (
    Absence,
    Consent,
    Invitation,
    Offer,
    Provider,
    Resource,
    SharedDocument,
    Specialist,
    StoredFile,
)
from tests import factories as make

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
#: More than two pages, and what budgets are measured with.
MANY = 90
HTML = 100_000


def _contract(app: Any, provider: Provider, title: str = "Договор", data: bytes = PDF) -> Any:
    sent: Any = {"safe": app.extensions["safe"], "stream": io.BytesIO(data), "filename": "dogovor.pdf"}
    return terms.add(provider.owner, provider.id, title, **sent, required=True)


# --- lists that are long ------------------------------------------------------------------------------------------


def _offers(db: Any, provider: Provider) -> str:
    rows = [{"provider_id": provider.id, "name": f"Услуга {n:03}", "minutes": 30} for n in range(MANY)]
    db.execute(insert(Offer), rows)
    return f"/practice/{provider.id}/services"


def _specialists(db: Any, provider: Provider) -> str:
    numbers = db.scalars(insert(Resource).returning(Resource.id), [{} for _ in range(MANY)]).all()
    rows = [
        {"provider_id": provider.id, "resource_id": number, "name": f"Услуга {n:03}"}
        for n, number in enumerate(numbers)
    ]
    db.execute(insert(Specialist), rows)
    return f"/practice/{provider.id}/team"


def _absences(db: Any, provider: Provider) -> str:
    """Several begin at one time."""
    day = dt.datetime.fromisoformat("2099-01-01")
    rows = [
        {
            "provider_id": provider.id,
            "starts": day + dt.timedelta(days=n // 3),
            "ends": day + dt.timedelta(days=n // 3 + 1),
            "reason": f"Услуга {n:03}",
        }
        for n in range(MANY)
    ]
    db.execute(insert(Absence), rows)
    return f"/practice/{provider.id}/absences"


def _invitations(db: Any, provider: Provider) -> str:
    rows = [
        {
            "provider_id": provider.id,
            "nonce": str(n),
            "token_hash": str(n),
            "label": f"Услуга {MANY - 1 - n:03}",
            "created_by": provider.owner_id,
        }
        for n in range(MANY)
    ]
    db.execute(insert(Invitation), rows)
    return f"/practice/{provider.id}/invitations"


def _documents(db: Any, provider: Provider) -> str:
    pair = make.client_of(provider)
    rows = [
        {
            "owner_id": pair.user_id,
            "subject": pair.subject,
            "name": f"Услуга {MANY - 1 - n:03}",
            "content_type": "application/pdf",
            "size": 1,
            "sealed": True,
        }
        for n in range(MANY)
    ]
    files = db.scalars(insert(StoredFile).returning(StoredFile.id, sort_by_parameter_order=True), rows).all()
    db.execute(insert(SharedDocument), [{"client_id": pair.id, "file_id": file} for file in files])
    return f"/pairs/{pair.id}/documents"


def _walk(browser: Any, address: str) -> tuple[list[str], list[str]]:
    """The names on all pages in their order, and the pages."""
    names: list[str] = []
    pages: list[str] = []
    while address and len(pages) < 9:
        text = browser.get(address).text
        pages.append(text)
        names += re.findall(r"Услуга \d{3}(?=</span>|<| )", text)
        further = re.findall(r'href="([^"]+)" rel="next"', text)
        address = further[0].replace("&amp;", "&") if further else ""
    return list(dict.fromkeys(names)), pages


@pytest.mark.parametrize("fill", [_offers, _specialists, _absences, _invitations, _documents])
def test_a_long_list_is_walked_by_pages(
    db: Any, sign_in: Any, count_statements: Any, fill: Callable[[Any, Provider], str]
) -> None:
    """Each row once, in order; no page is heavy or asks more for being the last one; there is a way back."""
    provider = make.organization()
    address = fill(db, provider)
    db.commit()
    owner = sign_in(provider.owner)
    names, pages = _walk(owner, address)
    assert names == [f"Услуга {n:03}" for n in range(MANY)]
    assert len(pages) == 3
    assert all(len(page.encode()) < HTML for page in pages)
    assert f'href="{address}" rel="prev"' in pages[-1]
    assert "rel=" + '"prev"' not in pages[0]
    further = re.findall(r'href="([^"]+)" rel="next"', pages[1])[0].replace("&amp;", "&")
    with count_statements(12):
        assert owner.get(further).status_code == 200


@pytest.mark.parametrize("fill", [_offers, _specialists, _absences, _invitations, _documents])
def test_a_place_that_is_none_has_a_way_back(
    db: Any, sign_in: Any, fill: Callable[[Any, Provider], str]
) -> None:
    """Behind a row that is not in the list, or below all of them, nothing comes, and the page says how to go on."""
    provider = make.organization()
    address = fill(db, provider)
    db.commit()
    owner = sign_in(provider.owner)
    for place in ("after=2000000000", "before=1", "after=nonsense", "before=99999999999999999999"):
        text = owner.get(f"{address}?{place}").text
        if "Услуга 000" not in text:
            assert f'href="{address}"' in text, place


def test_what_was_ticked_on_a_later_page_is_there_after_the_press(db: Any, sign_in: Any) -> None:
    """S2-57, S2-59: links and the question before deleting come for what stands on the page that was shown."""
    provider = make.specialist()
    address = _documents(db, provider)
    db.commit()
    person = sign_in(db.get(SharedDocument, 1).client.user)
    _names, pages = _walk(person, address)
    form = re.findall(r'action="([^"]+download[^"]*)"', pages[1])[0].replace("&amp;", "&")
    ticked = re.findall(r'name="chosen" value="(\d+)"', pages[1])[:2]
    text = person.post(form, data={"chosen": ticked}).text
    assert len(re.findall(r'href="/downloads/', text)) == 2
    assert text.count(" checked") == 2
    sure = person.post(f"{address}/removal", data={"chosen": ticked})
    assert sure.status_code == 200
    assert len(re.findall(r'name="chosen"', sure.text)) == 2


def test_who_has_signed_is_a_list_of_pages(app: Any, db: Any, sign_in: Any, monkeypatch: Any) -> None:
    """S2-50, I-21: the number of all, a page of them; versions too."""
    monkeypatch.setattr(paging, "PAGE", 2)
    provider = make.specialist()
    contract = _contract(app, provider)
    clients = [make.client_of(provider, make.resident("Клиент", f"Услуга{n}")) for n in range(5)]
    for number in (2, 3):
        terms.publish(
            provider.owner,
            contract.id,
            app.extensions["safe"],
            io.BytesIO(PDF + b"%" * number),
            f"{number}.pdf",
        )
    version = contract.versions[0]
    for client in clients:
        terms.change_consent(client.user, client.id, {version.id: True})
    owner, address = sign_in(provider.owner), f"/practice/terms/{contract.id}"
    first = owner.get(address).text
    assert "Подписали 5<" in first
    assert len(re.findall(r"Клиент Услуга\d", first)) == 2
    assert first.count("SHA-256") == 2
    after, before = (re.findall(rf'href="{address}\?({name}=\d+)"', first)[0] for name in ("after", "before"))
    assert re.findall(r"Клиент (Услуга\d)", owner.get(f"{address}?{after}").text) == ["Услуга2", "Услуга3"]
    oldest = owner.get(f"{address}?{before}").text
    assert (oldest.count("SHA-256"), "dogovor.pdf" in oldest, "Клиент Услуга0" in oldest) == (1, True, True)
    links = owner.post(f"{address}/versions/1/download").text
    assert len(re.findall(r'href="/downloads/', links)) == 1
    # Those of one version, too.
    newest = owner.get(f"{address}/versions/3").text
    assert re.findall(r"Клиент (Услуга\d)", newest) == ["Услуга0", "Услуга1"]
    assert re.findall(r"Клиент (Услуга\d)", owner.get(f"{address}/versions/3?{after}").text) == [
        "Услуга2",
        "Услуга3",
    ]


def test_a_hundred_versions_cost_no_more(app: Any, db: Any, sign_in: Any, count_statements: Any) -> None:
    """The pages of terms read the newest version of each document, not all that there were."""
    provider = make.specialist()
    pair = make.client_of(provider)
    contract = _contract(app, provider)
    for number in range(45):
        file = io.BytesIO(PDF + b"%" * (number + 1))
        terms.publish(provider.owner, contract.id, app.extensions["safe"], file, "b.pdf")
    db.execute(
        insert(Consent),
        [
            {
                "client_id": pair.id,
                "version_id": contract.versions[0].id,
                "given": True,
                "digest": "",
                "user_id": pair.user_id,
            }
        ],
    )
    owner = sign_in(provider.owner)
    for address in (
        f"/practice/{provider.id}/terms",
        f"/practice/terms/{contract.id}",
        f"/pairs/{pair.id}/terms",
    ):
        with count_statements(12):
            text = owner.get(address).text
        assert "версия 46" in text
        assert len(text.encode()) < HTML


def test_the_largest_practice_is_within_the_budget(db: Any, sign_in: Any, count_statements: Any) -> None:
    """Two hundred services and specialists: every page with all of them stays small."""
    provider = make.organization()
    _offers(db, provider)
    _specialists(db, provider)
    _offers(db, provider)
    _specialists(db, provider)
    pair = make.client_of(provider)
    who = provider.specialists[0].id
    owner, base = sign_in(provider.owner), f"/practice/{provider.id}"
    for address in (
        base,
        f"{base}/calendar",
        f"{base}/services/new",
        f"{base}/hours",
        f"{base}/absences",
        f"{base}/book?client={pair.id}",
        f"/practice/clients/{pair.id}",
        f"/practice/specialists/{who}",
    ):
        with count_statements(12):
            answer = owner.get(address)
        assert answer.status_code == 200, address
        assert len(answer.data) < HTML, (address, len(answer.data))
