"""Rows beside PostgreSQL: the same durable work, and the same question."""
from driver import durable, postgres
from driver.session import median
from driver.table import Line

MISSING = "PostgreSQL is not installed (./dev bench installs it)"


def work(bench):
    """Durable messages, both at what suits them best: ours 8 x 32, theirs the best client count."""
    database = postgres.start(bench)
    if database is None:
        return [Line("postgres", "beside PostgreSQL doing the same durable work", note=MISSING)]
    clients, delay = database.best()
    ours = durable.start_ours(bench, "postgres-ours")
    count, seconds = bench.pick(500, 20000, 100000), bench.pick(1, 2, 3)
    durable.send(bench, ours, count // 2, 8, 32)
    theirs = []
    with bench.neighbours() as neighbours:
        for _ in range(bench.pairs):
            result, cpu = durable.send(bench, ours, count, 8, 32)
            ours.results.append(result)
            ours.cpu.append(cpu)
            theirs.append(database.take(clients, seconds, delay))
    others = neighbours.percent()
    many = database.take(8, seconds, 0, at_once=32)
    bench.drop(ours.server)
    rate, cpu = median([one[0] for one in theirs]), median([one[1] for one in theirs])
    own_cpu, more = median(ours.cpu), {"neighbours": others, "turns": bench.pairs}
    return [
        Line("postgres", "beside PostgreSQL doing the same durable work", figure=ours.rate(),
             unit="/s", yardstick="PostgreSQL", yardstick_figure=rate, ratio=ours.rate() / rate,
             judged="ratio", bar=20, stretch=40, cpu=own_cpu, yardstick_cpu=cpu, **more,
             note=f"PostgreSQL {database.version()}: {clients} clients, commit_delay {delay}, "
                  "prepared, one round trip and one transaction a message; with 32 messages in one "
                  f"transaction it does {many[0]:,.0f}/s at {many[1]:.0f} CPU s a million"),
        Line("postgres", "its CPU a message, beside ours", figure=own_cpu, unit="us",
             yardstick="PostgreSQL", yardstick_figure=cpu, ratio=cpu / own_cpu, judged="ratio",
             bar=40, cpu=own_cpu, yardstick_cpu=cpu, **more),
    ]


def figure(bench):
    """Ready to leave, by site: ours, and the same of a table with an index for this question."""
    with bench.neighbours() as neighbours:
        found = bench.figures([bench.program("live_bench"), "--people",
                               bench.pick(500, 100000, 400000), "--records",
                               bench.pick(1000, 100000, 400000), "--turns", bench.pairs])
        server = durable.start_ours(bench, "live")
        durable.send(bench, server, bench.pick(500, 20000, 100000), 8, 32)
        database, rows = postgres.start(bench), bench.pick(1000, 200000, 1000000)
        if database is not None:
            database.sql(postgres.SPELLS.format(rows=rows))
        asked, theirs = [], []
        for _ in range(bench.pairs):
            answer = bench.figures([bench.program("live_bench"), "ask", server.server.query,
                                    bench.pick(5, 500, 1000)])
            asked += answer["ask_ns"]
            if database is not None:
                theirs.append(database.ready_by_site_ns(bench.pick(1, 1, 2)))
    bench.drop(server.server)
    more = {"unit": "us", "judged": "ratio", "neighbours": neighbours.percent(),
            "turns": bench.pairs}
    if database is None:
        return [Line("live", "live figure: ready by site", figure=median(found["figure_ns"]) / 1e3,
                     unit="us", note=MISSING)]
    yardstick = median(theirs) / 1e3
    inside, summary = median(found["figure_ns"]) / 1e3, median(asked) / 1e3
    return [
        Line("live", "live figure: ready by site, in the process", figure=inside,
             yardstick="PostgreSQL", yardstick_figure=yardstick, ratio=yardstick / inside, bar=100,
             note=f"{rows:,} rows, a tenth of them ready, partial index on the site, prepared, "
             "answered by an index-only scan over a unix socket", **more),
        Line("live", "the whole summary by a nanomsg REQ", figure=summary, yardstick="PostgreSQL",
             yardstick_figure=yardstick, ratio=yardstick / summary, **more,
             note=f"{answer['answer_bytes'][0]:,.0f} bytes of JSON: every figure of every site, "
             "ward, council and zone; PostgreSQL answers one figure"),
    ]
