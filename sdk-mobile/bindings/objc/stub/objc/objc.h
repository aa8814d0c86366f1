// See ../Foundation/Foundation.h.
#pragma once
typedef _Bool BOOL; // as on arm64-ios
#define YES __objc_yes
#define NO __objc_no
#define nil ((void *)0)
#ifndef NULL
#define NULL ((void *)0)
#endif
