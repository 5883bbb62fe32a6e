"""The calls of help and the duty as rows: alarms, their orders, receipts, responders, lines of the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.flows import COMPLETED
from app.queries import places as place_queries
from models import (
    Alarm,
    Channel,
    DutySlot,
    FieldKind,
    Handover,
    Order,
    OrderKind,
    Receipt,
    Responder,
    Thread,
    ThreadKind,
)

from . import places
from .calls import CALLS, DUTY, Call
from .reference import Reference

_SEED = 112
Row = dict[str, Any]


@dataclass
class _Press:
    call: Call
    at: dt.datetime
    first: bool
    number: int = 0


@dataclass
class Calls:
    """The calls as rows. `moments` are those of the presses, for which the writer keeps numbers."""

    session: Session
    rows: Reference
    now: dt.datetime
    presses: list[_Press] = field(default_factory=list)

    def __post_init__(self) -> None:
        zone = ZoneInfo(places.ZONE)
        self._lot = Random(_SEED)
        self._names = place_queries.full_names(self.session)
        today = self.now.astimezone(zone).date()
        for call in CALLS:
            day = today - dt.timedelta(days=call.days)
            start = dt.datetime.combine(day, dt.time.fromisoformat(call.time), zone).astimezone(dt.UTC)
            for after in call.presses:
                self.presses.append(_Press(call, start + dt.timedelta(seconds=after), after == 0))
        self.presses.sort(key=lambda press: press.at)

    @property
    def moments(self) -> list[dt.datetime]:
        return [press.at for press in self.presses]

    def write(self, numbers: Sequence[int]) -> list[Row]:
        """Alarms with their orders, which have these numbers, and the duty. The journal's lines, for the writer."""
        for press, number in zip(self.presses, numbers, strict=True):
            press.number = number
        lines: list[Row] = []
        for call in CALLS:
            lines += self._write(call, [press for press in self.presses if press.call is call])
        self._write_duty()
        return lines

    def _write(self, call: Call, presses: Sequence[_Press]) -> Iterator[Row]:
        alarm = self._alarm(call, presses)
        alarm_id = self.session.scalar(insert(Alarm).values(alarm).returning(Alarm.id))
        for press in presses:
            self.session.execute(insert(Order).values(self._order(press, alarm, alarm_id)))
        lead = presses[0].number
        self.session.execute(update(Alarm).where(Alarm.id == alarm_id).values(lead_id=lead))
        told = self._told(presses[0])
        self.session.execute(insert(Receipt).values(self._receipt(alarm, alarm_id, told)))
        helpers = self._helpers(alarm, alarm_id, told, call)
        if helpers:
            self.session.execute(insert(Responder), helpers)
        about = {"number": lead, "title": alarm["place_name"], "drill": call.drill}
        return (
            {"subject": f"alarm:{alarm_id}", **line, "data": about | line["data"]}
            for line in self._lines(call, presses, alarm, told)
        )

    # --- rows -----------------------------------------------------------------------------------------------------

    def _alarm(self, call: Call, presses: Sequence[_Press]) -> Row:
        start = presses[0].at
        place = self.rows.places.get(call.place)
        seen, accepted, on_way, on_site, end = (start + dt.timedelta(seconds=s) for s in call.seconds)
        came = bool(call.seconds[1])
        return {
            "status": call.end,
            "author_id": self.rows.users[call.person].id,
            "place_id": place.id if place else None,
            "place_name": self._names[place.id] if place else "",
            "words": call.words,
            "drill": call.drill,
            "calls": len(presses),
            "pressed_at": start,
            "called_at": start,
            "repeated_at": presses[-1].at,
            "due_at": presses[-1].at + dt.timedelta(minutes=5),
            "sounding": False,
            "step": 0 if came else 1,
            "told_at": start,
            "delivered_at": start + dt.timedelta(milliseconds=self._lot.randint(90, 320)),
            "seen_at": seen,
            "accepted_at": accepted if came else None,
            "on_way_at": on_way if came else None,
            "on_site_at": on_site if came else None,
            "closed_at": end,
            "result": call.result if call.end == COMPLETED.name else "",
        }

    def _order(self, press: _Press, alarm: Row, alarm_id: int | None) -> Row:
        call = press.call
        threads = [
            self.session.scalar(insert(Thread).values(kind=kind).returning(Thread.id))
            for kind in (ThreadKind.ORDER, ThreadKind.NOTES)
        ]
        words = call.words if press.first else ""
        answer = {"label": "Что случилось", "kind": FieldKind.LONG_TEXT, "value": words, "text": words}
        named = press.first
        return {
            "id": press.number,
            "kind": OrderKind.SOS,
            "status": call.end,
            "title": "Учебная тревога: вызов помощи" if call.drill else "Вызов помощи",
            "alarm_id": alarm_id,
            "place_id": alarm["place_id"] if named else None,
            "place_name": alarm["place_name"] if named else "",
            "author_id": alarm["author_id"],
            "executor_id": self._told(press) if alarm["accepted_at"] else None,
            "answers": [answer] if words else [],
            "thread_id": threads[0],
            "notes_id": threads[1],
            "created_at": press.at,
            "updated_at": alarm["closed_at"],
            "closed_at": alarm["closed_at"],
            "form_key": UUID(int=self._lot.getrandbits(128), version=4),
            "version": 5 if alarm["accepted_at"] else 2,
        }

    @staticmethod
    def _receipt(alarm: Row, alarm_id: int | None, told: int) -> Row:
        return {
            "alarm_id": alarm_id,
            "user_id": told,
            "channel": Channel.SCREEN,
            "step": 1,
            "told_at": alarm["called_at"],
            "delivered_at": alarm["delivered_at"],
            "seen_at": alarm["seen_at"],
        }

    def _helpers(self, alarm: Row, alarm_id: int | None, told: int, call: Call) -> list[Row]:
        if alarm["accepted_at"] is None:
            return []
        stages = {name: alarm[name] for name in ("accepted_at", "on_way_at", "on_site_at")}
        found = [{"alarm_id": alarm_id, "user_id": told, **stages}]
        if call.second and self.rows.users[call.second].id != told:
            later = {name: at + dt.timedelta(seconds=20) for name, at in stages.items()}
            found.append({"alarm_id": alarm_id, "user_id": self.rows.users[call.second].id, **later})
        return found

    def _lines(self, call: Call, presses: Sequence[_Press], alarm: Row, told: int) -> Iterator[Row]:
        def line(kind: str, at: dt.datetime, actor: int | None, **data: Any) -> Row:
            return {"kind": kind, "at": at, "actor_id": actor, "data": data}

        author = alarm["author_id"]
        for press in presses:
            said = {
                "order": press.number,
                "place": alarm["place_name"] if press.first else "",
                "words": call.words if press.first else "",
                "pressed_at": press.at.isoformat(),
            }
            yield line("sos.called" if press.first else "sos.repeated", press.at, author, **said)
            if press.first:
                channels = {"audience": "duty", "channels": ["screen"], "people": [told], "instead": False}
                yield line("sos.told", press.at, None, step=1, **channels)
        if alarm["accepted_at"] is None:
            yield line("sos.cancelled", alarm["closed_at"], author, status=call.end, comment="")
            return
        for helper in self._helpers(alarm, 0, told, call):
            who, first = helper["user_id"], helper["user_id"] == told
            yield line("sos.accepted" if first else "sos.joined", helper["accepted_at"], who, comment="")
            yield line("sos.set_off", helper["on_way_at"], who, comment="")
            yield line("sos.arrived", helper["on_site_at"], who, comment="")
        kind = "sos.finished" if call.end == COMPLETED.name else "sos.false_call"
        yield line(kind, alarm["closed_at"], told, status=call.end, comment=call.result)

    # --- duty -----------------------------------------------------------------------------------------------------

    def _told(self, press: _Press) -> int:
        """Who is on duty; the guard, if that is who calls."""
        found = self._on_duty(press.at, press.call.place)
        calls = found == self.rows.users[press.call.person].id
        return int(self.rows.users["nikolay"].id) if calls else found

    def _on_duty(self, at: dt.datetime, place: str) -> int:
        local = at.astimezone(ZoneInfo(places.ZONE))
        building = places.building_of(place) if place else ""
        for where, person, days, start, end in sorted(
            DUTY, key=lambda slot: slot[0] != building or not slot[0]
        ):
            through = start < end
            there = where in ("", building)
            if there and through and local.weekday() in days and start <= local.hour < end:
                return int(self.rows.users[person].id)
        return int(self.rows.users["oleg"].id)

    def _write_duty(self) -> None:
        for where, person, days, start, end in DUTY:
            place = self.rows.places.get(where)
            for day in days:
                self.session.add(
                    DutySlot(
                        place_id=place.id if place else None,
                        user_id=self.rows.users[person].id,
                        weekday=day,
                        starts=start * 60,
                        ends=end * 60,
                    )
                )
        zone = ZoneInfo(places.ZONE)
        saturday = self.now.astimezone(zone).date()
        saturday += dt.timedelta(days=(5 - saturday.weekday()) % 7 or 7)
        starts = dt.datetime.combine(saturday, dt.time(8), zone)
        self.session.add(
            Handover(
                from_id=self.rows.users["svetlana"].id,
                to_id=self.rows.users["irina"].id,
                starts_at=starts,
                ends_at=starts + dt.timedelta(hours=12),
                note="Семейный праздник",
                created_at=self.now,
            )
        )
