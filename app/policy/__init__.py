"""Who may see and do what. The one source of rows for lists, loads, files, search and live subscriptions.

visible_x(actor) is a select of what the actor may know of; load_x raises NotFound if it is not among them.
"""

from __future__ import annotations

from app.policy.alarms import alarm_moves, alarm_side, load_alarm, visible_alarms
from app.policy.orders import (
    companies_of,
    company_orders,
    is_staff,
    load_order,
    load_service,
    may_read_notes,
    moves,
    own_orders,
    services_key,
    side,
    staffed_orders,
    teams_of,
    visible_orders,
    visible_services,
)
from app.policy.providers import (
    READER,
    Practice,
    appointment_moves,
    client_side,
    load_appointment,
    load_client,
    load_invitation,
    load_practice,
    load_specialist,
    practices,
    served_clients,
    visible_appointments,
    visible_clients,
)
from app.policy.rights import SYSTEM, Actor, can, forget_rights, holders, require, rights, roles_of
from app.policy.talks import Talk, load_file, load_talk, rooms_for, talk_of

__all__ = [
    "READER",
    "SYSTEM",
    "Actor",
    "Practice",
    "Talk",
    "alarm_moves",
    "alarm_side",
    "appointment_moves",
    "can",
    "client_side",
    "companies_of",
    "company_orders",
    "forget_rights",
    "holders",
    "is_staff",
    "load_alarm",
    "load_appointment",
    "load_client",
    "load_file",
    "load_invitation",
    "load_order",
    "load_practice",
    "load_service",
    "load_specialist",
    "load_talk",
    "may_read_notes",
    "moves",
    "own_orders",
    "practices",
    "require",
    "rights",
    "roles_of",
    "rooms_for",
    "served_clients",
    "services_key",
    "side",
    "staffed_orders",
    "talk_of",
    "teams_of",
    "visible_alarms",
    "visible_appointments",
    "visible_clients",
    "visible_orders",
    "visible_services",
]
