package io.flaneur.sdk;

import android.Manifest;
import android.app.Activity;
import android.content.Context;
import android.content.pm.PackageManager;
import android.os.Build;
import java.util.ArrayList;
import java.util.List;

/** What the person lets the app do, as the platform knows it. A snapshot. */
public final class Access {
    /** Approximate positions, some kilometres. */
    public final boolean coarse;
    /** Exact positions. */
    public final boolean fine;
    /** Positions while the app is not visible and no service of it runs: "allow all the time". */
    public final boolean background;
    /** Notifications may be shown. */
    public final boolean notifications;
    /** A heart-rate strap may be searched and connected. */
    public final boolean bluetooth;

    private Access(Context c) {
        fine = has(c, Manifest.permission.ACCESS_FINE_LOCATION);
        coarse = fine || has(c, Manifest.permission.ACCESS_COARSE_LOCATION);
        background = coarse && (Build.VERSION.SDK_INT < 29 || has(c, Manifest.permission.ACCESS_BACKGROUND_LOCATION));
        notifications = Build.VERSION.SDK_INT < 33 || has(c, Manifest.permission.POST_NOTIFICATIONS);
        bluetooth = Build.VERSION.SDK_INT < 31 ? fine
                : has(c, Manifest.permission.BLUETOOTH_SCAN) && has(c, Manifest.permission.BLUETOOTH_CONNECT);
    }

    /** What is allowed now. */
    public static Access of(Context context) {
        return new Access(context);
    }

    private static boolean has(Context c, String permission) {
        return c.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED;
    }

    /**
     * What to ask for before positions flow: exact and approximate together, as Android 12 demands, and nothing if
     * approximate ones are allowed already, for the person chose that.
     */
    public String[] forLocation() {
        return coarse ? new String[0]
                : new String[] {Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION};
    }

    /**
     * What to ask for so that the SDK starts again by itself after a restart of the phone. Ask later, alone, and after
     * saying why: since Android 11 the platform ignores it next to others, and shows a settings screen.
     */
    public String[] forBackground() {
        return !coarse || background ? new String[0] : new String[] {Manifest.permission.ACCESS_BACKGROUND_LOCATION};
    }

    /** What to ask for before offers are notified of; nothing below Android 13. */
    public String[] forNotifications() {
        return notifications ? new String[0] : new String[] {Manifest.permission.POST_NOTIFICATIONS};
    }

    /** What to ask for before a heart-rate strap is searched. */
    public String[] forHeartRate() {
        List<String> ask = new ArrayList<>();
        if (!bluetooth && Build.VERSION.SDK_INT >= 31) {
            ask.add(Manifest.permission.BLUETOOTH_SCAN);
            ask.add(Manifest.permission.BLUETOOTH_CONNECT);
        } else if (!bluetooth) {
            ask.add(Manifest.permission.ACCESS_FINE_LOCATION);
        }
        return ask.toArray(new String[0]);
    }

    /** Shows the platform's question, if there is anything to ask. */
    public static boolean ask(Activity activity, int requestCode, String... permissions) {
        if (permissions.length > 0) {
            activity.requestPermissions(permissions, requestCode);
        }
        return permissions.length > 0;
    }
}
