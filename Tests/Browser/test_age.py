"""What voters' browsers must be able to read: scripts and the encryption are no younger than the reference promises."""
import pytest
from conftest import road
from wasm_module import Later, Module

HEAD = b"\0asm\1\0\0\0"


def module(*code, result=b"\0"):
    """A module of one function with one i32 of its own, and a memory."""
    body = b"\1\1\x7f" + bytes(code) + b"\x0b"
    parts = ((1, b"\1\x60\0" + result), (3, b"\1\0"), (5, b"\1\0\1"), (10, b"\1" + bytes([len(body)]) + body))
    return HEAD + b"".join(bytes([kind, len(part)]) + part for kind, part in parts)


def test_the_encryption_is_read_by_browsers_of_2017():
    with open(f"{road.ROOT}/Templates/assets/ballot.wasm", "rb") as file:
        read = Module(file.read())
    # It was read to its last instruction: calls, loads and sums are there by the thousand.
    assert sum(read.opcodes.values()) > 20_000 and read.opcodes[0x10] > 500, read.opcodes


@pytest.mark.parametrize("later", [
    module(0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 0x0A, 0, 0), module(0x41, 0, 0xC0, 0x1A), module(0x41, 0, 0xFD, 0x0F, 0x1A),
    module(0x02, 0x00, 0x0B), module(result=b"\2\x7f\x7f"), HEAD + b"\x0c\1\0", HEAD + b"\x05\3\1\3\1"])
def test_what_came_later_is_noticed(later):
    """Copies of memory, widened signs, vectors, blocks by type, two results, counted data, shared memory."""
    with pytest.raises(Later):
        Module(later)


def test_what_was_there_is_not():
    assert Module(module(0x41, 0, 0x1A)).opcodes == {0x41: 1, 0x1A: 1, 0x0B: 1}
