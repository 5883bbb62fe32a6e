"""Fills in the forms of the demo's orders: from a case's answers to what a browser would have sent. No rows here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from app import answers
from app.storage import Stored
from models import FormField

from . import people, places
from .play import Story
from .shapes import Field
from .timeline import WorkingTime

_SOON = dt.timedelta(minutes=30)


def answered(
    story: Story,
    time: WorkingTime,
    fields: Sequence[FormField],
    place_ids: Mapping[str, int],
    *,
    files: Mapping[str, Stored],
    names: Mapping[int, str],
) -> list[dict[str, Any]]:
    """The case's answers as the form's own check makes them. `files`: picture → file, `names`: of places.

    Raises Invalid for an answer that does not fit the form.
    """
    values = sent(story, time, place_ids, {picture: str(file.id) for picture, file in files.items()})
    return answers.check(
        fields,
        {field.name: value for field, value in zip(fields, values, strict=True)},
        answers.Context(
            today=story.created_at.astimezone(time.zone).date(),
            places=names,
            files={str(file.id): file.name for file in files.values()},
        ),
    )


def sent(
    story: Story, time: WorkingTime, place_ids: Mapping[str, int], files: Mapping[str, str]
) -> list[list[str]]:
    """What a browser would send for each field of the service. `files`: picture → id; others are not sent."""
    form = _Form(story, time, place_ids, files)
    return [form.values(question) for question in story.service.fields]


class _Form:
    def __init__(
        self, story: Story, time: WorkingTime, place_ids: Mapping[str, int], files: Mapping[str, str]
    ) -> None:
        self._story = story
        self._time = time
        self._places = place_ids
        self._files = files

    def values(self, question: Field) -> list[str]:
        answer = self._story.case.answers.get(question.key)
        if answer is None:
            return []
        if answer == "mine":
            answer = self._mine(question)
        if question.kind == "file":
            return [self._files[picture] for picture in answer if picture in self._files]
        one_by_one = answer if question.kind == "choices" else [answer]
        return [self._plain(question.kind, value) for value in one_by_one]

    def _plain(self, kind: str, value: Any) -> str:
        match kind:
            case "boolean":
                return "1" if value else "0"
            case "place":
                return str(self._places[value])
            case "date":
                return self._date(value).isoformat()
            case _:
                return str(value)

    def _mine(self, question: Field) -> Any:
        story = self._story
        match question.kind:
            case "place":
                of_building = question.limits.get("place_kind") == "building"
                return places.building_of(story.room) if of_building else story.room
            case "phone":
                return people.phone(story.author)
            case _:
                room = places.BY_KEY[story.room].name
                name = f"{story.author.last_name} {story.author.first_name}"
                return room if question.key == "office" else name

    def _date(self, later: int) -> dt.date:
        """Today only if the wanted time is still to come."""
        placed = self._story.created_at
        local = (placed + _SOON).astimezone(self._time.zone)
        wanted = str(self._story.case.answers.get("time", "20:00"))
        passed = later == 0 and (
            f"{local:%H:%M}" > wanted or local.date() > placed.astimezone(local.tzinfo).date()
        )
        return self._time.day(placed, later + 1 if passed else later)
