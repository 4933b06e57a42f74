# The service alone; PostGIS runs beside it (docker-compose.yml).
FROM node:22-bookworm-slim AS web
WORKDIR /src
COPY maps/web maps/web
COPY geomujun/domain/legend.yaml geomujun/domain/legend.yaml
RUN cd maps/web && npm ci --no-audit --no-fund && npm run build

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=web /src/maps/geomujun_maps maps/geomujun_maps
RUN python -m venv /opt/geomujun \
 && /opt/geomujun/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/build.lock \
 && /opt/geomujun/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/run.lock \
 && /opt/geomujun/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin geomujun
COPY --from=build /opt/geomujun /opt/geomujun
ENV PATH=/opt/geomujun/bin:$PATH LC_ALL=C.UTF-8
# A new volume takes over whose folder this is: cases that wait are kept there.
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/geomujun
USER 10001
ENTRYPOINT ["geomujun"]
CMD ["serve"]
