# Three images from one file:
#   sandbox  interpreter, numpy and the sandbox's own code: where programs of models and people run
#   app      pages, evaluation, scheduler
#   model    app with torch and transformers
# In this order, so that an old builder, which builds every stage above the one asked for, builds
# no torch for the pages.

ARG PYTHON=python:3.11-slim-bookworm

# --- what pip installs, into a folder that is copied whole; pip itself stays behind
FROM ${PYTHON} AS packages
WORKDIR /build
RUN python -m venv --without-pip /opt/venv
COPY pyproject.toml docker/requirements.py ./
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

FROM packages AS sandbox-packages
RUN python requirements.py | grep '^numpy==' > wanted.txt \
 && python -m pip --python /opt/venv/bin/python install -r wanted.txt

# --- sandbox
FROM ${PYTHON} AS sandbox
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OPENBLAS_NUM_THREADS=1 SANDBOX_OUTER=container
COPY --from=sandbox-packages /opt/venv /opt/venv
WORKDIR /app
COPY simulation/__init__.py simulation/walker.py simulation/
COPY simulation/sandbox simulation/sandbox
RUN python -m compileall -q simulation
USER 65534:65534
EXPOSE 7101
HEALTHCHECK --interval=30s --timeout=25s --start-period=30s --retries=3 \
    CMD ["python", "-m", "simulation.sandbox.service", "--check"]
CMD ["python", "-m", "simulation.sandbox.service", "--host", "0.0.0.0", "--port", "7101"]

# --- what app and model have in common
FROM ${PYTHON} AS code
WORKDIR /app
COPY manage.py ./
COPY docker docker
COPY docs/bugfix.json docs/
COPY static static
COPY templates templates
COPY simulation simulation
COPY archive archive
COPY workers workers
COPY elmweb elmweb
RUN python -m compileall -q .

FROM ${PYTHON} AS base
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=elmweb.settings ELMWEB_DATA=/data \
    NUMBA_CACHE_DIR=/tmp/numba HOME=/tmp
# A volume that is mounted here for the first time takes over these folders' owner.
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin elmweb \
 && install -d -o elmweb -g elmweb -m 700 /data \
 && install -d -o elmweb -g elmweb -m 755 /run/elmweb/database /run/elmweb/web
WORKDIR /app

# --- app
FROM packages AS app-packages
RUN python requirements.py postgres s3 > wanted.txt \
 && python -m pip --python /opt/venv/bin/python install -r wanted.txt

FROM base AS app
COPY --from=app-packages /opt/venv /opt/venv
COPY --from=code /app /app
USER elmweb
EXPOSE 8000

# --- model
FROM app-packages AS model-packages
# A pip index that is asked for torch first, such as PyTorch's own of CPU builds: the general one
# has a build with GPU libraries, several GB of them.
ARG TORCH_INDEX=
# pip as well: `manage.py models install` fetches a model with it.
RUN { python requirements.py postgres s3 model; echo pip; } > wanted.txt \
 && if [ -n "$TORCH_INDEX" ]; then \
      grep '^torch==' wanted.txt > torch.txt \
      && python -m pip --python /opt/venv/bin/python install --index-url "$TORCH_INDEX" -r torch.txt; \
    fi \
 && python -m pip --python /opt/venv/bin/python install -r wanted.txt

FROM base AS model
COPY --from=model-packages /opt/venv /opt/venv
COPY --from=code /app /app
USER elmweb
