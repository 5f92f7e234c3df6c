"""How fast `smsvoice replay` is beside DuckDB at the same job: NDJSON events into partitioned, zstd-compressed Parquet.

    cargo build --release
    pip install duckdb==2.0.0
    python3 tests/python/duckdb_speed.py target/release/smsvoice [messages]

Both read the same file from the page cache with all threads, in turn, and the median of the ratios is printed. DuckDB is
told every column's type; it neither derives ids and outcomes nor leaves out duplicates, which smsvoice does.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

DUCKDB = """
import sys, duckdb
source, lake = sys.argv[1:]
duckdb.sql(f'''
COPY (
  SELECT *, lower(split_part(eventType, '_', 1)) AS channel, strftime(make_timestamp(eventTimestamp * 1000), '%Y-%m-%d') AS dt
  FROM read_json('{source}', format = 'newline_delimited', columns = {{
    contentType: 'VARCHAR', eventType: 'VARCHAR', eventVersion: 'VARCHAR', eventTimestamp: 'BIGINT', isFinal: 'BOOLEAN',
    originationPhoneNumber: 'VARCHAR', destinationPhoneNumber: 'VARCHAR', isoCountryCode: 'VARCHAR',
    isInternationalSend: 'BOOLEAN', mcc: 'VARCHAR', mnc: 'VARCHAR', carrierName: 'VARCHAR', messageId: 'VARCHAR',
    messageRequestTimestamp: 'BIGINT', messageEncoding: 'VARCHAR', messageType: 'VARCHAR', messageStatus: 'VARCHAR',
    messageStatusDescription: 'VARCHAR', context: 'MAP(VARCHAR, VARCHAR)', totalMessageParts: 'INTEGER',
    totalMessagePrice: 'DECIMAL(18,6)', totalCarrierFee: 'DECIMAL(18,6)', callDurationInSeconds: 'INTEGER',
    totalDurationInMinutes: 'INTEGER',
    protectConfiguration: 'STRUCT(protectConfigurationId VARCHAR, protectStatus VARCHAR)',
    protectConfigurationAssessment: 'STRUCT(protectRecommendation VARCHAR, protectInsights STRUCT(blockReason VARCHAR))',
    rcsMetadata: 'STRUCT(billingEventType VARCHAR)', rcsBusinessId: 'VARCHAR', agentIsoCountryCode: 'VARCHAR',
    conversationInitiatingMessageId: 'VARCHAR', conversationInitiatingMessageType: 'VARCHAR',
    conversationSessionFee: 'DECIMAL(18,6)'}})
) TO '{lake}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (channel, dt))
''')
"""


def timed(command):
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def size(folder):
    return sum(os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(folder) for name in names)


def main():
    smsvoice, messages = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "1000000"
    folder = tempfile.mkdtemp(prefix="smsvoice-speed-")
    events = os.path.join(folder, "events.ndjson")
    subprocess.run([smsvoice, "generate", "--messages", messages, "--out", events], check=True)
    with open(events, "rb") as file:
        while file.read(1 << 24):
            pass
    ratios = []
    for run in range(5):
        ours, theirs = os.path.join(folder, f"ours-{run}"), os.path.join(folder, f"theirs-{run}")
        seconds = timed([smsvoice, "replay", events, "--lake", ours])
        duckdb = timed([sys.executable, "-c", DUCKDB, events, theirs])
        ratios.append(duckdb / seconds)
        print(f"smsvoice {seconds:.2f} s, {size(ours) >> 20} MiB; DuckDB {duckdb:.2f} s, {size(theirs) >> 20} MiB; ratio {ratios[-1]:.2f}")
        assert size(ours) < 1.3 * size(theirs), "our files, which have more columns, are that much larger"
        shutil.rmtree(ours)
        shutil.rmtree(theirs)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"median: smsvoice is {statistics.median(ratios):.2f} times as fast as DuckDB (largest process: {peak} MiB)")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
