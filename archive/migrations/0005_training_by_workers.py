from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("archive", "0004_training_deleted_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="training",
            name="by_workers",
            field=models.BooleanField(default=True),
        ),
    ]
