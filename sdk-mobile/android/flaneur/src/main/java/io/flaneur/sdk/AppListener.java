package io.flaneur.sdk;

import io.flaneur.offerkit.Offer;

/**
 * What the app hears, on the main thread, one call at a time. Override what you need. An exception that is thrown here is
 * logged and goes no further.
 */
public abstract class AppListener {
    /** An offer was pushed; each comes once. While the app is not visible it stands in a notification, too. */
    public void onOffer(Offer offer) {}

    /** An offer holds no longer; its notification is gone already. */
    public void onWithdrawn(String offerId, String reason) {}

    /** How the SDK stands with the server: a State constant of {@link io.flaneur.offerkit.Offerkit}. */
    public void onState(String state) {}

    /** The device reckons to have come into an offer's reach ("enter") or left it ("exit"), without network too. */
    public void onReach(String offerId, String event) {}

    /** Something failed that nobody waits for. */
    public void onFailure(Failure failure) {}
}
