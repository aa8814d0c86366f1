package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.location.Location;
import android.os.Looper;
import com.google.android.gms.location.FusedLocationProviderClient;
import com.google.android.gms.location.LocationCallback;
import com.google.android.gms.location.LocationRequest;
import com.google.android.gms.location.LocationResult;
import com.google.android.gms.location.LocationServices;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.play.FusedLocation;
import java.util.Arrays;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.annotation.Config;

/** An app brings its own source of positions. */
@RunWith(RobolectricTestRunner.class)
@Config(shadows = {Alerts.class, Triggers.class})
public class FusedLocationTest {
    private final Phone phone = new Phone();

    @Test
    public void servesInPlaceOfThePlatforms() {
        LocationRequest[] request = new LocationRequest[1];
        LocationCallback[] callback = new LocationCallback[1];
        LocationServices.client = new FusedLocationProviderClient() {
            @Override
            public Object requestLocationUpdates(LocationRequest r, LocationCallback c, Looper looper) {
                request[0] = r;
                callback[0] = c;
                return null;
            }

            @Override
            public Object removeLocationUpdates(LocationCallback c) {
                callback[0] = null;
                return null;
            }
        };
        phone.options.location(new FusedLocation(phone.app));
        phone.grantLocation().boot().show().optIn().runService();
        assertEquals(102, request[0].priority);
        assertEquals(60_000, request[0].intervalMillis);
        Location one = new Location("fused");
        Location two = new Location("fused");
        two.setElapsedRealtimeNanos(1);
        one.setElapsedRealtimeNanos(2);
        callback[0].onLocationResult(new LocationResult(Arrays.asList(two, one, one)));
        assertEquals("each once", 2, phone.kit.sent.size());
        assertTrue("the platform's rests", phone.requests().isEmpty());
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityNone, 0, 100);
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        assertEquals(null, callback[0]);
    }
}
