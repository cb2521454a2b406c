"""Pictures of pages as small PNG files: a palette of the commonest colours in place of every shade that a browser draws."""
import collections
import struct
import zlib

#: Letters have many shades at their edges; so many are enough for an eye.
COLOURS = 48
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    assert data[:8] == SIGNATURE
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + length]
        at += length + 12


def rows(data):
    """The rows of an RGB or RGBA picture without interlace, as lists of RGB."""
    parts = collections.defaultdict(bytes)
    for kind, body in chunks(data):
        parts[kind] += body
    width, height, depth, colour, *_, interlace = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert depth == 8 and colour in (2, 6) and not interlace
    size = 3 if colour == 2 else 4
    raw, line, found = zlib.decompress(parts[b"IDAT"]), bytearray(width * size), []
    for y in range(height):
        start = y * (width * size + 1)
        kind, now = raw[start], bytearray(raw[start + 1:start + 1 + width * size])
        for x in range(len(now)):
            left, up, corner = (now[x - size], line[x], line[x - size]) if x >= size else (0, line[x], 0)
            if kind == 1:
                now[x] = (now[x] + left) & 255
            elif kind == 2:
                now[x] = (now[x] + up) & 255
            elif kind == 3:
                now[x] = (now[x] + (left + up) // 2) & 255
            elif kind == 4:
                guess = left + up - corner
                nearest = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
                now[x] = (now[x] + nearest) & 255
        found.append([bytes(now[at:at + 3]) for at in range(0, len(now), size)])
        line = now
    return found


def small(data):
    """The same picture in few colours."""
    picture = rows(data)
    counted = collections.Counter(pixel for row in picture for pixel in row)
    palette = [pixel for pixel, _ in counted.most_common(COLOURS)]
    place = {pixel: min(range(len(palette)), key=lambda at: sum((a - b) ** 2 for a, b in zip(palette[at], pixel))) for pixel in counted}
    body = b"".join(b"\0" + bytes(place[pixel] for pixel in row) for row in picture)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", len(picture[0]), len(picture), 8, 3, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + chunk(b"PLTE", b"".join(palette)) + chunk(b"IDAT", zlib.compress(body, 9)) + chunk(b"IEND", b"")
