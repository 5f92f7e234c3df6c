"""Runs the statements of `smsvoice views --engine spark` and then queries, all in Spark's own SQL, in PySpark.

Stdin: JSON, {"statements": [...], "queries": [...]}. Stdout: a JSON array with, for each query, its rows in the form of
`smsvoice --format json`. Spark 4 needs Java 17 or newer: that of JAVA_HOME, or the one on the PATH.
"""

import json
import os
import shutil
import sys

from answers import plain

if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
    sys.exit("PySpark needs Java 17 or newer: install one (openjdk-17-jre-headless, say), or set JAVA_HOME to its folder")

from pyspark.sql import SparkSession

asked = json.load(sys.stdin)
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")  # of a small lake, on one machine
    .getOrCreate()
)


def run(sql):
    try:
        return spark.sql(sql)
    except Exception as error:
        sys.exit(f"{error}\n{sql}")


for statement in asked["statements"]:
    run(statement)


def answer(sql):
    table = run(sql).toArrow()
    kinds = {field.name: field.type for field in table.schema}
    return [{name: plain(value, kinds[name]) for name, value in row.items()} for row in table.to_pylist()]


json.dump([answer(sql) for sql in asked["queries"]], sys.stdout)
spark.stop()
