"""Checks SQL texts (a JSON array on stdin) against Trino's grammar, with two independent parsers.

trino-sql-validator also knows Trino's functions and how many arguments each takes: a warning is a failure here.
"""

import json
import sys

import sqlglot
from trino_sql_validator import validate

for sql in json.load(sys.stdin):
    result = validate(sql, dialect="trino", jinja="reject")
    if not result.valid or result.warnings or result.statement_count != 1:
        sys.exit(f"trino-sql-validator: {result.error} {result.warnings}\n{sql}")
    try:
        sqlglot.parse_one(sql, read="trino", error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.ParseError as error:
        sys.exit(f"sqlglot: {error}\n{sql}")
