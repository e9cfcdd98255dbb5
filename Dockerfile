# One image for both services: `docker run … matcher`, `… ingest`, or both when nothing is named.
FROM python:3.11-slim AS build

# Such as an index of CPU builds; empty takes torch from the default one.
ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY pyproject.toml ./
COPY requirements requirements
COPY models models
COPY services services
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN python -m venv /venv \
    && /venv/bin/python requirements/installing.py \
        ${TORCH_INDEX:+--torch-index "$TORCH_INDEX"} multilingual scale

# Styles and scripts of the pages come from npm, which is left behind in this stage.
RUN python -m venv /node \
    && /node/bin/pip install --require-hashes --no-deps --requirement requirements/node.txt \
    && PATH="/node/bin:$PATH" /venv/bin/python -m services.matcher.pages.install

FROM python:3.11-slim

RUN useradd --create-home --uid 10001 counterpart \
    && install --directory --owner counterpart /var/lib/counterpart
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY migrations migrations
COPY data data
COPY docs docs

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COUNTERPART_VAR=/var/lib/counterpart \
    COUNTERPART_HOST=0.0.0.0 \
    COUNTERPART_PORT=8000
USER 10001
VOLUME /var/lib/counterpart
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['COUNTERPART_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["counterpart", "serve"]
CMD ["--prepare"]
