from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forecasting", "0004_sums"),
    ]

    operations = [
        migrations.AddField(
            model_name="forecastplan",
            name="school_region",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Whose school holidays explain it: NL-Noord, DE-BY, BE-Flemish.",
                max_length=40,
            ),
        ),
    ]
