"""All lives of orders together. Each group of services has its own module."""

from __future__ import annotations

from . import (
    cases_cleaning,
    cases_comfort,
    cases_contact,
    cases_events,
    cases_it,
    cases_office,
    cases_people,
    cases_technical,
)
from .shapes import Case

CASES: tuple[Case, ...] = (
    *cases_cleaning.CASES,
    *cases_office.CASES,
    *cases_technical.CASES,
    *cases_comfort.CASES,
    *cases_it.CASES,
    *cases_people.CASES,
    *cases_events.CASES,
    *cases_contact.CASES,
)
