from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

from hardware.simulated.key import SimulatedKey
from hardware.simulated.udp_server import serve_udp

PROGRAM = Path(__file__).with_name("outside_program.py")


def test_a_program_of_somebody_else_lives_through_the_life_of_a_key() -> None:
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    stop, ports = Event(), SimpleQueue[int]()
    with subprocess.Popen(
        [sys.executable, "-I", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        answer_to = ("127.0.0.1", int(program.stdout.readline()))
        server = Thread(target=serve_udp, args=(key, stop, ("127.0.0.1", 0), answer_to, ports.put))
        server.start()
        try:
            program.stdin.write(f"{ports.get(timeout=10)}\n")
            program.stdin.flush()
            told = json.loads(program.stdout.readline() or "null")
        finally:
            stop.set()
            server.join(5)
    assert told == {
        "set_pin": {"clientPin": True},
        "assert": {"prompts": 4, "algorithm": -7},
        "manage": {"users": ["alice", "bob"], "left": 1},
        "change_pin": {"forced": True, "then": False},
        "lock_out": [
            *("PIN_INVALID", "PIN_INVALID", "PIN_AUTH_BLOCKED"),
            *("PIN_INVALID", "PIN_INVALID", "PIN_AUTH_BLOCKED"),
            *("PIN_INVALID", "PIN_BLOCKED"),
        ],
        "reset": {"clientPin": False, "retries": 8},
    }
    assert key.credentials == ()
