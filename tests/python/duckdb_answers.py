"""Runs Trino SQL on DuckDB over a lake, after translation by sqlglot.

Argument: the lake's folder. Stdin: a JSON array of SQL texts. Stdout: a JSON array of their answers, in the form of
`smsvoice --format json`.
"""

import json
import sys

import duckdb
import sqlglot

from answers import plain


def connect(lake):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    # In Trino the quotient of two integers is an integer; sqlglot cannot know the types to translate it.
    connection.execute("SET integer_division = true")
    # In 2.0.0 and 2.0.1 this rule computes what windows are over a second time, and not alike: the metric `failures` gave
    # windows whose sum is not that of their own rows (10 for rows that add up to 11). Without it, or any optimizer, it is 11.
    connection.execute("SET disabled_optimizers = 'window_self_join'")
    # The timestamps of the lake have their zone in DuckDB, and it is UTC.
    connection.execute("CREATE MACRO with_timezone(shown, zone) AS shown")
    connection.execute("CREATE MACRO at_timezone(instant, zone) AS timezone(zone, instant)")
    connection.execute(f"""
        CREATE VIEW events AS SELECT * FROM read_parquet('{lake}/events/*/*/*.parquet', hive_partitioning = true,
            hive_types = {{'channel': VARCHAR, 'dt': VARCHAR}})""")
    return connection


def answer(connection, trino_sql):
    sql = sqlglot.transpile(trino_sql, read="trino", write="duckdb", error_level=sqlglot.ErrorLevel.RAISE)
    assert len(sql) == 1, f"{len(sql)} statements"
    try:
        table = connection.sql(sql[0]).to_arrow_table()
    except duckdb.Error as error:
        raise SystemExit(f"{error}\n{sql[0]}")
    kinds = {field.name: field.type for field in table.schema}
    return [{name: plain(value, kinds[name]) for name, value in row.items()} for row in table.to_pylist()]


if __name__ == "__main__":
    connection = connect(sys.argv[1])
    json.dump([answer(connection, sql) for sql in json.load(sys.stdin)], sys.stdout)
