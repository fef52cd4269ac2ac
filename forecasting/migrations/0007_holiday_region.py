from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forecasting", "0006_sayings"),
    ]

    operations = [
        migrations.RenameField("forecastplan", "school_region", "holiday_region"),
        migrations.AlterField(
            model_name="forecastplan",
            name="holiday_region",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Whose public and school holidays explain it: NL-Noord, DE-BY, BE-Flemish.",
                max_length=40,
            ),
        ),
    ]
