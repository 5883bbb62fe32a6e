"""Fills in the forms of the demo's orders: from a case's answers to what a browser would have sent. No rows here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from . import people, places
from .play import Story
from .shapes import Field
from .timeline import WorkingTime

_SOON = dt.timedelta(minutes=30)


def sent(
    story: Story, time: WorkingTime, place_ids: Mapping[str, int], files: Mapping[str, str]
) -> list[list[str]]:
    """The values of the service's fields, in their order. `files`: picture → id of the stored file."""
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
        one_by_one = answer if question.kind in ("choices", "file") else [answer]
        return [self._plain(question.kind, value) for value in one_by_one]

    def _plain(self, kind: str, value: Any) -> str:
        match kind:
            case "file":
                return self._files[value]
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
                return story.room
            case "phone":
                return people.phone(story.author)
            case "choice":
                return places.building_of(story.room)
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
