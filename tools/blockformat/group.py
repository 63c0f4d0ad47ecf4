"""Groups, and the entries in them."""
import collections
import itertools
import struct

from .pages import integers, texts
from .segment import ATTRIBUTES, KINDS, encoded, framed
from .wire import BROKEN, M64, Bad, Bytes, crc32c, need, signed, trace_id, unzstd

PAGES = {1: "keys", 2: "span counts", 3: "bases", 4: "templates", 5: "resources", 6: "depths", 7: "starts", 8: "durations",
         9: "event counts", 10: "link counts", 11: "event templates", 12: "event times", 13: "link templates", 14: "span ids",
         15: "outer parent ids", 16: "link trace ids, high", 17: "link trace ids, low", 18: "link span ids"}


def page_name(number, segment):
    if number < 32:
        return PAGES.get(number, "unknown")
    of, kind, outer, tag, occurrence, key = segment.columns[number - 32]
    name = key.decode("utf-8", "replace") if kind in ATTRIBUTES else "field %d" % (tag >> 3)
    return "%s %s%s%s, %s" % (("span", "event", "link")[of], "field %d, " % (outer >> 3) if outer else "", name,
                              " #%d" % occurrence if occurrence else "", KINDS[kind])


class Group:
    """A group: its header, and with its segment its entries (key, value, spans, oldest start, newest start)."""

    def __init__(self, data, content):
        self.data, header = data, Bytes(data)
        need(header.take(4) == b"tgrp", "no group is here")
        self.header_length = header.number("I")
        need(108 <= self.header_length <= len(data), "a header of %d bytes" % self.header_length)
        need(crc32c(data[:self.header_length - 4]) == struct.unpack_from("<I", data, self.header_length - 4)[0], "header CRC")
        self.block, self.index, pages = header.take(16), header.number("I"), header.number("I")
        self.first, self.last = header.take(16), header.take(16)
        self.entries, self.keys, self.spans, self.raw_bytes, self.oldest, self.newest = struct.unpack("<IIQQqq", header.take(40))
        self.pages, self.segment = [], 0
        if content == "spans":
            need(pages == 0, "%d pages at 28" % pages)
            self.segment = header.number("I")
            at, number = self.header_length, -1
            for _ in range(header.varint()):
                number, flags = number + header.varint() + 1, header.u8()
                rows, length, crc = header.varint(), header.varint(), header.number("I")
                low = signed(header.signed()) if flags & 1 else None
                span = None if low is None else (low, low + header.varint())
                self.pages.append((number, rows, at, length, crc, span))
                at += length
            need(at == len(data), "pages end at %d of %d" % (at, len(data)))
        else:
            need(pages >= 2, "%d pages" % pages)
            for _ in range(pages):
                self.pages.append(struct.unpack("<HHIIIIIII", header.take(32)))
        need(header.at == self.header_length - 4, "the header ends at %d" % header.at)

    def page(self, at, length, crc):
        need(at >= self.header_length and at + length <= len(self.data), "page at %d runs past the end" % at)
        stored = self.data[at:at + length]
        need(crc32c(stored) == crc, "page CRC is %08x but the directory says %08x" % (crc32c(stored), crc))
        return stored

    def opaque(self):
        end, decoded = self.header_length, []
        for i, (kind, encoding, column, at, stored, raw, rows, crc, zero) in enumerate(self.pages):
            need(kind == (1 if i == 0 else 2) and encoding < (1 if i == 0 else 2), "page %d: kind %d in encoding %d"
                 % (i, kind, encoding))
            need(at == end and column == 0 and zero == 0, "page %d: at %d, column %d, %d at 28" % (i, at, column, zero))
            end = at + stored
            data = self.page(at, stored, crc)
            data = unzstd(data, raw) if encoding else data
            need(len(data) == raw, "page %d: raw length" % i)
            decoded.append((Bytes(data), rows))
        need(end == len(self.data), "pages end at %d of %d" % (end, len(self.data)))
        table, count = decoded[0]
        keys, rows = [table.take(16) for _ in range(count)], []
        for _ in range(count):
            length, spans, oldest = table.varint(), table.varint(), signed(table.varint())
            rows.append((length, spans, oldest, oldest + table.varint()))
        table.done("trace table")
        entries = iter(zip(keys, rows))
        for i, (frame, rows) in enumerate(decoded[1:], 1):
            for key, (length, spans, oldest, newest) in itertools.islice(entries, rows):
                yield key, frame.take(length), spans, oldest, newest
            frame.done("frame of page %d" % i)
        need(next(entries, None) is None, "fewer rows in the frames than in the table")

    def of_spans(self, segment):
        """Yields the entries; leaves what a strip has to say in `columns` and `rows`."""
        self.rows = []
        self.columns, pages, counts = {}, {}, {}
        for number, rows, at, length, crc, span in self.pages:
            try:
                data = Bytes(self.page(at, length, crc))
                lines = None
                if number == 1:
                    values = [data.take(16) for _ in range(rows)]
                    data.done("keys")
                elif number < 32 or segment.columns[number - 32][1] < 48:
                    need(number in PAGES or number >= 32, "nobody knows this page")
                    values = integers(data, rows)
                    need(span is None or span == (min(map(signed, values)), max(map(signed, values))), "range is %s" % (span,))
                else:
                    need(span is None, "a range of texts")
                    values, lines = texts(data, rows, segment.dictionaries[number - 32])
                if number >= 32:
                    self.columns[number - 32] = values, lines
                pages[number], counts[number] = iter(values), rows
            except BROKEN as e:
                raise Bad("page %d (%s): %s" % (number, page_name(number, segment), e or type(e).__name__)) from e
        self.iterators = collections.defaultdict(lambda: iter(()), pages)
        need(counts[1] == counts[2] == counts[3] == self.entries, "entries")
        for key, spans, base in zip(pages[1], pages[2], pages[3]):
            yield self.entry(segment, key, spans, base)
        for number, left in pages.items():
            need(next(left, None) is None, "page %d (%s): rows are left" % (number, page_name(number, segment)))

    def entry(self, segment, key, spans, base):
        next_of, templates = self.iterators, segment.templates
        path, tree, starts = [], [], []
        out = []
        for _ in range(spans):
            number, resource, depth = next(next_of[4]), next(next_of[5]), next(next_of[6])
            template = templates[number]
            need(template.of == 0 and depth <= len(path), "template or depth of a span")
            del path[depth:]
            parent = path[-1] if path else None
            need(resource or parent, "a root without a resource")
            resource = resource - 1 if resource else parent["resource"]
            anchor = parent["anchor"] if parent else base
            if 4 in template.kinds:
                anchor = anchor + next(next_of[7]) & M64
                starts.append(min(anchor, M64 >> 1))
            end = anchor + next(next_of[8]) & M64 if 5 in template.kinds else None
            span = {"resource": resource, "anchor": anchor, "end": end, "trace": trace_id(key), "parent": parent, "id": None}
            span["bytes"] = self.message(segment, template, span)
            path.append(span)
            tree.append(span)
            self.rows.append((number, resource, anchor, end))
            out.append((resource, template.scope, span["bytes"]))
        self.check_tree(tree)
        out.sort(key=lambda row: row[:2])
        value = b"".join(framed(b"\x0a", segment.resources[resource] + b"".join(
            framed(b"\x12", segment.scopes[scope] + b"".join(framed(b"\x12", span) for _, _, span in of_scope))
            for scope, of_scope in itertools.groupby(of_resource, lambda row: row[1])))
            for resource, of_resource in itertools.groupby(out, lambda row: row[0]))
        return key, value, spans, min(starts, default=M64 >> 1), max(starts, default=0)

    def message(self, segment, template, span):
        """A span, an event or a link."""
        next_of, out, outer = self.iterators, [], None
        for item in template.items:
            if type(item) is bytes:
                out.append(item)
                continue
            kind, tag = item.kind, item.tag
            if kind >= 32:
                out.append(encoded(item, next(next_of[32 + item.column])))
            elif kind == 1:
                out += tag, b"\x10", span["trace"]
            elif kind == 2:
                span["id"] = next(next_of[14]).to_bytes(8, "big")
                out += tag, b"\x08", span["id"]
            elif kind == 3:
                span["parent id"] = span["parent"]["id"] if span["parent"] else next(next_of[15]).to_bytes(8, "big")
                out += tag, b"\x08", span["parent id"]
            elif kind in (4, 5):
                out += tag, struct.pack("<Q", span["anchor" if kind == 4 else "end"])
            elif kind == 6:
                out += tag, struct.pack("<Q", span["anchor"] + next(next_of[12]) & M64)
            elif kind in (8, 9):
                for _ in range(next(next_of[9 if kind == 8 else 10])):
                    inner = segment.templates[next(next_of[11 if kind == 8 else 13])]
                    need(inner.of == kind - 7, "a template of %d for an event or a link" % inner.of)
                    out.append(framed(tag, self.message(segment, inner, span)))
            elif kind == 10:
                outer, out = (out, tag), []
            elif kind == 11:
                out = outer[0] + [framed(outer[1], b"".join(out))]
            elif kind == 12:
                out += tag, b"\x10", struct.pack(">QQ", next(next_of[16]), next(next_of[17]))
            else:
                out += tag, b"\x08", next(next_of[18]).to_bytes(8, "big")
        return b"".join(out)

    @staticmethod
    def check_tree(spans):
        """Children by start; a span without a parent in the entry has depth 0, and only such, but for cycles."""
        of_id, last = collections.defaultdict(list), {}
        for span in spans:
            of_id[span["id"]].append(span)
        for span in spans:
            parent = span["parent"]
            need(parent is None or last.get(id(parent), 0) <= span["anchor"], "children are not by start")
            last[id(parent)] = span["anchor"]
            if parent is None and "parent id" in span and span["parent id"] in of_id:
                cycle = False
                for other in of_id[span["parent id"]]:
                    while other and other is not span:
                        other = other["parent"]
                    cycle = cycle or other is span
                need(cycle, "a span of depth 0 whose parent is in the entry")
