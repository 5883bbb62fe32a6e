"""Working time of the technopark, counted back from now, so that the demo is always fresh."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_DAYS = 110
_HOURS: dict[int, tuple[int, int]] = {**dict.fromkeys(range(5), (8, 20)), 5: (10, 16)}


class WorkingTime:
    """Turns working minutes before now into moments and back. On Sundays and at night nobody works."""

    def __init__(self, now: dt.datetime, zone: ZoneInfo) -> None:
        self.now = now
        self.zone = zone
        #: Spans of work, the latest first; the last may be cut by now.
        self._spans: list[tuple[dt.datetime, dt.datetime]] = []
        today = now.astimezone(zone).date()
        for back in range(_DAYS):
            day = today - dt.timedelta(days=back)
            if hours := _HOURS.get(day.weekday()):
                start, end = (
                    dt.datetime.combine(day, dt.time(hour), zone).astimezone(dt.UTC) for hour in hours
                )
                if start < now:
                    self._spans.append((start, min(end, now)))

    def moment(self, ago: float) -> dt.datetime:
        """The moment `ago` working minutes before now. Raises ValueError beyond some hundred days."""
        left = dt.timedelta(minutes=ago)
        for start, end in self._spans:
            if left <= end - start:
                return end - left
            left -= end - start
        raise ValueError(ago)

    def since(self, moment: dt.datetime) -> float:
        """Working minutes between the moment and now."""
        total = sum((end - max(start, moment) for start, end in self._spans if end > moment), dt.timedelta())
        return total / dt.timedelta(minutes=1)

    def day(self, moment: dt.datetime, later: int) -> dt.date:
        """The date `later` working days after the moment; a weekend counts as the Monday after it."""
        day = moment.astimezone(self.zone).date()
        while day.weekday() > 4:
            day += dt.timedelta(days=1)
        for _ in range(later):
            day += dt.timedelta(days=3 if day.weekday() == 4 else 1)
        return day
