"""The blueprint of pages that both halves of a pair open, and the frame that each of them has around them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.extensions import db
from app.flows import By
from app.policy import client_side, load_client
from models import Client
from views.context import actor, signed_in
from views.numbers import numbers
from views.practice.base import enter, page

pair = Blueprint("pair", __name__)


def known(client_id: int) -> tuple[Client, bool]:
    """The pair that an address names, and whether the reader is its provider's side. Raises NotFound for all others."""
    client = load_client(db.session, actor(), client_id)
    return client, client_side(actor(), client) is By.STAFF


@pair.get("/pairs/<int:client_id>/open")
@signed_in
def still_open(client_id: int) -> ResponseReturnValue:
    """Whether the pair is still open to the reader, for pages that show it: nothing, or NotFound (I-22)."""
    known(client_id)
    return "", 204


def draw(client: Client, template: str, *, ours: bool, **values: Any) -> str:
    """A page of the pair in the frame of the reader's side; `ours` is the provider's."""
    if ours:
        here = enter(client.provider_id)
        return page(
            template, here, frame="practice/layout.html", place="clients", client=client, ours=True, **values
        )
    return render_template(
        template,
        frame="portal/layout.html",
        place="providers",
        client=client,
        provider=client.provider,
        ours=False,
        **values,
    )


def chosen() -> list[int]:
    """The numbers that were ticked; what is none is left out."""
    return numbers(request.values.getlist("chosen"))
