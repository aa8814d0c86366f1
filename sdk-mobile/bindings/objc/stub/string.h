// What the generated code needs of the C library, where there are no headers of iOS.
#pragma once
#include <stddef.h>
void *malloc(size_t size);
void free(void *p);
void *memcpy(void *to, const void *from, size_t size);
