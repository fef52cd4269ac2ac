"""The question of a site's room on the grid, as a form."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

_MOST_POINTS: Final = 100
_CHARGE_EFFICIENCY: Final = 0.95
_WORKING_DAYS: Final = (0, 1, 2, 3, 4)
_ALL_DAYS: Final = (0, 1, 2, 3, 4, 5, 6)


class NumbersField(forms.CharField):
    """Numbers with commas between them: a tuple of ``kind``, none below zero, all different."""

    def __init__(self, kind: type[int] | type[float], words: str, **options: Any) -> None:
        super().__init__(max_length=500, **options)
        self._kind, self._words = kind, words

    def clean(self, value: Any) -> tuple[float, ...]:
        parts = super().clean(value).replace(";", ",").split(",")
        try:
            numbers = sorted({self._kind(part) for part in parts if part.strip()})
        except ValueError:
            raise ValidationError(self._words) from None
        if not numbers or not 0 <= numbers[0] <= numbers[-1] <= 1e6:
            raise ValidationError(self._words)
        return tuple(numbers)


class RoomForm(forms.Form):
    """Which fleet fits: its errors are in the reader's language."""

    def __init__(
        self, words: Mapping[str, str], zone: ZoneInfo, *given: Any, **options: Any
    ) -> None:
        super().__init__(*given, **options)
        self._words, self._zone = words, zone
        day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        chosen = [("working", words["working"]), ("every", words["every"])]
        self.fields = {
            "first": forms.DateField(widget=day),
            "end": forms.DateField(widget=day),
            "chargers": NumbersField(int, words["numbers"], initial="0, 5, 10, 20"),
            "sizes": NumbersField(float, words["numbers"], initial="0, 250, 500"),
            "arrive": forms.TimeField(widget=clock, initial=time(18)),
            "leave": forms.TimeField(widget=clock, initial=time(6)),
            "days": forms.ChoiceField(choices=chosen),
            "energy": forms.FloatField(min_value=0.1, max_value=10_000, initial=60),
            "power": forms.FloatField(min_value=0.1, max_value=10_000, initial=22),
        }
        for name, field in self.fields.items():
            field.label = words[name]

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        first, end = found.get("first"), found.get("end")
        if first and end and not timedelta(0) < end - first <= timedelta(days=366):
            self.add_error("end", self._words["span"])
        if len(found.get("chargers", ())) * len(found.get("sizes", ())) > _MOST_POINTS:
            self.add_error("chargers", self._words["many"])
        if {"arrive", "leave", "energy", "power"} <= found.keys():
            needed = found["energy"] / _CHARGE_EFFICIENCY / found["power"]
            if needed > _stay(found["arrive"], found["leave"]):
                self.add_error("energy", self._words["stay"])
        return found

    @staticmethod
    def initial_of(study: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
        """Return the fields that ask ``study``, as it was kept, again."""
        charging, window = study["charging"], study["window"]
        first, end = (datetime.fromisoformat(window[each]) for each in ("start", "end"))
        return {
            "first": first.astimezone(zone).date(),
            "end": end.astimezone(zone).date(),
            "chargers": ", ".join(f"{each:d}" for each in study["chargers"]),
            "sizes": ", ".join(f"{each:g}" for each in study["sizes_kwh"]),
            "arrive": charging["arrive"],
            "leave": charging["leave"],
            "days": "every" if len(charging["weekdays"]) == len(_ALL_DAYS) else "working",
            "energy": charging["energy_kwh"],
            "power": charging["charge_limit_kw"],
        }

    def study(self) -> dict[str, Any]:
        """Return the question as fields of a study; of a form without errors."""
        found = self.cleaned_data
        days = (found["first"], found["end"])
        begin, end = (datetime.combine(day, time.min, self._zone) for day in days)
        return {
            "kind": "hosting",
            "window": {"start": begin, "end": end},
            "chargers": found["chargers"],
            "sizes_kwh": found["sizes"],
            "charging": {
                "arrive": f"{found['arrive']:%H:%M}",
                "leave": f"{found['leave']:%H:%M}",
                "weekdays": _WORKING_DAYS if found["days"] == "working" else _ALL_DAYS,
                "energy_kwh": found["energy"],
                "charge_limit_kw": found["power"],
                "charge_efficiency": _CHARGE_EFFICIENCY,
            },
        }


def _stay(arrive: time, leave: time) -> float:
    """Return how long a vehicle stays [h]: until the next day where it leaves no later."""
    hours = (leave.hour - arrive.hour) + (leave.minute - arrive.minute) / 60
    return hours if hours > 0 else hours + 24
