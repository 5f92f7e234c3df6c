"""Checks SQL texts against the grammars of engines.

Stdin: JSON, {"athena": [...], "duckdb": [...], "spark": [...], "trino": [...]}. Two parsers for Trino and Athena's queries:
trino-sql-validator also knows Trino's functions and how many arguments each takes. Athena's DDL is Hive's.
"""

import json
import sys

import sqlglot
from trino_sql_validator import validate


def parse(sql, dialect):
    try:
        parsed = sqlglot.parse(sql, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        sys.exit(f"{dialect}: {error}\n{sql}")
    if len(parsed) != 1:
        sys.exit(f"{dialect}: {len(parsed)} statements\n{sql}")


for dialect, texts in json.load(sys.stdin).items():
    for text in texts:
        # A macro of DuckDB's and a prepared statement are a head and a query; sqlglot takes the heads for commands.
        head, _, query = text.partition("\n")
        is_query = head.startswith(("PREPARE ", "CREATE OR REPLACE VIEW ", "CREATE OR REPLACE MACRO ", "CREATE OR REPLACE TEMPORARY VIEW "))
        is_query = is_query and head.endswith((" AS", " FROM", " AS TABLE"))
        parse(query if is_query else text, dialect)
        if dialect in ("athena", "trino") and is_query:
            result = validate(query, dialect="trino", jinja="reject")
            if not result.valid or result.warnings or result.statement_count != 1:
                sys.exit(f"{dialect}: {result.error} {result.warnings}\n{query}")
