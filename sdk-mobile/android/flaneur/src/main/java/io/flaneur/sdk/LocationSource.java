package io.flaneur.sdk;

import android.location.Location;
import android.os.Looper;
import io.flaneur.offerkit.LocationPlan;

/**
 * Where positions come from. The default is the platform's LocationManager; an app with Google Play services may wrap the
 * fused provider (optional/io/flaneur/play/FusedLocation.java). Called on one thread.
 */
public interface LocationSource {
    /** Takes a position. */
    interface Sink {
        void fix(Location location);
    }

    /**
     * Measures as the plan says from now on, in place of what was asked before; never called with PriorityNone.
     *
     * @param exact whether the person allows exact positions; false: approximate ones only
     * @throws SecurityException if the person allows none
     */
    void follow(LocationPlan plan, boolean exact, Looper looper, Sink sink);

    /** Ends measuring. */
    void stop();
}
