// The parser's header pulls in ICU's where the library was built with it; Foundation brings an ICU of its own, and the compiler refuses two definitions of one type. Nothing of ICU is used here, and the one structure that has its fields is only ever handled by pointer inside the library.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/SAX2.h>
