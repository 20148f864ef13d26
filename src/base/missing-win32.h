/* base/missing-win32.h - functions of other C libraries that the one of Windows lacks; the compiler includes this before everything else. */
#ifndef TS_BASE_MISSING_WIN32_H
#define TS_BASE_MISSING_WIN32_H

/* Assembler source gets the compiler's options, too. */
#ifndef __ASSEMBLER__
#include <stddef.h>

/* As on other systems. */
void *memmem(const void *hay, size_t hay_size, const void *needle, size_t needle_size);
#endif

#endif
