package io.flaneur.sdk;

import android.app.PendingIntent;
import android.location.LocationManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowLocationManager;

/** Robolectric's location service, with proximity alerts. */
@Implements(LocationManager.class)
public class Alerts extends ShadowLocationManager {
    static final Map<PendingIntent, double[]> ALERTS = new LinkedHashMap<>();
    static boolean refuse;

    @Implementation
    protected void addProximityAlert(double lat, double lon, float radius, long expiration, PendingIntent intent) {
        if (refuse || ALERTS.size() == 100) {
            throw new SecurityException("no");
        }
        ALERTS.put(intent, new double[] {lat, lon, radius});
    }

    @Implementation
    protected void removeProximityAlert(PendingIntent intent) {
        ALERTS.remove(intent);
    }
}
