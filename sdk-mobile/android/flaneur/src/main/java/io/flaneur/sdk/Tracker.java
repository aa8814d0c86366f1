package io.flaneur.sdk;

import android.annotation.TargetApi;
import android.content.Context;
import android.location.Location;
import android.os.Build;
import android.os.Looper;
import io.flaneur.offerkit.Fix;
import io.flaneur.offerkit.Kit;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Offerkit;

/** Measures as the core's plan says, and gives the core what was measured. On the worker's thread. */
final class Tracker {
    // How often a fence that the system would not watch is looked at.
    private static final int LOOK_SECONDS = 300;

    private final Context context;
    private final LocationSource source;
    private final Fences fences;
    private final Looper looper;
    private final Flaneur.Failures failures;
    private LocationPlan plan;
    private String following = ""; // what the source was asked for; asking again would start its receiver anew
    private long lastNanos;

    Tracker(Context context, LocationSource source, Looper looper, Flaneur.Failures failures) {
        this.context = context;
        this.source = source == null ? new PlatformLocation(context) : source;
        this.fences = new Fences(context);
        this.looper = looper;
        this.failures = failures;
    }

    /** Obeys a plan as far as the person lets the app know where it is. */
    void obey(Kit kit, LocationPlan next, Access access) {
        if (next == null || !access.coarse) {
            rest();
            return;
        }
        plan = next;
        boolean watched = fences.obey(next);
        try {
            LocationPlan asked = watched ? next : looking(next);
            String key = asked.getPriority() + "," + asked.getIntervalSeconds() + "," + asked.getFastestSeconds() + ","
                    + asked.getDistanceM() + "," + access.fine;
            if (asked.getPriority() == Offerkit.PriorityNone) {
                source.stop();
            } else if (!key.equals(following)) {
                source.follow(asked, access.fine, looper, location -> take(kit, location));
            }
            following = key;
        } catch (SecurityException e) { // taken away in between
            rest();
            failures.report(new Failure("forbidden", "permission.location", "The person does not let the app know where it is."));
        } catch (RuntimeException e) {
            failures.report(Failure.of(e));
        }
    }

    /** A plan whose fence nobody watches needs a position now and then. */
    private static LocationPlan looking(LocationPlan p) {
        if (p.getPriority() != Offerkit.PriorityNone) {
            return p;
        }
        LocationPlan look = new LocationPlan();
        look.setPriority(Offerkit.PriorityLow);
        look.setIntervalSeconds(LOOK_SECONDS);
        look.setFastestSeconds(Math.max(p.getFastestSeconds(), 60));
        look.setDistanceM(p.getFenceM() / 2);
        return look;
    }

    void take(Kit kit, Location at) {
        if (at.getElapsedRealtimeNanos() == lastNanos) { // the passive provider repeats what others bring
            return;
        }
        lastNanos = at.getElapsedRealtimeNanos();
        try {
            Fix fix = new Fix(at.getLatitude(), at.getLongitude(), at.hasAccuracy() ? at.getAccuracy() : 0, at.getTime());
            fix.setSpeedMps(at.hasSpeed() ? at.getSpeed() : Offerkit.Unknown);
            fix.setCourseDeg(at.hasBearing() ? at.getBearing() : Offerkit.Unknown);
            fix.setMock(mocked(at));
            LocationPlan before = plan;
            kit.track(fix);
            if (before != null && Fences.outside(before, at)) {
                kit.fenceExited(); // also where the system's alert comes late or never
            }
        } catch (Exception e) {
            failures.report(Failure.of(e));
        }
    }

    @TargetApi(31)
    private static boolean mocked(Location at) {
        return Build.VERSION.SDK_INT >= 31 ? at.isMock() : at.isFromMockProvider();
    }

    void rest() {
        plan = null;
        following = "";
        source.stop();
        fences.clear();
    }
}
