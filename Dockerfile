# One image for every process of claimwatch. A change of code rebuilds the last two layers only, in seconds:
# the locked dependencies and PostgreSQL's tools stand before it.

FROM python:3.13-slim AS dependencies
RUN python -m venv --without-pip /opt/claimwatch
COPY requirements.lock .
# wheels only: nothing is compiled, so no compiler is ever installed
RUN pip --python /opt/claimwatch/bin/python install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --require-hashes --only-binary :all: -r requirements.lock

FROM dependencies AS application
# the build backend: only this stage, which is thrown away, has it
COPY requirements-build.lock .
RUN pip --python /opt/claimwatch/bin/python install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --require-hashes --only-binary :all: -r requirements-build.lock
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY storage storage
COPY schedules schedules
COPY worker worker
COPY claimwatch claimwatch
RUN pip --python /opt/claimwatch/bin/python install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
        --no-deps --no-build-isolation --prefix /installed .

# pg_dump and its kin for `claimwatch backup`, of PostgreSQL 17 as the database. Without their package's scripts: those
# would bring Perl along, 100 MB.
FROM python:3.13-slim AS postgresql-tools
RUN apt-get update && cd /tmp && apt-get download postgresql-client-17 && dpkg -x postgresql-client-17_*.deb /unpacked

FROM python:3.13-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpq5 liblz4-1 libzstd1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && groupadd --gid 10001 claimwatch \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin claimwatch \
 && install -d -o claimwatch -g claimwatch -m 0750 /data /run/claimwatch/db /run/claimwatch/broker
COPY --from=postgresql-tools /unpacked/usr/lib/postgresql/17/bin/pg_dump /unpacked/usr/lib/postgresql/17/bin/pg_restore \
     /unpacked/usr/lib/postgresql/17/bin/psql /usr/local/bin/
COPY --from=dependencies /opt/claimwatch /opt/claimwatch
COPY --from=application /installed /opt/claimwatch
ENV PATH=/opt/claimwatch/bin:$PATH PYTHONUNBUFFERED=1 CLAIMWATCH_DATA_DIR=/data
USER claimwatch
WORKDIR /data
# each start is a command of claimwatch: docker-compose.yml says which
ENTRYPOINT ["claimwatch"]
CMD ["--help"]
