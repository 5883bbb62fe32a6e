"""The form builder: a service's questions on one page, with what the resident will see beside them.

Each button of the page sends the whole form; the server answers with the page as it is then. Nothing is written
until «Save», so the page works without a script, and the script only spares reloads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, cast

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.actions import catalogue
from app.actions.catalogue import Draft
from app.errors import AtriumError, Invalid, NotFound, Stale
from app.permissions import P
from models import FieldKind, FormField, Service
from views.admin import choices
from views.admin.form_words import KINDS, LIMITS, PARTS
from views.admin.pages import READ, WRITE, Page, quoted
from views.context import actor, can
from views.portal.questions import Question, questions

#: What a form may send at most: more rows are not looked at.
_MOST_ROWS = catalogue.MAX_FIELDS + 20


class FormBuilder(Page, BaseView):  # type: ignore[misc]
    key, route_base, default_view = "services", "/admin/services", "build"
    class_permission_name = "Catalogue"
    method_permission_name: ClassVar = {"build": READ, "change": WRITE}

    @expose("/<int:service_id>/form")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def build(self, service_id: int) -> ResponseReturnValue:
        service = _load(service_id)
        return self._page(service, catalogue.drafts_of(service), catalogue.fingerprint(service))

    @expose("/<int:service_id>/form", methods=["POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def change(self, service_id: int) -> ResponseReturnValue:
        """`do` is the pressed button: save, add:<kind>, up:<key>, down:<key>, drop:<key>, or look (draw anew)."""
        service = _load(service_id)
        drafts, seen = _sent(request.form), request.form.get("seen", "")
        do, _sep, what = request.form.get("do", "save").partition(":")
        if do != "save":
            focus = _rearranged(drafts, do, what)
            return self._page(service, drafts, seen, focus=focus)
        try:
            catalogue.save_form(actor(), service, drafts, seen)
        except Invalid as error:
            problems = {name: str(text) for name, text in error.fields.items()}
            text = "" if problems else str(error.text)
            return self._page(_load(service_id), drafts, seen, problems, text), 422
        except Stale:
            now = _load(service_id)
            text = _(
                "Somebody else saved this form meanwhile. Look at it in another tab, or save again: your questions "
                "take the place of the same ones there."
            )
            return self._page(now, drafts, catalogue.fingerprint(now), {}, text), Stale.status
        except AtriumError as error:
            return self._page(_load(service_id), drafts, seen, {}, str(error)), error.status
        flash(_("The form is saved: new orders are filled in with it."), "ok")
        return redirect(url_for("FormBuilder.build", service_id=service_id), 303)

    def _page(
        self,
        service: Service,
        drafts: Sequence[Draft],
        seen: str,
        problems: Mapping[str, str] | None = None,
        text: str = "",
        *,
        focus: str = "",
    ) -> str:
        return self.render_template(
            "admin/form_builder.html" if not request.headers.get("HX-Request") else "admin/_builder.html",
            title=_("Form of “%(name)s”", name=quoted(service.name)),
            service=service,
            drafts=drafts,
            seen=seen,
            problems=problems or {},
            wrong=_listed(drafts, problems or {}),
            problem=text,
            focus=focus,
            kinds=KINDS,
            kind_options=[(name, kind.label) for name, kind in KINDS.items()],
            limits=LIMITS,
            writes=can(P.CATALOGUE_WRITE),
            preview=_preview(service, drafts),
            MAX_FIELDS=catalogue.MAX_FIELDS,
        )


def _listed(drafts: Sequence[Draft], problems: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The problems for the list above the form, in the order of the page: (id, which question and part of it, text)."""
    wrong = []
    for number, draft in enumerate(drafts, 1):
        name = draft.label.strip() or KINDS[draft.kind].label
        where = _("Question %(number)s (%(name)s)", number=number, name=name)
        parts = PARTS | {limit.name: limit.label for limit in LIMITS.get(draft.kind, ())}
        for part, label in parts.items():
            if text := problems.get(f"{draft.key}.{part}"):
                words = _("%(question)s, “%(part)s”", question=where, part=label) if label else where
                wrong.append((f"{draft.key}-{part}", words, text))
    return wrong


def _load(service_id: int) -> Service:
    service = choices.load("services", str(service_id))
    if service is None:
        raise NotFound
    return cast(Service, service)


def _sent(form: MultiDict[str, str]) -> list[Draft]:
    """The rows in the order of the page. `row` names them: f12 is the field 12, n1 a new one."""
    return [_row(form, key) for key in dict.fromkeys(form.getlist("row")[:_MOST_ROWS]) if _is_key(key)]


def _is_key(key: str) -> bool:
    return key[:1] in ("f", "n") and key[1:].isascii() and key[1:].isdecimal() and len(key) < 11


def _row(form: MultiDict[str, str], key: str) -> Draft:
    def text(name: str) -> str:
        return form.get(f"{key}-{name}", "")

    kind = text("kind") if text("kind") in set(FieldKind) else FieldKind.TEXT
    return Draft(
        key=key,
        field_id=int(key[1:]) if key[0] == "f" else None,
        kind=kind,
        label=text("label"),
        help=text("help"),
        required=bool(text("required")),
        active=bool(text("active")),
        gone=bool(text("gone")),
        choices=text("choices").splitlines(),
        limits={name: text(name) for name in catalogue.limits_of(kind)},
    )


def _rearranged(drafts: list[Draft], do: str, what: str) -> str:
    """Do what the button says; the id of what should have the focus then."""
    if do == "add" and what in set(FieldKind):
        number = 1 + max((int(draft.key[1:]) for draft in drafts if draft.key[0] == "n"), default=0)
        drafts.append(Draft(key=f"n{number}", kind=what, required=True))
        return f"n{number}-label"
    index = next((index for index, draft in enumerate(drafts) if draft.key == what), None)
    if index is None:
        return ""
    if do == "drop":
        kept = drafts[index].field_id is not None
        _drop(drafts, index)
        near = drafts[index if kept else min(index, len(drafts) - 1)].key if drafts else ""
        return f"{near}-drop" if near else "add-field"
    target = {"up": index - 1, "down": index + 1}.get(do, index)
    if 0 <= target < len(drafts):
        drafts.insert(target, drafts.pop(index))
    return f"{what}-{do}" if do in ("up", "down") else ""


def _drop(drafts: list[Draft], index: int) -> None:
    """A saved field is marked, and goes when the form is saved; a new one goes at once."""
    if drafts[index].field_id is None:
        drafts.pop(index)
    else:
        drafts[index].gone = not drafts[index].gone


def _preview(service: Service, drafts: Sequence[Draft]) -> list[Question]:
    """The resident's own questions, drawn from what is on the page, as far as it makes sense already."""
    shown = []
    for number, draft in enumerate(drafts):
        if not draft.active or draft.gone:
            continue
        shown.append(
            FormField(
                # No field of the database is called so: the page has rows named after those.
                id=-1 - number,
                kind=draft.kind,
                label=draft.label.strip() or _("Question"),
                help=draft.help,
                required=draft.required,
                choices=[line.strip() for line in draft.choices if line.strip()],
                limits=_sound(draft),
                active=True,
            )
        )
    return questions(actor(), cast(Service, SimpleNamespace(fields=shown)), None, {})


def _sound(draft: Draft) -> dict[str, Any]:
    """The limits that can be read; the others are told when the form is saved."""
    limits: dict[str, Any] = {}
    for name in catalogue.limits_of(draft.kind):
        alone = Draft(draft.key, kind=draft.kind, label="?", choices=draft.choices)
        alone.limits = {name: draft.limits.get(name, "")}
        try:
            limits |= catalogue.check([alone])[0]["limits"]
        except Invalid:
            continue
    return limits
