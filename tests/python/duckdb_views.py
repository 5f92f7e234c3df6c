"""Runs the statements of `smsvoice views --engine duckdb` and then queries, all in DuckDB's own SQL.

Stdin: JSON, {"statements": [...], "queries": [...], "files": BOOLEAN}. Stdout: a JSON array with, for each query, its rows in
the form of `smsvoice --format json` and, if that is asked, the number of files that it read: for that it runs twice.
"""

import json
import re
import sys

import duckdb

from answers import plain

asked = json.load(sys.stdin)
connection = duckdb.connect()
for statement in asked["statements"]:
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        sys.exit(f"{error}\n{statement}")


def answer(sql):
    try:
        table = connection.sql(sql).to_arrow_table()
        plan = connection.execute(f"EXPLAIN ANALYZE {sql}").fetchall()[0][1] if asked.get("files") else ""
    except duckdb.Error as error:
        sys.exit(f"{error}\n{sql}")
    kinds = {field.name: field.type for field in table.schema}
    rows = [{name: plain(value, kinds[name]) for name, value in row.items()} for row in table.to_pylist()]
    return {"rows": rows, "files": sum(map(int, re.findall(r"Total Files Read: (\d+)", plan)))}


json.dump([answer(sql) for sql in asked["queries"]], sys.stdout)
