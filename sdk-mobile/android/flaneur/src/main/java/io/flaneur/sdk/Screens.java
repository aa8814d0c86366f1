package io.flaneur.sdk;

import android.app.Activity;
import android.app.Application;
import android.os.Bundle;

/** Whether the app is visible. */
final class Screens implements Application.ActivityLifecycleCallbacks {
    private final Runnable changed;
    private volatile int started; // written on the main thread alone

    /** @param changed called on the main thread; also when the app comes back from a question of the platform */
    Screens(Runnable changed) {
        this.changed = changed;
    }

    boolean visible() {
        return started > 0;
    }

    @Override
    public void onActivityStarted(Activity activity) {
        started++;
        changed.run();
    }

    @Override
    public void onActivityResumed(Activity activity) {
        changed.run();
    }

    @Override
    public void onActivityStopped(Activity activity) {
        started = Math.max(started - 1, 0);
        changed.run();
    }

    @Override
    public void onActivityCreated(Activity activity, Bundle state) {}

    @Override
    public void onActivityPaused(Activity activity) {}

    @Override
    public void onActivitySaveInstanceState(Activity activity, Bundle state) {}

    @Override
    public void onActivityDestroyed(Activity activity) {}
}
