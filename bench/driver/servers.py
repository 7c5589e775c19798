"""Servers that are measured: started on free ports or sockets, and ended, by the bench."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from driver import machine

PATIENCE_S = 60


class Failed(Exception):
    """It did not start, or it died."""


class Server:
    """One process, in a folder of its own.  Ended by its id, never by a name."""

    def __init__(self, name, command, folder, output="stderr", **more):
        self.name, self.folder = name, folder
        os.makedirs(folder, exist_ok=True)
        log = open(os.path.join(folder, "output.log"), "ab")
        pipes = {"stdout": log, "stderr": log, output: subprocess.PIPE} if output else {
            "stdout": log, "stderr": log}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **pipes, **more)
        log.close()
        self.output = getattr(self.process, output) if output else None
        self.port = 0

    def wait_for(self, pattern):
        """The first line of its output that the pattern is found in, as a match."""
        said = []
        for line in self.output:
            text = line.decode(errors="replace")
            match = re.search(pattern, text)
            if match:
                return match
            said.append(text)
        raise Failed(f"{self.name} did not start: {''.join(said[-5:])}")

    def cpu_s(self):
        """CPU seconds of all its threads and processes so far, as finely as the kernel knows."""
        total = 0
        try:
            for thread in os.listdir(f"/proc/{self.process.pid}/task"):
                with open(f"/proc/{self.process.pid}/task/{thread}/schedstat",
                          encoding="ascii") as file:
                    total += int(file.read().split()[0])
        except (OSError, IndexError):
            total = 0
        ticks = machine.tree_cpu(self.process.pid)
        # Threads that have ended are in the ticks only, processes below it as well.
        return max(total / 1e9, ticks - 0.02)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self, how=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.output:
            self.output.close()


def homeward(program, folder, extra=()):
    """homeward serve as it is by default, on free ports; figures are published and asked by ipc."""
    os.makedirs(folder, exist_ok=True)
    started = time.monotonic()
    server = Server("homeward", [
        program, "serve", "-d", os.path.join(folder, "data"),
        "--set", "mllp.listen=127.0.0.1:0",
        "--set", f"nanomsg.publish=ipc://{folder}/pub",
        "--set", f"nanomsg.query=ipc://{folder}/query",
        "--set", "nanomsg.ingest=off", *extra], folder)
    line = server.wait_for(r"ready").string
    server.ready_s = time.monotonic() - started
    server.port = int(re.search(r'"mllp":\s*"127\.0\.0\.1:(\d+)', line).group(1))
    server.query = f"ipc://{folder}/query"
    drain(server)
    return server


def drain(server):
    """What it logs later goes nowhere; a full pipe would hold it up."""
    import threading
    threading.Thread(target=lambda: [None for _ in server.output], daemon=True).start()


def bare(program, folder, threads=1, wrong=0):
    os.makedirs(folder, exist_ok=True)
    command = [program, os.path.join(folder, "frames"), str(threads)]
    server = Server(f"bare server, {threads} threads" if threads > 1 else "bare server",
                    command + ([str(wrong)] if wrong else []), folder, "stdout")
    server.port = int(server.wait_for(r"port (\d+)").group(1))
    return server


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def redis_program():
    return shutil.which("redis-server")


def redis(folder):
    """Redis as it comes, but for: append only file, synced before every answer."""
    os.makedirs(folder, exist_ok=True)
    port = _free_port()
    server = Server("Redis", [
        redis_program(), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder,
        "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no",
        "--auto-aof-rewrite-percentage", "0"], folder, "stdout")
    server.wait_for(r"[Rr]eady to accept connections")
    server.port = port
    drain(server)
    return server


def redis_length(server):
    """How many messages are in the stream."""
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as connection:
        connection.sendall(b"*2\r\n$4\r\nXLEN\r\n$1\r\ns\r\n")
        return int(connection.recv(64)[1:].split(b"\r\n")[0])


def version(command):
    """The first number with dots that a program says of itself."""
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    match = re.search(r"\d+(\.\d+)+", said)
    return match.group(0) if match else "unknown"


