"""How large `bootstrap` is, and how long it takes from exec to its first request for an invocation, with an S3 lake configured.

    cargo build --profile deploy -p smsvoice-ingest
    python3 tests/python/lambda_start.py target/deploy/bootstrap
"""

import os
import statistics
import sys

from runtime_api import RuntimeApi

AWS = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def main():
    bootstrap = sys.argv[1]
    print(f"size: {os.path.getsize(bootstrap) / 1e6:.1f} MB")
    times = []
    for _ in range(21):
        function = RuntimeApi(bootstrap, "s3://bucket/lake", **AWS)
        times.append(function.seconds_to_first_next() * 1000)
        resident = function.memory_kib()[0]
        function.stop()
    print(f"exec to first /next: median {statistics.median(times):.1f} ms, {min(times):.1f} to {max(times):.1f} ms; idle {resident >> 10} MiB")


if __name__ == "__main__":
    main()
