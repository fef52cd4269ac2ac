from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("forecasting", "0001_initial"),
    ]

    operations = [
        migrations.RenameModel(old_name="ForecastModel", new_name="ForecastPlan"),
    ]
