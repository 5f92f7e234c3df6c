"""How long `smsvoice report` and `trace` take over a large lake, beside DuckDB with the same questions over the same Parquet.

    cargo build --release
    pip install -r tests/python/requirements.txt
    python3 tests/python/report_speed.py target/release/smsvoice [messages] [days] [runs]

DuckDB is given the statements of `smsvoice report --show-sql`, translated by sqlglot. Both read from the page cache with all
threads, in turn; the median of the ratios is printed, and the report's largest resident memory. `trace` looks for one
message; a full scan is a `query` that reads all rows of the columns that trace shows.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

AS_OF = "2027-01-31T00:00:00Z"


def timed(command, **more):
    """Seconds, and the largest resident memory in MiB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"{command}: {status}"
    return time.perf_counter() - started, used.ru_maxrss / 1024


def duckdb_answers(lake, statements):
    """What DuckDB does: the statements, and every row fetched."""
    import sqlglot
    from duckdb_answers import connect

    connection = connect(lake)
    for statement in pathlib.Path(statements).read_text().split(";\n"):
        if statement.strip() and "FROM quarantine" not in statement: # which has no file here
            head, _, query = statement.strip().partition("\n") if statement.startswith("CREATE TABLE") else ("", "", statement)
            sql = sqlglot.transpile(query, read="trino", write="duckdb", error_level=sqlglot.ErrorLevel.RAISE)
            if head:
                connection.execute(f"{head}\n{sql[0]}")
            else:
                connection.sql(sql[0]).to_arrow_table()


def traced(smsvoice, lake):
    ids = subprocess.run([smsvoice, "query", "--lake", lake, "--json", "SELECT min(message_id) AS id FROM events"], check=True, stdout=subprocess.PIPE, text=True)
    id = ids.stdout.split('"id"')[1].split('"')[1]
    columns = ("event_time event_type outcome failure_reason is_final message_status message_status_description latency_ms price_usd carrier_fee_usd "
        "channel origination_identity destination_phone_number iso_country_code carrier_name extra configuration_set source received_at").split()
    everything = f"SELECT count(context) AS context, {', '.join(f'max({name}) AS {name}' for name in columns)} FROM events"
    for run in range(3):
        trace, _ = timed([smsvoice, "trace", id, "--lake", lake])
        scan, _ = timed([smsvoice, "query", "--lake", lake, everything])
        print(f"trace {trace:.2f} s; full scan {scan:.2f} s; 1/{scan / trace:.0f}")


def main():
    if sys.argv[1] == "duckdb":
        return duckdb_answers(*sys.argv[2:])
    smsvoice = os.path.abspath(sys.argv[1])
    messages, days, runs = (sys.argv[2:] + ["1000000", "30", "3"][len(sys.argv) - 2 :])[:3]
    folder = tempfile.mkdtemp(prefix="smsvoice-report-", dir=os.environ.get("SPEED_FOLDER"))
    lake, statements = os.path.join(folder, "lake"), os.path.join(folder, "statements.sql")
    generate = subprocess.Popen([smsvoice, "generate", "--messages", messages, "--days", days, "--out", "-"], stdout=subprocess.PIPE)
    subprocess.run([smsvoice, "replay", "-", "--lake", lake], stdin=generate.stdout, check=True)
    assert generate.wait() == 0
    report = [smsvoice, "report", "--lake", lake, "--as-of", AS_OF]
    with open(statements, "w") as file:
        subprocess.run([*report, "--show-sql"], stdout=file, check=True)
    ratios = []
    for run in range(int(runs)):
        seconds, memory = timed([*report, "--out", os.path.join(folder, "report.html")])
        duckdb, theirs = timed([sys.executable, __file__, "duckdb", lake, statements])
        ratios.append(seconds / duckdb)
        print(f"report {seconds:.1f} s, {memory:.0f} MiB; DuckDB {duckdb:.1f} s, {theirs:.0f} MiB; ratio {ratios[-1]:.2f}", flush=True)
    print(f"median: {statistics.median(ratios):.2f} times DuckDB's time")
    traced(smsvoice, lake)
    shutil.rmtree(folder)


main()
