"""Fields of the administration's forms, and how a column of a table becomes one. They are drawn by
templates/admin/fields.html."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask_appbuilder.forms import DynamicForm, GeneralModelConverter
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    FileField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from models import Company, Place, Service, Team, User
from views.admin import choices
from views.context import local, phone, timezone

_SMALLEST, _LARGEST = -(2**31), 2**31 - 1
#: Longest text of a column without a length of its own.
_LONGEST = 5000
#: Table → what its rows are picked from.
_PICKED: Mapping[type, str] = {
    User: "people",
    Company: "companies",
    Place: "places",
    Service: "services",
    Team: "teams",
}


class AdminForm(DynamicForm):  # type: ignore[misc]  # Flask-AppBuilder is untyped
    """CSRF is checked for the whole application (views/context.py), not by each form."""

    class Meta(DynamicForm.Meta):  # type: ignore[misc]
        csrf = False


def cleaned(text: str | None) -> str | None:
    """Without spaces around, and without the one character that the database cannot keep."""
    return text.replace("\0", "").replace("\r\n", "\n").strip() if text else text


def required() -> DataRequired:
    return DataRequired(_l("Please fill this in."))


def at_most(number: int) -> Length:
    return Length(max=number, message=_l("At most %(number)s characters.", number=number))


def within(low: int, high: int) -> NumberRange:
    return NumberRange(low, high, _l("From %(low)s to %(high)s.", low=low, high=high))


class Text(StringField):  # type: ignore[misc]
    """One line; empty means empty, not NULL."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = " ".join((cleaned(valuelist[0]) or "").split()) if valuelist else ""


class Phone(Text):
    """Shown as people write it; the action makes it uniform again."""

    def process_data(self, value: str | None) -> None:
        self.data = phone(value)


class LongText(TextAreaField):  # type: ignore[misc]
    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = (cleaned(valuelist[0]) or "") if valuelist else ""


class Whole(IntegerField):  # type: ignore[misc]
    """A whole number; what was typed stays in the form if it is none. `empty` is what nothing typed means."""

    def __init__(self, label: object, *, empty: int | None = None, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.empty = empty

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = (valuelist[0] if valuelist else "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        self.data = self.empty
        if text:
            try:
                self.data = int(text) if len(text) < 20 else _LARGEST + 1
            except ValueError:
                raise ValueError(str(_l("Please enter a whole number."))) from None


class OneOf(SelectField):  # type: ignore[misc]
    """One of a few; `options` is asked at each request, so that labels come in the reader's language. What is stored
    already stays a choice, even if it is not offered any more."""

    def __init__(
        self,
        label: object,
        options: Callable[[], Sequence[tuple[str, object]]],
        *,
        needed: bool = True,
        **kw: Any,
    ) -> None:
        checks = [DataRequired(_l("Please choose from the list."))] if needed else []
        super().__init__(label, choices=[], validate_choice=False, validators=checks, **kw)
        self.options = options

    def process(self, *args: Any, **kw: Any) -> None:
        self.choices = [(value, str(label)) for value, label in self.options()]
        super().process(*args, **kw)
        stored = str(self.object_data or "")
        if stored and stored not in {value for value, _ in self.choices}:
            self.choices.append((stored, stored))

    def pre_validate(self, form: Any) -> None:
        if (self.data or "") not in {value for value, _ in self.choices}:
            raise StopValidation(_l("Please choose from the list."))


class Moment(DateTimeLocalField):  # type: ignore[misc]
    """An aware moment, typed and shown in the reader's zone."""

    def process_data(self, value: dt.datetime | None) -> None:
        self.data = local(value) if value else None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Please enter a date and a time."))) from None
        if self.data:
            self.data = self.data.replace(tzinfo=timezone())


class Pick(Field):  # type: ignore[misc]
    """One row of another table: the page holds the present one, a picker asks for others (views/admin/choices.py)."""

    multiple = False

    def __init__(self, label: object, what: str, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.what = what

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = None
        if valuelist and valuelist[0]:
            self.data = choices.load(self.what, valuelist[0])
            if self.data is None:
                raise ValueError(str(_l("Please choose from the list.")))

    def rows(self) -> list[tuple[int, str]]:
        """What the page shows as chosen: (id, label)."""
        return [(row.id, choices.label(self.what, row)) for row in self._chosen()]

    def _chosen(self) -> Iterable[Any]:
        return [self.data] if self.data else []


class PickMany(Pick):
    """Several rows, in the order in which they stand."""

    multiple = True
    #: The order matters and may be changed by hand.
    ordered = False

    def process_data(self, value: Iterable[Any] | None) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = []
        for text in dict.fromkeys(value for value in valuelist if value):
            row = choices.load(self.what, text)
            if row is None:
                raise ValueError(str(_l("Please choose from the list.")))
            self.data.append(row)

    def _chosen(self) -> Iterable[Any]:
        return self.data or []


class PickInOrder(PickMany):
    ordered = True


class Ticks(Field):  # type: ignore[misc]
    """Some of a few rows, each with a box; `rows` gives (row, label)."""

    def __init__(self, label: object, rows: Callable[[], Sequence[tuple[Any, str]]], **kw: Any) -> None:
        super().__init__(label, **kw)
        self._rows = rows
        self._asked: Sequence[tuple[Any, str]] | None = None

    def _every(self) -> Sequence[tuple[Any, str]]:
        if self._asked is None:
            self._asked = self._rows()
        return self._asked

    def offered(self) -> list[Any]:
        return [row for row, _ in self._every()]

    def options(self) -> list[tuple[str, str]]:
        return [(str(row.id), label) for row, label in self._every()]

    def ticked(self) -> list[str]:
        return [str(row.id) for row in self.data or ()]

    def process_data(self, value: Iterable[Any] | None) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        by_id = {str(row.id): row for row in self.offered()}
        self.data = [by_id[text] for text in dict.fromkeys(valuelist) if text in by_id]
        if len(self.data) < len(set(valuelist)):
            raise ValueError(str(_l("Please choose from the list.")))


class Drawing(SelectField):  # type: ignore[misc]
    """A picture of the product's own set, chosen by its look; `art` for the drawings, else icons."""

    def __init__(self, label: object, values: Sequence[str], *, art: bool = False, **kw: Any) -> None:
        super().__init__(label, choices=[(value, value) for value in values], validate_choice=False, **kw)
        self.values, self.art = values, art

    def pre_validate(self, form: Any) -> None:
        if (self.data or "") not in (*self.values, self.object_data or ""):
            raise ValidationError(_l("Please choose from the list."))


class Picture(FileField):  # type: ignore[misc]
    """An uploaded picture; `present` is the one that is kept so far. The view stores what was sent."""

    present: Any = None
    removed = False

    def process_data(self, value: Any) -> None:
        self.present, self.data = value, None

    def process(self, formdata: Any, *args: Any, **kw: Any) -> None:
        super().process(formdata, *args, **kw)
        self.removed = bool(formdata and formdata.get(f"{self.name}-remove"))

    def populate_obj(self, obj: Any, name: str) -> None:
        """Left to the view: the file belongs to a row that may not have a number yet."""


class Tick(BooleanField):  # type: ignore[misc]
    """Yes or no. Flask-AppBuilder demands an answer for NOT NULL columns, and "no" is not sent by browsers."""


class Converter(GeneralModelConverter):  # type: ignore[misc]
    """From the columns of a table to fields without Flask-AppBuilder's traps: unchecked boxes can be saved, moments
    have a time, relations do not load their whole table, numbers fit into the column."""

    def create_form(
        self,
        label_columns: Mapping[str, object] | None = None,
        inc_columns: Sequence[str] | None = None,
        description_columns: Mapping[str, object] | None = None,
        extra_fields: Mapping[str, Field] | None = None,
    ) -> type[AdminForm]:
        made: dict[str, Any] = {}
        for name in inc_columns or ():
            made[name] = (extra_fields or {}).get(name) or self._field(
                name, (label_columns or {}).get(name, name), (description_columns or {}).get(name, "")
            )
        return type("AdminDynamicForm", (AdminForm,), made)

    def _field(self, name: str, label: object, description: str) -> Field:
        data = self.datamodel
        if data.is_relation(name):
            what = _PICKED[data.get_related_model(name)]
            if data.is_relation_many_to_many(name) or data.is_relation_one_to_many(name):
                return PickMany(label, what, description=description)
            checks = [] if data.is_nullable(name) else [chosen()]
            return Pick(label, what, description=description, validators=checks)
        column = data.list_columns[name]
        default = column.default.arg if column.default is not None and column.default.is_scalar else None
        needed = not column.nullable and column.server_default is None
        checks = [required()] if needed else [Optional()]
        options: dict[str, Any] = {"description": description, "default": default}
        if data.is_boolean(name):
            return Tick(label, **options)
        if data.is_datetime(name):
            return Moment(label, validators=checks, **options)
        if data.is_integer(name):
            fits = NumberRange(_SMALLEST, _LARGEST, _l("This number is too large."))
            # Zero is an answer, which DataRequired does not see.
            checks = [InputRequired(_l("Please fill this in."))] if needed else [Optional()]
            return Whole(label, empty=default, validators=[*checks, fits], **options)
        length = data.get_max_length(name)
        kind = LongText if length == -1 else Text
        return kind(label, validators=[*checks, at_most(length if length > 0 else _LONGEST)], **options)


class chosen:  # noqa: N801  # used as WTForms' validators are, which have lower-case aliases too
    """Something must be picked."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        if not field.data:
            raise StopValidation(None if field.errors else str(_l("Please choose from the list.")))
