// The least that an app does, to be compiled: see ../README.md.
#import <Foundation/Foundation.h>

#import "FLOfferkit.objc.h"

@interface Phone : NSObject <FLOfferkitListener, FLOfferkitStore>
@end

@implementation Phone
- (void)onOffer:(FLOfferkitOffer *)offer {
	NSLog(@"%@: %@", offer.title, [[offer reasons] at:0].text);
}
- (void)onWithdrawn:(NSString *)offerID reason:(NSString *)reason {
	NSLog(@"%@ %@", offerID, reason);
}
- (void)onState:(NSString *)state {
	NSLog(@"%@", state);
}
- (void)onPlan:(FLOfferkitLocationPlan *)plan { NSLog(@"%d s, %d reaches", plan.intervalSeconds, [[plan reaches] size]); }
- (void)onReach:(NSString *)offerID event:(NSString *)event {
	NSLog(@"%@ %@", offerID, event);
}
- (void)onFailure:(NSString *)code field:(NSString *)field message:(NSString *)message {
	NSLog(@"%@ %@ %@", code, field, message);
}
- (NSData *)load:(NSString *)key error:(NSError **)error {
	return nil;
}
- (BOOL)save:(NSString *)key value:(NSData *)value error:(NSError **)error {
	return YES;
}
- (BOOL)remove:(NSString *)key error:(NSError **)error {
	return YES;
}
@end

int main(void) {
	FLOfferkitConfig *config = FLOfferkitNewConfig();
	config.serverURL = @"https://flaneur.example";
	config.publishableKey = @"fl_test_pk_0123456789";
	config.dataDir = @"/tmp/flaneur";
	Phone *phone = [Phone new];
	NSError *error = nil;
	FLOfferkitKit *kit = FLOfferkitNewKit(config, phone, phone, nil, &error);
	FLOfferkitChoices *choices = FLOfferkitNewChoices();
	choices.location = YES;
	choices.policy = @"2026-06";
	if (![kit optIn:choices seconds:10 error:&error] || ![kit start:&error]) {
		NSLog(@"%@", FLOfferkitErrorCode(error.localizedDescription));
	}
	[kit track:FLOfferkitNewFix(48.137, 11.575, 8, 1767225600000) error:&error];
	return [kit withdraw:FLOfferkitPurposeLocation error:&error] ? 0 : 1;
}
