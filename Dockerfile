# Switchroom in one image; what a container of it does is its role: docker run ... switchroom serve --role all|api|engine|worker
FROM node:22-bookworm-slim AS console
WORKDIR /house/ui
COPY ui/package.json ui/package-lock.json ui/.npmrc ./
RUN npm ci --loglevel=error --ignore-scripts
COPY ui/ ./
RUN npm run --silent build

FROM python:3.11-slim-bookworm AS packages
WORKDIR /house
RUN python -m venv /opt/switchroom
COPY requirements.lock ./
RUN /opt/switchroom/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY src/ src/
COPY --from=console /house/src/switchroom/web/static/console/ src/switchroom/web/static/console/
RUN /opt/switchroom/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
# A voice, Opus, and PostgreSQL's programs for back-ups; ca-certificates for calls and webhooks over TLS.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libflite1 libopus0 postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/switchroom --create-home switchroom
COPY --from=packages /opt/switchroom /opt/switchroom
ENV PATH=/opt/switchroom/bin:$PATH \
    SWITCHROOM_DATA=/var/lib/switchroom \
    SWITCHROOM_DEMO=false \
    SWITCHROOM_LOG_FORMAT=json \
    SWITCHROOM_PRODUCTION=true \
    SWITCHROOM_WEB__HOST=0.0.0.0
USER 10001
WORKDIR /var/lib/switchroom
VOLUME /var/lib/switchroom
# Pages and API; SIP by UDP and TCP; sound by UDP (SWITCHROOM_SIP__RTP_FIRST to RTP_LAST, which is better not mapped port by port:
# run engines on the host's network).
EXPOSE 8080/tcp 5060/tcp 5060/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/health/live', timeout=2)"]
ENTRYPOINT ["switchroom"]
CMD ["serve"]
