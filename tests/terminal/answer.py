"""Runs a program on a terminal of its own and answers its questions.

Usage: answer.py KEYS PROGRAM ARGUMENT...

KEYS are pressed one after the other, each when a new question waits: `enter`, `down`, `escape`,
`interrupt`, or a letter, with `+` between keys that answer one question. What the terminal showed
goes to standard output, and the exit code is that of the program.
"""

import os
import pty
import select
import sys
import time

KEYS = {"enter": "\r", "down": "\x1b[B", "escape": "\x1b", "interrupt": "\x03"}

# How long a question has to stand still, and how long the program may take in all.
QUIET_SECONDS = 0.5
SECONDS_MAX = 60


def main():
    keys, program = sys.argv[1].split(), sys.argv[2:]
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(program[0], program)
    shown = b""
    asked = 0
    start = last = time.monotonic()
    while time.monotonic() - start < SECONDS_MAX:
        ready, _, _ = select.select([terminal], [], [], 0.05)
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
            last = time.monotonic()
        elif keys and b"?" in shown[asked:] and time.monotonic() - last > QUIET_SECONDS:
            asked = len(shown)
            for key in keys.pop(0).split("+"):
                os.write(terminal, KEYS.get(key, key).encode())
                time.sleep(0.05)
    else:
        os.kill(child, 9)
    _, status = os.waitpid(child, 0)
    sys.stdout.buffer.write(shown)
    sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)


main()
