"""«Список специалистов»: the client's providers, one of them, the chat with him."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.errors import NotFound
from app.extensions import db
from app.flows import By
from app.policy import client_side, load_client
from app.queries import appointments as queries
from app.queries import consents, packages, profiles
from models import Client
from views import chat
from views.context import actor, counters, signed_in
from views.numbers import number
from views.portal.base import fragment, portal


@portal.get("/providers")
@signed_in
def providers() -> ResponseReturnValue:
    """Everybody who has invited the reader, the first one first (S2-4, S2-5, S2-40, S2-45)."""
    after = number(request.args, "after")
    page = queries.my_providers(db.session, actor(), after=after)
    template = "portal/_providers.html" if fragment() else "portal/providers.html"
    return render_template(template, page=page, after=after)


@dataclass(frozen=True)
class Tool:
    """A button of the provider's page (S2-41), with a number beside it and what it counts in words."""

    label: str
    icon: str
    href: str
    count: int = 0
    counted: str = ""


@portal.get("/providers/<int:client_id>")
@signed_in
def provider(client_id: int) -> ResponseReturnValue:
    """One of the list: what can be done with him (S2-41), and the appointments with him. Who works there is led to the
    client's page of the practice."""
    client = load_client(db.session, actor(), client_id)
    if client_side(actor(), client) is not By.AUTHOR:
        return redirect(url_for("practice.client", client_id=client_id))
    return render_template(
        "portal/_provider.html" if fragment() else "portal/provider.html",
        client=client,
        provider=client.provider,
        tools=_tools(client),
        page=queries.planned(db.session, actor(), client=client),
        held=packages.of_client(db.session, client),
        packages=packages.on_offer(db.session, client.provider_id),
        over=queries.past(db.session, actor(), client=client).lines[:5],
    )


def _tools(client: Client) -> list[Tool]:
    unread = queries.unread_messages(db.session, client, actor())
    waiting = consents.documents_to_sign(db.session, client)
    page = profiles.of_provider(db.session, client.provider_id)
    shown = (
        [Tool(_("Profile"), "user", url_for("public.profile", slug=page.slug))]
        if page and page.published
        else []
    )
    return [
        *shown,
        Tool(
            _("Chat"),
            "message-circle",
            url_for("portal.provider_chat", client_id=client.id),
            unread,
            ngettext("unread message", "unread messages", unread),
        ),
        # S2-49: what waits for a signature is seen before anybody looks for it.
        Tool(
            _("Terms"),
            "signature",
            url_for("pair.terms", client_id=client.id),
            waiting,
            ngettext("document awaits consent", "documents await consent", waiting),
        ),
        Tool(_("Documents"), "file-text", url_for("pair.documents", client_id=client.id)),
    ]


@portal.get("/providers/<int:client_id>/chat")
@signed_in
def provider_chat(client_id: int) -> ResponseReturnValue:
    """The protected conversation, one for each pair (S2-6, S2-46, S2-47). The provider has it in the practice. With
    ?package= the words that ask for it wait in the box, to be changed and sent by the client."""
    client = load_client(db.session, actor(), client_id)
    if client_side(actor(), client) is not By.AUTHOR:
        return redirect(url_for("practice.chat", client_id=client_id))
    counters(client.subject)
    return render_template(
        "portal/provider_chat.html",
        client=client,
        provider=client.provider,
        page=queries.planned(db.session, actor(), client=client),
        proposed=_words_for(client),
        **chat.panel(client, client.thread),
    )


def _words_for(client: Client) -> str:
    """What asks for the package that the address names, if it is on offer."""
    wanted = number(request.args, "package")
    if wanted is None:
        return ""
    offered = packages.on_offer(db.session, client.provider_id)
    names = [one.name for one in offered if one.id == wanted]
    return _("I would like to buy the package “%(name)s”.", name=names[0]) if names else ""


def own_client(client_id: int) -> Client:
    """The pair, for its client alone. Raises NotFound."""
    client = load_client(db.session, actor(), client_id)
    if client_side(actor(), client) is not By.AUTHOR:
        raise NotFound
    return client
