"""Errors of the business: a stable code, a translated text, and the HTTP status that views answer with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from flask_babel import lazy_gettext as _l


class AtriumError(Exception):
    """Base. `text` is shown to the reader as it is."""

    status: ClassVar[int] = 400
    code: str = "error"

    def __init__(self, text: object = "", *, code: str | None = None) -> None:
        super().__init__(code or self.code)
        self.text = text
        self.code = code or self.code

    def __str__(self) -> str:
        return str(self.text or self.code)


class Invalid(AtriumError):
    """Input that cannot be accepted: `fields` maps a field's name to its message, `text` speaks of the whole form."""

    status = 422
    code = "invalid"

    def __init__(
        self, fields: Mapping[str, object] | None = None, text: object = "", *, code: str | None = None
    ) -> None:
        super().__init__(text or _l("Please check the highlighted fields."), code=code)
        self.fields = dict(fields or {})


class NotFound(AtriumError):
    """There is no such thing, or the actor may not know of it."""

    status = 404
    code = "not_found"

    def __init__(self, text: object = "") -> None:
        super().__init__(text or _l("There is no such page, or it is not for you."))


class Forbidden(AtriumError):
    """The actor sees the thing but has not the right for this act."""

    status = 403
    code = "forbidden"

    def __init__(self, text: object = "") -> None:
        super().__init__(text or _l("You have no right to do this."))


class IllegalMove(AtriumError):
    """The flow has no such move from the present status."""

    status = 409
    code = "illegal_move"

    def __init__(self, text: object = "") -> None:
        super().__init__(text or _l("This is not possible in the order's present status."))


class Taken(AtriumError):
    """What was asked for has just been given to somebody else."""

    status = 409
    code = "taken"

    def __init__(self, text: object = "") -> None:
        super().__init__(text or _l("This time has just been taken. Choose another one."))


class Stale(AtriumError):
    """Somebody else was faster: the actor acted on a version that is no more."""

    status = 409
    code = "stale"

    def __init__(self, text: object = "") -> None:
        super().__init__(
            text
            or _l("Meanwhile somebody else has changed this. Look at the present state and decide again.")
        )


class TooLarge(AtriumError):
    status = 413
    code = "too_large"
