from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("archive", "0007_seed_program_owner")]

    operations = [
        migrations.AddField("job", "holder", models.CharField(blank=True, db_default="", default="", max_length=120)),
        migrations.AddField("job", "claimed_at", models.DateTimeField(null=True)),
    ]
