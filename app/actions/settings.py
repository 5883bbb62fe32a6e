"""Change a run-time setting."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import gettext as _

from app import clock, journal, settings
from app.actions.base import action
from app.answers import normal_phone
from app.errors import Invalid
from app.extensions import db
from app.permissions import P
from app.policy import Actor, require
from models import Setting


@action
def change(actor: Actor, name: str, text: str) -> None:
    """Set a setting from what was typed. Raises Forbidden, Invalid if the text is not of the setting's type."""
    require(db.session, actor, P.SETTINGS_WRITE)
    spec = settings.SETTINGS.get(name)
    if spec is None:
        raise Invalid({name: _("There is no such setting.")})
    value = _parsed(name, spec, text.strip())
    row = db.session.get(Setting, name)
    old = row.value if row else spec.default
    db.session.merge(Setting(name=name, value=value))
    journal.write(db.session, "setting.changed", actor, f"setting:{name}", ["settings"], old=old, new=value)
    settings.forget()


def _parsed(name: str, spec: settings.Spec, text: str) -> str | int | bool:
    if spec.type is bool:
        return text.lower() in ("1", "true", "on", "yes")
    if spec.type is int:
        try:
            number = int(text)
        except ValueError:
            raise Invalid({name: _("Please enter a number.")}) from None
        if not (spec.minimum or 0) <= number <= (spec.maximum or number):
            raise Invalid(
                {name: _("From %(low)s to %(high)s.", low=spec.minimum or 0, high=spec.maximum or number)}
            )
        return number
    if name == "timezone" and not clock.is_zone(text):
        raise Invalid({name: _("Please choose from the list.")})
    if name == "organization_name" and not text:
        raise Invalid({name: _("Please fill this in.")})
    if name == "support_phone" and text and normal_phone(text) is None:
        raise Invalid({name: _("Please enter a phone number, for example +7 912 345-67-89.")})
    if name == "watchdog_url" and text and urlsplit(text).scheme not in ("http", "https"):
        raise Invalid({name: _("Please enter an address that begins with https://.")})
    if len(text) > 200:
        raise Invalid({name: _("At most %(number)s characters.", number=200)})
    return text
