"""A small server that speaks Lambda's Runtime API, for scripts that measure `bootstrap` from outside."""

import http.server
import os
import queue
import socketserver
import subprocess
import threading
import time


SECONDS = 900  # as long as Lambda lets a function run


class RuntimeApi:
    """Starts `bootstrap` and hands it invocations, one at a time; `log` is where it prints."""

    def __init__(self, bootstrap, lake, log=subprocess.DEVNULL, **env):
        self.payloads, self.answers, self.asked = queue.Queue(), queue.Queue(), threading.Event()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes: 40 ms otherwise

            def do_GET(self):
                api.asked.set()
                payload = api.payloads.get()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.send_header("Lambda-Runtime-Aws-Request-Id", "id")
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + SECONDS * 1000))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:f")
                self.end_headers()
                self.wfile.write(payload)

            def do_POST(self):
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = b""
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                api.answers.put((self.path.rsplit("/", 1)[1], body))

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a function that is killed while it waits resets its connection

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": "smsvoice",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "SMSVOICE_LAKE": lake,
            **env,
        }
        self.started = time.perf_counter()
        self.process = subprocess.Popen([bootstrap], env=environment, stdout=log)

    def seconds_to_first_next(self):
        assert self.asked.wait(30), "bootstrap never asked for an invocation"
        return time.perf_counter() - self.started

    def invoke(self, payload):
        self.payloads.put(payload)
        return self.answers.get(timeout=SECONDS + 60)

    def memory_kib(self):
        """Resident now, and at its peak."""
        with open(f"/proc/{self.process.pid}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        return int(fields["VmRSS"].split()[0]), int(fields["VmHWM"].split()[0])

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.server.shutdown()
