from django.db import migrations, models

# Runs of before foretold each event of their sensor by itself.
_EACH_EVENT = """
    UPDATE forecasting_forecastrun run SET step = sensor.resolution
    FROM assets_sensor sensor WHERE sensor.id = run.sensor_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("forecasting", "0007_holiday_region"),
    ]

    operations = [
        migrations.AddField(
            model_name="forecastplan",
            name="step",
            field=models.DurationField(
                blank=True,
                help_text="Foretold at once, at most an hour; empty: each event of the sensor by itself.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="forecastrun",
            name="step",
            field=models.DurationField(null=True),
        ),
        migrations.RunSQL(_EACH_EVENT, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="forecastrun",
            name="step",
            field=models.DurationField(),
        ),
    ]
