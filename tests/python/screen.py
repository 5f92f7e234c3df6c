"""A command at a terminal of 80 columns and 24 lines that is read as a person sees it.

stdin is JSON: {"command": […], "env": {…}, "folder": "…", "steps": [{"wait": TEXT}, {"type": KEYS}, {"see": NAME}, …]}.
`wait` waits for a text on the screen, `gone` until it is not there, `see` keeps the screen by a name, `sleep` reads on for seconds, `resize` gives it
other columns. At the end the command's end is waited for. stdout is JSON: {"screens": {NAME: TEXT}, "last": TEXT, "code": N}.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

import pyte

PATIENCE = 60

asked = json.load(sys.stdin)
screen = pyte.Screen(80, 24)
stream = pyte.ByteStream(screen)


def sized(columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    screen.resize(24, columns)


def shown():
    return "\n".join(line.rstrip() for line in screen.display).rstrip()


def read(seconds):
    """Feeds the screen with what comes; false once the other end is closed."""
    if not select.select([terminal], [], [], seconds)[0]:
        return True
    try:
        got = os.read(terminal, 65536)
    except OSError:
        return False
    stream.feed(got)
    return bool(got)


def until(holds, what):
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end or not (read(0.1) or holds()):
            sys.exit(f"waited in vain for {what}; the screen:\n{shown()}")


child, terminal = pty.fork()
if child == 0:
    time.sleep(0.3)  # until the terminal has its size
    os.chdir(asked.get("folder", "."))
    os.environ.pop("COLUMNS", None)
    os.environ.update({"TERM": "xterm-256color", **asked.get("env", {})})
    os.execv(asked["command"][0], asked["command"])
sized(80)
screens = {}
for step in asked["steps"]:
    [(name, value)] = step.items()
    if name == "wait":
        until(lambda: value in shown(), value)
    elif name == "gone":
        until(lambda: value not in shown(), f"the end of {value}")
    elif name == "type":
        time.sleep(0.2)  # nobody types faster than the terminal is made ready for keys after a prompt
        os.write(terminal, value.encode())
    elif name == "sleep":
        end = time.monotonic() + value
        while time.monotonic() < end and read(0.1):
            pass
    elif name == "resize":
        sized(value)
    elif name == "see":
        screens[name if value is True else value] = shown()
end = time.monotonic() + PATIENCE
while read(0.5):
    if time.monotonic() > end:
        os.kill(child, signal.SIGKILL)
        sys.exit(f"the command does not end; the screen:\n{shown()}")
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps({"screens": screens, "last": shown(), "code": code}))
