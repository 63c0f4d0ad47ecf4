"""Checksums, numbers and frames."""
import itertools
import struct
import sys

try:
    import zstandard
except ImportError:
    sys.exit("the block reader wants the package zstandard: pip install zstandard, or apt install python3-zstandard")

M32, M64 = (1 << 32) - 1, (1 << 64) - 1
MIB = 1 << 20


class Bad(Exception):
    """What was read is not as the pages say."""


BROKEN = (Bad, ArithmeticError, LookupError, ValueError, StopIteration, RuntimeError, TypeError, struct.error, zstandard.ZstdError)


def need(condition, message):
    if not condition:
        raise Bad(message)


def _crc_tables():
    tables = [[0] * 256 for _ in range(4)]
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        tables[0][byte] = crc
    for i, byte in itertools.product(range(1, 4), range(256)):
        tables[i][byte] = tables[0][tables[i - 1][byte] & 255] ^ tables[i - 1][byte] >> 8
    t0, t1, t2, t3 = tables
    return t0, [t3[v & 255] ^ t2[v >> 8] for v in range(1 << 16)], [t1[v & 255] ^ t0[v >> 8] for v in range(1 << 16)]


CRC_BYTE, CRC_LOW, CRC_HIGH = _crc_tables()


def crc32c(data):
    crc, low, high, words = M32, CRC_LOW, CRC_HIGH, len(data) // 4
    for word in struct.unpack_from("<%dI" % words, data):
        crc ^= word
        crc = low[crc & 0xFFFF] ^ high[crc >> 16]
    for byte in data[words * 4:]:
        crc = CRC_BYTE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ M32


def signed(n):
    return n - (1 << 64) if n >> 63 else n


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def quarter_octave(n):
    b = n.bit_length()
    return n if n < 4 else 4 * (b - 2) + (n >> b - 3 & 3)


def trace_id(key):
    """The trace id of a key: the mixer backwards."""
    def mix(n):
        n = (n ^ n >> 33) * 0xFF51AFD7ED558CCD & M64
        n = (n ^ n >> 33) * 0xC4CEB9FE1A85EC53 & M64
        return n ^ n >> 33
    h, l = struct.unpack(">QQ", key)
    h = h - mix(l ^ 0xD6E8FEB86659FD93) & M64
    l = l - mix(h ^ 0x94D049BB133111EB) & M64
    h = h - mix(l ^ 0xBF58476D1CE4E5B9) & M64
    l = l - mix(h ^ 0x9E3779B97F4A7C15) & M64
    return struct.pack(">QQ", h, l)


class Bytes:
    """Some bytes and how far they are read."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, length):
        need(length <= len(self.data) - self.at, "ends at %d, but %d more bytes are wanted" % (len(self.data), length))
        self.at += length
        return self.data[self.at - length:self.at]

    def rest(self):
        return self.take(len(self.data) - self.at)

    def number(self, code):
        return struct.unpack("<" + code, self.take(struct.calcsize(code)))[0]

    def u8(self):
        return self.take(1)[0]

    def varint(self):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128:
                need(value <= M64, "a varint of more than 64 bits")
                return value
        raise Bad("a varint of more than 10 bytes")

    def signed(self):
        n = self.varint()
        return (n >> 1 ^ -(n & 1)) & M64

    def rising(self, count):
        """Numbers that rise, each less the one before and 1."""
        numbers, last = [], -1
        for _ in range(count):
            last += self.varint() + 1
            numbers.append(last)
        return numbers

    def list(self):
        return [self.take(length) for length in [self.varint() for _ in range(self.varint())]]

    def done(self, what):
        need(self.at == len(self.data), "%s: %d bytes too many" % (what, len(self.data) - self.at))


def unzstd(frame, length):
    stated = zstandard.get_frame_parameters(frame).content_size
    need(stated in (length, zstandard.CONTENTSIZE_UNKNOWN), "a frame of %d bytes in place of %d" % (stated, length))
    reader = zstandard.ZstdDecompressor().decompressobj()
    data = reader.decompress(frame)
    need(reader.eof and not reader.unused_data and len(data) == length, "a frame that is cut or has bytes behind it")
    return data


def bits(data, width, count):
    need(len(data) == (count * width + 7) // 8, "%d bytes for %d values of %d bits" % (len(data), count, width))
    if width in (8, 16, 32, 64):
        return list(struct.unpack("<%d%s" % (count, {8: "B", 16: "H", 32: "I", 64: "Q"}[width]), data))
    mask, values = (1 << width) - 1, []
    for at in range(0, max(len(data), 1), max(width, 1)):
        chunk = int.from_bytes(data[at:at + width], "little")
        values.extend(chunk >> shift & mask for shift in range(0, 8 * width, width)) if width else values.extend([0] * count)
    return values[:count]
