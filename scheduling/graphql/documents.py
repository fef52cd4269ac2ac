"""Input types made of the documents' own classes, field by field.

A document is described once: its docstring is the reference, its types are the checks. An input
leaves out what the document fixes (its kind) or the asset says (a device's name); every field
that has a default may be left out, and the document's default holds.
"""

import inspect
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum, StrEnum
from types import NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import strawberry
from annotated_types import Ge, Gt
from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from scheduling.flex.quantities import Document, SensorReference
from tenants.graphql.enums import public_enum
from tenants.graphql.scalars import Numbers

#: Units by the end of a field's name, the longest that fits.
_UNITS: Final = {
    "_kwh": "kWh",
    "_kwh_per_k": "kWh/K",
    "_kw": "kW",
    "_kw_per_k": "kW/K",
    "_kw_per_kwh": "kW/kWh",
    "_kw_per_hour": "kW/h",
    "_per_kwh": "currency/kWh",
    "_per_kwh_hour": "currency/kWh/h",
    "_per_kw": "currency/kW",
    "_per_kh": "currency/K/h",
    "_per_hour": "1/h",
    "_minutes": "min",
    "_a": "A",
    "_c": "°C",
    "_k": "K",
    "quadratic_loss_per_kw": "1/kW",
    "_efficiency": "ratio",
    "_share": "share",
    "replacement_cost_per_kwh": "currency/kWh",
    "full_cycles": "count",
    "depth_exponent": "ratio",
    "start_price": "currency/start",
    "undone_price": "currency/job",
    "cop": "ratio",
    "cop_max": "ratio",
    "ratio": "ratio",
    "priority": "ratio",
    "phases": "count",
    "_hours": "h",
    "weekdays": "count",
    "chargers": "count",
}
_ENTRY: Final = re.compile(r"^([a-z_0-9]+(?:, [a-z_0-9]+)*): (.*)$")


class InputTypes:
    """Makes an input type per document class, once; ``quantity`` is the type of what varies."""

    def __init__(self, quantity: type) -> None:
        self._quantity = quantity
        self._made: dict[type, type] = {}

    def of(
        self,
        document: type[Document],
        *,
        name: str,
        leave_out: frozenset[str] = frozenset(),
        kept: frozenset[str] = frozenset(),
    ) -> type:
        """Return the input type of ``document``, called ``name``.

        Fields that are ``kept`` at the asset may be left out whatever the document says.
        """
        if document not in self._made:
            fields = {
                field: info
                for field, info in document.model_fields.items()
                if field not in leave_out and not _is_fixed(info)
            }
            namespace: dict[str, Any] = {
                "__doc__": document.__doc__,
                "__annotations__": {
                    field: self._annotation(info, document, field, is_kept=field in kept)
                    for field, info in fields.items()
                },
            }
            for field, info in fields.items():
                words = description_of(document, field)
                if field in kept:
                    words = f"{words} What is kept at the asset when not given."
                is_needed = info.is_required() and field not in kept
                namespace[field] = strawberry.field(
                    description=words, **({} if is_needed else {"default": strawberry.UNSET})
                )
            made = type(name, (), namespace)
            self._made[document] = strawberry.input(made, description=_summary(document))
        return self._made[document]

    def _annotation(self, info: FieldInfo, document: type, field: str, *, is_kept: bool) -> Any:
        plain = self._type(info.annotation, f"{document.__name__}{_camel(field)}")
        return plain if info.is_required() and not is_kept else plain | None

    def _type(self, annotation: Any, name: str) -> Any:
        """Return the interface's type of a document's annotation."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is None:
            return self._plain_type(annotation)
        if origin is Literal:
            return _choice(arguments, name)
        if origin is tuple:
            inner = self._type(arguments[0], name)
            return Numbers if inner is float else list[inner]  # type: ignore[valid-type]
        if origin is Annotated:
            return self._type(arguments[0], name)
        # What is left is a union: of forms of a quantity, or of one type and nothing.
        if SensorReference in {_bare(each) for each in arguments}:
            return self._quantity
        [one] = {each for each in arguments if each is not NoneType}
        return self._type(one, name)

    def _plain_type(self, annotation: type) -> Any:
        if issubclass(annotation, Document):
            name = f"{annotation.__name__}Input"
            return self.of(annotation, name=name)
        if issubclass(annotation, StrEnum):
            says = _entries(inspect.getdoc(annotation) or "")
            return _enumeration(annotation, annotation, _summary(annotation), says)
        return datetime if annotation is AwareDatetime else annotation


_ENUMERATIONS: Final[dict[object, Any]] = {}


def _choice(values: tuple[Any, ...], name: str) -> Any:
    """Return an enumeration of texts; of numbers their type, since none has a name."""
    if not all(isinstance(each, str) for each in values):
        return type(values[0])
    made = Enum(name, {str(each).upper(): each for each in values})  # type: ignore[misc]
    return _enumeration(name, made, f"One of {', '.join(map(str, values))}.", {})


def _enumeration(key: object, values: type[Enum], description: str, says: dict[str, str]) -> Any:
    if key not in _ENUMERATIONS:
        texts = {each: says.get(each.name.lower(), str(each.value)) for each in values}
        sentences = {each: f"{text[0].upper()}{text[1:]}." for each, text in texts.items()}
        _ENUMERATIONS[key] = public_enum(values, description=description, says=sentences)
    return _ENUMERATIONS[key]


def _is_fixed(info: FieldInfo) -> bool:
    """Say whether a field has but one value."""
    return get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _summary(document: type) -> str:
    text = inspect.getdoc(document) or ""
    return _in_public_words(" ".join(text.split("\n\n")[0].split()))


def _in_public_words(text: str) -> str:
    """Return ``text`` with the fields that it quotes as the interface calls them."""

    def public(quoted: re.Match[str]) -> str:
        first, *others = quoted[1].split("_")
        return f"`{first}{''.join(part.capitalize() for part in others)}`"

    return re.sub(r"``([a-z_0-9]+)``", public, text).replace("``", "`")


def description_of(document: type[Document], field: str) -> str:
    """Return what the docstrings of ``document`` say of a field, with its unit in brackets.

    Raises:
        KeyError: they say nothing of it.
    """
    entries: dict[str, str] = {}
    for each in reversed(document.__mro__):
        if each.__module__.startswith("scheduling."):
            entries |= _entries(inspect.cleandoc(each.__doc__ or ""))
    words = _in_public_words(entries[field]).rstrip(".")
    words = words[0].upper() + words[1:]
    unit = unit_of(field)
    if unit:
        words = f"{words} [{unit}, {_sign(document.model_fields[field])}]"
    default = document.model_fields[field].default
    if isinstance(default, float) and default:
        words = f"{words}; {default:g} when not given"
    return f"{words}."


def _sign(info: FieldInfo) -> str:
    """Return which sign a number may have, as the checks of its type say."""
    checks = list(_checks(info.annotation, info.metadata))
    if any(isinstance(each, Gt) for each in checks):
        return "> 0"
    least = [each.ge for each in checks if isinstance(each, Ge)]
    return (
        ">= 0"
        if any(isinstance(each, int | float) and each >= 0 for each in least)
        else "either sign"
    )


def _checks(annotation: Any, metadata: Sequence[Any] = ()) -> Iterator[Any]:
    """Yield what a type and its parts are checked by."""
    for each in metadata:
        yield from each.metadata if isinstance(each, FieldInfo) else [each]
    if get_origin(annotation) is Annotated:
        yield from _checks(get_args(annotation)[0], get_args(annotation)[1:])
    elif get_origin(annotation) is Literal:
        numbers = [each for each in get_args(annotation) if isinstance(each, int | float)]
        if numbers:
            yield Gt(0) if min(numbers) > 0 else Ge(min(numbers))
    else:
        for part in get_args(annotation):
            yield from _checks(part)


def unit_of(field: str) -> str | None:
    """Return the unit that a field's name tells, None where it tells none."""
    fitting = [end for end in _UNITS if field.endswith(end)]
    return _UNITS[max(fitting, key=len)] if fitting else None


def _entries(docstring: str) -> dict[str, str]:
    """Return what a docstring's "Attributes:" say, by field; fields of one line share it."""
    _, _, section = docstring.partition("Attributes:\n")
    found: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        indent = len(line) - len(line.lstrip())
        entry = _ENTRY.match(line.strip()) if indent == 4 else None
        if entry is not None:
            names = entry[1].split(", ")
            found |= dict.fromkeys(names, entry[2])
        elif indent > 4:
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
        elif line.strip():
            break
    return found


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
