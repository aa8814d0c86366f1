package io.flaneur.sdk;

import android.annotation.TargetApi;
import android.content.Context;
import android.location.Location;
import android.location.LocationListener;
import android.location.LocationManager;
import android.location.LocationRequest;
import android.os.Build;
import android.os.Bundle;
import android.os.Looper;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Offerkit;
import java.util.ArrayList;
import java.util.List;

/** Positions of the framework, without Google Play services. */
final class PlatformLocation implements LocationSource {
    private final LocationManager manager;
    private LocationListener listener;

    PlatformLocation(Context context) {
        manager = (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
    }

    @Override
    public void follow(LocationPlan plan, boolean exact, Looper looper, Sink sink) {
        stop();
        // Not a lambda: below API 30 the other three methods have no default.
        listener = new LocationListener() {
            @Override
            public void onLocationChanged(Location location) {
                sink.fix(location);
            }

            @Override
            public void onStatusChanged(String provider, int status, Bundle extras) {}

            @Override
            public void onProviderEnabled(String provider) {}

            @Override
            public void onProviderDisabled(String provider) {}
        };
        for (String provider : providers(manager.getAllProviders(), plan.getPriority(), exact)) {
            request(provider, plan, looper);
        }
    }

    /** Which providers serve a priority, of those that the device has. */
    static List<String> providers(List<String> available, int priority, boolean exact) {
        List<String> chosen = new ArrayList<>();
        boolean fused = Build.VERSION.SDK_INT >= 31 && available.contains(LocationManager.FUSED_PROVIDER);
        if (fused) {
            chosen.add(LocationManager.FUSED_PROVIDER);
        } else {
            if (priority >= Offerkit.PriorityHigh && exact) {
                chosen.add(LocationManager.GPS_PROVIDER);
            }
            chosen.add(LocationManager.NETWORK_PROVIDER);
            chosen.retainAll(available);
            if (chosen.isEmpty() && exact && available.contains(LocationManager.GPS_PROVIDER)) {
                chosen.add(LocationManager.GPS_PROVIDER); // a device without a network provider
            }
        }
        // What other apps have measured anyway costs nothing. Below API 31 it needs the exact permission.
        if ((exact || fused) && available.contains(LocationManager.PASSIVE_PROVIDER)) {
            chosen.add(LocationManager.PASSIVE_PROVIDER);
        }
        return chosen;
    }

    @TargetApi(31)
    private void request(String provider, LocationPlan plan, Looper looper) {
        boolean passive = provider.equals(LocationManager.PASSIVE_PROVIDER);
        long interval = 1000L * (passive ? plan.getFastestSeconds() : plan.getIntervalSeconds());
        if (Build.VERSION.SDK_INT < 31) {
            manager.requestLocationUpdates(provider, interval, (float) plan.getDistanceM(), listener, looper);
            return;
        }
        LocationRequest.Builder request = new LocationRequest.Builder(passive ? LocationRequest.PASSIVE_INTERVAL : interval)
                .setMinUpdateIntervalMillis(Math.min(1000L * plan.getFastestSeconds(), 1000L * plan.getIntervalSeconds()))
                .setMinUpdateDistanceMeters((float) plan.getDistanceM())
                .setQuality(quality(plan.getPriority()));
        manager.requestLocationUpdates(provider, request.build(), new HandlerExecutor(looper), listener);
    }

    private static int quality(int priority) {
        return priority >= Offerkit.PriorityHigh ? LocationRequest.QUALITY_HIGH_ACCURACY
                : priority == Offerkit.PriorityBalanced ? LocationRequest.QUALITY_BALANCED_POWER_ACCURACY
                : LocationRequest.QUALITY_LOW_POWER;
    }

    @Override
    public void stop() {
        if (listener != null) {
            manager.removeUpdates(listener);
            listener = null;
        }
    }
}
