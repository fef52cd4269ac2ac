"""Reads of beliefs end in the index: the primary keys carry the value.

Django cannot say INCLUDE of a primary key. Replaced while the tables are empty.
"""

from django.db import migrations


def _key(table: str, columns: str, included: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=f"""
        ALTER TABLE {table} DROP CONSTRAINT {table}_pkey,
            ADD CONSTRAINT {table}_pkey PRIMARY KEY ({columns}) INCLUDE ({included});
        -- Index-only reads need a fresh visibility map, which inserts alone do not bring.
        ALTER TABLE {table} SET (autovacuum_vacuum_insert_scale_factor = 0.02)
        """,
        reverse_sql=f"""
        ALTER TABLE {table} DROP CONSTRAINT {table}_pkey,
            ADD CONSTRAINT {table}_pkey PRIMARY KEY ({columns});
        ALTER TABLE {table} RESET (autovacuum_vacuum_insert_scale_factor)
        """,
    )


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_initial")]

    operations = [
        _key(
            "assets_belief",
            "sensor_id, event_start, belief_time, source_id, cumulative_probability",
            "value",
        ),
        _key(
            "assets_latestbelief",
            "sensor_id, event_start, source_id, cumulative_probability",
            "belief_time, value",
        ),
    ]
