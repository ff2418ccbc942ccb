"""${message}

One change a migration; named constraints; tried up from empty and on a filled database, on both engines.
"""

import sqlalchemy as sa
from alembic import op

import storage.schema

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
