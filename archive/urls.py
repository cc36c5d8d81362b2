"""The addresses of everything a person sees; the JSON API is under api/."""

from django.urls import include, path

from archive import api, views

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
    path("api/", include(api.urlpatterns)),
]
