package io.flaneur.sdk;

import android.annotation.TargetApi;
import android.app.Application;
import android.content.Intent;
import android.os.Build;
import android.os.Handler;
import io.flaneur.offerkit.Kit;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.offerkit.Store;

/** This phone as the core's host: makes everything be as consents, permissions and the core's plan say. On the worker's thread. */
final class Host {
    final HeartRateStrap strap;
    final PushToken pushToken;
    private final Application app;
    private final Kit kit;
    private final Options options;
    private final Notifications notifications;
    private final Screens screens;
    private final Flaneur.Failures failures;
    private final Tracker tracker;
    private final Device device;
    private FlaneurService service;
    private boolean serviceAsked; // and not refused since the app was last seen
    private boolean wasVisible;

    Host(Application app, Kit kit, Store store, Options options, Notifications notifications, Screens screens, Handler worker,
            Flaneur.Failures failures) throws Exception {
        this.app = app;
        this.kit = kit;
        this.options = options;
        this.notifications = notifications;
        this.screens = screens;
        this.failures = failures;
        tracker = new Tracker(app, options.location, worker.getLooper(), failures);
        device = new Device(app, kit, worker);
        strap = new HeartRateStrap(app, kit, worker, failures);
        pushToken = new PushToken(kit, store);
    }

    /** To be called whenever something may have changed; it does what is left to do. */
    void settle() {
        Access access = Access.of(app);
        boolean visible = screens.visible();
        boolean allowed = kit.running() && kit.hasConsent(Offerkit.PurposeLocation);
        device.visible(visible);
        device.watch(kit.running(), allowed && access.coarse);
        tracker.obey(kit, allowed ? kit.plan() : null, access);
        if (!allowed || !kit.hasConsent(Offerkit.PurposePush)) {
            notifications.clear();
        }
        strap.settle();
        try {
            pushToken.settle();
        } catch (Exception e) {
            failures.report(Failure.of(e));
        }
        if (visible && !wasVisible) {
            tryAgain();
        }
        wasVisible = visible;
        if (allowed && access.coarse && options.service) {
            // One that starts in the background gets no positions since Android 10, unless always allowed.
            if (!serviceAsked && (visible || access.background)) {
                serviceAsked = true;
                startService();
            }
        } else if (service != null) {
            service.stopSelf();
        }
    }

    /** Whether the process is about to sleep although the kit runs. */
    boolean fallsAsleep() {
        return !screens.visible() && service == null && kit.running();
    }

    /** A service that the system refused before may be allowed now. */
    void tryAgain() {
        serviceAsked = service != null;
    }

    void serviceUp(FlaneurService up) {
        service = up;
        serviceAsked = true;
        device.service(true);
        settle(); // it may be unwanted by now, and must be up before it may be ended
    }

    void serviceDown(FlaneurService down) {
        if (service == down) {
            service = null;
            serviceAsked = false;
            device.service(false);
            settle(); // it may be wanted again by now
        }
    }

    private void startService() {
        try {
            start(new Intent(app, FlaneurService.class));
        } catch (IllegalStateException | SecurityException e) { // since Android 12: not from the background
            failures.report(refused(e));
        }
    }

    static Failure refused(RuntimeException e) {
        return new Failure("forbidden", "service", "The system does not let the service run now: " + e.getMessage());
    }

    @TargetApi(26)
    private void start(Intent intent) {
        if (Build.VERSION.SDK_INT >= 26) {
            app.startForegroundService(intent);
        } else {
            app.startService(intent);
        }
    }
}
