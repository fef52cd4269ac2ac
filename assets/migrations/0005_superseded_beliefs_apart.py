"""Nothing is stored twice: the newest beliefs in one table, superseded ones in the other.

So far every belief was in the one table and the newest in the other too.
"""

from typing import Any, Final

import django.db.models.deletion
from django.db import migrations, models

#: Django cannot say INCLUDE of a primary key: the new table is still empty.
_COVER: Final = """
ALTER TABLE assets_supersededbelief DROP CONSTRAINT assets_supersededbelief_pkey,
    ADD CONSTRAINT assets_supersededbelief_pkey PRIMARY KEY
    (sensor_id, event_start, source_id, cumulative_probability, belief_time) INCLUDE (value);
ALTER TABLE assets_supersededbelief SET (autovacuum_vacuum_insert_scale_factor = 0.02)
"""
_MOVE: Final = """
INSERT INTO assets_supersededbelief
    (sensor_id, event_start, source_id, cumulative_probability, belief_time, value)
SELECT sensor_id, event_start, source_id, cumulative_probability, belief_time, value
FROM assets_belief b WHERE NOT EXISTS (
    SELECT FROM assets_latestbelief l
    WHERE (l.sensor_id, l.event_start, l.source_id, l.cumulative_probability, l.belief_time)
        = (b.sensor_id, b.event_start, b.source_id, b.cumulative_probability, b.belief_time))
"""
_MOVE_BACK: Final = """
INSERT INTO assets_belief
    (sensor_id, event_start, source_id, cumulative_probability, belief_time, value)
SELECT sensor_id, event_start, source_id, cumulative_probability, belief_time, value
FROM assets_latestbelief
UNION ALL
SELECT sensor_id, event_start, source_id, cumulative_probability, belief_time, value
FROM assets_supersededbelief
"""
_RENAME_KEY: Final = """
ALTER TABLE assets_belief RENAME CONSTRAINT assets_latestbelief_pkey TO assets_belief_pkey
"""
_RENAME_KEY_BACK: Final = """
ALTER TABLE assets_belief RENAME CONSTRAINT assets_belief_pkey TO assets_latestbelief_pkey
"""


def _constraints(model: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=models.Q(
                ("cumulative_probability__gt", 0), ("cumulative_probability__lt", 1)
            ),
            name=f"{model}_probability_between_0_and_1",
        ),
        models.CheckConstraint(
            condition=models.Q(("value__gt", float("-inf")), ("value__lt", float("inf"))),
            name=f"{model}_value_is_finite",
        ),
    ]


def _refers_to(model: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [("assets", "0004_degrees")]

    operations = [
        migrations.CreateModel(
            name="SupersededBelief",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "sensor_id",
                        "event_start",
                        "source_id",
                        "cumulative_probability",
                        "belief_time",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("event_start", models.DateTimeField()),
                ("cumulative_probability", models.FloatField(default=0.5)),
                ("belief_time", models.DateTimeField()),
                ("value", models.FloatField()),
                ("sensor", _refers_to("assets.sensor")),
                ("source", _refers_to("assets.source")),
            ],
            options={"abstract": False, "constraints": _constraints("supersededbelief")},
        ),
        migrations.RunSQL(_COVER, migrations.RunSQL.noop),
        migrations.RunSQL(_MOVE, _MOVE_BACK),
        migrations.DeleteModel(name="Belief"),
        migrations.RenameModel(old_name="LatestBelief", new_name="Belief"),
        migrations.RunSQL(_RENAME_KEY, _RENAME_KEY_BACK),
        *(migrations.AddConstraint("belief", each) for each in _constraints("belief")),
    ]
