/* What the generated C needs of Android's <android/log.h>, on a machine without Android: messages go to standard error. */
#ifndef FLANEUR_ANDROID_LOG_H
#define FLANEUR_ANDROID_LOG_H

#include <stdarg.h>
#include <stdio.h>

enum { ANDROID_LOG_INFO = 4, ANDROID_LOG_WARN, ANDROID_LOG_ERROR, ANDROID_LOG_FATAL };

static inline int __android_log_print(int priority, const char *tag, const char *format, ...) {
	va_list arguments;
	(void)priority;
	fprintf(stderr, "%s: ", tag);
	va_start(arguments, format);
	int n = vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return n;
}

#endif
