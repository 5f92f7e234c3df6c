"""Reads a lake as a stranger would: `lake_reads.py duckdb|pyarrow FOLDER`.

Stdout: a JSON object {table: {"types": {column: type}, "rows": [...]}} for both tables, rows in the form of
`smsvoice --format json`.
"""

import json
import sys

import duckdb
import pyarrow.dataset

from answers import plain


def with_duckdb(folder, table):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    rows = connection.sql(f"FROM read_parquet('{folder}/{table}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)")
    types = dict(zip(rows.columns, map(str, rows.types)))
    return types, rows.to_arrow_table()


def with_pyarrow(folder, table):
    names = ["channel", "dt"] if table == "events" else ["dt"]
    partitions = pyarrow.dataset.partitioning(
        pyarrow.schema([(name, pyarrow.string()) for name in names]), flavor="hive")
    rows = pyarrow.dataset.dataset(f"{folder}/{table}", partitioning=partitions).to_table(use_threads=False)
    return {field.name: str(field.type) for field in rows.schema}, rows


def read(reader, folder, table):
    types, rows = reader(folder, table)
    kinds = {field.name: field.type for field in rows.schema}
    return {
        "types": types,
        "rows": [{name: plain(value, kinds[name]) for name, value in row.items()} for row in rows.to_pylist()],
    }


reader = {"duckdb": with_duckdb, "pyarrow": with_pyarrow}[sys.argv[1]]
json.dump({table: read(reader, sys.argv[2], table) for table in ["events", "quarantine"]}, sys.stdout)
