"""Many rows into a table without an object each: a full run writes some millions of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Field, Model, UUIDField

OWN_FORMS = (UUIDField, DateTimeField)  # what the databases keep in forms of their own; numbers go as they are


def insert_rows(
    model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *, skip_standing: bool = False
) -> None:
    """Insert rows of values in the order of the fields named; foreign keys are given as keys.

    With `skip_standing`, a row that would break a unique constraint is passed over. No object is built and nothing is
    checked, which `bulk_create` spends most of its time on.
    """
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    quote = connection.ops.quote_name
    columns, places = ", ".join(quote(str(field.column)) for field in fields), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"
    if skip_standing:
        sql += " ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(_prepared(fields, rows)))


def _prepared(fields: list[Field[Any, Any]], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    own = [place for place, field in enumerate(fields) if isinstance(field, OWN_FORMS)]
    for row in rows:
        if own:
            row = list(row)
            for place in own:
                row[place] = fields[place].get_db_prep_save(row[place], connection)
        yield row
