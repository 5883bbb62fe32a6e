"""Every right (P) and which role has it at first (ROLES, I-26). Administrators change the roles in the browser;
`flask sync` adds what is new and never takes away what they decided."""

from __future__ import annotations

from enum import Enum

from flask_babel import lazy_gettext as _l


class P(Enum):
    """A right is Flask-AppBuilder's pair (permission, view menu): «can see all on Orders» in the role editor."""

    ORDERS_PLACE = ("place", "Orders")
    ORDERS_SEE_COMPANY = ("see_company", "Orders")
    ORDERS_EXECUTE = ("execute", "Orders")
    ORDERS_SEE_ALL = ("see_all", "Orders")
    ORDERS_ASSIGN = ("assign", "Orders")
    ORDERS_CANCEL = ("cancel", "Orders")
    NOTES = ("write", "Notes")
    DESK = ("use", "Desk")
    ADMIN = ("use", "Administration")
    PEOPLE_READ = ("read", "People")
    PEOPLE_WRITE = ("write", "People")
    ROLES_READ = ("read", "Roles")
    ROLES_WRITE = ("write", "Roles")
    PLACES_READ = ("read", "Places")
    PLACES_WRITE = ("write", "Places")
    CATALOGUE_READ = ("read", "Catalogue")
    CATALOGUE_WRITE = ("write", "Catalogue")
    JOURNAL_READ = ("read", "Journal")
    SOS_RESPOND = ("respond", "SOS")
    SOS_MANAGE = ("manage", "SOS")
    SETTINGS_READ = ("read", "Settings")
    SETTINGS_WRITE = ("write", "Settings")

    @property
    def permission(self) -> str:
        return f"can_{self.value[0]}"

    @property
    def subject(self) -> str:
        return str(self.value[1])


RESIDENT = "Resident"
EMPLOYEE = "Company employee"
TENANT_ADMIN = "Tenant administrator"
EXECUTOR = "Executor"
DISPATCHER = "Dispatcher"
RENTAL_MANAGER = "Rental manager"
EVENT_MANAGER = "Event manager"
GUARD = "Guard"
OPERATOR = "System operator"

_resident = {P.ORDERS_PLACE}
#: Everybody of the staff hears a call of help; who is told first say the duty lists.
_staff = _resident | {P.DESK, P.NOTES, P.SOS_RESPOND}
_manager = _staff | {P.ORDERS_SEE_ALL, P.ORDERS_EXECUTE, P.ORDERS_ASSIGN, P.ORDERS_CANCEL}

ROLES: dict[str, frozenset[P]] = {
    RESIDENT: frozenset(_resident),
    EMPLOYEE: frozenset(_resident),
    TENANT_ADMIN: frozenset(_resident | {P.ORDERS_SEE_COMPANY}),
    EXECUTOR: frozenset(_staff | {P.ORDERS_EXECUTE}),
    DISPATCHER: frozenset(
        _manager
        | {
            P.ADMIN,
            P.PEOPLE_READ,
            P.PLACES_READ,
            P.PLACES_WRITE,
            P.CATALOGUE_READ,
            P.JOURNAL_READ,
            P.SOS_MANAGE,
        }
    ),
    RENTAL_MANAGER: frozenset(_manager),
    EVENT_MANAGER: frozenset(_staff | {P.ORDERS_EXECUTE}),
    GUARD: frozenset(_staff),
    OPERATOR: frozenset(P),
}

ROLE_LABELS = {
    RESIDENT: _l("Resident"),
    EMPLOYEE: _l("Company employee"),
    TENANT_ADMIN: _l("Tenant administrator"),
    EXECUTOR: _l("Executor"),
    DISPATCHER: _l("Dispatcher"),
    RENTAL_MANAGER: _l("Rental manager"),
    EVENT_MANAGER: _l("Event manager"),
    GUARD: _l("Guard"),
    OPERATOR: _l("System operator"),
}
