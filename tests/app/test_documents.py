"""Documents, terms, consents: between two and nobody else, sealed, by links of five minutes."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from app import clock, policy
from app.actions import asking, documents, terms
from app.errors import Forbidden, Invalid, NotFound, Stale
from app.queries import terms as queries
from app.vault import Broken, Vault
from models import Channel, Consent, DownloadLink, Entry, Notice, SharedDocument, StoredFile
from tests import factories as make

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def safe(app):
    return app.extensions["safe"]


def _upload(actor, client, safe, data=PDF, name="Анализы.pdf"):
    return documents.upload(actor, client.id, safe, io.BytesIO(data), name)


def _terms(provider, safe, title="Договор", *, required=True):
    return terms.add(
        provider.owner,
        provider.id,
        title,
        safe=safe,
        stream=io.BytesIO(PDF),
        filename="dogovor.pdf",
        required=required,
    )


# --- sealed -------------------------------------------------------------------------------------------------------


def test_what_is_sealed_opens_with_the_key_and_the_name_only():
    vault = Vault(b"k" * 32)
    sealed = vault.seal(b"diagnosis", "a")
    assert b"diagnosis" not in sealed
    assert sealed != vault.seal(b"diagnosis", "a")
    assert vault.open(sealed, "a") == b"diagnosis"
    for broken, name, other in (
        (sealed, "b", vault),
        (sealed, "a", Vault(b"x" * 32)),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "a", vault),
        (sealed[:20], "a", vault),
        (b"", "a", vault),
    ):
        with pytest.raises(Broken):
            other.open(broken, name)


def test_the_disk_has_nothing_to_read(app, db, safe):
    client = make.client_of(make.specialist())
    document = _upload(client.user, client, safe)
    kept = app.extensions["storage"].path(document.file_id).read_bytes()
    assert PDF[:8] not in kept
    assert safe.read(document.file_id) == PDF
    documents.remove(client.user, client.id, [document.id], safe)
    assert not app.extensions["storage"].path(document.file_id).exists()
    assert db.scalars(select(StoredFile)).all() == []


# --- exchange -----------------------------------------------------------------------------------------------------


def test_each_side_deletes_its_own(db, safe, run_jobs):
    """S2-58..S2-60; S2-62: no notice tells of an upload."""
    client = make.client_of(make.specialist())
    owner = client.provider.owner
    run_jobs()
    before = len(db.scalars(select(Notice)).all())
    mine, theirs = _upload(client.user, client, safe), _upload(owner, client, safe, name="План.pdf")
    run_jobs()
    assert (mine.by_provider, theirs.by_provider) == (False, True)
    assert len(db.scalars(select(Notice)).all()) == before
    with pytest.raises(Forbidden):
        documents.remove(client.user, client.id, [mine.id, theirs.id], safe)
    assert len(db.scalars(select(SharedDocument)).all()) == 2
    assert documents.remove(client.user, client.id, [mine.id], safe) == 1
    with pytest.raises(Forbidden):
        documents.remove(owner, client.id, [_upload(client.user, client, safe).id], safe)


@pytest.mark.parametrize(
    ("name", "data"), [("x.pdf", b"MZ\x90\0"), ("x.exe", b"MZ"), ("x.pdf", b""), ("x.jpg", PDF)]
)
def test_lying_uploads_are_refused(db, safe, name, data):
    """I-24."""
    client = make.client_of(make.specialist())
    with pytest.raises(Invalid):
        _upload(client.user, client, safe, data, name)
    assert db.scalars(select(SharedDocument)).all() == []


def test_strangers_reach_nothing(db, safe):
    """S2-61: neither the pair, nor a file by its number, nor a document of another pair by its own."""
    provider = make.specialist()
    client, other = make.client_of(provider), make.client_of(provider, make.resident("Пётр", "Второй"))
    document = _upload(client.user, client, safe)
    for person in (make.operator(), make.dispatcher(), other.user, make.resident()):
        with pytest.raises(NotFound):
            _upload(person, client, safe)
        with pytest.raises(NotFound):
            documents.remove(person, client.id, [document.id], safe)
        with pytest.raises(NotFound):
            policy.load_file(db, person, document.file_id)
        assert not documents.may_read(person, document.file)
    assert documents.files_of(other, [document.id]) == []
    assert documents.remove(other.user, other.id, [document.id], safe) == 0
    # Not even its owner reads it past the links.
    with pytest.raises(NotFound):
        policy.load_file(db, client.user, document.file_id)


# --- links of five minutes ----------------------------------------------------------------------------------------


def test_a_link_lives_five_minutes(db, safe, later):
    """S2-55, S2-57: works at 4:59, is refused at 5:01; a new one works."""
    client = make.client_of(make.specialist())
    file = _upload(client.user, client, safe).file
    [link] = documents.links(client.user, "session", [file])
    later(299)
    assert documents.opened(client.user, "session", link.token).id == file.id
    later(301)
    with pytest.raises(documents.Expired):
        documents.opened(client.user, "session", link.token)
    [again] = documents.links(client.user, "session", [file])
    assert documents.opened(client.user, "session", again.token).id == file.id
    assert link.token not in str(db.execute(select(DownloadLink.token_hash)).all())
    later(3600 * 2)
    assert documents.forget_links() == 2


def test_a_link_is_for_one_person_in_one_sign_in(safe):
    """S2-61: refused in another account and after signing out, and to who has no right any more."""
    client = make.client_of(make.specialist())
    owner = client.provider.owner
    file = _upload(client.user, client, safe).file
    [link] = documents.links(client.user, "session", [file])
    with pytest.raises(NotFound):
        documents.opened(owner, "session", link.token)
    with pytest.raises(documents.Expired):
        documents.opened(client.user, "another session", link.token)
    with pytest.raises(NotFound):
        documents.opened(client.user, "session", "guessed")
    documents.remove(client.user, client.id, [1, file and _number(client)], safe)
    with pytest.raises(NotFound):
        documents.opened(client.user, "session", link.token)


def _number(client) -> int:
    from app.extensions import db

    return db.session.scalars(select(SharedDocument.id).where(SharedDocument.client_id == client.id)).one()


def test_links_of_nothing_are_refused():
    with pytest.raises(Invalid):
        documents.links(make.resident(), "session", [])


# --- terms --------------------------------------------------------------------------------------------------------


def _marks(db, client) -> list[tuple[str, bool, bool]]:
    return [(row.terms.title, row.waiting, row.signed) for row in queries.standing(db, client)]


def test_signing_withdrawing_and_a_new_version(db, safe, run_jobs):
    """S2-48..S2-51, S2-54, D-16, I-21: the log says who agreed to which version of which file, and when."""
    provider = make.specialist()
    client = make.client_of(provider)
    contract, leaflet = _terms(provider, safe), _terms(provider, safe, "Памятка", required=False)
    assert _marks(db, client) == [("Договор", True, False), ("Памятка", False, False)]
    first = contract.versions[0]
    terms.change_consent(client.user, client.id, {first.id: True})
    terms.change_consent(client.user, client.id, {first.id: True})
    assert _marks(db, client)[0] == ("Договор", False, True)
    terms.change_consent(client.user, client.id, {first.id: False})
    assert _marks(db, client)[0] == ("Договор", True, False)
    terms.change_consent(client.user, client.id, {first.id: True, leaflet.versions[0].id: True})
    terms.publish(provider.owner, contract.id, safe, io.BytesIO(PDF + b"%2"), "dogovor2.pdf")
    assert _marks(db, client) == [("Договор", True, False), ("Памятка", False, True)]
    log = [(row.version_id, row.given, row.digest == first.digest) for row in queries.log(db, client)][::-1]
    assert log[:3] == [(first.id, True, True), (first.id, False, True), (first.id, True, True)]
    assert queries.counts(db, provider.id) == {leaflet.id: 1}
    run_jobs()
    inbox = (Notice.user_id == client.user_id, Notice.channel == Channel.INBOX)
    told = db.scalars(select(Entry.kind).join(Notice).where(*inbox)).all()
    assert told == ["terms.renewed"]


def test_nothing_is_signed_that_was_replaced_meanwhile(db, safe):
    """Consent for a version that is no longer the newest is refused whole."""
    provider = make.specialist()
    client = make.client_of(provider)
    contract, other = _terms(provider, safe), _terms(provider, safe, "Согласие")
    seen = {contract.versions[0].id: True, other.versions[0].id: True}
    terms.publish(provider.owner, contract.id, safe, io.BytesIO(PDF + b"%3"), "new.pdf")
    with pytest.raises(Stale):
        terms.change_consent(client.user, client.id, seen)
    assert db.scalars(select(Consent)).all() == []
    with pytest.raises(Invalid):
        terms.change_consent(client.user, client.id, {})


def test_only_the_client_signs(safe):
    provider = make.specialist()
    client = make.client_of(provider)
    version = _terms(provider, safe).versions[0]
    with pytest.raises(Forbidden):
        terms.change_consent(provider.owner, client.id, {version.id: True})
    for stranger in (make.operator(), make.resident()):
        with pytest.raises(NotFound):
            terms.change_consent(stranger, client.id, {version.id: True})
    with pytest.raises(NotFound):
        terms.publish(client.user, version.terms_id, safe, io.BytesIO(PDF), "x.pdf")


def test_a_service_may_demand_signed_terms(db, safe):
    """S2-8: asked for before the request, and again after a new version."""
    provider = make.specialist()
    client = make.client_of(provider)
    contract = _terms(provider, safe)
    offer_ids = [provider.offers[0].id]
    terms.edit(provider.owner, contract.id, "Договор", required=True, active=True, offer_ids=offer_ids)
    with pytest.raises(Invalid) as refused:
        make.appointment(client)
    assert refused.value.code == "terms"
    assert "Договор" in str(refused.value.fields["terms"])
    terms.change_consent(client.user, client.id, {contract.versions[0].id: True})
    assert make.appointment(client).status == "requested"
    terms.publish(provider.owner, contract.id, safe, io.BytesIO(PDF + b"%3"), "new.pdf")
    with pytest.raises(Invalid):
        make.appointment(client)
    # The provider himself books whom he likes.
    offer, who = provider.offers[0], provider.specialists[0]
    assert asking.book(provider.owner, client.id, offer.id, who.id, make.free(provider)).status == "agreed"
    assert clock.now() > contract.versions[0].published_at


def test_terms_are_read_by_clients_of_the_provider_alone(safe):
    provider = make.specialist()
    client = make.client_of(provider)
    file = _terms(provider, safe).versions[0].file
    elsewhere = make.client_of(make.specialist(make.user("Другой", "Специалист")), make.resident())
    assert documents.may_read(client.user, file)
    assert documents.may_read(provider.owner, file)
    for person in (make.operator(), make.dispatcher(), elsewhere.user):
        assert not documents.may_read(person, file)
    assert documents.files_of_versions(elsewhere.provider_id, [1]) == []


def test_what_is_switched_off_is_the_providers_alone(safe):
    provider = make.specialist()
    client = make.client_of(provider)
    hidden = _terms(provider, safe)
    version, file = hidden.versions[0], hidden.versions[0].file
    terms.edit(provider.owner, hidden.id, "Договор", required=True, active=False)
    assert not documents.may_read(client.user, file)
    assert documents.may_read(provider.owner, file)
    assert documents.files_for(client, [version.id]) == []


def test_the_same_file_is_no_new_version(db, app):
    """Nobody's consent falls for a file that says the same."""
    provider = make.specialist()
    safe = app.extensions["safe"]
    given = {"safe": safe, "filename": "a.pdf", "required": True}
    contract = terms.add(provider.owner, provider.id, "Договор", stream=io.BytesIO(PDF), **given)
    with pytest.raises(Invalid) as refused:
        terms.publish(provider.owner, contract.id, safe, io.BytesIO(PDF), "b.pdf")
    assert "file" in refused.value.fields
    assert terms.publish(provider.owner, contract.id, safe, io.BytesIO(PDF + b"%"), "b.pdf").number == 2
    # Back to what was said before is a version of its own.
    assert terms.publish(provider.owner, contract.id, safe, io.BytesIO(PDF), "a.pdf").number == 3
