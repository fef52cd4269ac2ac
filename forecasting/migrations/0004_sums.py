from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0006_sensors_say_how_they_are_sent"),
        ("forecasting", "0003_standing_plans"),
    ]

    operations = [
        migrations.AddField(
            model_name="forecastplan",
            name="parts",
            field=models.ManyToManyField(blank=True, related_name="+", to="assets.sensor"),
        ),
    ]
