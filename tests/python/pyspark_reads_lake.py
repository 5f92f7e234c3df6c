"""Checks by hand that PySpark reads a lake as DuckDB does. It needs a Java runtime, so no test starts it.

    apt-get install openjdk-17-jre-headless
    python3 -m venv spark && spark/bin/pip install pyspark==4.3.0 duckdb==2.0.0 pyarrow==26.0.1
    spark/bin/python tests/python/pyspark_reads_lake.py LAKE_FOLDER

Prints the types that Spark sees, compares every row with DuckDB's, and exits with 1 on the first difference.
"""

import sys

import duckdb
from pyspark.sql import SparkSession

TYPES = {
    "is_final": "boolean",
    "event_time": "timestamp",
    "latency_ms": "bigint",
    "message_parts": "int",
    "price_usd": "decimal(18,6)",
    "context": "map<string,string>",
    "channel": "string",
    "dt": "string",
}

# The same text for both engines: times as milliseconds, maps as their sorted entries, money as it is.
ROWS = """
    SELECT message_id, event_type, source, outcome, is_final, {millis} AS event_ms, latency_ms, message_parts,
        price_usd, carrier_fee_usd, {entries} AS context, extra, channel, dt
    FROM events ORDER BY message_id, event_type, event_time, source
"""


def spark_rows(folder):
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )
    events = spark.read.parquet(f"{folder}/events")
    types = dict(events.dtypes)
    for name, kind in types.items():
        print(f"{name:28} {kind}")
    wrong = {name: types.get(name) for name, kind in TYPES.items() if types.get(name) != kind}
    if wrong:
        sys.exit(f"Spark reads other types than the lake has: {wrong}")
    events.createOrReplaceTempView("events")
    entries = "array_sort(transform(map_entries(context), e -> concat(e.key, '=', e.value)))"
    rows = spark.sql(ROWS.format(millis="unix_millis(event_time)", entries=entries)).collect()
    spark.stop()
    return [tuple(row) for row in rows]


def duckdb_rows(folder):
    connection = duckdb.connect()
    connection.execute(f"""CREATE VIEW events AS FROM read_parquet('{folder}/events/*/*/*.parquet',
        hive_partitioning = true, hive_types_autocast = false)""")
    entries = "list_sort(list_transform(map_entries(context), lambda e: e.key || '=' || e.value))"
    return connection.execute(ROWS.format(millis="epoch_ms(event_time)", entries=entries)).fetchall()


spark, duck = spark_rows(sys.argv[1]), duckdb_rows(sys.argv[1])
if len(spark) != len(duck):
    sys.exit(f"Spark reads {len(spark)} rows, DuckDB {len(duck)}")
for ours, theirs in zip(spark, duck):
    if ours != theirs:
        sys.exit(f"Spark reads {ours}\nDuckDB  {theirs}")
print(f"{len(spark)} rows, the same in both")
