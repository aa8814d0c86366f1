package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.app.Activity;
import android.app.Application;
import android.app.Notification;
import android.app.NotificationManager;
import android.content.Context;
import android.content.Intent;
import android.location.Location;
import android.location.LocationManager;
import android.net.ConnectivityManager;
import android.os.Handler;
import android.service.notification.StatusBarNotification;
import io.flaneur.offerkit.Choices;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.offerkit.Redemption;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.android.controller.ServiceController;
import org.robolectric.annotation.Config;
import org.robolectric.shadows.ShadowLooper;
import org.robolectric.shadows.ShadowSystemClock;
import org.robolectric.util.ReflectionHelpers;

/** The library with the real core in it, against a real server: from the opt-in to the erase. */
@RunWith(RobolectricTestRunner.class)
@Config(sdk = 35) // one class loader: a JVM loads a native library once
public class CoreTest {
    private static final long NOON = 1780315200000L; // 2026-06-01 12:00 UTC, when people want pasta

    static final class Screen extends Activity {}

    private final Application app = RuntimeEnvironment.getApplication();
    private final LocationManager location = (LocationManager) app.getSystemService(Context.LOCATION_SERVICE);
    private final NotificationManager notifications = (NotificationManager) app.getSystemService(Context.NOTIFICATION_SERVICE);
    private final List<String> heard = new ArrayList<>();
    private volatile long now = NOON;
    private Flaneur flaneur;
    private ServiceController<FlaneurService> service;

    private void start() {
        ReflectionHelpers.setStaticField(Flaneur.class, "instance", null);
        Options options = new Options(System.getProperty("flaneur.server"), System.getProperty("flaneur.key")).simulated(true);
        flaneur = Flaneur.init(app, options, (config, store, listener) -> Offerkit.newKit(config, store, listener, () -> now));
        flaneur.listen(new AppListener() {
            @Override
            public void onOffer(Offer offer) {
                heard.add("offer " + offer.getTitle());
            }

            @Override
            public void onState(String state) {
                heard.add(state);
            }

            @Override
            public void onFailure(Failure failure) {
                heard.add(failure.getMessage());
            }
        });
    }

    private void settle() {
        shadowOf(((Handler) ReflectionHelpers.getField(flaneur, "worker")).getLooper()).idle();
        ShadowLooper.idleMainLooper();
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        for (long end = System.nanoTime() + 60_000_000_000L; !condition.call();) {
            assertTrue("did not happen: " + what + "; heard " + heard, System.nanoTime() < end);
            settle();
            LockSupport.parkNanos(2_000_000);
        }
    }

    private <T> T ask(Flaneur.Task<T> task) throws Exception {
        AtomicReference<Object[]> got = new AtomicReference<>();
        flaneur.call(task, (value, failure) -> got.set(new Object[] {value, failure}));
        await("an answer", () -> got.get() != null);
        assertNull(got.get()[1]);
        @SuppressWarnings("unchecked")
        T value = (T) got.get()[0];
        return value;
    }

    private void fix(double lat, double lon) {
        ShadowSystemClock.advanceBy(Duration.ofMinutes(10));
        Location l = new Location(LocationManager.FUSED_PROVIDER);
        l.setLatitude(lat);
        l.setLongitude(lon);
        l.setAccuracy(8);
        l.setTime(now);
        l.setElapsedRealtimeNanos(android.os.SystemClock.elapsedRealtimeNanos());
        shadowOf(location).simulateLocation(l);
        settle();
    }

    private Notification shown() {
        for (StatusBarNotification n : notifications.getActiveNotifications()) {
            if (n.getTag() != null) {
                return n.getNotification();
            }
        }
        return null;
    }

    private void runService() throws Exception {
        AtomicReference<Intent> asked = new AtomicReference<>();
        await("a service", () -> {
            asked.set(shadowOf(app).getNextStartedService());
            return asked.get() != null;
        });
        service = Robolectric.buildService(FlaneurService.class, asked.get()).create().startCommand(0, 1);
        settle();
    }

    @Test
    public void aPersonsDay() throws Exception {
        FakeKeystore.install();
        for (String p : new String[] {LocationManager.FUSED_PROVIDER, LocationManager.NETWORK_PROVIDER, LocationManager.PASSIVE_PROVIDER}) {
            shadowOf(location).setProviderEnabled(p, true);
        }
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION,
                Manifest.permission.ACCESS_BACKGROUND_LOCATION, Manifest.permission.POST_NOTIFICATIONS);
        start();
        ActivityController<Screen> screen = Robolectric.buildActivity(Screen.class).setup();
        Choices choices = new Choices();
        choices.setLocation(true);
        choices.setPush(true);
        choices.setPolicy("2026-06");
        choices.setInterests("restaurant.italian");
        boolean[] in = new boolean[1];
        flaneur.optIn(choices, (none, failure) -> in[0] = failure == null);
        await("opt-in", () -> in[0]);
        runService();
        await("online", () -> heard.contains("online"));
        screen.pause().stop();
        settle();

        fix(47.9959, 7.8522);
        await("an offer in a notification", () -> shown() != null);
        assertEquals("Pasta of the day", shown().extras.getCharSequence(Notification.EXTRA_TITLE).toString());
        String text = shown().extras.getCharSequence(Notification.EXTRA_BIG_TEXT).toString();
        assertTrue(text, text.contains("Why: ") && text.contains("·"));
        assertEquals(3, shown().actions.length);
        assertTrue(heard.contains("offer Pasta of the day"));
        String secret = new String(Files.readAllBytes(new File(app.getNoBackupFilesDir(), "flaneur").listFiles(File::isFile)[0].toPath()), StandardCharsets.ISO_8859_1);
        assertFalse("the token is sealed", secret.contains("fl_dev_"));

        ConnectivityManager m = (ConnectivityManager) app.getSystemService(Context.CONNECTIVITY_SERVICE);
        shadowOf(m).getNetworkCallbacks().iterator().next().onLost(null);
        settle();
        now += 600_000;
        fix(47.9999, 7.8522);
        assertEquals(1, (long) ask(kit -> kit.stats().getBuffered()));
        shadowOf(m).getNetworkCallbacks().iterator().next().onCapabilitiesChanged(null, org.robolectric.shadows.ShadowNetworkCapabilities.newInstance());
        await("what was measured offline arrives", () -> ask(kit -> kit.stats().getBuffered() == 0 && kit.stats().getAccepted() == 2));

        new FlaneurReceiver().onReceive(app, shadowOf(shown().actions[0].actionIntent).getSavedIntent());
        await("the answer leaves the phone", () -> ask(kit -> kit.stats().getWaiting() == 0));
        assertNull(shown());

        ask(kit -> {
            kit.shutdown(); // the process ends
            return null;
        });
        ((LocationSource) ReflectionHelpers.getField(ReflectionHelpers.getField(ReflectionHelpers.getField(flaneur, "host"), "tracker"), "source")).stop();
        service = null;
        heard.clear();
        start();
        assertTrue("what ran runs again", ask(kit -> kit.running() && kit.optedIn()));
        runService();
        await("online again", () -> heard.contains("online"));
        Redemption r = ask(kit -> kit.reserve(kit.refresh(60).at(0).getID(), 60));
        assertEquals("reserved", r.getStatus());
        assertEquals('P', r.qr()[1]);

        flaneur.withdraw(Offerkit.PurposeLocation);
        await("the service stops", () -> shadowOf(service.get()).isStoppedBySelf());
        assertEquals(0, (long) ask(kit -> kit.stats().getBuffered()));
        assertTrue(shadowOf(location).getLocationRequests(LocationManager.FUSED_PROVIDER).isEmpty());

        boolean[] erased = new boolean[1];
        flaneur.erase((none, failure) -> erased[0] = failure == null);
        await("erased", () -> erased[0] && heard.contains("erased"));
        assertFalse(ask(kit -> kit.optedIn()));
    }
}
