# The service alone; PostGIS runs beside it (docker-compose.yml).
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/geomujun \
 && /opt/geomujun/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/build.lock \
 && /opt/geomujun/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/run.lock \
 && /opt/geomujun/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin geomujun
COPY --from=build /opt/geomujun /opt/geomujun
ENV PATH=/opt/geomujun/bin:$PATH LC_ALL=C.UTF-8
USER 10001
ENTRYPOINT ["geomujun"]
CMD ["serve"]
