FROM python:3.13-slim AS build
WORKDIR /srv/carmsvc
COPY requirements.lock .
RUN python -m venv /srv/venv \
 && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home /srv/carmsvc carmsvc \
 && install -d -o carmsvc -g carmsvc /srv/files
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=carmsvc.settings \
    MEDIA_ROOT=/srv/files \
    STATIC_ROOT=/srv/carmsvc/staticfiles \
    STATIC_MANIFEST=1
COPY --from=build /srv/venv /srv/venv
WORKDIR /srv/carmsvc
COPY . .
RUN SECRET_KEY=build DATABASE_URL=postgres://nobody@nowhere/none REDIS_URL=redis://nowhere \
    python -m django collectstatic --noinput
USER carmsvc
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': '127.0.0.1', 'X-Forwarded-Proto': 'https'}))"]
CMD ["gunicorn", "carmsvc.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--threads=4", "--no-control-socket"]
