"""The same load as BrokerIm's client makes, by Debian's python3-cassandra. Takes one task per line, prints one result per line."""

import itertools
import json
import socket
import sys
import threading
import time

from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.policies import DCAwareRoundRobinPolicy, TokenAwarePolicy
from cassandra.query import BatchStatement, BatchType, tuple_factory

BATCH_ROWS = 20
# Rows of another client must not be written over: that would be another load.
FIRST_RELATION = 1_000_000


class Load:
    def __init__(self, session, insert, latest, meta, body, partitions):
        self.session = session
        self.insert = session.prepare(insert)
        self.latest = session.prepare(latest)
        self.meta = bytes(meta)
        self.body = bytes(body)
        self.partitions = partitions
        self.numbers = itertools.count(1)

    def insert_request(self):
        turn, relation = divmod(next(self.numbers), self.partitions)
        return self.insert.bind((FIRST_RELATION + relation, 0, turn, self.meta, self.body))

    def batch20_request(self):
        turn, relation = divmod(next(self.numbers), self.partitions)
        batch = BatchStatement(batch_type=BatchType.UNLOGGED)
        for row in range(BATCH_ROWS):
            batch.add(self.insert, (FIRST_RELATION + relation, 0, turn * BATCH_ROWS + row, self.meta, self.body))
        return batch

    def latest20_request(self):
        return self.latest.bind((next(self.numbers) % self.partitions, 0))

    def run(self, workload, in_flight, seconds):
        run = Run(self.session, getattr(self, workload + "_request"), BATCH_ROWS if workload == "latest20" else None, in_flight)
        return run.measure(seconds)


class Run:
    """Keeps requests in flight: each answer begins the next request, on the driver's own thread."""

    def __init__(self, session, make_request, expected_rows, in_flight):
        self.session = session
        self.make_request = make_request
        self.expected_rows = expected_rows
        self.left = in_flight
        self.in_flight = in_flight
        self.lock = threading.Lock()
        self.done = threading.Event()
        self.latencies = []
        self.error = None

    def measure(self, seconds):
        processor = time.process_time()
        start = time.perf_counter()
        self.end = start + seconds
        for _ in range(self.in_flight):
            self.begin(time.perf_counter())
        self.done.wait()
        if self.error is not None:
            raise self.error

        elapsed = time.perf_counter() - start
        processor = time.process_time() - processor
        self.latencies.sort()
        return {
            "requests": len(self.latencies),
            "seconds": elapsed,
            "cpuSeconds": processor,
            "p50Ms": self.percentile(0.5),
            "p99Ms": self.percentile(0.99),
        }

    def begin(self, begun):
        future = self.session.execute_async(self.make_request())
        future.add_callbacks(self.on_rows, self.on_error, callback_args=(begun,))

    def on_rows(self, rows, begun):
        try:
            if self.expected_rows is not None and len(rows) != self.expected_rows:
                raise ValueError(f"{len(rows)} rows instead of {self.expected_rows}")
            now = time.perf_counter()
            self.latencies.append(now - begun)
            if now < self.end:
                self.begin(now)
            else:
                self.finish()
        except Exception as error:
            self.on_error(error)

    def on_error(self, error, *_):
        self.error = error
        self.done.set()

    def finish(self):
        with self.lock:
            self.left -= 1
            if self.left == 0:
                self.done.set()

    def percentile(self, share):
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))] * 1e3


def main(host, port, insert, latest, meta, body, partitions):
    profile = ExecutionProfile(
        load_balancing_policy=TokenAwarePolicy(DCAwareRoundRobinPolicy()), row_factory=tuple_factory, request_timeout=60)
    # Without this, requests of more than one segment wait 40 ms for an acknowledgement when nothing else is in flight.
    no_delay = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    cluster = Cluster(
        [host], port=int(port), protocol_version=3, sockopts=no_delay, execution_profiles={EXEC_PROFILE_DEFAULT: profile})
    try:
        load = Load(cluster.connect(), insert, latest, int(meta), int(body), int(partitions))
        print("ready", flush=True)
        for line in sys.stdin:
            task = json.loads(line)
            print(json.dumps(load.run(task["workload"], task["inFlight"], task["seconds"])), flush=True)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
