package io.flaneur.sdk;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.app.Application;
import android.os.Build;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;

/** What is asked for, and when, on Android 6, 10 and 15. */
@RunWith(RobolectricTestRunner.class)
public class AccessTest {
    private static final String[] NOTHING = {};
    private final Application app = RuntimeEnvironment.getApplication();

    @Test
    public void theBackgroundIsAskedForLaterAndAlone() {
        assertArrayEquals(NOTHING, Access.of(app).forBackground());
        assertEquals(2, Access.of(app).forLocation().length);
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_COARSE_LOCATION);
        assertArrayEquals(NOTHING, Access.of(app).forLocation());
        String[] later = Build.VERSION.SDK_INT < 29 ? NOTHING : new String[] {Manifest.permission.ACCESS_BACKGROUND_LOCATION};
        assertArrayEquals(later, Access.of(app).forBackground());
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_BACKGROUND_LOCATION);
        assertArrayEquals(NOTHING, Access.of(app).forBackground());
    }

    @Test
    public void theBackgroundIsWorthNothingWithoutPositions() {
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_BACKGROUND_LOCATION);
        assertFalse(Access.of(app).background);
    }

    @Test
    public void notificationsAreAskedForSinceAndroid13() {
        assertEquals(Build.VERSION.SDK_INT < 33 ? 0 : 1, Access.of(app).forNotifications().length);
        shadowOf(app).grantPermissions(Manifest.permission.POST_NOTIFICATIONS);
        assertArrayEquals(NOTHING, Access.of(app).forNotifications());
    }

    @Test
    public void theStrapNeedsPositionsBelowAndroid12() {
        shadowOf(app).grantPermissions(Manifest.permission.BLUETOOTH_SCAN);
        String[] ask = Build.VERSION.SDK_INT < 31 ? new String[] {Manifest.permission.ACCESS_FINE_LOCATION}
                : new String[] {Manifest.permission.BLUETOOTH_SCAN, Manifest.permission.BLUETOOTH_CONNECT};
        assertArrayEquals(ask, Access.of(app).forHeartRate());
        shadowOf(app).grantPermissions(Manifest.permission.BLUETOOTH_CONNECT, Manifest.permission.ACCESS_FINE_LOCATION);
        assertArrayEquals(NOTHING, Access.of(app).forHeartRate());
    }
}
