"""The tables, one file a subject. Importing the package maps all of them."""

from models.alarms import (
    Alarm,
    AlarmStep,
    Audience,
    Console,
    DutySlot,
    Handover,
    Heartbeat,
    Receipt,
    Responder,
)
from models.base import Model
from models.catalogue import Category, Extra, FieldKind, FormField, OrderKind, Service
from models.chat import Message, ReadMark, Thread, ThreadKind
from models.files import StoredFile
from models.journal import Channel, Entry, Notice
from models.orders import Order
from models.people import FACE, Company, CompanyKind, EndedSession, Membership, ResetLink, Team, User
from models.places import Place, PlaceKind, RetiredCode
from models.settings import Setting

__all__ = [
    "FACE",
    "Alarm",
    "AlarmStep",
    "Audience",
    "Category",
    "Channel",
    "Company",
    "CompanyKind",
    "Console",
    "DutySlot",
    "EndedSession",
    "Entry",
    "Extra",
    "FieldKind",
    "FormField",
    "Handover",
    "Heartbeat",
    "Membership",
    "Message",
    "Model",
    "Notice",
    "Order",
    "OrderKind",
    "Place",
    "PlaceKind",
    "ReadMark",
    "Receipt",
    "ResetLink",
    "Responder",
    "RetiredCode",
    "Service",
    "Setting",
    "StoredFile",
    "Team",
    "Thread",
    "ThreadKind",
    "User",
]
