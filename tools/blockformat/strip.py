"""Strips: what is in them, and what would have to be as it follows from the groups."""
import re
import struct

from .pages import integers
from .wire import M32, M64, Bytes, quarter_octave, signed, unzstd

BLOOMED = {36, 48, 50, 51}
PARTS = "templates", "resources", "durations", "times", "summary", "blooms"
SALT = [int(word, 16) for word in "47b6137b 44974d91 8824ad5b a2b7289d 705495c7 2df1424b 9efc4947 5c6bfb31".split()]
RUN = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-Za-z]+")
DIGITS = re.compile(rb"[0-9]+")


def join(h, w):
    m = (h ^ w) * 0x9FB21C651E98DF25 & M64
    m ^= m >> 35
    m = (m << 27 | m >> 37) * 0x9E3779B97F4A7C15 & M64
    return m ^ m >> 29


def hashed(data):
    h, words = len(data) * 0x9FB21C651E98DF25 & M64, len(data) // 8
    for word in struct.unpack_from("<%dQ" % words, data):
        h = join(h, word)
    return join(h, int.from_bytes(data[words * 8:], "big"))


def hash_of_lines(lines):
    h = 0
    for raw, numbers in lines:
        h = join(h, hashed(raw))
        for n in numbers:
            h = join(h, n)
    return h


def split(text):
    """The lines of a text, each as a pattern and its numbers, as a writer splits those with a bloom."""
    def number(digits):
        numbers.append(int(digits))
        return b"\0\2%c" % len(digits) if digits[0] == 48 and len(digits) > 1 else b"\0\1"

    def within(match):
        return number(match[0]) if 4 <= len(match[0]) <= 18 else match[0]

    def run(match):
        data = match[0]
        if b"-" in data or len(data) == 32 and not data.strip(b"0123456789abcdef"):
            n = int(data.replace(b"-", b""), 16)
            numbers.extend((n >> 64, n & M64))
            return b"\0\3" if b"-" in data else b"\0\5"
        if data.isdigit() and len(data) <= 18:
            return number(data)
        if 12 <= len(data) <= 16 and not data.strip(b"0123456789abcdef"):
            numbers.append(int(data, 16))
            return b"\0\4%c" % len(data)
        return DIGITS.sub(within, data)

    lines = []
    for line in text.split(b"\n"):
        numbers = []
        lines.append((RUN.sub(run, line.replace(b"\0", b"\0\0")), tuple(numbers)))
    return lines


class Derived:
    """What a strip has to say of a group, as it follows from the group."""

    def __init__(self, group, segment):
        self.segment = group.segment
        self.parts = [[row[0] for row in group.rows], [row[1] for row in group.rows], [], []]
        anchors = [row[2] for row in group.rows]
        self.oldest, self.newest, self.templates, self.blooms = min(anchors), max(anchors), {}, {}
        for number, _, anchor, end in group.rows:
            duration = 0 if end is None or end < anchor else 1 + quarter_octave(end - anchor)
            self.parts[2].append(duration)
            self.parts[3].append(anchor // 15_000_000_000)
            spans, longest, newest, oldest = self.templates.get(number, (0, 0, 0, M64))
            self.templates[number] = spans + 1, max(longest, duration), max(newest, anchor), min(oldest, anchor)
        for number, (values, lines) in group.columns.items():
            distinct = set(values) if segment.columns[number][1] in BLOOMED else ()
            if len(distinct) > 64:
                kind = 0 if segment.columns[number][1] < 48 else 2 if lines is None else 1
                if kind == 1:
                    hashes = {hash_of_lines((pattern.raw, numbers) for pattern, numbers in line) for line in lines}
                    sought = {hash_of_lines(split(value)) for value in distinct}
                else:
                    hashes = sought = {join(0, value) if kind == 0 else hashed(value) for value in distinct}
                numbers = [signed(value) for value in distinct] if kind == 0 else [0, M64]
                self.blooms[number] = kind, hashes, sought, max(numbers) - min(numbers) >= 1 << 16


def bloom(hashes, blocks):
    words = [0] * (8 * blocks)
    for h in hashes:
        at = 8 * ((h >> 32) * blocks >> 32)
        for i, salt in enumerate(SALT):
            words[at + i] |= 1 << (((h & M32) * salt & M32) >> 27)
    return struct.pack("<%dI" % len(words), *words)


def check_part(part, content, groups, report):
    """Compares a part of a strip with what follows from its groups."""
    data = Bytes(content)
    if part < 4:
        pages = [Bytes(data.take(length)) for length in [data.varint() for _ in groups]]
        for index, group, page in zip(groups, groups.values(), pages):
            if integers(page, len(group.parts[part])) != group.parts[part]:
                report("group %d, strip %s: not what is in the group" % (index, PARTS[part]))
    elif part == 4:
        raw_length = data.varint()
        summary = Bytes(unzstd(data.rest(), raw_length))
        heads = [(summary.varint(), summary.varint(), summary.varint()) for _ in groups]
        numbers = [summary.rising(count) for count, _, _ in heads]
        spans = [[summary.varint() for _ in range(count)] for count, _, _ in heads]
        rest = [[summary.take(count) for count, _, _ in heads] for _ in range(3)]
        summary.done("summary")
        for i, (index, group) in enumerate(groups.items()):
            rows = {number: row for number, *row in zip(numbers[i], spans[i], rest[0][i], rest[1][i], rest[2][i])}
            expected = {number: [count, longest, quarter_octave(group.newest - newest), quarter_octave(oldest - group.oldest)]
                        for number, (count, longest, newest, oldest) in group.templates.items()}
            if rows != expected or heads[i][1:] != (group.oldest, group.newest - group.oldest):
                report("group %d, summary: not what is in the group" % index)
        return
    else:
        blooms = [Bytes(data.take(length)) for length in [data.varint() for _ in groups]]
        for index, group, of_group in zip(groups, groups.values(), blooms):
            missing, number = {n for n, of_column in group.blooms.items() if of_column[3]}, -1
            for _ in range(of_group.varint()):
                number, kind, blocks = number + of_group.varint() + 1, of_group.u8(), of_group.varint()
                stored = of_group.take(32 * blocks)
                missing.discard(number)
                where = "group %d, bloom of column %d: " % (index, number)
                if number not in group.blooms:
                    report(where + "the column is none that has one, or has at most 64 values")
                    continue
                expected_kind, hashes, sought, _ = group.blooms[number]
                if kind != expected_kind or blocks < 10 * len(hashes) // 256:
                    report(where + "kind %d, %d blocks for %d values" % (kind, blocks, len(hashes)))
                if stored != bloom(hashes, blocks):
                    report(where + "not that of the column's values")
                if hashes != sought:
                    report(where + "%d values are not split as they are looked up" % len(sought - hashes))
            of_group.done("blooms of group %d" % index)
            for number in missing:
                report("group %d: column %d has no bloom" % (index, number))
    data.done("strip " + PARTS[part])
