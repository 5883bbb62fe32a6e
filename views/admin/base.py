"""The base of every ModelView: Flask-AppBuilder's lists and forms without its traps, in our frame.

The one place above app/actions that writes: reference data (places, catalogue, companies, teams), each change one
transaction with its journal line. What has rules of its own (people, roles) goes through an action instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import flash, g, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import ModelView, expose
from flask_appbuilder.models.filters import Filters
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.widgets import FormWidget, ListWidget, ShowWidget
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError

from app import journal
from app.actions.base import action
from app.errors import AtriumError, Invalid, NotFound
from app.extensions import db
from app.permissions import P
from app.queries import journal as journal_lines
from models import Entry
from views.admin import choices, lists, problems
from views.admin.fields import AdminForm, Converter, Picture
from views.admin.history import changes_of
from views.admin.links import Links
from views.admin.pages import READ, WRITE, Page, came_from, quoted
from views.context import actor, can, moment

#: The first half of the lock of a row that is being saved; the second is its journal subject.
_EDITING = 20_260_103


class AdminView(Page, Links, ModelView):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """A subclass names its table, columns and rights; see views/admin/places.py for a small one.

    `right` is the name of the pair of rights («Places»: read and write); `subject` the journal's word for a row.
    """

    right = ""
    subject = ""
    #: The journal's words for a change of what the form shows.
    edits: Sequence[str] = ("reference.changed",)
    #: Controls above the list.
    searches: Sequence[lists.Search] = ()
    #: Column → macro of templates/admin/cells.html that draws it.
    cells: ClassVar[dict[str, str]] = {}
    #: The cards of the forms: (title, {"fields": […], "help": …}); a tuple of fields stands in one row.
    add_parts: Sequence[Any] = ()
    edit_parts: Sequence[Any] = ()
    #: What an empty list says.
    empty_title: object = _l("Nothing here yet")
    empty_text: object = ""
    #: What to do instead of deleting what is in use; the switch that does it, and the button that leads there.
    instead: object = ""
    hidden_by = ""
    hiding: object = _l("Hide")
    #: Columns that a list may be sorted by.
    order_columns: ClassVar[list[str]] = []
    #: Relations that the URL may fill in a new form (what an inline list adds to), and what they are picked from.
    prefilled: ClassVar[dict[str, str]] = {}

    method_permission_name: ClassVar = {
        "list": READ,
        "show": READ,
        "add": WRITE,
        "edit": WRITE,
        "delete": WRITE,
        "act": WRITE,
    }
    #: Flask-AppBuilder's actions load rows without `base_filters`, some by GET; `act` takes their place.
    exclude_route_methods: ClassVar = {"action", "action_post", "download"}
    list_widget, show_widget = ListWidget, ShowWidget
    add_widget = edit_widget = FormWidget
    page_size = lists.SIZES[0]
    add_row_message = edit_row_message = _l("Saved.")
    delete_row_message = _l("Deleted.")

    def __init__(self, **options: Any) -> None:
        self.class_permission_name = self.right
        super().__init__(**options)

    def _init_properties(self) -> None:
        # Flask-AppBuilder searches every column unless told otherwise, and draws a select of each relation's table.
        self.search_exclude_columns = self.datamodel.get_search_columns_list()
        super()._init_properties()
        self.search_columns = [search.name for search in self.searches]

    def _init_forms(self) -> None:
        converter = Converter(self.datamodel)
        for kind in ("add", "edit"):
            if not getattr(self, f"{kind}_form"):
                columns, extra = getattr(self, f"{kind}_columns"), getattr(self, f"{kind}_form_extra_fields")
                form = converter.create_form(self.label_columns, columns, self.description_columns, extra)
                setattr(self, f"{kind}_form", form)

    @property
    def _filters(self) -> Filters:
        """Made for each request. Flask-AppBuilder keeps one object a view: two people who search at the same time
        see each other's rows."""
        if not has_request_context():
            return self.datamodel.get_filters()
        held: dict[str, Filters] = g.setdefault("admin_filters", {})
        return held.setdefault(type(self).__name__, self.datamodel.get_filters())

    @_filters.setter
    def _filters(self, _ignored: object) -> None:
        """Flask-AppBuilder's constructor assigns its shared object."""

    # --- reading --------------------------------------------------------------------------------------------------

    def _list(self, **_options: Any) -> dict[str, Any]:
        asked = lists.asked(request.args, self.searches, self.order_columns, self.base_order)
        for search in self.searches:
            if search.name in asked.values:
                self._filters._add_filter(search, asked.values[search.name])  # noqa: SLF001  # its only way in
        count, rows = self._rows(asked)
        if count and not rows:  # rows were deleted, or the address is old: the last page there is
            asked = replace(asked, page=-(-count // asked.size))
            count, rows = self._rows(asked)
        shown = {"view": self, "asked": asked, "rows": rows, "count": count}
        return {"list": self.list_widget(**shown), "search": self._search_widget(asked), "count": count}

    def _rows(self, asked: lists.Asked) -> tuple[int, list[Any]]:
        found: tuple[int, list[Any]] = self.datamodel.query(
            self._filters.get_joined_filters(self._base_filters),
            asked.column,
            asked.direction,
            page=asked.page - 1,
            page_size=asked.size,
        )
        return found

    def _search_widget(self, asked: lists.Asked) -> Any:
        return _Search(view=self, asked=asked)

    @expose("/show/<pk>")  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def show(self, pk: str) -> ResponseReturnValue:
        item = self.load(pk)
        return self.render_template(
            self.show_template,
            title=self.name_of(item),
            item=item,
            widgets={"show": self.show_widget(view=self, item=item)},
            related=self.related(item),
        )

    def load(self, pk: str) -> Any:
        """The row by the same filters as the list. Raises NotFound."""
        number = choices.key(pk)
        item = self.datamodel.get(number, self._base_filters) if number else None
        if item is None:
            raise NotFound
        return item

    def may_write(self) -> bool:
        """For templates: whether the reader may change what the page shows."""
        return can(next(right for right in P if right.value == (WRITE, self.right)))

    def state_of(self, item: Any) -> str:
        """What has to be known of the row before anything else, said above it; "" for nothing."""
        return ""

    def related(self, item: Any) -> Sequence[Any]:
        """Blocks below a row's form or facts: (template, context) pairs."""
        return ()

    # --- writing --------------------------------------------------------------------------------------------------

    @expose("/add", methods=["GET", "POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def add(self) -> ResponseReturnValue:
        form = self.add_form(data=self._prefill())
        if request.method == "POST" and form.validate():
            item = self.datamodel.obj()
            if (saved := self._tried(form, item, is_new=True)) is not None:
                flash(self.add_row_message, "ok")
                return redirect(self.after_add(saved), 303)
        return self._form_page("add", form)

    @expose("/edit/<pk>", methods=["GET", "POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def edit(self, pk: str) -> ResponseReturnValue:
        if request.method == "POST":
            # Held until the row is saved: of two who save at once the second sees the first one's change.
            row = func.hashtext(f"{self.subject}:{choices.key(pk)}")
            db.session.execute(select(func.pg_advisory_xact_lock(_EDITING, row)))
        item = self.load(pk)
        form = self.form_for(item)
        edited = journal_lines.latest(db.session, self.edits, self.subject_of(item))
        now = edited.id if edited else 0
        #: The last change that the person has before him.
        known = request.form.get("edited", now, type=int)
        if request.method == "POST" and form.validate():
            if edited and known < now:
                problem_at(form, None, _overtaken(edited))
                known = now
            elif self._tried(form, item, is_new=False) is not None:
                flash(self.edit_row_message, "ok")
                return redirect(self.after_edit(item), 303)
        return self._form_page("edit", form, self.load(pk), known)

    @expose("/delete/<pk>", methods=["GET", "POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def delete(self, pk: str) -> ResponseReturnValue:
        """GET says what will happen, POST does it."""
        item = self.load(pk)
        refused, name = "", self.name_of(item)
        if request.method == "POST":
            try:
                self.remove(item)
            except AtriumError as error:
                refused = str(error)
            except IntegrityError as error:
                refused = problems.explain(error, self.datamodel.obj.__table__)[1]
            else:
                flash(self.delete_row_message, "ok")
                return redirect(self.after_delete(), 303)
        obstacles = self.obstacles(item)
        title = _("“%(name)s” cannot be deleted") if obstacles else _("Delete “%(name)s”?")
        page = self.render_template(
            "admin/delete.html",
            title=title % {"name": quoted(name)},
            item=item,
            refused="" if obstacles else refused,
            obstacles=obstacles,
            consequences=self.consequences(item),
            back=self.get_redirect(),
        )
        return page, 422 if refused else 200

    def form_for(self, item: Any) -> AdminForm:
        """The row's form: as the row is or, at a POST, as it was sent."""
        return self.edit_form(obj=item)

    def name_of(self, item: Any) -> str:
        """How the row is called in titles and questions."""
        return str(item)

    def _prefill(self) -> dict[str, Any]:
        """Values of a new form that the URL names."""
        asked = {name: what for name, what in self.prefilled.items() if name in request.args}
        return {name: choices.load(what, request.args[name]) for name, what in asked.items()}

    def _form_page(
        self, kind: str, form: AdminForm, item: Any = None, edited: int | None = None
    ) -> ResponseReturnValue:
        widget = getattr(self, f"{kind}_widget")(
            view=self,
            form=form,
            parts=getattr(self, f"{kind}_parts") or [(None, {"fields": getattr(self, f"{kind}_columns")})],
            back=self.get_redirect(),
            came_from=came_from(),
            edited=edited,
        )
        for field in form:
            # No browser sends a file twice: who chose one and made a mistake elsewhere is told to choose it again.
            if isinstance(field, Picture) and field.data and not field.errors:
                problem_at(form, field.name, _("Please attach the file again."))
        page = self.render_template(
            getattr(self, f"{kind}_template"),
            title=self.name_of(item) if item is not None else getattr(self, f"{kind}_title"),
            item=item,
            form=form,
            widgets={kind: widget},
            related=self.related(item) if item is not None else (),
        )
        return page, 422 if request.method == "POST" else 200

    def _tried(self, form: AdminForm, item: Any, *, is_new: bool) -> Any:
        """The saved row, or None with the reasons in the form."""
        try:
            return self.store(form, item, is_new=is_new)
        except Invalid as error:
            for name, text in error.fields.items():
                problem_at(form, name, str(text))
            if not error.fields:
                problem_at(form, None, str(error.text))
        except AtriumError as error:
            problem_at(form, None, str(error))
        except (IntegrityError, DataError) as error:
            problem_at(form, *problems.explain(error, self.datamodel.obj.__table__))
        return None

    @action
    def store(self, form: AdminForm, item: Any, *, is_new: bool) -> Any:
        """Write the form into the row, in one transaction with its journal line; the row."""
        # Half a row must not reach the database by a query of its own checks.
        with db.session.no_autoflush:
            form.populate_obj(item)
            (self.pre_add if is_new else self.pre_update)(item)
        changes = changes_of(item)
        db.session.add(item)
        db.session.flush()
        changes |= self.stored(form, item)
        if is_new or changes:
            kind = "reference.added" if is_new else "reference.changed"
            journal.write(db.session, kind, actor(), self.subject_of(item), name=str(item), changes=changes)
        return item

    @action
    def remove(self, item: Any) -> None:
        """Delete the row in one transaction with its journal line."""
        if reasons := self.obstacles(item):
            raise Invalid(text=" ".join(reasons))
        self.pre_delete(item)
        journal.write(db.session, "reference.removed", actor(), self.subject_of(item), name=str(item))
        db.session.delete(item)
        db.session.flush()

    def stored(self, form: AdminForm, item: Any) -> dict[str, Any]:
        """What belongs to the row and needs its number, still in the transaction; further changes for the journal."""
        return {}

    def subject_of(self, item: Any) -> str:
        return f"{self.subject}:{item.id}"

    def obstacles(self, item: Any) -> list[str]:
        """Why the row cannot be deleted, one sentence each."""
        return []

    def consequences(self, item: Any) -> list[str]:
        """What deleting will do beside it, one sentence each."""
        return []

    def after_add(self, item: Any) -> str:
        return self.get_redirect()

    def after_edit(self, item: Any) -> str:
        return self.get_redirect()

    def after_delete(self) -> str:
        return self.get_redirect()

    # --- acts on several rows --------------------------------------------------------------------------------------

    @expose("/act/<name>", methods=["POST"])  # type: ignore[untyped-decorator]
    @has_access  # type: ignore[untyped-decorator]
    def act(self, name: str) -> ResponseReturnValue:
        """Do one of the view's actions to the chosen rows; first says what will happen, if the action has a text.
        Each row is loaded anew, by the filters of the list."""
        chosen = self.actions.get(name)
        if chosen is None:
            raise NotFound
        items = [self.load(pk) for pk in dict.fromkeys(request.form.getlist("row")[: lists.SIZES[-1]])]
        if items and chosen.confirmation and "sure" not in request.form:
            return self.render_template(
                "admin/confirm.html", title=chosen.text, act=chosen, items=items, back=self.get_redirect()
            )
        done = 0
        for item in items:
            label = self.name_of(item)
            try:
                chosen.func(item)
                done += 1
            except AtriumError as error:
                flash(f"{label}: {error}", "danger")
        if done:
            flash(_("Done: %(number)s", number=done), "ok")
        elif not items:
            flash(_("Choose at least one row."), "danger")
        on_row = items and request.form.get("on") == "row"
        return redirect(self.address(items[0]) if on_row else self.get_redirect(), 303)

    def address(self, item: Any) -> str:
        """Where a row is edited or, by those who may not, read."""
        return url_for(f"{self.endpoint}.{'edit' if self.may_write() else 'show'}", pk=item.id)


class _Search(FormWidget):  # type: ignore[misc]
    template = "appbuilder/general/widgets/search.html"


def _overtaken(edited: Entry) -> str:
    """What is said to whoever saves a form that was opened before somebody else's change; sent again, it holds."""
    from views.admin.journal_words import details  # whose words are those of the views

    said = _(
        "%(name)s saved changes here on %(moment)s, after you had opened this form. Look at the present values in "
        "another tab, or save again to put yours in their place.",
        name=edited.actor.name if edited.actor else "Atrium",
        moment=moment(edited.at),
    )
    return " ".join([said, *(f"{text.rstrip('.')}." for text in details(edited))])


def problem_at(form: AdminForm, name: str | None, text: str) -> None:
    """Put a message beside its field or, if the form has no such field, above the form."""
    field = form._fields.get(name) if name else None  # `name in form` hides nothing else
    if field is None:
        form.form_errors.append(text)
    else:
        field.errors = [*field.errors, text]
