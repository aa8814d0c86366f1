// A small stand-in for Apple's Foundation: the classes and selectors that the generated Objective-C and app.m use, so that
// clang can check their types and compile them for arm64-ios where there is no SDK of Apple's. Never linked.
#pragma once
#include <objc/objc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef long NSInteger;
typedef unsigned long NSUInteger;
typedef unsigned char byte;
typedef struct {
	NSUInteger location, length;
} NSRange;
static inline NSRange NSMakeRange(NSUInteger location, NSUInteger length) {
	NSRange r = {location, length};
	return r;
}
typedef NSUInteger NSStringEncoding;
typedef NSUInteger NSStringEncodingConversionOptions;
enum { NSUTF8StringEncoding = 4 };
#define FOUNDATION_EXPORT extern

@class NSString, NSDictionary, NSValue;

// What every object has, so that names of the core which mean something else there are noticed.
#define UNAVAILABLE __attribute__((unavailable("not available in automatic reference counting mode")))
struct _NSZone;
@protocol NSObject
@property(readonly) NSUInteger hash;
@property(readonly) Class superclass;
@property(readonly, copy) NSString *description;
@property(readonly, copy) NSString *debugDescription;
- (BOOL)isEqual:(id)object;
- (Class)class;
- (instancetype)self;
- (BOOL)isProxy;
- (BOOL)isMemberOfClass:(Class)class;
- (BOOL)respondsToSelector:(SEL)selector;
- (instancetype)retain UNAVAILABLE;
- (oneway void)release UNAVAILABLE;
- (instancetype)autorelease UNAVAILABLE;
- (NSUInteger)retainCount UNAVAILABLE;
- (struct _NSZone *)zone UNAVAILABLE;
- (BOOL)isKindOfClass:(Class)class;
- (BOOL)conformsToProtocol:(Protocol *)protocol;
@end

@protocol NSCopying
@end

__attribute__((objc_root_class)) @interface NSObject <NSObject>
+ (instancetype)alloc;
+ (instancetype)new;
+ (Class)class;
+ (void)load;
+ (void)initialize;
- (id)copy;
- (id)mutableCopy;
- (instancetype)init;
- (void)dealloc;
@end

@interface NSString : NSObject <NSCopying>
@property(readonly) NSUInteger length;
+ (instancetype)stringWithFormat:(NSString *)format, ...;
- (instancetype)initWithBytesNoCopy:(void *)bytes length:(NSUInteger)length encoding:(NSStringEncoding)encoding freeWhenDone:(BOOL)free;
- (NSUInteger)lengthOfBytesUsingEncoding:(NSStringEncoding)encoding;
- (BOOL)getBytes:(void *)buffer
         maxLength:(NSUInteger)most
        usedLength:(NSUInteger *)used
          encoding:(NSStringEncoding)encoding
           options:(NSStringEncodingConversionOptions)options
             range:(NSRange)range
    remainingRange:(NSRange *)left;
@end

@interface NSConstantString : NSString
@end

@interface NSValue : NSObject <NSCopying>
+ (NSValue *)valueWithPointer:(const void *)pointer;
@end

@interface NSNumber : NSValue
@property(readonly) int intValue;
+ (NSNumber *)numberWithInt:(int)value;
@end

@interface NSDictionary<Key, Value> : NSObject
+ (instancetype)dictionaryWithObjects:(const Value *)objects forKeys:(const Key *)keys count:(NSUInteger)count;
- (Value)objectForKey:(Key)key;
- (Value)objectForKeyedSubscript:(Key)key;
@end

@interface NSMutableDictionary<Key, Value> : NSDictionary <Key, Value>
- (void)setObject:(Value)object forKey:(Key)key;
- (void)setObject:(Value)object forKeyedSubscript:(Key)key;
- (void)removeObjectForKey:(Key)key;
@end

@interface NSData : NSObject
@property(readonly) NSUInteger length;
@property(readonly) const void *bytes;
+ (instancetype)dataWithBytesNoCopy:(void *)bytes length:(NSUInteger)length freeWhenDone:(BOOL)free;
@end

@interface NSMutableData : NSData
@end

@interface NSError : NSObject
@property(readonly) NSString *localizedDescription;
- (instancetype)initWithDomain:(NSString *)domain code:(NSInteger)code userInfo:(NSDictionary *)info;
@end

@interface NSException : NSObject
+ (NSException *)exceptionWithName:(NSString *)name reason:(NSString *)reason userInfo:(NSDictionary *)info;
@end

extern NSString *const NSLocalizedDescriptionKey;
extern NSString *const NSInternalInconsistencyException;
void NSLog(NSString *format, ...);
