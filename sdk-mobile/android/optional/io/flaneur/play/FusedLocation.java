package io.flaneur.play;

import android.content.Context;
import android.location.Location;
import android.os.Looper;
import com.google.android.gms.location.FusedLocationProviderClient;
import com.google.android.gms.location.LocationCallback;
import com.google.android.gms.location.LocationRequest;
import com.google.android.gms.location.LocationResult;
import com.google.android.gms.location.LocationServices;
import com.google.android.gms.location.Priority;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.sdk.LocationSource;

/** Positions from Google Play services. Copy it into an app that has them: {@code new Options(…).location(new FusedLocation(this))}. */
public final class FusedLocation implements LocationSource {
    private final FusedLocationProviderClient client;
    private LocationCallback callback;

    public FusedLocation(Context context) {
        client = LocationServices.getFusedLocationProviderClient(context);
    }

    @Override
    public void follow(LocationPlan plan, boolean exact, Looper looper, Sink sink) {
        stop();
        callback = new LocationCallback() {
            @Override
            public void onLocationResult(LocationResult result) {
                for (Location location : result.getLocations()) {
                    sink.fix(location);
                }
            }
        };
        int priority = plan.getPriority() >= Offerkit.PriorityHigh && exact ? Priority.PRIORITY_HIGH_ACCURACY
                : plan.getPriority() >= Offerkit.PriorityBalanced ? Priority.PRIORITY_BALANCED_POWER_ACCURACY
                : Priority.PRIORITY_LOW_POWER;
        client.requestLocationUpdates(new LocationRequest.Builder(priority, 1000L * plan.getIntervalSeconds())
                .setMinUpdateIntervalMillis(1000L * plan.getFastestSeconds())
                .setMinUpdateDistanceMeters((float) plan.getDistanceM()).build(), callback, looper);
    }

    @Override
    public void stop() {
        if (callback != null) {
            client.removeLocationUpdates(callback);
            callback = null;
        }
    }
}
