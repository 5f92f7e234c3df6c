"""Runs a command as at a terminal: `at_terminal.py ANSWER COMMAND…` types the answer once it is asked for, and prints what the
terminal showed and the exit code, as JSON."""

import json
import os
import pty
import sys

answer, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown = b""
while True:
    try:
        read = os.read(terminal, 4096)
    except OSError:  # the other end is closed
        break
    if not read:
        break
    shown += read
    if b"taken as yes" in shown and answer:
        os.write(terminal, answer.encode() + b"\n")
        answer = ""
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps({"shown": shown.decode(), "code": code}))
