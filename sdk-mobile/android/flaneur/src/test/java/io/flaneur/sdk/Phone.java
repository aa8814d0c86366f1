package io.flaneur.sdk;

import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.app.Activity;
import android.app.Application;
import android.app.Notification;
import android.app.NotificationManager;
import android.content.ComponentName;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.location.Location;
import android.location.LocationManager;
import android.os.Build;
import android.os.Handler;
import android.service.notification.StatusBarNotification;
import io.flaneur.offerkit.Choices;
import io.flaneur.offerkit.Offer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.android.controller.ServiceController;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.shadows.ShadowSystemClock;
import org.robolectric.util.ReflectionHelpers;

/** A phone with the SDK in an app, for tests: what a person and the system do to it, and what can be seen. */
final class Phone {
    static final class Screen extends Activity {}

    final Application app = RuntimeEnvironment.getApplication();
    final List<String> heard = new ArrayList<>();
    final List<Failure> failures = new ArrayList<>();
    Options options = new Options("https://flaneur.example", "fl_test_pk_1").language("de");
    FakeKit kit;
    Flaneur flaneur;
    ServiceController<FlaneurService> service;
    private ActivityController<Screen> screen;

    Phone() {
        FakeKeystore.install();
        Alerts.ALERTS.clear();
        Alerts.refuse = false;
        Triggers.ARMED.clear();
        ReflectionHelpers.setStaticField(Flaneur.class, "instance", null); // Robolectric keeps statics from test to test
        LocationManager m = (LocationManager) app.getSystemService(Context.LOCATION_SERVICE);
        shadowOf(m).setProviderEnabled(LocationManager.GPS_PROVIDER, true);
        shadowOf(m).setProviderEnabled(LocationManager.NETWORK_PROVIDER, true);
        shadowOf(m).setProviderEnabled(LocationManager.PASSIVE_PROVIDER, true);
        if (Build.VERSION.SDK_INT >= 31) {
            shadowOf(m).setProviderEnabled(LocationManager.FUSED_PROVIDER, true);
        }
        ComponentName home = new ComponentName(app, Screen.class);
        shadowOf(app.getPackageManager()).addActivityIfNotPresent(home);
        IntentFilter launcher = new IntentFilter(Intent.ACTION_MAIN);
        launcher.addCategory(Intent.CATEGORY_LAUNCHER);
        shadowOf(app.getPackageManager()).addIntentFilterForActivity(home, launcher);
    }

    /** The process starts: Application.onCreate. */
    Phone boot() {
        flaneur = Flaneur.init(app, options, (config, store, listener) -> kit = new FakeKit(config, store, listener));
        flaneur.listen(new AppListener() {
            @Override
            public void onOffer(Offer offer) {
                heard.add("offer " + offer.getID());
            }

            @Override
            public void onWithdrawn(String offerId, String reason) {
                heard.add("withdrawn " + offerId + " " + reason);
            }

            @Override
            public void onState(String state) {
                heard.add("state " + state);
            }

            @Override
            public void onFailure(Failure failure) {
                failures.add(failure);
            }
        });
        return settle();
    }

    /** The process ends, without a word. */
    void die() {
        // The system forgets listeners with their process; fences it keeps.
        ((LocationSource) ReflectionHelpers.getField(ReflectionHelpers.getField(host(), "tracker"), "source")).stop();
        ((Device) ReflectionHelpers.getField(host(), "device")).watch(false, false);
        ReflectionHelpers.setStaticField(Flaneur.class, "instance", null);
        screen = null;
        service = null;
    }

    Host host() {
        return ReflectionHelpers.getField(flaneur, "host");
    }

    Phone grant(String... permissions) {
        shadowOf(app).grantPermissions(permissions);
        return this;
    }

    Phone grantLocation() {
        return grant(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION);
    }

    Phone deny(String... permissions) {
        shadowOf(app).denyPermissions(permissions);
        return this;
    }

    Phone show() {
        screen = Robolectric.buildActivity(Screen.class).setup();
        return settle();
    }

    Phone hide() {
        screen.pause().stop();
        return settle();
    }

    Phone optIn() {
        Choices c = new Choices();
        c.setLocation(true);
        c.setPush(true);
        boolean[] done = new boolean[1];
        flaneur.optIn(c, (none, failure) -> {
            done[0] = true;
            if (failure != null) {
                failures.add(failure);
            }
        });
        await(() -> done[0]);
        return settle();
    }

    /** The system starts the service that was asked for, if one was. */
    Phone runService() {
        Intent asked = shadowOf(app).getNextStartedService();
        if (asked != null) {
            service = Robolectric.buildService(FlaneurService.class, asked).create().startCommand(0, 1);
        }
        return settle();
    }

    boolean serviceStopped() {
        return shadowOf(service.get()).isStoppedBySelf();
    }

    Phone fix(double lat, double lon) {
        ShadowSystemClock.advanceBy(Duration.ofMinutes(10));
        Location l = new Location(LocationManager.NETWORK_PROVIDER);
        l.setLatitude(lat);
        l.setLongitude(lon);
        l.setAccuracy(20);
        l.setTime(System.currentTimeMillis());
        l.setElapsedRealtimeNanos(android.os.SystemClock.elapsedRealtimeNanos());
        if (Build.VERSION.SDK_INT >= 31) {
            l.setProvider(LocationManager.FUSED_PROVIDER);
        }
        shadowOf(location()).simulateLocation(l);
        return settle();
    }

    LocationManager location() {
        return (LocationManager) app.getSystemService(Context.LOCATION_SERVICE);
    }

    /** Providers and intervals asked for, as "network 60". */
    List<String> requests() {
        List<String> all = new ArrayList<>();
        for (String p : location().getAllProviders()) {
            if (Build.VERSION.SDK_INT >= 31) {
                for (android.location.LocationRequest r : shadowOf(location()).getLocationRequests(p)) {
                    long ms = r.getIntervalMillis();
                    all.add(p + (ms > 1_000_000_000L ? "" : " " + ms / 1000));
                }
            } else {
                for (org.robolectric.shadows.ShadowLocationManager.RoboLocationRequest r : shadowOf(location()).getLegacyLocationRequests(p)) {
                    all.add(p + (p.equals("passive") ? "" : " " + r.getIntervalMillis() / 1000));
                }
            }
        }
        return all;
    }

    NotificationManager notifications() {
        return (NotificationManager) app.getSystemService(Context.NOTIFICATION_SERVICE);
    }

    List<Notification> offers() {
        List<Notification> all = new ArrayList<>();
        for (StatusBarNotification n : notifications().getActiveNotifications()) {
            if (n.getTag() != null) {
                all.add(n.getNotification());
            }
        }
        return all;
    }

    Notification offer(String id) {
        for (StatusBarNotification n : notifications().getActiveNotifications()) {
            if (id.equals(n.getTag())) {
                return n.getNotification();
            }
        }
        throw new AssertionError("no notification of " + id);
    }

    static String text(Notification n, String key) {
        CharSequence s = n.extras.getCharSequence(key);
        return s == null ? "" : s.toString();
    }

    /** A broadcast reaches the SDK's receiver. */
    Phone receive(Intent intent) {
        new FlaneurReceiver().onReceive(app, intent);
        return settle();
    }

    /** Everything that waits has happened. */
    Phone settle() {
        Handler worker = ReflectionHelpers.getField(flaneur, "worker");
        for (int i = 0; i < 3; i++) {
            shadowOf(worker.getLooper()).idle();
            ShadowLooper.idleMainLooper();
        }
        return this;
    }

    void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen within a minute");
            }
            ShadowLooper.idleMainLooper();
            LockSupport.parkNanos(1_000_000);
        }
    }

}
