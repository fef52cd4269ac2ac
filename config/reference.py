"""The reference of the public interface, as Markdown pages made from the schema itself."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
)

from tenants.graphql.error_codes import SENTENCES

_NOTE: Final = "<!-- Made by `manage.py write_reference`; a test keeps it equal to the schema. -->"
_KINDS: Final[dict[str, tuple[str, Any]]] = {
    "objects.md": ("Objects", (GraphQLObjectType, GraphQLInterfaceType)),
    "inputs.md": ("Inputs", GraphQLInputObjectType),
    "enums.md": ("Enums", GraphQLEnumType),
    "scalars.md": ("Scalars", GraphQLScalarType),
}
_ROOTS: Final = {
    "queries.md": "Query",
    "mutations.md": "Mutation",
    "subscriptions.md": "Subscription",
}


def pages(sdl: str) -> dict[str, str]:
    """Return the text of each page by its file name."""
    schema = build_schema(sdl)
    made = {}
    for page, root in _ROOTS.items():
        kind: Any = schema.type_map[root]
        made[page] = _page(f"{kind.description}", _root_fields(kind), title=page)
    for page, (title, classes) in _KINDS.items():
        kinds = [
            kind
            for name, kind in sorted(schema.type_map.items())
            if isinstance(kind, classes)
            and not name.startswith("__")
            and name not in _ROOTS.values()
            and not is_specified_scalar_type(kind)
        ]
        made[page] = _page("", (line for kind in kinds for line in _section(kind)), title=title)
    made["errors.md"] = _page(
        "The `code` of a mutation's errors, with the `message` in each language.", _errors(),
        title="Errors",
    )  # fmt: skip
    made["README.md"] = _page("", _index(made), title="Reference of the interface")
    return made


def _page(intro: str, lines: Iterable[str], *, title: str) -> str:
    heading = title.removesuffix(".md")
    parts = [_NOTE, "", f"# {heading[0].upper()}{heading[1:]}", "", *([intro, ""] if intro else [])]
    return "\n".join([*parts, *lines]).rstrip() + "\n"


def _index(made: dict[str, str]) -> Iterator[str]:
    yield "How to use it is told in [the guide](../../api.md)."
    yield ""
    yield from (f"* [{name.removesuffix('.md')}]({name})" for name in made)


def _root_fields(kind: Any) -> Iterator[str]:
    for name, field in kind.fields.items():
        yield from (f"## {name}", "", f"Answers {_type(field.type)}.{_gone(field)}", "")
        yield from (field.description, "")
        if field.args:
            yield from ("| argument | type | |", "|---|---|---|")
            yield from (_row(argument, each) for argument, each in field.args.items())
            yield ""


def _section(kind: Any) -> Iterator[str]:
    yield from (f"## {kind.name}", "", kind.description or "", "")
    if isinstance(kind, GraphQLEnumType):
        yield from ("| value | |", "|---|---|")
        yield from (f"| `{name}` | {_words(each)} |" for name, each in kind.values.items())
        yield ""
    elif not isinstance(kind, GraphQLScalarType):
        yield from ("| field | type | |", "|---|---|---|")
        for name, field in kind.fields.items():
            yield _row(name, field)
            for argument, each in getattr(field, "args", {}).items():
                yield _row(f"{name}({argument})", each)
        yield ""


def _errors() -> Iterator[str]:
    yield from ("| code | English | Nederlands | Deutsch |", "|---|---|---|---|")
    for code, sentences in SENTENCES.items():
        yield f"| `{code.value}` | {' | '.join(sentences)} |"


def _row(name: str, member: Any) -> str:
    return f"| `{name}` | {_type(member.type)} | {_words(member)} |"


def _words(member: Any) -> str:
    text = " ".join((member.description or "").split()).replace("|", "\\|")
    return f"{text}{_gone(member)}"


def _gone(member: Any) -> str:
    reason = member.deprecation_reason
    return f" **Deprecated.** {reason}" if reason else ""


def _type(kind: Any) -> str:
    named = get_named_type(kind)
    if is_specified_scalar_type(named):
        return f"`{kind}`"
    page = next(page for page, (_, classes) in _KINDS.items() if isinstance(named, classes))
    return f"[`{kind}`]({page}#{named.name.lower()})"
