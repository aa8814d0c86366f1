package io.flaneur.sdk;

import android.app.Application;
import android.content.Context;
import android.content.Intent;
import android.os.Handler;
import android.os.HandlerThread;
import android.os.Looper;
import android.os.SystemClock;
import android.util.Log;
import io.flaneur.offerkit.Choices;
import io.flaneur.offerkit.Config;
import io.flaneur.offerkit.Kit;
import io.flaneur.offerkit.Listener;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.offerkit.Store;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.json.JSONObject;

/**
 * The SDK in an app: one for the process, made by {@link #init} in Application.onCreate, because the system starts the
 * process again for a service, a boot or a push without any activity.
 *
 * <p>What needs the platform is here; for all else {@link #call} hands the app the core, {@link Kit}, on a thread that may
 * wait for the network. Methods may be called on any thread unless they say otherwise and return at once.
 */
public final class Flaneur {
    static final String TAG = "Flaneur";
    private static final int SECONDS = 30;
    private static final long BROADCAST_MILLIS = 9000; // of the ten seconds that a receiver has
    private static volatile Flaneur instance;

    /** Something to do with the core. */
    public interface Task<T> {
        T run(Kit kit) throws Exception;
    }

    /** What came of it, on the main thread: a value, or a failure and null. */
    public interface Done<T> {
        void done(T value, Failure failure);
    }

    /** Makes the core; tests make another. */
    interface Opener {
        Kit open(Config config, Store store, Listener listener) throws Exception;
    }

    /** Where failures go that nobody waits for. */
    interface Failures {
        void report(Failure failure);
    }

    final Notifications notifications;
    private final Application app;
    private final Options options;
    private final HandlerThread thread = new HandlerThread("flaneur");
    private final Handler worker;
    private final Handler main = new Handler(Looper.getMainLooper());
    private final ExecutorService network = Executors.newFixedThreadPool(3, task -> {
        Thread t = new Thread(task, "flaneur-call");
        t.setDaemon(true);
        return t;
    });
    private final FutureTask<Kit> opening;
    private final Screens screens = new Screens(this::screenChanged);
    private volatile AppListener listener;
    private Host host; // the worker's; there is one as soon as the core is open

    /** Makes the SDK. Call it in Application.onCreate; it returns at once and collects nothing. */
    public static Flaneur init(Application app, Options options) {
        return init(app, options, (config, store, listener) -> Offerkit.newKit(config, store, listener, null));
    }

    static synchronized Flaneur init(Application app, Options options, Opener opener) {
        if (instance == null) {
            instance = new Flaneur(app, options, opener);
        }
        return instance;
    }

    /** The SDK that {@link #init} made. */
    public static Flaneur get() {
        if (instance == null) {
            throw new IllegalStateException("Call Flaneur.init in Application.onCreate.");
        }
        return instance;
    }

    static Flaneur instance() {
        return instance;
    }

    private Flaneur(Application app, Options options, Opener opener) {
        this.app = app;
        this.options = options;
        String language = options.language.isEmpty() ? Locale.getDefault().getLanguage().equals("de") ? "de" : "en" : options.language;
        notifications = new Notifications(app, language, options.icon);
        thread.start();
        worker = new Handler(thread.getLooper());
        Store store = new KeystoreStore(app);
        opening = new FutureTask<>(() -> opener.open(config(language), store, new Heard(this)));
        app.registerActivityLifecycleCallbacks(screens);
        worker.post(() -> {
            opening.run();
            act(kit -> {
                host = new Host(app, kit, store, options, notifications, screens, worker, this::report);
                host.settle();
            });
        });
    }

    private Config config(String language) {
        Config c = new Config();
        c.setServerURL(options.serverUrl);
        c.setPublishableKey(options.publishableKey);
        c.setDataDir(app.getNoBackupFilesDir().getPath());
        c.setLanguage(language);
        c.setZone(TimeZone.getDefault().getID());
        c.setPreset(options.preset);
        c.setMaxReaches(Fences.MAX - 1); // one is the fence of the place where the person stays
        c.setBufferFixes(5000);
        c.setSimulated(options.simulated);
        return c;
    }

    // ---- for the app -------------------------------------------------------------------------------------------------

    /** Who hears of offers and failures from now on; null: nobody. */
    public void listen(AppListener listener) {
        this.listener = listener;
    }

    /** Does something with the core on a thread that may wait for the network, and tells what came of it. */
    public <T> void call(Task<T> task, Done<T> done) {
        network.execute(() -> {
            T value = null;
            Failure failure = null;
            try {
                value = task.run(kit());
            } catch (Throwable t) { // also what the app's own task throws: it must not end the process
                failure = Failure.of(t);
            }
            T v = value;
            Failure f = failure;
            worker.post(() -> { // the task may have moved a consent, of which the core tells only what changes plan or state
                if (host != null) {
                    host.settle();
                }
            });
            if (done != null) {
                tell(() -> done.done(v, f));
            }
        });
    }

    /** The core. Waits until it is open, which it is soon after init; for threads that may wait. */
    public Kit kit() throws Failure {
        try {
            return opening.get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw Failure.of(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("unavailable", "", "Interrupted.");
        }
    }

    /** Opts the person in, as they chose, and starts. */
    public void optIn(Choices choices, Done<Void> done) {
        call(kit -> {
            kit.optIn(choices, SECONDS);
            kit.start();
            soon(k -> host.settle());
            return null;
        }, done);
    }

    /** Measures from now on, as far as the person allows it, until {@link #stop}; also after a restart of the process. */
    public void start() {
        soon(kit -> {
            kit.start();
            host.settle();
        });
    }

    /** Ends measuring. */
    public void stop() {
        soon(kit -> {
            kit.stop();
            host.settle();
        });
    }

    /** The person takes a purpose back: what was collected for it is emptied at once, what needed it stops. */
    public void withdraw(String purpose) {
        soon(kit -> {
            try {
                kit.withdraw(purpose);
            } finally {
                host.settle();
            }
        });
    }

    /** Makes the server and this phone forget the person. What waits here goes first; without network, call it again later. */
    public void erase(Done<Void> done) {
        call(kit -> {
            try {
                kit.eraseMe(SECONDS);
            } finally {
                soon(k -> host.settle());
            }
            return null;
        }, done);
    }

    /** What the person lets the app do. Changes are noticed when an activity of the app comes back. */
    public Access access() {
        return Access.of(app);
    }

    /**
     * Call it with the intent of an activity that a notification may have opened (onCreate, onNewIntent).
     *
     * @return the id of the offer whose notification was tapped, or null
     */
    public String opened(Intent intent) {
        String offer = intent == null ? null : intent.getStringExtra(Notifications.EXTRA_OFFER);
        if (offer == null || !offer.startsWith("off_")) { // maybe a word of the app's own
            return null;
        }
        String delivery = intent.getStringExtra(Notifications.EXTRA_DELIVERY);
        intent.removeExtra(Notifications.EXTRA_OFFER); // once, however often the activity is made anew
        notifications.cancel(offer);
        call(kit -> {
            kit.feedback(delivery == null || delivery.isEmpty() ? offer : delivery, "opened");
            return null;
        }, reported());
        return offer;
    }

    /** A push token of this device, whenever there is a new one, also before the opt-in: it is told when pushes are allowed. */
    public void pushToken(String channel, String token) {
        soon(kit -> host.pushToken.set(channel, token));
    }

    /**
     * The data of a push message, with title and body of its notification, if it has one, under these names. Call it on
     * the messaging service's own thread, which it keeps until the offer is shown: so long the system lets the process live.
     *
     * @return whether it brought an offer that is new here
     */
    public boolean handlePush(Map<String, String> data) {
        try {
            Offer offer = kit().handlePush(new JSONObject(data).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            if (offer != null) {
                show(kit(), offer);
            }
            return offer != null;
        } catch (Exception e) {
            report(Failure.of(e));
            return false;
        }
    }

    /**
     * Looks for a heart-rate strap and listens to it, if the person allows mood from what they wear. What it measures
     * stays on the phone; {@code false} ends it.
     */
    public void heartRate(boolean wanted) {
        soon(kit -> {
            if (wanted) {
                host.strap.connect();
            } else {
                host.strap.close();
            }
        });
    }

    // ---- for service and receiver ------------------------------------------------------------------------------------

    void serviceUp(FlaneurService up) {
        worker.post(() -> {
            if (host == null) { // a core that did not open needs no service
                up.stopSelf();
            } else {
                act(kit -> host.serviceUp(up));
            }
        });
    }

    void serviceDown(FlaneurService down) {
        soon(kit -> host.serviceDown(down));
    }

    void serviceRefused(RuntimeException e) {
        report(Host.refused(e));
    }

    void awake(Runnable done) {
        worker.post(() -> {
            act(kit -> {
                host.tryAgain();
                host.settle();
            });
            done.run();
        });
    }

    void crossed(String what, Runnable done) {
        worker.post(() -> {
            if (what != null) {
                act(kit -> {
                    if (what.isEmpty()) {
                        kit.fenceExited();
                    } else {
                        kit.reachEntered(what);
                    }
                });
            }
            done.run();
        });
    }

    void tapped(String offer, String delivery, String action, Runnable done) {
        AtomicBoolean over = new AtomicBoolean();
        Runnable once = () -> {
            if (over.compareAndSet(false, true)) {
                done.run();
            }
        };
        main.postDelayed(once, BROADCAST_MILLIS); // calls before this one may hold all threads
        notifications.cancel(offer);
        call(kit -> {
            if ("pause".equals(action)) {
                kit.pause(60, 8);
            } else {
                kit.feedback(delivery == null || delivery.isEmpty() ? offer : delivery, action);
            }
            return null;
        }, (none, failure) -> {
            main.removeCallbacks(once);
            once.run();
            this.<Void>reported().done(null, failure);
        });
    }

    // ---- inside ------------------------------------------------------------------------------------------------------

    interface Act {
        void run(Kit kit) throws Exception;
    }

    /** Runs on the worker's thread, and lets nothing out. */
    private void act(Act act) {
        try {
            act.run(kit());
        } catch (Exception e) {
            report(Failure.of(e));
        }
    }

    void soon(Act act) {
        worker.post(() -> act(act));
    }

    void settle() {
        host.settle();
    }

    private void screenChanged() {
        soon(kit -> {
            host.settle();
            if (host.fallsAsleep()) {
                call(k -> {
                    k.flush(10);
                    return null;
                }, null);
            }
        });
    }

    void show(Kit kit, Offer offer) {
        if (kit.hasConsent(Offerkit.PurposePush) && (!screens.visible() || options.notifyWhileVisible || listener == null)) {
            notifications.show(offer, SystemClock.elapsedRealtime());
        }
        tell(l -> l.onOffer(offer));
    }

    interface Telling {
        void to(AppListener listener);
    }

    void tell(Telling telling) {
        AppListener l = listener;
        if (l != null) {
            tell(() -> telling.to(l));
        }
    }

    private void tell(Runnable call) {
        main.post(() -> {
            try {
                call.run();
            } catch (RuntimeException e) {
                Log.e(TAG, "The app's listener threw", e);
            }
        });
    }

    void report(Failure failure) {
        if (listener == null) {
            Log.w(TAG, failure.code + " " + failure.field); // the sentence may name what is the person's
        }
        tell(l -> l.onFailure(failure));
    }

    private <T> Done<T> reported() {
        return (value, failure) -> {
            if (failure != null) {
                report(failure);
            }
        };
    }
}
