/* The few C functions that Embedded Swift calls, for an instance that lives as long as one ballot: memory is only taken,
 * never given back. */
typedef __SIZE_TYPE__ size_t;

extern unsigned char __heap_base;
static size_t top;

static void *take(size_t alignment, size_t count) {
    if (!top) top = (size_t)&__heap_base;
    top = (top + alignment - 1) & ~(alignment - 1);
    size_t start = top;
    top += count;
    size_t have = __builtin_wasm_memory_size(0) << 16;
    if (top > have && __builtin_wasm_memory_grow(0, (top - have + 65535) >> 16) == (size_t)-1) __builtin_trap();
    return (void *)start;
}

int posix_memalign(void **place, size_t alignment, size_t count) {
    *place = take(alignment < 16 ? 16 : alignment, count);
    return 0;
}

void free(void *place) { (void)place; }

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
    unsigned char *a = to;
    const unsigned char *b = from;
    while (count--) *a++ = *b++;
    return to;
}

void *memmove(void *to, const void *from, size_t count) {
    unsigned char *a = to;
    const unsigned char *b = from;
    if (a < b)
        while (count--) *a++ = *b++;
    else
        while (count--) a[count] = b[count];
    return to;
}

void *memset(void *to, int value, size_t count) {
    unsigned char *a = to;
    while (count--) *a++ = (unsigned char)value;
    return to;
}
