"""The addresses of everything a person sees; the JSON API is under api/."""

from django.urls import include, path

from archive import (
    api,
    api_models,
    api_races,
    openapi,
    views,
    views_bugfix,
    views_models,
    views_races,
    views_terrains,
)

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("runs/new/", views.run_new, name="run-new"),
    path("runs/demo/", views.run_demo, name="run-demo"),
    path("runs/<int:run_id>/", views.run, name="run"),
    path("runs/<int:run_id>/children/<int:seq>/", views.child, name="child"),
    path("runs/<int:run_id>/children/<int:seq>/source.py", views.child_source, name="child-source"),
    path("seeds/", views.seeds, name="seeds"),
    path("seeds/new/", views.seed_new, name="seed-new"),
    path("seeds/<int:seed_id>/", views.seed, name="seed"),
    path("seeds/<int:seed_id>/source.py", views.seed_source, name="seed-source"),
    path("seeds/<int:seed_id>/delete/", views.seed_delete, name="seed-delete"),
    path("seeds/<int:seed_id>/restore/", views.seed_restore, name="seed-restore"),
    *views_terrains.urlpatterns,
    path("models/", views_models.models, name="models"),
    *(
        path(f"models/add/{what}/", views_models.model_add, {"what": what}, f"model-add-{what}")
        for what in views_models.ADDABLE
    ),
    path("models/upload/", views_models.model_upload, name="model-upload"),
    path("models/rollback/", views_models.model_rollback, name="model-rollback"),
    path("models/<str:key>/", views_models.model, name="model"),
    path("models/<str:key>/weights.zip", views_models.model_weights, name="model-weights"),
    *(
        path(
            f"models/<str:key>/{action}/",
            views_models.model_change,
            {"action": action},
            name=f"model-{action}",
        )
        for action in ("remove", "restore", "promote")
    ),
    path("races/", views_races.show, name="races"),
    path("bugfix/", views_bugfix.bugfix, name="bugfix"),
    path("trainings/new/", views_models.training_new, name="training-new"),
    path("trainings/<int:training_id>/", views_models.training, name="training"),
    path("api/", include(api_models.urlpatterns)),
    path("api/", include(api_races.urlpatterns)),
    path("api/", include(api.urlpatterns)),
    path("api/", include(openapi.urlpatterns)),
]
