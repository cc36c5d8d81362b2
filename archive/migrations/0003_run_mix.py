"""Runs name a mix of models where they named one backend."""

from django.db import migrations


def to_mix(apps, schema_editor):
    Run = apps.get_model("archive", "Run")
    for run in Run.objects.all().iterator():
        backend = run.config.pop("backend", "bundled")
        run.config.setdefault("models", [[backend, 100.0]])
        run.mix = run.config["models"]
        run.save(update_fields=["config", "mix"])
    ModelVersion = apps.get_model("archive", "ModelVersion")
    for row in ModelVersion.objects.filter(name=""):
        row.name = row.backend = row.version.rpartition("-")[0][:40] or row.version[:40]
        row.save(update_fields=["name", "backend"])


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_models_and_trainings")]
    operations = [migrations.RunPython(to_mix, migrations.RunPython.noop)]
