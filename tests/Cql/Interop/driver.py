"""The other side of the interop tests: Debian's python3-cassandra.

Values travel as JSON in a form that has one text for each value: numbers as digits, bytes (texts and addresses too) as
hexadecimal digits, floating numbers as their bits, decimals as "unscaled/scale", timestamps in ms, times in ns, sets and maps sorted.

  driver.py codec                        per line {"type", "values", "hex"}: encodes the values, decodes the bytes
  driver.py write HOST PORT KEYSPACE TABLE < {"columns": {name: type}, "rows": [[...]]}
  driver.py read HOST PORT KEYSPACE TABLE < {"columns": {name: type}}   prints {"rows": [[...]]}, sorted by the first column
"""

import datetime
import decimal
import ipaddress
import json
import re
import struct
import sys
import uuid

from cassandra import cqltypes, util
from cassandra.cluster import Cluster

EPOCH = datetime.datetime(1970, 1, 1)
PROTOCOL_VERSION = 4


def to_decimal(text):
    unscaled, scale = map(int, text.split("/"))
    digits = tuple(map(int, str(abs(unscaled))))
    return decimal.Decimal((int(unscaled < 0), digits, -scale))


def from_decimal(value):
    sign, digits, exponent = value.as_tuple()
    unscaled = int("".join(map(str, digits)))
    return f"{-unscaled if sign else unscaled}/{-exponent}"


def from_timestamp(value):
    # The driver computes with floating seconds, which far from 1970 miss by microseconds.
    microseconds = (value - EPOCH) // datetime.timedelta(microseconds=1)
    return str((microseconds + 500) // 1000)


WHOLE = (int, str)
TEXT = (lambda text: bytes.fromhex(text).decode(), lambda value: value.encode().hex())
UUID = (uuid.UUID, str)

# For each type: the driver's class, from text, to text.
SCALARS = {
    "ascii": (cqltypes.AsciiType, *TEXT),
    "bigint": (cqltypes.LongType, *WHOLE),
    "blob": (cqltypes.BytesType, bytes.fromhex, bytes.hex),
    "boolean": (cqltypes.BooleanType, lambda text: text == "true", lambda value: str(value).lower()),
    "counter": (cqltypes.CounterColumnType, *WHOLE),
    "date": (cqltypes.SimpleDateType, lambda text: util.Date(int(text)), lambda value: str(value.days_from_epoch)),
    "decimal": (cqltypes.DecimalType, to_decimal, from_decimal),
    "double": (
        cqltypes.DoubleType,
        lambda text: struct.unpack(">d", bytes.fromhex(text))[0], lambda value: struct.pack(">d", value).hex()),
    "float": (
        cqltypes.FloatType,
        lambda text: struct.unpack(">f", bytes.fromhex(text))[0], lambda value: struct.pack(">f", value).hex()),
    "inet": (
        cqltypes.InetAddressType,
        lambda text: str(ipaddress.ip_address(bytes.fromhex(text))), lambda value: ipaddress.ip_address(value).packed.hex()),
    "int": (cqltypes.Int32Type, *WHOLE),
    "smallint": (cqltypes.ShortType, *WHOLE),
    "text": (cqltypes.UTF8Type, *TEXT),
    "time": (cqltypes.TimeType, lambda text: util.Time(int(text)), lambda value: str(value.nanosecond_time)),
    "timestamp": (cqltypes.DateType, lambda text: EPOCH + datetime.timedelta(milliseconds=int(text)), from_timestamp),
    "timeuuid": (cqltypes.TimeUUIDType, *UUID),
    "tinyint": (cqltypes.ByteType, *WHOLE),
    "uuid": (cqltypes.UUIDType, *UUID),
    "varint": (cqltypes.IntegerType, *WHOLE),
}

COLLECTIONS = {"list": cqltypes.ListType, "set": cqltypes.SetType, "map": cqltypes.MapType, "tuple": cqltypes.TupleType}


class Type:
    """A type as CQL writes it, such as map<text, list<int>>."""

    def __init__(self, tokens):
        self.name = tokens.pop(0)
        self.parameters = []
        if tokens and tokens[0] == "<":
            while tokens.pop(0) != ">":
                self.parameters.append(Type(tokens))

    @staticmethod
    def parse(text):
        return Type(re.findall(r"\w+|[<>,]", text))

    @property
    def driver_class(self):
        if self.name in SCALARS:
            return SCALARS[self.name][0]
        return COLLECTIONS[self.name].apply_parameters([parameter.driver_class for parameter in self.parameters])

    def load(self, value):
        if value is None:
            return None
        if self.name in SCALARS:
            return SCALARS[self.name][1](value)
        if self.name == "map":
            return {self.parameters[0].load(key): self.parameters[1].load(item) for key, item in value}
        if self.name == "tuple":
            return tuple(parameter.load(item) for parameter, item in zip(self.parameters, value))
        items = [self.parameters[0].load(item) for item in value]
        return set(items) if self.name == "set" else items

    def dump(self, value):
        if value is None:
            return None
        if self.name in SCALARS:
            return SCALARS[self.name][2](value)
        if self.name == "map":
            return in_order([self.parameters[0].dump(key), self.parameters[1].dump(item)] for key, item in value.items())
        if self.name == "tuple":
            return [parameter.dump(item) for parameter, item in zip(self.parameters, value)]
        items = [self.parameters[0].dump(item) for item in value]
        return in_order(items) if self.name == "set" else items


def in_order(items):
    return sorted(items, key=lambda item: json.dumps(item, separators=(",", ":")))


def codec():
    for line in sys.stdin:
        task = json.loads(line)
        cql = Type.parse(task["type"])
        encoded = [cql.driver_class.serialize(cql.load(value), PROTOCOL_VERSION).hex() for value in task["values"]]
        decoded = [cql.dump(cql.driver_class.deserialize(bytes.fromhex(text), PROTOCOL_VERSION)) for text in task["hex"]]
        print(json.dumps({"encoded": encoded, "decoded": decoded}))


def on_server(action, host, port, keyspace, table):
    task = json.load(sys.stdin)
    names = list(task["columns"])
    types = [Type.parse(cql) for cql in task["columns"].values()]
    cluster = Cluster([host], port=int(port), protocol_version=3)
    try:
        session = cluster.connect(keyspace)
        session.default_timeout = 60
        if action == "write":
            statement = session.prepare(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})")
            for row in task["rows"]:
                session.execute(statement, [cql.load(value) for cql, value in zip(types, row)])
        else:
            rows = session.execute(f"SELECT {', '.join(names)} FROM {table}")
            dumped = [[cql.dump(value) for cql, value in zip(types, row)] for row in rows]
            print(json.dumps({"rows": sorted(dumped, key=lambda row: int(row[0]))}))
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    if sys.argv[1] == "codec":
        codec()
    else:
        on_server(*sys.argv[1:])
