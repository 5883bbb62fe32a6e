"""What every page knows: the actor, language and zone, dates and sizes as people write them, CSRF."""

from __future__ import annotations

import datetime as dt
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import phonenumbers
from babel import Locale
from flask import (
    Flask,
    abort,
    current_app,
    g,
    get_template_attribute,
    has_request_context,
    redirect,
    request,
    session,
    url_for,
)
from flask_babel import format_date, get_locale, get_translations
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app import clock, policy, settings, timezones
from app import money as prices
from app.actions import inbox as actions
from app.config import LANGUAGES
from app.extensions import db
from app.flows import APPOINTMENT_STATUSES, STATUSES
from app.permissions import P
from app.queries import inbox, wording
from models import User
from views.keys import fresh_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

Params = ParamSpec("Params")
Result = TypeVar("Result")
csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    app.before_request(_read)
    csrf.init_app(app)
    babel = app.extensions["babel"]
    babel.locale_selector = locale
    babel.timezone_selector = timezone
    app.jinja_env.globals.update(
        _=_gettext,
        gettext=_gettext,
        ngettext=_ngettext,
        actor=current_user,
        can=can,
        fixed=fixed,
        languages=LANGUAGES,
        elsewhere=elsewhere,
        locale=locale,
        now=clock.now,
        P=P,
        setting=lambda name: settings.get(db.session, name),
        remembered=settings.remembered,
        timezone=timezone,
        fresh_key=fresh_key,
        meeting_chip=meeting_chip,
        counters=counters,
    )
    app.jinja_env.filters.update(
        currency_sign=currency_sign,
        day=day,
        day_long=day_long,
        filesize=filesize,
        local=local,
        moment=moment,
        money=money,
        span=span,
        time=time,
        when=when,
        phone=phone,
        tel=tel,
    )


def _read() -> None:
    db.session().reads = request.method in ("GET", "HEAD")


# --- who --------------------------------------------------------------------------------------------------------


def actor() -> User:
    """The signed-in person. Only behind @signed_in."""
    return cast(User, current_user._get_current_object())  # noqa: SLF001  # Werkzeug's documented way


def can(right: P) -> bool:
    """For templates: whether the reader has the right."""
    return bool(current_user.is_authenticated) and policy.can(db.session, actor(), right)


def signed_in(view: Callable[Params, Result]) -> Callable[Params, Result | Response]:
    """Send strangers to the sign-in page and bring them back afterwards; scripts get 401."""

    @wraps(view)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> Result | Response:
        if current_user.is_authenticated:
            return view(*args, **kwargs)
        if (
            request.method != "GET"
            or request.headers.get("HX-Request")
            or "text/html" not in str(request.accept_mimetypes)
        ):
            abort(401)
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))

    return run


def needs(right: P) -> Callable[[Callable[Params, Result]], Callable[Params, Result | Response]]:
    """@signed_in, and Forbidden for whoever has not the right."""

    def decorate(view: Callable[Params, Result]) -> Callable[Params, Result | Response]:
        @wraps(view)
        def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
            policy.require(db.session, actor(), right)
            return view(*args, **kwargs)

        return signed_in(run)

    return decorate


def bell() -> int:
    """How many notices the reader has not read, at most 100."""
    return inbox.unread(db.session, actor())


def counters(subject: str = "") -> inbox.Unread:
    """For templates: the numbers of the portal's frame, asked once a request. The page that shows a `subject`
    («order:42») asks first: its notices are read."""
    if not current_user.is_authenticated:
        return inbox.Unread()
    if "unread" not in g:
        g.unread = inbox.counters(db.session, actor(), subject)
        if g.unread.here:
            actions.read(actor(), subject=subject)
            g.unread = inbox.counters(db.session, actor())
    return cast(inbox.Unread, g.unread)


def seen(subject: str, about: str = "") -> None:
    """The reader has before him what his notices of the subject («order:42») told of: they are read; with `about` only
    those of journal kinds that begin so («terms.»)."""
    if inbox.has_unread(db.session, actor(), subject):
        actions.read(actor(), subject=subject, about=about)


def seen_live(subject: str, about: str = "") -> None:
    """The same for a part that a page fetches while it is open: it says whether it is before anybody's eyes
    (js/swaps.js)."""
    if request.headers.get("X-Seen"):
        seen(subject, about)


def fixed(name: str) -> Markup:
    """For templates: a part of the page that depends on nothing but the language, drawn once for each."""
    return _fixed(current_app.jinja_env, name, locale())


@cache
def _fixed(environment: Environment, name: str, _language: str) -> Markup:
    return Markup(environment.get_template(name).render())  # noqa: S704  # our template


def status_chips() -> Callable[[str], Markup]:
    """Draws a status by its name, each one once: lists have many rows and few statuses."""
    draw = get_template_attribute("parts/ui.html", "status_chip")
    return cache(lambda name: Markup(draw(STATUSES[name])))  # noqa: S704  # our macro


def meeting_chip(name: str) -> Markup:
    """For templates: the status of an appointment, drawn once for each language."""
    return _meeting_chip(current_app.jinja_env, name, _language())


@cache
def _meeting_chip(_environment: Environment, name: str, _language: str) -> Markup:
    draw = get_template_attribute("parts/ui.html", "status_chip")
    return Markup(draw(APPOINTMENT_STATUSES[name]))  # noqa: S704  # our macro


# --- language and zone --------------------------------------------------------------------------------------------


def locale() -> str:
    """The person's language, else the one chosen in this browser, else the browser's own; jobs and commands
    have none of these."""
    if not has_request_context():
        return str(current_app.config["BABEL_DEFAULT_LOCALE"])
    if getattr(current_user, "is_authenticated", False) and current_user.locale in LANGUAGES:
        return str(current_user.locale)
    if session.get("locale") in LANGUAGES:
        return str(session["locale"])
    return request.accept_languages.best_match(list(LANGUAGES)) or str(
        current_app.config["BABEL_DEFAULT_LOCALE"]
    )


def _language() -> str:
    """The same, found once a request."""
    return str(cast(Locale, get_locale()).language)


def timezone() -> dt.tzinfo:
    """The reader's zone (D-18), until it is chosen the location's."""
    if not has_request_context():
        return clock.zone(None, settings.get(db.session, "timezone"))
    if "zone" not in g:
        chosen = current_user.timezone if getattr(current_user, "is_authenticated", False) else None
        g.zone = clock.zone(chosen, settings.get(db.session, "timezone"))
    return cast(dt.tzinfo, g.zone)


def told_by(zone_name: str) -> None:
    """From here on this request tells all times by the clocks of this zone, whatever the reader's own is."""
    g.zone = clock.zone(zone_name)


def _translations() -> Any:
    """The catalogue of the reader's language. Templates ask for hundreds of words: it is looked up once a request,
    and kept where Flask-Babel forgets it when the language changes."""
    space = getattr(g, "_flask_babel", None)
    if (found := getattr(space, "babel_translations", None)) is None:
        found = get_translations()
        g._flask_babel.babel_translations = found  # noqa: SLF001
    return found


@pass_eval_context
def _gettext(eval_ctx: EvalContext, text: str, /, **values: object) -> str:
    """For templates, as Jinja's own «newstyle»: {{ _("Order %(number)s", number=1) }}."""
    if values:
        return _filled(eval_ctx, _translations().ugettext(text), values)
    return _plain(_translations(), text, eval_ctx.autoescape)


@pass_eval_context
def _ngettext(eval_ctx: EvalContext, one: str, many: str, num: int, /, **values: object) -> str:
    return _filled(eval_ctx, _translations().ungettext(one, many, num), {"num": num} | values)


@cache
def _plain(catalogue: Any, text: str, autoescape: bool) -> str:
    """A text without values: of these a page has hundreds, and they are the same on every page."""
    found = catalogue.ugettext(text)
    return (Markup(found) if autoescape else found) % {}  # noqa: S704 # our words


def _filled(eval_ctx: EvalContext, text: str, values: dict[str, object]) -> str:
    return (Markup(text) if eval_ctx.autoescape else text) % values  # noqa: S704  # our words; values are escaped


# --- filters ------------------------------------------------------------------------------------------------------


def local(value: dt.datetime) -> dt.datetime:
    return value.astimezone(timezone())


def day(value: dt.datetime | dt.date) -> str:
    """13.05.2022"""
    return f"{_date(value):%d.%m.%Y}" if in_russian() else format_date(_date(value), "medium")


def day_long(value: dt.datetime | dt.date) -> str:
    """13 мая 2022 г."""
    return format_date(_date(value), "long")


def time(value: dt.datetime) -> str:
    """14:42"""
    return f"{local(value):%H:%M}"


def moment(value: dt.datetime) -> str:
    """13.05.2022, 14:42"""
    return f"{day(value)}, {time(value)}"


def when(value: dt.datetime) -> str:
    """пн, 23 ноября, 16:00; of another year than the present one with it"""
    return wording.moment(value, timezone())


def span(start: dt.datetime, end: dt.datetime) -> str:
    """пн, 23 ноября, 16:00–17:00"""
    return f"{when(start)}\N{EN DASH}{time(end)}"


def elsewhere(start: dt.datetime, end: dt.datetime, zone_name: str) -> str:
    """For templates: the same span by the clocks of another zone, «14:00–15:00, UTC+5», with the day if it is another
    one; "" if the reader's clocks show the same."""
    zone = clock.zone(zone_name)
    here, there = local(start), start.astimezone(zone)
    if here.utcoffset() == there.utcoffset():
        return ""
    hours = f"{there:%H:%M}\N{EN DASH}{end.astimezone(zone):%H:%M}, {timezones.offset(there)}"
    return hours if here.date() == there.date() else f"{wording.day(there)}, {hours}"


def money(amount: int, currency: str) -> str:
    """2 000 ₽"""
    return prices.shown(amount, currency, _language())


def currency_sign(currency: str) -> str:
    """₽"""
    return prices.sign(currency, _language())


def _date(value: dt.datetime | dt.date) -> dt.date:
    return local(value).date() if isinstance(value, dt.datetime) else value


def in_russian() -> bool:
    return _language() == "ru"


def filesize(size: int) -> str:
    """1,4 МБ"""
    units = ("Б", "КБ", "МБ", "ГБ") if in_russian() else ("B", "KB", "MB", "GB")
    value, unit = float(size), 0
    while value >= 1000 and unit < 3:
        value, unit = value / 1024, unit + 1
    text = f"{value:.0f}" if unit == 0 or value >= 10 else f"{value:.1f}"
    return f"{text.replace('.', ',') if in_russian() else text}\N{NO-BREAK SPACE}{units[unit]}"


def tel(number: str) -> str:
    """tel:+79123456789, which a phone dials"""
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")


def phone(number: str | None) -> str:
    """+7 912 345-67-89"""
    if not number:
        return ""
    try:
        return str(
            phonenumbers.format_number(
                phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
            )
        )
    except phonenumbers.NumberParseException:
        return number
