"""The second wall between tenants, on PostgreSQL: row-level security on every table whose rows belong to one.

    switchroom.tenant     sees
    a tenant's id         that tenant's rows: what a scoped transaction says first
    *                     all rows: what our connections say when they are opened, for transactions of the whole house
    nothing               none: whoever else connects

So a query that forgets its tenant, or that somebody smuggled in, reads and writes that tenant's rows at most. The policies are
forced on the tables' owner too; superusers and roles with BYPASSRLS pass them by, so the application should be none
(``docs/operating.md``). Whatever table a migration adds is secured when the migrations have run.
"""

from typing import Final

from sqlalchemy import Connection, text

from switchroom.storage.owned import EVERYBODY, OWNER, SETTING

POLICY: Final = "tenants_own"

_OPEN = text(
    """
    SELECT tables.relname, attributes.attname
    FROM pg_class AS tables
    JOIN pg_attribute AS attributes ON attributes.attrelid = tables.oid
    WHERE tables.relnamespace = to_regnamespace(current_schema()) AND tables.relkind IN ('r', 'p')
      AND (attributes.attname = :owner OR (tables.relname = 'tenants' AND attributes.attname = 'id'))
      AND NOT attributes.attisdropped
      AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = tables.oid AND polname = :policy)
    """
)


def secure(connection: Connection) -> None:
    """Put the policy on every table that needs it and has none; nothing on SQLite, which has no such thing."""
    if connection.dialect.name != "postgresql":
        return
    for table, column in unsecured(connection):
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        seen = f"current_setting('{SETTING}', true)"
        policy = f'CREATE POLICY {POLICY} ON "{table}" USING ("{column}" = {seen} OR {seen} = \'{EVERYBODY}\')'
        connection.exec_driver_sql(policy)


def unsecured(connection: Connection) -> list[tuple[str, str]]:
    """Return the tables of tenants that have no policy, and the column that says whose a row is."""
    found = connection.execute(_OPEN, {"owner": OWNER, "policy": POLICY})
    return [(str(table), str(column)) for table, column in found]


def bypassed(connection: Connection) -> bool:
    """Tell whether the role that we are passes every policy by; never on SQLite, which has none."""
    if connection.dialect.name != "postgresql":
        return False
    asked = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool(connection.scalar(asked))


def release(connection: Connection) -> None:
    """Take the policies away, for a migration back."""
    if connection.dialect.name != "postgresql":
        return
    named = text("SELECT polrelid::regclass::text FROM pg_policy WHERE polname = :policy")
    for table in connection.scalars(named, {"policy": POLICY}).all():
        connection.exec_driver_sql(f"DROP POLICY {POLICY} ON {table}")
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
