"""PostgreSQL as a peer: a cluster of its own in a temporary folder, on a unix socket only.

It is tuned as somebody would who wants it fast and durable: synchronous_commit stays on, so does
fsync; memory, WAL and checkpoints are generous; statements are prepared; one round trip a message.
"""
import glob
import os
import pwd
import re
import shutil
import subprocess

from driver import machine, servers

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "300",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_buffers": "64MB",
    "max_wal_size": "16GB",
    "min_wal_size": "2GB",
    "checkpoint_timeout": "1h",
    "wal_compression": "off",
    "synchronous_commit": "on",
    "fsync": "on",
    "jit": "off",
    "autovacuum": "off",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "log_destination": "stderr",
}

# The same durable work: the event, with its control id once; the stay; counters.  A counter has a
# row for each client, so that no commit waits for the lock of another.
TABLES = """
CREATE TABLE events (control_id text PRIMARY KEY, visit bigint NOT NULL, kind smallint NOT NULL,
    happened timestamptz NOT NULL, accepted timestamptz NOT NULL, message text NOT NULL);
CREATE TABLE stays (visit bigint PRIMARY KEY, site smallint NOT NULL, ready boolean NOT NULL,
    happened timestamptz NOT NULL, messages int NOT NULL) WITH (fillfactor = 60);
CREATE TABLE counters (site smallint, client int, messages bigint NOT NULL, ready bigint NOT NULL,
    PRIMARY KEY (site, client)) WITH (fillfactor = 10);
INSERT INTO stays SELECT n, n % 3, n % 8 = 0, now(), 1 FROM generate_series(1, {stays}) AS n;
INSERT INTO counters SELECT s, c, 0, 0 FROM generate_series(0, 2) AS s,
    generate_series(0, 299) AS c;
VACUUM ANALYZE;
CHECKPOINT;
"""

TAKE = """WITH event AS (
    INSERT INTO events VALUES (:client_id || :run || :n, :visit, :kind, now(), now(), :message)
    ON CONFLICT DO NOTHING RETURNING visit),
stay AS (
    INSERT INTO stays AS s SELECT visit, :site, :ready = 0, now(), 1 FROM event
    ON CONFLICT (visit) DO UPDATE SET site = excluded.site, ready = excluded.ready,
        happened = excluded.happened, messages = s.messages + 1 RETURNING ready)
UPDATE counters SET messages = messages + 1, ready = counters.ready + stay.ready::int
FROM stay WHERE site = :site AND client = :client_id;
"""

DRAW = """\\set n :n + 1
\\set visit random(1, {stays})
\\set site :visit % 3
\\set kind random(0, 20)
\\set ready random(0, 7)
"""

# As many people as the county of the bars has, an index for the question that is asked.
SPELLS = """
CREATE TABLE spells (visit bigint PRIMARY KEY, site smallint NOT NULL, ward smallint NOT NULL,
    ready boolean NOT NULL, ready_since timestamptz);
INSERT INTO spells SELECT n, n % 3, n % 60, n % 10 = 0, now() FROM generate_series(1, {rows}) AS n;
CREATE INDEX spells_ready ON spells (site) WHERE ready;
VACUUM ANALYZE spells;
"""

READY_BY_SITE = "SELECT site, count(*) FROM spells WHERE ready GROUP BY site;\n"


def programs():
    """The folder of the newest installed version's programs; None: not installed."""
    found = glob.glob("/usr/lib/postgresql/*/bin/pgbench")
    if not found:
        path = shutil.which("pgbench") and shutil.which("postgres")
        return os.path.dirname(path) if path else None
    return os.path.dirname(max(found, key=lambda path: int(path.split("/")[4])))


def _as_user():
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Postgres:
    def __init__(self, bench):
        self.bench, self.bin = bench, programs()
        self.as_user = _as_user()
        self.folder = self._own(bench.subfolder("postgres"))
        if self.folder is None:
            # Somewhere above, only root may pass: a folder that everybody can reach, then.
            self.folder = self._own(bench.folder_outside("/var/tmp"))
        self.stays = bench.pick(1000, 100000, 300000)
        self.run_number = 0
        self._init()
        self.server = bench.keep(servers.Server(
            "PostgreSQL", [f"{self.bin}/postgres", "-D", f"{self.folder}/data"], self.folder,
            "stderr", **self.as_user))
        self.server.wait_for(r"ready to accept connections")
        servers.drain(self.server)
        self.sql(TABLES.format(stays=self.stays))

    def _own(self, folder):
        """The folder, when the user that PostgreSQL runs as can write to it; else None."""
        if self.as_user:
            os.chown(folder, self.as_user["user"], self.as_user["group"])
        done = subprocess.run(["test", "-w", folder], check=False, **self.as_user)
        return folder if done.returncode == 0 else None

    def _init(self):
        data = f"{self.folder}/data"
        self._run("initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C")
        buffers = min(2 << 30, machine.memory_free() // 8) >> 20
        settings = {**SETTINGS, "shared_buffers": f"{buffers}MB",
                    "unix_socket_directories": f"'{self.folder}'"}
        with open(f"{data}/postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{key} = {value}\n" for key, value in settings.items())

    def _run(self, program, *words, **more):
        done = subprocess.run([f"{self.bin}/{program}", *words], capture_output=True, text=True,
                              check=False, cwd=self.folder, **self.as_user, **more)
        if done.returncode != 0:
            raise servers.Failed(f"{program}: {done.stderr.strip()[-400:]}")
        return done.stdout + done.stderr

    def sql(self, text):
        return self._run("psql", "-h", self.folder, "-U", "bench", "-d", "postgres", "-qAt",
                         "-v", "ON_ERROR_STOP=1", input=text)

    def _script(self, name, text):
        path = f"{self.folder}/{name}.sql"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def pgbench(self, script, clients, seconds, delay_us=0, message="-"):
        """One turn; messages or questions a second."""
        self.run_number += 1
        said = self._run(
            "pgbench", "-h", self.folder, "-U", "bench", "-n", "-M", "prepared", "-c", str(clients),
            "-j", "1", "-T", str(seconds), "-f", script, "-D", "n=0", "-D",
            f"run='-{self.run_number}-'", "-D", f"message={message}", "postgres",
            env={**os.environ, "PGOPTIONS": f"-c commit_delay={delay_us} -c commit_siblings=3"})
        if re.search(r"number of failed transactions: [1-9]", said):
            raise servers.Failed("PostgreSQL failed some transactions")
        rate = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
        count = re.search(r"^number of transactions actually processed: (\d+)", said, re.MULTILINE)
        if rate is None or count is None or int(count.group(1)) == 0:
            raise servers.Failed(f"PostgreSQL finished nothing in {seconds} s")
        return float(rate.group(1)), int(count.group(1))

    def take(self, clients, seconds, delay_us, at_once=1):
        """Durable messages: rate, CPU seconds a million.  at_once in one transaction."""
        one = DRAW.format(stays=self.stays) + TAKE
        text = one if at_once == 1 else f"BEGIN;\n{one * at_once}COMMIT;\n"
        script = self._script(f"take-{at_once}", text)
        before = self.server.cpu_s()
        events = self.events()
        rate, count = self.pgbench(script, clients, seconds, delay_us, message=self.message())
        cpu = self.server.cpu_s() - before
        if self.events() - events != count * at_once:
            raise servers.Failed("PostgreSQL has other events than it has committed")
        return rate * at_once, cpu / (count * at_once) * 1e6

    def events(self):
        return int(self.sql("SELECT sum(messages) FROM counters;"))

    def message(self):
        """As long as the messages are that Homeward is sent."""
        return "MSH|^~\\&|PAS|RWE|HOMEWARD|LLR|20260105000000||ADT^A08|1|P|2.4 " + "x" * 270

    def best(self):
        """(clients, commit_delay) of the greatest rate, tried for a moment each."""
        seconds = self.bench.pick(1, 2, 3)
        tries = [(clients, 0) for clients in self.bench.pick((4,), (16, 64), (8, 16, 32, 64, 128))]
        rates = {one: self.take(*self._shape(one, seconds))[0] for one in tries}
        clients = max(rates, key=rates.get)[0]
        for delay in self.bench.pick((), (), (50, 200)):
            rates[(clients, delay)] = self.take(*self._shape((clients, delay), seconds))[0]
        return max(rates, key=rates.get)

    @staticmethod
    def _shape(one, seconds):
        return one[0], seconds, one[1]

    def ready_by_site_ns(self, seconds):
        rate, _ = self.pgbench(self._script("ready", READY_BY_SITE), 1, seconds)
        return 1e9 / rate

    def version(self):
        return servers.version([f"{self.bin}/postgres", "--version"])


def start(bench):
    """One cluster for all rows; None where PostgreSQL is not installed."""
    if programs() is None or bench.size == "tiny":
        return None
    return bench.once("postgres", lambda: Postgres(bench))


