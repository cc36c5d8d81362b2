from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0003_run_mix"),
    ]

    operations = [
        migrations.AddField(
            model_name="training",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
    ]
