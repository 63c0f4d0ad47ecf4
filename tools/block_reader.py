#!/usr/bin/env python3
"""Reads a block and checks that it is as docs/block-format.md and docs/block-format-spans.md say.

A second reader, written from these pages and not from the Java code, so that what they say is enough and true.

    block_reader.py check BLOCK.meta                 one line for each problem; exit code 1 if there is any
    block_reader.py dump  BLOCK.meta [--json] [--trace ID] [--raw DIR]
    block_reader.py info  BLOCK.meta                 bytes of each part

Wants Python 3.9 and the package `zstandard`.
"""
import argparse
import collections
import datetime
import json
import os
import struct
import sys
import uuid

from blockformat import otlp
from blockformat.group import Group, page_name
from blockformat.segment import Segment
from blockformat.strip import PARTS, Derived, check_part
from blockformat.wire import BROKEN, MIB, Bad, Bytes, crc32c, need, trace_id

META_FIELDS = {name: int for name in """formatMajor formatMinor requiredFeatures optionalFeatures windowStartSeconds windowSeconds
    level writerEpoch startMinUnixNanos startMaxUnixNanos traces entries spans rawBytes dataBytes tailOffset footerBytes
    footerCrc32c""".split()} | {"content": str, "tenant": str, "blockId": str, "replaces": list, "keyMin": str, "keyMax": str}


class Block:
    """A block as far as it can be read; what is wrong with it goes to `problems`."""

    def __init__(self, path):
        stem = os.path.abspath(path).rsplit(".", 1)[0]
        self.problems, self.name = [], os.path.basename(stem)
        with open(stem + ".meta", "rb") as file:
            self.meta = self.commit_record(file.read(), stem)
        with open(stem + ".tp", "rb") as file:
            self.data = file.read()
        self.id, self.content = uuid.UUID(self.meta["blockId"]).bytes, self.meta["content"]
        self.extents, self.parts, self.segments = [(0, 32, "file header")], collections.Counter(), {}
        self.tail()

    def expect(self, what, is_, expected):
        if is_ != expected:
            self.problems.append("%s is %s in place of %s" % (what, shown(is_), shown(expected)))

    def commit_record(self, record, stem):
        text, _, seal = record.rpartition(b"\ncrc32c ")
        need(len(record) <= MIB and seal == b"%08x\n" % crc32c(text), "commit record: the checksum is wrong")
        meta = json.loads(text)
        for field, kind in META_FIELDS.items():
            need(type(meta.get(field)) is kind, "commit record: %s is %r" % (field, meta.get(field)))
        start = datetime.datetime.fromtimestamp(meta["windowStartSeconds"], datetime.timezone.utc)
        name = os.path.join(meta["tenant"], start.strftime("%Y%m%dT%H%M%SZ"), meta["blockId"])
        if not stem.endswith(os.sep + name):
            self.problems.append("commit record is of %s but stands in %s" % (name, stem))
        need(meta["formatMajor"] == 1 and meta["content"] in ("opaque", "spans"), "a version or content that is unknown")
        need(meta["requiredFeatures"] == (meta["content"] == "spans"), "required features %x" % meta["requiredFeatures"])
        need(len(meta["replaces"]) <= 10_000 and all(str(uuid.UUID(i)) == i for i in meta["replaces"]), "replaces")
        return meta

    def part(self, offset, length, name):
        need(offset + length <= len(self.data), "%s: ends at %d of %d" % (name, offset + length, len(self.data)))
        self.extents.append((offset, length, name))
        return self.data[offset:offset + length]

    def tail(self):
        meta, data = self.meta, self.data
        self.expect("dataBytes", meta["dataBytes"], len(data))
        footer_at = len(data) - meta["footerBytes"]
        raw = self.part(footer_at, meta["footerBytes"], "footer")
        need(raw[-8:] == b"tempoend" and struct.unpack("<I", raw[-12:-8])[0] == len(raw), "footer: magic or length")
        need(crc32c(raw[:-16]) == struct.unpack("<I", raw[-16:-12])[0], "footer: CRC")
        self.expect("footerCrc32c", meta["footerCrc32c"], crc32c(raw[:-16]))
        footer = Bytes(raw[:-16])
        fields = struct.unpack("<HHHHQQ", footer.take(24))
        spans = self.content == "spans"
        self.expect("footer", fields, (meta["formatMajor"], meta["formatMinor"], int(spans), 0, meta["requiredFeatures"],
                                       meta["optionalFeatures"]))
        self.expect("footer's block id", footer.take(16), self.id)
        sections = {}
        for _ in range(footer.number("I")):
            kind, codec, crc, offset, stored, length = struct.unpack("<HHIQQQ", footer.take(32))
            section = self.part(offset, stored, "section %d" % kind)
            need(codec == 0 and stored == length and crc32c(section) == crc, "section %d: codec, length or CRC" % kind)
            need(kind not in sections and meta["tailOffset"] <= offset, "section %d: twice, or before the tail" % kind)
            sections[kind] = section
        footer.done("footer")
        table = sections.get(1, b"")
        self.groups = list(struct.iter_unpack("<16s16sQIIIIQqq", table))
        self.directory = list(struct.iter_unpack("<QQII", sections.get(2, b"")))
        self.segment_table = list(struct.iter_unpack("<QII", sections.get(3, b"")))
        self.strip_table = list(struct.iter_unpack("<IIQ" + "II" * 6, sections.get(4, b"")))
        self.expect("sections", [kind for kind in (1, 2, 3) if kind in sections], [1, 2, 3] if spans else [1, 2])
        need(spans or 4 not in sections, "a strip table of an opaque block")
        header = data[:28]
        self.expect("file header", header + data[28:32], b"tempoblk" + struct.pack("<HH", *fields[:2]) + self.id
                    + struct.pack("<I", crc32c(header)))

    def segment(self, number):
        if number not in self.segments:
            offset, length, crc = self.segment_table[number]
            raw = self.part(offset, 36 + length, "segment %d" % number)
            header = b"tseg" + struct.pack("<I16sII", length, self.id, number, crc)
            self.expect("segment %d's header" % number, raw[:36], header + struct.pack("<I", crc32c(header)))
            need(length <= 208 * MIB and crc32c(raw[36:]) == crc, "segment %d: length or CRC" % number)
            self.segments[number] = Segment(raw[36:])
        return self.segments[number]

    def read(self):
        """Yields each group that can be read wholly, with its index and its entries."""
        for index, row in enumerate(self.groups):
            try:
                group = Group(self.part(row[2], row[3], "group %d" % index), self.content)
                self.expect("group %d's row in the table" % index, row, (
                    group.first, group.last, row[2], row[3], group.entries, group.keys, group.segment, group.spans,
                    group.oldest, group.newest))
                self.expect("group %d's block and index" % index, (group.block, group.index), (self.id, index))
                need(group.entries <= 16384 and row[3] <= 68 * MIB, "too large")
                if self.content == "spans":
                    entries = list(group.of_spans(self.segment(group.segment)))
                else:
                    entries = list(group.opaque())
            except BROKEN as e:
                self.problems.append("group %d: %s" % (index, e if isinstance(e, Bad) else repr(e)))
                continue
            yield index, group, entries

    def check(self):
        """Reads all there is."""
        meta, keys, derived, totals = self.meta, [], {}, collections.Counter()
        oldest, newest = [], []
        strips = {row[0] + row[1] - 1: row for row in self.strip_table}
        for index, group, entries in self.read():
            own, last = [key for key, *_ in entries], keys[-1] if keys else None
            self.expect("group %d: keys in order" % index, own == sorted(own) and (last is None or last <= own[0]), True)
            begun = [key for key in dict.fromkeys(own) if key != last]
            spans, raw = sum(row[2] for row in entries), sum(len(row[1]) for row in entries)
            self.expect("group %d's header" % index, (
                group.first, group.last, group.entries, group.keys, group.spans), (
                own[0], own[-1], len(own), len(begun), spans))
            starts = min(row[3] for row in entries), max(row[4] for row in entries)
            if self.content == "opaque":
                self.expect("group %d's raw bytes and starts" % index, (group.raw_bytes, group.oldest, group.newest), (raw, *starts))
            else:  # the bytes are those that were put in; missing starts count as the writer likes
                self.expect("group %d's starts %s hold %s" % (index, (group.oldest, group.newest), starts),
                            group.oldest <= starts[0] and starts[1] <= group.newest, True)
            keys += begun
            totals.update(entries=len(own), spans=spans, rawBytes=group.raw_bytes)
            oldest.append(group.oldest)
            newest.append(group.newest)
            if self.content == "spans":
                derived[index] = Derived(group, self.segments[group.segment])
            if index in strips:
                self.check_strip(strips[index], derived)
                derived = {}
        if self.problems:
            return  # what is said of all groups is not to be compared with some of them
        self.check_directory(keys)
        for what, is_ in {"traces": len(keys), **totals, "keyMin": keys[0].hex(), "keyMax": keys[-1].hex(),
                          "startMinUnixNanos": min(oldest), "startMaxUnixNanos": max(newest)}.items():
            self.expect(what, meta[what], is_)
        self.expect("segments that are named", sorted(self.segments), list(range(len(self.segment_table))))
        self.check_extents()

    def check_directory(self, keys):
        highs, next_key = [int.from_bytes(key[:8], "big") for key in keys], 0
        for number, (first, offset, length, crc) in enumerate(self.directory):
            frame = self.part(offset, length, "directory frame %d" % number)
            need(crc32c(frame) == crc and length <= 2 * MIB, "directory frame %d: CRC or length" % number)
            traces = struct.unpack("<I", frame[:4])[0]
            need(0 < traces <= 1 << 20, "directory frame %d: %d traces" % (number, traces))
            own = highs[next_key:next_key + traces]
            next_key += traces
            self.expect("directory frame %d's first key" % number, first, own[0] if own else None)
            self.expect("directory frame %d" % number, frame, directory_frame(own))
        self.expect("traces in the directory", next_key, len(highs))

    def check_strip(self, row, derived):
        first, count, offset = row[:3]
        groups = {index: derived[index] for index in range(first, first + count) if index in derived}
        for part, name in enumerate(PARTS):
            length, crc = row[3 + 2 * part:5 + 2 * part]
            try:
                content = self.part(offset, length, "strip of group %d, %s" % (first, name))
                offset += length
                need(crc32c(content) == crc and length <= 64 * MIB, "CRC or length")
                if length and len(groups) == count:
                    check_part(part, content, groups, self.problems.append)
                self.expect("part is empty", length == 0, part < 4 and count < 16)
            except BROKEN as e:
                self.problems.append("strip of group %d, %s: %s" % (first, name, e if isinstance(e, Bad) else repr(e)))

    def check_extents(self):
        """Nothing stands twice, nothing unknown between, and all in its place."""
        end = 0
        for offset, length, name in sorted(self.extents):
            gap = self.data[end:offset]
            aligned = name.startswith(("group", "segment", "strip")) and not name.startswith("strip of")
            if offset < end or gap.strip(b"\0") or len(gap) > 511 or aligned and offset % 512:
                self.problems.append("%s at %d: behind %d are %d bytes" % (name, offset, end, len(gap)))
            end = offset + length
        self.expect("end", end, len(self.data))


def directory_frame(highs):
    count, first, last, lower = len(highs), highs[0], highs[-1], 2
    while True:
        shift = next(i for i in range(64) if (last >> i) - (first >> i) >> 8 * lower < 2 * count)
        if shift <= 32:
            break
        lower += 1
    distances = [(high >> shift) - (first >> shift) for high in highs]
    uppers = (distances[-1] >> 8 * lower) + 1
    unary = bytearray((count + uppers + 63) // 64 * 8)
    for rank, distance in enumerate(distances):
        bit = (distance >> 8 * lower) + rank
        unary[bit >> 3] |= 1 << (bit & 7)
    header = struct.pack("<IHHQI", count, shift, 8 * lower, first, uppers)
    return header + bytes(unary) + b"".join((distance & (1 << 8 * lower) - 1).to_bytes(lower, "little") for distance in distances)


def shown(value):
    if isinstance(value, tuple):
        return "(%s)" % ", ".join(map(shown, value))
    return value.hex() if isinstance(value, bytes) and len(value) < 64 else repr(value)[:200]


def dump(block, arguments):
    """Prints the entries, or writes the bytes of each to a file of its number."""
    wanted = bytes.fromhex(arguments.trace.rjust(32, "0")) if arguments.trace else None
    if arguments.raw:
        os.makedirs(arguments.raw, exist_ok=True)
    number = 0
    for index, _, entries in block.read():
        for key, value, spans, *_ in entries:
            number += 1
            if wanted not in (None, trace_id(key)):
                continue
            head = {"entry": number - 1, "group": index, "key": key.hex(), "traceId": trace_id(key).hex(), "bytes": len(value),
                    "spans": spans}
            if arguments.raw:
                with open(os.path.join(arguments.raw, "%08d" % head["entry"]), "wb") as file:
                    file.write(value)
            elif arguments.json:
                print(json.dumps({**head, **(otlp.json_of(otlp.fields(value)) if block.content == "spans"
                                             else {"value": value.hex()})}))
                continue
            print(" ".join("%s %s" % part for part in head.items()))
            if not arguments.raw:
                print("\n".join(otlp.lines_of(otlp.fields(value))) if block.content == "spans" else "  " + value.hex())


def info(block):
    """Prints what takes how many bytes."""
    sizes, spans = collections.Counter(), max(block.meta["spans"], 1)
    for index, group, _ in block.read():
        sizes["groups: headers"] += group.header_length
        for page in group.pages:
            if block.content == "spans":
                name = "page %d %s" % (page[0], page_name(page[0], block.segments[group.segment]))
                sizes["groups: " + (name if page[0] < 32 else name.split(" ", 2)[2])] += page[3]
            else:
                sizes["groups: " + ("trace table" if page[0] == 1 else "values")] += page[4]
    for row in block.strip_table:
        for part, name in enumerate(PARTS):
            sizes["strips: " + name] += row[3 + 2 * part]
    for _, length, name in block.extents:
        if name.startswith(("segment", "section", "footer", "file")):
            sizes[name.rstrip("0123456789 ") if name.startswith("segment") else name] += length
    sizes["padding"] = len(block.data) - sum(sizes.values())
    for name, size in [*sorted(sizes.items(), key=lambda part: -part[1]), ("all", len(block.data))]:
        print("%12d bytes %8.3f a span  %s" % (size, size / spans, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "dump", "info"])
    parser.add_argument("block", help="the .meta or the .tp of a block, both beside each other")
    parser.add_argument("--json", action="store_true", help="dump: an object on a line for each entry")
    parser.add_argument("--trace", metavar="ID", help="dump: only this trace")
    parser.add_argument("--raw", metavar="DIR", help="dump: the bytes of each entry to a file")
    arguments = parser.parse_args()
    try:
        block = Block(arguments.block)
    except BROKEN as e:
        sys.exit("block %s: %s" % (arguments.block, e if isinstance(e, Bad) else repr(e)))
    if arguments.command == "check":
        block.check()
    elif arguments.command == "dump":
        dump(block, arguments)
    else:
        info(block)
    for problem in block.problems:
        print("block %s: %s" % (block.name, problem), file=sys.stderr if arguments.command == "dump" else sys.stdout)
    sys.exit(1 if block.problems else 0)


if __name__ == "__main__":
    main()
