"""The tables, one file a subject. Importing the package maps all of them."""

from models.base import Model
from models.catalogue import Category, Extra, FieldKind, FormField, OrderKind, Service
from models.chat import Message, ReadMark, Thread, ThreadKind
from models.files import StoredFile
from models.journal import Channel, Entry, Notice
from models.orders import Order
from models.people import FACE, Company, CompanyKind, EndedSession, Membership, ResetLink, Team, User
from models.places import Place, PlaceKind
from models.settings import Setting

__all__ = [
    "FACE",
    "Category",
    "Channel",
    "Company",
    "CompanyKind",
    "EndedSession",
    "Entry",
    "Extra",
    "FieldKind",
    "FormField",
    "Membership",
    "Message",
    "Model",
    "Notice",
    "Order",
    "OrderKind",
    "Place",
    "PlaceKind",
    "ReadMark",
    "ResetLink",
    "Service",
    "Setting",
    "StoredFile",
    "Team",
    "Thread",
    "ThreadKind",
    "User",
]
