"""One run of the bench: how large, where the programs and the temporary folder are."""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from driver import machine, servers

SIZES = ("tiny", "quick", "normal", "full")


class Session:
    def __init__(self, build, size):
        self.build, self.size = os.path.realpath(build), size
        self.cache, self.running, self.outside = {}, [], []

    def __enter__(self):
        # Beside the programs unless TMPDIR says where: /tmp is memory on some systems.
        base = os.environ.get("TMPDIR") or self.build
        self.folder = tempfile.mkdtemp(prefix="bench-", dir=base)
        os.chmod(self.folder, 0o755)
        return self

    def stop_all(self):
        """After a row that failed: what it had started, and what was kept for the next."""
        for server in reversed(self.running):
            server.stop()
        self.running.clear()
        self.cache = {name: kept for name, kept in self.cache.items() if name == "messages"}

    def __exit__(self, *_):
        self.stop_all()
        for folder in [self.folder, *self.outside]:
            shutil.rmtree(folder, ignore_errors=True)

    def pick(self, tiny, quick, normal, full=None):
        """The one of these that belongs to the size of this run."""
        return {"tiny": tiny, "quick": quick, "normal": normal,
                "full": normal if full is None else full}[self.size]

    @property
    def pairs(self):
        return self.pick(2, 5, 7, 9)

    def program(self, name):
        return os.path.join(self.build, "bench", name)

    @property
    def homeward(self):
        return os.path.join(self.build, "adapters", "cli", "homeward")

    def subfolder(self, name):
        """A new one each time."""
        return tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder)

    def folder_outside(self, where):
        """A temporary one elsewhere, removed with the others."""
        self.outside.append(tempfile.mkdtemp(prefix="homeward-bench-", dir=where))
        return self.outside[-1]

    def keep(self, server):
        """It is ended with the session, whatever happens."""
        self.running.append(server)
        return server

    def drop(self, server, *how):
        server.stop(*how)
        self.running.remove(server)

    def figures(self, command, **more):
        """Run a bench program: what it calls its figures, each with the values of all turns."""
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              check=False, **more)
        found = {}
        for line in done.stdout.splitlines():
            words = line.split()
            if words[:1] == ["figure"] and len(words) == 3:
                found.setdefault(words[1], []).append(float(words[2]))
        if done.returncode != 0:
            raise servers.Failed((done.stderr or done.stdout).strip()[-500:])
        return found

    def say(self, text):
        if self.size != "tiny":
            print(f"bench: {text}", file=sys.stderr, flush=True)

    def once(self, name, make):
        """Made by the first row that needs it, for all that do."""
        if name not in self.cache:
            self.cache[name] = make()
        return self.cache[name]

    def neighbours(self):
        return machine.Neighbours()


median = statistics.median
