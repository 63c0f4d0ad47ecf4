"""Segments: the tables that some groups share."""
import collections
import struct

from .pages import dictionary
from .wire import Bytes, need, unzstd, varint

KINDS = {32: "int", 33: "fixed32", 34: "fixed64", 35: "bool", 36: "int", 37: "double", 48: "text", 49: "verbatim", 50: "string",
         51: "bytes", 52: "array", 53: "kvlist", 54: "any"}
ATTRIBUTES = {14, 15, 35, 36, 37, 50, 51, 52, 53, 54}
ANY_TAG = {35: b"\x10", 36: b"\x18", 37: b"\x21", 50: b"\x0a", 51: b"\x3a", 52: b"\x2a", 53: b"\x32", 54: b""}
Item = collections.namedtuple("Item", "kind tag key column")
Template = collections.namedtuple("Template", "of scope items kinds")


def framed(tag, data):
    return tag + varint(len(data)) + data


def encoded(item, value):
    """The bytes of an item with this value."""
    kind = item.kind
    if kind in (32, 35, 36):
        value = varint(value)
    elif kind == 33:
        value = struct.pack("<I", value)
    elif kind in (34, 37):
        value = struct.pack("<Q", value)
    elif kind in (48, 50, 51, 52, 53):
        value = varint(len(value)) + value
    if kind < 35 or kind == 48:
        return item.tag + value
    return value if kind == 49 else framed(item.tag, item.key + framed(b"\x12", ANY_TAG[kind] + value))


class Segment:
    def __init__(self, data):
        self.data = Bytes(data)
        raw_length = self.data.varint()
        tables = Bytes(unzstd(self.data.take(self.data.varint()), raw_length))
        self.resources, self.scopes, columns, shapes = [tables.list() for _ in range(4)]
        self.columns = [self.column(Bytes(column)) for column in columns]
        numbers = {name: number for number, name in enumerate(self.columns)}
        need(len(numbers) == len(columns), "two columns of one name")
        self.shapes = [self.shape(Bytes(shape), numbers) for shape in shapes]
        self.templates = [self.template(tables) for _ in range(tables.varint())]
        tables.done("tables")
        self.dictionaries = {}
        for number, column in enumerate(self.columns):
            if column[1] >= 48:
                content = Bytes(self.data.take(self.data.varint()))
                self.dictionaries[number] = dictionary(content)
                content.done("dictionary")
        self.data.done("segment")

    @staticmethod
    def column(data):
        return data.u8(), data.u8(), data.varint(), data.varint(), data.varint(), data.rest()

    @staticmethod
    def shape(data, columns):
        """What it is a shape of, and its items."""
        of, items, outer, seen = data.u8(), [], 0, collections.Counter()
        need(of < 3, "a shape of %d" % of)
        while data.at < len(data.data):
            kind = data.u8()
            need(1 <= kind <= 15 or kind in KINDS, "an item of kind %d" % kind)
            tag = data.varint() if kind not in (11, 49) else 0
            key = data.take(data.varint()) if kind in ATTRIBUTES else b""
            need((kind == 10) <= (outer == 0) and (kind == 11) <= (outer != 0), "OPEN and CLOSE do not match")
            outer = tag if kind == 10 else 0 if kind == 11 else outer
            column = None
            if kind >= 32:
                name = of, kind, outer, tag, key
                column = columns[of, kind, outer, tag, seen[name], key]
                seen[name] += 1
            items.append(Item(kind, varint(tag), framed(b"\x0a", key), column))
        need(outer == 0, "OPEN without CLOSE")
        return of, items

    def template(self, data):
        of, items = self.shapes[data.varint()]
        scope, bound = data.varint(), []
        need(scope < len(self.scopes), "a scope of number %d" % scope)
        for item in items:
            if item.kind >= 32:
                constant = data.u8()
                need(constant < 2, "a constant of %d" % constant)
                if constant:
                    item = encoded(item, data.take(data.varint()) if item.kind >= 48 else data.varint())
            elif item.kind == 7:
                item = item.tag + b"\0"
            elif item.kind in (14, 15):
                item = framed(item.tag, item.key + (b"\x12\0" if item.kind == 14 else b""))
            bound.append(item)
        return Template(of, scope, bound, {item.kind for item in items})
