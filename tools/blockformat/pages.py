"""Pages of integers and of texts, and dictionaries."""
import collections
import itertools
import struct

from .wire import M64, Bytes, bits, need, signed, unzstd


def integers(page, count, nested=False):
    """A page of integers, as numbers without sign; the page ends where `page` does."""
    encoding = page.u8()
    if encoding == 0:
        values = [page.signed()] * count
    elif encoding == 2:
        values = [page.signed()]
        for _ in range(count - 1):
            values.append(values[-1] + page.signed() & M64)
    elif encoding == 6:
        values = bits(page.rest(), 64, count)
    elif encoding == 9:
        scale = page.u8()
        need(scale <= 9 and not nested, "a DECIMAL of scale %d, or within another" % scale)
        double = struct.Struct("<d")
        values = [int.from_bytes(double.pack(float(signed(n)) / 10 ** scale), "little") for n in integers(page, count, True)]
    else:
        need(encoding in (1, 3, 4, 5, 7, 8), "integer encoding %d" % encoding)
        base, divisor = (0, 1) if encoding in (4, 8) else (page.signed(), page.varint())
        if encoding == 1:
            width = page.u8()
            need(width <= 64, "a width of %d bits" % width)
            values = bits(page.rest(), width, count)
        elif encoding == 5:
            width = page.u8()
            need(1 <= width <= 8, "a width of %d bytes" % width)
            raw = unzstd(page.rest(), width * count)
            values = [int.from_bytes(raw[i:i + width], "little") for i in range(0, len(raw), width)]
        else:
            values = classes(page, count, encoding in (7, 8))
        if encoding in (4, 8):
            values = [(n >> 1 ^ -(n & 1)) & M64 for n in values]
        elif base or divisor != 1:
            values = [base + n * divisor & M64 for n in values]
    page.done("page of integers")
    return values


def classes(page, count, compressed):
    base = page.u8()
    if compressed:
        lengths = unzstd(page.take(page.varint()), count)
    else:
        width = page.u8()
        need(width <= 7, "a class width of %d" % width)
        lengths = bits(page.take((count * width + 7) // 8), width, count)
    data, at, values = page.rest(), 0, []
    for length in lengths:
        length += base
        need(length <= 64, "a number of %d bits" % length)
        if length < 2:
            values.append(length)
            continue
        end = at + length - 1
        low = int.from_bytes(data[at >> 3:end + 7 >> 3], "little") >> (at & 7) & (1 << length - 1) - 1
        values.append(1 << length - 1 | low)
        at = end
    need(len(data) == (at + 7) // 8, "%d bytes for %d bits" % (len(data), at))
    return values


def nested(page, count):
    return integers(Bytes(page.take(page.varint())), count)


class Pattern:
    def __init__(self, raw):
        self.raw, self.limits, self.halves, form, at = raw, [], set(), b"", 0
        while at < len(raw):
            zero = raw.find(b"\0", at)
            zero = len(raw) if zero < 0 else zero
            form += raw[at:zero].replace(b"%", b"%%")
            at = zero + 2
            escape = raw[zero + 1:at]
            if escape == b"\0":
                form += b"\0"
            elif escape == b"\1":
                form, self.limits = form + b"%d", self.limits + [M64]
            elif escape in (b"\2", b"\4"):
                need(at < len(raw), "a pattern that ends in an escape")
                self.limits.append((10 if escape == b"\2" else 16) ** raw[at] - 1)
                form += b"%%0%d%s" % (raw[at], b"d" if escape == b"\2" else b"x")
                at += 1
            elif escape in (b"\3", b"\5"):
                if escape == b"\3":
                    self.halves.add(len(self.limits))
                form += b"%08x-%04x-%04x-%04x-%012x" if escape == b"\3" else b"%016x%016x"
                self.limits += [M64, M64]
            else:
                need(zero == len(raw), "escape %r in a pattern" % escape)
        self.form, self.slots = form, len(self.limits)

    def text(self, numbers):
        need(all(n <= limit for n, limit in zip(numbers, self.limits)), "a number too wide for its slot in %r" % self.raw)
        if not self.halves:
            return self.form % tuple(numbers)
        parts, i = [], 0
        while i < len(numbers):
            n = numbers[i]
            if i in self.halves:
                m = numbers[i + 1]
                parts += [n >> 32, n >> 16 & 0xFFFF, n & 0xFFFF, m >> 48, m & (1 << 48) - 1]
                i += 1
            else:
                parts.append(n)
            i += 1
        return self.form % tuple(parts)


def dictionary(data):
    count = data.varint()
    if not count:
        return []
    lengths = nested(data, count)
    need(data.varint() == sum(lengths), "raw length of a dictionary")
    raw = Bytes(unzstd(data.rest(), sum(lengths)))
    return [Pattern(raw.take(length)) for length in lengths]


def pattern_lines(page, count, patterns):
    """For each line its pattern and numbers."""
    used = [patterns[code] for code in page.rising(page.varint())]
    which = nested(page, count)
    times = collections.Counter(which)
    need(all(n < len(used) for n in times), "a pattern that the page does not name")
    own = {}
    for i, pattern in enumerate(used):
        if pattern.slots and times[i] >= 16:
            own[i] = zip(*[nested(page, times[i]) for _ in range(pattern.slots)])
    others = [used[i].slots for i in which if i not in own]
    shared = iter(nested(page, sum(others)) if any(others) else [])
    lines = [(used[i], next(own[i]) if i in own else tuple(itertools.islice(shared, used[i].slots))) for i in which]
    page.done("page of texts")
    return lines


def texts(page, count, patterns):
    """The values of a page of texts, and the lines of each as patterns and numbers (none if it is plain)."""
    kind = page.u8()
    if kind == 0:
        lengths = nested(page, count)
        compressed = page.u8()
        need(compressed < 2, "compressed is %d" % compressed)
        data = Bytes(unzstd(page.rest(), sum(lengths)) if compressed else page.rest())
        values = [data.take(length) for length in lengths]
        data.done("page of texts")
        return values, None
    need(kind < 3, "text kind %d" % kind)
    if kind == 1:
        groups = [[line] for line in pattern_lines(page, count, patterns)]
    else:
        counts = nested(page, count)
        need(page.varint() == sum(counts), "number of lines")
        lines = iter(pattern_lines(page, sum(counts), patterns))
        groups = [list(itertools.islice(lines, n)) for n in counts]
    return [b"\n".join(pattern.text(numbers) for pattern, numbers in group) for group in groups], groups
