package io.flaneur.sdk;

import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;
import android.location.Location;
import android.location.LocationManager;
import android.net.Uri;
import android.os.Build;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Reach;
import io.flaneur.offerkit.ReachList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The circles of a plan, handed to the system: they wake the app when the plan's own fence is left or an offer's reach is
 * entered. A circle stays registered as long as plans name it, also when the process ends: so each has one of a fixed
 * number of slots, by which the next process finds it.
 */
final class Fences {
    static final int MAX = 100; // that the platform watches for an app
    private static final String LEAVE = "leave";
    private static final String EXTRA_WHAT = "what";

    private final Context context;
    private final LocationManager manager;
    private final Map<String, Integer> slots = new HashMap<>(); // by what and where the circle is
    private boolean swept;

    Fences(Context context) {
        this.context = context;
        manager = (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
    }

    /**
     * Registers the plan's circles in place of former ones.
     *
     * @return whether the system watches the plan's own fence; if not, somebody has to look at positions
     */
    boolean obey(LocationPlan plan) {
        Map<String, double[]> wanted = new LinkedHashMap<>();
        if (plan.getFenceM() > 0) {
            put(wanted, LEAVE, plan.getFenceLat(), plan.getFenceLon(), plan.getFenceM());
        }
        ReachList reaches = plan.reaches();
        for (int i = 0; i < Math.min(reaches.size(), MAX - 1); i++) {
            Reach r = reaches.at(i);
            put(wanted, r.getOfferID(), r.getLat(), r.getLon(), r.getRadiusM());
        }
        sweep();
        Set<String> gone = new HashSet<>(slots.keySet());
        gone.removeAll(wanted.keySet());
        for (String key : gone) {
            remove(slots.remove(key));
        }
        boolean watched = true;
        for (Map.Entry<String, double[]> e : wanted.entrySet()) {
            if (!slots.containsKey(e.getKey()) && !add(e.getKey(), e.getValue())) {
                watched &= !e.getKey().startsWith(LEAVE + "@");
            }
        }
        return watched;
    }

    private static void put(Map<String, double[]> wanted, String what, double lat, double lon, double metres) {
        wanted.put(what + "@" + lat + "," + lon + "," + metres, new double[] {lat, lon, metres});
    }

    private boolean add(String key, double[] circle) {
        int slot = 0;
        while (slots.containsValue(slot)) {
            slot++;
        }
        try {
            PendingIntent pending = pending(slot, key.substring(0, key.indexOf('@')), PendingIntent.FLAG_UPDATE_CURRENT);
            manager.addProximityAlert(circle[0], circle[1], (float) circle[2], -1, pending);
            slots.put(key, slot);
            return true;
        } catch (SecurityException | IllegalArgumentException | IllegalStateException e) { // not allowed, or too many
            return false;
        }
    }

    private PendingIntent pending(int slot, String what, int flags) {
        Intent intent = new Intent(context, FlaneurReceiver.class).setAction(FlaneurReceiver.FENCE)
                .setData(Uri.fromParts("flaneur", Integer.toString(slot), null)).putExtra(EXTRA_WHAT, what);
        // Mutable, for the system writes into it which way the circle was crossed; safe, for it is explicit.
        return PendingIntent.getBroadcast(context, 0, intent, flags | (Build.VERSION.SDK_INT >= 31 ? PendingIntent.FLAG_MUTABLE : 0));
    }

    private void remove(int slot) {
        PendingIntent pending = pending(slot, "", PendingIntent.FLAG_NO_CREATE);
        if (pending != null) {
            manager.removeProximityAlert(pending);
            pending.cancel();
        }
    }

    /** Once in a process: takes back what an earlier one left with the system. */
    private void sweep() {
        for (int slot = 0; !swept && slot < MAX; slot++) {
            remove(slot);
        }
        swept = true;
    }

    void clear() {
        sweep();
        for (int slot : slots.values()) {
            remove(slot);
        }
        slots.clear();
    }

    /** Whether a position lies outside of the plan's own fence, beyond doubt. */
    static boolean outside(LocationPlan plan, Location at) {
        float[] metres = new float[1];
        Location.distanceBetween(plan.getFenceLat(), plan.getFenceLon(), at.getLatitude(), at.getLongitude(), metres);
        return plan.getFenceM() > 0 && metres[0] - at.getAccuracy() > plan.getFenceM();
    }

    /** The offer whose reach was entered, "" if the plan's own fence was left, null if neither. */
    static String crossed(Intent alert) {
        String what = alert.getStringExtra(EXTRA_WHAT);
        boolean own = LEAVE.equals(what);
        boolean entering = alert.getBooleanExtra(LocationManager.KEY_PROXIMITY_ENTERING, false);
        return what == null || own == entering ? null : own ? "" : what;
    }
}
