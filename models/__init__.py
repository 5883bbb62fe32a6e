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
from models.appointments import Appointment
from models.base import Model
from models.bookings import Booking, Resource, ResourceKind
from models.catalogue import Category, Extra, FieldKind, FormField, OrderKind, Service
from models.chat import Message, ReadMark, Thread, ThreadKind
from models.documents import Consent, DownloadLink, SharedDocument, Terms, TermsVersion
from models.files import StoredFile
from models.journal import Channel, Entry, Notice
from models.orders import Order
from models.packages import ClientPackage, Package
from models.payments import Payment, PaymentMethod
from models.people import FACE, Company, CompanyKind, EndedSession, Membership, ResetLink, Team, User
from models.places import Place, PlaceKind, RetiredCode
from models.presses import FormPress
from models.profiles import Profile, ProfileAddress
from models.providers import (
    Absence,
    AbsenceKind,
    Client,
    Hours,
    Invitation,
    Offer,
    Provider,
    ProviderKind,
    Specialist,
)
from models.settings import Setting

__all__ = [
    "FACE",
    "Absence",
    "AbsenceKind",
    "Alarm",
    "AlarmStep",
    "Appointment",
    "Audience",
    "Booking",
    "Category",
    "Channel",
    "Client",
    "ClientPackage",
    "Company",
    "CompanyKind",
    "Consent",
    "Console",
    "DownloadLink",
    "DutySlot",
    "EndedSession",
    "Entry",
    "Extra",
    "FieldKind",
    "FormField",
    "FormPress",
    "Handover",
    "Heartbeat",
    "Hours",
    "Invitation",
    "Membership",
    "Message",
    "Model",
    "Notice",
    "Offer",
    "Order",
    "OrderKind",
    "Package",
    "Payment",
    "PaymentMethod",
    "Place",
    "PlaceKind",
    "Profile",
    "ProfileAddress",
    "Provider",
    "ProviderKind",
    "ReadMark",
    "Receipt",
    "ResetLink",
    "Resource",
    "ResourceKind",
    "Responder",
    "RetiredCode",
    "Service",
    "Setting",
    "SharedDocument",
    "Specialist",
    "StoredFile",
    "Team",
    "Terms",
    "TermsVersion",
    "Thread",
    "ThreadKind",
    "User",
]
