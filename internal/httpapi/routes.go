package httpapi

import (
	"slices"

	"github.com/flaneur-io/flaneur/internal/api"
)

// route is one line of the table of contents.
type route struct {
	pattern string
	who     credential // which credentials it takes, a set
	body    bodyKind
	serve   func(*call) (answer, error)
}

// bodyKind says what the body of a request is.
type bodyKind uint8

const (
	noBody   bodyKind = iota
	document          // a JSON object
	patch             // a JSON merge patch
	creates           // a JSON object, or nothing, that creates: takes an Idempotency-Key
	batch             // the same, large
	table             // a JSON object or CSV, large
)

// routes is the table of contents of the interface.
func (s *server) routes() []route {
	return slices.Concat(s.merchantRoutes(), s.webhookRoutes(), s.personRoutes(), s.redemptionRoutes())
}

// merchantRoutes is the merchant's side.
func (s *server) merchantRoutes() []route {
	merchants := func() shelf[api.MerchantInput, api.Merchant] { return s.Catalogue.Merchants }
	places := func() shelf[api.PlaceInput, api.Place] { return s.Catalogue.Places }
	offers := func() shelf[api.OfferInput, api.Offer] { return s.Catalogue.Offers }
	return []route{
		{"POST /v1/merchants", secretKey, creates, create(merchants, merchantID)},
		{"GET /v1/merchants", secretKey, noBody, list(merchants)},
		{"GET /v1/merchants/{id}", secretKey, noBody, get(merchants, merchantRevision)},
		{"PATCH /v1/merchants/{id}", secretKey, patch, change(merchants, merchantRevision)},

		{"POST /v1/places", secretKey, creates, create(places, placeID)},
		{"POST /v1/places/batch", secretKey, batch, createBatch(places)},
		{"GET /v1/places", secretKey, noBody, s.listPlaces},
		{"GET /v1/places/{id}", secretKey, noBody, get(places, placeRevision)},
		{"PATCH /v1/places/{id}", secretKey, patch, change(places, placeRevision)},
		{"DELETE /v1/places/{id}", secretKey, noBody, s.removePlace},

		{"GET /v1/places/{id}/stock", secretKey, noBody, s.stock},
		{"PUT /v1/places/{id}/stock", secretKey, table, s.setStock},
		{"PATCH /v1/places/{id}/stock", secretKey, table, s.changeStock},

		{"POST /v1/offers", secretKey, creates, create(offers, offerID)},
		{"POST /v1/offers/batch", secretKey, batch, createBatch(offers)},
		{"GET /v1/offers", secretKey | deviceToken, noBody, s.listOrPullOffers},
		{"GET /v1/offers/{id}", secretKey, noBody, get(offers, offerRevision)},
		{"PATCH /v1/offers/{id}", secretKey, patch, change(offers, offerRevision)},
		{"POST /v1/offers/{id}/publish", secretKey, noBody, s.moveOffer("publish")},
		{"POST /v1/offers/{id}/pause", secretKey, noBody, s.moveOffer("pause")},
		{"POST /v1/offers/{id}/resume", secretKey, noBody, s.moveOffer("resume")},
		{"POST /v1/offers/{id}/stop", secretKey, noBody, s.moveOffer("stop")},
		{"POST /v1/offers/{id}/archive", secretKey, noBody, s.moveOffer("archive")},
		{"GET /v1/offers/{id}/versions", secretKey, noBody, s.offerVersions},
		{"GET /v1/offers/{id}/versions/{n}", secretKey, noBody, s.offerVersion},
	}
}

// webhookRoutes are about what happens, told to the merchant's own servers.
func (s *server) webhookRoutes() []route {
	return []route{
		{"POST /v1/webhooks", secretKey, creates, s.createWebhook},
		{"GET /v1/webhooks", secretKey, noBody, s.listWebhooks},
		{"GET /v1/webhooks/{id}", secretKey, noBody, s.getWebhook},
		{"PATCH /v1/webhooks/{id}", secretKey, patch, s.changeWebhook},
		{"DELETE /v1/webhooks/{id}", secretKey, noBody, s.removeWebhook},
		{"POST /v1/webhooks/{id}/rotate", secretKey, noBody, s.rotateWebhook},
		{"POST /v1/webhooks/{id}/test", secretKey, noBody, s.testWebhook},
		{"GET /v1/webhooks/{id}/attempts", secretKey, noBody, s.webhookAttempts},
		{"GET /v1/webhooks/{id}/dead", secretKey, noBody, s.deadLetters},
		{"POST /v1/webhooks/{id}/replay", secretKey, document, s.replayWebhook},

		// What came of it.
		{"GET /v1/offers/{id}/numbers", secretKey, noBody, s.offerNumbers},
		{"GET /v1/merchants/{id}/numbers", secretKey, noBody, s.merchantNumbers},
		{"POST /v1/offers/estimate", secretKey, document, s.estimate},
	}
}

// personRoutes is the person's side, from the opt-in on.
func (s *server) personRoutes() []route {
	return []route{
		{"POST /v1/users", publishableKey, creates, s.optIn},
		{"GET /v1/notices", publishableKey | deviceToken, noBody, s.notices},
		{"GET /v1/moods", publishableKey | deviceToken, noBody, s.moods},
		{"GET /v1/webpush-key", publishableKey | deviceToken, noBody, s.webPushKey},
		{"GET /v1/me", deviceToken, noBody, s.account},
		{"DELETE /v1/me", deviceToken, noBody, s.erase},
		{"GET /v1/me/consents", deviceToken, noBody, s.consents},
		{"PUT /v1/me/consents", deviceToken, document, s.setConsents},
		{"PATCH /v1/me/consents", deviceToken, patch, s.changeConsents},
		{"GET /v1/me/preferences", deviceToken, noBody, s.preferences},
		{"PUT /v1/me/preferences", deviceToken, document, s.setPreferences},
		{"PATCH /v1/me/preferences", deviceToken, patch, s.changePreferences},
		{"POST /v1/me/pause", deviceToken, document, s.pause},
		{"DELETE /v1/me/pause", deviceToken, noBody, s.unpause},
		{"GET /v1/me/deliveries/{id}/why", deviceToken, noBody, s.why},
		{"GET /v1/me/suppressions", deviceToken, noBody, s.suppressions},
		{"GET /v1/me/visits", deviceToken, noBody, s.visits},
		{"DELETE /v1/me/visits", deviceToken, noBody, s.forgetVisits},
		{"GET /v1/me/reaches", deviceToken, noBody, s.reaches},
		{"PUT /v1/me/push-token", deviceToken, document, s.setPushToken},
		{"POST /v1/me/positions", deviceToken, document, s.positions},
		{"POST /v1/me/mood", deviceToken, document, s.mood},
		{"POST /v1/me/feedback", deviceToken, document, s.feedback},
		{"GET /v1/me/shopping-list", deviceToken, noBody, s.shoppingList},
		{"PUT /v1/me/shopping-list", deviceToken, document, s.setShoppingList},
		{"DELETE /v1/me/shopping-list", deviceToken, noBody, s.dropShoppingList},
		{"POST /v1/me/shopping-list/plan", deviceToken, document, s.planShopping},
		{"POST /v1/me/purchases", deviceToken, creates, s.purchase},
		{"POST /v1/me/trips", deviceToken, creates, s.startTrip},
		{"GET /v1/me/trips/current", deviceToken, noBody, s.trip},
		{"DELETE /v1/me/trips/current", deviceToken, noBody, s.endTrip},
		{"GET /v1/me/chains", deviceToken, noBody, s.chains},
		{"DELETE /v1/me/chains/{id}", deviceToken, noBody, s.leaveChain},
		{"GET /v1/me/purchases", deviceToken, noBody, s.purchases},
		{"DELETE /v1/me/purchases/{id}", deviceToken, noBody, s.forgetPurchase},
		{"POST /v1/me/ratings", deviceToken, document, s.rate},
		{"GET /v1/me/ratings", deviceToken, noBody, s.ratings},
		{"DELETE /v1/me/ratings/{id}", deviceToken, noBody, s.forgetRating},
	}
}

// redemptionRoutes are those of reservations, and of tills.
func (s *server) redemptionRoutes() []route {
	return []route{
		{"POST /v1/me/redemptions", deviceToken, creates, s.reserve},
		{"GET /v1/me/redemptions", deviceToken, noBody, s.redemptions},
		{"GET /v1/me/redemptions/{id}", deviceToken, noBody, s.redemption},
		{"DELETE /v1/me/redemptions/{id}", deviceToken, noBody, s.giveBack},
		{"GET /v1/me/redemptions/{id}/qr.png", deviceToken, noBody, s.redemptionQR},
		{"GET /v1/me/member-code", deviceToken, noBody, s.memberCode},
		{"GET /v1/me/member-code/qr.png", deviceToken, noBody, s.memberQR},
		{"GET /v1/me/loyalty", deviceToken, noBody, s.loyalty},

		// Tills.
		{"POST /v1/till/check", tillKey, document, s.checkCodes},
		{"POST /v1/till/redemptions", tillKey, creates, s.redeemCodes},
		{"POST /v1/till/redemptions/{id}/rollback", tillKey, creates, s.rollBack},
		{"POST /v1/till/purchases", tillKey, creates, s.tillPurchase},
		{"POST /v1/till/sold", tillKey, creates, s.sold},
		{"POST /v1/till/sync", tillKey, document, s.syncTill},
		{"GET /v1/till/keys", tillKey, noBody, s.tillKeys},
	}
}
