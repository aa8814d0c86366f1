package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.app.Notification;
import android.app.PendingIntent;
import android.content.Intent;
import android.content.pm.ServiceInfo;
import android.os.Build;
import android.os.PowerManager;
import io.flaneur.offerkit.LocationPlan;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.Offerkit;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.annotation.Config;

/** A person's way with an app that has the SDK, on Android 6, 10 and 15. */
@RunWith(RobolectricTestRunner.class)
@Config(shadows = {Alerts.class, Triggers.class})
public class FlaneurTest {
    private final Phone phone = new Phone();

    private Phone running() {
        return phone.grantLocation().grant(Manifest.permission.POST_NOTIFICATIONS).boot().show().optIn().runService();
    }

    @Test
    public void nothingBeforeOptIn() {
        phone.grantLocation().boot().show().runService();
        assertNull(phone.service);
        assertEquals(Collections.emptyList(), phone.requests());
        assertEquals(Collections.emptyList(), phone.kit.devices);
        phone.fix(52.52, 13.4);
        assertEquals(0, phone.kit.sent.size());
    }

    @Test
    public void runsInAForegroundServiceOfTypeLocation() {
        running();
        assertNotNull(phone.service);
        Notification n = shadowOf(phone.service.get()).getLastForegroundNotification();
        assertEquals("Angebote in der Nähe sind an", Phone.text(n, Notification.EXTRA_TITLE));
        if (Build.VERSION.SDK_INT >= 29) {
            assertEquals(ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION, phone.service.get().getForegroundServiceType());
        }
        assertTrue(phone.kit.device().getForeground());
        phone.hide();
        assertTrue("the service keeps it in the foreground", phone.kit.device().getForeground());
        assertTrue(phone.requests().size() > 0);
        phone.fix(52.52, 13.4);
        assertEquals(1, phone.kit.sent.size());
        assertEquals(20, phone.kit.sent.get(0).getAccuracyM(), 0.001);
        assertEquals(Offerkit.Unknown, phone.kit.sent.get(0).getSpeedMps(), 0);
    }

    @Test
    public void permissionDenied() {
        phone.boot().show().optIn().runService();
        assertNull("no service without permission: Android 14 would end the app", phone.service);
        assertEquals(Collections.emptyList(), phone.requests());
        assertEquals(Collections.emptyList(), phone.failures);
        assertEquals(2, phone.flaneur.access().forLocation().length);
        phone.grantLocation().hide();
        phone.show().runService(); // the app comes back after the question
        assertNotNull(phone.service);
        assertTrue(phone.requests().size() > 0);
        assertEquals(0, phone.flaneur.access().forLocation().length);
    }

    @Test
    public void permissionTakenAwayWhileRunning() {
        running().fix(52.52, 13.4);
        phone.deny(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION);
        phone.hide();
        assertEquals(Collections.emptyList(), phone.requests());
        assertEquals(0, Alerts.ALERTS.size());
    }

    @Test
    public void approximateOnly() {
        phone.grant(Manifest.permission.ACCESS_COARSE_LOCATION).boot().show().optIn().runService();
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityHigh, 5, 0);
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        for (String r : phone.requests()) {
            assertFalse("satellites need the exact permission: " + r, r.startsWith("gps"));
        }
        assertTrue(phone.requests().size() > 0);
        assertTrue(phone.flaneur.access().coarse);
        assertFalse(phone.flaneur.access().fine);
        assertEquals("who chose approximate is not asked again", 0, phone.flaneur.access().forLocation().length);
    }

    @Test
    public void offerBecomesANotificationWithReasonsAndButtons() {
        running().hide();
        phone.fix(52.52, 13.4);
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        assertEquals(1, phone.offers().size());
        Notification n = phone.offers().get(0);
        assertEquals("Mittagsmenü", Phone.text(n, Notification.EXTRA_TITLE));
        assertEquals("Bistro Eins Suppe und Hauptgang\nWarum: Es ist Mittagszeit · Es ist 80 m entfernt", Phone.text(n, Notification.EXTRA_BIG_TEXT));
        assertEquals("Jetzt nicht", n.actions[0].title.toString());
        assertEquals(3, n.actions.length);
        if (Build.VERSION.SDK_INT >= 26) {
            assertEquals(Notifications.OFFERS, n.getChannelId());
            assertEquals("Angebote", phone.notifications().getNotificationChannel(Notifications.OFFERS).getName().toString());
        }
        assertTrue(phone.heard.contains("offer off_1"));

        phone.receive(shadowOf(n.actions[1].actionIntent).getSavedIntent());
        phone.await(() -> phone.kit.calls.contains("less_like_this dlv_off_1"));
        assertEquals("answered, so gone", 0, phone.offers().size());
    }

    @Test
    public void tappedAndSwipedAway() {
        running().hide();
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.kit.listener.onOffer(FakeKit.offer("off_2"));
        phone.settle();
        assertEquals(2, phone.offers().size());
        Intent open = shadowOf(phone.offer("off_1").contentIntent).getSavedIntent();
        assertTrue("no way through a receiver: Android 12 forbids it", shadowOf(phone.offer("off_1").contentIntent).isActivityIntent());
        assertEquals("off_1", phone.flaneur.opened(open));
        assertNull("once", phone.flaneur.opened(open));
        phone.await(() -> phone.kit.calls.contains("opened dlv_off_1"));
        phone.receive(shadowOf(phone.offer("off_2").deleteIntent).getSavedIntent());
        phone.await(() -> phone.kit.calls.contains("dismissed dlv_off_2"));
        assertTrue((open.getFlags() & Intent.FLAG_ACTIVITY_NEW_TASK) != 0);
    }

    @Test
    public void buttonsCanNotBeChangedByOthers() {
        running().hide();
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        Notification n = phone.offers().get(0);
        for (PendingIntent p : Arrays.asList(n.contentIntent, n.deleteIntent, n.actions[0].actionIntent)) {
            assertTrue((shadowOf(p).getFlags() & PendingIntent.FLAG_IMMUTABLE) != 0);
        }
    }

    @Test
    public void visibleAppShowsOffersItself() {
        running();
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        assertEquals(0, phone.offers().size());
        assertTrue(phone.heard.contains("offer off_1"));
    }

    @Test
    public void withdrawnOfferGoes() {
        running().hide();
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.kit.listener.onWithdrawn("off_1", "sold_out");
        phone.settle();
        assertEquals(0, phone.offers().size());
        assertTrue(phone.heard.contains("withdrawn off_1 sold_out"));
    }

    @Test
    public void offlineIsBufferedByTheCoreAndSentWithTheNetwork() {
        running();
        phone.kit.online = false;
        phone.fix(52.52, 13.4).fix(52.521, 13.4);
        assertEquals(2, phone.kit.fixes.size());
        android.net.ConnectivityManager m =
                (android.net.ConnectivityManager) phone.app.getSystemService(android.content.Context.CONNECTIVITY_SERVICE);
        shadowOf(m).setActiveNetworkInfo(null);
        networkCallback().onLost(null);
        phone.settle();
        assertTrue(phone.kit.calls.contains("network false"));
        networkCallback().onCapabilitiesChanged(null, org.robolectric.shadows.ShadowNetworkCapabilities.newInstance());
        phone.settle();
        assertTrue(phone.kit.calls.contains("network true"));
        assertEquals(2, phone.kit.sent.size());
        assertEquals(0, phone.kit.fixes.size());
    }

    private android.net.ConnectivityManager.NetworkCallback networkCallback() {
        android.net.ConnectivityManager m =
                (android.net.ConnectivityManager) phone.app.getSystemService(android.content.Context.CONNECTIVITY_SERVICE);
        return shadowOf(m).getNetworkCallbacks().iterator().next();
    }

    @Test
    public void processDeathAndRestart() {
        running().hide();
        FakeKit first = phone.kit;
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityBalanced, 60, 150, FakeKit.reach("off_7", 52.53, 13.4, 60));
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        phone.die();
        assertEquals("the system keeps fences of processes that ended", 2, Alerts.ALERTS.size());
        phone.grant(Manifest.permission.ACCESS_BACKGROUND_LOCATION);
        phone.boot(); // the system starts the sticky service, and with it the process
        assertTrue(first != phone.kit);
        assertTrue("the core remembers, in the host's store", phone.kit.running());
        phone.runService();
        assertNotNull(phone.service);
        assertFalse(phone.serviceStopped());
        assertEquals("and the next process takes back what its plan no longer names", 0, Alerts.ALERTS.size());
        phone.fix(52.52, 13.4);
        assertEquals(1, phone.kit.sent.size());
    }

    @Test
    public void restartInTheBackgroundWithoutAlwaysAllowed() {
        running().hide();
        phone.die();
        phone.boot().runService();
        if (Build.VERSION.SDK_INT >= 29) {
            assertNull("such a service would get no positions", phone.service);
            phone.show().runService();
        }
        assertNotNull(phone.service);
    }

    @Test
    public void bootStartsAgainWhatRan() {
        running().hide();
        phone.die();
        phone.grant(Manifest.permission.ACCESS_BACKGROUND_LOCATION);
        phone.boot();
        phone.receive(new Intent(Intent.ACTION_BOOT_COMPLETED)).runService();
        assertNotNull(phone.service);
    }

    @Test
    public void bootStartsNothingThatDidNotRun() {
        phone.grantLocation().grant(Manifest.permission.ACCESS_BACKGROUND_LOCATION).boot();
        phone.receive(new Intent(Intent.ACTION_BOOT_COMPLETED)).runService();
        assertNull(phone.service);
        running();
        phone.flaneur.stop();
        phone.settle();
        assertTrue(phone.serviceStopped());
        assertEquals(Collections.emptyList(), phone.requests());
    }

    @Test
    public void withdrawalOfConsentStopsAndEmpties() {
        running().hide();
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityBalanced, 60, 200, FakeKit.reach("off_9", 52.5, 13.4, 80));
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        assertEquals(2, Alerts.ALERTS.size());
        assertEquals(1, phone.offers().size());
        phone.flaneur.withdraw(Offerkit.PurposeLocation);
        phone.settle();
        assertTrue(phone.kit.calls.contains("withdraw location"));
        assertTrue(phone.serviceStopped());
        assertEquals(Collections.emptyList(), phone.requests());
        assertEquals(0, Alerts.ALERTS.size());
        assertEquals(0, phone.offers().size());
        phone.fix(52.52, 13.4);
        assertEquals("nobody listens any more", 0, phone.kit.sent.size());
    }

    @Test
    public void aWithdrawalByTheCoresOwnMethodCountsToo() {
        running().hide();
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        boolean[] done = new boolean[1];
        phone.flaneur.call(kit -> phone.kit.consents.remove("push"), (was, failure) -> done[0] = true);
        phone.await(() -> done[0]);
        phone.settle();
        assertEquals("neither plan nor state changed, and yet", 0, phone.offers().size());
    }

    @Test
    public void aClockThatIsFastTakesNoOfferAway() {
        running().hide();
        Offer offer = FakeKit.offer("off_1");
        offer.setEndsMillis(System.currentTimeMillis() - 3_600_000);
        phone.kit.listener.onOffer(offer);
        phone.settle();
        assertEquals(1, phone.offers().size());
        if (Build.VERSION.SDK_INT >= 26) {
            assertEquals(0, phone.offer("off_1").getTimeoutAfter());
        }
    }

    @Test
    public void aButtonsBroadcastEndsInTimeHoweverBusyTheNetworkIs() {
        running().hide();
        java.util.concurrent.CountDownLatch busy = new java.util.concurrent.CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            phone.flaneur.call(kit -> busy.await(10, java.util.concurrent.TimeUnit.MINUTES), null);
        }
        int[] ended = new int[1];
        phone.flaneur.tapped("off_1", "dlv_off_1", "pause", () -> ended[0]++);
        org.robolectric.shadows.ShadowLooper.idleMainLooper(9, java.util.concurrent.TimeUnit.SECONDS);
        assertEquals(1, ended[0]);
        busy.countDown();
        phone.await(() -> phone.kit.calls.contains("pause 60"));
        phone.settle();
        assertEquals("once", 1, ended[0]);
    }

    @Test
    public void eraseStopsAndForgets() {
        running().hide();
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        boolean[] done = new boolean[1];
        phone.flaneur.erase((none, failure) -> done[0] = failure == null);
        phone.await(() -> done[0]);
        phone.settle();
        assertTrue(phone.serviceStopped());
        assertEquals(0, phone.offers().size());
        assertTrue(phone.heard.contains("state erased"));
    }

    @Test
    public void pushBringsOneNotificationHoweverOftenItComes() {
        running().hide();
        Map<String, String> data = new HashMap<>();
        data.put("delivery", "dlv_off_1");
        data.put("offer", "off_1");
        phone.kit.push = FakeKit.offer("off_1");
        io.flaneur.firebase.FlaneurMessagingService firebase = new io.flaneur.firebase.FlaneurMessagingService();
        firebase.onMessageReceived(new com.google.firebase.messaging.RemoteMessage(data, new com.google.firebase.messaging.RemoteMessage.Notification("Mittagsmenü", "80 m")));
        firebase.onMessageReceived(new com.google.firebase.messaging.RemoteMessage(data, new com.google.firebase.messaging.RemoteMessage.Notification("Mittagsmenü", "80 m")));
        // Firebase itself shows what comes while the app sleeps: under the offer's id as tag, and 0 as id.
        phone.notifications().notify("off_1", 0, phone.offers().get(0));
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        assertEquals(1, phone.offers().size());
        assertTrue(phone.kit.calls.get(0), phone.kit.calls.toString().contains("\"delivery\":\"dlv_off_1\""));
        assertTrue(phone.kit.calls.toString().contains("\"body\":\"80 m\""));
        firebase.onMessageReceived(new com.google.firebase.messaging.RemoteMessage(Collections.singletonMap("chat", "hello"), null));
        assertEquals("others' messages are not touched", 2, phone.kit.calls.stream().filter(c -> c.startsWith("push")).count());
        firebase.onNewToken("token-1");
        phone.await(() -> phone.kit.calls.contains("token fcm token-1"));
    }

    @Test
    public void dozeAndPowerSavingReachTheCoreAndItsPlanIsObeyed() {
        running().hide();
        assertFalse(phone.kit.device().getPowerSave());
        PowerManager power = (PowerManager) phone.app.getSystemService(android.content.Context.POWER_SERVICE);
        shadowOf(power).setIsDeviceIdleMode(true);
        phone.app.sendBroadcast(new Intent(PowerManager.ACTION_DEVICE_IDLE_MODE_CHANGED));
        phone.settle();
        assertTrue(phone.kit.device().getPowerSave());
        List<String> before = phone.requests();
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityNone, 0, 150);
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        assertTrue(before.size() > 0);
        assertEquals("only the fence", Collections.emptyList(), phone.requests());
        assertEquals(1, Alerts.ALERTS.size());
    }

    @Test
    public void leavingTheFenceWakesTheCore() {
        running().hide();
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityNone, 0, 150, FakeKit.reach("off_7", 52.53, 13.4, 60), FakeKit.reach("off_7", 52.54, 13.4, 60));
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        assertEquals("an offer may have two places", 3, Alerts.ALERTS.size());
        cross(true);
        assertEquals("into its fence", Collections.emptyList(), only("fence"));
        assertEquals(Arrays.asList("reach off_7", "reach off_7"), only("reach"));
        cross(false);
        assertEquals(Collections.singletonList("fence"), only("fence"));
        assertEquals("out of reaches", 2, only("reach").size());
    }

    private void cross(boolean entering) {
        for (PendingIntent p : Alerts.ALERTS.keySet()) {
            phone.receive(new Intent(shadowOf(p).getSavedIntent()).putExtra(android.location.LocationManager.KEY_PROXIMITY_ENTERING, entering));
        }
    }

    private List<String> only(String prefix) {
        List<String> some = new java.util.ArrayList<>(phone.kit.calls);
        some.removeIf(c -> !c.startsWith(prefix));
        return some;
    }

    @Test
    public void aFenceThatTheSystemWillNotWatchIsLookedAt() {
        Alerts.refuse = true;
        running().hide();
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityNone, 0, 150);
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        assertTrue(phone.requests().toString(), sorted().get(0).endsWith(" 300"));
        phone.fix(52.5205, 13.4);
        assertEquals(Collections.emptyList(), only("fence"));
        phone.fix(52.53, 13.4);
        assertEquals(Collections.singletonList("fence"), only("fence"));
    }

    @Test
    public void reachesLeaveRoomForTheFence() {
        running();
        io.flaneur.offerkit.Reach[] many = new io.flaneur.offerkit.Reach[150];
        for (int i = 0; i < many.length; i++) {
            many[i] = FakeKit.reach("off_" + i, 52 + i * 0.01, 13, 50);
        }
        for (int metres : new int[] {0, 150}) {
            phone.kit.plan = FakeKit.plan(Offerkit.PriorityBalanced, 60, metres, many);
            phone.kit.listener.onPlan(phone.kit.plan);
            phone.settle();
        }
        assertEquals("as many as the platform watches", 100, Alerts.ALERTS.size());
        assertTrue(Alerts.ALERTS.values().stream().anyMatch(circle -> circle[2] == 150));
        assertEquals(99, phone.kit.config.getMaxReaches());
    }

    @Test
    public void planSaysWhichReceiversRun() {
        running();
        LocationPlan high = FakeKit.plan(Offerkit.PriorityHigh, 5, 0);
        phone.kit.plan = high;
        phone.kit.listener.onPlan(high);
        phone.settle();
        assertEquals(Build.VERSION.SDK_INT >= 31 ? Arrays.asList("fused 5", "passive") : Arrays.asList("gps 5", "network 5", "passive"), sorted());
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityLow, 600, 0);
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        assertEquals(Build.VERSION.SDK_INT >= 31 ? Arrays.asList("fused 600", "passive") : Arrays.asList("network 600", "passive"), sorted());
    }

    private List<String> sorted() {
        List<String> r = phone.requests();
        Collections.sort(r);
        return r;
    }

    @Test
    public void withoutAServiceWhatWaitsGoesOutBeforeTheAppSleeps() {
        phone.options.foregroundService(false);
        running();
        assertNull(phone.service);
        assertTrue(phone.kit.device().getForeground());
        phone.hide();
        phone.await(() -> phone.kit.calls.contains("flush"));
        assertFalse("no socket is kept", phone.kit.device().getForeground());
    }

    @Test
    public void anUnchangedPlanDoesNotStartTheReceiverAnew() {
        int[] follows = new int[1];
        phone.options.location(new LocationSource() {
            @Override
            public void follow(LocationPlan plan, boolean exact, android.os.Looper looper, Sink sink) {
                follows[0]++;
            }

            @Override
            public void stop() {}
        });
        running().hide();
        phone.show().hide();
        assertEquals(1, follows[0]);
        phone.kit.plan = FakeKit.plan(Offerkit.PriorityHigh, 5, 0);
        phone.kit.listener.onPlan(phone.kit.plan);
        phone.settle();
        assertEquals(2, follows[0]);
    }

    @Test
    public void whatADigestBringsInterruptsOnce() {
        running().hide();
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.kit.listener.onOffer(FakeKit.offer("off_2"));
        phone.settle();
        if (Build.VERSION.SDK_INT >= 26) {
            assertEquals(Notification.GROUP_ALERT_ALL, phone.offer("off_1").getGroupAlertBehavior());
            assertEquals(Notification.GROUP_ALERT_SUMMARY, phone.offer("off_2").getGroupAlertBehavior());
        } else {
            assertEquals(Notification.DEFAULT_ALL, phone.offer("off_1").defaults);
            assertEquals(0, phone.offer("off_2").defaults);
        }
    }

    @Test
    public void signalStrengthIsNoNews() {
        running();
        for (int i = 0; i < 5; i++) {
            networkCallback().onCapabilitiesChanged(null, org.robolectric.shadows.ShadowNetworkCapabilities.newInstance());
        }
        phone.settle();
        assertEquals(Collections.singletonList("network true"), only("network"));
        if (Build.VERSION.SDK_INT >= 29) {
            networkCallback().onBlockedStatusChanged(null, true);
            networkCallback().onCapabilitiesChanged(null, org.robolectric.shadows.ShadowNetworkCapabilities.newInstance());
            phone.settle();
            assertEquals(Arrays.asList("network true", "network false"), only("network"));
        }
    }

    @Test
    public void aServiceOfACoreThatCanNotOpenEnds() {
        phone.flaneur = Flaneur.init(phone.app, phone.options, (config, store, listener) -> {
            throw new Exception("internal: store: The app's store failed.");
        });
        shadowOf(phone.app).getNextStartedService();
        phone.app.startService(new Intent(phone.app, FlaneurService.class)); // as the system does for a sticky one
        phone.runService();
        assertTrue(phone.serviceStopped());
    }

    @Test
    public void aPushTokenWaitsForTheConsent() {
        phone.grantLocation().boot().show();
        phone.flaneur.pushToken("fcm", "t1");
        phone.settle();
        assertEquals(Collections.emptyList(), only("token"));
        phone.optIn();
        assertEquals(Collections.singletonList("token fcm t1"), only("token"));
        phone.flaneur.pushToken("fcm", "t1");
        phone.die();
        phone.boot();
        assertEquals("told already", Collections.emptyList(), only("token"));
        phone.flaneur.withdraw("push");
        phone.settle();
        phone.kit.consents.add("push");
        phone.flaneur.start();
        phone.settle();
        assertEquals("allowed again", Collections.singletonList("token fcm t1"), only("token"));
    }

    @Test
    public void aServiceThatWasStoppedComesBack() {
        running();
        phone.flaneur.stop();
        phone.flaneur.start(); // before the system has ended the service
        phone.settle();
        phone.service.destroy();
        phone.settle().runService();
        assertFalse(phone.serviceStopped());
    }

    @Test
    public void listenersThatThrowHarmNobody() {
        running().hide();
        phone.flaneur.listen(new AppListener() {
            @Override
            public void onOffer(Offer offer) {
                throw new IllegalStateException("the app's mistake");
            }
        });
        phone.kit.listener.onOffer(FakeKit.offer("off_1"));
        phone.settle();
        assertEquals(1, phone.offers().size());
        phone.flaneur.<Void>call(kit -> {
            throw new Error("a task's mistake");
        }, (none, failure) -> phone.failures.add(failure));
        phone.await(() -> phone.failures.size() == 1);
        assertEquals("internal", phone.failures.get(0).code);
    }

    @Test
    public void failuresHaveCodes() {
        phone.boot().show();
        phone.kit.online = false;
        phone.optIn();
        assertEquals("unavailable", phone.failures.get(0).code);
        Failure f = Failure.of(new Exception("consent_required: mood.wearable: The person has not: allowed this."));
        assertEquals("consent_required mood.wearable The person has not: allowed this.", f.code + " " + f.field + " " + f.sentence);
        assertEquals("internal", Failure.of(new NullPointerException("a: b")).code);
    }

    @Test
    public void aCoreThatCanNotOpenIsReported() {
        phone.flaneur = Flaneur.init(phone.app, phone.options, (config, store, listener) -> {
            throw new Exception("invalid_field: publishableKey: must be a publishable key");
        });
        Failure[] got = new Failure[1];
        phone.flaneur.call(kit -> kit.running(), (value, failure) -> got[0] = failure);
        phone.await(() -> got[0] != null);
        assertEquals("publishableKey", got[0].field);
        phone.flaneur.start();
        phone.flaneur.withdraw("location");
        phone.settle();
    }
}
