"""What a WebAssembly module asks of the browser that reads it: everything later than its first version (2017) is named."""

#: What a value may be: i32, i64, f32, f64.
VALUES = {0x7F, 0x7E, 0x7D, 0x7C}
NO_VALUE, FUNCTION, FUNCTIONS = 0x40, 0x60, 0x70
#: Sections of the first version; 0 is a name for tools, and 12 and on came later.
SECTIONS = range(12)
#: Opcodes with nothing behind them, besides comparisons and arithmetic.
BARE = {0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B}
ARITHMETIC, MEMORY = range(0x45, 0xC0), range(0x28, 0x3F)
ONE_NUMBER = {0x0C, 0x0D, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x41, 0x42}


class Later(Exception):
    """Something that the first version does not have."""


class Module:
    """Reads a module from its first byte to its last."""

    def __init__(self, data):
        self.data, self.place = data, 0
        #: How often each opcode stands in it.
        self.opcodes = {}
        if data[:8] != b"\0asm\1\0\0\0":
            raise Later("another version of the format")
        self.place = 8
        while self.place < len(data):
            self.section()

    def byte(self):
        self.place += 1
        return self.data[self.place - 1]

    def number(self):
        result = shift = 0
        while True:
            part = self.byte()
            result |= (part & 0x7F) << shift
            shift += 7
            if part < 0x80:
                return result

    def only(self, allowed, what):
        found = self.byte()
        if found not in allowed:
            raise Later(f"{what} {found:#x} at byte {self.place - 1}")
        return found

    def each(self, read):
        for _ in range(self.number()):
            read()

    def name(self):
        count = self.number()
        self.place += count

    def section(self):
        kind = self.only(SECTIONS, "section")
        end = self.number()
        end += self.place
        read = {1: self.kind, 2: self.taken, 3: self.number, 4: self.table, 5: self.limits, 6: self.variable, 7: self.given,
                9: self.elements, 10: self.body, 11: self.bytes}.get(kind)
        if kind == 8:
            self.number()
        elif read:
            self.each(read)
        else:
            self.place = end
        assert self.place == end, (kind, self.place, end)

    def kind(self):
        self.only({FUNCTION}, "type")
        self.each(lambda: self.only(VALUES, "value"))
        results = self.number()
        if results > 1:
            raise Later(f"{results} results of one function")
        for _ in range(results):
            self.only(VALUES, "value")

    def taken(self):
        self.name()
        self.name()
        # Functions alone: what a browser of that year could not share is asked of none.
        self.only({0x00}, "import")
        self.number()

    def table(self):
        self.only({FUNCTIONS}, "table")
        self.limits()

    def limits(self):
        if self.only({0x00, 0x01}, "limits"):
            self.number()
        self.number()

    def variable(self):
        self.only(VALUES, "value")
        self.only({0x00, 0x01}, "variable")
        self.code()

    def given(self):
        self.name()
        self.only({0x00, 0x02}, "export")
        self.number()

    def elements(self):
        self.only({0x00}, "elements")
        self.code()
        self.each(self.number)

    def bytes(self):
        self.only({0x00}, "data")
        self.code()
        self.name()

    def body(self):
        end = self.number()
        end += self.place
        self.each(lambda: (self.number(), self.only(VALUES, "value")))
        self.code()
        assert self.place == end, (self.place, end)

    def code(self):
        """Instructions up to the end of the outermost block."""
        depth = 1
        while depth:
            opcode = self.byte()
            self.opcodes[opcode] = self.opcodes.get(opcode, 0) + 1
            if opcode in (0x02, 0x03, 0x04):
                depth += 1
                self.only(VALUES | {NO_VALUE}, "block")
            elif opcode == 0x0B:
                depth -= 1
            elif opcode in ONE_NUMBER:
                self.number()
            elif opcode == 0x0E:
                self.each(self.number)
                self.number()
            elif opcode == 0x11:
                self.number()
                self.only({0x00}, "table")
            elif opcode in (0x3F, 0x40):
                self.only({0x00}, "memory")
            elif opcode in MEMORY:
                self.number()
                self.number()
            elif opcode in (0x43, 0x44):
                self.place += 4 if opcode == 0x43 else 8
            elif opcode not in BARE and opcode not in ARITHMETIC:
                raise Later(f"opcode {opcode:#x} at byte {self.place - 1}")
